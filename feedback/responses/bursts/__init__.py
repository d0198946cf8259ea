"""Bursts: many answers to one survey from one address; recognised in memory, judged by people."""
