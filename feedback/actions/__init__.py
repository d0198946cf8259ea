"""What a team did about a score, and notes: flags on every trend, with before and after."""
