"""Sentences whose words carry entity tags, in the two-column form of CoNLL-2003, and the set of this project.

The form: Tjong Kim Sang & De Meulder 2003, Introduction to the CoNLL-2003 Shared Task
(https://aclanthology.org/W03-0419/).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from embedlab import storage
from embedlab.base import BadInput
from embedlab.data.tables import text_lines
from embedlab.data.tags import OUTSIDE, Span, bio, is_tag, once, spans

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
    """Tagged sentences to learn from, to choose settings on, and to measure on.

    Attributes:
        train: to learn from.
        dev: to choose settings on.
        test: to measure on.
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

    What is what, and what they hold, is said in assets/sentences/README.md.

    Raises:
        BadInput: the file is missing or damaged.
    """
    return TaggedSet.of(read_conll(storage.assets() / "sentences" / "ner.conll"))


def read_conll(path: str | Path) -> tuple[TaggedSentence, ...]:
    """Read sentences with entity tags: a word a line, its tag in the last column, blank lines between sentences.

    Columns stand apart by tabs, or else by spaces; those between the first and the last are not read. Tags may be BIO,
    IOB1, BIOES or BILOU with any types and come out as BIO (see ``tags.spans``). Lines ``-DOCSTART-`` are left out.
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
