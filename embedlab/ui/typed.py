"""A sentence that was typed on a page, as words."""

from __future__ import annotations

from collections.abc import Sequence

from embedlab.data.senses import AS_WRITTEN
from embedlab.data.tokenizer import Tokenizer


def words(text: str) -> list[str]:
    """Its words, capitals kept, punctuation marks among them."""
    return Tokenizer(AS_WRITTEN).words(text)


def names(cut: Sequence[str]) -> list[str]:
    """The words, a second "the" as "the (2)": buttons and addresses need names that differ."""
    return [f"{word} ({n})" if (n := cut[: i + 1].count(word)) > 1 else word for i, word in enumerate(cut)]
