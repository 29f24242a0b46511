"""fastText: word vectors that are sums over letter groups."""

from embedlab.models.fasttext.model import FastText, FastTextConfig

__all__ = ["FastText", "FastTextConfig"]
