"""Analyses: one question a file. A function takes a model's interface and returns a frozen result."""
