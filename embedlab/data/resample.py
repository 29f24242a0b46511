"""Bootstrap of a text: draw its paragraphs at random with replacement.

Choose the sentences that are held out from training, on which a language model is measured.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedlab.data.corpus import Corpus, Source
from embedlab.data.tokenizer import TextOptions, Tokenizer
from embedlab.data.vocab import EncodedCorpus

AT_ONCE = 1024


@dataclass(frozen=True)
class DrawnSource:
    """A source whose paragraphs appear never, once or several times.

    How often is drawn from a Poisson distribution of mean 1. For many paragraphs that is drawing as many with
    replacement, but for the total, and needs neither their number nor memory (the Poisson bootstrap; Chamandy,
    Muralidharan, Najmi & Naidu 2012, "Estimating Uncertainty for Massive Data Streams").

    Attributes:
        source: the source of the paragraphs.
        seed: random seed; the same seed gives the same text at every reading.
    """

    source: Source
    seed: int

    def texts(self) -> Iterator[str]:
        """The paragraphs that were drawn, in their order."""
        rng = np.random.default_rng(self.seed)
        times: list[int] = []
        for text in self.source.texts():
            times = times or rng.poisson(1.0, AT_ONCE).tolist()
            for _ in range(times.pop()):
                yield text

    def sentences(self, options: TextOptions) -> Iterator[list[str]]:
        """Sentences as words."""
        tokenizer = Tokenizer(options)
        for text in self.texts():
            yield from tokenizer.sentences(text)

    def size(self) -> int:
        """Running words, about as many as there are."""
        return self.source.size()


def drawn_anew(corpus: Corpus, seed: int) -> Corpus:
    """A text of about the same length, its paragraphs drawn with replacement."""
    return dataclasses.replace(corpus, source=DrawnSource(corpus.source, seed))


SHARE, MOST = 0.05, 2_000


def chosen(encoded: EncodedCorpus, seed: int) -> NDArray[np.bool_]:
    """(S,) mask of the held-out sentences: one in twenty, from 1 to 2,000; none of a text of a single sentence."""
    return drawn(len(encoded), min(max(1, int(SHARE * len(encoded))), MOST) if len(encoded) > 1 else 0, seed)


def drawn(sentences: int, number: int, seed: int) -> NDArray[np.bool_]:
    """(S,) mask of ``number`` random sentences; the same seed gives the same ones."""
    held = np.zeros(sentences, np.bool_)
    held[np.random.default_rng(seed).choice(sentences, number, replace=False)] = True
    return held


def joined(encoded: EncodedCorpus, sentences: NDArray[np.bool_], boundary: int) -> NDArray[np.int32]:
    """(M,) numbers of the chosen sentences, with a boundary before the first and after each.

    Args:
        encoded: the text.
        sentences: (S,) mask of the chosen sentences.
        boundary: the number between sentences.
    """
    lengths = np.diff(encoded.ends, prepend=0)
    ids = np.asarray(encoded.ids)
    if not sentences.all():
        ids = ids[np.repeat(sentences, lengths)]
    ends = np.cumsum(lengths[sentences])
    return np.insert(ids, np.concatenate([[0], ends]), boundary).astype(np.int32, copy=False)
