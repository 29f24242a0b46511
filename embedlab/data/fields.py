"""Choosing a column or field, and taking texts out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from embedlab.base import BadInput
from embedlab.data.encoding import MAX_PARAGRAPH, pieces_of


def pick(sizes: Mapping[str, int], wanted: str | None, name: str, what: str) -> str:
    """The column that is wanted, or the one with the most text.

    Args:
        sizes: characters of text by column.
        wanted: a column, or ``None``.
        name: of the file.
        what: "column" or "field".

    Raises:
        BadInput: it is not there, or there is none at all.
    """
    if wanted is None and sizes:
        return max(sizes, key=lambda column: sizes[column])
    if wanted is None or wanted not in sizes:
        asked = f"no {what} '{wanted}'" if wanted is not None else f"no {what} with text"
        raise BadInput(f"{name} has {asked}. {missing(sizes, what)}")
    return wanted


def missing(names: Iterable[str], what: str) -> str:
    """The sentence that names the columns that are there."""
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
    """The lines of a text, long ones in pieces."""
    if len(text) <= MAX_PARAGRAPH and "\n" not in text and "\r" not in text:
        yield text
        return
    for line in text.splitlines():
        yield from pieces_of(line)
