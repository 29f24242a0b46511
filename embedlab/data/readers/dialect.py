"""How the cells of a csv file are separated and quoted: found by trying what makes its first rows alike."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

LINES, CHARS = 1000, 100_000
"""Lines, and characters of them, that are looked at."""
ALIKE, ENOUGH = 0.6, 0.9
"""Shares of rows: as wide as the first one; at least as wide."""
SEPARATORS = "\t;|,"
"""In the order of trust: a comma stands in any text."""
NAMES = {"\t": "tabs", ";": "semicolons", "|": "vertical bars", ",": "commas"}
_NOWHERE = "\x1f"
"""Given to Python's reader, which needs one, as the separator of a file with a single column."""
_DECLARED = re.compile(r'"?sep=([^\w\s"\']|\t)"?', re.IGNORECASE)
_ESCAPE = re.compile(r'\\([\\"]?)')


@dataclass(frozen=True)
class Dialect:
    r"""How cells are written.

    Attributes:
        separator: between cells; empty where there is a single column.
        quote: around cells; empty where quotation marks mean nothing.
        escaped: whether a quotation mark inside a cell is written ``\"`` (Spark, R) instead of twice.
    """

    separator: str = ","
    quote: str = '"'
    escaped: bool = False

    def reader(self, lines: Iterable[str], *, strict: bool = False) -> Any:
        """Python's reader of rows.

        Args:
            lines: with their ends.
            strict: whether text behind a closing quotation mark is an error (``csv.Error``).
        """
        return csv.reader(
            self._escaping(lines) if self.escaped else lines,
            delimiter=self.separator or _NOWHERE,
            quotechar=self.quote or None,
            escapechar="\\" if self.escaped else None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            skipinitialspace=bool(self.quote),
            strict=strict,
        )

    @staticmethod
    def _escaping(lines: Iterable[str]) -> Iterator[str]:
        r"""Lines in which a backslash before anything else is escaped itself: ``\n`` in a cell remains two letters."""
        for line in lines:
            yield _ESCAPE.sub(lambda found: found[0] if found[1] else "\\\\", line) if "\\" in line else line

    @property
    def separated(self) -> str:
        """What separates the cells, for people; empty where there is a single column."""
        return NAMES.get(self.separator, f"'{self.separator}'") if self.separator else ""


def declared(line: str) -> str:
    """The separator that a line such as ``sep=;`` declares, which Excel writes before the first row; or empty."""
    found = _DECLARED.fullmatch(line.strip("\ufeff\r\n "))
    return found[1] if found else ""


def find(head: list[str], separators: str = "", *, whole: bool = False) -> Dialect:
    """Find how the rows of a file are written.

    Args:
        head: its first lines, with their ends, from the row of names on.
        separators: the only ones that are possible; empty to look for one.
        whole: whether these are all its lines.
    """
    lines, room = [], CHARS
    for line in head[:LINES]:
        lines.append(line[:room])
        room -= len(line)
        if room <= 0:
            break
    cut = not (whole and room >= 0 and len(lines) == len(head))
    found = None if separators else _best(SEPARATORS, lines, cut, asked=False)
    return found or _best(separators or ("",), lines, cut, asked=True) or Dialect(separators[:1])


def _best(separators: Iterable[str], lines: list[str], cut: bool, *, asked: bool) -> Dialect | None:
    """The first of the dialects that make the rows most alike; ``None`` where none makes a table of them."""
    best, most = None, (-1.0, False, 0)
    for separator in separators:
        for dialect in _possible(separator, lines):
            worth = _worth(dialect, lines, cut, asked=asked)
            if worth is not None and worth > most:
                best, most = dialect, worth
    return best


def _possible(separator: str, lines: list[str]) -> Iterator[Dialect]:
    """Ways to quote, the usual one first; those of which there is no sign are left out."""
    names = next((line.strip("\r\n ") for line in lines if not line.isspace()), "")
    if separator == "\t" and not (names[:1] == names[-1:] == '"'):
        yield Dialect(separator, "")
    yield Dialect(separator)
    text = "".join(lines)
    if '\\"' in text:
        yield Dialect(separator, escaped=True)
    if f"{separator}'" in text or f"{separator} '" in text:
        yield Dialect(separator, "'")
    if '"' in text:
        yield Dialect(separator, "")


def _worth(dialect: Dialect, lines: list[str], cut: bool, *, asked: bool) -> tuple[float, bool, int] | None:
    """How alike the rows are, whether no quotation mark is out of place, and how many cells there are.

    ``None`` where the dialect is not possible, or makes no table that nobody ``asked`` for.
    """
    rows, strict = _rows(dialect, lines, cut)
    if rows is None:
        if dialect.escaped or dialect.quote != '"' or dialect.separator == "\t":
            return None
        rows = list(dialect.reader(lines))
    rows = [row for row in rows if any(cell and not cell.isspace() for cell in row)]
    if cut and len(rows) > 1:
        rows.pop()
    if not rows:
        return None
    width, widths = len(rows[0]), [len(row) for row in rows[1:]]
    alike = max(widths.count(width), widths.count(width + 1)) / len(widths) if widths else 1.0
    if not asked and not _is_table(rows, width, widths):
        return None
    return alike, strict, width


def _is_table(rows: list[list[str]], width: int, widths: list[int]) -> bool:
    """Whether the rows are as wide as the first; one row without an own name for the first cells of rows counts."""
    if width == 1:
        numbered = all(is_number(row[0]) for row in rows[1:] if row)
        return len(widths) > 1 and set(widths) == {2} and numbered
    enough = sum(found >= width for found in widths) >= ENOUGH * len(widths)
    return enough or widths.count(width) >= ALIKE * len(widths)


def _rows(dialect: Dialect, lines: list[str], cut: bool) -> tuple[list[list[str]] | None, bool]:
    """The rows, ``None`` where a quotation mark is out of place; and whether none seems to be left open."""
    rows: list[list[str]] = []
    left = iter(lines)
    reader, done = dialect.reader(left, strict=True), 0
    try:
        for row in reader:
            rows.append(row)
            done = reader.line_num
    except csv.Error:
        if not cut or next(left, None) is not None:  # else only the end of a cell lies beyond what is looked at
            return None, False
    return rows, 2 * done >= len(lines)


def is_number(cell: str) -> bool:
    """Whether a cell holds digits and no letters: a number, a date, a time, a percentage."""
    return not any(map(str.isalpha, cell)) and any(map(str.isdigit, cell))


def has_names(first: list[str], below: list[list[str]]) -> bool:
    """Whether the first row names the columns: so it does, unless it is like the rows below in what it holds.

    Like them are: a number above numbers, a value that stands again among the few of its column, a sentence.
    """
    like = False
    for number, cell in enumerate(map(str.strip, first)):
        values = [value for row in below if number < len(row) and (value := row[number].strip())]
        if not cell or not values:
            continue
        if all(map(is_number, values)):
            if not is_number(cell):
                return True
            like = True
        elif (cell in values and 2 * len(set(values)) <= len(values)) or _is_sentence(cell):
            like = True
    return not like


def _is_sentence(cell: str) -> bool:
    return cell[-1] in "。！" or (cell[-1] in ".!…" and cell.count(" ") > 1)
