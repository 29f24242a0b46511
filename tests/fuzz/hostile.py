"""Small files that ask for very much: each is made anew, and harmless until a reader believes it."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Callable
from typing import Any

from tests.fuzz import targets

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
BILLION = 2_000_000_000


def parquet_of_one_text(length: int = 8_000_000, rows: int = 1_000_000) -> bytes:
    """A dictionary of one long text, and run lengths that repeat it."""
    import pyarrow
    import pyarrow.parquet

    out = io.BytesIO()
    schema = pyarrow.schema([("text", pyarrow.dictionary(pyarrow.int32(), pyarrow.string()))])
    column = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * rows, pyarrow.int32()), ["king " * (length // 5)])
    with pyarrow.parquet.ParquetWriter(out, schema, compression="zstd", store_schema=False) as writer:
        writer.write_table(pyarrow.table({"text": column}))
    return out.getvalue()


def parquet_of_nothing(rows: int = 20_000_000) -> bytes:
    """Millions of rows without a value."""
    import pyarrow
    import pyarrow.parquet

    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"text": pyarrow.nulls(rows, pyarrow.string())}), out)
    return out.getvalue()


def docx(body: str) -> bytes:
    """A Word document with this body."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(targets.word_document())) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            whole = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'.encode()
            new.writestr(name, whole if name == "word/document.xml" else old.read(name))
    return out.getvalue()


def docx_of_spans(span: int = BILLION, rows: int = 50) -> bytes:
    """Cells that say to be billions of columns wide, and to go on from the row above."""
    wide = f'<w:tcPr><w:gridSpan w:val="{span}"/><w:vMerge{{}}/></w:tcPr>'
    cell = f"<w:tc>{wide}<w:p><w:r><w:t>king</w:t></w:r></w:p></w:tc>"
    first, more = (f"<w:tr>{cell.format(way)}</w:tr>" for way in (' w:val="restart"', ""))
    return docx(f"<w:tbl>{first}{more * rows}</w:tbl>")


def docx_of_depth(depth: int = 100_000) -> bytes:
    """Tables in tables in tables."""
    return docx("<w:tbl><w:tr><w:tc>" * depth + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * depth)


def docx_of_nodes(count: int = 2_500_000) -> bytes:
    """Millions of paragraphs without text."""
    return docx("<w:p/>" * count + "<w:p><w:r><w:t>king</w:t></w:r></w:p>")


def docx_of_entities(doublings: int = 30) -> bytes:
    """A text that doubles itself again and again."""
    lines = "".join(f'<!ENTITY e{i + 1} "&e{i};&e{i};">' for i in range(doublings))
    return _with_document(f'<!DOCTYPE x [<!ENTITY e0 "king">{lines}]>', f"&e{doublings};")


def _with_document(head: str, text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(targets.word_document())) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            body = f"<w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body>"
            whole = f'{head}<w:document xmlns:w="{W}">{body}</w:document>'.encode()
            new.writestr(name, whole if name == "word/document.xml" else old.read(name))
    return out.getvalue()


def json_of_lists(count: int = 26_000_000) -> bytes:
    """A list of empty lists: three characters and 64 bytes of memory each."""
    return b"[" + b"[]," * count + b"[]]"


def json_of_depth(depth: int = 1_000_000) -> bytes:
    """Lists in lists in lists."""
    return b"[" * depth + b"]" * depth


def json_of_names(count: int = 500_000, length: int = 1_000_000) -> bytes:
    """An object with a very long name, and very many inside it: their paths would be the product."""
    inner = ",".join(f'"{i}":"x"' for i in range(count))
    return f'{{"{"n" * length}":{{{inner}}}}}\n'.encode()


def lines_of_lists(count: int = 1_000_000, lines: int = 30) -> bytes:
    """JSON lines of many values each."""
    return (b'{"text": "king", "x": [' + b"[]," * count + b"[]]}\n") * lines


def lines_of_names(count: int = 800_000) -> bytes:
    """An object with a million fields in a line."""
    return ('{"text":"king",' + ",".join(f'"{i}":""' for i in range(count)) + "}\n").encode()


def table_of_columns(columns: int = 1_000_000, rows: int = 30) -> bytes:
    """A table of a million columns."""
    return b",".join(b"%d" % i for i in range(columns)) + b"\n" + (b"," * (columns - 1) + b"\n") * rows


def table_of_open_quotes(lines: int = 3_000_000) -> bytes:
    """A quotation mark that is left open: the rest of the file is one cell."""
    return b"text,more\n" + b"a,b\n" * 50_000 + b'"' + b"a,b\n" * lines


def table_of_quotes(cells: int = 3_000_000) -> bytes:
    """One row of cells in quotation marks."""
    return b"text,more\n" + b'"",' * cells + b"\n"


def pdf_of_operators(operators: int = 5_000_000, ask: bytes = b"q ") -> bytes:
    """A page of millions of operators, which zlib packs by a thousand."""
    return _pdf(ask * operators)


def pdf_of_forms(depth: int = 30, wide: int = 4) -> bytes:
    """Forms that draw other forms several times: their number is a power."""
    import pypdf
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer, inner = pypdf.PdfWriter(io.BytesIO(targets.pdf())), None
    for _ in range(depth):
        form = DecodedStreamObject()
        form.set_data(b"/X Do " * wide if inner is not None else b"BT /F1 12 Tf (a) Tj ET")
        form[NameObject("/Type")], form[NameObject("/Subtype")] = NameObject("/XObject"), NameObject("/Form")
        given = DictionaryObject() if inner is None else DictionaryObject({NameObject("/X"): inner})
        form[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): given})
        inner = writer._add_object(form)
    page, content = writer.pages[0], DecodedStreamObject()
    content.set_data(b"/X Do")
    page[NameObject("/Contents")] = writer._add_object(content)
    page["/Resources"][NameObject("/XObject")] = DictionaryObject({NameObject("/X"): inner})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_of_pages(pages: int = 20_000, operators: int = 2000) -> bytes:
    """One page, listed thousands of times."""
    import pypdf
    from pypdf.generic import ArrayObject, NameObject, NumberObject

    writer, out = pypdf.PdfWriter(io.BytesIO(_pdf(b"q Q " * (operators // 2)))), io.BytesIO()
    tree = writer.root_object["/Pages"]
    tree[NameObject("/Kids")] = ArrayObject([writer.pages[0].indirect_reference] * pages)
    tree[NameObject("/Count")] = NumberObject(pages)
    writer.write(out)
    return out.getvalue()


def _pdf(content: bytes) -> bytes:
    import pypdf
    from pypdf.generic import DecodedStreamObject, NameObject

    writer, out = pypdf.PdfWriter(io.BytesIO(targets.pdf())), io.BytesIO()
    stream = DecodedStreamObject()
    stream.set_data(content)
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    writer.write(out)
    return out.getvalue()


def markdown_of_bars(length: int = 5000, lines: int = 1) -> bytes:
    """Spaces and bars, which a rule under a table's head could be made of in very many ways."""
    return (b" " * length + b"|" * length + b"x\n") * lines


def markdown_of_brackets(length: int = 9000, lines: int = 20) -> bytes:
    """Links that never end."""
    return (
        b"".join(one * (length // len(one)) + b"\n" for one in (b"[", b"[a](", b'[a](b "', b"![", b"<http://")) * lines
    )


def text_of_blanks(lines: int = 20_000_000) -> bytes:
    """Line ends and nothing else."""
    return b"\n" * lines


def text_of_one_line(length: int = 20_000_000) -> bytes:
    """One line, and one word."""
    return b"a" * length


def text_of_accents(count: int = 400_000) -> bytes:
    """A letter with accents that have to be put in order."""
    return ("a" + "\u0300" * count + "\u0316" * count).encode()


def tagged_of_words(words: int = 2_500_000) -> bytes:
    """A different word and tag in every line, and a sentence each."""
    return b"".join(b"%d B-%d\n\n" % (i, i) for i in range(words))


def tagged_of_notes(length: int = 100_000) -> bytes:
    """A note with very many spaces."""
    return b"# a =" + b" " * length + b"x\ty\nking O\n\n"


def tagged_of_columns(columns: int = 1_000_000) -> bytes:
    """A line of very many columns, among others."""
    return b"king\tO\n" + b"a\t" * columns + b"O\n\n" + b"1\tking\tB-PER\n" * 20


def tagged_of_bad_lines(lines: int = 1_400_000) -> bytes:
    """Lines that are all bad, but for the first ones."""
    return b"king O\n" * 20_000 + b"oops\n" * lines


def tagged_lists(words: int = 600_000) -> bytes:
    """A record of very many words, which take little room in the file."""
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table({"tokens": [["king"] * words] * 20, "tags": [["B-PER"] * words] * 20})
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out, compression="zstd", row_group_size=1)
    return out.getvalue()


def packed(name: str, content: bytes) -> tuple[str, bytes]:
    """The same as gz."""
    return f"{name}.gz", gzip.compress(content, 6)


Maker = Callable[..., bytes]
FILES: dict[str, tuple[str, Maker, bool]] = {
    "a text repeated": ("a.parquet", parquet_of_one_text, False),
    "rows without a value": ("a.parquet", parquet_of_nothing, False),
    "spans": ("a.docx", docx_of_spans, False),
    "tables in tables": ("a.docx", docx_of_depth, False),
    "nodes": ("a.docx", docx_of_nodes, False),
    "entities": ("a.docx", docx_of_entities, False),
    "lists": ("a.json", json_of_lists, True),
    "lists in lists": ("a.json", json_of_depth, True),
    "long names": ("a.jsonl", json_of_names, False),
    "lines of lists": ("a.jsonl", lines_of_lists, True),
    "lines of names": ("a.jsonl", lines_of_names, True),
    "columns": ("a.csv", table_of_columns, True),
    "an open quote": ("a.csv", table_of_open_quotes, True),
    "cells in quotes": ("a.csv", table_of_quotes, True),
    "operators": ("a.pdf", pdf_of_operators, False),
    "forms": ("a.pdf", pdf_of_forms, False),
    "pages": ("a.pdf", pdf_of_pages, False),
    "bars": ("a.md", markdown_of_bars, False),
    "brackets": ("a.md", markdown_of_brackets, False),
    "blanks": ("a.txt", text_of_blanks, True),
    "one line": ("a.txt", text_of_one_line, True),
    "accents": ("a.txt", text_of_accents, True),
    "tagged words": ("a.conll", tagged_of_words, False),
    "a tagged note": ("a.conll", tagged_of_notes, False),
    "tagged columns": ("a.conll", tagged_of_columns, False),
    "tagged bad lines": ("a.conll", tagged_of_bad_lines, False),
    "tagged lists": ("tags.parquet", tagged_lists, False),
}
"""Name of the file, who makes it, and whether it is packed as gz."""


def made(name: str) -> tuple[str, bytes]:
    """One of the files, at its worst: its name and what it holds."""
    file, maker, gz = FILES[name]
    return packed(file, maker()) if gz else (file, maker())


def drawn(rng: random.Random) -> tuple[str, bytes]:
    """Any of the files with other measures, one in three with some damage."""
    from tests.fuzz.damage import damaged

    file, maker, gz = FILES[rng.choice(list(FILES))]
    defaults: tuple[Any, ...] = tuple(one for one in maker.__defaults__ or () if isinstance(one, int))
    measures = [max(1, int(most ** rng.uniform(0.2, 1.0))) for most in defaults]
    content = maker(*measures)
    if rng.random() < 0.3 and len(content) < 1_000_000:
        content = damaged(file, content, (), rng)
    return packed(file, content) if gz or rng.random() < 0.1 else (file, content)
