"""Tagged sentences of JSON and parquet files: a record a sentence, with a list of its words and lists of their tags."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedlab.base import BadInput
from embedlab.base.limits import Limits, met, size
from embedlab.data.readers import fields
from embedlab.data.readers.archives import Entry
from embedlab.data.readers.tables import open_parquet, text_lines

PARQUET = b"PAR1"
_JSON = re.compile(r'(\[\s*+)?\{\s*+"')
"""How an object, or a list of objects, begins."""
SLICE = 10_000
"""Values of a list that are unpacked at once, and different ones that are held once."""
_LISTS = 100
"""Most lists of a record."""


@dataclass(frozen=True)
class Record:
    """A sentence as it stands in the file.

    Attributes:
        number: of the record, from 1.
        lists: the words, their tags and so on, in the order of the file's lists.
    """

    number: int
    lists: tuple[tuple[str, ...], ...]

    def rows(self, most: int) -> list[tuple[str, ...]]:
        """The cells of its first words; of lists of another length than most have, as much as there is."""
        length = Counter(map(len, self.lists)).most_common(1)[0][0] if self.lists else 0
        return [tuple(one[at] if at < len(one) else "" for one in self.lists) for at in range(min(length, most))]


def kind(path: Path) -> str:
    """Whether a file is "parquet", "json" or of other sort (""), by how it begins.

    Raises:
        BadInput: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror or error}.") from error
    if start.startswith(PARQUET):
        return "parquet"
    text = start.decode("utf-8-sig", "ignore").lstrip()
    return "json" if _JSON.match(text) else ""


@contextmanager
def records(path: Path) -> Iterator[tuple[tuple[str, ...], Iterator[Record]]]:
    """The names of the lists of a file, and its sentences.

    Whole numbers come as the names that they stand for where a parquet file says them, as those of the Hugging Face
    hub do; else as numbers.

    Raises:
        BadInput: it cannot be read, is damaged, or no record holds lists.
    """
    if kind(path) == "parquet":
        with _parquet(path) as found:
            yield found
        return
    with text_lines(path) as lines:
        yield _json(lines, path.name)


def _json(lines: Iterator[str], name: str) -> tuple[tuple[str, ...], Iterator[Record]]:
    limits = Limits.from_environment()
    found = _values(lines, name, limits)
    head = fields.beginning(found, lambda one: one[1])
    names = tuple(dict.fromkeys(key for value, _ in head for key in _lists(value)))[:_LISTS]
    if len(names) < 2:
        raise _no_lists(name, next((list(value) for value, _ in head if isinstance(value, dict)), []))

    def each() -> Iterator[Record]:
        number = 0
        while head:
            number += 1
            yield _record(number, head.pop(0)[0], names)
        for value, _ in found:
            number += 1
            yield _record(number, value, names)

    return names, each()


def _values(lines: Iterator[str], name: str, limits: Limits) -> Iterator[tuple[Any, int]]:
    """The records: a JSON object a line, or those of the list that the whole file is or that it holds."""
    first = next((line for line in lines if line.strip()), "")
    try:
        one_a_line = isinstance(json.loads(first), dict) and first.strip().endswith("}")
    except (ValueError, RecursionError):
        one_a_line = False
    rest = list(lines) if not one_a_line else []
    if one_a_line:
        value = fields.loaded(first, f"Line 1 of {name}", limits)
        inside = _inside(value)
        yield from ((one, 1) for one in inside) if inside else [(value, len(first))]
        yield from fields.rows(lines, name, limits)
        return
    text = "".join([first, *rest])
    if len(text) > limits.json_chars:
        said = f"{name} has {len(text):,} characters, at most {limits.json_chars:,} are read. Give JSON lines."
        raise BadInput(met("json_chars", said))
    whole = fields.loaded(text, name, limits)
    yield from ((one, 1000) for one in (whole if isinstance(whole, list) else _inside(whole) or [whole]))


def _inside(value: Any) -> list[Any]:
    """The first list of objects in an object, such as that of "data"."""
    lists = value.values() if isinstance(value, dict) else ()
    return next((one for one in lists if isinstance(one, list) and one and isinstance(one[0], dict)), [])


def _lists(value: Any) -> list[str]:
    """The fields of a record that are lists of texts or whole numbers."""
    if not isinstance(value, dict):
        return []
    return [key for key, one in value.items() if isinstance(one, list) and one and all(map(_plain, one))]


def _plain(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))


def _record(number: int, value: Any, names: Sequence[str]) -> Record:
    lists = [value.get(name) if isinstance(value, dict) else None for name in names]
    return _of_lists(number, [one if isinstance(one, list) else [] for one in lists], names, {})


def _of_lists(
    number: int, lists: Sequence[Sequence[Any]], names: Sequence[str], labels: Mapping[str, Sequence[str]]
) -> Record:
    each = zip(names, lists, strict=True)
    return Record(number, tuple(tuple(_cell(one, labels.get(name, ())) for one in cells) for name, cells in each))


def _cell(value: Any, labels: Sequence[str]) -> str:
    if isinstance(value, str):
        return value
    if not _plain(value):
        return ""
    return labels[value] if 0 <= value < len(labels) else str(value)[:20]


def _no_lists(name: str, there: Sequence[str]) -> BadInput:
    said = f"There is {', '.join(map(str, there[:20]))}." if there else "There are no records."
    return BadInput(f'{name} has no lists of words and tags, such as {{"tokens": […], "ner_tags": […]}}. {said}')


@contextmanager
def _parquet(path: Path) -> Iterator[tuple[tuple[str, ...], Iterator[Record]]]:
    limits = Limits.from_environment()
    if (found := path.stat().st_size) > limits.document_bytes:
        said = f"{path.name} has {size(found)}, at most {size(limits.document_bytes)} are read. Give a part of it."
        raise BadInput(met("document_bytes", said))
    with open_parquet(Entry(path.name, ".parquet", lambda: path.open("rb"), limits)) as file:
        names = tuple(field.name for field in file.schema_arrow if _is_list(field.type))[:_LISTS]
        if len(names) < 2:
            raise _no_lists(path.name, file.schema_arrow.names)
        yield names, _parquet_records(file, names, limits, path.name)


def _is_list(type_: Any) -> bool:
    from pyarrow import types

    if not (types.is_list(type_) or types.is_large_list(type_) or types.is_fixed_size_list(type_)):
        return False
    return any(one(type_.value_type) for one in (types.is_string, types.is_large_string, types.is_integer))


def _parquet_records(file: Any, names: Sequence[str], limits: Limits, said: str) -> Iterator[Record]:
    """Record by record: a list that repeats one word takes no room in the file, and much in memory."""
    labels = _labels(file.schema_arrow.metadata or {})
    most, words = limits.tagged_lines, 0
    seen: dict[Any, Any] = {}
    for number, batch in enumerate(file.iter_batches(1, columns=list(names), use_threads=False), start=1):
        lists = [batch.column(batch.schema.get_field_index(name))[0] for name in names]
        words += max(len(one.values or ()) for one in lists)
        if words > most:
            raise BadInput(met("tagged_lines", f"{said} has more than {most:,} words. Give a part of it."))
        yield _of_lists(number, [list(_texts(one.values, seen)) for one in lists], names, labels)


def _texts(values: Any, seen: dict[Any, Any]) -> Iterator[Any]:
    """The values of a list, equal ones as one object."""
    for start in range(0, len(values or ()), SLICE):
        for value in values.slice(start, SLICE).to_pylist():
            yield seen.setdefault(value, value) if len(seen) < SLICE else seen.get(value, value)


def _labels(metadata: Mapping[bytes, bytes]) -> dict[str, list[str]]:
    """The names of the numbers of each column, which the library ``datasets`` writes beside the table."""
    try:
        features = json.loads(metadata.get(b"huggingface", b"{}"))["info"]["features"]
        inner = {name: one[0] if isinstance(one, list) else one.get("feature") for name, one in features.items()}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}
    named = {name: one["names"] for name, one in inner.items() if isinstance(one, dict) and "names" in one}
    return {
        name: labels
        for name, labels in named.items()
        if isinstance(labels, list) and all(isinstance(one, str) for one in labels)
    }
