"""Words, notes and comments of tagged files, and lines that are none of these."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedlab.base import BadInput
from embedlab.data.tag_reading import LeftOut
from embedlab.data.tagged import Reading, read_conll, read_tagged, read_tags


def read(folder: Path, text: str, *, entities: bool = True) -> Reading:
    path = folder / "a.conll"
    path.write_text(text, encoding="utf-8")
    return read_tagged(path, entities=entities)


def words(found: Reading) -> list[tuple[str, ...]]:
    return [one.words for one in found.sentences]


@pytest.mark.parametrize("between", [" ", "\t"])
def test_a_hash_before_a_word_is_no_comment(tmp_path: Path, between: str) -> None:
    text = (
        "# newdoc id = a\n# id 0b1c domain=en\n# text = #Bauhaus is\n#Bauhaus B-ORG\nis O\n# O\n\n"
        "# newpar\n#ff I-ORG\n#x y z\nwe O\n"
    )
    lines = [line if line[:2] == "# " and line != "# O" else line.replace(" ", between) for line in text.split("\n")]
    found = read(tmp_path, "\n".join(lines))
    assert words(found) == [("#Bauhaus", "is", "#"), ("#ff", "we")]
    assert found.sentences[0].tags == ("B-ORG", "O", "O")
    assert found.how.comments == 4 and found.how.left == LeftOut()


def test_a_hash_before_a_word_with_another_tag(tmp_path: Path) -> None:
    text = "#go HT\nthe DET\n#sent_id 5\n# newpar\n# #\n#begin document\ncat NOUN\n# NOUN\n\n"
    found = read(tmp_path, text, entities=False)
    assert words(found) == [("#go", "the", "#", "cat", "#")]
    assert found.sentences[0].tags == ("HT", "DET", "#", "NOUN", "NOUN")
    assert found.how.comments == 3


def test_lines_with_an_index_are_told_from_comments_by_it(tmp_path: Path) -> None:
    found = read(tmp_path, "#\tO\tO\n1\t#\tO\n2\tBonn\tB-LOC\n3-4\tzur\tO\n3\tzu\tO\n4\tr\tO\n\n" * 2)
    assert words(found) == [("#", "Bonn", "zu", "r")] * 2


def test_odd_spaces_are_parts_of_words(tmp_path: Path) -> None:
    found = read(
        tmp_path, "10\u00a0000 O\n東\u3000京 B-LOC\n\u00a0 O\n\n\u3000\tO\na\u2028b\tB-PER\n\u0085\tO\n \u00a0\n"
    )
    assert words(found) == [("10\u00a0000", "東\u3000京", "\u00a0"), ("\u3000", "a\u2028b", "\u0085")]


@pytest.mark.parametrize("empty", ["\tO", " \tO", " O"])
def test_a_sentence_with_an_empty_word_is_left_out_and_counted(tmp_path: Path, empty: str) -> None:
    between = "\t" if "\t" in empty else " "
    good = f"Bonn{between}B-LOC\nis{between}O\n\n"
    found = read(tmp_path, f"{good}a{between}O\n{empty}\n{empty}\n\n{good}")
    assert words(found) == [("Bonn", "is")] * 2
    left = found.how.left
    assert (left.sentences, left.bad, left.empty) == (1, 0, 2) and "Line 5 of a.conll" in left.why
    with pytest.raises(BadInput, match=r"2 of 3 sentences of a.conll cannot be used. Line 5"):
        read(tmp_path, f"{good}a{between}O\n{empty}\n\n{empty}\nb{between}O\n\n")


def test_a_few_bad_lines_are_left_out_with_their_sentences_and_told_by_number(tmp_path: Path) -> None:
    good = "Bonn B-LOC\nis O\n\n"
    found = read(tmp_path, good * 100 + "oops\nis O\n\nBonn B-LOC oops\n\n" + good)
    assert words(found) == [("Bonn", "is")] * 101
    left = found.how.left
    assert (left.sentences, left.bad, left.first, left.empty) == (2, 2, (301, 304), 0)
    assert "Line 301 of a.conll" in left.why and "'oops'" in left.why


def test_what_was_left_out_is_logged_where_only_sentences_are_asked_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.conll"
    path.write_text("Bonn B-LOC\nis O\n\n" * 100 + "oops\n")
    assert len(read_conll(path)) == len(read_tags(path)) == 100
    assert [record.getMessage().split(". ")[0] for record in caplog.records] == [
        "a.conll: Sentences left out: 1, for 1 bad line (301)"
    ] * 2


def test_many_bad_lines_are_refused_with_the_first_numbers(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"Line 301 of a.conll .*'oops'. So are 11 more of 212 \(301, 302, .*310, …\)"):
        read(tmp_path, "Bonn B-LOC\nis O\n\n" * 100 + "oops\n" * 12)


def test_a_line_of_text_among_tabs_is_no_word(tmp_path: Path) -> None:
    good = "the\tDET\ncat\tNOUN\n\n"
    found = read(tmp_path, good * 60 + "Chapter two\n\n" + good, entities=False)
    assert found.how.left.first == (181,) and len(found.sentences) == 61


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_table_whose_column_names_the_sentences(tmp_path: Path, between: str) -> None:
    rows = ["Sentence #,Word,POS,Tag", "Sentence: 1,Bonn,NNP,B-geo", ",of,IN,O", "Sentence: 2,#x,NN,O", ",sat,VBD,O"]
    found = read(tmp_path, "\n".join(row.replace(",", between) for row in [*rows, ",,,", ""]))
    assert words(found) == [("Bonn", "of"), ("#x", "sat")]
    assert (found.how.word.title, found.how.tag.title) == ("Word", "Tag")
    numbered = "sentence_id,words,labels\n0,Bonn,B-LOC\n0,is,O\n1,in,O\n1,Oslo,B-LOC\n"
    assert words(read(tmp_path, numbered.replace(",", between))) == [("Bonn", "is"), ("in", "Oslo")]
    assert words(read(tmp_path, f"word{between}tag\nBonn{between}B-LOC\n\nis{between}O\n")) == [("Bonn",), ("is",)]


@pytest.mark.parametrize("between", [",", ";"])
def test_words_of_a_table_with_commas_may_stand_in_quotes(tmp_path: Path, between: str) -> None:
    rows = [["word", "tag"], [f'"{between}"', "O"], ['"a ""b"" c"', "B-LOC"]]
    assert words(read(tmp_path, "\n".join(map(between.join, rows)))) == [(between, 'a "b" c')]


def test_commas_without_names_of_columns_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="has commas between its columns: 'Bonn,B-LOC'"):
        read(tmp_path, "Bonn,B-LOC\nis,O\n\n" * 3)


def test_commas_are_words(tmp_path: Path) -> None:
    assert words(read(tmp_path, ", O\nBonn B-LOC\n; O\n")) == [(",", "Bonn", ";")]
