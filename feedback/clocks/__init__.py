"""Clocks that jump, and the answers that were received meanwhile."""
