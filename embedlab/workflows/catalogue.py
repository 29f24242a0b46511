"""The catalogue of published models, ``assets/published.toml``: what can be loaded by a short name, and from where."""

from __future__ import annotations

import functools
import math
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from embedlab.base import BadModel, paths
from embedlab.base.typed_json import made

Kind = Literal["vectors", "elmo", "flair", "bert"]
"""Word vectors, or a contextual model; "bert" stands for every encoder of its family."""
GENSIM = "gensim:"
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SOURCE = re.compile(r"hub:[\w.-]+/[\w.-]+|gensim:[a-z0-9-]+|https://[\w.-]+(/[\w.-]+)+", re.ASCII)
_CHECKSUM = re.compile(r"md5:[0-9a-f]{32}|sha256:[0-9a-f]{64}")
_PAIRS = {"elmo": (r"options\.json$", r"weights[^/]*\.hdf5$"), "flair": (r"forward[^/]*\.pt$", r"backward[^/]*\.pt$")}
"""What the addresses of a model in two files look like, in order."""


@dataclass(frozen=True)
class Offer:
    """A published model that can be loaded.

    Attributes:
        key: its name in the catalogue, such as "bert-tiny".
        kind: what it is.
        title: name for people.
        sources: where it lies: "hub:OWNER/NAME" on Hugging Face's hub, "gensim:NAME" in the catalogue of gensim's
            downloader, or https addresses. For ELMo the options, then the weights; for Flair forward, then backward.
        size: bytes to download, all sources together; approximate where only rounded sizes are published.
        licence: its name; "not stated" where the publisher names none.
        language: what it was trained on, in English.
        about: what it is good for here, in one sentence.
        checksums: "md5:..." or "sha256:...", one a source; empty where none is published.
        parameters: numbers in the network; 0 if not known, and for word vectors.
        family: of a "bert": its architecture, by the name in the library transformers; else empty.
        words: of word vectors: how many; 0 if not known, and for networks.
        dim: of word vectors: their width; 0 for networks.
        member: of a zip file with several files: the one that is meant; else empty.
    """

    key: str
    kind: Kind
    title: str
    sources: tuple[str, ...]
    size: int
    licence: str
    language: str
    about: str
    checksums: tuple[str, ...] = ()
    parameters: int = 0
    family: str = ""
    words: int = 0
    dim: int = 0
    member: str = ""


def offers() -> tuple[Offer, ...]:
    """All entries, in the order of the file.

    Raises:
        BadModel: the file is damaged; the message names the entry.
    """
    path = paths.shipped("published.toml")
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise BadModel(f"The catalogue {path} cannot be read: {error.strerror}.") from error


def find(key: str) -> Offer | None:
    """The entry with a key, or ``None``; raises what ``offers`` raises."""
    return next((offer for offer in offers() if offer.key == key), None)


def seconds(offer: Offer, bytes_per_second: float) -> float:
    """How long its download takes at a measured speed; infinity if nothing arrives."""
    return offer.size / bytes_per_second if bytes_per_second > 0 else math.inf


@functools.lru_cache(maxsize=4)
def _read(path: Path, stamp: int) -> tuple[Offer, ...]:
    """The entries of a file; ``stamp`` is the time of its last change, so that a changed file is read again."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["model"]
    except (ValueError, LookupError, RecursionError) as error:
        raise BadModel(f"The catalogue {path.name} is damaged: {error}.") from error
    if not isinstance(entries, list):
        raise BadModel(f"The catalogue {path.name} is damaged: its models are no [[model]] tables.")
    found: dict[str, Offer] = {}
    for number, entry in enumerate(entries, start=1):
        name = str(entry.get("key", f"number {number}"))[:60] if isinstance(entry, dict) else f"number {number}"
        try:
            offer = _offer(entry)
            if offer.key in found:
                raise ValueError("its key is taken by an entry before it")
        except (TypeError, ValueError) as error:
            raise BadModel(f"The entry {name} of the catalogue {path.name} is damaged: {error}.") from error
        found[offer.key] = offer
    return tuple(found.values())


def _offer(entry: Any) -> Offer:
    offer = made(Offer, entry)
    pattern = _PAIRS.get(offer.kind, (r"",))
    if not _KEY.fullmatch(offer.key):
        raise ValueError("its key is not made of lower-case letters, digits and hyphens")
    if empty := [name for name in ("title", "licence", "language", "about") if not getattr(offer, name).strip()]:
        raise ValueError(f"its {empty[0]} is empty")
    if wrong := [source for source in offer.sources if not _SOURCE.fullmatch(source)]:
        raise ValueError(f"{wrong[0][:60]!r} is no hub:OWNER/NAME, no gensim:NAME and no https address")
    if len(offer.sources) != len(pattern) or not all(map(re.search, pattern, offer.sources)):
        what = {"elmo": "the options and the weights", "flair": "a forward and a backward file"}
        raise ValueError(f"its sources are not {what.get(offer.kind, 'one')}")
    if offer.checksums and len(offer.checksums) != len(offer.sources):
        raise ValueError(f"it has {len(offer.checksums)} checksums for {len(offer.sources)} sources")
    if wrong := [checksum for checksum in offer.checksums if not _CHECKSUM.fullmatch(checksum)]:
        raise ValueError(f"{wrong[0][:80]!r} is no checksum")
    if offer.size < 1 or min(offer.parameters, offer.words, offer.dim) < 0:
        raise ValueError("its size or another number is not above 0")
    return offer
