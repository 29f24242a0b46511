"""One question a file: a function that takes a model and returns a frozen result. Knows interfaces, never models."""
