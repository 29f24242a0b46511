"""What a network is asked, while it learns, of the words around each word."""

from __future__ import annotations

from collections.abc import Sequence

from embedlab.base import Counts, StaticModel
from embedlab.models.company import Company, units, weighted
from embedlab.models.layers import seeded
from embedlab.models.likeness import Likeness

Question = Company | Likeness


def question(
    model: StaticModel | None, tokens: Sequence[str], counts: Counts, width: int, seed: int, *, likeness: bool
) -> Question | None:
    """What to ask of states by the vectors of a model; nothing without one.

    Args:
        model: with a vector for each word, such as CBOW.
        tokens: V of the text, words or wordpieces.
        counts: (V,) how often each stands in the text.
        width: D, of a state.
        seed: the same gives the same question again.
        likeness: whether states are to be as much alike as their words and company, or to name the company.

    Raises:
        BadInput: the model knows none of the tokens.
    """
    if model is None:
        return None
    own = units(model, tokens)
    around = weighted(own, counts)
    if likeness:
        return Likeness(own, around)
    with seeded(seed):
        return Company(width, around)
