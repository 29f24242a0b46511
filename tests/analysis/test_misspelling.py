"""Wrong spellings by models whose vectors are known: letters counted, an unknown word, a list of words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from embedlab import load_model
from embedlab.analysis.misspelling import misspelt
from embedlab.base import BadInput, StaticModel
from tests.contextual_toys import Made

SENTENCE = ["the", "river", "bank"]


class Letters(Made):
    """Layer "count": how often each letter stands in the word; "last": its last letter alone."""

    kind: ClassVar[str] = "letters"

    def __init__(self) -> None:
        super().__init__(["count", "last"], 26, "the letters")

    def spelled(self, word: str) -> str:
        return word

    def read(self, sentence: Sequence[str]) -> Any:
        rows = np.zeros((2, len(sentence), 26))
        for i, word in enumerate(map(self.spelled, sentence)):
            for letter in word:
                rows[0, i, ord(letter) - 97] += 1
            rows[1, i, ord(word[-1]) - 97] = 1
        return rows


class Listed(Letters):
    """Reads every word but "river" as "x"."""

    kind: ClassVar[str] = "listed"

    def spelled(self, word: str) -> str:
        return word if word == "river" else "x"


def test_a_wrong_spelling_is_tidied() -> None:
    with pytest.raises(BadInput, match="differs"):
        misspelt(Letters(), ["a", "café"], 1, "cafe\u0301\u200e")
    assert misspelt(Letters(), SENTENCE, 1, " rvi\u00ader ", ["green"]).wrong == "rvier"


def test_swapped_letters_move_no_letter_count() -> None:
    found = misspelt(Letters(), SENTENCE, 1, "rvier", ["green", "seven"])
    assert found.layers == ("count", "last") and found.read == "composed" and found.known
    assert found.similarity is not None
    np.testing.assert_allclose(found.similarity, [1, 1])
    # river: r2 i v e; green: g r e2 n; seven: s e2 v n
    lengths = np.sqrt(7) * np.sqrt([7, 7])
    np.testing.assert_allclose(found.to_others[0], np.array([2 + 2, 2 + 1]) / lengths)
    np.testing.assert_allclose(found.to_others[1], [0, 0])
    assert found.closer(0) == found.closer(1) == 2


def test_another_last_letter_is_farther_than_a_word_with_the_same() -> None:
    found = misspelt(Letters(), SENTENCE, 1, "rivre", ["winter", "house"])
    assert found.similarity is not None
    np.testing.assert_allclose(found.similarity, [1, 0])
    np.testing.assert_allclose(found.to_others[1], [1, 0])
    assert found.closer(1) == 0


def test_a_model_with_a_list_of_words_reads_the_unknown_word() -> None:
    found = misspelt(Listed(), SENTENCE, 1, "rvier", ["green"])
    assert found.read == "unknown" and found.known
    assert misspelt(Listed(), SENTENCE, 2, "bakn", ["green"]).known is False


def test_a_static_model_has_no_vector_or_the_one_of_its_list(make_model: Any) -> None:
    model = make_model({"river": [1, 0], "rivre": [3, 4], "house": [0, 2]})
    none = misspelt(model, SENTENCE, 1, "rvier", ["house", "seven"])
    assert none.read == "none" and none.similarity is None and none.known
    assert none.others == ("house",) and none.closer() == 0
    np.testing.assert_allclose(none.to_others, [[0]])
    known = misspelt(model, SENTENCE, 1, "rivre", ["house"])
    assert known.read == "vector" and known.similarity is not None
    np.testing.assert_allclose(known.similarity, [0.6])
    lost = misspelt(model, SENTENCE, 2, "bakn", ["house"])
    assert not lost.known and lost.to_others.shape == (1, 0)


def test_fasttext_composes_a_vector(fasttext_starter: Path) -> None:
    from embedlab import load_model

    model: Any = load_model(fasttext_starter)
    found = misspelt(model, ["they", "walking", "today"], 1, "walkking", ["played"])
    assert found.read == "composed" and found.similarity is not None
    first, second = model.vector("walking").astype(float), model.vector("walkking").astype(float)
    expected = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
    assert found.similarity[0] == pytest.approx(expected, abs=1e-6)


def test_what_is_no_wrong_spelling_is_refused(make_model: Any) -> None:
    model = make_model({"river": [1, 0]})
    for wrong in ("", "river"):
        with pytest.raises(BadInput, match="differs from the right one"):
            misspelt(model, SENTENCE, 1, wrong)
    with pytest.raises(BadInput, match="no position 3"):
        misspelt(model, SENTENCE, 3, "x")


def test_fasttext_has_a_vector_of_its_own_for_a_capitalized_word(fasttext_starter: Path) -> None:
    model = load_model(fasttext_starter)
    assert isinstance(model, StaticModel)
    found, small = misspelt(model, ["Walked"], 0, "Talked", []), misspelt(model, ["walked"], 0, "talked", [])
    assert (found.known, found.read) == (True, "vector")
    assert found.similarity is not None and small.similarity is not None
    np.testing.assert_array_equal(found.similarity, small.similarity)
    assert misspelt(model, ["Walked"], 0, "Wlaked", []).read == "composed"
