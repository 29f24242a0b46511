"""Join words that form a phrase into one token, such as "new_york", with gensim's phrase detection."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from embedlab.base import BadInput
from embedlab.data.corpus import Corpus, Source
from embedlab.data.tokenizer import TextOptions

MAX_PAIRS = 2_000_000
"""Different words and pairs counted; beyond it gensim forgets the rarest."""


@dataclass(frozen=True)
class PhraseSource:
    """A source whose sentences have phrases joined.

    Attributes:
        source: the text.
        found: gensim's frozen phrase model.
    """

    source: Source
    found: Any

    def texts(self) -> Iterator[str]:
        """Paragraphs as they were written."""
        return self.source.texts()

    def sentences(self, options: TextOptions) -> Iterator[list[str]]:
        """Sentences as words, phrases joined by an underscore."""
        for sentence in self.source.sentences(options):
            yield self.found[sentence]

    def size(self) -> int:
        """Running words, estimated before joining."""
        return self.source.size()

    def phrases(self) -> list[tuple[str, float]]:
        """The phrases and their scores, highest first."""
        return sorted(self.found.phrasegrams.items(), key=lambda item: (-item[1], item[0]))


def with_phrases(corpus: Corpus, min_count: int = 5, threshold: float = 10.0) -> Corpus:
    """A corpus in which pairs that occur together more often than by chance are one word.

    Reads the text once to count. The score of a pair is (count(ab) - min_count) * V / (count(a) * count(b))
    (Mikolov et al. 2013, Distributed Representations, equation 6, with gensim's factor V); English function words
    may stand inside a phrase ("bank_of_england").

    Args:
        corpus: the text.
        min_count: least occurrences of a phrase and its words.
        threshold: least score; higher makes fewer phrases.

    Raises:
        BadInput: a setting is out of range, or the text cannot be read.
    """
    from gensim.models.phrases import ENGLISH_CONNECTOR_WORDS, Phrases

    if min_count < 1 or threshold <= 0:
        raise BadInput("Phrases need a minimum count of at least 1 and a threshold above 0.")
    english = corpus.options.locale.startswith("en")
    connectors: Iterable[str] = ENGLISH_CONNECTOR_WORDS if english else frozenset()
    counted = Phrases(
        corpus, min_count=min_count, threshold=threshold, max_vocab_size=MAX_PAIRS, connector_words=connectors
    )
    return dataclasses.replace(corpus, source=PhraseSource(corpus.source, counted.freeze()))
