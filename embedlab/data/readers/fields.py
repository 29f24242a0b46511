"""Choose a column or field, and take the texts out of JSON values whose number is bounded before they are parsed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, TypeVar

from embedlab.base import BadInput
from embedlab.base.limits import Limits, met
from embedlab.data.readers.encoding import MAX_PARAGRAPH, Choice, chunks


def pick(sizes: Mapping[str, int], wanted: str | None, name: str, what: str) -> str:
    """Choose a column: the wanted one, or the one with the most text.

    Args:
        sizes: characters of text by column.
        wanted: a column, or ``None``.
        name: of the file.
        what: "column" or "field".

    Raises:
        BadInput: there is no such column, or no column at all.
    """
    if wanted is None and sizes:
        return max(sizes, key=lambda column: sizes[column])
    if wanted is None or wanted not in sizes:
        asked = f"no {what} '{wanted}'" if wanted is not None else f"no {what} with text"
        raise BadInput(f"{name} has {asked}. {missing(sizes, what)}")
    return wanted


def missing(names: Iterable[str], what: str) -> str:
    """The sentence that names the existing columns."""
    quoted = [f"'{name}'" for name in names]
    if not quoted:
        return f"No {what} in it holds text."
    more = f" and {len(quoted) - 20} more" if len(quoted) > 20 else ""
    return f"There is {', '.join(quoted[:20])}{more}."


def value_at(row: Any, field: str) -> Any:
    """The value of a field; ``a.b`` is b inside a, unless a field has that very name."""
    while isinstance(row, dict) and field not in row:
        outer, dot, field = field.partition(".")
        row = row.get(outer) if dot else None
    return row[field] if isinstance(row, dict) else None


def strings(value: Any) -> Iterator[str]:
    """A string, or the strings of a list."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def cut(text: str) -> Iterator[str]:
    """The lines of a text; long ones are split."""
    if len(text) <= MAX_PARAGRAPH and "\n" not in text and "\r" not in text:
        yield text
        return
    for line in text.splitlines():
        yield from chunks(line)


T = TypeVar("T")
LOOK = 200
"""Rows from which the column or field with the most text is found; fewer if they are long."""
LOOK_CHARS = 1_000_000
"""Most characters of these rows, without the last one."""
FIELDS, NAME = 1000, 200
"""Most fields that are distinguished, and the longest name of a field or column."""
VALUES, VALUE = 3, 100
"""First values that are shown of a column, and characters of each."""


@dataclass(frozen=True)
class Columns:
    """The columns or fields of a file to choose from.

    Attributes:
        file: its name.
        what: "column" or "field".
        names: those that hold text, of a csv file all.
        first: the first values of each, shortened; of very many columns only those of the first.
        guess: the one that is read if none is chosen, since it has the most text; empty if whole lines are read.
        separated: what separates the cells of a csv file, such as "semicolons"; empty for a single column, ``None`` for
            other kinds of files.
        named: whether the first row was taken as names; without them columns are called "column 1" and so on.
    """

    file: str
    what: str
    names: tuple[str, ...]
    first: tuple[tuple[str, ...], ...]
    guess: str
    separated: str | None = None
    named: bool = True

    @property
    def read_as(self) -> str:
        """How the rows of a csv file were read, in a sentence; empty for other kinds of files."""
        if self.separated is None:
            return ""
        how = f"Its cells are separated by {self.separated}" if self.separated else "It is read as a single column"
        return f"{how}; its first row {'names the columns' if self.named else 'is read as text like the others'}."


def shown(values: Iterable[str]) -> tuple[str, ...]:
    """The first values that hold text, each short and on one line."""
    lines = (" ".join(whole(value[: 4 * VALUE]).split()) for value in values)
    short = (line if len(line) <= VALUE else f"{line[: VALUE - 1]}…" for line in lines)
    return tuple(islice(filter(None, short), VALUES))


def whole(text: str) -> str:
    """A text that every screen can show: halves of surrogate pairs, which JSON can hold, become question marks."""
    return text.encode(errors="replace").decode()


def beginning(rows: Iterable[T], weight: Callable[[T], int], most: int = LOOK, chars: int = LOOK_CHARS) -> list[T]:
    """The first rows, few enough to be held in memory.

    Args:
        rows: is read no further than needed.
        weight: gives the length of a row in characters.
        most: rows.
        chars: characters of all rows but the last one.
    """
    head: list[T] = []
    for row in rows:
        head.append(row)
        chars -= weight(row)
        if len(head) == most or chars <= 0:
            break
    return head


def loaded(text: str, where: str, limits: Limits) -> Any:
    """Parse a JSON text with a limit on the number of its values.

    An empty list takes 64 bytes of memory but three characters, so commas and opening brackets are counted first. One
    for every 32 characters is always allowed, because prose has a comma about every 60 characters.

    Raises:
        BadInput: it is not JSON, is nested too deeply, or holds more values than the limits allow.
    """
    found = text.count(",") + text.count("[") + text.count("{")
    if found > limits.values + len(text) // 32:
        said = f"{where} holds about {found:,} values of JSON, at most {limits.values:,} are read at once."
        raise BadInput(met("values", f"{said} Give the texts alone, one a line."))
    try:
        return json.loads(text)
    except RecursionError as error:
        raise BadInput(f"{where} is not read: its lists and objects are nested too deeply.") from error
    except ValueError as error:
        raise BadInput(f"{where} is not JSON: {error}.") from error


def rows(lines: Iterable[str], name: str, limits: Limits) -> Iterator[tuple[Any, int]]:
    """The value of every line that is not blank, and how long the line is.

    Raises:
        BadInput: a line is not JSON, or holds too many values.
    """
    for number, line in enumerate(lines, 1):
        if not line.isspace():
            yield loaded(line, f"Line {number:,} of {name}", limits), len(line)


def field_texts(found: Iterator[tuple[Any, int]], choice: Choice, name: str) -> Iterator[str]:
    """The texts of one field of a stream of JSON values, each with its length.

    Raises:
        BadInput: no row looked at has such a field.
    """
    head = beginning(found, lambda row: row[1])
    sizes = field_sizes(value for value, _ in head)
    lines = choice.column is None and not sizes
    field = "" if lines else pick(sizes, choice.column, name, "field")
    while head:
        yield from _texts(head.pop(0)[0], field, lines)
    for row, _ in chain(found):
        yield from _texts(row, field, lines)


def _texts(row: Any, field: str, lines: bool) -> Iterator[str]:
    for text in strings(row if lines else value_at(row, field)):
        yield from cut(text)


def field_sizes(values: Iterable[Any]) -> dict[str, int]:
    """Characters of text by field, those inside objects as ``outer.inner``; of very many fields the first."""
    sizes: dict[str, int] = {}

    def look(value: Any, path: str) -> None:
        if isinstance(value, dict) and path.count(".") < 3:
            for key, inner in value.items():
                if len(key) <= NAME:
                    look(inner, f"{path}.{key}" if path else key)
        elif path and (path in sizes or len(sizes) < FIELDS) and (length := sum(map(len, strings(value)))):
            sizes[path] = sizes.get(path, 0) + length

    for value in values:
        look(value, "")
    return sizes


def listed(values: Iterable[Any], name: str) -> Columns:
    """The fields that hold text in the first values of a JSON file.

    Args:
        values: of the first rows.
        name: of the file.
    """
    head = list(values)
    sizes = field_sizes(head)
    first = tuple(shown(text for row in head for text in strings(value_at(row, field))) for field in sizes)
    guess = pick(sizes, None, name, "field") if sizes else ""
    return Columns(name, "field", tuple(map(whole, sizes)), first, whole(guess))
