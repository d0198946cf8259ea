"""Dashboards: the board and the trends, drawn from counts."""
