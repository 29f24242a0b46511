"""What an output layer costs as the vocabulary grows: full softmax, hierarchical, sampled."""
