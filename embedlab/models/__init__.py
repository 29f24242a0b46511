"""One file a model, from one-hot to BERT."""
