"""The vocabulary of a text, and the text as word numbers in a file on disk that trainers stream."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from time import monotonic
from typing import IO

import numpy as np
from numpy.typing import NDArray

from embedlab.base import UNKNOWN, BadInput, Counts, OnProgress, Progress, files
from embedlab.base.limits import LONGEST_WORD, Limits, met

MAX_TYPES = 1_000_000
"""Most different words while counting; beyond it the rarest are dropped, as word2vec.c's ReduceVocab does."""
BATCH = 200_000


@dataclass(frozen=True)
class Vocabulary:
    """Words and how often each was seen, commonest first (ties in alphabetical order).

    Attributes:
        words: V different words.
        counts: (V,) occurrences.
    """

    words: tuple[str, ...]
    counts: Counts

    @classmethod
    def from_counts(cls, counts: Mapping[str, int], min_count: int = 1, max_words: int | None = None) -> Vocabulary:
        """Keep the words seen at least ``min_count`` times, at most ``max_words`` of them; never very long ones."""
        found = (item for item in counts.items() if item[1] >= min_count and len(item[0]) <= LONGEST_WORD)
        kept = sorted(found, key=lambda item: (-item[1], item[0]))
        kept = kept[:max_words]
        return cls(tuple(word for word, _ in kept), np.array([count for _, count in kept], np.int64))

    @cached_property
    def positions(self) -> dict[str, int]:
        """The number of every word."""
        return {word: i for i, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)


@dataclass(frozen=True)
class EncodedCorpus:
    """A text as word numbers, memory-mapped, so that it may be larger than memory.

    Words outside the vocabulary are left out, so that windows reach across them, as in word2vec.c and GloVe; or, for
    language models, they become the number V.

    Attributes:
        vocabulary: the V words.
        ids: (N,) int32, every kept running word; V stands for an unknown one.
        ends: (S,) int64, where each sentence ends in ``ids``; sentences that kept no word are left out.
        tokens: running words of the text before any was left out.
    """

    vocabulary: Vocabulary
    ids: NDArray[np.int32]
    ends: NDArray[np.int64]
    tokens: int

    def __len__(self) -> int:
        return len(self.ends)

    def sentences(self) -> Iterator[list[str]]:
        """Every sentence as words, in order."""
        words = np.array([*self.vocabulary.words, UNKNOWN], dtype=object)
        for ids in self.id_sentences():
            yield words[ids].tolist()

    def id_sentences(self) -> Iterator[NDArray[np.int32]]:
        """Every sentence as word numbers, in order."""
        start = 0
        for first in range(0, len(self.ends), BATCH):
            for end in self.ends[first : first + BATCH].tolist():
                yield self.ids[start:end]
                start = end


class _Numbering(dict[str, int]):
    """A dictionary that gives every new word the next number."""

    def __init__(self) -> None:
        super().__init__()
        self.given = 0

    def __missing__(self, word: str) -> int:
        self[word] = number = self.given
        self.given += 1
        return number


def encode(
    sentences: Iterable[list[str]],
    min_count: int = 1,
    max_words: int | None = None,
    *,
    unknown: bool = False,
    on_progress: OnProgress | None = None,
    total: int = 0,
) -> EncodedCorpus:
    """Count and number the words of a text in one pass.

    Words get numbers in the order of appearance; these are written to a temporary file that lives as long as the
    result, then mapped to the vocabulary's order. Memory grows with the vocabulary, not with the text.

    Args:
        sentences: lists of words.
        min_count: leave out words seen less often.
        max_words: keep at most so many.
        unknown: replace words outside the vocabulary by the number V instead of leaving them out.
        on_progress: called with the running words read so far (phase "reading").
        total: expected running words, for the progress bar; 0 if unknown.

    Raises:
        BadInput: fewer than two different words remain, or there are more running words than the limits allow.
    """
    numbering, spool = _Numbering(), _Spool()
    _read_in(sentences, numbering, spool, on_progress, total)
    counted = spool.counts(numbering.given)
    often = {word: int(counted[number]) for word, number in numbering.items() if counted[number] >= min_count}
    vocabulary = Vocabulary.from_counts(often, min_count, max_words)
    if len(vocabulary) < 2:
        raise BadInput(
            f"Only {len(vocabulary)} different words remain of {spool.tokens:,} running words when those seen less "
            f"than {min_count} times are left out. Lower the minimum count or give more text."
        )
    new_number = np.full(numbering.given, len(vocabulary) if unknown else -1, np.int32)
    new_number[[numbering[word] for word in vocabulary.words]] = np.arange(len(vocabulary), dtype=np.int32)
    ids, ends = spool.renumbered(new_number)
    return EncodedCorpus(vocabulary, ids, ends, spool.tokens)


def _read_in(
    sentences: Iterable[list[str]], numbering: _Numbering, spool: _Spool, on_progress: OnProgress | None, total: int
) -> None:
    ids: list[int] = []
    lengths: list[int] = []
    told = monotonic()
    speed = _Speed(total)
    most = Limits.from_environment().tokens
    for sentence in sentences:
        ids.extend([numbering[word] for word in sentence])
        lengths.append(len(sentence))
        if on_progress and monotonic() - told >= 1:
            told = monotonic()
            on_progress(speed.progress(spool.tokens + len(ids)))
        if len(ids) >= BATCH or len(lengths) >= BATCH:
            spool.add(ids, lengths)
            ids, lengths = [], []
            check_tokens(spool.tokens, most)
            if len(numbering) > MAX_TYPES:
                _forget_rarest(numbering, spool)
    spool.add(ids, lengths)
    check_tokens(spool.tokens, most)


def check_tokens(count: int, most: int) -> None:
    """Check that a text has no more running words than may be trained on.

    Raises:
        BadInput: it has more.
    """
    if count > most:
        message = (
            f"The text holds {count:,} running words and more; at most {most:,} are trained on. Give a part of it."
        )
        raise BadInput(met("tokens", message))


class _Speed:
    """Progress of reading, with the remaining time if the length of the text is known."""

    def __init__(self, total: int) -> None:
        self.total, self.started = total, monotonic()

    def progress(self, tokens: int) -> Progress:
        speed = tokens / max(monotonic() - self.started, 1e-9)
        eta = (self.total - tokens) / speed if self.total > tokens > 0 else None
        return Progress(tokens, max(self.total, tokens), tokens_per_second=speed, eta=eta, phase="reading")


def _forget_rarest(numbering: _Numbering, spool: _Spool) -> None:
    counted = spool.counts(numbering.given)
    limit = 1
    numbers = np.fromiter(numbering.values(), np.int64, len(numbering))
    while (counted[numbers] > limit).sum() > MAX_TYPES // 2:
        limit += 1
    for word in [word for word, number in numbering.items() if counted[number] <= limit]:
        del numbering[word]


class _Spool:
    """Word numbers and sentence lengths in temporary files, deleted when no array maps them any more."""

    def __init__(self) -> None:
        self.ids, self.lengths = _temporary(), _temporary()
        self.sizes: list[tuple[int, int]] = []
        self.tokens = 0

    def add(self, ids: list[int], lengths: list[int]) -> None:
        files.append(self.ids, np.array(ids, np.int32))
        files.append(self.lengths, np.array(lengths, np.int32))
        self.sizes.append((len(ids), len(lengths)))
        self.tokens += len(ids)

    def blocks(self) -> Iterator[NDArray[np.int32]]:
        """The numbers as they were added, one batch in memory at a time; afterwards more can be added."""
        start = 0
        for size, _ in self.sizes:
            self.ids.seek(4 * start)
            yield np.fromfile(self.ids, np.int32, size)
            start += size
        self.ids.seek(0, 2)

    def counts(self, size: int) -> Counts:
        """(size,) how often each number was written."""
        total = np.zeros(size, np.int64)
        for block in self.blocks():
            seen, times = np.unique(block, return_counts=True)
            total[seen] += times
        return total

    def renumbered(self, new_number: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Map every number in place, and drop those mapped to -1; return the numbers and the sentence ends."""
        ends = _temporary()
        written = sentences = 0
        self.lengths.seek(0)
        for (_, lines), block in zip(self.sizes, self.blocks(), strict=True):
            new = new_number[block]
            keep = new >= 0
            kept = np.concatenate([[0], np.cumsum(keep, dtype=np.int64)])  # (n + 1,) kept before each position
            here = kept[np.cumsum(np.fromfile(self.lengths, np.int32, lines), dtype=np.int64)]  # (lines,)
            here = here[np.diff(here, prepend=0) > 0]
            files.append(ends, here + written)
            self.ids.seek(4 * written)
            files.append(self.ids, new[keep])
            written += int(kept[-1])
            sentences += len(here)
        return np.memmap(self.ids, np.int32, "r", shape=(written,)), np.memmap(ends, np.int64, "r", shape=(sentences,))


def _temporary() -> IO[bytes]:
    return tempfile.TemporaryFile(buffering=0)
