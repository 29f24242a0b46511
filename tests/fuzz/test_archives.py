"""Zip files with entries of any name, mark and content: nothing is ever written outside of the folder."""

from __future__ import annotations

import io
import zipfile

from hypothesis import strategies as st

from embedlab.base import EmbedLabError
from embedlab.data.corpus import Corpus
from embedlab.models.bert import published
from embedlab.store import archive
from tests.fuzz.properties import TEXTS, folder, fuzzed, ours

NAMES = st.sampled_from(
    (
        *archive.REQUIRED, "m/config.json", "m/card.json", "m/vocab.json", "m/model.safetensors", "../config.json",
        "/etc/passwd", "C:\\x", "..\\x", "a/../../x", "m//config.json", "./config.json", ".", "..", "/", "", "a.txt",
        "b/c.csv", "m/", "\0x", "a" * 300 + ".txt",
    )
) | TEXTS  # fmt: skip
ENTRIES = st.lists(
    st.tuples(
        NAMES,
        st.binary(max_size=30) | st.sampled_from((b"{}", b"[]", b"The king sat.")),
        st.integers(0, 2**32 - 1) | st.just(0),
    ),
    max_size=8,
)


def zipped(entries: list[tuple[str, bytes, int]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content, marks in entries:
            info = zipfile.ZipInfo(name.encode(errors="replace").decode())
            info.external_attr = marks
            made.writestr(info, content)
    return out.getvalue()


@fuzzed(200, entries=ENTRIES)
def test_nothing_leaves_the_archive(entries: list[tuple[str, bytes, int]]) -> None:
    content = zipped(entries)
    with folder() as place:
        inside, path = place / "in", place / "a.zip"
        inside.mkdir()
        path.write_bytes(content)
        try:
            archive.unpack(io.BytesIO(content), inside / "model")
            raise AssertionError("this is no model")
        except EmbedLabError as error:
            assert str(error)
        with ours():
            list(Corpus.from_file(path))
        with ours():
            published.read(path)
        assert sorted(file.name for file in place.iterdir()) == ["a.zip", "in"]
        assert not list(inside.iterdir())
