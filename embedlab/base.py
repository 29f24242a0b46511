"""The interfaces that every model, analysis and page agrees on. Imports NumPy and nothing heavier."""

from __future__ import annotations

from typing import Literal

from embedlab.card import Card
from embedlab.errors import BadInput, BadModel, BadSetting, Cancelled, EmbedLabError, UnknownWord, Unreachable
from embedlab.folding import Lexicon, Lookup
from embedlab.interfaces.characters import CharacterReader, Readouts
from embedlab.interfaces.contextual import ContextualModel
from embedlab.interfaces.language import END, UNKNOWN, LanguageModel
from embedlab.interfaces.masked import MaskedModel, Pieces
from embedlab.interfaces.model import Counts, Floats, Model
from embedlab.interfaces.static import StaticModel
from embedlab.progress import LossPart, OnProgress, Progress
from embedlab.settings import Settings, StaticConfig, setting

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
    "EmbedLabError",
    "Floats",
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
