"""PDF pages and Word documents with contents of any sort in a frame that is right."""

from __future__ import annotations

import io
import zipfile

from hypothesis import strategies as st

from embedlab.data.corpus import Corpus
from tests.fuzz import targets
from tests.fuzz.properties import TEXTS, folder, fuzzed, ours

OPERATORS = (
    "BT",
    "ET",
    "Tj",
    "TJ",
    "Tf",
    "Td",
    "T*",
    "'",
    '"',
    "cm",
    "q",
    "Q",
    "Do",
    "BI",
    "ID",
    "EI",
    "TL",
    "Tm",
    "BDC",
    "EMC",
)
OPERANDS = (
    "/F1",
    "12",
    "-1",
    "1e999",
    "(The king)",
    "(\\",
    "<48",
    "<4865>",
    "[",
    "]",
    "<<",
    ">>",
    "/X",
    "true",
    "null",
    "9" * 30,
)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TAGS = (
    "w:p",
    "w:r",
    "w:t",
    "w:tbl",
    "w:tr",
    "w:tc",
    "w:tcPr",
    "w:gridSpan",
    "w:vMerge",
    "w:hyperlink",
    "w:sdt",
    "w:br",
    "x",
)
XML = st.recursive(
    st.sampled_from(
        ("", "The king", "&amp;", "&#0;", "<w:gridSpan w:val='x'/>", "<w:gridSpan w:val='99999999'/>", "<w:vMerge/>")
    ),
    lambda inner: st.tuples(st.sampled_from(TAGS), st.lists(inner, max_size=4).map("".join)).map(
        lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>"
    ),
    max_leaves=20,
)
DOCUMENT = targets.word_document()


@fuzzed(80, parts=st.lists(st.sampled_from(OPERATORS + OPERANDS), max_size=25), text=TEXTS)
def test_any_page_of_a_pdf(parts: list[str], text: str) -> None:
    import pypdf
    from pypdf.generic import DecodedStreamObject, NameObject

    writer = pypdf.PdfWriter(io.BytesIO(targets.pdf()))
    stream = DecodedStreamObject()
    stream.set_data(" ".join(parts).encode() + text.encode(errors="replace"))
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)
    with folder() as place:
        writer.write(place / "a.pdf")
        with ours():
            list(Corpus.from_file(place / "a.pdf"))


@fuzzed(60, body=XML)
def test_any_body_of_a_word_document(body: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(DOCUMENT)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            whole = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'.encode()
            new.writestr(name, whole if name == "word/document.xml" else old.read(name))
    with folder() as place:
        (place / "a.docx").write_bytes(out.getvalue())
        with ours():
            list(Corpus.from_file(place / "a.docx"))
