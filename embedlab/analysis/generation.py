"""A language model writes: token after token, each chosen as ``decoding`` says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedlab.analysis.decoding import GREEDY, Decoding, allowed, reshaped
from embedlab.analysis.model_text import LINE_END, reads_forward, why_not
from embedlab.base import END, BadInput, Floats, LanguageModel

__all__ = ["GREEDY", "Decoding", "Generated", "generate", "stops"]


@dataclass(frozen=True, eq=False)
class Generated:
    """What a model wrote.

    Attributes:
        context: the beginning it was given.
        tokens: T tokens it wrote, without the one that ended it.
        probabilities: (T,) what the model gave each, before temperature, top-k and nucleus.
        candidates: (T,) among how many tokens each was drawn.
        finished: whether it ended the sentence; otherwise it came to the greatest length.
    """

    context: tuple[str, ...]
    tokens: tuple[str, ...]
    probabilities: Floats
    candidates: tuple[int, ...]
    finished: bool


def stops(model: LanguageModel) -> set[int]:
    """Places in the vocabulary of the tokens that end a text: END, and the line end of a model of characters."""
    ends = {END, LINE_END} if model.unit == "char" else {END}
    return {i for i, token in enumerate(model.vocabulary) if token in ends}


def check_forward(model: LanguageModel) -> None:
    """Raises BadInput for a model that does not read forward."""
    if not reads_forward(model):
        raise BadInput(f"{why_not(model)}. Choose a model that reads forward.")


def generate(model: LanguageModel, context: Sequence[str], decoding: Decoding = GREEDY) -> Generated:
    """Go on with the beginning of a sentence until the model ends it, or to the greatest length.

    Args:
        model: any language model that reads forward.
        context: tokens of the beginning; may be empty.
        decoding: how each token is chosen; without it the likeliest.

    Raises:
        BadInput: the model reads backward, or expects nothing but unknown words.
    """
    check_forward(model)
    draw, ends = np.random.default_rng(decoding.seed), stops(model)
    tokens: list[str] = []
    probabilities: list[float] = []
    candidates: list[int] = []
    for _ in range(decoding.length):
        expected = model.next([*context, *tokens])  # (V,)
        chances = reshaped(allowed(expected, model.vocabulary, unknown=decoding.unknown), decoding)
        chosen = int(draw.choice(len(chances), p=chances))
        if chosen in ends:
            return _made(context, tokens, probabilities, candidates, finished=True)
        tokens.append(model.vocabulary[chosen])
        probabilities.append(float(expected[chosen]))
        candidates.append(int((chances > 0).sum()))
    return _made(context, tokens, probabilities, candidates, finished=False)


def _made(
    context: Sequence[str], tokens: list[str], probabilities: list[float], candidates: list[int], *, finished: bool
) -> Generated:
    return Generated(tuple(context), tuple(tokens), np.array(probabilities, np.float32), tuple(candidates), finished)
