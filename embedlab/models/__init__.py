"""Models, from one-hot to BERT: one file or one folder each."""
