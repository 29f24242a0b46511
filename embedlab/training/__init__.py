"""The training loop of all torch models, its batches and its checkpoints."""
