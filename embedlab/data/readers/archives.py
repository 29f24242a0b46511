"""List the files to read behind a path: one file, a folder, or the contents of zip, gz, bz2 or xz, within limits.

Kinds of files that are not read: what they are, and what a visitor can do instead.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, TextIO, cast

from embedlab.base import BadInput
from embedlab.base.limits import Limits, met
from embedlab.base.limits import size as size_of
from embedlab.data.readers.encoding import SAMPLE, Decoded, open_text


@dataclass(frozen=True)
class Refused:
    """A sort of files that are not read.

    Attributes:
        endings: with their dots, in lower case.
        what: how people call one.
        instead: kinds to make of it, the best first.
        how: what to do, with a place for the kind.
    """

    endings: tuple[str, ...]
    what: str
    instead: tuple[str, ...]
    how: str


SAVE = "Open it in the program that wrote it and save it as {kind}."
REFUSED = (
    Refused((".doc", ".docm", ".dot", ".rtf", ".odt", ".pages", ".wpd", ".wps"), "a word processor's document",
        (".docx", ".txt"), SAVE),
    Refused((".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers"), "a spreadsheet", (".csv", ".tsv", ".txt"), SAVE),
    Refused((".pptx", ".ppt", ".odp", ".key"), "a set of slides", (".pdf", ".txt"), SAVE),
    Refused((".epub", ".mobi", ".azw", ".azw3", ".fb2"), "an e-book", (".txt", ".docx", ".pdf"),
        "Convert it to {kind}, for example with Calibre."),
    Refused((".html", ".htm", ".xhtml", ".mht", ".mhtml"), "a web page", (".txt",),
        "Open it in a browser and save it as {kind}, or paste its text."),
    Refused((".xml", ".tei", ".tex", ".srt", ".vtt"), "text with markup", (".txt",), "Save its text as {kind}."),
    Refused((".rar", ".7z", ".tar", ".tgz", ".tbz2", ".txz", ".zst", ".lz4"), "an archive of another kind", (".zip",),
        "Unpack it and pack it as {kind}."),
    Refused((".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".webp", ".heic", ".bmp", ".djvu"), "a picture",
        (".txt", ".pdf"), "Run text recognition (OCR) on it and save what it reads as {kind}."),
    Refused((".mp3", ".wav", ".m4a", ".ogg", ".mp4", ".mov", ".mkv"), "a recording", (".txt",),
        "Write down what is said and save it as {kind}."),
)  # fmt: skip


def refusal(name: str, readable: Collection[str]) -> str:
    """Why a file is not read and what to do, by its name; empty if its kind is read.

    Args:
        name: of the file.
        readable: endings that are read, with their dots, in lower case.
    """
    ending = PurePosixPath(name).suffix.lower()
    if ending in readable:
        return ""
    sort = next((one for one in REFUSED if ending in one.endings), None)
    what = f"is {sort.what} ({ending})" if sort else f"ends in {ending}" if ending else "has no ending"
    how = ""
    if sort and (kind := next((kind for kind in sort.instead if kind in readable), "")):
        how = f" {sort.how.format(kind=kind)}"
    elif not sort and ".txt" in readable:
        how = " If it is plain text, let its name end in .txt."
    return f"{name} {what}, which is not read here.{how} Readable are: {', '.join(readable)}."


PACKERS: dict[str, Callable[[Path], Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
KINDS = (
    ".txt .text .md .markdown .csv .tsv .jsonl .ndjson .json .parquet .pdf .docx".split()  # noqa: SIM905
)
READABLE = (*KINDS, ".zip", *PACKERS)
"""Endings of all files that can be read, packed ones included."""
DAMAGE = (
    OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, struct.error, RuntimeError, ValueError,
    IndexError,
)  # fmt: skip
"""Errors of the standard library for packed files that are damaged or packed in an unknown way."""


@dataclass(frozen=True)
class Entry:
    """One file to read, on disk or inside an archive.

    Attributes:
        name: its name in messages.
        kind: its ending in lower case, without that of the packer.
        opener: opens its bytes from the beginning.
        limits: the limits that it is read with.
        encoding: the encoding of its text; ``None`` to detect it.
        told: hears how its text is decoded.
    """

    name: str
    kind: str
    opener: Callable[[], BinaryIO]
    limits: Limits
    encoding: str | None = None
    told: Callable[[Decoded], object] | None = field(default=None, compare=False)

    def open(self) -> BinaryIO:
        """Open the unpacked bytes; reading raises ``BadInput`` where the file is damaged or too large."""
        return self.opener()

    def text(self, encoding: str | None = None, newline: str | None = None) -> TextIO:
        """Open its text, in the given encoding or in ``self.encoding``, with one line end or any.

        Raises:
            BadInput: it is not text, or not in the encoding.
        """
        return open_text(self.open(), self.name, encoding or self.encoding, self.told, newline)

    def open_whole(self) -> BinaryIO:
        """Open the bytes for reading in any order; a packed file is first unpacked to a temporary file.

        Raises:
            BadInput: it is damaged, or larger than ``limits.document_bytes`` (parquet: ``limits.unpacked_bytes``).
        """
        stream = self.open()
        which = "unpacked_bytes" if self.kind == ".parquet" else "document_bytes"
        most: int = getattr(self.limits, which)
        if stream.seekable():
            if (found := stream.seek(0, io.SEEK_END)) > most:
                stream.close()
                raise _too_large(self.name, found, most, which)
            stream.seek(0)
            return stream
        with stream:
            copy = tempfile.TemporaryFile()  # noqa: SIM115
            while block := stream.read(1 << 20):
                if (found := copy.tell() + len(block)) > most:
                    copy.close()
                    raise _too_large(self.name, found, most, which)
                copy.write(block)
        copy.seek(0)
        return cast(BinaryIO, copy)


def entries(path: Path, limits: Limits) -> Iterator[Entry]:
    """Every file to read at a path, in the order of names; use each one before taking the next.

    Raises:
        BadInput: nothing readable is there, or an archive is damaged, encrypted, nested, too large, or holds a
            path that leads out of it.
    """
    try:
        folder, there = path.is_dir(), path.exists()
    except OSError as error:
        raise BadInput(f"{path.name[:60]} cannot be opened: {error.strerror}.") from error
    if folder:
        yield from _folder(path, limits)
    elif not there:
        raise BadInput(f"There is no file {path}.")
    else:
        yield from _file(path, limits)


def _folder(folder: Path, limits: Limits) -> Iterator[Entry]:
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and _readable(path.name)
        and path.stat().st_size
    )
    if not found:
        raise BadInput(f"The folder {folder.name} holds no file that can be read. Readable are: {', '.join(KINDS)}.")
    if len(found) > limits.files:
        said = f"The folder {folder.name} holds {len(found):,} files; at most {limits.files:,} are read."
        raise BadInput(met("files", said))
    for path in found:
        yield from _file(path, limits)


def _readable(name: str) -> bool:
    suffixes = [suffix.lower() for suffix in PurePosixPath(name).suffixes]
    if suffixes and suffixes[-1] in PACKERS:
        suffixes.pop()
    return bool(suffixes) and (suffixes[-1] in KINDS or suffixes == [".zip"])


def _file(path: Path, limits: Limits) -> Iterator[Entry]:
    try:
        size = path.stat().st_size
        path.open("rb").close()
    except OSError as error:
        raise BadInput(f"{path.name} cannot be opened: {error.strerror}.") from error
    if not path.is_file():
        raise BadInput(f"{path.name} is not a file.")
    if size == 0:
        raise BadInput(f"{path.name} is empty.")
    if size > limits.file_bytes:
        raise _too_large(path.name, size, limits.file_bytes, "file_bytes")
    ending = path.suffix.lower()
    if ending == ".zip":
        yield from _zip(path, limits)
        return
    unpack = PACKERS.get(ending)
    kind = (Path(path.stem).suffix if unpack else path.suffix).lower()
    if unpack and kind in (".zip", ".tar", *PACKERS):
        raise BadInput(f"{path.name} is an archive in an archive. Unpack it once and give what is inside.")
    if kind not in KINDS:
        raise BadInput(refusal(path.stem if unpack else path.name, READABLE))
    if unpack is None:
        yield Entry(path.name, kind, lambda: path.open("rb", buffering=SAMPLE), limits)
    else:
        yield Entry(
            path.name, kind, lambda: _metered(lambda: unpack(path), path.name, Meter(path.name, size, limits)), limits
        )


def _too_large(name: str, found: int, most: int, which: str) -> BadInput:
    said = f"{name} is larger than {size_of(most)}, the most that is read of such a file: {size_of(found)} so far."
    return BadInput(met(which, f"{said} Give a part of it."))


def _zip(path: Path, limits: Limits) -> Iterator[Entry]:
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGE as error:
        raise BadInput(f"{path.name} is damaged or not a zip archive: {error}.") from error
    with archive:
        found = files_inside(archive)
        check_zip(found, path.name, path.stat().st_size, limits)
        chosen = [info for info in found if _worth_reading(info.filename)]
        for info in chosen:
            if PurePosixPath(info.filename).suffix.lower() in (".zip", ".tar", ".7z", ".rar", *PACKERS):
                raise BadInput(f"{path.name} holds an archive in the archive ({info.filename}). Unpack that first.")
        chosen = [info for info in chosen if _readable(info.filename) and info.file_size]
        if not chosen:
            raise BadInput(f"{path.name} holds no file that can be read. Readable are: {', '.join(KINDS)}.")
        meter = Meter(path.name, path.stat().st_size, limits)
        for info in sorted(chosen, key=lambda info: info.filename):
            yield _zipped(archive, info, f"{info.filename} in {path.name}", meter, limits)


def _zipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, meter: Meter, limits: Limits) -> Entry:
    return Entry(
        name,
        PurePosixPath(info.filename).suffix.lower(),
        lambda: _metered(lambda: archive.open(info), name, meter),
        limits,
    )


def files_inside(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The entries of a zip that are files with a name."""
    return [info for info in archive.infolist() if info.filename and not info.is_dir()]


def _worth_reading(name: str) -> bool:
    path = PurePosixPath(name)
    return "__MACOSX" not in path.parts and not path.name.startswith(".")


def check_zip(found: list[zipfile.ZipInfo], name: str, packed: int, limits: Limits) -> None:
    """Check a zip's table of contents before anything is unpacked (a docx is a zip, too).

    Raises:
        BadInput: too many or too large files, a path that leads out, a link, or encryption.
    """
    if len(found) > limits.files:
        raise BadInput(met("files", f"{name} holds {len(found):,} files; at most {limits.files:,} are read."))
    for info in found:
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        if ".." in parts or info.filename.startswith(("/", "\\")) or ":" in info.filename.partition("/")[0]:
            raise BadInput(f"{name} is not read: its entry '{info.filename}' leads out of the archive.")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise BadInput(f"{name} is not read: its entry '{info.filename}' is a link, not a file.")
        if info.flag_bits & 1:
            raise BadInput(f"{name} is encrypted ('{info.filename}'). Unpack it with its password and give the files.")
    Meter(name, packed, limits).add(sum(info.file_size for info in found))


class Meter:
    """Count the bytes that are unpacked, and stop when the file turns out to be a bomb."""

    def __init__(self, name: str, packed: int, limits: Limits) -> None:
        self.name, self.packed, self.limits, self.unpacked = name, max(packed, 1), limits, 0

    def add(self, size: int) -> None:
        """Add ``size`` unpacked bytes.

        Raises:
            BadInput: there are more than the limits allow.
        """
        self.unpacked += size
        limits = self.limits
        if self.unpacked > limits.unpacked_bytes:
            most = size_of(limits.unpacked_bytes)
            said = f"{self.name} unpacks to more than {most} and is not read: {size_of(self.unpacked)} so far."
            raise BadInput(met("unpacked_bytes", said))
        self.check_ratio()

    def check_ratio(self) -> None:
        """Check the ratio of unpacked to packed bytes so far.

        Raises:
            BadInput: the ratio is too large.
        """
        limits = self.limits
        if self.unpacked > limits.ratio_from and self.unpacked > limits.ratio * self.packed:
            said = f"{self.name} unpacks to over {limits.ratio} times its size, like a zip bomb; not read."
            raise BadInput(met("ratio", f"{said} {size_of(self.packed)} become {size_of(self.unpacked)} or more."))


class _Metered(io.RawIOBase):
    """Unpacked bytes, counted; damage becomes ``BadInput``."""

    def __init__(self, stream: IO[bytes], name: str, meter: Meter) -> None:
        super().__init__()
        self.stream, self.name, self.meter, self.given = stream, name, meter, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        done = 0
        while done < len(buffer):
            try:
                block = self.stream.read(len(buffer) - done)
            except DAMAGE as error:
                raise damaged(self.name, error) from error
            if not block:
                break
            buffer[done : done + len(block)] = block
            done += len(block)
        self.meter.add(done)
        self.given += done
        return done

    def tell(self) -> int:
        return self.given

    def close(self) -> None:
        self.stream.close()
        super().close()


def damaged(name: str, error: BaseException) -> BadInput:
    """The error for a file that is cut off or inconsistent."""
    return BadInput(f"{name} is damaged and cannot be unpacked ({error}). Copy or download it again.")


def _metered(opener: Any, name: str, meter: Meter) -> BinaryIO:
    try:
        stream = opener() if callable(opener) else opener
    except DAMAGE as error:
        raise damaged(name, error) from error
    return cast(BinaryIO, io.BufferedReader(_Metered(stream, name, meter), SAMPLE))
