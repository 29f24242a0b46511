"""Feed a text from its memory map to gensim, as fast as lists in memory, in a way that can be stopped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlab.data.held_out import drawn
from embedlab.data.vocab import EncodedCorpus

BLOCK = 1_000
"""Sentences cut out of the text at once."""
LONGEST = 10_000
"""gensim's workers drop what a sentence has beyond this (MAX_SENTENCE_LEN), so longer ones come in pieces."""
HELD_OUT_SHARE, HELD_OUT_MOST, HELD_OUT_FROM = 0.01, 2_000, 5_000


class Feed:
    """The sentences of a text as views of their word numbers, as often as wanted; gensim's ``corpus_iterable``.

    gensim looks every token up in ``key_to_index``. Numbers come from the memory map several times faster than
    words, so ``number_words`` makes it a table of numbers while it trains.

    gensim iterates it in a thread of its own and waits for ever when that thread dies, so nothing may be
    raised here: an error is kept in ``error`` and ends the pass, and so does ``stop``.

    Args:
        encoded: the text.
        held_out: (S,) which sentences to skip.

    Attributes:
        words: running words of one pass.
        sentences: views given out in one pass.
        error: what went wrong, if anything.
    """

    def __init__(self, encoded: EncodedCorpus, held_out: NDArray[np.bool_]) -> None:
        self._encoded, self._held_out = encoded, held_out
        lengths = np.diff(encoded.ends, prepend=0)[~held_out]
        self.words = int(lengths.sum())
        self.sentences = int((-(-lengths // LONGEST)).sum())
        self.stopped = False
        self.error: Exception | None = None

    def stop(self, error: Exception | None = None) -> None:
        """End the present pass and every later one as soon as possible; the first error is kept."""
        self.error = self.error or error
        self.stopped = True

    def __iter__(self) -> Iterator[memoryview]:
        try:
            yield from self._pass()
        except Exception as error:
            self.stop(error)

    def _pass(self) -> Iterator[memoryview]:
        """Views, not lists: gensim's workers make a number when they need it, and none waits in their queue."""
        text, ends = np.asarray(self._encoded.ids).data, self._encoded.ends
        for first in range(0, len(ends), BLOCK):
            if self.stopped:
                return
            stops, skip = ends[first : first + BLOCK], self._held_out[first : first + BLOCK]
            starts = np.concatenate([ends[first - 1 : first] if first else [0], stops[:-1]])
            if skip.any() or (stops - starts).max() > LONGEST:
                starts, stops = _kept(starts, stops, ~skip)
            yield from [text[start:stop] for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)]


def _kept(
    starts: NDArray[np.int64], stops: NDArray[np.int64], keep: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the kept sentences begin and end, the long ones cut into pieces."""
    starts, stops = starts[keep], stops[keep]
    pieces = -(-(stops - starts) // LONGEST)
    number = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)  # which piece of its sentence
    starts = np.repeat(starts, pieces) + number * LONGEST
    return starts, np.minimum(starts + LONGEST, np.repeat(stops, pieces))


def number_words(model: Any) -> None:
    """Let a gensim model, its vocabulary built, take word numbers for words."""
    model.wv.key_to_index = {number: number for number in range(len(model.wv.index_to_key))}


def hold_out(encoded: EncodedCorpus, seed: int) -> NDArray[np.bool_]:
    """(S,) which sentences are kept from training to measure the loss on.

    One in a hundred, at most 2,000, and none of a text of fewer than 5,000 sentences: at most 1 % of the text
    is lost to training, and of a large one far less.
    """
    enough = len(encoded) >= HELD_OUT_FROM
    return drawn(len(encoded), min(int(HELD_OUT_SHARE * len(encoded)), HELD_OUT_MOST) if enough else 0, seed)
