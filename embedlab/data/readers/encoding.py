"""Decode bytes as text: detect the encoding, refuse what is no text, and give lines of bounded length.

``Choice`` says which column or field to read from a file that holds more than running text.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, TextIO, cast

from embedlab.base import BadInput
from embedlab.base.limits import met

SAMPLE = 1 << 18
"""Bytes from which the encoding is detected."""
MAX_PARAGRAPH = 10_000
"""Most characters of a paragraph; a longer line is cut after a sentence or a word."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF-", "a PDF document"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\x1f\x8b", "a gz archive"),
    (b"BZh", "a bz2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a rar archive"),
    (b"PAR1", "a parquet table"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
)
_CONTROL = bytes(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 26, 27})
_SENTENCE_END = re.compile(r"[.!?…]['\")\]»”’]*\s|[。！？।॥؟]")
SAVE_AS = "If it is a text, save it as UTF-8 (or, from Python, give its encoding)."


def open_text(stream: BinaryIO, name: str, encoding: str | None = None) -> TextIO:
    """Open a byte stream as text, in the given or the detected encoding.

    Args:
        stream: buffered bytes at their beginning; closed with the result.
        name: the file's name in messages.
        encoding: any of Python's text encodings, or ``None`` to detect it (byte order mark, then UTF-8, then
            charset-normalizer's best guess).

    Raises:
        BadInput: the bytes are not text, or not in the encoding that was given.
    """
    sample = cast(io.BufferedReader, stream).peek(SAMPLE)[:SAMPLE]
    chosen = detect(sample, name) if encoding is None else _given(sample, name, encoding)
    return io.TextIOWrapper(stream, encoding=chosen)


def detect(sample: bytes, name: str) -> str:
    """Detect the encoding of a file from its first bytes.

    Raises:
        BadInput: they are not text.
    """
    for bom, encoding in _BOMS:
        if sample.startswith(bom):
            return encoding
    _refuse_binary(sample, name)
    if b"\0" in sample:
        return _utf16_without_mark(sample, name)
    if _decodes(sample, "utf-8"):
        return "utf-8"
    from charset_normalizer import from_bytes

    best = from_bytes(sample[:65_536]).best()
    if best is None or sample.translate(None, _CONTROL) != sample:
        raise BadInput(f"{name} does not look like text in any known encoding. {SAVE_AS}")
    return best.encoding


def _refuse_binary(sample: bytes, name: str) -> None:
    for signature, what in _SIGNATURES:
        if sample.startswith(signature):
            raise BadInput(f"{name} is not text: it begins like {what}. Give it its right ending, or give text.")
    control = len(sample) - len(sample.translate(None, _CONTROL.replace(b"\0", b"")))
    if control > len(sample) // 20:
        raise BadInput(f"{name} is not text but binary data. {SAVE_AS}")


def _utf16_without_mark(sample: bytes, name: str) -> str:
    zeros, half = sample.count(0), len(sample) // 2
    for encoding, start in (("utf-16-le", 1), ("utf-16-be", 0)):
        there = sample[start::2].count(0)
        if there > 0.4 * half and there > 0.95 * zeros and _decodes(sample, encoding):
            return encoding
    raise BadInput(f"{name} is not text but binary data (it holds zero bytes).")


def _given(sample: bytes, name: str, encoding: str) -> str:
    try:
        codec = codecs.lookup(encoding).name
        "a".encode(encoding)
    except (LookupError, ValueError) as error:
        raise BadInput(f"'{encoding}' is not an encoding. Try utf-8, cp1252 or utf-16, or leave it out.") from error
    wide = codec.startswith(("utf-16", "utf-32"))
    if not wide:
        _refuse_binary(sample, name)
        if b"\0" in sample:
            raise BadInput(f"{name} is not {encoding} text (it holds zero bytes). Leave the encoding out.")
    suits_utf8 = _decodes(sample, "utf-8") and b"\0" not in sample
    if suits_utf8 and (wide or (not codec.startswith("utf-8") and not sample.isascii() and codec != "utf-7")):
        raise BadInput(f"{name} is UTF-8 text, not {encoding}. Leave the encoding out or give utf-8.")
    if not _decodes(sample, encoding):
        raise BadInput(f"{name} is not {encoding} text. Leave the encoding out to have it detected.")
    return "utf-8-sig" if codec == "utf-8" else encoding


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample, final=len(sample) < SAMPLE)
    except ValueError:
        return False
    return True


def lines(stream: TextIO, name: str, limit: int = MAX_PARAGRAPH) -> Iterator[str]:
    """Lines of a text without their ends; one longer than ``limit`` characters is split.

    A part ends after a sentence if one ends in its second half, else between words, else anywhere (for scripts
    without spaces).

    Raises:
        BadInput: some later bytes are not in the encoding.
    """
    rest = ""
    try:
        while line := stream.readline(limit):
            if line[-1] == "\n":
                yield rest + line[:-1]
                rest = ""
                continue
            *whole, rest = chunks(rest + line, limit)
            yield from whole
        if rest:
            yield rest
    except UnicodeDecodeError as error:
        raise undecodable(stream, name, error) from error


def inhabited(given: Iterable[str], name: str, most: int) -> Iterator[str]:
    """Pass lines or rows on, and stop at endless ones without text: packed, billions of them are a small file.

    Raises:
        BadInput: ``most`` lines in a row have no text (``limits.blank``).
    """
    blank = 0
    for text in given:
        blank = blank + 1 if not text or text.isspace() else 0
        if blank > most:
            raise BadInput(met("blank", f"{name} is not read on: more than {most:,} lines in a row hold no text."))
        yield text


def chunks(text: str, limit: int = MAX_PARAGRAPH) -> Iterator[str]:
    """Split a text into parts of at most ``limit`` characters (see ``lines``); the last may be empty."""
    start = 0
    while len(text) - start >= limit:
        end = _cut(text, start, start + limit)
        yield text[start:end]
        start = end
    yield text[start:]


def undecodable(stream: TextIO, name: str, error: UnicodeDecodeError) -> BadInput:
    """The error for bytes that are not in the encoding in which the text began."""
    found, most = error.object[error.start : error.start + 1].hex(), stream.buffer.tell()
    return BadInput(
        f"{name} begins as {error.encoding} text, but within its first {most:,} bytes is one (0x{found}) "
        "that is not. Give the right encoding (often cp1252), or remove stray bytes with iconv -c."
    )


def _cut(text: str, start: int, end: int) -> int:
    ends = [match.end() for match in _SENTENCE_END.finditer(text, (start + end) // 2, end)]
    if ends:
        return ends[-1]
    space = max(text.rfind(" ", start + 1, end), text.rfind("\t", start + 1, end))
    return space + 1 if space > 0 else end


@dataclass(frozen=True)
class Choice:
    """What to read from a file.

    Attributes:
        column: column of a csv, tsv or parquet table, field of jsonl or json (``a.b`` for one inside another);
            ``None`` takes the one with the most text in its first rows.
        encoding: encoding of text files; ``None`` to detect it.
    """

    column: str | None = None
    encoding: str | None = None
