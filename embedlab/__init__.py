"""Embedding Lab: train, load and compare word embeddings, from counting words to BERT.

>>> import embedlab
>>> model = embedlab.load_model("word2vec")
>>> from embedlab.analysis.neighbors import nearest
>>> nearest(model, "bank", k=3).words  # doctest: +SKIP
"""

from embedlab.base import ContextualModel, EmbedLabError, LanguageModel, Progress, StaticModel, UnknownWord
from embedlab.base.card import VERSION as __version__  # noqa: N811 F401
from embedlab.registry import ModelSpec, list_models, load_model

__all__ = [
    "ContextualModel",
    "EmbedLabError",
    "LanguageModel",
    "ModelSpec",
    "Progress",
    "StaticModel",
    "UnknownWord",
    "list_models",
    "load_model",
]
