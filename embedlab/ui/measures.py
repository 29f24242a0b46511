"""What a loss is called on the pages: a perplexity for language models, bits for those over characters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from embedlab.jobs import RunEvent


@dataclass(frozen=True)
class Measure:
    """How losses are shown.

    Attributes:
        name: for an axis or a label.
        help: what it means.
        units_per_word: tokens that make up a word, ``None`` where the loss is no log-probability of the text.
    """

    name: str
    help: str
    units_per_word: float | None = None

    def of(self, loss: float) -> float:
        """The value to draw, from a loss in nats a token."""
        if self.units_per_word is None:
            return loss
        return math.exp(min(loss, 50.0)) if self.units_per_word == 1 else loss / math.log(2)

    def text(self, loss: float | None) -> str:
        """The value for people."""
        if loss is None:
            return "–"
        return f"{self.of(loss):.1f}" if self.units_per_word == 1 else f"{self.of(loss):.4f}"

    def word_perplexity(self, loss: float | None) -> str:
        """For a model of characters, the perplexity a word that its bits amount to; else nothing."""
        if loss is None or self.units_per_word is None or self.units_per_word == 1:
            return ""
        return f"{math.exp(min(loss * self.units_per_word, 50.0)):,.0f}"


PLAIN = Measure("Loss", "What the training makes small; only comparable between runs of the same kind of model.")
PERPLEXITY = (
    "Perplexity: among how many equally likely words the model is as unsure as among its own guesses. Lower is better; "
    "the size of the vocabulary would be pure guessing."
)
BITS = (
    "Bits per character: how many yes-or-no questions a character still costs. It is a figure a letter, not a word: "
    "the word perplexity beside it is the one to hold against models of words."
)


def measure(events: Sequence[RunEvent]) -> Measure:
    """How the losses of a run are shown."""
    units = next((event.units_per_word for event in events if event.units_per_word is not None), None)
    if units is None:
        return PLAIN
    return Measure("Perplexity", PERPLEXITY, units) if units == 1 else Measure("Bits per character", BITS, units)
