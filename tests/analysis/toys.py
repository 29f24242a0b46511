"""Language models whose probabilities are known by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from embedlab.base import END, UNKNOWN, Card, Floats, LanguageModel, Settings

Table = Mapping[str, Mapping[str, float]]


class Toy(LanguageModel):
    """A model of words, or of characters, whose next token depends on the last one only.

    Args:
        table: token before ("" at the beginning): token: probability; missing ones have none.
        words: the vocabulary, in the order of a model's.
        unit: "word" or "char".
    """

    kind: ClassVar[str] = "toy"
    config_class: ClassVar[type[Settings]] = Settings
    config = Settings()

    def __init__(self, table: Table | Callable[[Sequence[str]], Floats], words: Sequence[str], unit: Any = "word"):
        self.words, self.unit, self.table = list(words), unit, table
        self.counts = np.zeros(len(self.words), np.int64)
        self.vocabulary = [*words, UNKNOWN, END] if unit == "word" else [*words, UNKNOWN]
        self.card = Card(title="the toy")

    def next(self, context: Sequence[str]) -> Floats:
        known = [token if token in self.vocabulary else UNKNOWN for token in context]
        if callable(self.table):
            return self.table(known)
        row = self.table.get(known[-1] if known else "", {})
        return np.array([row.get(token, 0.0) for token in self.vocabulary], np.float32)

    def score(self, tokens: Sequence[str]) -> Floats:
        places = {token: i for i, token in enumerate(self.vocabulary)}
        with np.errstate(divide="ignore"):
            found = [
                np.log(self.next(tokens[:i])[places.get(token, places[UNKNOWN])]) for i, token in enumerate(tokens)
            ]
        return np.array(found, np.float32)

    def tensors(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_tensors(cls, *args: Any) -> Any:
        raise NotImplementedError

    def save(self, folder: Path, *, half: bool = False) -> None:
        raise NotImplementedError


def uniform(words: Sequence[str], unit: Any = "word") -> Toy:
    """Every token of the vocabulary is equally likely, whatever stands before."""
    size = len(words) + (2 if unit == "word" else 1)
    return Toy(lambda context: np.full(size, 1 / size, np.float32), words, unit)


def random_toy(size: int, seed: int) -> Toy:
    """A model of that many words whose probabilities depend on the whole context, in a way that repeats."""

    def row(context: Sequence[str]) -> Floats:
        places = [sum(map(ord, token)) for token in context]
        draw = np.random.default_rng([seed, *places])
        weights = draw.exponential(size=size + 2) ** 2
        return (weights / weights.sum()).astype(np.float32)

    return Toy(row, [f"w{i}" for i in range(size)])
