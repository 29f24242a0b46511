"""What a language model expects next, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedlab.analysis.ranking import checked_count, top
from embedlab.base import BadInput, Floats, LanguageModel


@dataclass(frozen=True, eq=False)
class NextTokens:
    """The k likeliest next tokens, likeliest first.

    Attributes:
        context: what they come after.
        tokens: the k tokens; ``UNKNOWN`` and ``END`` may be among them.
        probabilities: (k,) theirs.
        rest: probability of all other tokens together.
        entropy: of the whole distribution, in bits: 0 if the model is sure, log2 V if all tokens are equally likely.
    """

    context: tuple[str, ...]
    tokens: tuple[str, ...]
    probabilities: Floats
    rest: float
    entropy: float

    @property
    def choices(self) -> float:
        """Between how many equally likely tokens the model would be as unsure: two to the entropy."""
        return float(2**self.entropy)


def next_tokens(model: LanguageModel, context: Sequence[str], k: int = 10) -> NextTokens:
    """The k likeliest tokens after the beginning of a sentence.

    Args:
        model: any language model that reads forward.
        context: its tokens; an empty one asks how sentences begin.
        k: how many; fewer come back when the vocabulary is smaller.

    Raises:
        BadInput: k is below 1, or the model (without smoothing) holds every token for impossible.
    """
    k = checked_count(k)
    probabilities = model.next(context)  # (V,)
    if not probabilities.any():
        raise BadInput(f"{model.title} has never seen this beginning and holds every word for impossible.")
    best = top(probabilities, k)
    kept = probabilities[best]
    some = probabilities[probabilities > 0].astype(np.float64)
    entropy = float(-(some * np.log2(some)).sum())
    rest = max(0.0, 1.0 - float(kept.sum()))
    return NextTokens(tuple(context), tuple(model.vocabulary[i] for i in best), kept, rest, max(0.0, entropy))
