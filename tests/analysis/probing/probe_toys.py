"""A model with any vectors at several layers, and tagged sentences over its words."""

from __future__ import annotations

from typing import Any

import numpy as np

from embedlab.data.tagged import TaggedSentence, TaggedSet
from tests.contextual_toys import Made


class Words(Made):
    """The word "17" has vector 17 of (L, V, D) ones, whatever stands around it."""

    def __init__(self, vectors: Any, layers: list[str] | None = None) -> None:
        self.vectors = np.asarray(vectors, np.float32)
        names = ["embeddings", *(str(i) for i in range(1, len(self.vectors)))]
        super().__init__(layers or names, self.vectors.shape[-1])

    def read(self, sentence):
        return self.vectors[:, [int(word) for word in sentence]]


def tagged(tags: Any, words: Any = None, length: int = 6, parts: tuple[int, int] = (60, 20)) -> TaggedSet:
    """Running tags cut into sentences of so many words, 60, 20 and 20 % of them; the words are "0", "1" and so on."""
    names = [str(i) for i in range(len(tags))] if words is None else [str(word) for word in words]
    made = [
        TaggedSentence(tuple(names[at : at + length]), tuple(tags[at : at + length]))
        for at in range(0, len(tags), length)
    ]
    first, second = len(made) * parts[0] // 100, len(made) * sum(parts) // 100
    return TaggedSet(tuple(made[:first]), tuple(made[first:second]), tuple(made[second:]))
