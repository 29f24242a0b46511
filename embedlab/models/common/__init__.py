"""Code that several models share: layers, training examples, losses, compiled loops."""
