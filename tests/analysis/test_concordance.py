import pytest

from embedlab.analysis.concordance import concordance
from embedlab.base import BadInput

TEXT = [["The", "king", "and", "the", "queen"], ["A", "King"], ["a", "queen"], ["king", "Queen", "king"], ["nobody"]]


def test_sentences_are_counted_together_and_apart() -> None:
    found = concordance(TEXT, "king", "queen")
    assert found.counts == (3, 3, 2)
    assert found.together == (("The", "king", "and", "the", "queen"), ("king", "Queen", "king"))
    assert found.apart == ((("A", "King"),), (("a", "queen"),))
    assert (found.read, found.complete) == (5, True)


def test_most_and_limit_are_kept() -> None:
    found = concordance(TEXT, "king", "queen", most=1, limit=4)
    assert len(found.together) == 1
    assert found.counts == (3, 3, 2)
    assert (found.read, found.complete) == (4, False)


@pytest.mark.parametrize(("first", "second"), [("", "a"), ("King", "king")])
def test_two_different_words_are_needed(first: str, second: str) -> None:
    with pytest.raises(BadInput, match="two different words"):
        concordance(TEXT, first, second)
