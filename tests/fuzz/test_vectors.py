"""Files of word vectors made of any words and numbers; what is written is read again."""

from __future__ import annotations

import struct

import numpy as np
from hypothesis import strategies as st

from embedlab.base import StaticModel
from embedlab.models import vectors
from embedlab.models.vectors import WordVectors
from embedlab.workflows import published
from tests.fuzz.properties import TEXTS, folder, fuzzed, ours

WORDS = TEXTS | st.sampled_from(("the", "king", "1", "-1.5", ". . .", "at name@domain.com"))
NUMBERS = st.sampled_from(
    ("1", "-0.5", "1e3", "nan", "inf", "1e400", "0x1", "1_0", "", "x", "١", "1.")
) | st.floats().map(repr)
HEADERS = st.none() | st.tuples(st.integers(-1, 20) | st.integers(), st.integers(-1, 5) | st.integers()).map(
    lambda two: f"{two[0]} {two[1]}"
)


def load(content: bytes, name: str, layout: str) -> StaticModel:
    with folder() as place:
        (place / name).write_bytes(content)
        return published.load(place / name, layout=layout)


@fuzzed(
    250,
    rows=st.lists(st.tuples(WORDS, st.lists(NUMBERS, max_size=4)), max_size=6),
    header=HEADERS,
    layout=st.sampled_from(("", "word2vec-text", "glove", "word2vec-binary", "fasttext-bin")),
)
def test_any_words_and_numbers(rows: list[tuple[str, list[str]]], header: str | None, layout: str) -> None:
    lines = [*([header] if header else []), *(" ".join([word, *numbers]) for word, numbers in rows)]
    with ours():
        model = load("\n".join(lines).encode(errors="replace"), "a.txt", layout)
        assert len(set(model.words)) == len(model) and np.isfinite(model.matrix).all()


@fuzzed(
    150,
    words=st.lists(WORDS, max_size=5),
    values=st.lists(st.floats(width=32), max_size=12),
    rows=st.integers(-2, 6) | st.integers(),
    dim=st.integers(-2, 4) | st.integers(),
)
def test_any_binary_file(words: list[str], values: list[float], rows: int, dim: int) -> None:
    parts = [word.encode(errors="replace") + b" " + struct.pack(f"<{len(values)}f", *values) for word in words]
    for layout in ("", "word2vec-binary"):
        with ours():
            load(f"{rows} {dim}\n".encode() + b"\n".join(parts), "a.bin", layout)


@fuzzed(
    100,
    words=st.lists(TEXTS, min_size=1, max_size=6, unique=True),
    layout=st.sampled_from(("word2vec-text", "word2vec-binary", "glove")),
    seed=st.integers(0, 99),
)
def test_what_is_written_is_read_again(words: list[str], layout: str, seed: int) -> None:
    model = WordVectors(words, np.random.default_rng(seed).normal(size=(len(words), 3)))
    with folder() as place, ours():
        vectors.write(model, place / "a.vec", layout)
        back = published.load(place / "a.vec", layout=layout)
        assert back.words == words
        np.testing.assert_allclose(back.matrix, model.matrix, rtol=1e-5)
