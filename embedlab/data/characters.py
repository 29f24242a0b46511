"""Encode a text as character numbers in a file on disk, for character language models."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import IO

import numpy as np
from numpy.typing import NDArray

from embedlab.base import BadInput, Counts, OnProgress, Progress, files
from embedlab.base.limits import Limits
from embedlab.data.vocab import check_tokens

BATCH = 1_000_000
"""Characters in a batch of encoding."""
CODES = 0x110000
"""Number of Unicode's code points."""


@dataclass(frozen=True)
class EncodedCharacters:
    """A text as character numbers, memory-mapped.

    Attributes:
        characters: the V different characters, commonest first; the line end is always one of them.
        counts: (V,) occurrences.
        ids: (N,) int32, every character; paragraphs end with a line end; V stands for an unknown one.
        words: number of words, as separated by white space.
    """

    characters: tuple[str, ...]
    counts: Counts
    ids: NDArray[np.int32]
    words: int


def encode(
    texts: Iterable[str],
    min_count: int = 1,
    max_characters: int | None = None,
    on_progress: OnProgress | None = None,
    known: Sequence[str] | None = None,
) -> EncodedCharacters:
    """Count and number the characters of a text in one pass; memory does not grow with the text.

    Args:
        texts: paragraphs.
        min_count: rarer characters count as unknown.
        max_characters: keep at most so many.
        on_progress: called with the characters read so far (phase "reading").
        known: use exactly these characters, in this order, whether or not the text has them.

    Raises:
        BadInput: fewer than two different characters remain, or there are more words than the limits allow.
    """
    with tempfile.TemporaryFile(buffering=0) as spool:
        counted, words = _counted(texts, spool, on_progress)
        size = int(counted.sum())
        kept = np.array([*map(ord, known)]) if known else _kept(counted, min_count, max_characters)
        if len(kept) < 2:
            raise BadInput(f"Only {len(kept)} different characters remain of {size:,}. Give more text.")
        numbers = np.full(CODES, len(kept), np.int32)
        numbers[kept] = np.arange(len(kept), dtype=np.int32)
        ids = np.memmap(spool, np.int32, "r+", shape=(size,))  # stays valid when the file is closed
    for first in range(0, size, BATCH):
        ids[first : first + BATCH] = numbers[ids[first : first + BATCH]]
    return EncodedCharacters(tuple(map(chr, kept.tolist())), counted[kept], ids, words)


def _counted(texts: Iterable[str], spool: IO[bytes], on_progress: OnProgress | None) -> tuple[Counts, int]:
    """Write every code point to the spool; return (CODES,) how often each was seen, and the number of words."""
    counted, words, size, told = np.zeros(CODES, np.int64), 0, 0, monotonic()
    most = Limits.from_environment().tokens
    for batch in _batches(texts):
        codes = np.frombuffer(batch.encode("utf-32-le", errors="replace"), np.uint32)
        files.append(spool, codes)
        counted += np.bincount(codes, minlength=CODES)
        words += len(batch.split())
        check_tokens(words, most)
        size += len(codes)
        if on_progress and monotonic() - told >= 1:
            told = monotonic()
            on_progress(Progress(size, size, phase="reading", unit="characters"))
    return counted, words


def _kept(counted: Counts, min_count: int, most: int | None) -> NDArray[np.int64]:
    """Code points of the vocabulary, commonest first, the line end among them."""
    kept = np.flatnonzero(counted >= min_count)
    kept = kept[np.lexsort((kept, -counted[kept]))][:most]
    if len(kept) and ord("\n") not in kept:
        kept[-1] = ord("\n")
    return kept


def _batches(texts: Iterable[str]) -> Iterator[str]:
    """Join paragraphs, with their line ends, to batches of about a million characters."""
    waiting: list[str] = []
    size = 0
    for text in texts:
        waiting.append(text)
        size += len(text) + 1
        if size >= BATCH:
            yield "\n".join(waiting) + "\n"
            waiting, size = [], 0
    if waiting:
        yield "\n".join(waiting) + "\n"


SHARE, STRETCH, FEW, MOST = 0.05, 1_000, 5, 200


def split(encoded: EncodedCharacters) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Split a text into training and held-out text: one stretch of 1,000 characters in twenty is held out.

    At most 200 stretches; one of a text of fewer than twenty; none of a text of fewer than five.
    """
    stretches = -(-len(encoded.ids) // STRETCH)
    number = min(max(int(SHARE * stretches), int(stretches >= FEW)), MOST)
    chosen = np.linspace(0, stretches - 1, number + 2).astype(np.int64)[1:-1]  # evenly spread
    held = np.zeros(stretches, np.bool_)
    held[chosen] = True
    where = np.repeat(held, STRETCH)[: len(encoded.ids)]
    return np.asarray(encoded.ids)[~where], np.asarray(encoded.ids)[where]
