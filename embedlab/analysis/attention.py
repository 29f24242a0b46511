"""Attention in a sentence: the strongest links of a head, and how each head spreads its attention.

Vaswani et al. 2017, Attention Is All You Need, https://arxiv.org/abs/1706.03762; what heads look at: Clark et al. 2019,
What Does BERT Look At?, https://aclanthology.org/W19-4828/; drawn as in Vig 2019, https://aclanthology.org/P19-3007/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.ranking import checked_count, top
from embedlab.base import BadInput, Floats, MaskedModel

PATTERNS = ("itself", "the piece before", "the piece after", "the marks")
"""What a head may be given to; shares of its attention in this order."""


@dataclass(frozen=True, eq=False)
class Attention:
    """Every head's attention in one sentence.

    Attributes:
        pieces: T, the marks at both ends included.
        words: the word that each piece belongs to, ``None`` for a mark.
        weights: (B, H, T, T) in each block and head, how much each piece (row) looks at each (column); rows sum to 1.
    """

    pieces: tuple[str, ...]
    words: tuple[int | None, ...]
    weights: Floats

    def head(self, block: int, head: int | None = None) -> Floats:
        """(T, T) of a head, both counted from 0; the mean of all heads of the block for ``None``.

        Raises:
            BadInput: there is no such block or head.
        """
        blocks, heads = self.weights.shape[:2]
        if not 0 <= block < blocks or not (head is None or 0 <= head < heads):
            raise BadInput(f"There are {blocks} blocks of {heads} heads, counted from 0; not block {block}, {head}.")
        result: Floats = self.weights[block].mean(axis=0) if head is None else self.weights[block, head]
        return result


@dataclass(frozen=True, eq=False)
class Lines:
    """The N strongest lines, strongest first.

    Attributes:
        rows: (N,) who looks.
        columns: (N,) at whom.
        weights: (N,) how much.
        share: of all attention that these lines hold.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    weights: Floats
    share: float


def attention(model: MaskedModel, sentence: Sequence[str]) -> Attention:
    """Ask a model how it looks at a sentence.

    Raises:
        BadInput: the sentence has no words, or more pieces than the model reads at once.
    """
    if not sentence:
        raise BadInput("Write a sentence of at least one word.")
    spelled = model.pieces(sentence)
    return Attention(spelled.pieces, spelled.words, model.attention(sentence))


def strongest(weights: Floats, most: int, positions: Sequence[int] | None = None) -> Lines:
    """The largest entries of a head's (T, T) weights.

    Args:
        weights: of one head.
        most: how many lines, at most.
        positions: only lines between these positions; ``None`` for all.

    Raises:
        BadInput: most is below 1.
    """
    kept = np.arange(len(weights)) if positions is None else np.asarray(positions, np.int64)
    part = weights[np.ix_(kept, kept)]
    best = top(part.ravel(), checked_count(most))
    rows, columns = np.divmod(best, max(1, len(kept)))
    found: Floats = part[rows, columns]
    return Lines(kept[rows], kept[columns], found, float(found.sum() / max(weights.sum(), np.finfo(np.float32).tiny)))


def patterns(attention: Attention) -> NDArray[np.float64]:
    """(B, H, 4) the mean share of each head's attention that goes to ``PATTERNS``; only words look, not the marks.

    A piece that stands beside a mark looks at both its neighbor and a mark; the shares may overlap.
    """
    inner = np.array([i for i, word in enumerate(attention.words) if word is not None], np.int64)
    marks = np.array([i for i, word in enumerate(attention.words) if word is None], np.int64)
    looks = attention.weights.astype(np.float64)  # (B, H, T, T)
    shares = [looks[:, :, inner, inner + step].mean(axis=-1) for step in (0, -1, 1)]
    shares.append(looks[:, :, inner][..., marks].sum(axis=-1).mean(axis=-1))
    return np.stack(shares, axis=-1)


def even_share(attention: Attention) -> NDArray[np.float64]:
    """(4,) the shares of each of ``PATTERNS`` if every piece gave all pieces the same attention, 0 to 1."""
    size, marks = len(attention.pieces), sum(word is None for word in attention.words)
    return np.array([1, 1, 1, marks]) / size
