"""The progress event that trainings and other long work report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from embedlab.base.models import StaticModel


class LossPart(NamedTuple):
    """One of several losses that a training minimises together.

    Attributes:
        name: for people.
        loss: mean of the last stretch, natural logarithm.
        held_out: the same on held-out text, when it was last measured.
    """

    name: str
    loss: float
    held_out: float | None = None


@dataclass(frozen=True)
class Report:
    """What trainings and other long work tell of their progress, and what a run's folder keeps of it.

    Attributes:
        step: work done so far, in the unit of ``total`` (words, iterations, documents).
        total: all the work.
        loss: mean training loss since the last event, in nats; ``None`` if there is no meaningful one.
        held_out: the same loss on text that is not trained on.
        tokens_per_second: speed since the last event, in ``unit``.
        eta: estimated seconds left.
        phase: what is being done, in a word or two ("reading", "counting", "training").
        epoch: finished passes over the text.
        unit: what is counted by ``tokens_per_second``, in words for people.
        units_per_word: tokens that make up a word where the losses are log-probabilities of the text (1 for word
            models, about 6 for characters), so that exp(loss * units_per_word) is a word perplexity; else ``None``.
        parts: the losses that ``loss`` is put together of, where there are several (BERT's two tasks, ELMo's two
            directions).
    """

    step: int
    total: int
    loss: float | None = None
    held_out: float | None = None
    tokens_per_second: float | None = None
    eta: float | None = None
    phase: str = "training"
    epoch: int = 0
    unit: str = "words"
    units_per_word: float | None = None
    parts: tuple[LossPart, ...] = ()

    @property
    def fraction(self) -> float:
        """Share of the work that is done, 0 to 1."""
        return min(1.0, max(0.0, self.step / self.total)) if self.total else 0.0


@dataclass(frozen=True)
class Progress(Report):
    """The progress event that trainings and other long work pass to ``on_progress``.

    Attributes:
        peek: builds a snapshot of the model as it is now; only valid during the callback; ``None`` while there is no
            model yet. Trainers of static models set it at the end of every epoch.
    """

    peek: Callable[[], StaticModel] | None = field(default=None, repr=False, compare=False)


OnProgress = Callable[[Progress], None]
"""Called about once a second, and at the end of every epoch. Whatever it raises stops the work within two
seconds and reaches the caller."""
PARTS = 1000


def share_of(on_progress: OnProgress, number: int, titles: Sequence[str]) -> OnProgress:
    """Tells the progress of one of several works, one after the other, as that of all together.

    Args:
        on_progress: hears it.
        number: of the work, from 0.
        titles: of all works; an empty one is not said.
    """

    def tell(progress: Progress) -> None:
        done = PARTS * number + round(PARTS * progress.fraction)
        phase = f"{titles[number]}: {progress.phase}" if titles[number] else progress.phase
        on_progress(replace(progress, step=done, total=PARTS * len(titles), phase=phase))

    return tell
