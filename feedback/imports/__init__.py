"""Answers from files: a mapping says what each column means, then the file is stored."""
