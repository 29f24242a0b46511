"""Read sentences whose words carry tags: named entities or others, such as parts of speech.

Formats: columns as in CoNLL-2003 (Tjong Kim Sang & De Meulder 2003, https://aclanthology.org/W03-0419/) and CoNLL-U.
Entity tags are converted to BIO from IOB1, BIOES and BILOU.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np

from embedlab.base import BadInput, paths
from embedlab.data.readers.tables import text_lines

OUTSIDE = "O"
SEEN = 100_000
"""Most different words and tags of which one copy is shared."""
_TAG = re.compile(r"O|[BIESLU]-\S+")
_STARTS, _ENDS = ("B", "S", "U"), ("E", "L", "S", "U")


@dataclass(frozen=True)
class Span:
    """An entity: words ``start`` to ``end`` (exclusive) of a sentence.

    Attributes:
        type: what it is, such as "PER".
        start: its first word, from 0.
        end: the word after its last.
    """

    type: str
    start: int
    end: int


def once(text: str, seen: dict[str, str]) -> str:
    """The text, or an equal one that was seen before, so that repeated words and tags share memory.

    Args:
        text: a word or a tag.
        seen: the texts seen so far; the first ``SEEN`` are kept.
    """
    return seen.setdefault(text, text) if len(seen) < SEEN else seen.get(text, text)


def is_tag(tag: str) -> bool:
    """Whether a tag has the form of the schemes: O, or one of B I E S L U, a hyphen and a type."""
    return _TAG.fullmatch(tag) is not None


def spans(tags: Sequence[str]) -> tuple[Span, ...]:
    """The entities that tags mark, read as conlleval reads them, so that every scheme gives the same.

    An entity begins at B, S or U, and at any other tag that does not continue the entity before it: after O, after
    another type, or after E, L, S or U. Thus I after O begins one (IOB1), and B after I of the same type separates two.

    Args:
        tags: T tags for which ``is_tag`` holds.
    """
    begins = [at for at, (before, tag) in enumerate(pairwise(["O", *tags])) if _begins(before, tag)]
    return tuple(Span(tags[start][2:], start, _end(tags, start)) for start in begins)


def _begins(before: str, tag: str) -> bool:
    return tag != OUTSIDE and (tag[0] in _STARTS or before[0] in _ENDS or before[2:] != tag[2:])


def _end(tags: Sequence[str], start: int) -> int:
    end = start + 1
    while end < len(tags) and tags[end] != OUTSIDE and not _begins(tags[end - 1], tags[end]):
        end += 1
    return end


def bio(found: Iterable[Span], length: int) -> tuple[str, ...]:
    """The BIO tags of entities that do not overlap: B-TYPE, then I-TYPE for each further word, O elsewhere.

    Args:
        found: the entities.
        length: T, words of the sentence.
    """
    tags = [OUTSIDE] * length
    for span in found:
        tags[span.start : span.end] = [f"B-{span.type}"] + [f"I-{span.type}"] * (span.end - span.start - 1)
    return tuple(tags)


SPLITS = ("train", "dev", "test")
_NOTE = re.compile(r"#\s*(?P<key>[A-Za-z][\w.-]*)\s+=\s++(?P<value>[^\t]*)")


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


def read_conll(path: str | Path) -> tuple[TaggedSentence, ...]:
    """Read sentences with entity tags: a word a line, its tag in the last column, blank lines between sentences.

    Columns stand apart by tabs, or else by spaces; those between the first and the last are not read. Tags may be BIO,
    IOB1, BIOES or BILOU with any types and come out as BIO (see ``spans``). Lines ``-DOCSTART-`` are left out.
    A line ``# key = value`` holds for all sentences after it, until the key gets another value; ``split``,
    ``register`` and ``spelling`` are kept, other keys are not. Any encoding and line ending that text may have.

    Args:
        path: the file.

    Returns:
        The sentences in the file's order.

    Raises:
        BadInput: it cannot be read, is not text, holds no sentence, or a line is of another form; the message names
            the line.
    """
    path = Path(path)
    with text_lines(path) as lines:
        found = tuple(_sentences(lines, path.name))
    if not found:
        raise BadInput(f"{path.name} holds no sentence. Give lines with a word and its tag.")
    return found


@dataclass
class _Open:
    """The sentence being read, and the notes that hold for it."""

    words: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    def close(self) -> Iterator[TaggedSentence]:
        if self.words:
            about = (self.notes.get(key, "") for key in ("split", "register", "spelling"))
            yield TaggedSentence(tuple(self.words), bio(spans(self.tags), len(self.tags)), *about)
            self.words, self.tags = [], []


def _sentences(lines: Iterable[str], name: str) -> Iterator[TaggedSentence]:
    now = _Open()
    for number, line in enumerate(lines, start=1):
        note = _NOTE.fullmatch(line.strip())
        if not line.strip() or note or line.startswith("-DOCSTART-"):
            yield from now.close()
        if note:
            now.notes[note["key"]] = note["value"]
        elif line.strip() and not line.startswith("-DOCSTART-"):
            word, tag = _word_and_tag(line, f"Line {number:,} of {name}")
            now.words.append(once(word, now.seen))
            now.tags.append(once(tag, now.seen))
    yield from now.close()


def _word_and_tag(line: str, where: str) -> tuple[str, str]:
    columns = [column.strip() for column in line.rstrip().split("\t" if "\t" in line.rstrip() else None)]
    if len(columns) < 2 or not columns[0]:
        raise BadInput(f"{where} is not a word and its tag with a tab or space between: {line.strip()[:60]!r}.")
    if not is_tag(columns[-1]):
        raise BadInput(f"{where} ends in '{columns[-1][:30]}', which is no BIO tag such as O, B-PER or I-PER.")
    return columns[0], columns[-1]


FEWEST = 10
"""Sentences that a file must have."""
_SPLIT = re.compile(r"#\s*split\s+=\s+(\w+)\s*")
_CONLL_U = 10
"""Columns of CoNLL-U: number, form, lemma, universal part of speech, and so on."""


def read_tags(path: str | Path, column: int | None = None) -> tuple[TaggedSentence, ...]:
    """Read sentences with any tags: a word a line in columns, blank lines between sentences.

    Columns stand apart by tabs, or else by spaces. Of CoNLL-U (ten columns, the first a number) the word is the second
    and the tag the fourth (UPOS); else the word is the first and the tag the last. If all tags are of one of the BIO
    schemes they come out as BIO, as in ``read_conll``; others stay as they are. Lines ``-DOCSTART-`` and notes
    (``#`` and no tab) are left out, except ``# split = train`` (dev, test), which holds for what follows.

    Args:
        path: the file.
        column: of the tag, from 1, where it is not the usual one.

    Raises:
        BadInput: it cannot be read, is not text, holds no sentence, or a line lacks the column; the message names it.
    """
    with text_lines(Path(path)) as lines:
        found = tuple(_column_sentences(lines, column))
    if not found:
        raise BadInput("The file holds no sentence. Give lines with a word and its tag.")
    if all(is_tag(tag) for sentence in found for tag in sentence.tags):
        return tuple(replace(one, tags=bio(spans(one.tags), len(one.tags))) for one in found)
    return found


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


def _column_sentences(lines: Iterable[str], column: int | None) -> Iterator[TaggedSentence]:
    words: list[str] = []
    tags: list[str] = []
    seen: dict[str, str] = {}
    split = ""
    for number, line in enumerate(lines, start=1):
        note = line.startswith("#") and "\t" not in line  # with a tab it is a word, "#"
        if line.strip() and not note and not line.startswith("-DOCSTART-"):
            if pair := _word_and_columns(line.rstrip("\r\n"), column, f"Line {number:,}"):
                words.append(once(pair[0], seen))
                tags.append(once(pair[1], seen))
            continue
        said = _SPLIT.fullmatch(line.strip())
        if words and (said or not note):
            yield TaggedSentence(tuple(words), tuple(tags), split)
            words, tags = [], []
        split = said[1] if said else split
    if words:
        yield TaggedSentence(tuple(words), tuple(tags), split)


def _word_and_columns(line: str, column: int | None, where: str) -> tuple[str, str] | None:
    """Word and tag of a line; ``None`` for lines of CoNLL-U that are no words ("3-4" spans two, "5.1" is elided)."""
    columns = [cell.strip() for cell in line.split("\t" if "\t" in line.strip() else None)]
    word, usual = 0, len(columns)
    if len(columns) == _CONLL_U and re.fullmatch(r"\d+([-.]\d+)?", columns[0]):
        if not columns[0].isdigit():
            return None
        word, usual = 1, 4
    at = (usual if column is None else column) - 1
    if not word < at < len(columns) or not columns[word] or not columns[at]:
        raise BadInput(f"{where} has no word with a tag in column {at + 1}: {line.strip()[:60]!r}.")
    return columns[word], columns[at]
