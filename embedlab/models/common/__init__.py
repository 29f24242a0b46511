"""What several models share: layers, examples, losses, compiled loops."""
