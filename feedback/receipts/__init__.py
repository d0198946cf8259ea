"""The private link of an answer: seen, what was done about it, changed, erased; without account."""
