"""How tags mark the names of a sentence: BIO, IOB1, BIOES, BMES, BILOU and their spellings, all brought to BIO.

BIO: Ramshaw & Marcus 1995 (https://aclanthology.org/W95-0107/). BILOU: Ratinov & Roth 2009
(https://aclanthology.org/W09-1119/). Brackets: CoNLL-2012 (https://aclanthology.org/W12-4501/).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

OUTSIDE = "O"
NAME = "NAME"
"""Type of entities whose tags say none, such as B and I alone."""
MOST = 0.9
"""Share of a column's tags that has to be of a scheme."""
_TAG = re.compile(r"O|[BIESLUMW]-\S+")
_STARTS, _ENDS = ("B", "S", "U", "W"), ("E", "L", "S", "U", "W")


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


def is_tag(tag: str) -> bool:
    """Whether a tag has the form of the schemes: O, or one of B I E S L U M W, a hyphen and a type."""
    return _TAG.fullmatch(tag) is not None


def spans(tags: Sequence[str]) -> tuple[Span, ...]:
    """The entities that tags mark, read as conlleval reads them, so that every scheme gives the same.

    An entity begins at B, S, U or W, and at any other tag that does not continue the entity before it: after O, after
    another type, or after E, L, S, U or W. Thus I after O begins one (IOB1), and B after I of the same type separates
    two. M goes on with an entity as I does.

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


@dataclass(frozen=True)
class Scheme:
    """A spelling of tags that mark names.

    Attributes:
        example: how the first word of a person's name is tagged.
        pattern: of one tag; its groups ``part`` and ``type`` are those of B-PER.
    """

    example: str
    pattern: re.Pattern[str]

    def fits(self, tag: str) -> bool:
        """Whether a tag is of the scheme."""
        return self.pattern.fullmatch(tag) is not None

    def type(self, tag: str) -> str:
        """The type that a tag names; empty for O."""
        normal = self._normal(tag)
        return "" if normal == OUTSIDE else normal[2:]

    def bio(self, tags: Sequence[str]) -> tuple[str, ...]:
        """The tags of a sentence as BIO.

        Args:
            tags: T tags that all fit.
        """
        if self is HYPHEN:
            return bio(spans(tags), len(tags))
        return bio(spans(_without_brackets(tags) if self is BRACKETS else list(map(self._normal, tags))), len(tags))

    def _normal(self, tag: str) -> str:
        found = self.pattern.fullmatch(tag)
        groups: Mapping[str, str | None] = found.groupdict() if found else {}
        part, kind = groups.get("part"), groups.get("type")
        return f"{(part or 'I').upper()}-{kind or NAME}" if part or kind else OUTSIDE


_PART = "(?P<part>[BIESLUMWbieslumw])"
HYPHEN = Scheme("B-PER", re.compile(r"O|(?P<part>[BIESLUMW])-(?P<type>\S+)"))
SIGN = Scheme("B_PER", re.compile(rf"[Oo]|{_PART}[-_:/|.](?P<type>\S+)"))
BEHIND = Scheme("PER-B", re.compile(r"[Oo]|(?P<type>\S+)[-_:/|](?P<part>[BIESLUMW])"))
ALONE = Scheme("B", re.compile(rf"[Oo]|{_PART}"))
BRACKETS = Scheme("(PER*", re.compile(r"\*\)?|\((?P<type>[^()*|\s]+)(?:\*\)?|\))"))
TYPES = Scheme("PER", re.compile(r"O|(?P<type>\S.*)"))
"""Types without B and I: equal ones side by side are one name."""


def _without_brackets(tags: Sequence[str]) -> list[str]:
    """``(PER*``, ``*``, ``*)`` and ``(PER)`` as B-PER, I-PER, I-PER and B-PER; ``*`` outside as O."""
    normal, inside = [], ""
    for tag in tags:
        opened = tag.strip("(*)")
        normal.append(f"B-{opened}" if opened else f"I-{inside}" if inside else OUTSIDE)
        inside = "" if tag.endswith(")") else opened or inside
    return normal


def scheme_of(tags: Mapping[str, int], *, entities: bool = False, most: float = MOST) -> Scheme | None:
    """The scheme of a column of tags; ``None`` if they are no tags of names, or mark none.

    Args:
        tags: how often each tag occurs.
        entities: whether the column is known to mark names; then types alone, such as PER beside O, count as tags.
        most: share of the tags that have to be of the scheme.
    """
    total = sum(tags.values())
    for scheme in (HYPHEN, SIGN, BEHIND, BRACKETS, ALONE):
        fitting = {tag: count for tag, count in tags.items() if scheme.fits(tag)}
        if sum(fitting.values()) >= most * total and any(map(scheme.type, fitting)) and _whole(scheme, fitting):
            return scheme
    if entities and 2 * tags.get(OUTSIDE, 0) >= total > tags[OUTSIDE] and not any(_marked(tag) for tag in tags):
        return TYPES
    return None


def _marked(tag: str) -> bool:
    return tag != OUTSIDE and is_tag(tag)


def _whole(scheme: Scheme, tags: Iterable[str]) -> bool:
    """Whether letters that stand alone are tags of names and no others: B and I beside O, or B and E."""
    letters = {tag.upper() for tag in tags}
    return scheme is not ALONE or ("B" in letters and len(letters) > 1) or {"I", "O"} <= letters
