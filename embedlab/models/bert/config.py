"""Settings of BERT, and its named sizes, from ones that learn in minutes on a processor to the published base model.

The uncased miniatures are those of Turc et al. 2019, Well-Read Students Learn Better, https://arxiv.org/abs/1908.08962
(tiny, mini, small, medium, and the widths of 512 and 768 between); 6x768 is DistilBERT's and 6x384, 12x384 are
MiniLM's; the others are steps between them for a small text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from embedlab.base import setting
from embedlab.base.settings import NeuralConfig


@dataclass(frozen=True)
class Shape:
    """One size of BERT.

    Attributes:
        name: for the setting ``shape``.
        blocks: L, the number of Transformer blocks.
        width: D, the width of every vector; the inner width of a feed-forward layer is 4 D.
        heads: H, attention heads in a block; each works on D / H numbers.
        pieces: V, a suitable number of wordpieces.
    """

    name: str
    blocks: int
    width: int
    heads: int
    pieces: int

    @property
    def feed_forward(self) -> int:
        """Inner width of a feed-forward layer."""
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


POOLINGS = ("mean", "first")


@dataclass(frozen=True)
class BertConfig(NeuralConfig):
    """Settings of BERT."""

    work: ClassVar[float] = 4.0

    shape: str = setting(
        "tiny",
        "Size of the network: blocks x width, or its name (tiny 2x128, mini 4x256, small 4x512, medium 8x512, base "
        "12x768). On a processor tiny learns in minutes, mini overnight; the larger ones want a graphics card.",
        choices=tuple(one.name for one in SHAPES),
    )
    min_count: int = setting(
        2, "Letters are joined to a wordpiece only if they stand together this often.", low=1, high=1_000_000
    )
    max_words: int = setting(
        0, "Wordpieces to learn, at most; 0 takes what suits the size of the network.", low=0, high=200_000
    )
    sequence: int = setting(
        64, "Pieces of an example, and what the network can read at once; longer texts are read in windows.",
        low=8, high=2048,
    )  # fmt: skip
    mask_rate: float = setting(
        0.15, "Share of the pieces that are hidden and to be guessed. More of them teach a small network faster: "
        "30 % gained a third in our trials.",
        low=0.01, high=0.9,
    )  # fmt: skip
    mask_subsample: float = setting(
        0.0, "Hide frequent pieces less often: one of frequency f counts the square root of t / f, as word2vec keeps "
        "words (1e-3 is a good t); 0 hides all alike, as the original did.",
        low=0.0, high=1.0,
    )  # fmt: skip
    next_sentence: bool = setting(
        True, "Also learn whether one sentence follows another (next-sentence prediction), as the original did."
    )
    likeness: bool = setting(
        False, "Where the words around are asked for: states are to be as much alike as their words and company.",
        shown=False,
    )  # fmt: skip
    skipgram_epochs: int = setting(
        0, "First learn skip-gram vectors of the wordpieces, in so many passes, to begin with: worth it on a "
        "processor, where a small BERT would need hours to find out which words are alike.",
        low=0, high=100,
    )  # fmt: skip
    lowercase: bool = setting(True, "Treat 'The' and 'the' as one word, and é as e.")
    dropout: float = setting(
        0.1, "Share of the values dropped while learning: more for a small text, none is quickest.", low=0.0, high=0.9
    )
    pooling: str = setting(
        "mean", "The vector of a word of several pieces: the mean of theirs, or that of the first.", choices=POOLINGS
    )
    batch_size: int = setting(
        32, "Examples that are learned from at once, before the weights move.", low=1, high=65_536
    )
    learning_rate: float = setting(
        1e-3, "How far the weights move at a step, at most (AdamW); larger networks need less: base 1e-4.",
        low=1e-6, high=1.0,
    )  # fmt: skip
    warmup: float = setting(
        0.1, "Share of the training during which the learning rate rises from nothing.", low=0.0, high=0.9
    )
    weight_decay: float = setting(0.01, "How strongly weights are pulled to zero (AdamW).", low=0.0, high=1.0)

    @property
    def pieces(self) -> int:
        """V, wordpieces to learn at most."""
        return self.max_words or shape(self.shape).pieces
