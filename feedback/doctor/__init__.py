"""What is wrong with a server or its data, and what to do about it: `check` and `doctor`."""
