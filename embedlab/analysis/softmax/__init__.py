"""Measures what an output layer costs as the vocabulary grows: full, hierarchical and sampled softmax."""
