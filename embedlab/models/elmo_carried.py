"""The states that a stateful ELMo carries from one call to the next, row i to row i."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from embedlab.models.elmo_config import ElmoConfig
from embedlab.models.elmo_reading import States
from embedlab.models.elmo_recurrence import State


class Carried:
    """For every direction, layer and row; rows that have not been read yet begin from nothing."""

    def __init__(self) -> None:
        self._rows: dict[int, list[list[State]]] = {}

    def of(self, rows: Sequence[int], config: ElmoConfig) -> States:
        """The states of some rows, (len(rows), P) and (len(rows), C) each."""
        nothing = (torch.zeros(config.dim), torch.zeros(config.hidden))
        begun = [[nothing] * config.layers] * 2
        kept = [self._rows.get(row, begun) for row in rows]
        return [
            [
                (torch.stack([one[d][layer][0] for one in kept]), torch.stack([one[d][layer][1] for one in kept]))
                for layer in range(config.layers)
            ]
            for d in range(2)
        ]

    def keep(self, rows: Sequence[int], states: States) -> None:
        """Remember how the rows ended."""
        for i, row in enumerate(rows):
            self._rows[row] = [[(h[i].clone(), c[i].clone()) for h, c in direction] for direction in states]
