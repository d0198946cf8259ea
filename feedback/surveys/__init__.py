"""Surveys: what is asked at a touchpoint, in which words, and since when."""
