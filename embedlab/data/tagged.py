"""Read sentences whose words carry tags: named entities or others, such as parts of speech.

Formats: columns as in CoNLL-2003 (Tjong Kim Sang & De Meulder 2003, https://aclanthology.org/W03-0419/) and CoNLL-U,
lists of words and tags as JSON and parquet. Tags of entities are converted to BIO (see ``tag_schemes``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from embedlab.base import BadInput, paths
from embedlab.data.tag_columns import Wanted
from embedlab.data.tag_reading import HowRead, Reader, opened
from embedlab.data.tag_schemes import OUTSIDE, Span, spans

log = logging.getLogger(__name__)
SPLITS = ("train", "dev", "test")


@dataclass(frozen=True, slots=True)
class TaggedSentence:
    """A sentence whose entities are marked.

    Attributes:
        words: its T words, punctuation included.
        tags: a BIO tag for each word (T).
        split: "train", "dev" or "test"; empty where the file does not say.
        register: kind of text, such as "news"; empty where the file does not say.
        spelling: "usual", "lower-case", "upper-case" or "misspelt"; empty where the file does not say.
    """

    words: tuple[str, ...]
    tags: tuple[str, ...]
    split: str = ""
    register: str = ""
    spelling: str = ""

    @property
    def spans(self) -> tuple[Span, ...]:
        """The entities, from left to right."""
        return spans(self.tags)

    def text(self, span: Span) -> str:
        """An entity as it is written, words with spaces between."""
        return " ".join(self.words[span.start : span.end])


@dataclass(frozen=True)
class TaggedSet:
    """Tagged sentences in three splits.

    Attributes:
        train: for training.
        dev: for choosing settings and early stopping.
        test: for measuring.
    """

    train: tuple[TaggedSentence, ...]
    dev: tuple[TaggedSentence, ...]
    test: tuple[TaggedSentence, ...]

    @classmethod
    def of(cls, sentences: Iterable[TaggedSentence]) -> Self:
        """Sort sentences by their ``split``.

        Raises:
            BadInput: a split has no sentence, or a sentence is of no split.
        """
        parts: dict[str, list[TaggedSentence]] = {split: [] for split in SPLITS}
        for sentence in sentences:
            if sentence.split not in parts:
                raise BadInput(f"'{sentence.split}' is no split; mark sentences with '# split = train', dev or test.")
            parts[sentence.split].append(sentence)
        for split, part in parts.items():
            if not part:
                raise BadInput(f"There is no sentence for {split}. Mark some with a line '# split = {split}'.")
        return cls(*(tuple(parts[split]) for split in SPLITS))

    @property
    def types(self) -> tuple[str, ...]:
        """The types of entity in all three parts, by name."""
        every = (*self.train, *self.dev, *self.test)
        return tuple(sorted({span.type for sentence in every for span in sentence.spans}))

    @property
    def labels(self) -> tuple[str, ...]:
        """All tags that a word may have: O, then B and I of each type."""
        return (OUTSIDE, *(f"{part}-{type_}" for type_ in self.types for part in "BI"))


def load_ner() -> TaggedSet:
    """The sentences written for this project, with people, places, organisations and other names (PER LOC ORG MISC).

    assets/sentences/README.md describes the tags and the sentences.

    Raises:
        BadInput: the file is missing or damaged.
    """
    return TaggedSet.of(read_conll(paths.assets() / "sentences" / "ner.conll"))


@dataclass(frozen=True)
class Reading:
    """The sentences of a file.

    Attributes:
        sentences: in the file's order.
        how: how they were read.
    """

    sentences: tuple[TaggedSentence, ...]
    how: HowRead


def read_conll(path: str | Path, word_column: str | int = "", tag_column: str | int = "") -> tuple[TaggedSentence, ...]:
    """Read sentences with entity tags: a word a line with its tag, blank lines between sentences; see ``read_tagged``.

    Args:
        path: the file.
        word_column: number from 1, or name, of the words' column; found if empty.
        tag_column: the same of the tags' column.

    Returns:
        The sentences in the file's order, their tags as BIO. Those that cannot be used are left out and logged.

    Raises:
        BadInput: as ``read_tagged``.
    """
    return _warned(read_tagged(path, Wanted(str(word_column), str(tag_column))), path)


def read_tags(
    path: str | Path, column: str | int | None = None, word_column: str | int = ""
) -> tuple[TaggedSentence, ...]:
    """Read sentences with any tags; see ``read_tagged``.

    If the tags mark names they come out as BIO, as in ``read_conll``; others stay as they are. Of CoNLL-U the tag is
    the universal part of speech.

    Args:
        path: the file.
        column: of the tag: number from 1, or name; found if not given.
        word_column: of the word, alike.

    Raises:
        BadInput: as ``read_tagged``.
    """
    return _warned(read_tagged(path, Wanted(str(word_column), str(column or "")), entities=False), path)


def read_tagged(path: str | Path, wanted: Wanted | None = None, *, entities: bool = True, name: str = "") -> Reading:
    """Read sentences whose words have tags, and say how they were read.

    A word a line, blank lines between sentences; columns stand apart by tabs, or else by spaces (U+0020; other spaces
    belong to words). Any encoding and line ending that text may have. The columns of words and tags are found by what
    the first lines hold (see ``tag_columns``), or by name where a first line or ``# global.columns =`` names them.
    ``-DOCSTART-`` and words 3-4 and 2.1 of CoNLL-U are left out. A line ``# key = value`` holds for all sentences after
    it, until the key gets another value; ``split``, ``register`` and ``spelling`` are kept, other keys are not. Other
    lines that begin with # are words if they have the file's columns and a tag such as it has, else comments.

    JSON and parquet: a record a sentence, with lists of words and tags.

    A sentence with a bad line or an empty word is left out, and counted.

    Args:
        path: the file.
        wanted: the columns; found if not given.
        entities: whether only tags that mark names are of use.
        name: what the file is called where its lines are named; its own name if empty.

    Raises:
        BadInput: it cannot be read, is not text, holds no sentence, lacks a column, its tags are numbers without names,
            or more than one line in a hundred is bad; the message names the first.
    """
    path = Path(path)
    with opened(path, wanted, entities, name) as (layout, fill):
        if layout.problem:
            raise BadInput(layout.problem)
        reader = Reader(layout)
        fill(reader)
    reader.check(name or path.name)
    found = tuple(TaggedSentence(one.words, one.tags, *one.notes) for one in reader.done)
    return Reading(found, reader.how)


def _warned(reading: Reading, path: str | Path) -> tuple[TaggedSentence, ...]:
    """The sentences; what was left out is written into the log."""
    if reading.how.missing:
        log.warning("%s: %s", Path(path).name, reading.how.missing)
    return reading.sentences


def columns(path: str | Path, *, entities: bool = True) -> HowRead:
    """The columns of a file, and which would be taken for words and tags; only its first lines are read.

    Raises:
        BadInput: it cannot be read, or is not text.
    """
    with opened(Path(path), None, entities) as (layout, _):
        return Reader(layout).how


FEWEST = 10
"""Sentences that a file must have."""


def dealt(sentences: Sequence[TaggedSentence], seed: int = 1, *, dev: float = 0.15, test: float = 0.15) -> TaggedSet:
    """Split sentences into train, dev and test: as the file says if it says so for every sentence, else at random.

    Args:
        sentences: all sentences.
        seed: seed of the random split.
        dev: share of dev sentences.
        test: share of test sentences; the rest is for training.

    Raises:
        BadInput: there are too few, or the file leaves a split empty.
    """
    if len(sentences) < FEWEST:
        raise BadInput(f"{len(sentences)} sentences are too few to learn from and to measure on; give {FEWEST}.")
    if all(one.split in SPLITS for one in sentences):
        return TaggedSet.of(sentences)
    order = np.random.default_rng(seed).permutation(len(sentences)).tolist()
    measured, stopped = (max(1, round(share * len(sentences))) for share in (test, dev))
    names = ["test"] * measured + ["dev"] * stopped + ["train"] * (len(sentences) - measured - stopped)
    return TaggedSet.of(replace(sentences[row], split=name) for row, name in zip(order, names, strict=True))
