"""Published vectors: every format against gensim's own reading of its own test files, and what damaged files say."""

from __future__ import annotations

import gzip
import struct
import zipfile
from pathlib import Path

import gensim.models
import numpy as np
import pytest
from gensim.models.fasttext import load_facebook_vectors
from gensim.test.utils import datapath

from embedlab import registry
from embedlab.base import BadInput, BadModel, EmbedLabError
from embedlab.models.fasttext.model import FastText
from embedlab.models.vectors import VectorsConfig, WordVectors
from embedlab.workflows import published

BINARY = ("euclidean_vectors.bin", "high_precision.kv.bin", "poincare_vectors.bin")
TEXT = ("high_precision.kv.txt", "lee_fasttext.vec", "crime-and-punishment.vec", "toy-model.vec")
FACEBOOK = (
    "lee_fasttext.bin",
    "lee_fasttext_new.bin",
    "crime-and-punishment.bin",
    "toy-model.bin",
    "toy-model-pretrained.bin",
    "non_ascii_fasttext.bin",
)


def gensims(name: str) -> Path:
    return Path(datapath(name))


def by_gensim(name: str) -> gensim.models.KeyedVectors:
    return gensim.models.KeyedVectors.load_word2vec_format(
        datapath(name), binary=name in BINARY, no_header=name == "test_glove.txt"
    )


@pytest.mark.parametrize("name", [*BINARY, *TEXT, "test_glove.txt"])
def test_word2vec_and_glove_files_read_as_gensim_reads_them(name: str) -> None:
    model, reference = published.load(gensims(name)), by_gensim(name)
    assert isinstance(model, WordVectors)
    assert model.words == reference.index_to_key
    np.testing.assert_array_equal(model.matrix, reference.vectors)
    assert model.card.source == "published"


@pytest.mark.parametrize("name", FACEBOOK)
def test_fasttext_bins_compose_as_gensim_does(name: str) -> None:
    model, reference = published.load(gensims(name)), load_facebook_vectors(datapath(name))
    assert isinstance(model, FastText)
    assert model.words == reference.index_to_key
    assert model.counts.tolist() == reference.expandos["count"].tolist()
    alike = [i for i, word in enumerate(model.words) if word != "</s>"]  # which has no n-grams in Facebook's program
    np.testing.assert_allclose(model.matrix[alike], reference.vectors[alike], rtol=1e-5, atol=1e-6)
    if "</s>" in model:
        np.testing.assert_array_equal(model.vector("</s>"), model.own[model.positions["</s>"]])
    for word in ("neverseen", "ночью", "zzz"):
        np.testing.assert_allclose(model.vector(word), reference[word], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["euclidean_vectors.bin", "lee_fasttext.vec", "test_glove.txt", "lee_fasttext.bin"])
def test_the_first_words_alone(name: str) -> None:
    whole, part = published.load(gensims(name)), published.load(gensims(name), max_words=7)
    assert part.words == whole.words[:7]
    np.testing.assert_allclose(part.matrix, whole.matrix[:7], atol=1e-6)


@pytest.mark.parametrize("layout", ["word2vec-text", "word2vec-binary", "glove"])
def test_what_is_written_reads_back_the_same_here_and_in_gensim(layout: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    model = WordVectors(["the", "größe", "北京", "12", "."], rng.normal(size=(5, 7)) * [[1e-9], [1], [1e9], [1], [0]])
    path = tmp_path / "out.txt"
    published.export(model, path, layout)
    back = published.load(path)
    reference = gensim.models.KeyedVectors.load_word2vec_format(
        str(path), binary=layout == "word2vec-binary", no_header=layout == "glove"
    )
    assert back.words == reference.index_to_key == model.words
    np.testing.assert_array_equal(back.matrix, model.matrix)
    np.testing.assert_array_equal(reference.vectors, model.matrix)
    assert [p.name for p in tmp_path.iterdir()] == ["out.txt"]


def test_a_word_with_a_space_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="'new york'"):
        published.export(WordVectors(["a", "new york"], np.ones((2, 2))), tmp_path / "x", "glove")
    assert list(tmp_path.iterdir()) == []


def test_gz_and_zip_and_a_folder_hold_the_same_vectors(tmp_path: Path) -> None:
    source = gensims("test_glove.txt")
    expected = published.load(source).matrix
    (tmp_path / "glove.txt.gz").write_bytes(gzip.compress(source.read_bytes()))
    np.testing.assert_array_equal(published.load(tmp_path).matrix, expected)
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.write(source, "a.50d.txt")
        archive.writestr("b.txt", "w 1 2\n")
    with pytest.raises(BadInput, match=r"two\.zip"):
        published.load(tmp_path)
    with pytest.raises(BadInput, match=r"a\.50d\.txt, b\.txt"):
        published.load(tmp_path / "two.zip")
    np.testing.assert_array_equal(published.load(tmp_path / "two.zip", member="a.50d.txt").matrix, expected)
    assert published.load(tmp_path / "two.zip", member="b.txt").matrix.tolist() == [[1, 2]]


def test_a_kept_one_is_listed_with_its_family_and_loads_by_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path))
    for name, title in (("test_glove.txt", "Small GloVe"), ("lee_fasttext.bin", ""), ("euclidean_vectors.bin", "w2v")):
        published.keep(published.load(gensims(name), title=title))
    specs = {spec.key: spec for spec in registry.list_models() if spec.source == "published"}
    assert {key: spec.family.key for key, spec in specs.items()} == {
        "published/small-glove": "glove",
        "published/lee_fasttext": "fasttext",
        "published/w2v": "word2vec",
    }
    assert registry.load_model("published/small-glove").words[0] == "the"  # type: ignore[attr-defined]
    assert registry.load_model("published/lee_fasttext").vector("unheardof").shape == (10,)  # type: ignore[attr-defined]


def test_glove_words_with_spaces_are_kept_whole(tmp_path: Path) -> None:
    (tmp_path / "g.txt").write_bytes(b"the 1 2 3\n. . . 4 5 6\nat name@domain.com 7 8 9\n")
    model = published.load(tmp_path / "g.txt")
    assert model.words == ["the", ". . .", "at name@domain.com"]
    assert model.vector(". . .").tolist() == [4, 5, 6]


def test_of_a_word_that_comes_twice_the_first_counts(tmp_path: Path) -> None:
    (tmp_path / "d.vec").write_bytes(b"3 2\na 1 2\na 3 4\nb 5 6\n")
    model = published.load(tmp_path / "d.vec")
    assert (model.words, model.matrix.tolist()) == (["a", "b"], [[1, 2], [5, 6]])


BAD = {
    "empty": (b"", "empty"),
    "prose": (b"It was the best of times, it was\nthe worst of times\n", "no word vectors"),
    "too few rows": (b"3 2\na 1 2\nb 3 4\n        \n", "promises 3 words and holds 2"),
    "cut off": (b"4 2\na 1 2\nb 3 4\nlongword 5.000 6.000\n", "promises 4 words and holds 3"),
    "huge header": (b"999999999 300\na 1 2\n", "do not fit"),
    "no rows": (b"0 5\n", "cannot be"),
    "wide header": (b"2 99999999\na 1 2\n", "cannot be"),
    "short row": (b"2 3\na 1 2 3\nb 1 2\n", "Line 3 .* 2 numbers instead of 3"),
    "single number": (b"the 1 2 3\nb 1\n", "Line 2 .* 1 number instead of 3"),
    "long row": (b"2 3\na 1 2 3\nb 1 2 3 4\n", "Line 3 .* 4 numbers instead of 3"),
    "word for number": (b"2 3\na 1 2 3\nb 1 x 3\n", "Line 3 .* 'x'"),
    "not a number": (b"2 3\na 1 2 3\nb 1 nan 3\n", "'b' .* not a finite"),
    "infinite": (b"the 1 2 3\nb 1 inf 3\n", "'b' .* not a finite"),
    "NUL byte": (b"2 3\na 1 2 3\nb\0 1 2 3\n", "NUL"),
    "binary row cut": (b"2 3\na " + struct.pack("<3f", 1, 2, 3) + b"\nb " + struct.pack("<2f", 1, 2), "cut off"),
    "binary nan": (b"1 3\na " + struct.pack("<3f", 1, float("nan"), 3), "not a finite"),
    "gzip cut": (gzip.compress(b"the 1 2 3\n" * 1000)[:-20], "unpacked"),
    "bad zip": (b"PK\x03\x04" + b"x" * 50, "unpacked"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_damaged_file_says_what_is_wrong(name: str, tmp_path: Path) -> None:
    content, message = BAD[name]
    (tmp_path / "bad.txt").write_bytes(content)
    with pytest.raises(BadModel, match=message):
        published.load(tmp_path / "bad.txt")


def test_a_binary_file_given_as_text_is_refused() -> None:
    with pytest.raises(BadModel, match="Line 2"):
        published.load(gensims("euclidean_vectors.bin"), layout="word2vec-text")


@pytest.mark.parametrize("name", ["euclidean_vectors.bin", "lee_fasttext.bin", "lee_fasttext_new.bin", "toy-model.vec"])
def test_a_file_cut_off_anywhere_is_refused_and_never_hangs(name: str, tmp_path: Path) -> None:
    content = gensims(name).read_bytes()
    if name.endswith("bin") and "lee" in name:
        content = content[: len(content) - 4 * 10 * 1762]  # what follows the vectors is not needed
    for share in np.linspace(0.001, 0.97, 40):
        (tmp_path / name).write_bytes(content[: int(share * len(content))])
        with pytest.raises(BadModel):
            published.load(tmp_path / name)


def test_random_damage_is_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for name in ("crime-and-punishment.bin", "toy-model.vec", "high_precision.kv.bin"):
        content = np.frombuffer(gensims(name).read_bytes(), np.uint8)
        for _ in range(60):
            damaged = content.copy()
            damaged[rng.integers(0, min(400, len(content)), 3)] = rng.integers(0, 256, 3)
            (tmp_path / name).write_bytes(damaged.tobytes())
            try:
                published.load(tmp_path / name)
            except EmbedLabError as error:
                assert str(error)


def test_a_fasttext_classifier_is_refused() -> None:
    with pytest.raises(BadModel, match="classifier"):
        published.load(gensims("pang_lee_polarity_fasttext.bin"))


def test_sources_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no file"):
        published.load(tmp_path / "absent.txt")
    with pytest.raises(BadInput, match="no format"):
        published.load(gensims("test_glove.txt"), layout="pickle")
    with pytest.raises(BadInput, match="none"):
        published.load(tmp_path)


def test_the_family_is_one_of_the_known() -> None:
    with pytest.raises(EmbedLabError, match="family"):
        VectorsConfig(family="magic")
