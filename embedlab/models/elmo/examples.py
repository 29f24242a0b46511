"""Training examples for ELMo: which words are predicted, the letters of all words, which sentences are held out.

Whole sentences are joined to rows of equal length, which both directions read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embedlab.base import UNKNOWN, BadInput, Counts, StaticModel
from embedlab.data.vocab import EncodedCorpus, Vocabulary
from embedlab.models.common import cards
from embedlab.models.common.context_losses import question
from embedlab.models.common.examples import SplitText, mark, split
from embedlab.models.common.network_model import Lesson
from embedlab.models.elmo import network
from embedlab.models.elmo.config import ElmoConfig
from embedlab.models.elmo.network import ElmoLearner, ElmoNetwork
from embedlab.training import loop


@dataclass(frozen=True)
class Lexicon:
    """The meaning of a text's numbers: N words, N for a word dropped while counting, N + 1 for the boundary.

    Attributes:
        characters: (N + 3, width) characters of each; last come the tokens before and after a sentence.
        outputs: (N + 2,) number of each among the V predicted words, ``<unk>`` and ``</s>``.
    """

    characters: NDArray[np.int16]
    outputs: NDArray[np.int64]

    @classmethod
    def of(cls, words: Sequence[str], known: int, width: int) -> Lexicon:
        """Make it for words, commonest first, of which the first ``known`` are predicted."""
        characters = network.numbers([*words, UNKNOWN], width)
        outputs = np.minimum(np.arange(len(words) + 2), known)
        outputs[-1] = known + 1
        return cls(np.concatenate([characters, network.ends_of_sentence(width)]), outputs)


class SentenceRows:
    """Examples for ELMo: rows of whole sentences with about the same number of predictions.

    Each direction begins every sentence with an empty state. A sentence of n words, between two boundaries, gives n + 1
    predictions in each direction; one that is longer than a row is cut. Rows are filled with the longest part that
    still fits, so that little padding is needed.

    Args:
        text: (M,) numbers, with a boundary before the first sentence and after each.
        lexicon: the meaning of the numbers.
        length: T, predictions in a row.

    Raises:
        BadInput: fewer than two numbers.
    """

    lanes = 0

    def __init__(self, text: NDArray[np.int32], lexicon: Lexicon, length: int) -> None:
        if len(text) < 2:
            raise BadInput("There is too little text to learn what follows what. Give more.")
        self.text, self.lexicon, self.boundary = text, lexicon, len(lexicon.outputs) - 1
        boundaries = np.flatnonzero(text == self.boundary)
        lengths = np.diff(boundaries)
        self.tokens = min(length, max(2, int(lengths.sum())))
        cuts = -(-lengths // self.tokens)  # (S,) parts of each sentence
        part = np.arange(cuts.sum()) - np.repeat(np.cumsum(cuts) - cuts, cuts)
        starts = np.repeat(boundaries[:-1], cuts) + part * self.tokens
        sizes = np.minimum(np.repeat(lengths, cuts) - part * self.tokens, self.tokens)
        order, self.bounds = packed(sizes, self.tokens)
        self.starts, self.sizes = starts[order], sizes[order]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def __getitems__(self, rows: Sequence[int]) -> tuple[Tensor, ...]:
        """A batch: characters, inputs, beginnings of sentences, targets, and inputs by their numbers in the lexicon.

        The characters are (U, width), of the U different words. The others are (2, T, B), forward and backward, each in
        its own reading order: inputs as numbers among the U words; whether the state is reset; targets as output
        numbers, -1 for padding; inputs as numbers in the lexicon.
        """
        positions, first, last = self._places(np.asarray(rows))  # (B, T) each
        empty = positions < 0
        before, after = self.text[positions], self.text[positions + 1]
        reads = np.stack([before.T, np.where(after == self.boundary, after + 1, after).T[::-1]])
        reads = reads.astype(np.int64)  # (2, T, B)
        targets = np.stack([self.lexicon.outputs[after].T, self.lexicon.outputs[before].T[::-1]])
        targets[np.stack([empty.T, empty.T[::-1]])] = -1
        words, inputs = np.unique(reads, return_inverse=True)
        fresh = np.stack([first.T, last.T[::-1]])
        characters = self.lexicon.characters[words]
        arrays = (characters, inputs.reshape(reads.shape), fresh, targets, reads)
        return tuple(torch.from_numpy(array) for array in arrays)

    def _places(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
        """Position in the text of each prediction of some rows, -1 for padding; whether a part begins, or ends."""
        positions = np.full((len(rows), self.tokens), -1)
        first, last = np.zeros((2, *positions.shape), np.bool_)
        for row, (begin, end) in enumerate(zip(self.bounds[rows], self.bounds[rows + 1], strict=True)):
            sizes = self.sizes[begin:end]
            ends = np.cumsum(sizes)
            offsets = self.starts[begin:end] - (ends - sizes)
            positions[row, : ends[-1]] = np.arange(ends[-1]) + np.repeat(offsets, sizes)
            first[row, ends - sizes] = last[row, ends - 1] = True
        return positions, first, last


def packed(sizes: NDArray[np.int64], room: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pack parts of at most ``room`` into rows of ``room``: the order of the parts, and (R + 1,) where rows begin."""
    order = np.argsort(-sizes, kind="stable")
    left = np.bincount(sizes, minlength=room + 1).tolist()
    following = np.searchsorted(-sizes[order], -np.arange(room + 1)).tolist()  # the next part of each size
    fitting = list(range(room + 1))  # the largest size that is left, of those up to each
    taken: list[int] = []
    bounds = [0]
    while len(taken) < len(sizes):
        free = room
        while True:
            while fitting[free] and not left[fitting[free]]:
                fitting[free] -= 1
            if not (size := fitting[free]):
                break
            taken.append(following[size])
            following[size] += 1
            left[size] -= 1
            free -= size
        bounds.append(len(taken))
    return order[taken], np.array(bounds)


@dataclass(frozen=True)
class ElmoText:
    """A text prepared for training.

    Attributes:
        split: training and held-out text, as numbers.
        predicted: the V words that are predicted.
        lexicon: the meaning of the numbers.
        words: the words of the text, by number.
        tokens: running words.
        mark: identifies text and settings, for checkpoints.
    """

    split: SplitText
    predicted: Vocabulary
    lexicon: Lexicon
    words: Sequence[str]
    tokens: int
    mark: str

    @classmethod
    def of(cls, encoded: EncodedCorpus, predicted: Vocabulary, config: ElmoConfig) -> ElmoText:
        """Prepare a text in whose vocabulary the predicted words come first.

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
        """The training task of a network; with ``company`` the loss on the words around is added.

        Raises:
            BadInput: the vectors know none of the words.
        """
        context_loss = question(company, self.words, config.dim, config.seed, likeness=config.likeness)
        read, unseen = self.split.training, self.split.held_out
        task = loop.Task(
            ElmoLearner(network, context_loss),
            SentenceRows(read, self.lexicon, config.stretch),
            SentenceRows(unseen, self.lexicon, config.stretch) if len(unseen) > 1 else None,
            units_per_word=1.0,
            mark=self.mark + (context_loss.name if context_loss else ""),
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
    positions = {word: i for i, word in enumerate(words)}
    numbers = np.array([*(positions[word] for word in encoded.vocabulary.words), len(words)], np.int32)  # (V + 1,)
    ids = numbers[encoded.ids]
    vocabulary = Vocabulary(words, np.bincount(ids, minlength=len(words) + 1)[: len(words)])
    return replace(encoded, vocabulary=vocabulary, ids=ids)
