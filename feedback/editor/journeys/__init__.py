"""Journey pages: make, change, order, put away."""
