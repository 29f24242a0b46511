"""Read the texts of tables row by row: a column of csv, tsv or parquet, a field of JSON lines."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from embedlab.base import BadInput
from embedlab.base.limits import Limits, met, size
from embedlab.data.readers import fields
from embedlab.data.readers.archives import Entry
from embedlab.data.readers.encoding import SAMPLE, Choice, inhabited, undecodable
from embedlab.data.readers.fields import beginning, cut, missing, pick

CELL = 8
"""Characters a cell, from which on a row with very many of them counts as one of cells without text."""
BATCH = 16
"""Rows of a parquet table that are held at once: a text may have megabytes, and the file only say that it repeats."""
_SEPARATORS = ",;\t|"


def csv_texts(piece: Entry, choice: Choice) -> Generator[str, None, None]:
    """One column of a csv or tsv file whose first row names the columns.

    Raises:
        BadInput: it is not text, has no such column, or a row is broken or too long.
    """
    with _csv_rows(piece, choice) as (header, rows):
        head = beginning(rows, lambda row: sum(map(len, row)) + len(row))
        sizes = {name: sum(len(row[i]) for row in head if i < len(row)) for i, name in enumerate(header)}
        index = header.index(pick(sizes, choice.column, piece.name, "column"))
        for row in chain(head, rows):
            if index < len(row):
                yield from cut(row[index])


def csv_columns(piece: Entry) -> list[str]:
    """The column names of a csv or tsv file.

    Raises:
        BadInput: it is not text.
    """
    with _csv_rows(piece, Choice()) as (header, _):
        return header


@contextmanager
def _csv_rows(piece: Entry, choice: Choice) -> Iterator[tuple[list[str], Iterator[list[str]]]]:
    csv.field_size_limit(max(csv.field_size_limit(), piece.limits.line_chars))
    with piece.text(choice.encoding) as stream:
        lines = bounded_lines(stream, piece)
        first = next(lines, "")
        separator = "\t" if piece.kind == ".tsv" else max(_SEPARATORS, key=first.count)
        rows = _rows(chain([first], lines), separator, piece)
        yield [name.strip() for name in next(rows, [])], rows


def _rows(lines: Iterator[str], separator: str, piece: Entry) -> Iterator[list[str]]:
    row = _RowLines(lines, separator, piece)
    reader = csv.reader(row, delimiter=separator)
    try:
        for cells in reader:
            if len(cells) > piece.limits.cells:
                raise row.too_many(len(cells))
            row.chars = row.cells = row.lines_of_row = 0
            yield cells
    except csv.Error as error:
        raise BadInput(
            f"Row {reader.line_num:,} of {piece.name} is broken: {error}. Is a quotation mark left open?"
        ) from error


class _RowLines:
    """The lines of a row, before it is cut into cells: a quotation mark left open takes the whole file into one."""

    def __init__(self, lines: Iterator[str], separator: str, piece: Entry) -> None:
        self.lines, self.separator, self.piece = lines, separator, piece
        self.chars = self.cells = self.lines_of_row = self.number = 0

    def __iter__(self) -> Iterator[str]:
        limits = self.piece.limits
        for line in self.lines:
            self.number += 1
            self.lines_of_row += 1
            self.chars += len(line)
            self.cells += line.count(self.separator)
            if self.chars > limits.line_chars:
                said = f"The row of {self.piece.name} that ends in line {self.number:,} has more than "
                raise BadInput(met("line_chars", f"{said}{limits.line_chars:,} characters. Is a quotation mark open?"))
            if self.cells > max(limits.cells, self.chars // CELL):
                raise self.too_many(self.cells)
            yield line

    def too_many(self, cells: int) -> BadInput:
        """The message for a row of very many cells."""
        most = self.piece.limits.cells
        said = f"Line {self.number:,} of {self.piece.name} has {cells:,} cells, at most {most:,} are read."
        advice = "Is a quotation mark left open?" if self.lines_of_row > 1 else "Give the column with the text alone."
        return BadInput(met("cells", f"{said} {advice}"))


def bounded_lines(stream: TextIO, piece: Entry) -> Iterator[str]:
    """Lines with their ends.

    Raises:
        BadInput: one is longer than ``limits.line_chars``, or not in the encoding.
    """
    yield from inhabited(_bounded(stream, piece), piece.name, piece.limits.blank)


def _bounded(stream: TextIO, piece: Entry) -> Iterator[str]:
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


def _counted(lines: Iterator[str], name: str, most: int) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if number > most:
            raise BadInput(met("tagged_lines", f"{name} has more than {most:,} lines. Give a part of it."))
        yield line


@contextmanager
def text_lines(path: Path, encoding: str | None = None) -> Iterator[Iterator[str]]:
    """Lines with their ends of a file with tags, which is held as a whole; ``None`` to detect its encoding.

    Raises:
        BadInput: it cannot be read, is not text, or it or one of its lines is larger than the limits allow.
    """
    limits = Limits.from_environment()
    piece = Entry(path.name, path.suffix, lambda: path.open("rb", buffering=SAMPLE), limits, encoding)
    try:
        if (found := path.stat().st_size) > limits.document_bytes:
            said = f"{path.name} has {size(found)}, at most {size(limits.document_bytes)} are read. Give a part of it."
            raise BadInput(met("document_bytes", said))
        with piece.text() as stream:
            yield _counted(bounded_lines(stream, piece), path.name, limits.tagged_lines)
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror or error}.") from error


def json_lines(piece: Entry, choice: Choice) -> Generator[str, None, None]:
    """One field of every object of a JSON lines file; lines that are strings are taken whole.

    Raises:
        BadInput: a line is not JSON, or no row looked at has such a field.
    """
    with piece.text(choice.encoding) as stream:
        rows = fields.rows(bounded_lines(stream, piece), piece.name, piece.limits)
        yield from fields.field_texts(rows, choice, piece.name)


def json_fields(piece: Entry) -> list[str]:
    """The fields that hold text in the first lines of a JSON lines file.

    Raises:
        BadInput: a line is not JSON.
    """
    with piece.text() as stream:
        rows = fields.rows(bounded_lines(stream, piece), piece.name, piece.limits)
        return list(fields.field_sizes(value for value, _ in beginning(rows, lambda row: row[1])))


def parquet_texts(piece: Entry, choice: Choice) -> Generator[str, None, None]:
    """One column of a parquet file, read in batches of rows.

    Raises:
        BadInput: it is damaged, has no such column, or the column holds no text.
    """
    with _parquet(piece) as file:
        names = _text_columns(file, piece)
        if choice.column is not None and choice.column not in names and choice.column in file.schema_arrow.names:
            raise BadInput(f"The column '{choice.column}' of {piece.name} holds no text. {missing(names, 'column')}")
        sizes = dict.fromkeys(names, 0)
        if choice.column is None and len(names) > 1:
            sizes = _parquet_sizes(file, names)
        column = pick(sizes, choice.column, piece.name, "column")
        for batch in file.iter_batches(BATCH, columns=[column], use_threads=False):
            for value in batch.column(0):  # one after the other: each may be large
                yield from cut(value.as_py() or "")


def _parquet_sizes(file: Any, names: list[str]) -> dict[str, int]:
    """Characters of the first rows, by column."""
    sizes = dict.fromkeys(names, 0)
    for name in names:
        texts = (value.as_py() or "" for batch in file.iter_batches(BATCH, columns=[name], use_threads=False)
                 for value in batch.column(0))  # fmt: skip
        sizes[name] = sum(map(len, beginning(texts, len)))
    return sizes


def parquet_columns(piece: Entry) -> list[str]:
    """The columns of a parquet file that hold text.

    Raises:
        BadInput: it is damaged.
    """
    with _parquet(piece) as file:
        return _text_columns(file, piece)


@contextmanager
def _parquet(piece: Entry) -> Iterator[Any]:
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


def _text_columns(file: Any, piece: Entry) -> list[str]:
    schema = file.schema_arrow
    if len(schema) > (most := piece.limits.cells):
        raise BadInput(met("cells", f"{piece.name} has {len(schema):,} columns, at most {most:,} are read."))
    return [field.name for field in schema if str(field.type).removeprefix("large_") in ("string", "string_view")]
