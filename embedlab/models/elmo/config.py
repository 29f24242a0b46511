"""Settings of ELMo."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from embedlab.base import BadSetting, setting
from embedlab.base.settings import NeuralConfig

WIDEST, MOST_FILTERS, MOST_KINDS = 20, 4096, 50

SHAPE = (
    "dim", "hidden", "layers", "char_dim", "filters", "highway", "activation", "characters", "cell_clip",
    "projection_clip", "skip", "min_count", "max_words", "skipgram_epochs",
)  # fmt: skip
"""Settings that stay the same when a trained model continues to learn."""


@dataclass(frozen=True)
class ElmoConfig(NeuralConfig):
    """Settings of ELMo; the original's are 512 dimensions, 4,096 hidden, filters up to "7x1024", 2 highway layers."""

    work: ClassVar[float] = 5.0

    dim: int = setting(
        128, "Width of one direction's vectors; a word's vector is both directions' together.", low=1, high=4096
    )
    hidden: int = setting(512, "Width of the LSTM inside: what each direction can remember.", low=1, high=16_384)
    layers: int = setting(2, "LSTM layers in each direction, one above the other.", low=1, high=8)
    dropout: float = setting(
        0.1, "Share of the values dropped between layers while learning: more for a small text.", low=0.0, high=0.9
    )
    samples: int = setting(
        2048, "Sampled softmax: let the true word compete with so many random ones; 0 with the whole vocabulary.",
        low=0, high=1_000_000,
    )  # fmt: skip
    stretch: int = setting(
        48, "Words that are read in one go; whole sentences are put together to about as many.", low=2, high=1000
    )
    batch_size: int = setting(
        32, "Examples that are learned from at once, before the weights move.", low=1, high=65_536
    )
    skipgram_epochs: int = setting(
        0, "First learn skip-gram vectors of the words, in so many passes, and fit letters and softmax to them: worth "
        "it on a processor, where a small ELMo would need hours to find out which words are alike.",
        low=0, high=100,
    )  # fmt: skip
    char_dim: int = setting(16, "Width of a letter's vector.", low=1, high=1024)
    filters: str = setting(
        "1x32 2x32 3x64 4x128", "What looks at a word's letters: 3x64 is 64 filters that see three letters at a time."
    )
    highway: int = setting(1, "Highway layers between the letters and the word's vector.", low=0, high=8)
    activation: str = setting("relu", "What follows the filters.", choices=("relu", "tanh"), shown=False)
    characters: int = setting(
        50, "Letters (bytes) of a word that are read, its two ends included.", low=3, high=1000, shown=False
    )
    cell_clip: float = setting(3.0, "Bound of the LSTM's memory cells; 0 for none.", low=0.0, high=1000.0, shown=False)
    projection_clip: float = setting(3.0, "Bound of the LSTM's output; 0 for none.", low=0.0, high=1000.0, shown=False)
    likeness: bool = setting(
        False, "Where the words around are asked for: states are to be as much alike as their words and company.",
        shown=False,
    )  # fmt: skip
    skip: bool = setting(True, "Add what goes into an LSTM layer to what comes out, from the second layer on.")

    def __post_init__(self) -> None:
        super().__post_init__()
        sizes = self.sizes
        odd = any(not 1 <= width <= WIDEST or not 1 <= n <= MOST_FILTERS for width, n in sizes)
        if not 1 <= len(sizes) <= MOST_KINDS or odd:
            raise BadSetting(
                f"filters must be like '1x32 2x64': widths up to {WIDEST}, up to {MOST_FILTERS:,} filters each, "
                f"{MOST_KINDS} kinds at most, not {self.filters[:80]!r}."
            )
        if max(width for width, _ in sizes) > self.characters:
            raise BadSetting(f"Filters cannot be wider than the {self.characters} letters of a word.")

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Width and number of the filters of each kind; empty if they are not written as they should be."""
        parts = [re.fullmatch(r"(\d{1,4})x(\d{1,6})", part) for part in self.filters.replace(",", " ").split()]
        return tuple((int(part[1]), int(part[2])) for part in parts if part) if all(parts) else ()
