"""Read the text of PDF (with pypdf), docx and JSON documents."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from embedlab.base import BadInput
from embedlab.base.limits import met, size
from embedlab.data.readers import word_documents
from embedlab.data.readers.archives import DAMAGE, Entry
from embedlab.data.readers.encoding import Choice, open_text
from embedlab.data.readers.fields import LOOK, cut, field_sizes, field_texts, loaded

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
        for text in word_documents.paragraphs(stream, piece):
            yield from cut(text)


def json_texts(piece: Entry, choice: Choice) -> Generator[str, None, None]:
    """Read one field of a JSON file that holds a list of objects, a list of strings, or one object.

    Raises:
        BadInput: it is not JSON, too large, or has no such field.
    """
    yield from field_texts(((row, 0) for row in _json_rows(piece, choice)), choice, piece.name)


def json_document_fields(piece: Entry) -> list[str]:
    """The fields that hold text in the first objects of a JSON file.

    Raises:
        BadInput: it is not JSON or too large.
    """
    return list(field_sizes(_json_rows(piece, Choice())[:LOOK]))


def _json_rows(piece: Entry, choice: Choice) -> list[Any]:
    limits = piece.limits
    which = "json_chars" if limits.json_chars < limits.document_bytes else "document_bytes"
    most: int = getattr(limits, which)
    with open_text(piece.open(), piece.name, choice.encoding) as stream:
        try:
            text = stream.read(most + 1)
        except UnicodeDecodeError as error:
            raise BadInput(f"{piece.name} is not {error.encoding} text throughout. Give its encoding.") from error
    if len(text) > most:
        said = f"{piece.name} is larger than {size(most)}. Give it as jsonl: one object a line."
        raise BadInput(met(which, said))
    value = loaded(text, piece.name, limits)
    return value if isinstance(value, list) else [value]
