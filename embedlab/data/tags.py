"""Named entities as tags of words: BIO, and the schemes that are brought to it (IOB1, BIOES, BILOU)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

OUTSIDE = "O"
SEEN = 100_000
"""Different words and tags that are held once."""
_TAG = re.compile(r"O|[BIESLU]-\S+")
_STARTS, _ENDS = ("B", "S", "U"), ("E", "L", "S", "U")


@dataclass(frozen=True)
class Span:
    """An entity: words ``start`` to ``end`` (exclusive) of a sentence.

    Attributes:
        type: what it is, such as "PER".
        start: its first word, from 0.
        end: the word after its last.
    """

    type: str
    start: int
    end: int


def once(text: str, seen: dict[str, str]) -> str:
    """The text itself, or one that is like it and was seen before: words and tags come again and again.

    Args:
        text: a word or a tag.
        seen: what was seen; the first ``SEEN`` are remembered.
    """
    return seen.setdefault(text, text) if len(seen) < SEEN else seen.get(text, text)


def is_tag(tag: str) -> bool:
    """Whether a tag is of one of the schemes: O, or one of B I E S L U, a hyphen and a type."""
    return _TAG.fullmatch(tag) is not None


def spans(tags: Sequence[str]) -> tuple[Span, ...]:
    """The entities that tags mark, read as conlleval reads them, so that every scheme gives the same.

    An entity begins at B, S or U, and at any other tag that does not go on with the entity before it: one that follows
    O, another type, or an entity closed by E, L, S or U. Thus I after O begins one (IOB1), and B after I of the same
    type separates two.

    Args:
        tags: T tags for which ``is_tag`` holds.
    """
    begins = [at for at, (before, tag) in enumerate(pairwise(["O", *tags])) if _begins(before, tag)]
    return tuple(Span(tags[start][2:], start, _end(tags, start)) for start in begins)


def _begins(before: str, tag: str) -> bool:
    return tag != OUTSIDE and (tag[0] in _STARTS or before[0] in _ENDS or before[2:] != tag[2:])


def _end(tags: Sequence[str], start: int) -> int:
    end = start + 1
    while end < len(tags) and tags[end] != OUTSIDE and not _begins(tags[end - 1], tags[end]):
        end += 1
    return end


def bio(found: Iterable[Span], length: int) -> tuple[str, ...]:
    """The BIO tags of entities that do not overlap: B-TYPE, then I-TYPE for each further word, O elsewhere.

    Args:
        found: the entities.
        length: T, words of the sentence.
    """
    tags = [OUTSIDE] * length
    for span in found:
        tags[span.start : span.end] = [f"B-{span.type}"] + [f"I-{span.type}"] * (span.end - span.start - 1)
    return tuple(tags)
