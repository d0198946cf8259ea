"""The journey map: `rows` are its numbers, `words` its texts, its looks `page` and `picture`."""
