"""Read word vectors from word2vec's binary format: after a first line, a word, a space and D float32, again and again.

Where a word ends is not written. The first space ends it, unless that leads to what cannot be; then the word holds a
space itself, and the first space is taken behind which numbers of a usual size and another word stand.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embedlab.base import BadModel, Floats, OnProgress, Progress
from embedlab.base.limits import LONGEST_WORD
from embedlab.models.vectors.checks import LARGEST, Vectors, WordList, at_once, check_numbers, is_clean, read_header

MOST_SPACES, LONGEST_PHRASE = 12, 200
"""Spaces that are tried as the end of a word, and most bytes before them."""
NARROW = 5
"""Numbers of a vector, at least, that tell it from the end of a word; one in twenty of three numbers does not."""
_USUAL = (int(np.float32(1e-12).view(np.int32)), int(np.float32(1e12).view(np.int32)))
"""Bits of the least and of the largest number that is usual in a vector, beside 0; letters as numbers lie outside."""
Rows = tuple[list[bytes], Floats, int]
"""Words, their vectors, and where the next one begins."""


def read_binary(path: Path, max_words: int | None = None, on_progress: OnProgress | None = None) -> Vectors:
    """Words and (V, D) vectors from word2vec's binary format, with a line break after each vector or without.

    Raises:
        BadModel: the file is cut off, is no such file, or holds numbers or words that cannot be.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        promised, dim = read_header(file.readline(200), path.name, len(data), lambda d: 4 * d + 1)
        rows, at = min(promised, max_words or promised), file.tell()
        matrix, words = np.empty((rows, dim), np.float32), WordList(path.name)
        layout = _Layout(dim, ended=data[-1:] == b"\n")
        for first in range(0, rows, at_once(dim)):
            many = min(at_once(dim), rows - first)
            found = _plainly(data, at, many, layout) or _carefully(data, at, many, layout, (path.name, first))
            matrix[first : first + many], at = found[1], found[2]
            check_numbers(found[1], words.add(found[0]), path.name)
            if on_progress:
                on_progress(Progress(first + many, rows, phase="reading"))
        more = len(data) - at - (data[at : at + 1] == b"\n")
    notes = [f"Bytes behind the {promised:,} words that the first line promises, left out: {more:,}."]
    return words.done(matrix, notes if more and rows == promised else ())


@dataclass(frozen=True)
class _Layout:
    """D, the numbers of a vector, and whether a line break ends each: word2vec's own program writes one."""

    dim: int
    ended: bool


def _plainly(data: mmap.mmap, at: int, many: int, layout: _Layout) -> Rows | None:
    """So many words and vectors, if each word ends at the first space and all are as they should be."""
    words, parts, dim = [], [], layout.dim
    for _ in range(many):
        space = data.find(b" ", at, at + LONGEST_WORD)
        begin, at = at, space + 1 + 4 * dim
        if space < 0 or at > len(data):
            return None
        words.append(data[begin:space].lstrip(b"\n"))
        parts.append(data[space + 1 : at])
        if layout.ended and data[at : at + 1] != b"\n":
            return None
    block = np.frombuffer(b"".join(parts), "<f4").reshape(many, dim)
    fine = all(words) and is_clean(b" ".join(words)) and _usual(block) and _word_follows(data, at, layout)
    return (words, block, at) if fine else None


def _carefully(data: mmap.mmap, at: int, many: int, layout: _Layout, where: tuple[str, int]) -> Rows:
    """The same with each row looked at, and words that may hold spaces.

    Args:
        data: the file.
        at: where the first row begins.
        many: how many there are.
        layout: of the file.
        where: the file's name, and how many words were read before.

    Raises:
        BadModel: a row cannot be read.
    """
    words, dim = [], layout.dim
    block = np.empty((many, dim), np.float32)
    for row in range(many):
        ends = list(_ends(data, at, dim))
        if not ends:
            raise BadModel(
                f"{where[0]} is cut off or no binary word2vec file: word {where[1] + row + 1:,} cannot be read."
            )
        chosen = next((end for end in ends if _fits(data, at, end, layout)), ends[0])
        if chosen != ends[0] and dim < NARROW and not layout.ended:
            raise BadModel(
                f"{where[0]} seems to have words with spaces, as word {where[1] + row + 1:,}. Where they end cannot be "
                f"told from vectors of {dim} numbers without line breaks. Take the vectors as text."
            )
        word, at = data[at:chosen].lstrip(b"\n"), chosen + 1 + 4 * dim
        block[row] = np.frombuffer(data[chosen + 1 : at], "<f4")
        if not np.abs(block[row]).max() <= LARGEST:
            said = f"word {where[1] + row + 1:,}, {ascii(word[:60])[2:-1]}"
            check_numbers(block[row : row + 1], [said], where[0])
        words.append(word)
    return words, block, at


def _ends(data: mmap.mmap, at: int, dim: int) -> Iterator[int]:
    """Spaces at which the word that begins at a place may end, as far as the file holds a vector behind them."""
    limit, found = at + LONGEST_WORD, at - 1
    for _ in range(MOST_SPACES):
        found = data.find(b" ", found + 1, limit)
        if found < 0 or found + 1 + 4 * dim > len(data):
            return
        yield found
        limit = at + LONGEST_PHRASE


def _fits(data: mmap.mmap, at: int, end: int, layout: _Layout) -> bool:
    """Whether a word that ends at a space, its numbers, and what follows are as they should be."""
    word, after = data[at:end].lstrip(b"\n"), end + 1 + 4 * layout.dim
    if not word or not is_clean(word) or not _usual(np.frombuffer(data[end + 1 : after], "<f4")):
        return False
    return _word_follows(data, after, layout)


def _usual(numbers: Floats) -> bool:
    """Whether all numbers are of a usual size: bytes of words, or parts of two numbers, soon make one that is not."""
    bits = np.ascontiguousarray(numbers).view(np.int32) & 0x7FFFFFFF  # without the sign
    return bool(bits.max() <= _USUAL[1]) and not bool(((bits < _USUAL[0]) & (bits != 0)).any())


def _word_follows(data: mmap.mmap, at: int, layout: _Layout) -> bool:
    """Whether another word begins at a place, or the file ends there."""
    if layout.ended and data[at : at + 1] != b"\n":
        return False
    if at >= len(data) - (data[at : at + 1] == b"\n"):
        return True
    space = data.find(b" ", at, at + LONGEST_WORD)
    word = data[at:space].lstrip(b"\n") if space >= 0 else b""
    return bool(word) and is_clean(word)
