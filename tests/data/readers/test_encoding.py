"""Encodings are detected or taken as given, and lines of any length come in bounded pieces."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from embedlab.base import BadInput
from embedlab.data.corpus import Corpus
from embedlab.data.readers import columns
from embedlab.data.readers.encoding import MAX_PARAGRAPH, Choice, Decoded, chunks
from embedlab.data.tagged import read_conll

GERMAN = "Die Königin trägt eine schöne Krone und grüßt die Bürger. Der König fährt über die Brücke nach Köln. " * 5
RUSSIAN = "Королева носит золотую корону и живёт во дворце. Король едет через мост в большой город. " * 5
GERMAN_WORD, RUSSIAN_WORD = "königin", "королева"


@pytest.mark.parametrize(
    ("text", "encoding", "word"),
    [
        (GERMAN, "utf-8", GERMAN_WORD),
        (GERMAN, "utf-8-sig", GERMAN_WORD),
        (GERMAN, "utf-16", GERMAN_WORD),
        (GERMAN, "utf-16-le", GERMAN_WORD),
        (GERMAN, "utf-16-be", GERMAN_WORD),
        (GERMAN, "utf-32", GERMAN_WORD),
        (GERMAN, "cp1252", GERMAN_WORD),
        (RUSSIAN, "cp1251", RUSSIAN_WORD),
        (RUSSIAN, "koi8-r", RUSSIAN_WORD),
        (RUSSIAN, "utf-8", RUSSIAN_WORD),
    ],
)
def test_encodings_are_detected_and_taken_as_given(text: str, encoding: str, word: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    assert next(iter(Corpus.from_file(path)))[:2][-1 if text is GERMAN else 0] == word
    assert word in next(iter(Corpus.from_file(path, encoding=encoding)))


@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        (GERMAN.encode(), "cp1252", "a.txt is UTF-8 text, not cp1252"),
        (GERMAN.encode(), "utf-16", "a.txt is UTF-8 text, not utf-16"),
        (b"plain text" * 10, "utf-16", "a.txt is UTF-8 text, not utf-16"),
        (GERMAN.encode("cp1252"), "utf-8", "a.txt is not utf-8 text"),
        (GERMAN.encode("cp1252"), "ascii", "a.txt is not ascii text"),
        (GERMAN.encode("utf-16-le"), "cp1252", "zero bytes"),
        (b"x", "klingon", "'klingon' is not an encoding"),
        (b"x", "zlib", "'zlib' is not an encoding"),
    ],
)
def test_a_wrong_encoding_is_said(data: bytes, encoding: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(BadInput, match=message):
        Corpus.from_file(tmp_path / "a.txt", encoding=encoding)


def read(content: bytes, folder: Path, **how: str) -> tuple[str, Decoded]:
    """The text of a file, and how it was decoded."""
    (folder / "a.txt").write_bytes(content)
    corpus = Corpus.from_file(folder / "a.txt", **how)  # type: ignore[arg-type]
    return "\n".join(corpus.texts()), corpus.decoded[0]


CUT = [
    ("“hello” to Zoë".encode()[:-1], "“hello” to Zo\ufffd", "utf-8"),
    ("日本語のテキスト。".encode()[:-1], "日本語のテキスト\ufffd", "utf-8"),
    ("日本語のテキスト。".encode()[:-2], "日本語のテキスト\ufffd", "utf-8"),
    (b"\xef\xbb\xbf" + "Zoë, Zoë".encode()[:-1], "Zoë, Zo\ufffd", "utf-8-sig"),
    ("日本語のテキスト。".encode("shift_jis")[:-1], "日本語のテキスト\ufffd", "cp932"),
    ("The king".encode("utf-16")[:-1], "The kin\ufffd", "utf-16"),
    ("The king".encode("utf-16-le")[:-1], "The kin\ufffd", "utf-16-le"),
]


@pytest.mark.parametrize(("content", "text", "encoding"), CUT)
def test_a_text_that_is_cut_inside_a_character_keeps_its_encoding(
    content: bytes, text: str, encoding: str, tmp_path: Path
) -> None:
    found, decoded = read(content, tmp_path)
    assert (found, decoded.encoding, decoded.lines) == (text, encoding, (1,))
    assert decoded.replaced and "a.txt" in decoded.said
    assert read(content, tmp_path, encoding=encoding)[0] == text


def test_a_latin_letter_at_the_end_is_not_taken_for_a_cut_character(tmp_path: Path) -> None:
    text, decoded = read("Zoë goes to the café".encode("cp1252"), tmp_path)
    assert (text, decoded.encoding, decoded.guessed) == ("Zoë goes to the café", "cp1252", True)
    assert "cp1252" in decoded.said


@pytest.mark.parametrize(
    ("content", "text", "replaced", "lines"),
    [
        ("“One”\n“two”\nit\x92s naïve".encode().replace(b"\xc2", b""), "“One”\n“two”\nit’s naïve", 1, (3,)),
        ("“Où”, “là”, caf".encode() + b"\xe9.", "“Où”, “là”, café.", 1, (1,)),
        ("Привет, м\x92ир".encode().replace(b"\xc2", b""), "Привет, м\ufffdир", 1, (1,)),
        ("“One” “two” \x81".encode().replace(b"\xc2", b""), "“One” “two” \ufffd", 1, (1,)),
        ("“One” “two” ".encode() + b"\xe2\x80 three", "“One” “two” \ufffd three", 2, (1,)),
        ("“One” “two” \ufffd".encode(), "“One” “two” \ufffd", 0, ()),  # it was there before
    ],
)
def test_a_stray_byte_is_replaced_and_counted(
    content: bytes, text: str, replaced: int, lines: tuple[int, ...], tmp_path: Path
) -> None:
    found, decoded = read(content, tmp_path)
    assert (found, decoded.encoding, decoded.replaced, decoded.lines) == (text, "utf-8", replaced, lines)
    assert read(content, tmp_path, encoding="utf-8") == (found, decoded)


def test_what_stood_for_a_lost_character_before_is_no_damage(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-16", "gb18030"):
        text, decoded = read(("北京 \ufffd" * 100).encode(encoding), tmp_path, encoding=encoding)
        assert (text, decoded.replaced) == ("北京 \ufffd" * 100, 0)


def test_far_into_the_file_a_few_bad_bytes_are_replaced_and_many_refused(tmp_path: Path) -> None:
    much, line = b"The king sat on his throne.\n" * 10_000, "Köln is not far.\n".encode("cp1252")
    text, decoded = read(much + line + much + line, tmp_path)
    assert (text.count("Köln"), decoded.replaced, decoded.lines) == (2, 2, (10_001, 20_002))
    corpus = Corpus.from_file(tmp_path / "a.txt")
    (tmp_path / "a.txt").write_bytes(much + line * 30)
    with pytest.raises(BadInput, match=r"begins as utf-8 text, but more than \d+ of .* in line 10,001"):
        list(corpus.texts())


@pytest.mark.parametrize("kind", [".csv", ".jsonl", ".json"])
def test_damaged_bytes_are_replaced_in_every_kind_of_file(kind: str, tmp_path: Path) -> None:
    good, bad = '"“yes” é à"', '"it\udc92s"'
    row = {".csv": f"text\n{good}\n{bad}\n", ".jsonl": f"{good}\n{bad}\n", ".json": f"[{good},\n{bad}]"}[kind]
    (tmp_path / f"a{kind}").write_bytes(row.encode("utf-8", "surrogateescape"))
    corpus = Corpus.from_file(tmp_path / f"a{kind}")
    assert list(corpus.texts()) == ["“yes” é à", "it’s"]
    assert (corpus.decoded[0].replaced, corpus.decoded[0].lines) == (1, (3 if kind == ".csv" else 2,))


def test_tagged_files_may_have_a_character_across_any_border_of_blocks(tmp_path: Path) -> None:
    for size in (4095, 8191):
        (tmp_path / "a.conll").write_bytes(
            b"a\tO\n" * (size // 4) + b"b" * (size % 4) + "é\tO\n\nKöln\tB-LOC\n".encode()
        )
        assert read_conll(tmp_path / "a.conll")[-1].words == ("Köln",)


def test_japanese_in_seven_bits_is_known(tmp_path: Path) -> None:
    text = "子供たちは庭で遊んでいて、母は台所で夕食の支度をしている。"
    assert read(text.encode("iso2022_jp"), tmp_path)[0] == text
    assert read(b"costs \x1b$5", tmp_path)[0] == "costs \x1b$5"


def test_columns_are_listed_in_the_encoding_that_is_given(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("größe;ж\nein Wort;б\n".encode("cp1251", "replace").replace(b"?", b"\xf6"))
    found = columns(tmp_path / "a.csv", choice=Choice(None, "cp1252"))
    assert found is not None and found.names[0] == "größe".replace("ß", "ö")


def test_a_folder_says_how_each_file_was_decoded(tmp_path: Path) -> None:
    for name, encoding in (("a.txt", "utf-8"), ("b.txt", "cp1252")):
        (tmp_path / name).write_bytes(GERMAN.encode(encoding))
    corpus = Corpus.from_file(tmp_path)
    assert [one.name for one in corpus.decoded] == ["a.txt"]
    for _ in range(2):
        list(corpus)
        assert [(one.name, one.encoding, one.guessed) for one in Corpus.chain([corpus]).decoded] == [
            ("a.txt", "utf-8", False), ("b.txt", "cp1252", True),
        ]  # fmt: skip


def test_any_line_end_counts(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo\rthree\nfour")
    assert list(Corpus.from_file(tmp_path / "a.txt").texts()) == ["one", "two", "three", "four"]


@pytest.mark.parametrize(("unit", "size"), [("The king sat. ", 3), ("word ", 50), ("国王坐在王座上。", 3), ("x", 3)])
def test_one_line_of_50_mb_needs_little_memory(unit: str, size: int, tmp_path: Path) -> None:
    data = unit.encode()
    with (tmp_path / "a.txt").open("wb") as file:
        for _ in range(size):
            file.write(data * (1_000_000 // len(data)))
    tracemalloc.start()
    longest = characters = 0
    for text in Corpus.from_file(tmp_path / "a.txt").texts():
        longest, characters = max(longest, len(text)), characters + len(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert characters == size * (1_000_000 // len(data)) * len(unit)
    assert longest <= MAX_PARAGRAPH
    assert peak < 2_500_000


def test_long_lines_are_cut_after_sentences_else_between_words_else_anywhere() -> None:
    assert list(chunks("Aaaa bbbb cccc. Dddd eeee", 20)) == ["Aaaa bbbb cccc. ", "Dddd eeee"]
    assert list(chunks("aaaa bbbb cccc dddd eeee", 20)) == ["aaaa bbbb cccc dddd ", "eeee"]
    assert list(chunks("a" * 45, 20)) == ["a" * 20, "a" * 20, "a" * 5]
    assert "".join(chunks("x. " * 100, 7)) == "x. " * 100
