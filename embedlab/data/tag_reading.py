"""Read the sentences of a tagged file, and keep account of how: its columns, and what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from embedlab.base import BadInput
from embedlab.base.limits import Limits, met
from embedlab.data import tag_columns, tag_records
from embedlab.data.readers.fields import beginning
from embedlab.data.readers.tables import text_lines
from embedlab.data.tag_columns import Column, Layout, Wanted
from embedlab.data.tag_lines import Head, Kind, LineReader

SEEN = 100_000
"""Most different words and tags of which one copy is shared."""
HEAD_WORDS = 10_000
"""Most words of one record from which the lists of words and tags are found."""
NOTES = ("split", "register", "spelling")
"""Keys of the notes that are kept of a sentence."""
FEW = 100
"""One line in so many may be bad: its sentence is left out then, and a file with more such lines is refused."""
NAMED = 10
"""Bad lines whose numbers are told."""


@dataclass(frozen=True)
class LeftOut:
    """What of a file was not read.

    Attributes:
        sentences: those with a bad line or an empty word.
        bad: lines (of JSON and parquet: records) that are no word with a tag.
        first: the numbers of the first ``NAMED`` of them.
        why: what is wrong with the first of them.
        empty: tags without a word.
    """

    sentences: int = 0
    bad: int = 0
    first: tuple[int, ...] = ()
    why: str = ""
    empty: int = 0

    @property
    def numbers(self) -> str:
        """The numbers of the first bad lines."""
        numbers = [f"{number:,}" for number in self.first]
        return ", ".join([*numbers, "…"] if self.bad > len(self.first) else numbers)


@dataclass(frozen=True)
class HowRead:
    """How a tagged file was read.

    Attributes:
        columns: those that it has; of JSON and parquet its lists.
        word: the column that was taken for the words.
        tag: the column that was taken for their tags.
        marks: how the first word of a name is tagged, such as "B-PER"; empty where tags mark no names.
        comments: lines that begin with #, are no words, and are no notes (``# key = value``).
        left: what was left out.
    """

    columns: tuple[Column, ...]
    word: Column
    tag: Column
    marks: str = ""
    comments: int = 0
    left: LeftOut = LeftOut()

    @property
    def taken(self) -> str:
        """Which columns were taken for words and tags, with their first values, in a sentence."""
        words, tags = (f"column {one.title} ({', '.join(one.first)})" for one in (self.word, self.tag))
        measured = f"names marked like {self.marks}" if self.marks else "so words are measured"
        return f"Words are in {words}, tags in {tags}, {measured}."

    @property
    def missing(self) -> str:
        """What was left out and which lines were taken for comments, in sentences; empty if nothing."""
        left, said = self.left, []
        if left.sentences:
            bad = f"{left.bad:,} bad line{'s' * (left.bad != 1)} ({left.numbers})" if left.bad else ""
            empty = f"{left.empty:,} tag{'s' * (left.empty != 1)} without a word" if left.empty else ""
            why = " and ".join(filter(None, (bad, empty)))
            said.append(f"Sentences left out: {left.sentences:,}, for {why}. {left.why}")
        if self.comments:
            said.append(f"Lines beginning with # that were taken for comments: {self.comments:,}.")
        return " ".join(said)


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence as it was read.

    Attributes:
        words: its T words.
        tags: their T tags, as BIO if they mark names.
        notes: what the file says of it, by ``NOTES``.
    """

    words: tuple[str, ...]
    tags: tuple[str, ...]
    notes: tuple[str, ...]


def once(text: str, seen: dict[str, str]) -> str:
    """The text, or an equal one that was seen before, so that repeated words and tags share memory.

    Args:
        text: a word or a tag.
        seen: the texts seen so far; the first ``SEEN`` are kept.
    """
    return seen.setdefault(text, text) if len(seen) < SEEN else seen.get(text, text)


@contextmanager
def opened(
    path: Path, wanted: Wanted | None, entities: bool, name: str = ""
) -> Iterator[tuple[Layout, Callable[[Reader], None]]]:
    """The layout of a file, and what reads its sentences into a ``Reader``.

    Raises:
        BadInput: it cannot be read, is not text, or lacks a column.
    """
    called = name or path.name
    if tag_records.kind(path):
        with tag_records.records(path) as (names, records):
            first = beginning(records, lambda record: 100 * max(map(len, record.lists)))
            rows = [row for record in first for row in record.rows(HEAD_WORDS)]
            layout = tag_columns.find(rows, names, wanted, entities=entities)
            yield layout, lambda now: now.take_records(chain(first, records), called)
        return
    with text_lines(path) as lines:
        head = Head.of(lines)
        layout = tag_columns.find(head.rows, head.names, wanted, entities=entities)
        reader = LineReader(layout, head.header, head.tabs, head.separator)
        yield layout, lambda now: now.take_lines(chain(head.lines, lines), reader, called)


@dataclass
class Reader:
    """The sentence being read, the notes that hold for it, and those that are done or were left out."""

    layout: Layout
    words: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    done: list[Marked] = field(default_factory=list)
    left: LeftOut = LeftOut()
    spoilt: bool = False
    lines: int = 0
    comments: int = 0

    def bad(self, number: int, why: str) -> None:
        """Leave the open sentence out, for a bad line or record."""
        left, self.spoilt = self.left, True
        self.lines += 1
        first = (*left.first, number) if len(left.first) < NAMED else left.first
        self.left = replace(left, bad=left.bad + 1, first=first, why=left.why if left.bad else why)

    def empty(self, why: str) -> None:
        """Leave the open sentence out, for a tag without a word."""
        left, self.spoilt = self.left, True
        self.lines += 1
        self.left = replace(left, empty=left.empty + 1, why=left.why or why)

    def close(self) -> None:
        """End the sentence."""
        self.lines += len(self.words)
        if self.spoilt:
            self.left = replace(self.left, sentences=self.left.sentences + 1)
        elif self.words:
            about = tuple(self.notes.get(key, "") for key in NOTES)
            scheme, tags = self.layout.scheme, self.tags
            self.done.append(Marked(tuple(self.words), scheme.bio(tags) if scheme else tuple(tags), about))
        self.words, self.tags, self.spoilt = [], [], False

    def take_lines(self, lines: Iterable[str], reader: LineReader, name: str) -> None:
        """Read all lines of a file."""
        read, seen = reader.line, self.seen
        for number, text in enumerate(lines, start=1):
            kind, word, tag = read(text)
            if kind is Kind.WORD:
                self.words.append(once(word, seen))
                self.tags.append(once(tag, seen))
            elif kind is Kind.FIRST:
                self.close()
                self.words.append(once(word, seen))
                self.tags.append(once(tag, seen))
            elif kind is Kind.GAP or kind is Kind.NOTE:
                self.close()
                if kind is Kind.NOTE:
                    self.notes[word] = tag
            elif kind is Kind.EMPTY:
                self.empty(f"Line {number:,} of {name} has a tag and no word.")
            elif kind is Kind.BAD:
                self.bad(number, "" if self.left.bad else reader.why(text, f"Line {number:,} of {name}"))
            elif kind is Kind.COMMENT:
                self.comments += 1
        self.close()

    def take_records(self, records: Iterable[tag_records.Record], name: str) -> None:
        """Read all records of a file.

        Raises:
            BadInput: they hold more words than the limits allow.
        """
        room = most = Limits.from_environment().tagged_lines
        for record in records:
            words, tags = record.lists[self.layout.word], record.lists[self.layout.tag]
            room -= len(words)
            if room < 0:
                raise BadInput(met("tagged_lines", f"{name} has more than {most:,} words. Give a part of it."))
            where = f"Record {record.number:,} of {name}"
            wrong = next((tag for tag in tags if not self.layout.fits(tag)), None)
            if len(words) != len(tags):
                self.bad(record.number, f"{where} has {len(words):,} words and {len(tags):,} tags.")
            elif wrong is not None:
                self.bad(record.number, f"{where} has the tag '{wrong[:30]}', which {self.layout.unlike}.")
            elif not all(words):
                self.empty(f"{where} has a tag and no word.")
            else:
                self.words += [once(word, self.seen) for word in words]
                self.tags += [once(tag, self.seen) for tag in tags]
            self.close()

    @property
    def how(self) -> HowRead:
        """How it was read so far."""
        layout = self.layout
        marks = layout.scheme.example if layout.scheme else ""
        word, tag = layout.column(layout.word), layout.column(layout.tag)
        return HowRead(layout.columns, word, tag, marks, self.comments, self.left)

    def check(self, name: str) -> None:
        """See that there are sentences, and that few lines are bad.

        Raises:
            BadInput: it is not so.
        """
        left = self.left
        if left.bad * FEW > self.lines:
            others = f" So {'is' if left.bad == 2 else 'are'} {left.bad - 1:,} more of {self.lines:,} ({left.numbers})."
            raise BadInput(left.why + (others if left.bad > 1 else ""))
        if left.sentences > len(self.done) > 0:
            said = f"{left.sentences:,} of {left.sentences + len(self.done):,} sentences of {name} cannot be used."
            raise BadInput(f"{said} {left.why}")
        if not self.done:
            raise BadInput(f"{name} holds no sentence. {left.why or 'Give lines with a word and its tag.'}")
