"""What BERT learns from: two segments, some of their pieces hidden, drawn anew at every pass over the text.

Devlin et al. 2019, BERT, section 3.1 and appendix A.1, https://aclanthology.org/N19-1423/; masks drawn anew every
time: Liu et al. 2019, RoBERTa, section 4.1, https://arxiv.org/abs/1907.11692.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embedlab.base import BadInput, Counts, Floats
from embedlab.models.bert_pieces import Speller
from embedlab.models.bert_text import PieceText

MASKED, REPLACED = 0.8, 0.1
"""Share of the hidden pieces that become the mask, and that become any other piece; the rest stays as it is."""
SHORT = 0.1
"""Share of the batches that are shorter, so that the network meets short sentences, too."""
Ids = NDArray[np.int64]


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
        text: PieceText,
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


def _starts(text: PieceText, room: int) -> Ids:
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


def split(text: PieceText, room: int, seed: int) -> tuple[PieceText, PieceText]:
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
