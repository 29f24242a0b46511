"""Decode bytes as text: detect the encoding, refuse what is no text, and give lines of bounded length.

Of a text with a few damaged bytes these are replaced and counted (``Decoded``); one with many is refused. ``Choice``
says which column or field to read from a file that holds more than running text.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, TextIO, cast

from embedlab.base import BadInput
from embedlab.base.limits import met
from embedlab.data.readers.guesses import guesses

SAMPLE = 1 << 18
"""Bytes from which the encoding is detected."""
MAX_PARAGRAPH = 10_000
"""Most characters of a paragraph; a longer line is cut after a sentence or a word."""
FEW, SPARSE = 20, 10_000
"""Damaged bytes that a text may have: so many, and more if there is only one in so many bytes."""
SHOWN = 5
"""Lines of damaged bytes that are named."""

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


@dataclass(frozen=True)
class Decoded:
    """How a file was decoded.

    Attributes:
        name: the file's name in messages.
        encoding: as Python calls it.
        guessed: whether the bytes leave a choice: they are no Unicode, and nobody gave the encoding.
        replaced: bytes so far that are not in the encoding; other characters stand for them.
        lines: the lines of the first of them, from 1.
    """

    name: str
    encoding: str
    guessed: bool = False
    replaced: int = 0
    lines: tuple[int, ...] = ()

    @property
    def said(self) -> str:
        """What there is to say about it, as sentences; empty if all went as usual."""
        parts = [f"{self.name} was read as {self.encoding}, which is a guess."] if self.guessed else []
        if self.replaced:
            many, lines = self.replaced > 1, ", ".join(f"{line:,}" for line in self.lines)
            more = ", …" if self.replaced > len(self.lines) == SHOWN else ""
            first = f"{self.replaced:,} bytes of {self.name} are" if many else f"One byte of {self.name} is"
            place = f"line{'s' if len(self.lines) > 1 else ''} {lines}{more}"
            parts.append(f"{first} not {self.encoding} ({place}); {'they were' if many else 'it was'} replaced.")
        return " ".join(parts)


def open_text(
    stream: BinaryIO,
    name: str,
    encoding: str | None = None,
    told: Callable[[Decoded], object] | None = None,
    newline: str | None = None,
) -> TextIO:
    """Open a byte stream as text, in the given or the detected encoding.

    Args:
        stream: buffered bytes at their beginning; closed with the result.
        name: the file's name in messages.
        encoding: any of Python's text encodings, or ``None`` to detect it (byte order mark, then UTF-8, then the best
            of the ``guesses``).
        told: hears how the text is decoded, now and whenever damaged bytes were replaced.
        newline: the line end that counts; ``None`` for any of the usual ones.

    Raises:
        BadInput: the bytes are not text, or not in the encoding that was given.
    """
    sample = cast(io.BufferedReader, stream).peek(SAMPLE)[:SAMPLE]
    chosen, guessed = _detected(sample, name) if encoding is None else (_given(sample, name, encoding), False)
    return _Text(stream, Decoded(name, chosen, guessed), told, newline)


class _Text(io.TextIOWrapper):
    """A text stream that replaces the bytes that are not in its encoding, and counts them.

    In UTF-8 a single one between ASCII characters is read as Windows-1252, from which most such bytes were pasted
    (0x92 is an apostrophe). Any other becomes U+FFFD.
    """

    def __init__(
        self, stream: BinaryIO, decoded: Decoded, told: Callable[[Decoded], object] | None, newline: str | None
    ) -> None:
        self._utf8 = decoded.encoding.startswith("utf-8")
        super().__init__(stream, decoded.encoding, MARK, newline)
        self._decoded, self._told, self._line = decoded, told, 1
        self._tell_now()

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        """The next line, or so many characters of it; called for every line, so it must be fast."""
        line = _READ_LINE(self, size)
        if not line.isascii():
            try:
                line.encode()
            except UnicodeEncodeError:
                line = _MARKED.sub(self._character, line)
        if len(line) != size or line.endswith("\n"):
            self._line += 1
        return line

    def read(self, size: int | None = -1, /) -> str:
        """So many characters, or the rest."""
        return _MARKED.sub(self._character, super().read(size))

    def _character(self, match: re.Match[str]) -> str:
        raw = bytes(ord(mark) - 0xDC00 for mark in match[0])
        self._count(len(raw), match.string, match.start())
        if not self._utf8:
            return "\ufffd"
        replaced = raw.decode("utf-8", "replace")
        before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
        is_cut_off = not after and raw[-1] >= 0xC2
        if len(replaced) < len(raw) or not (before + after).isascii() or is_cut_off:
            return replaced
        return raw.decode("cp1252", "replace")

    def _count(self, number: int, text: str, place: int) -> None:
        old, line = self._decoded, self._line + text.count("\n", 0, place)
        lines = old.lines if line in old.lines or len(old.lines) == SHOWN else (*old.lines, line)
        self._decoded = replace(old, replaced=old.replaced + number, lines=lines)
        if self._decoded.replaced > max(FEW, (read := cast(BinaryIO, self.buffer).tell()) // SPARSE):
            raise BadInput(
                f"{old.name} begins as {old.encoding} text, but more than {old.replaced:,} of its first {read:,} bytes "
                f"are not, the first in line {lines[0]:,}. {OTHERS}"
            )
        self._tell_now()

    def _tell_now(self) -> None:
        if self._told:
            self._told(self._decoded)


def _marks(error: UnicodeError) -> tuple[str, int]:
    """Half characters for the bytes that cannot be decoded: no text has them, and they say which bytes these were."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


MARK = "embedlab-mark"
"""Name of ``_marks`` among Python's handlers of errors; TextIOWrapper takes a name only."""
codecs.register_error(MARK, _marks)
_READ_LINE = io.TextIOWrapper.readline
_MARKED = re.compile("[\udc00-\udcff]+")
OTHERS = "Give the right encoding (often cp1252), or remove stray bytes with iconv -c."


def recoded(content: bytes, name: str, encoding: str | None = None) -> tuple[bytes, Decoded]:
    """A text that lies in memory in UTF-8, and how it was decoded.

    Raises:
        BadInput: it is not text, or not in the encoding that was given.
    """
    told: list[Decoded] = []
    given = cast(BinaryIO, io.BufferedReader(io.BytesIO(content), SAMPLE))
    with open_text(given, name, encoding, told.append, newline="") as stream:
        return stream.read().encode("utf-8", "replace"), told[-1]


def detect(sample: bytes, name: str) -> str:
    """Detect the encoding of a file from its first bytes.

    Raises:
        BadInput: they are not text.
    """
    return _detected(sample, name)[0]


def _detected(sample: bytes, name: str) -> tuple[str, bool]:
    """The encoding, and whether it is a guess."""
    for bom, encoding in _BOMS:
        if sample.startswith(bom):
            return encoding, False
    _refuse_binary(sample, name)
    if b"\0" in sample:
        return _utf16_without_mark(sample, name), True
    unicode = _suits(sample, "utf-8")
    if unicode and b"\x1b$" not in sample:  # with it, perhaps Japanese or Korean in seven bits
        return "utf-8", False
    if sample.translate(None, _CONTROL) == sample:
        for encoding in guesses(sample):
            if _suits(sample, encoding):
                return encoding, encoding != "ascii"
    if unicode:
        return "utf-8", False
    raise BadInput(f"{name} does not look like text in any known encoding. {SAVE_AS}")


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
        if there > 0.4 * half and there > 0.95 * zeros and _suits(sample, encoding):
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
            raise BadInput(f"{name} is not {encoding} text (it holds zero bytes). Give no encoding: then it is found.")
    suits_utf8 = _decodes(sample, "utf-8") and b"\0" not in sample
    if suits_utf8 and (wide or (not codec.startswith("utf-8") and not sample.isascii() and codec != "utf-7")):
        raise BadInput(f"{name} is UTF-8 text, not {encoding}. Give utf-8, or no encoding.")
    if not _suits(sample, encoding):
        raise BadInput(f"{name} is not {encoding} text. Give another encoding, or none: then it is found.")
    return "utf-8-sig" if codec == "utf-8" and sample.startswith(codecs.BOM_UTF8) else encoding


def _suits(sample: bytes, encoding: str) -> bool:
    """Whether bytes are in an encoding, but for a few damaged places.

    For each damaged one there must be three bytes that go on a character beyond ASCII in UTF-8: bytes in any other
    encoding have far fewer when they are read as UTF-8. A character that is cut off at the end asks for one whole one.
    """
    try:
        text = codecs.getincrementaldecoder(encoding)("replace").decode(sample, final=len(sample) < SAMPLE)
    except ValueError:
        return False
    bad = text.count("\ufffd")
    if not bad or _decodes(sample, encoding):
        return True
    good = len(text.encode("utf-8", "replace")) - len(text) - 2 * bad
    return good >= 3 * bad or (bad == 1 and text[-1] == "\ufffd" and (good >= 1 or encoding.startswith("utf-16")))


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
        f"that is not. {OTHERS}"
    )


def _cut(text: str, start: int, end: int) -> int:
    ends = [match.end() for match in _SENTENCE_END.finditer(text, (start + end) // 2, end)]
    if ends:
        return ends[-1]
    space = max(text.rfind(" ", start + 1, end), text.rfind("\t", start + 1, end))
    return space + 1 if space > 0 else end


class Notes:
    """How the files of a text were decoded, each as it was read last."""

    MOST = 1000

    def __init__(self) -> None:
        self._by_name: dict[str, Decoded] = {}

    def __call__(self, decoded: Decoded) -> None:
        """Note how a file was decoded."""
        if decoded.name in self._by_name or len(self._by_name) < self.MOST:
            self._by_name[decoded.name] = decoded

    @property
    def all(self) -> tuple[Decoded, ...]:
        """The files, in the order of reading; of very many the first."""
        return tuple(self._by_name.values())


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
