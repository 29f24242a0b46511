"""The option ``--column``, and what the terminal says of the column that is read."""

from __future__ import annotations

import argparse
from pathlib import Path

from embedlab.base import BadInput
from embedlab.cli.progress_bar import say
from embedlab.data import readers
from embedlab.data.readers.encoding import Choice
from embedlab.data.readers.fields import Columns, missing


def add_column(command: argparse.ArgumentParser) -> None:
    """Add the option to a command that reads a text."""
    help = "column of a table, or field of JSON, that holds the text; without it the one with the most text is guessed"
    command.add_argument("--column", metavar="NAME", help=help)


def say_column(path: Path | None, column: str | None, encoding: str | None = None) -> None:
    """Say on standard error how the rows of a table are cut, and which column was guessed, if none was asked for.

    Args:
        path: the text; ``None`` if the command was given none.
        column: the one that was asked for.
        encoding: of the text; ``None`` to detect it.

    Raises:
        BadInput: the file cannot be read, or a column was asked for of no text or of running text.
    """
    if path is None:
        if column is not None:
            raise BadInput("--column names a column of the text that --corpus gives. Give both, or leave both out.")
        return
    found = readers.columns(path, choice=Choice(column, encoding))
    if found is None and column is not None:
        raise BadInput(f"{path.name} is running text: it has no column '{column}'. Leave --column out.")
    if found is not None and (said := sentence(found, column)):
        say(said, error=True)


def sentence(found: Columns, column: str | None) -> str:
    """What is said of a table; empty if there was nothing to guess."""
    if column is not None:
        return f"{found.file}: {found.read_as}" if found.read_as else ""
    if not found.guess:
        whole = (
            f"{found.file} seems to be a table with {found.separated} between its cells, but its lines are read whole"
        )
        return f"{whole}; choose a column with --column. {missing(found.names, found.what)}" if found.names else ""
    taken = f"{found.file}: the {found.what} '{found.guess}' is read, since it has the most text"
    if len(found.names) > 1:
        taken += f"; choose another with --column. {missing(found.names, found.what)}"
    return f"{taken.removesuffix('.')}. {found.read_as}".rstrip()
