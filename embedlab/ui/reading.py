"""What visitors type in lists, read: words, and pairs of words."""

from __future__ import annotations

import re

from embedlab.base import BadInput

MOST = 200
"""Words or pairs that are read at most."""


def words(text: str) -> list[str]:
    """Words between commas, semicolons, line ends or spaces, each once."""
    return list(dict.fromkeys(re.split(r"[,;\s]+", text.strip(",; \n\t"))))[:MOST] if text.strip(",; \n\t") else []


def pairs(text: str) -> list[tuple[str, str]]:
    """Pairs such as "poor:rich", between commas, semicolons, line ends or spaces.

    Raises:
        BadInput: a piece is not two different words with a colon between.
    """
    found = []
    for piece in words(":".join(part.strip() for part in text.split(":"))):
        first, colon, second = piece.partition(":")
        if not (first and colon and second) or first == second or ":" in second:
            raise BadInput(f"'{piece}' is not a pair. Write two different words with a colon between: poor:rich")
        found.append((first, second))
    if not found:
        raise BadInput("Write at least one pair, such as poor:rich")
    return found
