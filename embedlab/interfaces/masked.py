"""Models that guess hidden words from both sides, and show how they look and what they think on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from embedlab.interfaces.model import Floats


@dataclass(frozen=True)
class Pieces:
    """A sentence as the network reads it: the places of its attention.

    Attributes:
        pieces: T texts, the first and last of them marks.
        words: the word that each belongs to, ``None`` for a mark.
    """

    pieces: tuple[str, ...]
    words: tuple[int | None, ...]


@runtime_checkable
class MaskedModel(Protocol):
    """An encoder of the BERT family, as far as it can be asked about gaps, next sentences and attention.

    Attributes:
        title: name for messages.
        layers: L names, from the input to the top.
        vocabulary: the V pieces.
        mask: the piece that stands in the place of a hidden word.
        has_masked_head: whether it can ``fill``.
        has_next_sentence_head: whether it can ``next_sentence``.
    """

    layers: list[str]
    vocabulary: list[str]
    has_masked_head: bool
    has_next_sentence_head: bool

    @property
    def title(self) -> str:
        """Name for messages."""

    @property
    def mask(self) -> str:
        """The piece that stands in the place of a hidden word."""

    def pieces(self, sentence: Sequence[str]) -> Pieces:
        """The sentence as the network reads it, with marks: the places of ``attention``."""

    def fill(self, sentence: Sequence[str], position: int) -> Floats:
        """(V,) probabilities of what piece stands at a position of a sentence of words or pieces, given both sides.

        Raises:
            BadInput: no such position, or the network has no head for hidden words.
        """

    def fill_by_layer(self, sentence: Sequence[str], position: int) -> Floats:
        """(L, V): ``fill``, if the head read each layer instead of the top one. The last row is ``fill``.

        Raises:
            BadInput: as ``fill``.
        """

    def next_sentence(self, first: Sequence[str], second: Sequence[str]) -> float:
        """Probability that the second sentence follows the first.

        Raises:
            BadInput: a sentence is empty, or the network has no head for next sentences.
        """

    def attention(self, sentence: Sequence[str]) -> Floats:
        """(B, H, T, T): in each of B blocks and H heads, how much each piece (row) looks at each (column).

        Rows sum to 1.

        Raises:
            BadInput: the sentence has more pieces than the network reads at once.
        """
