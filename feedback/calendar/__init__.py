"""The rows of actions and notes, and their flags, which other pages read."""
