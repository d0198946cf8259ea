"""The month in one look: scores, what to do, and the way to the answers behind each."""
