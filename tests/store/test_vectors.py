"""Vectors kept on disk, static models lifted, and the file that ``encode`` writes."""

from __future__ import annotations

import dataclasses
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open

from embedlab import registry
from embedlab.__main__ import main
from embedlab.base import BadInput, ContextualModel, Floats
from embedlab.base.static_as_contextual import StaticAsContextual, as_contextual
from embedlab.models.vectors import WordVectors
from embedlab.store import archive, vectors
from tests.fuzz import hostile_models

WORDS = ["a", "b", "c"]
MATRIX = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], np.float32)
SENTENCES = [["a", "b"], [], ["C", "x", "c"]]


class Counting(StaticAsContextual):
    """Says how often it was really asked."""

    asked = 0

    def encode_batch(self, sentences: Sequence[Sequence[str]], layers: Sequence[int]) -> list[Floats]:
        self.asked += 1
        return super().encode_batch(sentences, layers)


def model(scale: float = 1.0) -> Counting:
    return Counting(WordVectors(WORDS, MATRIX * scale))


@pytest.fixture
def store(tmp_path: Path) -> vectors.Store:
    return vectors.Store(tmp_path / "kept")


def test_a_lifted_model_gives_each_word_its_vector_and_unknown_ones_zeros() -> None:
    found = as_contextual(WordVectors(WORDS, MATRIX)).encode(SENTENCES)
    np.testing.assert_array_equal(found[0], [MATRIX[:2]])
    assert found[1].shape == (1, 0, 2)
    np.testing.assert_array_equal(found[2], [[[5, 6], [0, 0], [5, 6]]])


def test_what_was_read_once_is_not_read_again(store: vectors.Store) -> None:
    one = model()
    first = vectors.cached(one, store).encode(SENTENCES)
    second = vectors.cached(one, store).encode(SENTENCES)
    assert one.asked == 1
    for kept, made in zip(second, first, strict=True):
        np.testing.assert_array_equal(kept, made)
        assert kept.dtype == np.float32


def test_another_model_text_layer_or_variant_is_read(store: vectors.Store) -> None:
    one = model()
    keys = {vectors.key_of(one, SENTENCES), vectors.key_of(model(2.0), SENTENCES)}
    keys |= {vectors.key_of(one, [["a b"]]), vectors.key_of(one, [["a"], ["b"]])}
    keys |= {vectors.key_of(one, SENTENCES, ["vector", "vector"])}
    one.variant = "first piece"
    keys |= {vectors.key_of(one, SENTENCES)}
    assert len(keys) == 6
    assert vectors.key_of(model(), SENTENCES) in keys


def test_a_model_that_carries_states_is_always_asked(store: vectors.Store) -> None:
    one = model()
    one.repeatable = False
    for _ in range(2):
        vectors.cached(one, store).encode(SENTENCES)
    assert one.asked == 2
    assert not store.folder.exists()


def test_a_damaged_file_is_made_anew(store: vectors.Store) -> None:
    one = model()
    vectors.cached(one, store).encode(SENTENCES)
    (file,) = store.folder.glob("*.safetensors")
    file.write_bytes(file.read_bytes()[:-7])
    np.testing.assert_array_equal(vectors.cached(one, store).encode(SENTENCES)[0], [MATRIX[:2]])
    assert one.asked == 2
    assert vectors.cached(one, store).encode(SENTENCES)
    assert one.asked == 2


def test_what_was_not_asked_for_the_longest_goes_first(store: vectors.Store) -> None:
    one = model()
    texts = [[["a"] * 10], [["b"] * 10], [["c"] * 10]]
    for age, text in zip((300, 200, 100), texts, strict=True):
        vectors.cached(one, store).encode(text)
        file = store.folder / f"{vectors.key_of(one, text)}.safetensors"
        then = file.stat().st_mtime - age
        os.utime(file, (then, then))
    size = file.stat().st_size
    assert store.read(vectors.key_of(one, texts[0])) is not None  # used just now: the newest again
    small = dataclasses.replace(store, most_bytes=3 * size)
    vectors.cached(one, small).encode([["a", "b"] * 5])
    left = {file.stem for file in store.folder.iterdir()}
    assert left == {vectors.key_of(one, text) for text in (texts[0], texts[2], [["a", "b"] * 5])}


def test_vectors_larger_than_the_whole_store_are_not_kept(store: vectors.Store) -> None:
    vectors.cached(model(), dataclasses.replace(store, most_bytes=1000)).encode([["a"] * 1000])
    assert not store.folder.exists()


@pytest.mark.parametrize(("at_once", "asked"), [(3, 1), (2, 2)])
def test_one_word_of_each_sentence_is_read_once(store: vectors.Store, at_once: int, asked: int) -> None:
    one, told = model(), []
    one.at_once = at_once
    reader = vectors.cached(one, store)
    texts = [["a", "b"], ["c"], ["x", "b", "a"]]
    for _ in range(2):
        found = reader.at_positions(texts, [1, 0, 2], on_progress=told.append)
        np.testing.assert_array_equal(found, [[MATRIX[1], MATRIX[2], MATRIX[0]]])
        assert found.dtype == np.float32
    assert one.asked == len(told) == asked
    assert (told[-1].step, told[-1].total) == (6, 6)
    np.testing.assert_array_equal(
        reader.at_positions(texts, [0, 0, 2], ["vector"]), [[MATRIX[0], MATRIX[2], MATRIX[0]]]
    )
    one.repeatable, one.asked = False, 0  # such a model is always asked
    vectors.cached(one, store).at_positions(texts, [1, 0, 2])
    assert one.asked == asked


def test_of_many_sentences_only_the_words_that_are_asked_for_are_kept(store: vectors.Store) -> None:
    one = model()
    one.at_once = 1
    vectors.cached(one, store).at_positions([["a"] * 100, ["b"] * 100], [3, 4])
    (file,) = store.folder.iterdir()
    assert file.stat().st_size < 100 * MATRIX[0].nbytes


def test_a_cached_model_says_what_the_model_says(store: vectors.Store, tmp_path: Path) -> None:
    plain = WordVectors(WORDS, MATRIX)
    for given in (plain, as_contextual(plain), registry.load_model("lstm")):
        one, reader = as_contextual(given), vectors.cached(given, store)
        for name in ("title", "layers", "dim", "variant", "repeatable", "batch_size", "batch_length", "at_once",
                     "fingerprint", "words", "card"):  # fmt: skip
            assert getattr(reader, name) == getattr(one, name)
        assert reader.title == given.title
        assert list(reader.batches(SENTENCES)) == list(one.batches(SENTENCES))
    reader.save(tmp_path / "copy")
    assert registry.load_model(tmp_path / "copy").fingerprint == one.fingerprint


def test_a_disk_that_cannot_be_written_only_costs_the_keeping(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    found = vectors.cached(model(), vectors.Store(tmp_path / "file" / "kept")).encode(SENTENCES)
    np.testing.assert_array_equal(found[0], [MATRIX[:2]])


def test_a_fingerprint_tells_weights_words_and_settings_apart() -> None:
    plain = WordVectors(WORDS, MATRIX)
    others = [
        WordVectors(WORDS, MATRIX + 1e-6),
        WordVectors(["a", "b", "d"], MATRIX),
        WordVectors(WORDS, MATRIX, config=dataclasses.replace(plain.config, family="glove")),
    ]
    assert len({plain.fingerprint, *(other.fingerprint for other in others)}) == 4
    assert plain.fingerprint == WordVectors(WORDS, MATRIX).fingerprint
    assert len(plain.fingerprint) == 64


CHANGES: dict[str, dict[str, Any]] = {
    "tokenizer": {"normalizer": None},
    "settings of the network": {"network": {"hidden_act": "relu"}},
    "special tokens": {"marks": hostile_models.MARKS | {"unknown": "[MASK]"}},
}


@pytest.mark.parametrize("part", CHANGES)
def test_a_copy_of_a_model_that_differs_in_anything_does_not_share_its_vectors(part: str, tmp_path: Path) -> None:
    archive.unpack(io.BytesIO(hostile_models.bert()), tmp_path / "one")
    archive.unpack(io.BytesIO(hostile_models.bert()), tmp_path / "same")
    archive.unpack(io.BytesIO(hostile_models.bert(**CHANGES[part])), tmp_path / "other")
    one, same, other = (as_contextual(registry.load_model(tmp_path / name)) for name in ("one", "same", "other"))
    assert [array.tobytes() for array in one.tensors().values()] == [a.tobytes() for a in other.tensors().values()]
    assert one.words == other.words and one.config == other.config
    assert vectors.key_of(one, SENTENCES) == vectors.key_of(same, SENTENCES)
    assert vectors.key_of(one, SENTENCES) != vectors.key_of(other, SENTENCES)


def test_encode_writes_tensors_and_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    WordVectors(WORDS, MATRIX).save(tmp_path / "model")
    (tmp_path / "text.txt").write_text("a b\nC x c\n")
    common = ["encode", str(tmp_path / "model"), "--in", str(tmp_path / "text.txt"), "--tokenized", "--out"]
    assert main([*common, str(tmp_path / "out.safetensors")]) == 0
    with safe_open(tmp_path / "out.safetensors", "numpy") as file:
        assert json.loads(file.metadata()["sentences"]) == [["a", "b"], ["C", "x", "c"]]
        assert json.loads(file.metadata()["layers"]) == ["vector"]
        np.testing.assert_array_equal(file.get_tensor("1"), [[[5, 6], [0, 0], [5, 6]]])
    assert main([*common, str(tmp_path / "out.jsonl"), "--layer", "vector"]) == 0
    first = json.loads((tmp_path / "out.jsonl").read_text().splitlines()[0])
    assert first == {"words": ["a", "b"], "layers": ["vector"], "vectors": [MATRIX[:2].tolist()]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "OUT/x.txt"], "must be a file ending in .safetensors or .jsonl"),
        (["--out", "OUT/x.jsonl", "--layer", "attic"], "has no layer 'attic'; it has vector"),
        (["--out", "OUT/text.txt/x.jsonl"], "Cannot write"),
    ],
)
def test_encode_says_what_is_wrong(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    WordVectors(WORDS, MATRIX).save(tmp_path / "model")
    (tmp_path / "text.txt").write_text("a b\n")
    given = [one.replace("OUT", str(tmp_path)) for one in arguments]
    assert main(["encode", str(tmp_path / "model"), "--in", str(tmp_path / "text.txt"), *given]) == 1
    assert message in capsys.readouterr().err


def test_a_model_without_vectors_cannot_be_lifted() -> None:
    for lifted in (as_contextual, vectors.cached):
        with pytest.raises(BadInput, match="has no word vectors"):
            lifted(registry.load_model("ngram"))
    lstm = registry.load_model("lstm")
    assert isinstance(lstm, ContextualModel)
    assert as_contextual(lstm) is lstm
