"""Choose a column or field, and take the texts out of JSON values whose number is bounded before they are parsed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
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
    shown = [f"'{name}'" for name in names]
    if not shown:
        return f"No {what} in it holds text."
    more = f" and {len(shown) - 20} more" if len(shown) > 20 else ""
    return f"There is {', '.join(shown[:20])}{more}."


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
"""Most fields that are distinguished, and the longest name of a field."""


def beginning(rows: Iterable[T], weight: Callable[[T], int]) -> list[T]:
    """The first rows, few enough to be held in memory.

    Args:
        rows: is read no further than needed.
        weight: gives the length of a row in characters.
    """
    head: list[T] = []
    room = LOOK_CHARS
    for row in rows:
        head.append(row)
        room -= weight(row)
        if len(head) == LOOK or room <= 0:
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
    whole = choice.column is None and not sizes
    field = "" if whole else pick(sizes, choice.column, name, "field")
    while head:
        yield from _texts(head.pop(0)[0], field, whole)
    for row, _ in chain(found):
        yield from _texts(row, field, whole)


def _texts(row: Any, field: str, whole: bool) -> Iterator[str]:
    for text in strings(row if whole else value_at(row, field)):
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
