"""Read the text of PDF (with pypdf), docx and JSON documents.

Read Word documents (docx) as a stream: neither the document's tree nor its pictures are held in memory.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from embedlab.base import BadInput
from embedlab.base.limits import met, size
from embedlab.data.readers.archives import DAMAGE, Entry, check_zip
from embedlab.data.readers.encoding import Choice
from embedlab.data.readers.fields import LOOK, Columns, cut, field_texts, listed, loaded

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


if TYPE_CHECKING:
    import pypdf

_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\n(?=[^\W\d_A-Z])")
_DAMAGE = (*DAMAGE, KeyError, TypeError, AttributeError, ArithmeticError, AssertionError)
_BREAK = re.compile(r"\n\s*\n")
UNPACKED = 20_000_000
"""Most bytes of an unpacked stream in a PDF."""


def _bounds(operators: int) -> pypdf.Configuration:
    """Limits of pypdf for one page; they are lower than its own, which allow for pictures."""
    import pypdf

    return pypdf.Configuration(
        zlib_maximum_output_length=UNPACKED, lzw_maximum_output_length=UNPACKED,
        run_length_maximum_output_length=UNPACKED, array_based_stream_maximum_output_length=UNPACKED,
        stream_parsing_work_maximum_count=2 * operators, xform_maximum_invocations_per_extraction=500,
    )  # fmt: skip


class _Operators:
    """Count the operators of all pages, nested forms included: a small file can cause billions of them."""

    def __init__(self, piece: Entry, packed: int) -> None:
        self.piece, self.most, self.found = piece, piece.limits.operators + 4 * packed, 0

    def __call__(self, *_: object) -> None:
        """Count one operator."""
        self.found += 1
        if self.found > self.most:
            raise self.too_many()

    def too_many(self) -> BadInput:
        """The error for a file with too many operators."""
        said = f"The pages of {self.piece.name} are drawn by more than {self.most:,} operators, far beyond its size."
        return BadInput(met("operators", f"{said} Save it as text first."))


def pdf_texts(piece: Entry, choice: Choice) -> Generator[str, None, None]:
    """Read the paragraphs of every page of a PDF; words that were hyphenated at line ends are joined.

    Raises:
        BadInput: it is damaged, encrypted, or holds pictures of text only.
    """
    import pypdf
    from pypdf.errors import LimitReachedError, PyPdfError

    found = False
    with piece.open_whole() as stream:
        count, bounds = _Operators(piece, stream.seek(0, 2)), _bounds(piece.limits.operators)
        try:
            with pypdf.apply_configuration(bounds):
                reader = pypdf.PdfReader(stream)
                if reader.is_encrypted and not reader.decrypt(""):
                    raise BadInput(f"{piece.name} is protected by a password. Save it without one.")
                pages = len(reader.pages)
            for number in range(pages):
                with pypdf.apply_configuration(bounds):
                    page = reader.pages[number].extract_text(visitor_operand_before=count)
                for block in _BREAK.split(_HYPHEN.sub("", page)):
                    text = " ".join(block.split())
                    found = found or bool(text)
                    yield from cut(text)
        except BadInput:
            raise
        except LimitReachedError as error:
            raise count.too_many() from error
        except (PyPdfError, *_DAMAGE) as error:
            raise BadInput(f"{piece.name} is damaged or not a PDF ({error}). Save or download it again.") from error
    if not found:
        raise BadInput(
            f"{piece.name} holds no text, perhaps only scanned pages. Run text recognition (OCR) on it first."
        )


def docx_texts(piece: Entry, choice: Choice) -> Generator[str, None, None]:
    """Read the paragraphs and table cells of a Word document, in order.

    Raises:
        BadInput: it is damaged, encrypted or unpacks to too much.
    """
    with piece.open_whole() as stream:
        for text in paragraphs(stream, piece):
            yield from cut(text)


def json_texts(piece: Entry, choice: Choice) -> Generator[str, None, None]:
    """Read one field of a JSON file that holds a list of objects, a list of strings, or one object.

    Raises:
        BadInput: it is not JSON, too large, or has no such field.
    """
    yield from field_texts(((row, 0) for row in _json_rows(piece, choice)), choice, piece.name)


def json_document_fields(piece: Entry, choice: Choice) -> Columns:
    """The fields that hold text in the first objects of a JSON file.

    Raises:
        BadInput: it is not JSON or too large.
    """
    return listed(_json_rows(piece, choice)[:LOOK], piece.name)


def _json_rows(piece: Entry, choice: Choice) -> list[Any]:
    limits = piece.limits
    which = "json_chars" if limits.json_chars < limits.document_bytes else "document_bytes"
    most: int = getattr(limits, which)
    with piece.text(choice.encoding) as stream:
        try:
            text = stream.read(most + 1)
        except UnicodeDecodeError as error:
            raise BadInput(f"{piece.name} is not {error.encoding} text throughout. Give its encoding.") from error
    if len(text) > most:
        said = f"{piece.name} is larger than {size(most)}. Give it as jsonl: one object a line."
        raise BadInput(met(which, said))
    value = loaded(text, piece.name, limits)
    return value if isinstance(value, list) else [value]
