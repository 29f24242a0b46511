import pytest

from embedlab.base import BadInput
from embedlab.ui import inputs


def test_words_between_anything() -> None:
    assert inputs.words(" a, b;c\nd a,, ") == ["a", "b", "c", "d"]
    assert inputs.words("  , ") == []


def test_pairs_between_anything() -> None:
    assert inputs.pairs("poor:rich, weak : strong\nhut:palace") == [
        ("poor", "rich"), ("weak", "strong"), ("hut", "palace"),
    ]  # fmt: skip


def test_what_is_typed_is_tidied() -> None:
    assert inputs.words("cafe\u0301, café\u200e d\u2019état") == ["café", "d'état"]
    assert inputs.pairs("d\u2019état：cafe\u0301") == [("d'état", "café")]
    assert inputs.tokens("Cafe\u0301 d\u2019état\u2069") == ["Café", "d'état"]


@pytest.mark.parametrize("text", ["poor rich", "café:cafe\u0301", "a:", ":b", "a:a", "a:b:c", ""])
def test_what_is_no_pair_is_said(text: str) -> None:
    with pytest.raises(BadInput, match="pair"):
        inputs.pairs(text)
