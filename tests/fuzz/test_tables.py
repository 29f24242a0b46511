"""Tables and JSON of any shape, with any column asked for."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pyarrow
import pyarrow.parquet
from hypothesis import strategies as st

from embedlab.data.corpus import Corpus
from embedlab.data.readers import columns
from tests.fuzz.properties import TEXTS, folder, fuzzed, ours

NAMES = st.sampled_from(("text", "id", "a.b", "a", "", "text ", "é")) | TEXTS
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def read(path: Any, column: str | None) -> None:
    with ours():
        list(Corpus.from_file(path, column=column))
    with ours():
        found = columns(path)
        for name in found[:3]:
            with ours():
                list(Corpus.from_file(path, column=name))


@fuzzed(150, value=VALUES, column=st.none() | NAMES)
def test_any_json(value: Any, column: str | None) -> None:
    with folder() as place:
        (place / "a.json").write_text(json.dumps(value))
        read(place / "a.json", column)


@fuzzed(150, rows=st.lists(VALUES, max_size=6), column=st.none() | NAMES, broken=TEXTS)
def test_any_json_lines(rows: list[Any], column: str | None, broken: str) -> None:
    lines = [json.dumps(row) for row in rows]
    with folder() as place:
        for name, text in (("a.jsonl", "\n".join(lines)), ("b.ndjson", "\n".join([*lines, broken, *lines]))):
            (place / name).write_text(text, encoding="utf-8", errors="replace")
            read(place / name, column)


@fuzzed(
    150,
    rows=st.lists(st.lists(TEXTS, max_size=5), max_size=6),
    column=st.none() | NAMES,
    separator=st.sampled_from(",;\t|"),
    quoted=st.booleans(),
)
def test_any_csv(rows: list[list[str]], column: str | None, separator: str, quoted: bool) -> None:
    out = io.StringIO()
    if quoted:
        csv.writer(out, delimiter=separator).writerows(rows)
    else:
        out.write("\n".join(separator.join(row) for row in rows))
    with folder() as place:
        for name in ("a.csv", "a.tsv"):
            (place / name).write_text(out.getvalue(), encoding="utf-8", errors="replace", newline="")
            read(place / name, column)


@fuzzed(
    60, rows=st.lists(st.fixed_dictionaries({"a": TEXTS, "b": st.none() | TEXTS, "c": st.none() | st.integers(0, 9)}))
)
def test_any_parquet(rows: list[dict[str, Any]]) -> None:
    rows = [{name: str(value).encode(errors="replace").decode() for name, value in row.items()} for row in rows]
    with folder() as place:
        pyarrow.parquet.write_table(
            pyarrow.Table.from_pylist(rows, pyarrow.schema(dict.fromkeys("abc", "string"))), place / "a.parquet"
        )
        read(place / "a.parquet", None)
