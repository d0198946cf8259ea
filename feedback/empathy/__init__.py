"""A stage seen through its customers: what they say, feel, suffer from, like, think and do."""
