"""The demo: two years of believable answers, and a page where a tap moves the board."""
