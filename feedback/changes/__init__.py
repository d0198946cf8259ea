"""What changed on a journey: `find` it in the lines watched, `words` for it, and `files`."""
