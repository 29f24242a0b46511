"""The Next word page: predictions, counts, surprisal, perplexity, written text."""
