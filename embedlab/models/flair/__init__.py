"""Flair: two character language models whose states make word vectors."""

from embedlab.models.flair.model import Flair, FlairConfig

__all__ = ["Flair", "FlairConfig"]
