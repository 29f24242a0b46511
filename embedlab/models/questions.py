"""What a network is asked, while it learns, of the words around each word."""

from __future__ import annotations

from collections.abc import Sequence

from embedlab.base import StaticModel
from embedlab.models.company import Company
from embedlab.models.layers import seeded
from embedlab.models.likeness import Likeness
from embedlab.models.near import Near

Question = Company | Likeness


def question(
    model: StaticModel | None, tokens: Sequence[str], width: int, seed: int, *, likeness: bool, inner: str = ""
) -> Question | None:
    """What to ask of states by the vectors of a model; nothing without one.

    Args:
        model: with a vector for each word, such as CBOW.
        tokens: V of the text, words or wordpieces.
        width: D, of a state.
        seed: the same gives the same question again.
        likeness: whether states are to be as much alike as their words and company, or to name the company.
        inner: how tokens begin that go on with a word, see ``Near``.

    Raises:
        BadInput: the model knows none of the tokens.
    """
    if model is None:
        return None
    near = Near(model, tokens, inner)
    if likeness:
        return Likeness(near)
    with seeded(seed):
        return Company(width, near)
