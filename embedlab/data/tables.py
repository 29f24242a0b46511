"""Texts of tables, row by row: a column of csv, tsv and parquet, a field of JSON lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

from embedlab.base import BadInput
from embedlab.data.archives import Piece
from embedlab.data.choice import Choice
from embedlab.data.encoding import open_text, undecodable
from embedlab.data.fields import cut, missing, pick, strings, value_at
from embedlab.limits import Limits, met, size

LOOK = 200
"""Rows looked at to find the column with the most text."""
_SEPARATORS = ",;\t|"


def csv_texts(piece: Piece, choice: Choice) -> Generator[str, None, None]:
    """One column of a csv or tsv file whose first row names the columns.

    Raises:
        BadInput: it is not text, has no such column, or a row is broken or too long.
    """
    with _csv_rows(piece, choice) as (header, rows):
        head = list(islice(rows, LOOK))
        sizes = {name: sum(len(row[i]) for row in head if i < len(row)) for i, name in enumerate(header)}
        index = header.index(pick(sizes, choice.column, piece.name, "column"))
        for row in chain(head, rows):
            if index < len(row):
                yield from cut(row[index])


def csv_columns(piece: Piece) -> list[str]:
    """The column names of a csv or tsv file.

    Raises:
        BadInput: it is not text.
    """
    with _csv_rows(piece, Choice()) as (header, _):
        return header


@contextmanager
def _csv_rows(piece: Piece, choice: Choice) -> Iterator[tuple[list[str], Iterator[list[str]]]]:
    csv.field_size_limit(max(csv.field_size_limit(), piece.limits.line_chars))
    with open_text(piece.open(), piece.name, choice.encoding) as stream:
        lines = bounded_lines(stream, piece)
        first = next(lines, "")
        separator = "\t" if piece.kind == ".tsv" else max(_SEPARATORS, key=first.count)
        rows = _rows(csv.reader(chain([first], lines), delimiter=separator), piece)
        yield [name.strip() for name in next(rows, [])], rows


def _rows(reader: Any, piece: Piece) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise BadInput(
            f"Row {reader.line_num:,} of {piece.name} is broken: {error}. Is a quotation mark left open?"
        ) from error


def bounded_lines(stream: TextIO, piece: Piece) -> Iterator[str]:
    """Lines with their ends.

    Raises:
        BadInput: one is longer than ``limits.line_chars``, or not in the encoding.
    """
    most, number = piece.limits.line_chars, 0
    try:
        while line := stream.readline(most + 1):
            number += 1
            if len(line) > most:
                said = f"Line {number:,} of {piece.name} is longer than {most:,} characters; is it the right kind?"
                raise BadInput(met("line_chars", said))
            yield line
    except UnicodeDecodeError as error:
        raise undecodable(stream, piece.name, error) from error


@contextmanager
def text_lines(path: Path) -> Iterator[Iterator[str]]:
    """Lines with their ends of a text file that is held as a whole, in any encoding.

    Raises:
        BadInput: it cannot be read, is not text, or it or one of its lines is larger than the limits allow.
    """
    limits = Limits.from_environment()
    piece = Piece(path.name, path.suffix, lambda: path.open("rb"), limits)
    try:
        if (found := path.stat().st_size) > limits.document_bytes:
            said = f"{path.name} has {size(found)}, at most {size(limits.document_bytes)} are read. Give a part of it."
            raise BadInput(met("document_bytes", said))
        with open_text(piece.open(), piece.name) as stream:
            yield bounded_lines(stream, piece)
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror or error}.") from error


def json_lines(piece: Piece, choice: Choice) -> Generator[str, None, None]:
    """One field of every object of a JSON lines file; lines that are strings are taken whole.

    Raises:
        BadInput: a line is not JSON, or no row looked at has such a field.
    """
    with open_text(piece.open(), piece.name, choice.encoding) as stream:
        rows = json_rows(bounded_lines(stream, piece), piece.name)
        yield from field_texts(rows, choice, piece.name)


def json_rows(lines: Iterator[str], name: str) -> Iterator[Any]:
    """The value of every line that is not blank.

    Raises:
        BadInput: a line is not JSON.
    """
    for number, line in enumerate(lines, 1):
        if line.isspace():
            continue
        try:
            yield json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadInput(f"Line {number:,} of {name} is not JSON: {error}.") from error


def field_texts(rows: Iterator[Any], choice: Choice, name: str) -> Iterator[str]:
    """The texts of one field of a stream of JSON values.

    Raises:
        BadInput: no row looked at has such a field.
    """
    head = list(islice(rows, LOOK))
    sizes = field_sizes(head)
    whole = choice.column is None and not sizes
    field = "" if whole else pick(sizes, choice.column, name, "field")
    for row in chain(head, rows):
        for text in strings(row if whole else value_at(row, field)):
            yield from cut(text)


def field_sizes(rows: list[Any]) -> dict[str, int]:
    """Characters of text by field, those inside objects as ``outer.inner``."""
    sizes: dict[str, int] = {}

    def look(value: Any, path: str) -> None:
        if isinstance(value, dict) and path.count(".") < 3:
            for key, inner in value.items():
                look(inner, f"{path}.{key}" if path else str(key))
        elif path and (texts := list(strings(value))):
            sizes[path] = sizes.get(path, 0) + sum(map(len, texts))

    for row in rows:
        look(row, "")
    return sizes


def json_fields(piece: Piece) -> list[str]:
    """The fields that hold text in the first lines of a JSON lines file.

    Raises:
        BadInput: a line is not JSON.
    """
    with open_text(piece.open(), piece.name) as stream:
        return list(field_sizes(list(islice(json_rows(bounded_lines(stream, piece), piece.name), LOOK))))


def parquet_texts(piece: Piece, choice: Choice) -> Generator[str, None, None]:
    """One column of a parquet file, read in batches of rows.

    Raises:
        BadInput: it is damaged, has no such column, or the column holds no text.
    """
    with _parquet(piece) as file:
        names = _text_columns(file)
        if choice.column is not None and choice.column not in names and choice.column in file.schema_arrow.names:
            raise BadInput(f"The column '{choice.column}' of {piece.name} holds no text. {missing(names, 'column')}")
        sizes = dict.fromkeys(names, 0)
        if choice.column is None and len(names) > 1 and (batch := next(file.iter_batches(LOOK, columns=names), None)):
            sizes = {name: sum(len(v) for v in batch.column(name).to_pylist() if v) for name in names}
        column = pick(sizes, choice.column, piece.name, "column")
        for batch in file.iter_batches(batch_size=500, columns=[column]):
            for text in batch.column(0).to_pylist():
                yield from cut(text or "")


def parquet_columns(piece: Piece) -> list[str]:
    """The columns of a parquet file that hold text.

    Raises:
        BadInput: it is damaged.
    """
    with _parquet(piece) as file:
        return _text_columns(file)


@contextmanager
def _parquet(piece: Piece) -> Iterator[Any]:
    import pyarrow
    import pyarrow.parquet

    with piece.open_whole() as stream:
        try:
            file = pyarrow.parquet.ParquetFile(stream, pre_buffer=False)
            groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
            if (found := sum(group.total_byte_size for group in groups)) > piece.limits.unpacked_bytes:
                most = size(piece.limits.unpacked_bytes)
                said = f"{piece.name} unpacks to {size(found)}, more than {most}; not read."
                raise BadInput(met("unpacked_bytes", said))
            yield file
        except (pyarrow.ArrowException, OSError, ValueError) as error:
            reason = (str(error) or type(error).__name__).splitlines()[0]
            raise BadInput(f"{piece.name} is damaged or not a parquet file ({reason}).") from error


def _text_columns(file: Any) -> list[str]:
    return [
        field.name for field in file.schema_arrow if str(field.type).removeprefix("large_") in ("string", "string_view")
    ]
