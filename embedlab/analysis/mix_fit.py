"""What was learned about a model's layers: weights, scores, and whether one way is clearly better than another."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis import token_scores
from embedlab.analysis.token_scores import Doubles
from embedlab.analysis.token_tasks import Measure
from embedlab.base import BadInput

Kind = Literal["learned", "equal", "layer", "static", "beside"]


@dataclass(frozen=True, eq=False)
class MixFit:
    """A linear probe on mixed layers, learned from several seeds.

    Attributes:
        kind: "learned" weights, "equal" ones, one "layer" alone, a "static" model alone, or "beside": learned weights
            with a static model's vector set beside the mix.
        name: of the layer or the static model; empty for the others.
        task: name of the task.
        measure: "F1" of whole entities or "accuracy" of words.
        layers: L names.
        l2: lambda; without meaning where weights are not learned.
        layer_norm: whether every layer was brought to mean 0 and variance 1 before.
        seeds: the S seeds.
        weights: (S, L) s = softmax(w); each row sums to 1.
        gamma: (S,) the factor of the mix.
        f1: (S,) the measure on the test part (for one answer a word, micro-averaged F1 and accuracy are the same).
        losses: (S,) cross-entropy on the dev part, nats a word.
        low: lower end of the 95 % bootstrap interval of the mean of ``f1`` (test sentences drawn with replacement).
        high: its upper end.
        baseline: the same measure without vectors: what each word form most often was in the training part.
        words: how many words were learned from, stopped on and measured on.
        counts: (S, sentences, 3) per test sentence: right, given and true answers.
    """

    kind: Kind
    name: str
    task: str
    measure: Measure
    layers: tuple[str, ...]
    l2: float
    layer_norm: bool
    seeds: tuple[int, ...]
    weights: Doubles
    gamma: Doubles
    f1: Doubles
    losses: Doubles
    low: float
    high: float
    baseline: float
    words: tuple[int, int, int]
    counts: NDArray[np.int64]

    @property
    def mean(self) -> float:
        """Mean of ``f1`` over the seeds."""
        return float(self.f1.mean())


@dataclass(frozen=True)
class Difference:
    """How much better one way is than another on the same test sentences.

    Attributes:
        value: difference of the mean scores.
        low: lower end of its 95 % bootstrap interval, sentences drawn for both at once.
        high: its upper end.
    """

    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def difference(one: MixFit, other: MixFit, resamples: int = 1000, seed: int = 1) -> Difference:
    """How much better ``one`` is, with a paired bootstrap over test sentences.

    Raises:
        BadInput: they were not measured on the same sentences.
    """
    if one.task != other.task or one.counts.shape[1] != other.counts.shape[1]:
        raise BadInput("Only scores on the same sentences can be compared.")
    value, low, high = token_scores.paired(list(one.counts), list(other.counts), resamples, seed)
    return Difference(value, low, high)


def to_dict(fit: MixFit) -> dict[str, Any]:
    """Plain values, ready for JSON; the many small numbers of ``counts`` as letters."""
    plain = {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in vars(fit).items()}
    packed = zlib.compress(fit.counts.astype("<u2").tobytes(), 9)
    return plain | {"counts": [list(fit.counts.shape), base64.b64encode(packed).decode()]}


def from_dict(values: dict[str, Any]) -> MixFit:
    """The inverse of ``to_dict``.

    Raises:
        TypeError: a field is missing or unknown.
        ValueError: one is damaged.
    """
    arrays = {key: np.array(values[key]) for key in ("weights", "gamma", "f1", "losses")}
    lists = {key: tuple(values[key]) for key in ("layers", "seeds", "words")}
    return MixFit(**values | arrays | lists | {"counts": _counts(*values["counts"])})


def _counts(shape: list[int], packed: str) -> NDArray[np.int64]:
    try:
        numbers = np.frombuffer(zlib.decompress(base64.b64decode(packed)), "<u2")
    except zlib.error as error:
        raise ValueError("the counts are damaged") from error
    return numbers.astype(np.int64).reshape(shape)
