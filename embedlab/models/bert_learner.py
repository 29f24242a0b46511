"""How BERT learns: two losses at once, hidden words and next sentences."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from embedlab.training import Learner


class BertLearner(Learner):
    """The mean loss of the hidden words, and of the next sentence where there are two segments.

    Scores over the vocabulary are made for the hidden places alone.
    """

    def __init__(self, network: nn.Module, *, pairs: bool) -> None:
        super().__init__()
        self.network: Any = network
        self.parts = ("masked words", "next sentence") if pairs else ()

    def forward(
        self, ids: Tensor, segments: Tensor, places: Tensor, targets: Tensor, wrong: Tensor | None = None
    ) -> Tensor:
        """Mean negative log-probability in nats; see ``SegmentPairs`` for what goes in."""
        output = self.network.bert(input_ids=ids, token_type_ids=segments)
        hidden = output.last_hidden_state  # (B, T, D)
        shown = hidden.gather(1, places[..., None].expand(-1, -1, hidden.shape[-1])).flatten(0, 1)  # (B * K, D)
        loss = functional.cross_entropy(self.network.cls.predictions(shown).float(), targets.flatten())
        if wrong is None:
            return loss
        scores = self.network.cls.seq_relationship(output.pooler_output)  # (B, 2)
        next_sentence = functional.cross_entropy(scores.float(), wrong)
        self.apart = torch.stack([loss, next_sentence]).detach()
        return loss + next_sentence
