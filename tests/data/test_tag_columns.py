"""Tags of any sort, read from columns, and dealt out in three parts."""

from __future__ import annotations

import pytest

from embedlab.base import BadInput
from embedlab.data.tag_reading import LeftOut
from embedlab.data.tagged import TaggedSentence, columns, dealt, load_ner, read_conll, read_tagged, read_tags

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


ENTITIES: dict[str, tuple[str, str, str, tuple[str, ...], tuple[str, ...]]] = {
    "an index and an annotator": (
        "# sent_id = a\n1\tLena\tB-PER\t-\tstephen\n2\tlives\tO\t-\tstephen\n3\tthere\tO\t-\tstephen\n\n",
        "2", "3", ("Lena", "lives", "there"), ("B-PER", "O", "O"),
    ),
    "an index, a source, outer and inner names": (
        "#\thttp://a.org/A [2009-10-17]\n1\tBonner\tB-ORG\tB-LOCderiv\n2\tBlatt\tI-ORG\tO\n3\tEmden\tB-LOC\tO\n\n",
        "2", "3", ("Bonner", "Blatt", "Emden"), ("B-ORG", "I-ORG", "B-LOC"),
    ),
    "inner names, none of them here": (
        "1\tSchartau\tB-PER\tO\n2\tsagte\tO\tO\n\n", "2", "3", ("Schartau", "sagte"), ("B-PER", "O"),
    ),
    "chunks before names": (
        "-DOCSTART- -X- -X- O\n\nEU NNP I-NP I-ORG\nrejects VBZ I-VP O\nit PRP I-NP O\n\n",
        "1", "4", ("EU", "rejects", "it"), ("B-ORG", "O", "O"),
    ),
    "chunks behind names": (
        "EU B-ORG I-NP\nrejects O I-VP\nit O I-NP\n\n", "1", "2", ("EU", "rejects", "it"), ("B-ORG", "O", "O"),
    ),
    "German chunks": (
        "Bonn NE I-NC I-LOC\nist VAFIN I-VC O\nda ADV O O\n\n", "1", "4", ("Bonn", "ist", "da"), ("B-LOC", "O", "O"),
    ),
    "an index before chunks": (
        "1 EU NNP I-NP I-ORG\n2 rejects VBZ I-VP O\n3 it PRP I-NP O\n\n",
        "2", "5", ("EU", "rejects", "it"), ("B-ORG", "O", "O"),
    ),
    "an index from 0": ("0 EU B-ORG\n1 won O\n2 it O\n\n", "2", "3", ("EU", "won", "it"), ("B-ORG", "O", "O")),
    "the gold before a guess": ("EU NNP B-ORG O\nwon VBD O B-ORG\n\n", "1", "3", ("EU", "won"), ("B-ORG", "O")),
    "the tag first": ("B-PER Lena\nO lives\n\n", "2", "1", ("Lena", "lives"), ("B-PER", "O")),
    "OntoNotes": (
        "#begin document (bc/a/00/a_0000); part 000\n"
        "bc/a/00/a_0000 0 0 In IN (TOP(S(PP* - - - Speaker#1 * * -\n"
        "bc/a/00/a_0000 0 1 the DT (NP(NP* - - - Speaker#1 (DATE* (ARG0* -\n"
        "bc/a/00/a_0000 0 2 summer NN *) - - - Speaker#1 *) *) (12)\n"
        "bc/a/00/a_0000 0 3 Bonn NNP (NP*)) - - - Speaker#1 (GPE) (V*) -\n\n"
        "bc/a/00/a_0000 0 0 Go VB (TOP*) - - - Speaker#1 * -\n\n#end document\n",
        "4", "11", ("In", "the", "summer", "Bonn"), ("O", "B-DATE", "I-DATE", "B-GPE"),
    ),
    "names in the last column of CoNLL-U": (
        "1\tBonn\tBonn\tPROPN\tNNP\tNumber=Sing\t2\tnsubj\t_\tB-LOC\n2\tsleeps\tsleep\tVERB\tVBZ\t_\t0\troot\t_\tO\n\n",
        "2", "10", ("Bonn", "sleeps"), ("B-LOC", "O"),
    ),
    "one or two tabs between": (
        "EU\t\tB-ORG\nrejected\tO\nit\t\tO\n\n",
        "1", "the last", ("EU", "rejected", "it"), ("B-ORG", "O", "O"),
    ),
    "two columns": ("@lena\tO\nBonn\tB-location\n\n", "1", "2", ("@lena", "Bonn"), ("O", "B-location")),
    "a first line of names": (
        "Word\tPOS\tTag\nEU\tNNP\tB-ORG\nwon\tVBD\tO\n\n", "Word", "Tag", ("EU", "won"), ("B-ORG", "O"),
    ),
    "CoNLL-U Plus": (
        "# global.columns = ID FORM UPOS NER\n1\tEU\tPROPN\tB-ORG\n2\twon\tVERB\tO\n\n",
        "FORM", "NER", ("EU", "won"), ("B-ORG", "O"),
    ),
    "lines of two to four columns": (
        "EU NNP I-NP B-ORG\nwon O\nGerman JJ B-MISC\n\n",
        "1", "the last", ("EU", "won", "German"), ("B-ORG", "O", "B-MISC"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", ENTITIES)
def test_the_columns_of_words_and_names_are_found(tmp_path, kind: str) -> None:
    text, word, tag, words, tags = ENTITIES[kind]
    found = read_tagged(file(tmp_path, text * 3))
    assert (found.sentences[0].words, found.sentences[0].tags) == (words, tags)
    assert (found.how.word.title, found.how.tag.title) == (word, tag)
    assert found.how.word.first[0] == words[0] and found.how.left == LeftOut()
    assert columns(tmp_path / "tags.txt").tag == found.how.tag


ANY = {
    "parts of speech first": (
        "DET the\nNOUN cat\nVERB sat\nADP on\nDET the\nNOUN mat\nVERB ran\n\n", "2", "1", ("the", "DET"),
    ),
    "lemmas last": (
        "The\tDT\tthe\ncats\tNNS\tcat\nsat\tVBD\tsit\nthe\tDT\tthe\nmats\tNNS\tmat\n\n", "1", "2", ("The", "DT"),
    ),
    "features last": (
        "The\tDET\tDef=Yes\ncats\tNOUN\tNum=Pl\nsat\tVERB\t_\nmats\tNOUN\tNum=Pl\n\n", "1", "2", ("The", "DET"),
    ),
    "chunks last": ("the DT B-NP\ncat NN I-NP\nsat VBD B-VP\n\n", "1", "3", ("the", "B-NP")),
    "chunks before parts of speech": ("the B-NP DT\ncat I-NP NN\nsat B-VP VBD\na B-NP DT\n\n", "1", "3", ("the", "DT")),
    "an index": ("1 the DT\n2 cat NN\n3 sat VBD\n\n", "2", "3", ("the", "DT")),
}  # fmt: skip


@pytest.mark.parametrize("kind", ANY)
def test_the_columns_of_words_and_other_tags_are_found(tmp_path, kind: str) -> None:
    text, word, tag, first = ANY[kind]
    found = read_tagged(file(tmp_path, text * 3), entities=False)
    assert (found.how.word.title, found.how.tag.title) == (word, tag)
    assert (found.sentences[0].words[0], found.sentences[0].tags[0]) == first


def test_columns_can_be_asked_for_by_number_and_name(tmp_path) -> None:
    text = "ID\tToken\tLemma\tNER\tinner\n" + "1\tBonner\tBonn\tB-ORG\tB-LOC\n2\tBlatt\tBlatt\tI-ORG\tO\n\n" * 2
    path = file(tmp_path, text)
    assert read_conll(path)[0].words == ("Bonner", "Blatt")
    assert read_conll(path, tag_column="inner")[0].tags == read_conll(path, tag_column=5)[0].tags == ("B-LOC", "O")
    assert read_conll(path, "Lemma", -1)[0] == TaggedSentence(("Bonn", "Blatt"), ("B-LOC", "O"))
    assert read_tags(path, "Token", word_column=3)[0] == TaggedSentence(("Bonn", "Blatt"), ("Bonner", "Blatt"))
    with pytest.raises(BadInput, match=r"no column 6 for the tags. There are the columns ID \(1, 2, 1\); Token"):
        read_conll(path, tag_column=6)
    with pytest.raises(BadInput, match="cannot both be column Token"):
        read_conll(path, "Token", 2)


@pytest.mark.parametrize("entities", [True, False])
@pytest.mark.parametrize("text", ["a\t3\nb\t0\n\n", "1 a 3\n2 b 0\n3 c 0\n\n", "tokens ner_tags\na 3\nb 0\n\n"])
def test_tags_that_are_numbers_are_refused_by_name(tmp_path, text: str, entities: bool) -> None:
    with pytest.raises(BadInput, match=r"The tags in column \w+ are numbers \(3, 0"):
        read_tagged(file(tmp_path, text), entities=entities)


def test_tags_of_names_with_many_wrong_ones_are_not_measured_as_others(tmp_path) -> None:
    with pytest.raises(BadInput, match=r"Line 4 of tags.txt has the tag 'PER'.* no BIO tag.* 1 more of 8 \(4, 9\)"):
        read_tags(file(tmp_path, "a B-PER\nb O\nc O\nd PER\n\n" * 2))


def test_words_with_spaces_in_them_are_not_cut_in_silence(tmp_path) -> None:
    with pytest.raises(BadInput, match=r"Line 1 of tags\.txt has 3 columns, not 2 as others have: 'New York B-LOC'"):
        read_conll(file(tmp_path, "New York B-LOC\nis O\n\n" * 3))


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
        ("word\n", None, "Line 1 of .* is not a word and its tag"),
        ("a NN\nb NN\n", 3, r"no column 3 for the tags. There are the columns 1 \(a, b\); 2 \(NN, NN\)"),
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
