"""Tags of any sort, read from columns, and dealt out in three parts."""

from __future__ import annotations

import pytest

from embedlab.base import BadInput
from embedlab.data.tagged import TaggedSentence, dealt, load_ner, read_conll, read_tags

CONLL_U = """# sent_id = 1
# text = Don't go
1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\t_
1\tDo\tdo\tAUX\tVB\t_\t3\taux\t_\t_
2\tn't\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_
2.1\tyou\tyou\tPRON\tPRP\t_\t_\t_\t_\t_
3\tgo\tgo\tVERB\tVB\t_\t0\troot\t_\t_

1\t#\t#\tSYM\tNN\t_\t0\troot\t_\t_
"""
CONLL_2003 = """-DOCSTART- -X- O O

EU NNP I-NP I-ORG
rejects VBZ I-VP O

Peter NNP I-NP I-PER
Blackburn NNP I-NP I-PER
"""


def file(tmp_path, text: str):
    path = tmp_path / "tags.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_conll_u_gives_words_and_universal_tags(tmp_path):
    first, second = read_tags(file(tmp_path, CONLL_U))
    assert first == TaggedSentence(("Do", "n't", "go"), ("AUX", "PART", "VERB"))
    assert second == TaggedSentence(("#",), ("SYM",))
    assert read_tags(file(tmp_path, CONLL_U), column=5)[0].tags == ("VB", "RB", "VB")


def test_columns_of_conll_2003(tmp_path):
    path = file(tmp_path, CONLL_2003)
    assert [one.tags for one in read_tags(path)] == [("B-ORG", "O"), ("B-PER", "I-PER")]
    assert [one.tags for one in read_tags(path, column=2)] == [("NNP", "VBZ"), ("NNP", "NNP")]


def test_entities_come_out_as_the_reader_of_entities_gives_them(tmp_path):
    path = file(tmp_path, "# split = train\nOn\tO\nMay\tB-DATE\n5\tI-DATE\n\n# split = test\n#\tO\nSue\tS-PER\n")
    assert read_tags(path) == read_conll(path)


def test_parts_are_the_files_own_or_dealt_by_lot():
    ner = load_ner()
    every = (*ner.train, *ner.dev, *ner.test)
    assert dealt(every) == ner
    unmarked = [TaggedSentence((f"w{i}",), ("X",)) for i in range(40)]
    one, two, other = dealt(unmarked), dealt(unmarked), dealt(unmarked, seed=2)
    assert one == two != other
    assert [len(part) for part in (one.train, one.dev, one.test)] == [28, 6, 6]
    assert {s.words for s in (*one.train, *one.dev, *one.test)} == {s.words for s in unmarked}


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("", None, "no sentence"),
        ("word\n", None, "Line 1 has no word with a tag"),
        ("a NN\nb NN\n", 3, "Line 1 has no word with a tag in column 3"),
        ("a NN\n", 1, "column 1"),
        ("a\tNN\nb\t\n", None, "Line 2"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, text, column, said):
    with pytest.raises(BadInput, match=said):
        read_tags(file(tmp_path, text), column)


def test_too_few_sentences_and_files_that_are_none(tmp_path):
    with pytest.raises(BadInput, match="9 sentences are too few"):
        dealt([TaggedSentence((str(i),), ("X",)) for i in range(9)])
    with pytest.raises(BadInput, match="cannot be read"):
        read_tags(tmp_path / "none.txt")
    (tmp_path / "picture").write_bytes(bytes(range(256)) * 20)
    with pytest.raises(BadInput):
        read_tags(tmp_path / "picture")
