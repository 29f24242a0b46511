"""word2vec's training by gensim, with progress and a held-out loss."""
