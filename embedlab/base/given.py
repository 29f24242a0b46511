"""Refuse what callers give in the place of words, sentences or texts; the message shows the right form."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from embedlab.base.errors import BadInput

WORDS = "['the', 'cat', 'sat']"
SENTENCES = "[['the', 'cat', 'sat'], ['he', 'slept']]"
TEXTS = "['The cat sat.', 'He slept.']"
LONGEST = 40
"""Characters that are shown of what was given."""


def words(given: Any, what: str = "A sentence") -> Any:
    """A list of words, as it was given.

    Args:
        given: what a caller takes for one.
        what: how the message calls it.

    Raises:
        BadInput: it is a text, nothing to go through, or holds something else than words.
    """
    if type(given) in (list, tuple) and set(map(type, given)) <= {str}:
        return given
    if isinstance(given, (str, bytes)):
        raise BadInput(
            f"{what} must be a list of words, such as {WORDS}, not the text {_shown(given)}. "
            "Tokenizer().words(text), of embedlab.data.tokenizer, cuts a text into words."
        )
    if not isinstance(given, Collection) or not all(isinstance(word, str) for word in given):
        raise BadInput(f"{what} must be a list of words, such as {WORDS}, not {_shown(given)}.")
    return given


def sentences(given: Any) -> Any:
    """Several lists of words, as they were given; those of a lazy iterable are not looked at.

    Raises:
        BadInput: it is a text, nothing to go through, or a list with something else than lists of words.
    """
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise BadInput(f"Give several sentences, each a list of words, such as {SENTENCES}, not {_shown(given)}.")
    if isinstance(given, Sequence):
        for one in given:
            words(one, "Each sentence")
    return given


def texts(given: Any) -> Any:
    """Several texts, as they were given; those of a lazy iterable are not looked at.

    Raises:
        BadInput: it is one text, nothing to go through, or a list with something else than texts.
    """
    if isinstance(given, (str, bytes)):
        raise BadInput(f"Give several texts, such as {TEXTS}; put one in a list.")
    if not isinstance(given, Iterable):
        raise BadInput(f"Give several texts, such as {TEXTS}, not {_shown(given)}.")
    if isinstance(given, Sequence):
        for one in given:
            text(one)
    return given


def text(given: Any) -> str:
    """One of several texts.

    Raises:
        BadInput: it is none.
    """
    if isinstance(given, str):
        return given
    hint = f"Give several, such as {TEXTS}."
    if isinstance(given, (list, tuple)):
        hint = "For sentences that are lists of words there is Corpus.from_sentences."
    raise BadInput(f"A text must be a string, not {type(given).__name__}. {hint}")


def _shown(given: object) -> str:
    shown = repr(given)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
