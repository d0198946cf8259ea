"""What a file of answers seems to say: a mapping, with a ? wherever only its owner knows."""
