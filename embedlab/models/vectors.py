"""Published word vectors: read and write word2vec's text and binary formats and GloVe's text, with every row checked.

gensim's reader is the reference (the tests compare), but it allocates whatever a wrong header asks for and repeats a
row of one number over all dimensions, so it is not used for untrusted files.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np

from embedlab.base import BadInput, BadModel, Floats, OnProgress, Progress, Settings, StaticModel, files, setting
from embedlab.base.limits import LONGEST_WORD


@dataclass(frozen=True)
class VectorsConfig(Settings):
    """What is known of published vectors."""

    family: str = setting(
        "word2vec",
        "The algorithm that made them, which places them on the timeline.",
        choices=("word2vec", "cbow", "glove", "fasttext"),
    )
    format: str = setting("", "The format of the file they were read from.")


class WordVectors(StaticModel):
    """Published vectors: words and a matrix; counts are zero where the file has none."""

    kind = "vectors"
    config_class = VectorsConfig


WIDEST = 10_000
ROWS, NUMBERS = 2_000, 600_000
"""Most lines in a batch of reading, and most numbers on them."""
LONGEST_NUMBER = 50
"""Most characters of a number."""
_ODD = re.compile(r"[\s\ud800-\udfff]")
Vectors = tuple[list[str], Floats]


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


def read_text(
    path: Path, header: bool = True, max_words: int | None = None, on_progress: OnProgress | None = None
) -> Vectors:
    """Words and (V, D) vectors from text, one word a line, with word2vec's first line or, as in GloVe, without.

    Of a word that comes twice the first line counts.

    Raises:
        BadModel: the file is cut off, a line has the wrong length, or something in it is not a finite number.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        if header:
            promised, dim = read_header(file.readline(200), path.name, size, lambda d: 2 * d + 1)
        else:
            promised, dim = None, _width(file, path.name)
        most = min(x for x in (promised, max_words, size) if x is not None)
        words, blocks, rows = [], [np.zeros((0, dim), np.float32)], 0
        at_once = max(1, min(ROWS, NUMBERS // dim))
        while lines := list(islice(_lines(file, dim, path.name), min(at_once, most - rows))):
            block_words, block = _parse(lines, dim, path.name, rows + 1 + header)
            words += block_words
            blocks.append(block)
            rows += len(lines)
            if on_progress:
                on_progress(Progress(file.tell(), size, phase="reading"))
        if promised is not None and rows < most:
            raise BadModel(f"{path.name} is cut off: it promises {promised:,} words and holds {rows:,}.")
    return _first_of_each(words, np.concatenate(blocks), path.name)


def _lines(file: BinaryIO, dim: int, name: str) -> Iterator[bytes]:
    """The lines of a file, none longer than a word and its numbers can be."""
    longest = 4 * LONGEST_WORD + (LONGEST_NUMBER + 1) * dim
    while line := file.readline(longest + 1):
        if len(line) > longest:
            raise BadModel(f"A line of {name} is longer than a word and {dim} numbers can be.")
        yield line


def read_binary(path: Path, max_words: int | None = None, on_progress: OnProgress | None = None) -> Vectors:
    """Words and (V, D) vectors from word2vec's binary format.

    Raises:
        BadModel: the file is cut off, is no such file, or holds something that is not a finite number.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        rows, dim = read_header(file.readline(200), path.name, len(data), lambda d: 4 * d + 1)
        rows = min(rows, max_words or rows)
        matrix, words, at = np.empty((rows, dim), np.float32), [], file.tell()
        for row in range(rows):
            space = data.find(b" ", at, at + LONGEST_WORD)
            word, at = data[at:space].lstrip(b"\n"), space + 1 + 4 * dim
            if space < 0 or at > len(data) or b"\0" in word:
                raise BadModel(f"{path.name} is cut off or no binary word2vec file: word {row + 1:,} cannot be read.")
            words.append(word.decode("utf-8", errors="replace"))
            matrix[row] = np.frombuffer(data[space + 1 : at], "<f4")
            if on_progress and row % 50_000 == 0:
                on_progress(Progress(row, rows, phase="reading"))
    return _first_of_each(words, matrix, path.name)


def write(model: StaticModel, path: Path, layout: str, *, overwrite: bool = False) -> None:
    """Write a model's words and vectors, atomically.

    Args:
        model: any static model.
        path: the file to write.
        layout: "word2vec-text", "word2vec-binary" or "glove" (text without a first line).
        overwrite: whether a file that lies there may be replaced.

    Raises:
        BadInput: a file or folder lies there; the layout is unknown; or a word is empty or has a space, line break or
            half a character, which these formats cannot hold.
        BadModel: the file cannot be written.
    """
    if layout not in ("word2vec-text", "word2vec-binary", "glove"):
        raise BadInput(f"Vectors can be written as word2vec-text, word2vec-binary or glove, not as {layout!r}.")
    odd = next((word for word in model.words if _ODD.search(word) or not word), None)
    if odd is not None:
        raise BadInput(f"The word {odd!a} is empty or holds a space or line break, which {layout} files cannot hold.")
    path = Path(path)
    files.check_target_file(path, overwrite=overwrite)
    with _replacing(path) as file:
        if layout != "glove":
            file.write(f"{len(model)} {model.dim}\n".encode())
        for word, row in zip(model.words, model.matrix, strict=True):
            values = row.astype("<f4").tobytes() if layout == "word2vec-binary" else " ".join(row.astype("U")).encode()
            file.write(word.encode() + b" " + values + b"\n")


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    with files.writing(path), files.atomic_file(path) as scratch, scratch.open("wb") as file:
        yield file


def _width(file: BinaryIO, name: str) -> int:
    """Number of values at the end of the first line; the file is rewound."""
    fields = file.readline(50 * WIDEST).split()
    file.seek(0)
    dim = 0
    while dim < len(fields) - 1 and is_number(fields[-1 - dim]):
        dim += 1
    if not 1 <= dim <= WIDEST:
        raise BadModel(f"{name} holds no word vectors: its first line is not a word and numbers.")
    return dim


def is_number(field: bytes) -> bool:
    """Whether the text is a number."""
    try:
        float(field)
    except ValueError:
        return False
    return True


def _parse(lines: list[bytes], dim: int, name: str, first: int) -> Vectors:
    words, numbers = [], []
    for i, line in enumerate(lines):
        word, *values = line.rstrip().rsplit(b" ", dim)
        if len(values) != dim or (b" " in word and is_number(word.rsplit(b" ", 1)[1])):
            found = len(line.split()) - 1
            raise BadModel(f"Line {first + i:,} of {name} has {found} numbers after the word instead of {dim}.")
        if b"\0" in word:
            raise BadModel(f"Line {first + i:,} of {name} holds a NUL byte; is this a binary file?")
        if len(word) > LONGEST_WORD or max(map(len, values)) > LONGEST_NUMBER:
            raise BadModel(f"Line {first + i:,} of {name} holds a word or a number that is far too long.")
        words.append(word.decode("utf-8", errors="replace"))
        numbers += values
    try:
        with np.errstate(over="ignore"):  # infinite numbers are refused later
            return words, np.array(numbers).astype(np.float32).reshape(-1, dim)
    except ValueError:
        bad = next(i for i, field in enumerate(numbers) if not is_number(field))
        shown = ascii(numbers[bad][:20].decode("utf-8", errors="replace"))
        raise BadModel(f"Line {first + bad // dim:,} of {name} holds {shown} where a number should be.") from None


def _first_of_each(words: Iterable[str], matrix: Floats, name: str) -> Vectors:
    first: dict[str, int] = {}
    for row, word in enumerate(words):
        first.setdefault(word, row)
    if not first:
        raise BadModel(f"{name} holds no words.")
    if len(first) < len(matrix):
        matrix = matrix[list(first.values())]
    finite = np.isfinite(matrix).all(axis=1)
    if not finite.all():
        word = list(first)[int(np.argmin(finite))]
        raise BadModel(f"The vector of {word!a} in {name} holds a value that is not a finite number.")
    return list(first), matrix
