"""What changed on a journey: `watched` lines, signals to `find` in them, and `words` for them."""
