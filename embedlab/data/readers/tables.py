"""Read the texts of tables row by row: a column of csv, tsv or parquet, a field of JSON lines."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

from embedlab.base import BadInput
from embedlab.base.limits import Limits, met, size
from embedlab.data.readers import dialect, fields
from embedlab.data.readers.archives import Entry
from embedlab.data.readers.encoding import SAMPLE, Choice, inhabited, lines, undecodable
from embedlab.data.readers.fields import FIELDS, NAME, Columns, beginning, cut, missing, pick, shown, whole

CELL = 8
"""Characters a cell, from which on a row with very many of them counts as one of cells without text."""
BATCH = 16
"""Rows of a parquet table that are held at once: a text may have megabytes, and the file only say that it repeats."""
FEW = 5
"""Rows that have to agree before the first row is taken to lack names."""


def csv_texts(piece: Entry, choice: Choice) -> Generator[str, None, None]:
    """One column of a file of rows, cut into cells as ``dialect.find`` finds out.

    Raises:
        BadInput: it is not text, has no such column, or a row is broken or too long.
    """
    with _csv(piece, choice) as table:
        wanted = None if choice.column is None else _name(choice.column)
        index = table.names.index(pick(table.sizes(), wanted, piece.name, "column"))
        width = len(table.names)
        for row in chain(table.head, table.rows):
            yield from cut(row[index] if index < len(row) <= width else table.text(row, index))


def csv_columns(piece: Entry, choice: Choice) -> Columns:
    """The columns of a file of rows.

    Raises:
        BadInput: it is not text, or a row is broken or too long.
    """
    with _csv(piece, choice) as table:
        first = tuple(shown(table.text(row, i) for row in table.head) for i in range(len(table.names[:FIELDS])))
        guess = pick(table.sizes(), None, piece.name, "column") if table.names else ""
        separated = table.written.separated
        return Columns(piece.name, "column", tuple(table.names), first, guess, separated, table.named)


def is_tabbed(piece: Entry, choice: Choice) -> bool:
    """Whether a plain text holds a table: its first lines have the same number of tabs, between cells that hold text.

    Raises:
        BadInput: it is not text, or not in the encoding.
    """
    with piece.text(choice.encoding) as stream:
        given = inhabited(lines(stream, piece.name), piece.name, piece.limits.blank)
        head = beginning(given, len, dialect.LINES, dialect.CHARS)
    rows = [line.split("\t") for line in head if line and not line.isspace()]
    filled = [sum(map(bool, map(str.strip, row))) for row in rows]
    return len(rows) > 2 and len({len(row) for row in rows}) == 1 and sum(n > 1 for n in filled) > 0.8 * len(rows)


@dataclass(frozen=True)
class _Table:
    """A csv file, opened.

    Attributes:
        written: how its cells are written.
        names: of its columns, each another one.
        named: whether they stand in the file.
        head: its first rows below the names.
        rows: the others.
    """

    written: dialect.Dialect
    names: list[str]
    named: bool
    head: list[list[str]]
    rows: Iterator[list[str]]

    def text(self, row: list[str], index: int) -> str:
        """A cell of a row; the last one goes on in what is too much, since somebody forgot the quotation marks."""
        if len(row) > len(self.names) == index + 1:
            return f"{self.written.separator} ".join(filter(None, row[index:]))
        return row[index] if index < len(row) else ""

    def sizes(self) -> dict[str, int]:
        """Characters of text in the first rows, by column; numbers and dates are none."""
        texts = ([self.text(row, i) for row in self.head] for i in range(len(self.names)))
        sizes = [sum(len(text) for text in column if not dialect.is_number(text)) for column in texts]
        return dict(zip(self.names, sizes, strict=True))


@contextmanager
def _csv(piece: Entry, choice: Choice) -> Iterator[_Table]:
    csv.field_size_limit(max(csv.field_size_limit(), piece.limits.line_chars))
    with piece.text(choice.encoding) as stream:
        given = bounded_lines(stream, piece)
        head = beginning(given, len, dialect.LINES, dialect.CHARS)
        after = list(islice(given, 1))
        start = _start(head)
        separators = "" if piece.kind == ".csv" else "\t"
        if start < len(head) and (declared := dialect.declared(head[start])):
            separators, start = declared, _start(head, start + 1)
        head = [line.lstrip("\ufeff") for line in head[start : start + 1]] + head[start + 1 :]
        found = dialect.find(head, separators, whole=not after)
        rows = _rows(chain(head, after, given), found, piece, start)
        first = next(rows, [])
        below = beginning(rows, lambda row: sum(map(len, row)) + len(row))
        names, named = _names(first, below, choice.column)
        yield _Table(found, names, named, below if named else [first, *below], rows)


def _start(head: list[str], start: int = 0) -> int:
    """The number of the first line with a letter or so, before which a spreadsheet may leave rows empty."""
    return next((i for i in range(start, len(head)) if head[i].strip(f"\ufeff \r\n{dialect.SEPARATORS}")), start)


def _names(first: list[str], below: list[list[str]], wanted: str | None) -> tuple[list[str], bool]:
    """A name for every column, each another one, and whether they stand in the first row.

    Where all rows have one cell more than the first, R has left out the name of the first column.
    """
    widths = {len(row) for row in below} if len(below) >= (FEW if len(first) > 1 else 2) else {0}
    wider = max(0, widths.pop() - len(first)) if len(widths) == 1 else 0
    before = wider == 1 and any(row[-1].strip() for row in below)
    cells = ["", *first] if before else [*first, *[""] * wider]
    named = dialect.has_names(cells, below)
    cells = [_name(cell) for cell in cells]
    named = named or (wanted is not None and _name(wanted) in cells)
    names: dict[str, None] = {}
    for number, cell in enumerate(cells, 1):
        name = (named and cell) or f"column {number}"
        while name in names:
            name = f"{name} ({number})"
        names[name] = None
    return list(names), named


def _name(cell: str) -> str:
    """A name on one line, without quotation marks around it."""
    name = " ".join(whole(cell[: 4 * NAME]).split())[:NAME]
    return name[1:-1] if len(name) > 2 and name[0] == name[-1] and name[0] in "\"'" else name


def _rows(given: Iterator[str], found: dialect.Dialect, piece: Entry, start: int) -> Iterator[list[str]]:
    row, most = _RowLines(given, found.separator, piece, start), piece.limits.cells
    reader = found.reader(row)
    try:
        for cells in reader:
            if len(cells) > most:
                raise row.too_many(len(cells))
            row.chars = row.cells = row.lines_of_row = 0
            yield cells
    except csv.Error as error:
        raise BadInput(
            f"Row {start + reader.line_num:,} of {piece.name} is broken: {error}. Is a quotation mark left open?"
        ) from error


class _RowLines:
    """The lines of a row, before it is cut into cells: a quotation mark left open takes the whole file into one."""

    def __init__(self, given: Iterator[str], separator: str, piece: Entry, start: int) -> None:
        self.lines, self.separator, self.piece, self.number = given, separator, piece, start
        self.chars = self.cells = self.lines_of_row = 0

    def __iter__(self) -> Iterator[str]:
        longest, most, separator = self.piece.limits.line_chars, self.piece.limits.cells, self.separator
        for line in self.lines:
            self.number += 1
            self.lines_of_row += 1
            self.chars += len(line)
            if separator:
                self.cells += line.count(separator)
            if self.chars > longest:
                said = f"The row of {self.piece.name} that ends in line {self.number:,} has more than "
                raise BadInput(met("line_chars", f"{said}{longest:,} characters. Is a quotation mark open?"))
            if self.cells > most and self.cells > self.chars // CELL:
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


def json_fields(piece: Entry, choice: Choice) -> Columns:
    """The fields that hold text in the first lines of a JSON lines file.

    Raises:
        BadInput: a line is not JSON.
    """
    with piece.text(choice.encoding) as stream:
        rows = fields.rows(bounded_lines(stream, piece), piece.name, piece.limits)
        return fields.listed((value for value, _ in beginning(rows, lambda row: row[1])), piece.name)


def parquet_texts(piece: Entry, choice: Choice) -> Generator[str, None, None]:
    """One column of a parquet file, read in batches of rows.

    Raises:
        BadInput: it is damaged, has no such column, or the column holds no text.
    """
    with open_parquet(piece) as file:
        names = _text_columns(file, piece)
        if choice.column is not None and choice.column not in names and choice.column in file.schema_arrow.names:
            raise BadInput(f"The column '{choice.column}' of {piece.name} holds no text. {missing(names, 'column')}")
        sizes = dict.fromkeys(names, 0)
        if choice.column is None and len(names) > 1:
            sizes = {name: sum(map(len, texts)) for name, texts in _parquet_heads(file, names)}
        column = pick(sizes, choice.column, piece.name, "column")
        for batch in file.iter_batches(BATCH, columns=[column], use_threads=False):
            for value in batch.column(0):  # one after the other: each may be large
                yield from cut(value.as_py() or "")


def _parquet_heads(file: Any, names: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The texts of the first rows, column by column."""
    for name in names:
        texts = (value.as_py() or "" for batch in file.iter_batches(BATCH, columns=[name], use_threads=False)
                 for value in batch.column(0))  # fmt: skip
        yield name, beginning(texts, len)


def parquet_columns(piece: Entry, choice: Choice) -> Columns:
    """The columns of a parquet file that hold text.

    Raises:
        BadInput: it is damaged.
    """
    with open_parquet(piece) as file:
        names = _text_columns(file, piece)
        sizes: dict[str, int] = {}
        first: list[tuple[str, ...]] = []
        for name, texts in _parquet_heads(file, names):
            sizes[name] = sum(map(len, texts))
            if len(first) < FIELDS:
                first.append(shown(texts))
        guess = pick(sizes, None, piece.name, "column") if sizes else ""
        return Columns(piece.name, "column", tuple(names), tuple(first), guess)


@contextmanager
def open_parquet(piece: Entry) -> Iterator[Any]:
    """A parquet file as PyArrow reads it.

    Raises:
        BadInput: it is damaged, or unpacks to more than the limits allow.
    """
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
