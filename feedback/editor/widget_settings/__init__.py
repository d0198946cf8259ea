"""The page of a survey's widget: look and rules."""
