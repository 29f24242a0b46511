"""Asking a model that was just loaded what pages ask, so that one that cannot answer is refused before it is listed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from embedlab.base import BadInput, BadModel, ContextualModel, LanguageModel, MaskedModel, Model, StaticModel

ODD = ("the", "cat", "Naïve", "北京", "𝕏", "e\u0301", "\u0301", "\u200d", "don't", "3.5%", "ﷺ", "`", "''", "a" * 300)
"""Words that tokenizers trip over."""
MANY = 100
"""How often they are cut into pieces, which is to take no time."""
SHORT = ("the", "cat", "sleeps")


def ask(model: Model) -> None:
    """Ask for vectors, next tokens, scores and gaps, as far as the model can.

    Raises:
        BadModel: an answer is not what it should be.
        Exception: whatever a model that does not hold together trips over.
    """
    if isinstance(model, StaticModel):
        if not model.words:
            raise BadModel("The model has no words.")
        _check(model.vector(model.words[0]), (model.dim,))
    if isinstance(model, ContextualModel):
        model.length([*ODD] * MANY)
        for sentence, found in zip((ODD, SHORT), model.encode([ODD, SHORT]), strict=True):
            _check(found, (len(model.layers), len(sentence), model.dim))
    if isinstance(model, LanguageModel):
        _ask_for_words(model)


def _ask_for_words(model: LanguageModel) -> None:
    words = list(SHORT) if model.unit != "char" else list("the cat")
    try:
        if not isinstance(model, MaskedModel):
            _check(model.next([]), (len(model.vocabulary),))
        _check(model.next(words), (len(model.vocabulary),))
        if np.isnan(model.score(words)).any():  # minus infinity is said of the impossible
            raise BadModel("The model gives what is no probability.")
    except BadInput:  # published without what predicts
        return


def _check(found: NDArray[np.floating], shape: tuple[int, ...]) -> None:
    if found.shape != shape:
        raise BadModel(f"The model answers with numbers of shape {found.shape} instead of {shape}.")
    if not np.isfinite(found).all():
        raise BadModel("The model answers with what is no finite number.")
