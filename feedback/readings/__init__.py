"""From counts to scores: a journey, its months, its seams, what is asked of them."""
