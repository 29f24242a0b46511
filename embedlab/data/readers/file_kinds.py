"""Kinds of files that are not read: what they are, and what a visitor can do instead."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath


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
