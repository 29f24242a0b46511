"""A text as ELMo learns from it: which words are predicted, the letters of all, what is held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from embedlab import training
from embedlab.base import BadInput, Counts, StaticModel
from embedlab.data.vocab import EncodedCorpus, Vocabulary
from embedlab.models import cards
from embedlab.models.elmo_config import ElmoConfig
from embedlab.models.elmo_network import ElmoLearner, ElmoNetwork
from embedlab.models.elmo_rows import Lexicon, SentenceRows
from embedlab.models.networks import Lesson
from embedlab.models.questions import question
from embedlab.models.word_lines import SplitText, mark, split


@dataclass(frozen=True)
class ElmoText:
    """A text to learn from.

    Attributes:
        split: to train on and to measure on, as numbers.
        predicted: the V words that are predicted.
        lexicon: what the numbers mean.
        words: of the text, by number.
        tokens: running words.
        mark: names it with the settings, for checkpoints.
    """

    split: SplitText
    predicted: Vocabulary
    lexicon: Lexicon
    words: Sequence[str]
    tokens: int
    mark: str

    @classmethod
    def of(cls, encoded: EncodedCorpus, predicted: Vocabulary, config: ElmoConfig) -> ElmoText:
        """From a text in whose vocabulary the predicted words come first.

        Raises:
            BadInput: nothing is left to train on.
        """
        lexicon = Lexicon.of(encoded.vocabulary.words, len(predicted), config.characters)
        name = mark("elmo", config, encoded)
        return cls(split(encoded, config.seed), predicted, lexicon, encoded.vocabulary.words, encoded.tokens, name)

    @cached_property
    def counts(self) -> Counts:
        """(V + 2,) how often each output is to be predicted."""
        size = len(self.predicted) + 2
        return np.bincount(self.lexicon.outputs, self.split.counts, size).astype(np.int64)

    def lesson(
        self, network: ElmoNetwork, config: ElmoConfig, corpus: cards.Described, company: StaticModel | None
    ) -> Lesson:
        """What a network learns from it; with ``company`` it is asked for the words around, too.

        Raises:
            BadInput: the vectors know none of the words.
        """
        asked = question(company, self.words, config.dim, config.seed, likeness=config.likeness)
        read, unseen = self.split.training, self.split.held_out
        task = training.Task(
            ElmoLearner(network, asked),
            SentenceRows(read, self.lexicon, config.stretch),
            SentenceRows(unseen, self.lexicon, config.stretch) if len(unseen) > 1 else None,
            units_per_word=1.0,
            mark=self.mark + (asked.name if asked else ""),
        )
        return Lesson(task, self.predicted, corpus, self.tokens, "ELMo")


def predicted(encoded: EncodedCorpus, config: ElmoConfig) -> Vocabulary:
    """The words of a text that are common enough to be predicted.

    Raises:
        BadInput: fewer than two.
    """
    vocabulary = encoded.vocabulary
    known = min(int((vocabulary.counts >= config.min_count).sum()), config.max_words)
    if known < 2:
        raise BadInput(
            f"Only {known} different words of {encoded.tokens:,} running words are seen at least {config.min_count} "
            "times. Lower the minimum count or give more text."
        )
    return Vocabulary(vocabulary.words[:known], vocabulary.counts[:known])


def renumbered(encoded: EncodedCorpus, first: Vocabulary) -> EncodedCorpus:
    """The same text with the words of another vocabulary first, whether it has them or not, then its others."""
    others = [word for word in encoded.vocabulary.words if word not in first.positions]
    words = (*first.words, *others)
    places = {word: i for i, word in enumerate(words)}
    numbers = np.array([*(places[word] for word in encoded.vocabulary.words), len(words)], np.int32)  # (V + 1,)
    ids = numbers[encoded.ids]
    vocabulary = Vocabulary(words, np.bincount(ids, minlength=len(words) + 1)[: len(words)])
    return replace(encoded, vocabulary=vocabulary, ids=ids)
