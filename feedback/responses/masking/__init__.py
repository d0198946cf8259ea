"""Words of a comment that are taken out for good: found, chosen, masked."""
