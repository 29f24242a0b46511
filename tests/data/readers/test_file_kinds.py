"""A file of a kind that is not read: what it is and what to make of it, for every form that takes files."""

from __future__ import annotations

import pytest

from embedlab.base import BadInput
from embedlab.data.corpus import Corpus
from embedlab.data.readers.archives import READABLE, REFUSED, refusal

TAGGED = (".conll", ".txt", ".tsv")


@pytest.mark.parametrize(
    ("name", "what", "kind"),
    [
        ("report.xlsx", "a spreadsheet (.xlsx)", ".csv"),
        ("Old.DOC", "a word processor's document (.doc)", ".docx"),
        ("letter.pages", "a word processor's document (.pages)", ".docx"),
        ("letter.rtf", "a word processor's document (.rtf)", ".docx"),
        ("letter.odt", "a word processor's document (.odt)", ".docx"),
        ("novel.epub", "an e-book (.epub)", ".txt"),
        ("page.html", "a web page (.html)", ".txt"),
        ("all.tar", "an archive of another kind (.tar)", ".zip"),
        ("data.xyz", "ends in .xyz", ".txt"),
        ("README", "has no ending", ".txt"),
    ],
)
def test_it_says_what_the_file_is_and_what_to_make_of_it(name: str, what: str, kind: str) -> None:
    said = refusal(name, READABLE)
    assert what in said
    advice = said.partition("not read here.")[2].partition("Readable are")[0]
    assert kind in advice and said.startswith(name)


@pytest.mark.parametrize("name", ["a.txt", "A.TXT", "b.csv.gz", "c.docx", "d.zip", "e.parquet"])
def test_what_is_read_is_not_refused(name: str) -> None:
    assert refusal(name, READABLE) == ""


def test_the_advice_names_only_what_the_form_reads() -> None:
    assert ".tsv" in refusal("tags.xlsx", TAGGED) and ".csv" not in refusal("tags.xlsx", TAGGED)
    for sort in REFUSED:
        assert not set(sort.endings) & set(READABLE)
        said = refusal(f"a{sort.endings[0]}", [".zip"])
        assert said.endswith("Readable are: .zip.")
        assert not any(kind in said.replace("Readable are: .zip.", "") for kind in sort.instead if kind != ".zip")


def test_every_ending_has_one_advice() -> None:
    endings = [ending for sort in REFUSED for ending in sort.endings]
    assert len(endings) == len(set(endings)) and all(ending == ending.lower() for ending in endings)


@pytest.mark.parametrize("name", ["report.xlsx", "report.xlsx.gz"])
def test_a_file_given_by_its_path_is_refused_alike(name: str, tmp_path) -> None:
    (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(BadInput) as error:
        list(Corpus.from_file(tmp_path / name))
    assert str(error.value) == refusal("report.xlsx", READABLE)
