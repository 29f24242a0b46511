"""Texts of files that have to be held as a whole: PDF by pypdf, docx by python-docx, and JSON documents."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Generator, Iterator
from typing import Any

from embedlab.base import BadInput
from embedlab.data.archives import DAMAGE, Piece, check_zip
from embedlab.data.choice import Choice
from embedlab.data.encoding import open_text
from embedlab.data.fields import cut
from embedlab.data.tables import LOOK, field_sizes, field_texts
from embedlab.limits import met, size

_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\n(?=[^\W\d_A-Z])")
_DAMAGE = (*DAMAGE, KeyError, TypeError, AttributeError, ArithmeticError, AssertionError)
_BREAK = re.compile(r"\n\s*\n")


def pdf_texts(piece: Piece, choice: Choice) -> Generator[str, None, None]:
    """The paragraphs of every page of a PDF; words that were hyphenated at line ends are put together.

    Raises:
        BadInput: it is damaged, encrypted, or holds pictures of text only.
    """
    import pypdf
    from pypdf.errors import PyPdfError

    found = False
    with piece.open_whole() as stream:
        try:
            reader = pypdf.PdfReader(stream)
            if reader.is_encrypted and not reader.decrypt(""):
                raise BadInput(f"{piece.name} is protected by a password. Save it without one.")
            for page in reader.pages:
                for block in _BREAK.split(_HYPHEN.sub("", page.extract_text())):
                    text = " ".join(block.split())
                    found = found or bool(text)
                    yield from cut(text)
        except BadInput:
            raise
        except (PyPdfError, *_DAMAGE) as error:
            raise BadInput(f"{piece.name} is damaged or not a PDF ({error}). Save or download it again.") from error
    if not found:
        raise BadInput(
            f"{piece.name} holds no text, perhaps only scanned pages. Run text recognition (OCR) on it first."
        )


def docx_texts(piece: Piece, choice: Choice) -> Generator[str, None, None]:
    """The paragraphs and table cells of a Word document, in order.

    Raises:
        BadInput: it is damaged, encrypted or unpacks to too much.
    """
    import docx
    from docx.opc.exceptions import OpcError

    with piece.open_whole() as stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                _check_docx(archive, piece, stream.seek(0, 2))
            for text in _blocks(docx.Document(stream)):
                yield from cut(text)
        except BadInput:
            raise
        except (OpcError, SyntaxError, *_DAMAGE) as error:
            raise BadInput(f"{piece.name} is damaged or not a docx file ({error}). Save it again as docx.") from error


def _check_docx(archive: zipfile.ZipFile, piece: Piece, packed: int) -> None:
    entries = archive.infolist()
    check_zip(entries, piece.name, packed, piece.limits)
    for entry in entries:
        if entry.filename.endswith((".xml", ".rels")) and entry.file_size > piece.limits.document_bytes:
            most, found = size(piece.limits.document_bytes), size(entry.file_size)
            said = f"{piece.name} unpacks to more than the {most} that are read of such a file: {found}."
            raise BadInput(met("document_bytes", said))


def _blocks(container: Any) -> Iterator[str]:
    from docx.table import Table

    for block in container.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                for cell in row.cells:
                    yield from _blocks(cell)
        else:
            yield block.text


def json_texts(piece: Piece, choice: Choice) -> Generator[str, None, None]:
    """One field of a JSON file that holds a list of objects, a list of strings, or one object.

    Raises:
        BadInput: it is not JSON, too large, or has no such field.
    """
    yield from field_texts(iter(_json_rows(piece, choice)), choice, piece.name)


def json_document_fields(piece: Piece) -> list[str]:
    """The fields that hold text in the first objects of a JSON file.

    Raises:
        BadInput: it is not JSON or too large.
    """
    return list(field_sizes(_json_rows(piece, Choice())[:LOOK]))


def _json_rows(piece: Piece, choice: Choice) -> list[Any]:
    most = piece.limits.document_bytes
    with open_text(piece.open(), piece.name, choice.encoding) as stream:
        try:
            text = stream.read(most + 1)
            if len(text) > most:
                said = f"{piece.name} is larger than {size(most)}. Give it as jsonl: one object a line."
                raise BadInput(met("document_bytes", said))
            value = json.loads(text)
        except UnicodeDecodeError as error:
            raise BadInput(f"{piece.name} is not {error.encoding} text throughout. Give its encoding.") from error
        except (ValueError, RecursionError) as error:
            raise BadInput(f"{piece.name} is not JSON: {error}.") from error
    return value if isinstance(value, list) else [value]
