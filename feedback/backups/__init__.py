"""Away and back: a database as one file, on a schedule too, and how it comes back whole."""
