"""Bootstrap of a text: draw its paragraphs at random with replacement."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from embedlab.data.corpus import Corpus
from embedlab.data.sources import Source
from embedlab.data.tokenizer import TextOptions, Tokenizer

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
