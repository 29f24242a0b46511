"""Read word vectors from text: a word and its numbers a line, after word2vec's first line or, as in GloVe, without.

gensim's reader is the reference (the tests compare), but it allocates whatever a wrong header asks for and repeats a
row of one number over all dimensions, so it is not used for untrusted files.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np

from embedlab.base import BadModel, Floats, OnProgress, Progress
from embedlab.base.limits import LONGEST_WORD
from embedlab.models.vectors.checks import WIDEST, Vectors, WordList, at_once, check_numbers, is_number, read_header

LONGEST_NUMBER = 50
"""Most characters of a number."""
LOOKED_AT = 20
"""Lines that say how wide vectors without a first line are."""
_FRACTION = re.compile(rb"\.|e-", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(rb"[+-]?\d*,\d+(e[+-]?\d+)?", re.IGNORECASE)


def read_text(
    path: Path, header: bool = True, max_words: int | None = None, on_progress: OnProgress | None = None
) -> Vectors:
    """Words and (V, D) vectors from text, one word a line, with word2vec's first line or, as in GloVe, without.

    The last D fields of a line are numbers, what stands before them is the word, which may hold spaces. Any number of
    spaces or tabs may stand between fields, and empty lines anywhere. Of a word that comes twice the first line counts.

    Raises:
        BadModel: the file is cut off, a line has the wrong length, or something in it is no number of a sane size.
    """
    with path.open("rb") as file:
        size, promised = path.stat().st_size, None
        skip_mark(file)
        if header:
            promised, dim = read_header(file.readline(200), path.name, size, lambda d: 2 * d + 1)
        elif not 1 <= (dim := usual_width(file)) <= WIDEST:
            raise BadModel(f"{path.name} holds no word vectors: its first lines are not a word and numbers.")
        words, blocks, read, nameless = WordList(path.name), [np.zeros((0, dim), np.float32)], 0, 0
        most = max_words or size
        lines = _lines(file, dim, path.name)
        while part := list(islice(lines, min(at_once(dim), most - len(words.words)))):
            parsed = _parse(part, dim, path.name, read + 1 + header)
            check_numbers(parsed.block, words.add(parsed.words), path.name)
            blocks.append(parsed.block)
            read, nameless = read + len(part), nameless + parsed.nameless
            if on_progress:
                on_progress(Progress(file.tell(), size, phase="reading"))
    notes = [f"Lines without a word, left out: {nameless:,}."] if nameless else []
    there = len(words.words) + nameless
    if promised is not None and there < min(promised, most):
        raise BadModel(
            f"{path.name} is cut off or its first line is wrong: it promises {promised:,} words and holds {there:,}. "
            f'If nothing is missing, let it begin with "{there} {dim}".'
        )
    if promised is not None and there > promised:
        notes.append(f"The first line promises {promised:,} words; all {there:,} that are there were read.")
    return words.done(np.concatenate(blocks), notes)


def skip_mark(file: BinaryIO) -> None:
    """Skip the byte order mark that some editors put before UTF-8."""
    if file.read(3) != codecs.BOM_UTF8:
        file.seek(0)


def usual_width(file: BinaryIO) -> int:
    """How many numbers most of the first lines end in; the file is put back to where it was."""
    begin = file.tell()
    lines = islice(iter(lambda: file.readline(50 * WIDEST), b""), LOOKED_AT)
    found = [numbers_at_end(line) for line in lines if not line.isspace()]
    file.seek(begin)
    ((width, _),) = Counter(found).most_common(1) or [(0, 0)]
    return width


def numbers_at_end(line: bytes) -> int:
    """How many of the last fields of a line are numbers; the first field is never one."""
    fields, count = line.split(), 0
    while count < len(fields) - 1 and is_number(fields[-1 - count]):
        count += 1
    return count


def _lines(file: BinaryIO, dim: int, name: str) -> Iterator[bytes]:
    """The lines of a file, none longer than a word and its numbers can be."""
    longest = 4 * LONGEST_WORD + (LONGEST_NUMBER + 1) * dim
    while line := file.readline(longest + 1):
        if len(line) > longest:
            raise BadModel(f"A line of {name} is longer than a word and {dim} numbers can be.")
        yield line


@dataclass(frozen=True)
class _Parsed:
    """Lines as words and (n, D) numbers; how many lines had numbers but no word."""

    words: list[bytes]
    block: Floats
    nameless: int


def _parse(lines: list[bytes], dim: int, name: str, first: int) -> _Parsed:
    words, numbers, nameless = [], [], 0
    for i, line in enumerate(lines):
        word, *values = line.rsplit(None, dim) or (b"",)
        if len(values) != dim:
            nameless += _without_word(line, dim, f"Line {first + i:,} of {name}")
            continue
        if b" " in word or b"\t" in word:
            word = _phrase(word, values, f"Line {first + i:,} of {name}")
        if b"\0" in word:
            raise BadModel(f"Line {first + i:,} of {name} holds a NUL byte; is this a binary file?")
        if len(word) > LONGEST_WORD:
            raise BadModel(f"Line {first + i:,} of {name} holds a word that is far too long.")
        words.append(word)
        numbers += values
    try:
        with np.errstate(over="ignore"):  # infinite numbers are refused later
            return _Parsed(words, np.array(list(map(float, numbers)), np.float32).reshape(-1, dim), nameless)
    except ValueError:
        raise BadModel(_no_number(lines, dim, name, first)) from None


def _without_word(line: bytes, dim: int, where: str) -> int:
    """How many vectors without a word a line of too few fields holds: none if it is empty, or one.

    Raises:
        BadModel: the line has too few numbers.
    """
    fields = line.split()
    if len(fields) == dim and line[:1].isspace() and all(map(is_number, fields)):
        return 1
    if fields:
        found = numbers_at_end(line)
        raise BadModel(f"{where} ends in {found} number{'' if found == 1 else 's'} instead of {dim}.")
    return 0


def _phrase(word: bytes, values: list[bytes], where: str) -> bytes:
    """A word of several parts, with one space between each.

    A part that looks like the line's numbers, being as long and with a decimal point as most of them, is one of them.

    Raises:
        BadModel: there are such parts.
    """
    first, *rest = word.split()
    shortest, fractions = min(map(len, values)), 2 * sum(bool(_FRACTION.search(value)) for value in values)
    alike = [
        len(part) >= shortest and is_number(part) and (fractions <= len(values) or bool(_FRACTION.search(part)))
        for part in rest
    ]
    if any(alike):
        more = [*alike[::-1], False].index(False)
        if more:
            raise BadModel(f"{where} ends in {len(values) + more} numbers instead of {len(values)}.")
        raise BadModel(f"{where} holds numbers between two words. Is a line break missing?")
    return b" ".join((first, *rest))


def _no_number(lines: list[bytes], dim: int, name: str, first: int) -> str:
    """What is said of the first field that is no number."""
    fields = ((i, field) for i, line in enumerate(lines) for field in line.rsplit(None, dim)[1:])
    at, bad = next((i, field) for i, field in fields if not is_number(field))
    shown = ascii(bad[:20].decode("utf-8", errors="replace"))
    said = f"Line {first + at:,} of {name} holds {shown} where a number should be."
    return said + " Write decimal points, not commas." if _DECIMAL_COMMA.fullmatch(bad) else said
