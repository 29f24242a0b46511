"""Tagged sentences for probes: the shipped ones, or a file of one's own, kept under a name made of its content."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from embedlab import tagged_files
from embedlab.base import BadInput
from embedlab.data.conll import SPLITS, TaggedSentence, TaggedSet, load_ner, read_conll

SHARES = (0.7, 0.1)
"""Parts of a file without marks that are trained on, and that the training is stopped by; the rest is measured on."""
FEWEST = 10
"""Sentences that a file must have."""


def dataset(name: str = "", seed: int = 1) -> TaggedSet:
    """The shipped sentences, or those of a file that ``lay_down`` has kept.

    Raises:
        BadInput: there is no such file (any more), or it cannot be used.
    """
    if not name:
        return load_ner()
    file = tagged_files.laid_down(name)
    if file is None:
        raise BadInput("The tagged file is not here (any more). Upload it again.")
    return read(file, seed)


def read(file: Path, seed: int = 1) -> TaggedSet:
    """The sentences of any file that ``read_conll`` reads; without marks they are dealt out 70 : 10 : 20 by the seed.

    Raises:
        BadInput: it cannot be read, is too short, or has no entity to learn or to measure on.
    """
    sentences = read_conll(file)
    if len(sentences) < FEWEST:
        raise BadInput(
            f"{len(sentences)} sentences are too few to learn from and to measure on. Give {FEWEST} at least."
        )
    marked = all(sentence.split in SPLITS for sentence in sentences)
    found = TaggedSet.of(sentences) if marked else _dealt(sentences, seed)
    for part, purpose in ((found.train, "to learn from"), (found.test, "to measure on")):
        if not any(sentence.spans for sentence in part):
            raise BadInput(f"No word of the sentences {purpose} is tagged as an entity.")
    return found


def _dealt(sentences: tuple[TaggedSentence, ...], seed: int) -> TaggedSet:
    order = np.random.default_rng(seed).permutation(len(sentences))
    first = int(SHARES[0] * len(sentences))
    second = first + max(1, int(SHARES[1] * len(sentences)))
    parts = [tuple(sentences[i] for i in part) for part in np.split(order, [first, second])]
    return TaggedSet(*parts)


def lay_down(content: bytes, seed: int = 1) -> str:
    """Keep an uploaded file; gives its name for ``dataset``.

    Raises:
        BadInput: it cannot be used; nothing is kept then.
    """
    return tagged_files.lay_down(content, check=lambda file: read(file, seed))


def digest(found: TaggedSet) -> str:
    """Names a set of tagged sentences by its content."""
    parts = [[(one.words, one.tags) for one in part] for part in (found.train, found.dev, found.test)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
