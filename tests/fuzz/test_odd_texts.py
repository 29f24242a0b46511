"""Any text, in any encoding, of any kind of file, cut by any options."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from hypothesis import strategies as st

from embedlab.analysis import occurrences
from embedlab.base import BadSetting
from embedlab.base.folding import tidy
from embedlab.data import characters, preview
from embedlab.data.corpus import Corpus
from embedlab.data.readers import columns
from embedlab.data.readers.archives import KINDS, PACKERS
from embedlab.data.readers.encoding import Choice
from embedlab.data.readers.guesses import guesses
from embedlab.data.tokenizer import TextOptions, Tokenizer
from embedlab.ui import inputs
from tests.fuzz.properties import TEXTS, folder, fuzzed, ours

LOCALES = st.sampled_from(("en", "de", "zh", "th", "ja", "tr", "", "x", "en_US", "en-GB", "\0", "é", "a" * 300)) | TEXTS
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "lowercase": st.booleans(), "numbers": st.sampled_from(("keep", "zero", "drop")), "punctuation": st.booleans(),
        "possessives": st.booleans(), "locale": LOCALES,
    },
)  # fmt: skip
LINES = st.lists(TEXTS, max_size=8).map("\n".join)
ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-32",
    "cp1252",
    "latin-1",
    "gb18030",
    "shift_jis",
    "utf-7",
)


@fuzzed(300, text=LINES, values=OPTIONS)
def test_any_text_becomes_sentences_of_words(text: str, values: dict[str, object]) -> None:
    with ours():
        corpus = Corpus.from_texts([text], options=TextOptions.from_dict(values))
        sentences = list(corpus)
        assert all(sentence and all(sentence) for sentence in sentences)
        assert list(corpus) == sentences
        preview.preview(corpus, min_count=1)
        corpus.encode()
        characters.encode(corpus.texts())


@fuzzed(200, text=TEXTS)
def test_words_stand_in_their_text_in_order(text: str) -> None:
    words, at = Tokenizer(TextOptions(lowercase=False, punctuation=True)).words(text), 0
    for word in words:
        at = tidy(text).index(word, at) + len(word)
    assert "".join(words) == "".join(tidy(text).split())


@fuzzed(
    300,
    content=st.binary(max_size=400) | st.tuples(LINES, st.sampled_from(ENCODINGS)).map(
        lambda pair: pair[0].encode(pair[1], errors="replace")
    ),
    kind=st.sampled_from(KINDS),
    packer=st.sampled_from(("", "", "", *PACKERS, ".zip")),
    encoding=st.sampled_from((None, None, *ENCODINGS)) | TEXTS,
)  # fmt: skip
def test_any_bytes_in_any_kind_of_file(content: bytes, kind: str, packer: str, encoding: str | None) -> None:
    with folder() as place:
        path = place / f"a{kind}{packer}"
        path.write_bytes(content)
        with ours():
            list(islice(Corpus.from_file(path, encoding=encoding), 1000))
        with ours():
            columns(path, choice=Choice(None, encoding))
        with ours():
            list(islice(Corpus.from_file(path, encoding=encoding, tokenized=True), 1000))


@fuzzed(
    100, lines=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0"), max_size=30), max_size=8)
)
def test_lines_of_tokenized_text_are_kept(lines: list[str]) -> None:
    with folder() as place, ours():
        path = Path(place) / "a.txt"
        path.write_bytes("\n".join([*lines, "the end", ""]).encode())
        found = list(Corpus.from_file(path, encoding="utf-8", tokenized=True))
        first, *rest = [[word for word in line.replace("\t", " ").split(" ") if word] for line in [*lines, "the end"]]
        assert found[1:] == rest and (found[0] == first or lines[0][0] == "\ufeff")


@fuzzed(100, before=st.text("aé北ё“”\U0001f642 ", min_size=3, max_size=30), bad=st.binary(min_size=1, max_size=3))
def test_unicode_with_a_few_damaged_bytes_is_still_unicode(before: str, bad: bytes) -> None:
    text = before + "北京北京北京 "
    with folder() as place:
        path = Path(place) / "a.txt"
        path.write_bytes(text.encode() + bad)
        with ours():
            assert "\n".join(Corpus.from_file(path).texts()).startswith(text.rstrip())


@fuzzed(200, content=st.binary(max_size=300))
def test_any_bytes_have_a_list_of_encodings(content: bytes) -> None:
    for encoding in guesses(b"\xe9" + content)[:5]:
        assert isinstance(content.decode(encoding, "replace"), str)


@fuzzed(100, text=LINES, encoding=st.sampled_from(ENCODINGS[:5]))
def test_what_is_written_in_an_encoding_of_unicode_is_read_again(text: str, encoding: str) -> None:
    text = text.encode(errors="replace").decode().replace("\ufeff", "")
    with folder() as place, ours():
        path = Path(place) / "a.txt"
        path.write_bytes(text.encode(encoding))
        whole = "".join("".join(Corpus.from_file(path, encoding=encoding).texts()).split())
        assert whole == "".join(text.split())


@fuzzed(200, text=LINES, word=TEXTS)
def test_what_visitors_type(text: str, word: str) -> None:
    words = inputs.tokens(text)
    assert len(set(inputs.names(words))) == len(words) or any("(" in one for one in words)
    assert len(inputs.words(text)) <= inputs.MOST
    with ours():
        assert all(first and second and first != second for first, second in inputs.pairs(text))
    found = occurrences.written(word, text)
    assert all(one.form for one in found.occurrences)


@fuzzed(100, values=OPTIONS)
def test_a_locale_that_nobody_knows_is_refused_or_taken(values: dict[str, object]) -> None:
    try:
        options = TextOptions.from_dict(values)
    except BadSetting:
        return
    assert Tokenizer(options).words("The king sat.")
