"""Sentences with tags, senses, pairs and questions, made of fields that are nearly right."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from embedlab.data import tagged
from embedlab.data.datasets import load_senses
from embedlab.data.tagged import read_conll, read_tags
from tests.fuzz import targets
from tests.fuzz.properties import TEXTS, folder, fuzzed, ours

FIELDS = st.sampled_from(
    (
        "O", "B-PER", "I-PER", "E-LOC", "S-X", "U-", "B-", "-", "_", "1", "2-3", "2.1", "#", "-DOCSTART-", "cat", "NN",
        "M-PER", "(X*", "*", "*)", "b_x", "PER-B", "I", "B", "#ff", "word", "tag", "\u3000",
    )
) | TEXTS  # fmt: skip
BETWEEN = st.sampled_from(("\t", "\t", " ", "  ", "\t\t", "\u00a0", "\x0b", ""))
LINES = st.tuples(st.lists(FIELDS, max_size=11), BETWEEN).map(lambda pair: pair[1].join(pair[0])) | st.sampled_from(
    (
        "",
        "# split = train",
        "# split = dev",
        "# register = a\tb",
        "# x",
        "#split=test",
        "-DOCSTART- -X- O",
        "EU NNP B-ORG",
    )
)
FILES = st.lists(LINES, max_size=12).map("\n".join)


def tried(text: str, *calls: Callable[[Path], object]) -> None:
    with folder() as place:
        path = place / "a.txt"
        path.write_text(text, encoding="utf-8", errors="replace", newline="")
        for call in calls:
            with ours():
                call(path)


COLUMNS = st.sampled_from(("", "word", "tag")) | st.integers(-3, 12).map(str)


@fuzzed(300, text=FILES, word=COLUMNS, tag=COLUMNS)
def test_any_columns(text: str, word: str, tag: str) -> None:
    tried(text, targets.conll, targets.tags, targets.tag_columns, lambda path: read_tags(path, tag, word))
    tried(text, lambda path: read_conll(path, word, tag))


@fuzzed(150, rows=st.lists(st.lists(FIELDS, min_size=10, max_size=10).map("\t".join), max_size=8))
def test_any_rows_of_conll_u(rows: list[str]) -> None:
    tried("\n".join(rows), targets.tags)


@fuzzed(100, words=st.lists(st.tuples(TEXTS, st.sampled_from(("O", "B-A", "I-A", "I-B")))))
def test_tagged_sentences_are_read_as_they_were_written(words: list[tuple[str, str]]) -> None:
    kept = [(word.encode(errors="replace").decode(), tag) for word, tag in words]
    kept = [(word, tag) for word, tag in kept if len(word.split()) == 1 and word.split() == [word] and "#" not in word]
    kept = [(word, tag) for word, tag in kept if word.isprintable() and not word.startswith("-DOCSTART-")]
    with folder() as place, ours():
        path = place / "a.conll"
        path.write_text("".join(f"{word}\t{tag}\n" for word, tag in kept), encoding="utf-8")
        (found,) = tagged.read_conll(path)
        assert list(found.words) == [word for word, _ in kept]


@fuzzed(
    200,
    row=st.fixed_dictionaries(
        dict.fromkeys(("word", "sense", "gloss", "pos", "sentence"), TEXTS)
        | {name: st.integers(-1, 30) | st.none() | st.booleans() | st.floats() for name in ("start", "end")}
    ),
    sentence=st.sampled_from(("The king sat on the bank.", "Été in 北京.", "e\u0301t\u00ad\u00e9 bank")) | TEXTS,
)  # fmt: skip
def test_any_sense(row: dict[str, Any], sentence: str) -> None:
    rows = [row, row | {"sentence": sentence, "start": 0, "end": 3}, row | {"sentence": sentence}]
    for one in rows:
        tried(json.dumps(one) + "\n", targets.senses, load_senses)


@fuzzed(150, rows=st.lists(st.lists(FIELDS, max_size=7).map("\t".join), max_size=5), header=st.booleans())
def test_any_pairs_and_questions(rows: list[str], header: bool) -> None:
    first = ["word\tindex1\tindex2\tlabel\tsentence1\tsentence2"] if header else []
    tried("\n".join([*first, *rows]), targets.word_pairs, targets.analogies, targets.pairs)
