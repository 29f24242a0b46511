"""Training examples from a text of word numbers: ``Stream`` for recurrent networks, ``Windows`` for fixed contexts.

``WordNumbers`` gives words the numbers that language models use: the vocabulary, then ``<unk>``, then ``</s>``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embedlab.base import END, UNKNOWN, BadInput, Lexicon, given
from embedlab.base.settings import Settings
from embedlab.data import resample
from embedlab.data.vocab import EncodedCorpus


class Stream:
    """A text cut into B lanes of equal length that are read side by side, T tokens at a time.

    Example ``s * B + b`` is stretch s of lane b; its targets are its inputs moved by one. What is left over at the
    end is not read.

    Args:
        text: (M,) token numbers.
        lanes: B, at most; fewer for a short text.
        length: T, at most; less for a short text.

    Raises:
        BadInput: fewer than two tokens.
    """

    def __init__(self, text: NDArray[np.int32], lanes: int, length: int) -> None:
        if len(text) < 2:
            raise BadInput("There is too little text to learn what follows what. Give more.")
        self.tokens = min(length, len(text) - 1)
        self.lanes = max(1, min(lanes, (len(text) - 1) // self.tokens))
        self.stretches = (len(text) - 1) // self.lanes // self.tokens
        self.text = text
        self.starts = np.arange(self.lanes) * ((len(text) - 1) // self.lanes)

    def __len__(self) -> int:
        return self.stretches * self.lanes

    def positions(self, rows: Sequence[int]) -> NDArray[np.int64]:
        """(B, T + 1) positions in the text of a batch's inputs and of the last target."""
        stretch, lane = np.divmod(np.asarray(rows), self.lanes)
        first = self.starts[lane] + stretch * self.tokens
        result: NDArray[np.int64] = first[:, None] + np.arange(self.tokens + 1)
        return result

    def __getitems__(self, rows: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Inputs and targets of a batch, each (B, T) int64."""
        read = torch.from_numpy(self.text[self.positions(rows)].astype(np.int64))  # (B, T + 1)
        return read[:, :-1], read[:, 1:]


class Windows:
    """Examples of a word and the words around it; beyond the sentence stands the boundary.

    Args:
        text: (M,) token numbers, with a boundary first.
        boundary: the number between sentences.
        before: positions to the left.
        after: positions to the right.
        positions: (N,) positions of the words in the text, none of them 0; ``None`` for all but the first.

    Raises:
        BadInput: there is not a single word.
    """

    lanes = 0
    tokens = 1

    def __init__(
        self, text: NDArray[np.int32], boundary: int, before: int, after: int, positions: NDArray[np.intp] | None = None
    ) -> None:
        self.text, self.positions = text, np.arange(1, len(text)) if positions is None else positions
        if not len(self.positions):
            raise BadInput("There is too little text to learn which words stand together. Give more.")
        self.around = np.concatenate([np.arange(-before, 0), np.arange(1, after + 1)])
        self.boundaries = np.append(np.flatnonzero(text == boundary), len(text) - 1)

    def __len__(self) -> int:
        return len(self.positions)

    def __getitems__(self, rows: Sequence[int]) -> tuple[Tensor, Tensor]:
        """The numbers around each word, (B, before + after), and the words themselves, (B,), both int64."""
        position = self.positions[np.asarray(rows)]
        sentence = np.searchsorted(self.boundaries, position)
        first, last = self.boundaries[sentence - 1], self.boundaries[sentence]
        around = np.clip(position[:, None] + self.around, first[:, None], last[:, None])
        return torch.from_numpy(self.text[around].astype(np.int64)), torch.from_numpy(
            self.text[position].astype(np.int64)
        )


class WordNumbers:
    """Numbers of words: 0 to V - 1 for the vocabulary, V for unknown, V + 1 for the boundary between sentences."""

    def __init__(self, words: Sequence[str]) -> None:
        self.vocabulary = [*words, UNKNOWN, END]
        self.unknown, self.boundary = len(words), len(words) + 1
        self._positions = {word: i for i, word in enumerate(self.vocabulary)}
        self._lexicon = Lexicon(self.vocabulary[: self.unknown], self._positions)

    def __call__(self, words: Sequence[str]) -> list[int]:
        """Numbers of a sentence's words.

        Raises:
            BadInput: it is a text, or holds something else than words.
        """
        return [self._positions.get(word, self.unknown) for word in given.words(words)]

    def forms(self, words: Sequence[str]) -> list[str]:
        """Words in the form of the vocabulary; unknown ones folded as the text was."""
        return [word if word in self._positions else self._lexicon.look_up(word).word for word in words]


@dataclass(frozen=True)
class SplitText:
    """A training and a held-out text, each with a boundary before the first sentence and after every sentence.

    Attributes:
        training: (M,) token numbers.
        held_out: (N,) token numbers; just the boundary if nothing is held out.
        counts: (V + 2,) how often each number occurs in the text.
    """

    training: NDArray[np.int32]
    held_out: NDArray[np.int32]
    counts: NDArray[np.int64]


def mark(kind: str, config: Settings, encoded: EncodedCorpus) -> str:
    """Identify a training on words, for its checkpoints."""
    return fingerprint(kind, config, encoded.vocabulary.words, len(encoded.ids))


def fingerprint(kind: str, config: Settings, vocabulary: Sequence[str], length: int) -> str:
    """Identify a training by kind, settings, vocabulary and length of text: 64 hexadecimal digits."""
    parts = [kind, str(config.to_dict()), *vocabulary, str(length)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def split(encoded: EncodedCorpus, seed: int) -> SplitText:
    """Hold sentences out of a text that was encoded with its unknown words.

    Raises:
        BadInput: nothing is left to train on.
    """
    boundary = len(encoded.vocabulary) + 1
    held = resample.chosen(encoded, seed)
    if held.all():
        raise BadInput("There is no text to train on. Give more than one sentence.")
    training = resample.joined(encoded, ~held, boundary)
    counts = np.bincount(training, minlength=boundary + 1)
    return SplitText(training, resample.joined(encoded, held, boundary), counts)
