"""Tell the layouts of files of word vectors apart by what they hold."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from embedlab.base import BadModel
from embedlab.models.vectors.checks import is_number
from embedlab.models.vectors.text import numbers_at_end, skip_mark, usual_width

LOOKED_AT = 1_000_000
"""Most bytes that are looked at behind the first line."""
_HEADER = re.compile(rb"\s*\d+\s+(\d{1,9})\s*")
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


def detect(path: Path) -> str:
    """Which layout a file has: "word2vec-text", "word2vec-binary" or "glove".

    Raises:
        BadModel: it has none of them.
    """
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise BadModel(f"{path.name} is in UTF-16, which files of vectors never are. Save it in UTF-8.")
        file.seek(0)
        skip_mark(file)
        begin = file.tell()
        first, rest = file.readline(LOOKED_AT), file.read(LOOKED_AT)
        if header := _HEADER.fullmatch(first):
            return "word2vec-text" if _is_text(rest, int(header[1])) else "word2vec-binary"
        file.seek(begin)
        if b"\0" not in first and usual_width(file) > 1:
            return "glove"
    said = f"{path.name} holds no word vectors in a format known here (word2vec, GloVe or fastText)."
    if numbers_at_end(re.sub(rb"[,;]", b" ", first)) > 1:
        said += " In text, a word and its numbers stand apart by spaces or tabs, without commas or semicolons."
    raise BadModel(said)


def _is_text(rest: bytes, dim: int) -> bool:
    """Whether what follows a first line is text: a word and numbers, or at least characters that people write."""
    fields = rest.lstrip().split(b"\n", 1)[0].rsplit(None, dim)
    if len(fields) == dim + 1 and all(map(is_number, fields[1:])):
        return True
    if _BINARY.search(rest):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(rest)
    except UnicodeDecodeError:
        return len(fields) > 1 and is_number(fields[-1])
    return True
