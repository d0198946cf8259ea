"""The form of what a survey asks after the rating, and of how it ends."""
