"""How BERT learns: hidden words, and beside them next sentences and the words around."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from embedlab.models.questions import Question
from embedlab.training import Learner


class BertLearner(Learner):
    """The mean loss of the hidden words, and of the next sentence where there are two segments.

    With ``company`` the states below the top block are asked for the words around theirs, too; one that is
    ``at_top`` asks those of the top block, at the places that are shown, which hidden words leave to themselves.

    The top block, which nothing above it looks at, and the scores over the vocabulary are made for the hidden places
    alone (and for the mark at the beginning, which tells of the next sentence).
    """

    def __init__(self, network: nn.Module, *, pairs: bool, company: Question | None = None) -> None:
        super().__init__()
        self.network: Any = network
        self.company = company
        others = (*(("next sentence",) if pairs else ()), *((company.part,) if company else ()))
        self.parts = ("masked words", *others) if others else ()

    def forward(
        self, ids: Tensor, segments: Tensor, places: Tensor, targets: Tensor, wrong: Tensor | None = None
    ) -> Tensor:
        """Mean negative log-probability in nats; see ``SegmentPairs`` for what goes in."""
        *blocks, top = self.network.bert.encoder.layer
        states = self.network.bert.embeddings(input_ids=ids, token_type_ids=segments)  # (B, T, D)
        for block in blocks:
            states = block(states)
        if wrong is not None:
            places = torch.cat([torch.zeros_like(places[:, :1]), places], dim=1)  # (B, 1 + K)
        whole = top(states) if self.company is not None and self.company.at_top else None  # (B, T, D)
        shown = _at(top, states, places) if whole is None else _taken(whole, places)  # (B, K, D)
        hidden = (shown if wrong is None else shown[:, 1:]).flatten(0, 1)  # (B * K, D)
        losses = [functional.cross_entropy(self.network.cls.predictions(hidden).float(), targets.flatten())]
        if wrong is not None:
            scores = self.network.cls.seq_relationship(self.network.bert.pooler(shown))  # (B, 2)
            losses.append(functional.cross_entropy(scores.float(), wrong))
            places = places[:, 1:]
        if self.company is not None:
            begins = segments.diff(dim=1, prepend=segments[:, :1]) > 0  # (B, T): the second segment
            seen = torch.ones_like(ids, dtype=torch.bool).scatter(1, places, False) if whole is not None else None
            said = states if whole is None else whole
            losses.append(self.company(said, ids.scatter(1, places, targets), begins, seen))
        each = torch.stack(losses)
        if self.parts:
            self.apart = each.detach()
        return each.sum() if self.company is None else each[:-1].sum() + self.company.weight * each[-1]


def _at(block: Any, states: Tensor, places: Tensor) -> Tensor:
    """(B, K, D): what a block makes of (B, T, D) states, at the places (B, K) alone."""
    look = block.attention.self
    asked = _taken(states, places)  # (B, K, D)
    query, key, value = (
        part(given).unflatten(-1, (-1, look.attention_head_size)).transpose(1, 2)  # (B, H, K or T, D / H)
        for part, given in ((look.query, asked), (look.key, states), (look.value, states))
    )
    dropout = look.dropout.p if block.training else 0.0
    seen = functional.scaled_dot_product_attention(query, key, value, dropout_p=dropout)
    said: Tensor = block.feed_forward_chunk(block.attention.output(seen.transpose(1, 2).flatten(2), asked))
    return said


def _taken(states: Tensor, places: Tensor) -> Tensor:
    """(B, K, D): the (B, T, D) states at the places (B, K)."""
    return states.gather(1, places[..., None].expand(-1, -1, states.shape[-1]))
