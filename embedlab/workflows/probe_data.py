"""Tagged sentences for probes: the shipped ones, or an uploaded file, stored under a name made of its content."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from embedlab.base import BadInput, paths
from embedlab.data.tagged import TaggedSet, dealt, load_ner, read_conll
from embedlab.store import uploads

STOPPED, MEASURED = 0.1, 0.2
"""Shares of dev and test sentences, for a file that does not name splits."""


def dataset(name: str = "", seed: int = 1) -> TaggedSet:
    """Load the shipped sentences, or those of a file that ``lay_down`` has stored.

    Raises:
        BadInput: there is no such file (any more), or it cannot be used.
    """
    if not name:
        return load_ner()
    file = uploads.laid_down(name)
    if file is None:
        raise BadInput("The tagged file is not here (any more). Upload it again.")
    return read(file, seed)


def read(file: Path, seed: int = 1) -> TaggedSet:
    """Read a file as ``read_conll`` does; if it names no splits, divide it 70 : 10 : 20 at random by the seed.

    Raises:
        BadInput: it cannot be read, is too short, or has no entity to learn or to measure on.
    """
    found = dealt(read_conll(file), seed, dev=STOPPED, test=MEASURED)
    for part, purpose in ((found.train, "to learn from"), (found.test, "to measure on")):
        if not any(sentence.spans for sentence in part):
            raise BadInput(f"No word of the sentences {purpose} is tagged as an entity.")
    return found


def lay_down(content: bytes, seed: int = 1, visitor: str = paths.OWNER, address: str = "") -> str:
    """Store a visitor's uploaded file (see ``store.uploads``) and return its name for ``dataset``.

    Raises:
        BadInput: the file cannot be used; then it is not stored.
    """
    return uploads.lay_down(content, lambda file: read(file, seed), visitor, address)


def digest(found: TaggedSet) -> str:
    """Digest of the content of a set of tagged sentences."""
    parts = [[(one.words, one.tags) for one in part] for part in (found.train, found.dev, found.test)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
