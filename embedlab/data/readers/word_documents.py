"""Read Word documents (docx) as a stream: neither the document's tree nor its pictures are held in memory."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from embedlab.base import BadInput
from embedlab.base.limits import met, size
from embedlab.data.readers.archives import DAMAGE, Entry, check_zip

MAIN = "/officeDocument"
"""How the type of the relation ends that names the part with the text."""
RELATIONS = "_rels/.rels"
BLOCK = 1 << 16
"""Bytes that are read at once."""
LONGEST = 1 << 20
"""Bytes of the list of relations, at most."""
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def paragraphs(stream: Any, piece: Entry) -> Iterator[str]:
    """The paragraphs of a document, those of tables among them, each once and in order.

    Raises:
        BadInput: it is damaged, encrypted, no Word document, or unpacks to too much.
    """
    from lxml import etree

    try:
        with zipfile.ZipFile(stream) as archive:
            check_zip(archive.infolist(), piece.name, stream.seek(0, 2), piece.limits)
            yield from _texts(archive, _main_part(archive, piece), piece)
    except BadInput:
        raise
    except (etree.LxmlError, SyntaxError, KeyError, NotImplementedError, *DAMAGE) as error:
        raise BadInput(f"{piece.name} is damaged or not a docx file ({error}). Save it again as docx.") from error


def _main_part(archive: zipfile.ZipFile, piece: Entry) -> str:
    """The name of the part that holds the text."""
    with archive.open(RELATIONS) as file:
        listed = file.read(LONGEST + 1)
    if len(listed) > LONGEST:
        raise BadInput(f"{piece.name} is not a docx file: its list of parts has more than {size(LONGEST)}.")
    relations = _Relations()
    _parser(relations).feed(listed)
    if not relations.main:
        raise BadInput(f"{piece.name} is not a docx file: it names no document. Save it again as docx.")
    return relations.main


def _texts(archive: zipfile.ZipFile, name: str, piece: Entry) -> Iterator[str]:
    most = piece.limits.document_bytes
    found = archive.getinfo(name).file_size
    if found > most:
        said = f"{piece.name} unpacks to more than the {size(most)} that are read of such a file: {size(found)}."
        raise BadInput(met("document_bytes", said))
    reader = _Paragraphs(piece.name)
    parser = _parser(reader)
    with archive.open(name) as file:
        while block := file.read(BLOCK):
            parser.feed(block)
            yield from reader.take()
    parser.close()
    yield from reader.take()


def _parser(target: Any) -> Any:
    """A parser that calls its target and keeps nothing; nesting beyond 256 and entities that grow are refused."""
    from lxml import etree

    return etree.XMLParser(target=target, resolve_entities=False, no_network=True, huge_tree=False)


def _local(tag: str) -> str:
    """A name without its namespace: there are two that mean the same."""
    return tag.rpartition("}")[2]


class _Relations:
    """Finds the main part in the list of relations."""

    main = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if not self.main and attributes.get("Type", "").endswith(MAIN):
            self.main = attributes.get("Target", "").lstrip("/")

    def doctype(self, *_: object) -> None:
        """Entities are declared, which no program that writes such files does."""
        raise SyntaxError("it declares a document type")

    def close(self) -> None:
        """The list has ended."""


class _Paragraphs:
    """Gathers the text of paragraphs; one inside another (a text box) comes first."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.done: list[str] = []
        self.open: list[list[str]] = []
        self.text = False
        self.begun = False
        self.twice = 0

    def doctype(self, *_: object) -> None:
        """Entities are declared, which no program that writes such files does."""
        raise BadInput(f"{self.name} is not read: it declares a document type. Save it again as docx.")

    def take(self) -> list[str]:
        """The paragraphs that have ended since the last call."""
        done, self.done = self.done, []
        return done

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        name = _local(tag)
        if not self.begun and name != "document":
            raise BadInput(f"{self.name} is not a Word document, or of another kind. Save it again as docx.")
        self.begun = True
        if name == "Fallback":  # says once more what stands beside it
            self.twice += 1
        elif name == "p":
            self.open.append([])
        elif self.open and not self.twice and name in _SIGNS:
            page = name == "br" and any(_local(key) == "type" and one != "textWrapping"
                                        for key, one in attributes.items())  # fmt: skip
            self.open[-1].append("" if page else _SIGNS[name])
        self.text = name == "t"

    def data(self, text: str) -> None:
        """Characters."""
        if self.text and self.open and not self.twice:
            self.open[-1].append(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        name = _local(tag)
        self.text = False
        if name == "Fallback":
            self.twice -= 1
        elif name == "p" and self.open:
            self.done.append("".join(self.open.pop()))

    def close(self) -> None:
        """The document has ended."""
