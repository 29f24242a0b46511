"""Make the card that every trainer writes: text, licence, time, loss and versions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from embedlab.base import Card
from embedlab.base.card import versions


class Described(Protocol):
    """A text that says what it is; ``embedlab.data.corpus.Corpus`` does."""

    @property
    def description(self) -> str:
        """What the text is, in words."""

    @property
    def licence(self) -> str:
        """Its licences."""


def made(
    corpus: Described,
    tokens: int,
    seconds: float,
    loss: float | None,
    libraries: Sequence[str] = ("numpy",),
) -> Card:
    """Make the card of a model that was just trained; the caller sets the title.

    Args:
        corpus: the training text; its description, licence and, if it has one, attribution are taken over.
        tokens: running words of the text.
        seconds: wall-clock training time.
        loss: last training loss, ``None`` if the model has none; one that is no finite number is not noted.
        libraries: distributions whose versions are recorded beside those of Python and Embedding Lab.
    """
    return Card(
        text=corpus.description,
        licence=corpus.licence,
        attribution=str(getattr(corpus, "attribution", "") or ""),
        tokens=int(tokens),
        seconds=round(float(seconds), 3),
        loss=None if loss is None or not math.isfinite(loss) else float(loss),
        created=date.today().isoformat(),
        versions=versions(libraries),
    )


def after(first: Card, then: Card) -> Card:
    """The card of a model that was trained on two texts in turn; loss, date and versions are those of the second."""
    return replace(
        then,
        title=first.title,
        text=f"{first.text}; then {then.text}",
        licence=_joined(first.licence, then.licence),
        attribution=_joined(first.attribution, then.attribution),
        tokens=first.tokens + then.tokens,
        seconds=round(first.seconds + then.seconds, 3),
    )


def _joined(*lists: str) -> str:
    return "; ".join(dict.fromkeys(part for one in lists for part in one.split("; ") if part))
