"""Pairs of sentences that share a word, and whether the word means the same in both.

The layout is that of WiC (Pilehvar and Camacho-Collados 2019, https://aclanthology.org/N19-1128/), with the gold labels
in the table itself.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from embedlab.base import BadInput

_COLUMNS = ("word", "index1", "index2", "label", "sentence1", "sentence2")
_LABELS = {"T": True, "F": False}


@dataclass(frozen=True)
class WordPair:
    """One word in two sentences.

    Attributes:
        word: its base form.
        first: words of one sentence.
        second: words of the other.
        positions: where it stands in each, from 0.
        same: whether it has the same sense in both.
    """

    word: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    positions: tuple[int, int]
    same: bool


def read_word_pairs(path: Path | str) -> list[WordPair]:
    """Read a table with tabs between the columns word, index1, index2, label (T or F), sentence1 and sentence2.

    Other columns are ignored. The sentences are split at spaces; the indices count these words.

    Raises:
        BadInput: the file cannot be read, lacks a column or rows, or a row is not of this form; the message names it.
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, restval=""))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"The pairs in {path} cannot be read: {error}.") from None
    if not rows:
        raise BadInput(f"{path.name} holds no pairs.")
    if missing := [name for name in _COLUMNS if name not in rows[0]]:
        raise BadInput(f"{path.name} has no column {missing[0]!r}; it needs {', '.join(_COLUMNS)} with tabs between.")
    return [_pair(row, f"Row {number} of {path.name}") for number, row in enumerate(rows, start=2)]


def _pair(row: dict[str, str], where: str) -> WordPair:
    if row["label"] not in _LABELS:
        raise BadInput(f"{where} has the label {row['label'][:20]!r}; it should be T or F.")
    first, second = tuple(row["sentence1"].split()), tuple(row["sentence2"].split())
    places = []
    for name, words in (("index1", first), ("index2", second)):
        place = int(row[name]) if re.fullmatch("[0-9]{1,9}", row[name]) else len(words)
        if place >= len(words):
            raise BadInput(f"{where}: {name} is {row[name][:20]!r}, and its sentence has {len(words)} words.")
        places.append(place)
    return WordPair(row["word"], first, second, (places[0], places[1]), _LABELS[row["label"]])
