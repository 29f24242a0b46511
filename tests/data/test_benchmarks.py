import pytest

from embedlab.base import BadInput
from embedlab.data.benchmarks import google_analogies, read_analogies, read_pairs, similarity_set


def test_googles_questions_are_whole():
    categories = google_analogies()
    assert len(categories) == 14
    assert sum(len(category.questions) for category in categories) == 19_544
    assert sum(len(category.questions) for category in categories if category.kind == "semantic") == 8_869
    assert categories[0].name == "capital-common-countries"
    assert categories[0].questions[0] == ("Athens", "Greece", "Baghdad", "Iraq")
    assert categories[-1].kind == "syntactic"


@pytest.mark.parametrize(
    ("name", "size", "first"), [("wordsim353", 353, ("love", "sex", 6.77)), ("simlex999", 999, ("old", "new", 1.58))]
)
def test_judged_pairs_are_whole(name, size, first):
    found = similarity_set(name)
    assert len(found.pairs) == size
    assert found.pairs[0] == first
    assert all(0 <= score <= 10 for _, _, score in found.pairs)


def test_a_set_that_is_not_there():
    with pytest.raises(BadInput, match="no set of word pairs 'rw'"):
        similarity_set("rw")


@pytest.mark.parametrize("line", ["a b c d", ": x\na b c", ": x\na b c d e", ":"])
def test_a_damaged_question_is_named_by_its_line(tmp_path, line):
    path = tmp_path / "questions.txt"
    path.write_text(line + "\n")
    with pytest.raises(BadInput, match=f"Line {len(line.splitlines())} of questions.txt"):
        read_analogies(path)


@pytest.mark.parametrize("line", ["a b 3", "a\tb", "a\tb\tmuch", "a\tb\t1\t2"])
def test_a_damaged_pair_is_named_by_its_line(tmp_path, line):
    path = tmp_path / "pairs.tsv"
    path.write_text(f"# made for a test\n\nx\ty\t1.5\n{line}\n")
    with pytest.raises(BadInput, match=r"Line 4 of pairs\.tsv"):
        read_pairs(path)


def test_missing_or_binary_files(tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        read_pairs(tmp_path / "none.tsv")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="cannot be read"):
        read_analogies(tmp_path / "binary")
