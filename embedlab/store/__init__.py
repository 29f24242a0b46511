"""What is kept on disk: vectors, results, maps, uploads, a person's models."""
