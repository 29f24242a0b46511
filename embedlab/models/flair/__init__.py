"""Flair: two character language models whose states make word vectors."""

from embedlab.models.flair.config import FlairConfig
from embedlab.models.flair.model import Flair

__all__ = ["Flair", "FlairConfig"]
