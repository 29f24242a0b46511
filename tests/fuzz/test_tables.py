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
from embedlab.data.readers.encoding import Choice
from tests.fuzz.properties import TEXTS, folder, fuzzed, ours

NAMES = st.sampled_from(("text", "id", "a.b", "a", "", "text ", "é")) | TEXTS
WORDY = st.text("ab1 ,;|\t\"'.é", min_size=1, max_size=20).filter(str.strip)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def read(path: Any, column: str | None) -> None:
    with ours():
        list(Corpus.from_file(path, column=column))
    with ours():
        found = columns(path, choice=Choice(column))
        assert found is None or (found.guess in (*found.names, "") and len(found.names) == len(set(found.names)))
        for name in found.names[:3] if found else ():
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
    escaped=st.booleans(),
    begins=st.sampled_from(("", "", "sep=;\n", '\ufeff"sep=\t"\r\n', "sep=x\n", "\n,,\n")),
)
def test_any_csv(
    rows: list[list[str]], column: str | None, separator: str, quoted: bool, escaped: bool, begins: str
) -> None:
    out = io.StringIO()
    if quoted:
        csv.writer(out, delimiter=separator).writerows(rows)
    else:
        out.write("\n".join(separator.join(row) for row in rows))
    with folder() as place:
        for name in ("a.csv", "a.tsv", "a.txt"):
            text = begins + out.getvalue().replace('""', '\\"' if escaped else '""')
            (place / name).write_text(text, encoding="utf-8", errors="replace", newline="")
            read(place / name, column)


@fuzzed(
    300,
    texts=st.lists(WORDY, min_size=2, max_size=12),
    separator=st.sampled_from(",;|\t"),
    declared=st.booleans(),
)
def test_what_python_writes_is_read_again(texts: list[str], separator: str, declared: bool) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([["id", "text", "tag"], *([str(number), text, "x"] for number, text in enumerate(texts))])
    with folder() as place, ours():
        (place / "a.csv").write_text(f"sep={separator}\n" * declared + out.getvalue(), encoding="utf-8", newline="")
        found = columns(place / "a.csv")
        assert found is not None and found.names == ("id", "text", "tag")
        assert list(Corpus.from_file(place / "a.csv", column="text").texts()) == texts


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
