"""Models with a vector for every word in every sentence."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence

import numpy as np

from embedlab.errors import BadInput
from embedlab.interfaces.model import Floats, Model
from embedlab.progress import OnProgress, Progress


class ContextualModel(Model):
    """A vector a word and sentence, at several layers.

    Attributes:
        layers: L names, from the input to the top.
        dim: D, the same for every layer.
        variant: what beside weights and settings changes the vectors, such as how word pieces are pooled.
        repeatable: whether the same sentences give the same vectors at the next call (not if states are carried over).
        batch_size: sentences that are read side by side, at most.
        batch_length: places of a batch, padding included, at most (a single longer sentence is a batch of its own).
    """

    layers: list[str]
    dim: int
    variant: str = ""
    repeatable: bool = True
    batch_size: int = 32
    batch_length: int = 4_096

    def encode(
        self,
        sentences: Sequence[Sequence[str]],
        layers: Sequence[str] | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[Floats]:
        """One (L, T, D) float32 array a sentence of T words; the caller's order is kept.

        Sentences of like length are read together. The same call gives the same bits; another grouping of the same
        sentences gives the same vectors to within 1e-5.

        Args:
            sentences: words; an empty sentence is allowed, (L, 0, D).
            layers: those that are wanted, in this order; ``None`` for all. Others are not kept.
            on_progress: told after every batch, in words (phase "encoding").

        Raises:
            BadInput: no such layer.
        """
        numbers = self.layer_numbers(layers)
        # all at once, before any batch: small results between the batches' large arrays would leave gaps in memory
        found = [np.empty((len(numbers), len(sentence), self.dim), np.float32) for sentence in sentences]
        done, total = 0, sum(len(sentence) for sentence in sentences)
        for rows in self.batches(sentences):
            made = self.encode_batch([sentences[i] for i in rows], numbers)
            for i, one in zip(rows, made, strict=True):
                found[i][...] = one
            done += sum(len(sentences[i]) for i in rows)
            if on_progress is not None:
                on_progress(Progress(done, total, phase="encoding"))
        return found

    @abstractmethod
    def encode_batch(self, sentences: Sequence[Sequence[str]], layers: Sequence[int]) -> list[Floats]:
        """One (len(layers), T, D) array for each of a few sentences of like length, none of them empty."""

    def length(self, sentence: Sequence[str]) -> int:
        """Places that a sentence takes up in the network, about: its words, unless the network reads smaller pieces."""
        return len(sentence)

    def layer_numbers(self, layers: Sequence[str] | None = None) -> list[int]:
        """Places of layers among ``self.layers``; all of them for ``None``.

        Raises:
            BadInput: no such layer.
        """
        if layers is None:
            return list(range(len(self.layers)))
        if unknown := [name for name in layers if name not in self.layers]:
            raise BadInput(f"{self.title} has no layer '{unknown[0]}'; it has {', '.join(self.layers)}.")
        return [self.layers.index(name) for name in layers]

    def batches(self, sentences: Sequence[Sequence[str]]) -> Iterator[list[int]]:
        """Numbers of the sentences that are read together, longest first; empty sentences are in none.

        Longest first, since the largest batch then comes while memory is whole: the space that it leaves serves all
        others. Shortest first, every batch would need more than any hole between the results kept so far, and 10,000
        sentences took twice the memory.
        """
        lengths = {i: self.length(sentence) for i, sentence in enumerate(sentences) if sentence}
        rows: list[int] = []
        for i in sorted(lengths, key=lengths.__getitem__, reverse=True):
            if rows and (len(rows) == self.batch_size or (len(rows) + 1) * lengths[rows[0]] > self.batch_length):
                yield rows
                rows = []
            rows.append(i)
        if rows:
            yield rows
