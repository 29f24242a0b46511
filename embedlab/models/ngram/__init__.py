"""n-gram language models with modified Kneser-Ney smoothing."""

from embedlab.models.ngram.model import Ngram, NgramConfig

__all__ = ["Ngram", "NgramConfig"]
