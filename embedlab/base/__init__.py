"""The foundation that every room shares: interfaces of models, errors, settings, limits, paths, files.

Import the common names from here. Nothing in this room imports more than NumPy when it is loaded.
"""

from __future__ import annotations

from typing import Literal

from embedlab.base.capabilities import CharacterReader, MaskedModel, Pieces, Readouts
from embedlab.base.card import Card
from embedlab.base.errors import BadInput, BadModel, BadSetting, Cancelled, EmbedLabError, UnknownWord, Unreachable
from embedlab.base.folding import Lexicon, Lookup
from embedlab.base.models import (
    END,
    UNKNOWN,
    ContextualModel,
    Counts,
    Doubles,
    Floats,
    Ids,
    LanguageModel,
    Model,
    StaticModel,
)
from embedlab.base.progress import LossPart, OnProgress, Progress
from embedlab.base.settings import Settings, StaticConfig, setting

__all__ = [
    "END",
    "UNKNOWN",
    "BadInput",
    "BadModel",
    "BadSetting",
    "Cancelled",
    "Capability",
    "Card",
    "CharacterReader",
    "ContextualModel",
    "Counts",
    "Doubles",
    "EmbedLabError",
    "Floats",
    "Ids",
    "LanguageModel",
    "Lexicon",
    "Lookup",
    "LossPart",
    "MaskedModel",
    "Model",
    "OnProgress",
    "Pieces",
    "Progress",
    "Readouts",
    "Settings",
    "StaticConfig",
    "StaticModel",
    "UnknownWord",
    "Unreachable",
    "setting",
]

Capability = Literal["static", "contextual", "language_model"]
