"""What all readers of word vectors check: the first line, the words, and the size of the numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from embedlab.base import BadModel, Floats

WIDEST = 10_000
ROWS, NUMBERS = 2_000, 600_000
"""Most words that are read together, and most numbers of their vectors."""
LARGEST = 1e15
"""Size of a number beyond which no training leads: bytes of something else, read as a number."""
ODD_SHARE = 0.01
"""Share of words that may be damaged, such as those that word2vec's own program cuts within a character."""
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Vectors:
    """What was read.

    Attributes:
        words: V different words.
        matrix: (V, D) their vectors.
        notes: sentences on what was left out or taken for something.
    """

    words: list[str]
    matrix: Floats
    notes: tuple[str, ...] = ()


def at_once(dim: int) -> int:
    """Number of words of a width that are read together."""
    return max(1, min(ROWS, NUMBERS // dim))


def read_header(line: bytes, name: str, size: int, least: Callable[[int], int]) -> tuple[int, int]:
    """Number of words and width from a first line such as ``40000 100``.

    Args:
        line: the first line.
        name: of the file, for messages.
        size: bytes of the file.
        least: bytes the shortest possible row of a given width takes.

    Raises:
        BadModel: these are not two sensible numbers, or the file is too short to hold what they promise.
    """
    try:
        rows, dim = map(int, line.split())
    except ValueError:
        raise BadModel(f"{name} does not begin with the number of words and the width of a vector.") from None
    if rows < 1 or not 1 <= dim <= WIDEST:
        raise BadModel(f"{name} promises {rows} words of {dim} numbers in its first line; that cannot be.")
    if rows * least(dim) > size:
        raise BadModel(
            f"{name} is cut off or its first line is wrong: {rows:,} words of {dim} numbers do not fit in it."
        )
    return rows, dim


def is_number(field: bytes) -> bool:
    """Whether the text is a number."""
    try:
        float(field)
    except ValueError:
        return False
    return True


def is_clean(word: bytes) -> bool:
    """Whether a word, or several with a space between each, is UTF-8 without control characters."""
    try:
        word.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return _CONTROL.search(word) is None


def check_numbers(block: Floats, words: Sequence[str], name: str) -> None:
    """Check that the vectors of words hold numbers of a size that vectors can have.

    Raises:
        BadModel: one is not finite, or far too large.
    """
    if not block.size or np.abs(block).max() <= LARGEST:  # false for NaN
        return
    row, column = np.argwhere(~(np.abs(block) <= LARGEST))[0]
    value = block[row, column]
    if not np.isfinite(value):
        raise BadModel(f"The vector of {words[row]!a} in {name} holds a value that is not a finite number.")
    raise BadModel(
        f"The vector of {words[row]!a} in {name} holds {value:.1e}, far more than any vector of a word. The file is "
        "damaged or of another format."
    )


class WordList:
    """The words of a file in their order; damaged ones are counted.

    Args:
        name: of the file, for messages.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.words: list[str] = []
        self.odd, self.first = 0, ""

    def add(self, words: list[bytes]) -> list[str]:
        """Decode words and append them."""
        if is_clean(b" ".join(words)):
            found = [word.decode("utf-8") for word in words]
        else:
            found = [word.decode("utf-8", errors="replace") for word in words]
            odd = [i for i, word in enumerate(words) if not is_clean(word)]
            if odd and not self.odd:
                self.first = f"word {len(self.words) + odd[0] + 1:,}, {ascii(words[odd[0]])[2:-1][:60]}"
            self.odd += len(odd)
        self.words += found
        return found

    def done(self, matrix: Floats, notes: Sequence[str] = ()) -> Vectors:
        """The different words and their vectors; of a word that comes twice the first vector counts.

        Raises:
            BadModel: there are no words, or more than a few are damaged.
        """
        if not self.words:
            raise BadModel(f"{self.name} holds no words.")
        if self.odd > ODD_SHARE * len(self.words):
            raise BadModel(
                f"{self.odd:,} of {len(self.words):,} words of {self.name} are not UTF-8 or hold control characters "
                f"({self.first}). The file is damaged, of another format, or in another encoding: save it in UTF-8."
            )
        said = list(notes)
        if self.odd:
            said.append(f"Words that are not UTF-8 or hold control characters: {self.odd:,} ({self.first}).")
        if spaced := [word for word in self.words if " " in word]:
            said.append(f"Words with spaces in them: {len(spaced):,}, the first is {spaced[0][:60]!r}.")
        first: dict[str, int] = {}
        for row, word in enumerate(self.words):
            first.setdefault(word, row)
        if len(first) < len(matrix):
            matrix = matrix[list(first.values())]
            said.append(f"Lines whose word came before, left out: {len(self.words) - len(first):,}.")
        return Vectors(list(first), matrix, tuple(said))
