"""A text as examples for networks that carry a state along it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embedlab.base import BadInput


class Stream:
    """A text cut into B lanes of equal length that are read side by side, T tokens at a time.

    Example ``s * B + b`` is stretch s of lane b; its targets are its inputs moved by one. What is left over at the
    end is not read.

    Args:
        text: (M,) token numbers.
        lanes: B, at most; fewer for a short text.
        length: T, at most; less for a short text.

    Raises:
        BadInput: fewer than two tokens.
    """

    def __init__(self, text: NDArray[np.int32], lanes: int, length: int) -> None:
        if len(text) < 2:
            raise BadInput("There is too little text to learn what follows what. Give more.")
        self.tokens = min(length, len(text) - 1)
        self.lanes = max(1, min(lanes, (len(text) - 1) // self.tokens))
        self.stretches = (len(text) - 1) // self.lanes // self.tokens
        self.text = text
        self.starts = np.arange(self.lanes) * ((len(text) - 1) // self.lanes)

    def __len__(self) -> int:
        return self.stretches * self.lanes

    def places(self, rows: Sequence[int]) -> NDArray[np.int64]:
        """(B, T + 1) where in the text a batch's inputs stand, and the last one's target."""
        stretch, lane = np.divmod(np.asarray(rows), self.lanes)
        first = self.starts[lane] + stretch * self.tokens
        found: NDArray[np.int64] = first[:, None] + np.arange(self.tokens + 1)
        return found

    def __getitems__(self, rows: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Inputs and targets of a batch, each (B, T) int64."""
        read = torch.from_numpy(self.text[self.places(rows)].astype(np.int64))  # (B, T + 1)
        return read[:, :-1], read[:, 1:]
