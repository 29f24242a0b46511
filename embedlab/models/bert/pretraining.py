"""Pretrain a BERT on a text, from new weights or from trained ones.

An example is two segments, some of whose wordpieces are hidden; they are drawn anew at every pass over the text. The
losses are masked words, next sentence and, if wanted, the words around (see ``common.context_losses``). New weights
begin with distinct position vectors, an output bias by frequency, and, if wanted, skip-gram vectors.

Devlin et al. 2019, BERT, section 3.1 and appendix A.1, https://aclanthology.org/N19-1423/; masks drawn anew every
time: Liu et al. 2019, RoBERTa, section 4.1, https://arxiv.org/abs/1907.11692.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from embedlab.base import BadInput, Counts, Floats, Ids, OnProgress
from embedlab.models.bert.config import BertConfig
from embedlab.models.bert.tokenizer import Speller, WordpieceText
from embedlab.models.common import skipgram_init
from embedlab.models.common.context_losses import Question
from embedlab.models.common.examples import fingerprint
from embedlab.training import loop
from embedlab.training.loop import Learner


class BertLearner(Learner):
    """The loss of pretraining: mean loss of the masked words, plus next sentence if there are two segments.

    With ``company`` a loss on the words around each word is added, on the states below the top block; if it is
    ``at_top``, on the states of the top block at the positions that are not masked.

    The top block and the scores over the vocabulary are computed for the masked positions only (and for the first
    special token, which predicts the next sentence), because nothing else uses them.
    """

    def __init__(self, network: nn.Module, *, pairs: bool, company: Question | None = None) -> None:
        super().__init__()
        self.network: Any = network
        self.company = company
        others = (*(("next sentence",) if pairs else ()), *((company.part,) if company else ()))
        self.parts = ("masked words", *others) if others else ()

    def forward(
        self, ids: Tensor, segments: Tensor, positions: Tensor, targets: Tensor, wrong: Tensor | None = None
    ) -> Tensor:
        """Mean negative log-probability in nats; the arguments are a batch of ``SegmentPairs``."""
        *blocks, top = self.network.bert.encoder.layer
        states = self.network.bert.embeddings(input_ids=ids, token_type_ids=segments)  # (B, T, D)
        for block in blocks:
            states = block(states)
        if wrong is not None:
            positions = torch.cat([torch.zeros_like(positions[:, :1]), positions], dim=1)  # (B, 1 + K)
        whole = top(states) if self.company is not None and self.company.at_top else None  # (B, T, D)
        shown = _at(top, states, positions) if whole is None else _taken(whole, positions)  # (B, K, D)
        hidden = (shown if wrong is None else shown[:, 1:]).flatten(0, 1)  # (B * K, D)
        losses = [functional.cross_entropy(self.network.cls.predictions(hidden).float(), targets.flatten())]
        if wrong is not None:
            scores = self.network.cls.seq_relationship(self.network.bert.pooler(shown))  # (B, 2)
            losses.append(functional.cross_entropy(scores.float(), wrong))
            positions = positions[:, 1:]
        if self.company is not None:
            begins = segments.diff(dim=1, prepend=segments[:, :1]) > 0  # (B, T): the second segment
            seen = torch.ones_like(ids, dtype=torch.bool).scatter(1, positions, False) if whole is not None else None
            output = states if whole is None else whole
            losses.append(self.company(output, ids.scatter(1, positions, targets), begins, seen))
        each = torch.stack(losses)
        if self.parts:
            self.apart = each.detach()
        return each.sum() if self.company is None else each[:-1].sum() + self.company.weight * each[-1]


def _at(block: Any, states: Tensor, positions: Tensor) -> Tensor:
    """(B, K, D) output of a block for (B, T, D) states, computed at the positions (B, K) only."""
    look = block.attention.self
    masked = _taken(states, positions)  # (B, K, D)
    query, key, value = (
        part(given).unflatten(-1, (-1, look.attention_head_size)).transpose(1, 2)  # (B, H, K or T, D / H)
        for part, given in ((look.query, masked), (look.key, states), (look.value, states))
    )
    dropout = look.dropout.p if block.training else 0.0
    seen = functional.scaled_dot_product_attention(query, key, value, dropout_p=dropout)
    output: Tensor = block.feed_forward_chunk(block.attention.output(seen.transpose(1, 2).flatten(2), masked))
    return output


def _taken(states: Tensor, positions: Tensor) -> Tensor:
    """(B, K, D): the (B, T, D) states at the positions (B, K)."""
    return states.gather(1, positions[..., None].expand(-1, -1, states.shape[-1]))


MASKED, REPLACED = 0.8, 0.1
"""Share of the pieces to predict that become the mask, and that become a random piece; the rest is not changed."""
SHORT = 0.1
"""Share of the batches that are shorter, so that the network meets short sentences, too."""


class SegmentPairs:
    """Examples ``[CLS] a [SEP] b [SEP]`` that fill ``sequence`` pieces without padding.

    An example begins with a sentence and takes the pieces that follow, whatever sentence they end in; the next one
    begins with that sentence. It is cut in two at the end of a sentence; in half of the examples the second part is
    replaced by what follows the beginning of another sentence. Which, and what is hidden, depends on seed, epoch and
    the number of the batch's first example alone.

    Args:
        text: the wordpieces.
        speller: the tokenizer, for the special tokens and V.
        sequence: pieces of an example, special tokens included; fewer for a short text.
        pairs: whether there are two segments; else ``[CLS] a [SEP]``.
        seed: of the draw.
        mask_rate: share of the pieces that are to be predicted.
        chances: (V,) relative chance of each piece to be hidden, see ``rarer``; equal if ``None``.
        short: share of the batches that are cut to a random shorter length.

    Attributes:
        epoch: the pass over the text; set it before each (``BatchOrder`` does).

    Raises:
        BadInput: fewer than four pieces.
    """

    lanes = 0

    def __init__(
        self,
        text: WordpieceText,
        speller: Speller,
        sequence: int,
        *,
        pairs: bool,
        seed: int,
        mask_rate: float = 0.15,
        chances: Floats | None = None,
        short: float = 0.0,
    ) -> None:
        if len(text.ids) < 4:
            raise BadInput("There is too little text to learn what words stand together. Give more.")
        self.text, self.speller, self.pairs, self.seed, self.short = text, speller, pairs, seed, short
        self.mask_rate, self.chances, self.special = mask_rate, chances, 3 if pairs else 2
        self.room = min(sequence - self.special, len(text.ids))
        self.shortest = max(3, self.room // 8)
        self.tokens = round(self.special + self.room - short * (self.room - self.shortest) / 2)
        self.starts = _starts(text, self.room)
        self.plain = np.setdiff1d(
            np.arange(len(speller.vocabulary)), [speller.begin, speller.end, speller.mask, speller.pad, speller.unknown]
        )
        self.epoch = 0

    def __len__(self) -> int:
        return len(self.starts)

    def __getitems__(self, rows: Sequence[int]) -> tuple[Tensor, ...]:
        """A batch: pieces (B, T), segments (B, T), masked positions (B, K), their pieces (B, K), 1 if b is false (B,).

        All int64; without pairs the segments are 0 and there is no last part.
        """
        draw = np.random.default_rng((self.seed, self.epoch, int(rows[0])))
        room = int(draw.integers(self.shortest, self.room + 1)) if draw.random() < self.short else self.room
        start = self.starts[np.asarray(rows)]  # (B,)
        positions = np.arange(room)
        content = self.text.ids[start[:, None] + positions].astype(np.int64)  # (B, room)
        if self.pairs:
            split = self._splits(start, room, draw)  # (B,)
            wrong = draw.random(len(start)) < 0.5
            other = self._elsewhere(start + split, draw)  # (B,)
            from_other = (other[:, None] + positions - split[:, None]) % len(self.text.ids)  # (B, room)
            replaced = wrong[:, None] & (positions >= split[:, None])
            content = np.where(replaced, self.text.ids[from_other], content)
        else:
            split = np.full(len(start), room)
        ids, segments, where = self._laid_out(content, split)
        at, targets = self._hide(ids, where, draw)
        parts = [ids, segments, at, targets, *([wrong.astype(np.int64)] if self.pairs else [])]
        return tuple(torch.from_numpy(part) for part in parts)

    def _splits(self, start: Ids, room: int, draw: np.random.Generator) -> Ids:
        """(B,) length of the first segment: up to the end of one of its sentences; random if there is only one."""
        first = np.searchsorted(self.text.ends, start, "right")
        count = np.searchsorted(self.text.ends, start + room, "left") - first
        chance = draw.random(len(start))
        end = self.text.ends[np.minimum(first + (chance * count).astype(np.int64), len(self.text.ends) - 1)]
        anywhere: Ids = 1 + (chance * (room - 1)).astype(np.int64)
        return np.where(count > 0, end - start, anywhere)

    def _elsewhere(self, true: Ids, draw: np.random.Generator) -> Ids:
        """(B,) where a sentence begins that is not the true next one."""
        sentences = len(self.text.ends)
        chosen = draw.integers(0, sentences, len(true))
        begins = self.text.ends[chosen - 1] % len(self.text.ids)  # the one before the first is the last
        again = self.text.ends[chosen] % len(self.text.ids)
        return np.where(begins == true % len(self.text.ids), again, begins)

    def _laid_out(self, content: Ids, split: Ids) -> tuple[Ids, Ids, Ids]:
        """Pieces with special tokens, and segments, each (B, T), and the positions of the content, (B, room)."""
        length = content.shape[1] + self.special
        columns = np.arange(length)
        ids = np.full((len(content), length), self.speller.end, np.int64)
        ids[:, 0] = self.speller.begin
        where = 1 + np.arange(content.shape[1]) + (np.arange(content.shape[1]) >= split[:, None])
        np.put_along_axis(ids, where, content, axis=1)
        return ids, (columns > split[:, None] + 1).astype(np.int64), where

    def _hide(self, ids: Ids, where: Ids, draw: np.random.Generator) -> tuple[Ids, Ids]:
        """Mask a share of the content in ``ids``; return the positions and their original pieces, each (B, K)."""
        count = max(1, round(self.mask_rate * where.shape[1]))
        lots = draw.random(where.shape)
        if self.chances is not None:
            lots = -np.log1p(-lots) / self.chances[np.take_along_axis(ids, where, axis=1)]  # Efraimidis & Spirakis 2006
        chosen = np.argpartition(lots, count - 1, axis=1)[:, :count]
        at = np.sort(np.take_along_axis(where, chosen, axis=1), axis=1)
        targets = np.take_along_axis(ids, at, axis=1)
        chance = draw.random(at.shape)
        other = self.plain[draw.integers(0, len(self.plain), at.shape)]
        shown = np.where(chance < MASKED, self.speller.mask, np.where(chance < MASKED + REPLACED, other, targets))
        np.put_along_axis(ids, at, shown, axis=1)
        return at, targets


def rarer(counts: Counts, threshold: float) -> Floats:
    """(V,) relative chance of a piece to be hidden: the square root of threshold / frequency, at most 1.

    Mikolov et al. 2013, Distributed Representations, equation 5: there, how often a word is kept in the text.
    """
    shares = np.maximum(counts, 1) / max(int(counts.sum()), 1)
    chances: Floats = np.minimum(1.0, np.sqrt(threshold / shares)).astype(np.float32)
    return chances


def _starts(text: WordpieceText, room: int) -> Ids:
    """Where the examples begin; the last reaches to the end of the text."""
    ends, size = text.ends.tolist(), len(text.ids)
    starts, at = [], 0
    while at + room < size:
        starts.append(at)
        cut = ends[bisect_right(ends, at + room) - 1] if ends[0] <= at + room else 0  # where the last sentence begins
        at = cut if cut >= at + (room + 1) // 2 else at + room
    starts.append(size - room)
    return np.array(starts, np.int64)


STRETCH, MOST, SHARE = 4, 512, 0.05


def split(text: WordpieceText, room: int, seed: int) -> tuple[WordpieceText, WordpieceText]:
    """Split a text into training and held-out text: stretches of neighboring sentences, one wordpiece in twenty.

    At most 512 examples of ``room`` pieces, at least a sentence; none of a text of a single sentence.
    """
    size, sentences = len(text.ids), len(text.ends)
    held = np.zeros(sentences, np.bool_)
    if sentences > 1:
        wanted = min(max(int(SHARE * size), 1), MOST * room)
        stretches = max(1, wanted // (STRETCH * room))
        shift = np.random.default_rng(seed).random()
        begins = ((np.arange(stretches) + shift) * size / stretches).astype(np.int64)
        first = np.minimum(np.searchsorted(text.ends, begins, "right"), sentences - 1)
        last = np.searchsorted(text.ends, begins + wanted // stretches, "right")
        for one, end in zip(first.tolist(), last.tolist(), strict=True):
            held[one : max(one + 1, end)] = True
    if held.all():
        held[0] = False
    return text.part(~held), text.part(held)


def fit(
    network: nn.Module,
    text: WordpieceText,
    speller: Speller,
    counts: Counts,
    config: BertConfig,
    on_progress: OnProgress | None = None,
    checkpoints: Path | None = None,
    beginning: str = "",
    company: Question | None = None,
) -> loop.Outcome:
    """Train a network on masked words, and on next sentences if the settings say so (see ``training.loop.fit``).

    Args:
        network: a network with the heads that it needs; it is changed.
        text: the text in wordpieces; one in twenty is held out.
        speller: the tokenizer, for the special tokens and V.
        counts: (V,) how often each piece occurs in the text.
        config: settings.
        on_progress: called about once a second.
        checkpoints: folder for the checkpoint, from which the training continues after a kill.
        beginning: identifies the initial weights (``digest``), so that no checkpoint of other weights is resumed.
        company: the loss on the words around each word, or ``None``.
    """
    read, unseen = split(text, config.sequence, config.seed)
    pairs, rate = config.next_sentence, config.mask_rate
    chances = rarer(counts, config.mask_subsample) if config.mask_subsample else None
    if company is not None:
        beginning += company.name
    task = loop.Task(
        BertLearner(network, pairs=pairs, company=company),
        SegmentPairs(
            read, speller, config.sequence, pairs=pairs, seed=config.seed, mask_rate=rate, chances=chances, short=SHORT
        ),
        SegmentPairs(unseen, speller, config.sequence, pairs=pairs, seed=0) if len(unseen.ids) > 3 else None,
        unit="wordpieces",
        mark=fingerprint("bert", config, [*speller.vocabulary, beginning], len(text.ids)),
    )
    return loop.fit(task, config, on_progress, checkpoints)


VECTOR_STRETCH = 10.0
"""Factor by which skip-gram vectors are longer than random weights: AdamW moves every number by about the learning rate
in each step, so that short vectors would be lost after a few dozen steps."""
PLACES = 0.5
"""Length of a position vector, relative to the random vectors of pieces."""


@torch.no_grad()
def begin(network: Any, counts: Counts, vectors: Floats | None = None) -> None:
    """Initialise a new network with what is known before training: positions, frequencies and, if given, vectors.

    Args:
        network: a new BERT with its head for hidden words.
        counts: (V,) how often each piece occurs in the text; the output bias begins with their log-probabilities.
        vectors: (V, D) vectors of the pieces, see ``skipgram_init.skipgram``; ``None`` leaves random ones.
    """
    pieces, positions = (
        network.bert.embeddings.word_embeddings.weight,
        network.bert.embeddings.position_embeddings.weight,
    )
    waves = sinusoids(*positions.shape)
    positions.copy_(waves * (PLACES * pieces.norm(dim=1).mean() / waves.norm(dim=1).mean()))
    head = network.cls.predictions
    chances = (counts + 1) / (counts.sum() + len(counts))
    head.bias.copy_(torch.from_numpy(np.log(chances)))
    if vectors is not None:
        skipgram_init.begin_with(pieces, vectors * VECTOR_STRETCH)
        head.transform.LayerNorm.weight.fill_(1 / VECTOR_STRETCH)  # the scores begin as wide as before


def sinusoids(count: int, width: int) -> Tensor:
    """(count, width) sine waves of many lengths: near positions have similar vectors.

    Vaswani et al. 2017, Attention Is All You Need, section 3.5, https://arxiv.org/abs/1706.03762.
    """
    positions = torch.arange(count)[:, None]
    slower = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000) / width))
    waves = torch.zeros(count, width)
    waves[:, 0::2] = torch.sin(positions * slower)
    waves[:, 1::2] = torch.cos(positions * slower[: width // 2])
    return waves
