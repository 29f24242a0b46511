"""The BERT page: hidden words, next sentences, attention, word pieces."""
