"""Sizes of BERT that have a name, from ones that learn in minutes on a processor to the published base model.

The uncased miniatures are those of Turc et al. 2019, Well-Read Students Learn Better, https://arxiv.org/abs/1908.08962
(tiny, mini, small, medium, and the widths of 512 and 768 between); 6x768 is DistilBERT's and 6x384, 12x384 are
MiniLM's; the others are steps between them for a small text.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """One size of BERT.

    Attributes:
        name: for the setting ``shape``.
        blocks: L, Transformer blocks above one another.
        width: D, of every vector; four times as much in the middle of a feed-forward layer.
        heads: H, of attention in a block; each sees D / H numbers.
        pieces: V, wordpieces that suit it.
    """

    name: str
    blocks: int
    width: int
    heads: int
    pieces: int

    @property
    def feed_forward(self) -> int:
        """Width in the middle of a feed-forward layer."""
        return 4 * self.width


SHAPES: tuple[Shape, ...] = (
    Shape("tiny", 2, 128, 2, 4_000),
    Shape("4x128", 4, 128, 2, 4_000),
    Shape("2x256", 2, 256, 4, 8_000),
    Shape("mini", 4, 256, 4, 8_000),
    Shape("6x256", 6, 256, 4, 8_000),
    Shape("8x256", 8, 256, 4, 8_000),
    Shape("6x384", 6, 384, 12, 12_000),
    Shape("12x384", 12, 384, 12, 12_000),
    Shape("small", 4, 512, 8, 16_000),
    Shape("6x512", 6, 512, 8, 16_000),
    Shape("medium", 8, 512, 8, 16_000),
    Shape("6x768", 6, 768, 12, 30_522),
    Shape("base", 12, 768, 12, 30_522),
)


def shape(name: str) -> Shape:
    """The shape of that name, one of ``SHAPES``."""
    return next(one for one in SHAPES if one.name == name)
