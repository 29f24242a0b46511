"""Training of word2vec and fastText by gensim, with progress and a held-out loss."""
