"""The lessons: steps, what answers them, and the code that does the same."""
