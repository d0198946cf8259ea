"""The commands of the `feedback` program, one module each."""
