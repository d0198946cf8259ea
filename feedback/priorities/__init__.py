"""What to work on first: what counted most to people, and what their overall score goes with."""
