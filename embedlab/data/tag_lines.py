"""Lines of a tagged file: a word with its tag, a gap between sentences, a note, a comment, or none of these."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from embedlab.data.tag_columns import Layout, is_header
from embedlab.data.tag_schemes import TYPES

HEAD_LINES, HEAD_CHARS = 10_000, 2_000_000
"""Lines, and their characters, from which the columns are found."""
BLANKS = " \t\r\n"
"""What stands between columns. Other spaces, such as no-break and ideographic ones, belong to words."""
_NOTE = re.compile(r"#\s*(?P<key>[A-Za-z][\w.-]*)\s+=\s++(?P<value>[^\t]*)")
_DOCUMENT = re.compile(r"#(begin|end) document\b.*")
_PART = re.compile(r"\d+[-.]\d+")
_START = "-DOCSTART-"
_NAMES = "global.columns"


class Kind(Enum):
    """What a line is."""

    WORD = "a word and its tag"
    FIRST = "the same, and the file names another sentence"
    EMPTY = "a tag without a word"
    GAP = "a line between sentences"
    NOTE = "a note, # key = value"
    COMMENT = "another line that begins with #"
    SKIPPED = "a word that is no word of its own, such as 3-4 in CoNLL-U"
    BAD = "none of these"


class Line(NamedTuple):
    """A line that has been read: of a note, key and value stand for word and tag."""

    kind: Kind
    word: str = ""
    tag: str = ""


_GAP, _COMMENT, _SKIPPED, _BAD = Line(Kind.GAP), Line(Kind.COMMENT), Line(Kind.SKIPPED), Line(Kind.BAD)


def cells(line: str, separator: str = "") -> list[str]:
    """The columns of a line, which stand apart by tabs, or else by spaces.

    Args:
        line: the line.
        separator: a comma or semicolon that parts them instead, as in CSV.
    """
    text = line.rstrip("\r\n" if separator else BLANKS)
    if separator:
        return _of_csv(text, separator)
    if "\t" in text:
        return [cell.strip(" ") for cell in text.split("\t")]
    return [cell for cell in text.split(" ") if cell]


def _of_csv(text: str, separator: str) -> list[str]:
    if '"' not in text:
        return text.split(separator)
    try:
        return next(csv.reader([text], delimiter=separator), [])
    except csv.Error:
        return [text]


def note(line: str) -> re.Match[str] | None:
    """The note ``# key = value`` that a line is, with the groups ``key`` and ``value``."""
    return _NOTE.fullmatch(line.strip()) if line.startswith("#") else None


@dataclass(frozen=True)
class Head:
    """The first lines of a file.

    Attributes:
        lines: as they are.
        rows: the cells of those that hold words.
        names: of the columns; empty if the file gives none.
        header: the line that names them; empty if there is none.
        tabs: whether columns stand apart by tabs, most of them.
        separator: a comma or semicolon that parts them instead; empty if none does.
    """

    lines: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    header: tuple[str, ...]
    tabs: bool
    separator: str = ""

    @classmethod
    def of(cls, lines: Iterator[str]) -> Head:
        """Read the first lines, and leave the others."""
        taken = list(_first(lines))
        names: tuple[str, ...] = ()
        separator = _separator(taken)
        rows: list[tuple[str, ...]] = []
        tabbed: list[bool] = []
        for line in taken:
            if (said := note(line)) and said["key"] == _NAMES:
                names = tuple(said["value"].split())
            elif line.strip() and not line.startswith(_START):
                rows.append(tuple(cells(line, separator)))
                tabbed.append("\t" in line.strip(BLANKS))
        first = tuple(cell for cell in (cell.lstrip("# ") for cell in rows[0]) if cell) if rows else ()
        header = rows[0] if is_header(first) else ()
        spaced = sum(len(row) > 1 and not tab for row, tab in zip(rows, tabbed, strict=True))
        tabs = sum(tabbed) > spaced
        same = [row for row, tab in zip(rows, tabbed, strict=True) if tab == tabs and row != header]
        words = [row for row in same if not row[0].startswith("#")] or same
        return cls(tuple(taken), tuple(words), names or (first if header else ()), header, tabs, separator)


def _separator(lines: Sequence[str]) -> str:
    """The comma or semicolon between the names of columns in the first line; empty if there are none."""
    first = next((line for line in lines if line.strip()), "")
    return next((one for one in ",;" if is_header([cell.strip() for cell in cells(first, one)])), "")


def _first(lines: Iterator[str]) -> Iterator[str]:
    room = HEAD_CHARS
    for number, line in enumerate(lines, start=1):
        yield line
        room -= len(line)
        if number == HEAD_LINES or room <= 0:
            return


@dataclass
class LineReader:
    """Reads lines one after the other.

    Attributes:
        layout: where words and tags stand.
        header: cells of the line that names the columns.
        tabs: whether columns stand apart by tabs.
        separator: a comma or semicolon that parts them instead; empty if none does.
        known: tags that have been seen.
    """

    layout: Layout
    header: Sequence[str] = ()
    tabs: bool = False
    separator: str = ""
    known: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.known |= self.layout.known
        scheme = self.layout.scheme
        self._strict = scheme is not None and scheme is not TYPES
        self._fitting: set[str] = set()
        self._sentence = ""

    def lines(self, given: Iterable[str]) -> Iterator[Line]:
        """What each of the lines is."""
        return map(self.line, given)

    def line(self, text: str) -> Line:
        """What a line is. One that begins with ``#`` is a word if it has the columns and a tag of this file."""
        hash_ = text.startswith("#")
        if hash_ and (said := note(text)):
            return Line(Kind.NOTE, said["key"], said["value"])
        if text.isspace() or not text or text.startswith(_START):
            return _GAP
        columns = cells(text, self.separator) if self.separator else cells(text)
        if self.header and (tuple(columns) == self.header or not any(columns)):
            return _GAP
        found = self._word(columns, text)
        if hash_ and (_DOCUMENT.match(text) or not self._is_word(found, columns, text)):
            return _COMMENT
        return found

    def _word(self, columns: list[str], text: str) -> Line:
        layout, count = self.layout, len(columns)
        if count == layout.width:
            pass
        elif not layout.width:
            if count < 2 or not all(-count <= place < count for place in (layout.word, layout.tag)):
                return _BAD
        elif not self.tabs and text.startswith(" ") and count == layout.width - 1:
            columns = ["", *columns]  # between two spaces there is no word
        elif not self.tabs or "\t" not in text or count <= max(layout.word, layout.tag):
            return _BAD
        word, tag = columns[layout.word], columns[layout.tag]
        if layout.index is not None and _PART.fullmatch(columns[layout.index]):
            return _SKIPPED
        if word == _START:
            return _GAP
        if tag not in self._fitting and not self._fits(tag):
            return _BAD
        if self.tabs and not self._strict and tag not in self.known and "\t" not in text:
            return _BAD  # a line of running text among lines of columns
        if not self._strict and text[0] != "#" and len(self.known) < HEAD_LINES:
            self.known.add(tag)
        if layout.sentence is not None and (named := columns[layout.sentence]) not in ("", self._sentence):
            self._sentence = named
            return Line(Kind.FIRST if word else Kind.EMPTY, word, tag)
        return Line(Kind.WORD if word else Kind.EMPTY, word, tag)

    def _fits(self, tag: str) -> bool:
        found = self.layout.fits(tag)
        if found and len(self._fitting) < HEAD_LINES:
            self._fitting.add(tag)
        return found

    def _is_word(self, found: Line, columns: Sequence[str], text: str) -> bool:
        """Whether a line that begins with ``#`` is a word: ``#tag NN``, or ``# SYM`` with a tag that words have."""
        if found.kind not in (Kind.WORD, Kind.FIRST):
            return False
        if self.layout.index is not None and not columns[self.layout.index].isdecimal():
            return False
        if self._strict or found.tag in self.known or found.tag == found.word:
            return True
        return text[1:2] not in BLANKS and not found.tag.isdecimal()

    def why(self, text: str, where: str) -> str:
        """What is wrong with a line.

        Args:
            text: the line.
            where: its number, to begin the sentence with.
        """
        columns, layout, shown = cells(text, self.separator), self.layout, text.strip()[:60]
        if len(columns) < 2 and not self.separator and 1 <= text.count(",") < 9:
            return f"{where} has commas between its columns: {shown!r}. Then name them in a first line: word,tag."
        if len(columns) < 2:
            return f"{where} is not a word and its tag with a tab or space between: {shown!r}."
        if layout.width and len(columns) != layout.width:
            return f"{where} has {len(columns)} columns, not {layout.width} as others have: {shown!r}."
        if -len(columns) <= layout.tag < len(columns) and (tag := columns[layout.tag]) and not layout.fits(tag):
            return f"{where} has the tag '{tag[:30]}', which {layout.unlike}."
        return f"{where} is not a word and its tag: {shown!r}."
