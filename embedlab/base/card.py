"""The card of a model: where it comes from, and the versions of the libraries that made it."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass

VERSION = "0.1.0"
"""Version of Embedding Lab, also ``embedlab.__version__``."""


@dataclass(frozen=True)
class Card:
    """What a model is and where it comes from (card.json).

    Attributes:
        title: the name shown to people.
        text: what it was trained on, in words.
        licence: licences of that text.
        attribution: who has to be named.
        tokens: running words of the training text, 0 if unknown.
        seconds: wall-clock training time, 0 if unknown.
        loss: held-out loss, or the last training loss if no text was held out; ``None`` if the model has no loss.
        created: ISO date.
        source: "starter", "yours" or "published".
        versions: pairs of library and version it was made with.
        note: anything else worth saying (how it was made, measured figures and their command).
        origin: where a published model was loaded from: "hub:owner/name", "gensim:name", an address or a file's name.
        revision: commit of the hub that was loaded, empty elsewhere.
        checksum: "sha256:..." of the file or files of weights, as they were published.
        parameters: how many numbers the model holds, 0 if not said.
    """

    title: str = ""
    text: str = ""
    licence: str = ""
    attribution: str = ""
    tokens: int = 0
    seconds: float = 0.0
    loss: float | None = None
    created: str = ""
    source: str = "yours"
    versions: tuple[tuple[str, str], ...] = ()
    note: str = ""
    origin: str = ""
    revision: str = ""
    checksum: str = ""
    parameters: int = 0


def versions(libraries: Sequence[str] = ("numpy",)) -> tuple[tuple[str, str], ...]:
    """Pairs of name and version: Python, Embedding Lab, then the given distributions that are installed."""
    from importlib.metadata import PackageNotFoundError, version

    found = [("python", platform.python_version()), ("embedlab", VERSION)]
    for name in libraries:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(found)
