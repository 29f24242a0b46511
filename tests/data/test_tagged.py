"""The sentences with entities that this project ships, and the reader of such files."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from embedlab.base import BadInput, paths
from embedlab.data.tagged import SPLITS, TaggedSentence, TaggedSet, load_ner, read_conll

REGISTERS = {"news", "story", "mail", "sport", "business", "science"}
TYPES = ("LOC", "MISC", "ORG", "PER")
NAMES = (
    "Washington Paris Jordan Amazon Chelsea Ford Turkey Phoenix May Virgin Apple Georgia Lincoln Orange Sydney "
    "Cambridge Florence Virginia Mercedes Milan Austin Dallas Houston Mars Oxford"
)
AMBIGUOUS = NAMES.split()
"""Names that stand for different things on purpose."""
COMMON_TOO = ("may", "turkey", "orange", "apple", "phoenix", "mercury", "rust", "reading", "split", "virgin")
"""Entities somewhere, and words of the language elsewhere."""


@pytest.fixture(scope="module")
def ner() -> TaggedSet:
    return load_ner()


@pytest.fixture(scope="module")
def sentences(ner: TaggedSet) -> tuple[TaggedSentence, ...]:
    return (*ner.train, *ner.dev, *ner.test)


def names(part: tuple[TaggedSentence, ...]) -> set[str]:
    """The different entities of a part, upper and lower case taken as one."""
    return {sentence.text(span).lower() for sentence in part for span in sentence.spans}


def test_the_shipped_set_has_its_size_and_shares(ner, sentences):
    assert len(sentences) == 1_732
    assert sum(len(sentence.words) for sentence in sentences) == 28_146
    assert [round(len(getattr(ner, split)) / len(sentences), 2) for split in SPLITS] == [0.7, 0.15, 0.15]
    lengths = [len(sentence.words) for sentence in sentences]
    assert min(lengths) >= 4 and max(lengths) <= 40
    assert 0.15 < sum(not sentence.spans for sentence in sentences) / len(sentences) < 0.25


def test_every_line_of_the_file_is_a_mark_a_blank_or_a_word_with_a_valid_tag():
    before = "O"
    for line in (paths.assets() / "sentences" / "ner.conll").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("# "):
            before = "O"
            continue
        word, tag = line.split("\t")
        assert word and not set(word) & set(" []|")
        assert tag == "O" or (tag[:2] in ("B-", "I-") and tag[2:] in TYPES)
        assert not tag.startswith("I-") or before[2:] == tag[2:]
        before = tag


def test_the_read_me_counts_what_is_there(ner):
    text = (paths.assets() / "sentences" / "README.md").read_text(encoding="utf-8")
    for split in SPLITS:
        part = getattr(ner, split)
        types = Counter(span.type for sentence in part for span in sentence.spans)
        counts = [len(part), sum(len(s.words) for s in part), *(types[t] for t in TYPES), len(names(part))]
        assert f"| {split} | {' | '.join(f'{count:,}' for count in counts)} |" in text


def test_every_type_and_register_is_in_every_split(ner):
    assert ner.types == TYPES
    assert ner.labels == ("O", "B-LOC", "I-LOC", "B-MISC", "I-MISC", "B-ORG", "I-ORG", "B-PER", "I-PER")
    for split, least in (("train", 200), ("dev", 45), ("test", 45)):
        part = getattr(ner, split)
        counts = Counter(span.type for sentence in part for span in sentence.spans)
        assert all(counts[type_] >= least for type_ in TYPES), (split, counts)
        assert {sentence.register for sentence in part} == REGISTERS
        assert min(Counter(sentence.register for sentence in part).values()) >= 30
        assert {sentence.split for sentence in part} == {split}


def test_half_of_the_names_to_test_on_were_never_trained_on(ner):
    train = names(ner.train)
    for part in (ner.dev, ner.test):
        assert len(names(part) - train) / len(names(part)) >= 0.5
        assert names(part) & train


def test_no_sentence_stands_twice(sentences):
    plain = Counter("".join(c for c in "".join(sentence.words).lower() if c.isalnum()) for sentence in sentences)
    assert [text for text, count in plain.items() if count > 1] == []


def test_no_name_dominates(sentences):
    used: Counter[str] = Counter()
    for sentence in sentences:
        used.update({sentence.text(span).lower() for span in sentence.spans})
    ambiguous = {name.lower() for name in AMBIGUOUS}
    for name, count in used.items():
        assert count <= len(sentences) * (0.02 if name in ambiguous else 0.01), name


def test_ambiguous_names_have_two_types_or_more(sentences):
    roles = defaultdict(set)
    for sentence in sentences:
        for span in sentence.spans:
            roles[sentence.text(span).lower()].add(span.type)
    plain = {word.lower() for s in sentences for word, tag in zip(s.words, s.tags, strict=True) if tag == "O"}
    for name in AMBIGUOUS:
        known = name.lower()
        assert len(roles[known]) + (known in plain and known in COMMON_TOO) >= 2, name
    assert sum(len(types) >= 2 for types in roles.values()) >= 50
    assert all(len(roles[name.lower()]) >= 3 for name in ("Washington", "Paris", "Jordan", "Amazon", "Chelsea", "Ford"))


def test_names_that_are_words_too_stand_there_as_words(sentences):
    plain = {word.lower() for s in sentences for word, tag in zip(s.words, s.tags, strict=True) if tag == "O"}
    assert set(COMMON_TOO) <= plain and set(COMMON_TOO) <= names(sentences)


def test_lower_case_and_misspelt_names_are_in_every_split(ner):
    for split in SPLITS:
        by_spelling = defaultdict(list)
        for sentence in getattr(ner, split):
            by_spelling[sentence.spelling] += [sentence.text(span) for span in sentence.spans]
        assert len(by_spelling["lower-case"]) >= 8 and len(by_spelling["misspelt"]) >= 4
        assert all(name == name.lower() for name in by_spelling["lower-case"])
        assert all(name == name.upper() for name in by_spelling["upper-case"])


def test_titles_stay_outside_of_people(sentences):
    titles = {"mr", "mr.", "mrs", "mrs.", "ms", "dr", "dr.", "prof.", "president", "king", "queen", "sir", "saint"}
    for sentence in sentences:
        for span in sentence.spans:
            if span.type == "PER" and span.end - span.start > 1:
                assert sentence.words[span.start].lower() not in titles, sentence.text(span)


CONLL_2003 = """-DOCSTART- -X- -X- O

EU NNP I-NP I-ORG
rejects VBZ I-VP O
German JJ I-NP I-MISC
call NN I-NP O
. . O O

Jan NNP I-NP I-PER
Mills NNP I-NP I-PER
Kay NNP I-NP B-PER


-DOCSTART- -X- -X- O
End NN I-NP O
"""


def read(folder: Path, text: str | bytes) -> tuple[TaggedSentence, ...]:
    path = folder / "some.conll"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_conll(path)


@pytest.mark.parametrize(
    "change", [str.encode, lambda t: t.replace("\n", "\r\n").encode(), lambda t: t.encode("utf-8-sig")]
)
def test_four_columns_in_iob1_with_any_line_end(tmp_path, change):
    first, second, third = read(tmp_path, change(CONLL_2003))
    assert first == TaggedSentence(("EU", "rejects", "German", "call", "."), ("B-ORG", "O", "B-MISC", "O", "O"))
    assert second.tags == ("B-PER", "I-PER", "B-PER")
    assert [second.text(span) for span in second.spans] == ["Jan Mills", "Kay"]
    assert third.words == ("End",)


def test_notes_hold_until_they_change_and_other_number_signs_are_words(tmp_path):
    text = (
        "# split = train\n# register = news\n# sent_id = 7\nLima\tS-LOC\n\n#\tO\n1\tO\n"
        "# register = mail\n# O\nNew York\tB-LOC\n\n# split = test\n# nothing comes = after it\n"
    )
    first, second, third = read(tmp_path, text)
    assert first == TaggedSentence(("Lima",), ("B-LOC",), "train", "news")
    assert second == TaggedSentence(("#", "1"), ("O", "O"), "train", "news")
    assert third == TaggedSentence(("#", "New York"), ("O", "B-LOC"), "train", "mail")


def test_a_last_sentence_without_a_line_end_and_marks_of_other_alphabets(tmp_path):
    assert read(tmp_path, "Åse\tB-PER\n東京\tB-LOC")[0].words == ("Åse", "東京")
    assert read(tmp_path, "Zoë B-PER\n".encode("utf-16"))[0].words == ("Zoë",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no sentence"),
        ("\n\n# split = train\n", "holds no sentence"),
        ("Lima\tB-LOC\nis\n", r"Line 2 of some\.conll is not a word and its tag"),
        ("Lima\tB-LOC\n\tO\n", r"Line 2 of some\.conll has a tag and no word"),
        ("Lima\tB-LOC\nis\t\n", r"Line 2 of some\.conll is not a word and its tag"),
        ("Lima LOC\n", r"Line 1 of some\.conll has the tag 'LOC', which is no BIO tag"),
        ("The cat sat on the mat.\n", r"Line 1 of some\.conll has the tag 'mat\.', which is no BIO tag"),
        (b"\x89PNG\r\n\x1a\n\0\0", "begins like a PNG picture"),
        (b"a\0\1\2\3\4\5\6 O" * 30, "is not text"),
    ],
)
def test_a_bad_file_is_named_with_its_line(tmp_path, text, message):
    with pytest.raises(BadInput, match=message) as caught:
        read(tmp_path, text)
    assert str(tmp_path) not in str(caught.value)


def test_files_that_are_not_there_folders_and_large_files(tmp_path, monkeypatch):
    with pytest.raises(BadInput, match=r"none\.conll cannot be read"):
        read_conll(tmp_path / "none.conll")
    with pytest.raises(BadInput, match="cannot be read"):
        read_conll(tmp_path)
    monkeypatch.setenv("EMBEDLAB_MAX_DOCUMENT_BYTES", "5")
    with pytest.raises(BadInput, match="at most 5 bytes are read"):
        read(tmp_path, "Lima\tB-LOC\n")


def test_a_set_needs_its_three_parts():
    def of(*splits):
        return TaggedSet.of(TaggedSentence(("Lima",), ("B-LOC",), split) for split in splits)

    assert of("test", "train", "dev").types == ("LOC",)
    with pytest.raises(BadInput, match="no sentence for dev"):
        of("train", "test")
    with pytest.raises(BadInput, match="'' is no split"):
        of("train", "dev", "test", "")
