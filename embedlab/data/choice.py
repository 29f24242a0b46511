"""What to take out of a file that holds more than running text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """What to take out of a file.

    Attributes:
        column: column of a csv, tsv or parquet table, field of jsonl or json (``a.b`` for one inside another);
            ``None`` takes the one with the most text in its first rows.
        encoding: of text files; ``None`` detects it.
    """

    column: str | None = None
    encoding: str | None = None
