"""Responses: received once, stored once, counted once."""
