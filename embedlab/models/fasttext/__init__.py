"""fastText: word vectors that are means over letter n-grams."""

from embedlab.models.fasttext.model import FastText, FastTextConfig

__all__ = ["FastText", "FastTextConfig"]
