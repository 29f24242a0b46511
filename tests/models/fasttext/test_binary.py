"""fastText's .bin files, written here byte by byte as fastText's program writes them: labels, </s>, damage."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from gensim.models.fasttext_inner import compute_ngrams_bytes, ft_hash_bytes

from embedlab.base import BadModel, UnknownWord
from embedlab.models.fasttext import binary

WORDS = {"</s>": 40, "the": 30, "größe": 20, "cat": 10}
LABELS = {"__label__a": 25, "__label__b": 15}
DIM, BUCKETS, SHORTEST, LONGEST = 3, 20, 2, 4
CBOW, SKIPGRAM, SUPERVISED = 1, 2, 3
MATRIX = np.random.default_rng(5).normal(size=(len(WORDS) + BUCKETS, DIM)).astype("<f4")


def content(model: int, labels: dict[str, int], words: int = len(WORDS)) -> bytes:
    """A model's file; labels stand behind the words in its vocabulary and have no rows in its matrix."""
    settings = (DIM, 5, 1, 1, 5, 1, 2, model, BUCKETS, SHORTEST, LONGEST, 100)
    parts = [struct.pack("<2i12id", binary.MAGIC, 12, *settings, 1e-4)]
    parts += [struct.pack("<3i2q", len(WORDS) + len(labels), words, len(labels), 100, -1)]
    for kind, entries in enumerate((WORDS, labels)):
        parts += [word.encode() + b"\0" + struct.pack("<qb", count, kind) for word, count in entries.items()]
    return b"".join([*parts, b"\0", struct.pack("<2q", *MATRIX.shape), MATRIX.tobytes()])


def composed(word: str) -> np.ndarray:
    """A word's vector by the definition: the mean of its own row and those of its n-grams."""
    rows = [MATRIX[list(WORDS).index(word)]] if word in WORDS else []
    if word != "</s>":
        hashed = (ft_hash_bytes(piece) % BUCKETS for piece in compute_ngrams_bytes(word, SHORTEST, LONGEST))
        rows += [MATRIX[len(WORDS) + number] for number in hashed]
    return np.mean(rows, axis=0)


@pytest.mark.parametrize("model", [CBOW, SKIPGRAM])
@pytest.mark.parametrize("labels", [{}, LABELS], ids=["plain", "labels"])
def test_labels_are_left_out_and_the_end_of_a_line_has_no_ngrams(
    tmp_path: Path, model: int, labels: dict[str, int]
) -> None:
    (tmp_path / "v.bin").write_bytes(content(model, labels))
    found = binary.read(tmp_path / "v.bin")
    assert found.words == list(WORDS) and found.counts.tolist() == list(WORDS.values())
    for word in (*WORDS, "cats", "北京"):
        np.testing.assert_allclose(found.vector(word), composed(word), rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(found.vector("</s>"), MATRIX[0])
    assert found.parts("</s>")[0] == ["</s>"] and found.ngrams("</s>") == []
    assert ("left out: 2." in found.card.note) == bool(labels)


def test_a_few_words_may_be_kept_without_the_end_of_a_line(tmp_path: Path) -> None:
    without = content(SKIPGRAM, LABELS).replace(b"</s>", b"</x>")
    (tmp_path / "v.bin").write_bytes(without)
    found = binary.read(tmp_path / "v.bin", max_words=2)
    assert found.words == ["</x>", "the"]
    np.testing.assert_allclose(found.vector("cats"), composed("cats"), rtol=1e-5, atol=1e-7)
    with pytest.raises(UnknownWord):
        found.vector("</s>")


def test_a_classifier_and_a_vocabulary_of_other_words_are_refused(tmp_path: Path) -> None:
    (tmp_path / "v.bin").write_bytes(content(SUPERVISED, LABELS))
    with pytest.raises(BadModel, match="classifier"):
        binary.read(tmp_path / "v.bin")
    (tmp_path / "v.bin").write_bytes(content(SKIPGRAM, LABELS, words=5))
    with pytest.raises(BadModel, match="other words"):
        binary.read(tmp_path / "v.bin")
