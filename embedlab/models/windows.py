"""A text as examples for networks that look at a fixed number of places around a word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embedlab.base import BadInput


class Windows:
    """Words, each with those around it; what lies beyond its sentence is the boundary.

    Args:
        text: (M,) token numbers, with a boundary first.
        boundary: the number that stands between sentences.
        before: places to the left.
        after: places to the right.
        places: (N,) where in the text the words stand; not at the first place. All others if ``None``.

    Raises:
        BadInput: there is not a single word.
    """

    lanes = 0
    tokens = 1

    def __init__(
        self, text: NDArray[np.int32], boundary: int, before: int, after: int, places: NDArray[np.intp] | None = None
    ) -> None:
        self.text, self.places = text, np.arange(1, len(text)) if places is None else places
        if not len(self.places):
            raise BadInput("There is too little text to learn which words stand together. Give more.")
        self.around = np.concatenate([np.arange(-before, 0), np.arange(1, after + 1)])
        self.boundaries = np.append(np.flatnonzero(text == boundary), len(text) - 1)

    def __len__(self) -> int:
        return len(self.places)

    def __getitems__(self, rows: Sequence[int]) -> tuple[Tensor, Tensor]:
        """What stands around each word, (B, before + after), and the words themselves, (B,), both int64."""
        place = self.places[np.asarray(rows)]
        sentence = np.searchsorted(self.boundaries, place)
        first, last = self.boundaries[sentence - 1], self.boundaries[sentence]
        around = np.clip(place[:, None] + self.around, first[:, None], last[:, None])
        return torch.from_numpy(self.text[around].astype(np.int64)), torch.from_numpy(self.text[place].astype(np.int64))
