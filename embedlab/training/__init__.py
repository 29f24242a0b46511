"""The training loop of all PyTorch models, its batches and its checkpoints."""
