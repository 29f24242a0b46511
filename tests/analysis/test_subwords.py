import numpy as np
import pytest

from embedlab.analysis.subwords import parts
from embedlab.base import BadInput, Lexicon


class Composer:
    """Words are sums of two parts."""

    look_up = Lexicon(["ab"]).look_up

    def parts(self, word):
        return ["<a", "b>"], np.array([[3, 0], [1, -1]] if word else [[1, 1], [-1, -1]], np.float32)


def test_shares_worked_by_hand():
    # v = (4, -1), |v|^2 = 17; (3, 0).v = 12, (1, -1).v = 5
    result = parts(Composer(), "ab")
    assert (result.word, result.known, result.ngrams) == ("ab", True, ["<a", "b>"])
    np.testing.assert_allclose(result.shares, [12 / 17, 5 / 17])
    np.testing.assert_allclose(result.norms, [3, 2**0.5])
    assert not parts(Composer(), "ba").known


def test_a_word_is_taken_apart_as_it_is_looked_up():
    result = parts(Composer(), "AB")
    assert (result.word, result.known, result.lookup.typed) == ("ab", True, "AB")


def test_a_zero_vector_has_no_shares():
    with pytest.raises(BadInput, match="is zero"):
        parts(Composer(), "")


def test_a_model_without_parts_is_told_which_has_them(royal):
    with pytest.raises(BadInput, match=r"the plain model has one vector a word and no parts\. Choose a fastText model"):
        parts(royal, "king")
