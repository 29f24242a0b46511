"""Tagged sentences for probes: the shipped ones, or an uploaded file, stored under a name made of its content."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path

from embedlab.base import BadInput, paths
from embedlab.data.tag_columns import Wanted
from embedlab.data.tag_reading import HowRead
from embedlab.data.tagged import TaggedSet, dealt, load_ner, read_tagged
from embedlab.store import uploads

log = logging.getLogger(__name__)
STOPPED, MEASURED = 0.1, 0.2
"""Shares of dev and test sentences, for a file that does not name splits."""


@dataclass(frozen=True)
class TaggedFile:
    """The sentences of a file.

    Attributes:
        sentences: in three parts.
        how: how they were read, and what was left out.
    """

    sentences: TaggedSet
    how: HowRead


def dataset(name: str = "", seed: int = 1, wanted: Wanted | None = None) -> TaggedSet:
    """Load the shipped sentences, or those of a file that ``lay_down`` has stored.

    Args:
        name: of the file; empty for the shipped sentences.
        seed: of the dealing into parts.
        wanted: columns of the file; found if not given.

    Raises:
        BadInput: there is no such file (any more), or it cannot be used.
    """
    return stored(name, seed, wanted).sentences if name else load_ner()


def stored(name: str, seed: int = 1, wanted: Wanted | None = None) -> TaggedFile:
    """Read a file that ``lay_down`` has stored.

    Raises:
        BadInput: there is no such file (any more), or it cannot be used.
    """
    file = uploads.laid_down(name)
    if file is None:
        raise BadInput("The tagged file is not here (any more). Upload it again.")
    with uploads.unnamed(file):
        return parts(file, seed, wanted, "the file")


def read(file: Path, seed: int = 1, word_column: str = "", tag_column: str = "") -> TaggedSet:
    """Read a file as ``read_conll`` does; if it names no splits, divide it 70 : 10 : 20 at random by the seed.

    Args:
        file: the file.
        seed: of the dealing into parts.
        word_column: number from 1, or name, of the words' column; found if empty.
        tag_column: the same of the tags' column.

    Raises:
        BadInput: it cannot be read, is too short, or has no entity to learn or to measure on.
    """
    found = parts(file, seed, Wanted(word_column, tag_column))
    if found.how.missing:
        log.warning("%s: %s", file.name, found.how.missing)
    return found.sentences


def parts(file: Path, seed: int = 1, wanted: Wanted | None = None, name: str = "") -> TaggedFile:
    """As ``read``, and how the file was read; ``name`` is what it is called, if not by its own name.

    Raises:
        BadInput: as ``read``.
    """
    reading = read_tagged(file, wanted, name=name)
    found = dealt(reading.sentences, seed, dev=STOPPED, test=MEASURED)
    for part, purpose in ((found.train, "to learn from"), (found.test, "to measure on")):
        if not any(sentence.spans for sentence in part):
            raise BadInput(f"No word of the sentences {purpose} is tagged as an entity.")
    return TaggedFile(found, reading.how)


def lay_down(
    content: bytes, seed: int = 1, visitor: str = paths.OWNER, address: str = "", wanted: Wanted | None = None
) -> str:
    """Store a visitor's uploaded file (see ``store.uploads``) and return its name for ``dataset``.

    Raises:
        BadInput: the file cannot be used; then it is not stored.
    """
    return uploads.lay_down(content, lambda file: parts(file, seed, wanted), visitor, address)


def digest(found: TaggedSet) -> str:
    """Digest of the content of a set of tagged sentences."""
    parts = [[(one.words, one.tags) for one in part] for part in (found.train, found.dev, found.test)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
