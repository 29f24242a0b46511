"""Tagged sentences of JSON and parquet files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from embedlab.base import BadInput
from embedlab.data.tag_columns import Wanted
from embedlab.data.tagged import TaggedSentence, read_tagged, read_tags

NAMES = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC"]
ROWS = [
    {"id": "0", "tokens": ["EU", "rejects"], "pos_tags": [0, 1], "chunk_tags": [1, 0], "ner_tags": [3, 0]},
    {"id": "1", "tokens": ["Bonn"], "pos_tags": [0], "chunk_tags": [1], "ner_tags": [5]},
]
READ = (TaggedSentence(("EU", "rejects"), ("B-ORG", "O")), TaggedSentence(("Bonn",), ("B-LOC",)))


def parquet(path: Path, label: Any, metadata: bytes | None = None) -> Path:
    """A file as the library ``datasets`` writes it; ``label`` is the description of a column of labels."""
    labels = {"pos_tags": ["NNP", "VBZ"], "chunk_tags": ["O", "B-NP", "I-NP"], "ner_tags": NAMES}
    features = {"tokens": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "Sequence"}}
    features |= {name: label({"names": names, "_type": "ClassLabel"}) for name, names in labels.items()}
    said = json.dumps({"info": {"features": features}}).encode() if metadata is None else metadata
    table = pyarrow.Table.from_pylist(ROWS).replace_schema_metadata({b"huggingface": said})
    pyarrow.parquet.write_table(table, path)
    return path


@pytest.mark.parametrize(
    "label",
    [
        lambda names: {"feature": names, "_type": "Sequence", "length": -1},
        lambda names: {"feature": names, "_type": "List"},
        lambda names: [names],
    ],
)
def test_numbers_become_the_labels_that_a_parquet_file_names(tmp_path: Path, label: Any) -> None:
    found = read_tagged(parquet(tmp_path / "laid-down.txt", label))
    assert found.sentences == READ
    assert (found.how.word.title, found.how.tag.title, found.how.marks) == ("tokens", "ner_tags", "B-PER")
    chosen = read_tagged(tmp_path / "laid-down.txt", Wanted(tag="pos_tags"), entities=False)
    assert chosen.sentences[0].tags == ("NNP", "VBZ") and chosen.how.marks == ""


@pytest.mark.parametrize("metadata", [b"", b"[]", b"{", b'{"info": {"features": {"ner_tags": 3, "tokens": null}}}'])
def test_numbers_without_names_are_refused(tmp_path: Path, metadata: bytes) -> None:
    path = parquet(tmp_path / "a.parquet", dict, metadata)
    with pytest.raises(BadInput, match=r"The tags in column ner_tags are numbers \(3, 0, 5\)"):
        read_tagged(path)
    with pytest.raises(BadInput, match="are numbers"):
        read_tags(path)


NAMED = [{"tokens": list(one.words), "ner_tags": list(one.tags), "id": str(at)} for at, one in enumerate(READ)]


@pytest.mark.parametrize(
    "text",
    [
        "".join(json.dumps(one) + "\n" for one in NAMED),
        "\n" + "\n\n".join(json.dumps(one) for one in NAMED),
        json.dumps(NAMED),
        json.dumps(NAMED, indent=1),
        json.dumps({"version": "1", "data": NAMED}, indent=1),
        json.dumps({"data": NAMED}),
    ],
)
def test_json_in_every_form(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text)
    assert read_tagged(path).sentences == READ


def test_numbers_in_json_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in ROWS))
    with pytest.raises(BadInput, match="column ner_tags are numbers"):
        read_tagged(path)


def test_records_that_do_not_fit_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    good = [{"words": ["a", "b"] * 150, "labels": ["B-X", "O"] * 150, "offsets": [1, 2, 3]}] * 3
    bad = [{"words": ["a"], "labels": ["O", "O"]}, {"words": ["a"], "labels": ["Y"]}]
    empty = {"words": ["", "b"], "labels": ["O", "O"]}
    path.write_text("\n".join(map(json.dumps, [*good, *bad, empty, empty])))
    with pytest.raises(BadInput, match="4 of 7 sentences"):
        read_tagged(path)
    path.write_text("\n".join(map(json.dumps, [*good, *bad, good[0]])))
    found = read_tagged(path)
    assert len(found.sentences) == 4 and len(found.sentences[0].words) == 300
    assert found.how.left.first == (4, 5) and "1 words and 2 tags" in found.how.left.why


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"text": "EU rejects", "entities": [[0, 2, "ORG"]]}\n', "There is text, entities"),
        ('{"tokens": [}\n', "is not JSON"),
        ('[{"tokens": [["a", "O"]]}]', "no lists of words and tags"),
        ('{"tokens": ["a", "b"]}\n', "There is tokens"),
    ],
)
def test_other_json_is_refused_by_what_it_holds(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(BadInput, match=said):
        read_tagged(path)


def test_brackets_and_braces_are_words_too(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("{ O\nx B-PER\n} O\n\n[ O\n{ O\n")
    assert [one.words for one in read_tagged(path).sentences] == [("{", "x", "}"), ("[", "{")]
