"""GloVe: vectors fitted to the logarithms of co-occurrence counts."""

from embedlab.models.glove.model import Glove, GloveConfig

__all__ = ["Glove", "GloveConfig"]
