"""Generate text with a language model, token by token, with temperature, top-k or nucleus sampling.

Top-k: Fan, Lewis & Dauphin 2018, https://aclanthology.org/P18-1082/; nucleus: Holtzman et al. 2020, The Curious Case
of Neural Text Degeneration, https://arxiv.org/abs/1904.09751, section 3.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.model_text import LINE_END, reads_forward, why_not
from embedlab.base import END, UNKNOWN, BadInput, Floats, LanguageModel, Settings, given, setting


@dataclass(frozen=True)
class Decoding(Settings):
    """How the next token is chosen from the probabilities of all."""

    temperature: float = setting(
        1.0, "0 always takes the likeliest; below 1 likely ones are preferred still more, above 1 less.",
        low=0.0, high=100.0,
    )  # fmt: skip
    top_k: int = setting(0, "Draw among the k likeliest only; 0 among all.", low=0, high=10_000_000)
    top_p: float = setting(
        1.0, "Nucleus: draw among the fewest likeliest that hold this share of the probability; 1 among all.",
        low=1e-6, high=1.0,
    )  # fmt: skip
    unknown: bool = setting(False, "Let the unknown word be chosen, too.")
    length: int = setting(30, "Tokens written at most.", low=1, high=10_000)
    seed: int = setting(1, "The same seed writes the same text again.", low=0, high=2**31 - 1)


GREEDY = Decoding(temperature=0.0)
"""The likeliest token, always."""


def allowed(probabilities: NDArray[np.floating], vocabulary: Sequence[str], *, unknown: bool) -> NDArray[np.float64]:
    """(V,) the model's probabilities, with 0 for ``UNKNOWN`` unless it may be drawn; they are not normalised again.

    Args:
        probabilities: (V,) of the next token.
        vocabulary: the V tokens.
        unknown: whether ``UNKNOWN`` may be drawn.

    Raises:
        BadInput: nothing is left to choose from.
    """
    left = probabilities.astype(np.float64)
    if not unknown:
        left[[i for i, token in enumerate(vocabulary) if token == UNKNOWN]] = 0.0
    if not left.sum() > 0:
        raise BadInput("The model has never seen this beginning and holds every word for impossible. Try another one.")
    return left


def reshaped(probabilities: NDArray[np.floating], decoding: Decoding) -> NDArray[np.float64]:
    """(V,) probabilities to draw from: temperature first, then top-k, then the nucleus, then scaled to sum to 1.

    The nucleus is the smallest set of likeliest tokens whose probabilities sum to ``top_p`` or more. Of equally likely
    tokens those earlier in the vocabulary (the commoner ones) are kept.

    Args:
        probabilities: (V,) not negative, of positive sum.
        decoding: the settings; a temperature of 0 leaves the likeliest token only.
    """
    order = np.argsort(-probabilities, kind="stable")
    sharp = _heated(probabilities[order].astype(np.float64), decoding.temperature)  # (V,) falling
    if decoding.top_k:
        sharp[decoding.top_k :] = 0.0
    sharp /= sharp.sum()
    if decoding.top_p < 1:
        before = np.cumsum(sharp) - sharp  # what the likelier ones hold together
        sharp[before >= decoding.top_p - 1e-12] = 0.0
    result = np.zeros(len(sharp))
    result[order] = sharp / sharp.sum()
    return result


def _heated(falling: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """P^(1/T), the first at 1; in logarithms, as a low temperature would leave the range of numbers."""
    if temperature == 0:
        first: NDArray[np.float64] = np.where(np.arange(len(falling)) == 0, 1.0, 0.0)
        return first
    with np.errstate(divide="ignore"):
        logs = np.log(falling) - np.log(falling[0])
    heated: NDArray[np.float64] = np.exp(logs / temperature)
    return heated


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
        BadInput: the model reads backward, expects nothing but unknown words, or is given a text instead of words.
    """
    check_forward(model)
    context = context if model.unit == "char" else given.words(context, "The beginning")
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
