"""Scores straight from files: no database, no server."""
