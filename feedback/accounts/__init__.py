"""Workspaces, the people who read them, and how they sign in."""
