"""A masked model whose answers are written down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from embedlab.base import Pieces

LAYERS = np.array([[0.5, 0.25, 0.25, 0.0], [0.1, 0.5, 0.4, 0.0], [0.1, 0.2, 0.7, 0.0], [0.0, 0.25, 0.75, 0.0]])


class Written:
    """Four layers, four pieces; "cats" is two of them."""

    title = "the written one"
    layers = ["embeddings", "1", "2", "3"]  # noqa: RUF012
    vocabulary = ["the", "dog", "cat", "##s"]  # noqa: RUF012
    mask = "[MASK]"
    has_masked_head = has_next_sentence_head = True

    def __init__(self) -> None:
        self.seen: list[tuple[str, ...]] = []

    def pieces(self, sentence: Sequence[str]) -> Pieces:
        inner = [
            (piece, i) for i, word in enumerate(sentence) for piece in (["cat", "##s"] if word == "cats" else [word])
        ]
        return Pieces(("[CLS]", *(p for p, _ in inner), "[SEP]"), (None, *(i for _, i in inner), None))

    def fill(self, sentence: Sequence[str], position: int) -> Any:
        self.seen.append(tuple(sentence))
        return np.full(4, 0.25, np.float32) if set(sentence) == {self.mask} else LAYERS[-1].astype(np.float32)

    def fill_by_layer(self, sentence: Sequence[str], position: int) -> Any:
        self.seen.append(tuple(sentence))
        return LAYERS.astype(np.float32)

    def next_sentence(self, first: Sequence[str], second: Sequence[str]) -> float:
        return len(first) / (len(first) + len(second))

    def attention(self, sentence: Sequence[str]) -> Any:
        size = len(self.pieces(sentence).pieces)
        return np.full((2, 3, size, size), 1 / size, np.float32)
