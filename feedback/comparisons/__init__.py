"""Questions a reader puts by hand: two periods, groups of answers, two numbers off a slide."""
