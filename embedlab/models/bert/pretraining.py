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


MASKED, REPLACED = 0.8, 0.1
"""Share of the hidden pieces that become the mask, and that become any other piece; the rest stays as it is."""
SHORT = 0.1
"""Share of the batches that are shorter, so that the network meets short sentences, too."""


class SegmentPairs:
    """Examples ``[CLS] a [SEP] b [SEP]`` that fill ``sequence`` pieces without padding.

    An example begins with a sentence and takes the pieces that follow, whatever sentence they end in; the next one
    begins with that sentence. It is cut in two at the end of a sentence; in half of the examples the second part is
    replaced by what follows the beginning of another sentence. Which, and what is hidden, depends on seed, epoch and
    the number of the batch's first example alone.

    Args:
        text: the pieces.
        speller: the numbers of the marks, and V.
        sequence: pieces of an example, marks included; fewer for a short text.
        pairs: whether there are two segments; else ``[CLS] a [SEP]``.
        seed: of the draw.
        mask_rate: share of the pieces that are to be guessed.
        chances: (V,) how readily each piece is hidden, see ``rarer``; all alike if ``None``.
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
        self.mask_rate, self.chances, self.marks = mask_rate, chances, 3 if pairs else 2
        self.room = min(sequence - self.marks, len(text.ids))
        self.shortest = max(3, self.room // 8)
        self.tokens = round(self.marks + self.room - short * (self.room - self.shortest) / 2)
        self.starts = _starts(text, self.room)
        self.plain = np.setdiff1d(
            np.arange(len(speller.vocabulary)), [speller.begin, speller.end, speller.mask, speller.pad, speller.unknown]
        )
        self.epoch = 0

    def __len__(self) -> int:
        return len(self.starts)

    def __getitems__(self, rows: Sequence[int]) -> tuple[Tensor, ...]:
        """A batch: pieces (B, T), segments (B, T), hidden places (B, K), what stood there (B, K), 1 if b is false (B,).

        All int64; without pairs the segments are 0 and there is no last part.
        """
        draw = np.random.default_rng((self.seed, self.epoch, int(rows[0])))
        room = int(draw.integers(self.shortest, self.room + 1)) if draw.random() < self.short else self.room
        start = self.starts[np.asarray(rows)]  # (B,)
        places = np.arange(room)
        content = self.text.ids[start[:, None] + places].astype(np.int64)  # (B, room)
        if self.pairs:
            split = self._splits(start, room, draw)  # (B,)
            wrong = draw.random(len(start)) < 0.5
            other = self._elsewhere(start + split, draw)  # (B,)
            from_other = (other[:, None] + places - split[:, None]) % len(self.text.ids)  # (B, room)
            replaced = wrong[:, None] & (places >= split[:, None])
            content = np.where(replaced, self.text.ids[from_other], content)
        else:
            split = np.full(len(start), room)
        ids, segments, where = self._laid_out(content, split)
        at, targets = self._hide(ids, where, draw)
        parts = [ids, segments, at, targets, *([wrong.astype(np.int64)] if self.pairs else [])]
        return tuple(torch.from_numpy(part) for part in parts)

    def _splits(self, start: Ids, room: int, draw: np.random.Generator) -> Ids:
        """(B,) pieces of the first segment: up to the end of one of its sentences; anywhere if there is but one."""
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
        """Pieces with their marks and segments, each (B, T), and where the content stands, (B, room)."""
        length = content.shape[1] + self.marks
        columns = np.arange(length)
        ids = np.full((len(content), length), self.speller.end, np.int64)
        ids[:, 0] = self.speller.begin
        where = 1 + np.arange(content.shape[1]) + (np.arange(content.shape[1]) >= split[:, None])
        np.put_along_axis(ids, where, content, axis=1)
        return ids, (columns > split[:, None] + 1).astype(np.int64), where

    def _hide(self, ids: Ids, where: Ids, draw: np.random.Generator) -> tuple[Ids, Ids]:
        """Hide a share of the content in ``ids``; the places and what stood there, each (B, K)."""
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
    """(V,) how readily a piece is hidden: the square root of threshold / frequency, 1 for what is rarer than that.

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
    """The text to learn from and one to measure on: stretches of neighboring sentences, one piece in twenty.

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
    """Let a network learn hidden words, and next sentences if its settings say so (see ``training.fit``).

    Args:
        network: with a head for what it learns; it is changed.
        text: in pieces; one in twenty is held out.
        speller: the numbers of the marks, and V.
        counts: (V,) how often each piece stands in the text.
        config: settings.
        on_progress: told about once a second.
        checkpoints: folder in which the training is kept, so that it can go on after a kill.
        beginning: names the weights that it goes on from (``digest``), so that no checkpoint of others is taken.
        company: asks states for the words around theirs; ``None`` asks nothing.
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
"""How much longer than weights drawn at random skip-gram vectors are put in: AdamW moves every number by about the
learning rate at a step, so that short vectors would be gone after a few dozen."""
PLACES = 0.5
"""Length of the vector of a place, as a share of the random vectors' of pieces."""


@torch.no_grad()
def begin(network: Any, counts: Counts, vectors: Floats | None = None) -> None:
    """Prepare new weights, so that little time is lost on what is known beforehand.

    Args:
        network: a new BERT with its head for hidden words.
        counts: (V,) how often each piece stands in the text; the head begins with their log-probabilities.
        vectors: (V, D) of the pieces, see ``skipgram_init.skipgram``; ``None`` leaves them drawn at random.
    """
    pieces, places = network.bert.embeddings.word_embeddings.weight, network.bert.embeddings.position_embeddings.weight
    waves = sinusoids(*places.shape)
    places.copy_(waves * (PLACES * pieces.norm(dim=1).mean() / waves.norm(dim=1).mean()))
    head = network.cls.predictions
    chances = (counts + 1) / (counts.sum() + len(counts))
    head.bias.copy_(torch.from_numpy(np.log(chances)))
    if vectors is not None:
        skipgram_init.begin_with(pieces, vectors * VECTOR_STRETCH)
        head.transform.LayerNorm.weight.fill_(1 / VECTOR_STRETCH)  # the scores begin as wide as before


def sinusoids(count: int, width: int) -> Tensor:
    """(count, width) waves of many lengths: places near one another have like vectors.

    Vaswani et al. 2017, Attention Is All You Need, section 3.5, https://arxiv.org/abs/1706.03762.
    """
    places = torch.arange(count)[:, None]
    slower = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000) / width))
    waves = torch.zeros(count, width)
    waves[:, 0::2] = torch.sin(places * slower)
    waves[:, 1::2] = torch.cos(places * slower[: width // 2])
    return waves
