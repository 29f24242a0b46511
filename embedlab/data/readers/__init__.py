"""Readers: one for each kind of file, chosen by the file's ending, each giving paragraphs of text."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator
from pathlib import Path

from embedlab.base.limits import Limits
from embedlab.data.readers import documents, plain, tables
from embedlab.data.readers.archives import Entry, entries
from embedlab.data.readers.encoding import Choice
from embedlab.data.readers.fields import Columns

Reader = Callable[[Entry, Choice], Generator[str, None, None]]

READERS: dict[str, Reader] = {
    ".txt": plain.paragraphs,
    ".text": plain.paragraphs,
    ".md": plain.markdown,
    ".markdown": plain.markdown,
    ".csv": tables.csv_texts,
    ".tsv": tables.csv_texts,
    ".jsonl": tables.json_lines,
    ".ndjson": tables.json_lines,
    ".json": documents.json_texts,
    ".parquet": tables.parquet_texts,
    ".pdf": documents.pdf_texts,
    ".docx": documents.docx_texts,
}
_COLUMNS: dict[str, Callable[[Entry, Choice], Columns]] = {
    ".csv": tables.csv_columns,
    ".tsv": tables.csv_columns,
    ".jsonl": tables.json_fields,
    ".ndjson": tables.json_fields,
    ".json": documents.json_document_fields,
    ".parquet": tables.parquet_columns,
}
_PLAIN = (".txt", ".text")
"""Kinds of running text; some hold a table between tabs, of which a column can be asked for."""


def read(piece: Entry, choice: Choice) -> Generator[str, None, None]:
    """Read the paragraphs of a file of any kind.

    Raises:
        BadInput: the file is damaged, not what its ending says, or has no such column or field.
    """
    if choice.column is not None and piece.kind in _PLAIN and tables.is_tabbed(piece, choice):
        return tables.csv_texts(piece, choice)
    return READERS[piece.kind](piece, choice)


def sentence_lines(piece: Entry, choice: Choice) -> Generator[str, None, None]:
    """Read the lines of a text file as they are, empty ones too, each whole; of other kinds the texts.

    A line ends at a line feed and nowhere else (a carriage return before it goes).

    Raises:
        BadInput: as ``read``, or a line is longer than the limits allow.
    """
    if piece.kind not in (".txt", ".text", ".md", ".markdown"):
        yield from read(piece, choice)
        return
    with piece.text(choice.encoding, newline="\n") as stream:
        for line in tables.bounded_lines(stream, piece):
            yield line.removesuffix("\n").removesuffix("\r")


def columns(path: str | Path, limits: Limits | None = None, choice: Choice | None = None) -> Columns | None:
    """The columns or fields of a file to choose from, and the one that is read if none is; ``None`` for running text.

    Args:
        path: a file, an archive or a folder; of several tables the first counts.
        limits: the limits; ``None`` for those of the environment.
        choice: the encoding, and the column that was asked for: it tells whether the first row holds names.

    Raises:
        BadInput: the file cannot be read.
    """
    choice = choice or Choice()
    plain_ones = 0
    for piece in entries(Path(path), limits or Limits.from_environment()):
        if piece.kind in _COLUMNS:
            return _COLUMNS[piece.kind](piece, choice)
        plain_ones += piece.kind in _PLAIN
        if plain_ones == 1 and piece.kind in _PLAIN and tables.is_tabbed(piece, choice):
            return dataclasses.replace(tables.csv_columns(piece, choice), guess="")
    return None
