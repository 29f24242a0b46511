"""Which columns of a file hold words and their tags, found by what the columns hold, or as they were asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from embedlab.base import BadInput
from embedlab.data.tag_schemes import HYPHEN, OUTSIDE, TYPES, Scheme, scheme_of

WORDS = ("token", "tokens", "word", "words", "form", "forms")
"""Names that columns of words have."""
TAGS = (
    "ner_tags", "ner_tag", "ner", "entity", "entities", "iob", "bio", "tags", "tag", "labels", "label", "upos",
    "pos_tags", "pos", "xpos",
)  # fmt: skip
"""Names that columns of tags have, the likelier first."""
SENTENCES = ("sentence #", "sentence_id", "sentence id", "sent_id", "sentence", "sentence_number")
"""Names that columns have which say to which sentence a word belongs."""
FIRST, SHOWN = 3, 20
"""Values of a column that are shown, and their letters."""
LISTED = 40
"""Columns that are looked at and listed; a file may have very many."""
MOST = 0.9
"""Share of the values of a column that have to be alike, and of the lines that have to have as many columns."""
_CONLL_U, _UPOS, _XPOS = 10, 3, 4
"""Columns of CoNLL-U (number, form, lemma, universal part of speech, and so on), and the places of tags, from 0."""
_INDEX = re.compile(r"\d{1,9}([-.]\d{1,9})?")
_SHORT = re.compile(r"[^a-zA-Z]*+[A-Z][^a-z]*+|[^\w\s]+")
"""A tag of most tag sets: capitals, or marks alone."""
_OTHERS = re.compile(r"NP|VP|PP|ADVP|ADJP|SBAR|PRT|CONJP|INTJ|LST|UCP|[NVPA]C|V|ARG\S*|A\d|AM-\S+|[CR]-A\S+")
"""Types of chunks (CoNLL-2000) and of arguments (CoNLL-2005), which are no names."""


@dataclass(frozen=True)
class Wanted:
    """Which columns were asked for.

    Attributes:
        word: number from 1, or name, of the words' column; empty to find it. -1 is the last one.
        tag: the same of the tags' column.
    """

    word: str = ""
    tag: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a file.

    Attributes:
        number: from 1; -1 for the last, where lines have different numbers of columns.
        name: that the file gives it; empty if it gives none.
        first: its first values.
    """

    number: int
    name: str
    first: tuple[str, ...]

    @property
    def title(self) -> str:
        """Its name, or else its number."""
        return self.name or ("the last" if self.number == -1 else str(self.number))


@dataclass(frozen=True)
class Layout:
    """Where a file has its words and tags.

    Attributes:
        columns: those that the file has, the first ``LISTED``.
        word: place of the words, from 0; negative from the end.
        tag: place of the tags.
        index: place of the words' numbers in their sentences; ``None`` if there is no such column.
        sentence: place of what names the sentences; ``None`` where empty lines part them.
        width: columns of a line; 0 if their number varies.
        scheme: how tags mark names; ``None`` if they do not.
        known: tags of the first lines.
        problem: why these tags are of no use; empty if they are.
    """

    columns: tuple[Column, ...]
    word: int
    tag: int
    index: int | None = None
    sentence: int | None = None
    width: int = 0
    scheme: Scheme | None = None
    known: frozenset[str] = frozenset()
    problem: str = ""

    def fits(self, tag: str) -> bool:
        """Whether a tag can be one of this file's."""
        return bool(tag) and (self.scheme is None or self.scheme.fits(tag))

    @property
    def unlike(self) -> str:
        """What is wrong with a tag that does not fit."""
        if self.scheme is None or self.scheme is HYPHEN:
            return "is no BIO tag such as O, B-PER or I-PER"
        return f"is not written like {self.scheme.example}"

    def column(self, place: int) -> Column:
        """The column at a place."""
        number = place + 1 if place >= 0 else place
        return next(one for one in self.columns if one.number == number)


def is_header(cells: Sequence[str]) -> bool:
    """Whether a line names the columns: one as words, one as tags."""
    names = {cell.lower() for cell in cells}
    return not names.isdisjoint(WORDS) and not names.isdisjoint(TAGS)


def find(
    rows: Sequence[Sequence[str]], names: Sequence[str] = (), wanted: Wanted | None = None, *, entities: bool = False
) -> Layout:
    """Find the columns of the words and of the tags.

    Args:
        rows: the cells of the first lines.
        names: of the columns, if the file gives any.
        wanted: columns that were asked for.
        entities: whether only tags that mark names are of use.

    Raises:
        BadInput: a column that was asked for is not there, or is asked for twice.
    """
    table = _Table.of(rows, names, entities)
    asked = wanted or Wanted()
    word = table.place(asked.word, "words")
    tag = table.place(asked.tag, "tags")
    if tag is None:
        tag = table.tags(word)
    if word is None:
        word = table.words(tag)
    if word == tag:
        raise BadInput(f"Words and tags cannot both be column {table.title(tag)}. {table.said}")
    found = table.column(tag)
    problem = table.problem(found) if found.numbers else ""
    known = frozenset(found.seen)
    near = found.nearest
    return Layout(table.listed, word, tag, table.index, table.sentence, table.width, near, known, problem)


@dataclass(frozen=True)
class _Held:
    """What a column holds: each value and how often it occurs, in the file's order."""

    place: int
    seen: Mapping[str, int]
    entities: bool

    @property
    def total(self) -> int:
        return sum(self.seen.values())

    def mostly(self, pattern: str) -> bool:
        fitting = sum(count for value, count in self.seen.items() if re.search(pattern, value))
        return bool(self.seen) and fitting >= MOST * self.total

    @cached_property
    def scheme(self) -> Scheme | None:
        return scheme_of(self.seen, entities=self.entities)

    def related(self, other: _Held) -> bool:
        """Whether it marks names of the same types, such as LOC and LOCderiv: the outer names and those inside."""
        return any(one.startswith(two) or two.startswith(one) for one in self.types for two in other.types)

    def few(self, most: int) -> bool:
        """Whether it has few different values, where another column has so many."""
        return 1 < len(self.seen) <= most // 2

    @property
    def nearest(self) -> Scheme | None:
        """The scheme of its tags, also if many of them are wrong: then those are told, and not measured as others."""
        near = self.scheme or scheme_of(self.seen, most=0.5)
        return near or (HYPHEN if self.entities or set(self.seen) <= {OUTSIDE} else None)

    @cached_property
    def types(self) -> frozenset[str]:
        """Types of the names that it marks; none for chunks and the like."""
        scheme = self.scheme
        found = {scheme.type(tag) for tag in self.seen if scheme.fits(tag)} if scheme else set()
        return frozenset(kind for kind in found if kind and not _OTHERS.fullmatch(kind))

    @cached_property
    def numbers(self) -> bool:
        return self.mostly(r"^\d+$")

    @cached_property
    def wordless(self) -> bool:
        """Whether its values name no words: numbers, names of files, empty cells, tags of names."""
        return self.scheme not in (None, TYPES) or self.mostly(r"\d|^[-_*]?$")

    @cached_property
    def short(self) -> bool:
        fitting = sum(count for value, count in self.seen.items() if _SHORT.fullmatch(value))
        return fitting >= MOST * self.total


@dataclass(frozen=True)
class _Table:
    """The first lines of a file, column by column."""

    held: tuple[_Held, ...]
    names: tuple[str, ...]
    width: int
    index: int | None
    sentence: int | None
    entities: bool
    listed: tuple[Column, ...] = field(default=())

    @classmethod
    def of(cls, rows: Sequence[Sequence[str]], names: Sequence[str], entities: bool) -> _Table:
        width, least = _width(rows)
        rows = [row for row in rows if len(row) == width or (not width and len(row) >= least)]
        width = max(width, 2) if width or not rows else 0
        places = [*range(min(width or least, LISTED)), *(range(-least, 0) if not width else ())]
        if width > LISTED:
            places += range(max(LISTED, width - FIRST), width)
        values = {place: [row[place] for row in rows if place < len(row)] for place in places}
        held = tuple(_Held(place, Counter(cells), entities) for place, cells in values.items())
        named = tuple(names) if len(names) == width else ()
        sentence = next((at for at, name in enumerate(named) if name.lower() in SENTENCES), None)
        places = [place for place in places if place >= 0 and place != sentence]
        index = next((place for place in places if _counts_up(values[place])), None)
        listed = tuple(
            Column(place + 1 if place >= 0 else place, named[place] if named else "", _first(cells))
            for place, cells in values.items()
        )
        return cls(held, named, width, index, sentence, entities, listed)

    def column(self, place: int) -> _Held:
        return next(one for one in self.held if one.place == place)

    @property
    def said(self) -> str:
        """The sentence that lists the columns."""
        each = [f"{one.title} ({', '.join(one.first)})" for one in self.listed if one.number > 0 or one.number == -1]
        return f"There are the columns {'; '.join(each)}."

    def problem(self, tags: _Held) -> str:
        """Why numbers cannot be tags."""
        some = ", ".join(list(tags.seen)[:FIRST])
        return (
            f"The tags in column {self.title(tags.place)} are numbers ({some}), and the file does not say what they "
            "stand for. Write their names (O, B-PER, NOUN …) in their place, give the data set's parquet file, which "
            f"holds the names, or choose another column. {self.said}"
        )

    def title(self, place: int) -> str:
        return next(one.title for one in self.listed if one.number == (place + 1 if place >= 0 else place))

    def place(self, asked: str, what: str) -> int | None:
        """The place of a column that was asked for by its name or number.

        Raises:
            BadInput: there is none.
        """
        if not asked:
            return None
        if asked in self.names:
            at = self.names.index(asked)
        else:
            number = int(asked) if re.fullmatch(r"-?\d{1,6}", asked) else 0
            at = number - 1 if number > 0 else (self.width or 0) + number if number else -1_000_000
        if not any(one.place == at for one in self.held):
            raise BadInput(f"There is no column {asked} for the {what}. {self.said}")
        return at

    def tags(self, word: int | None) -> int:
        """The place of the tags: of names if there are any, else of what else looks like tags."""
        other = [one for one in self.held if one.place not in (word, self.index, self.sentence)]
        marked = [one for one in other if one.types]
        named = [self.names.index(name) for name in self._called(TAGS)]
        if self.width == _CONLL_U and self.index == 0 and not self.entities:
            return _UPOS if not self.column(_UPOS).mostly("^_$") else _XPOS
        if marked:
            return next(one.place for one in marked if one.related(marked[-1]))
        if named and (not self.entities or self.column(named[0]).numbers):
            return named[0]
        if self.entities and (chunks := [one for one in other if one.scheme]):
            return chunks[-1].place
        most = max((len(one.seen) for one in other), default=0)
        few = [one for one in other if one.scheme or (one.short and 1 < len(one.seen) < most) or one.few(most)]
        few = [one for one in few if not one.mostly(r"^\d+$|^[-_*]?$|=")]
        last_of = [one for one in few or other or self.held if one.place != word]
        return last_of[-1].place

    def words(self, tag: int) -> int:
        """The place of the words: the first column of many different values that are no numbers and no tags."""
        if called := self._called(WORDS):
            return self.names.index(called[0])
        other = [one for one in self.held if one.place not in (tag, self.sentence)]
        free = [one for one in other if not one.wordless] or [one for one in other if not one.numbers] or other
        free = [one for one in free if not one.short] or free
        most = max((len(one.seen) for one in free), default=0)
        return next((one.place for one in free if 2 * len(one.seen) >= most), 0)

    def _called(self, likely: Sequence[str]) -> list[str]:
        return [name for one in likely for name in self.names if name.lower() == one]


def _width(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Columns that lines have, 0 if that varies; and the fewest that they have, but for a few lines."""
    counts = Counter(map(len, rows))
    usual, often = counts.most_common(1)[0] if counts else (0, 0)
    between = [cell for row in rows for cell in row[1:-1] if cell]
    padded = max(counts, default=0) > 2 and not between  # two tabs where others have one
    if often >= MOST * len(rows) or (usual <= 2 and not padded):
        return usual, usual
    least = max(2, sorted(counts.elements())[int((1 - MOST) * len(rows))])
    if least == 2 and sum(_SHORT.fullmatch(cell) is not None for cell in between) < len(between) / 2:
        return 2, 2  # what stands between looks like no tags: words with a space in them
    return 0, least


def _counts_up(cells: Sequence[str]) -> bool:
    """Whether values are numbers of words: 1 2 3, 1 2 3 4 and so on; also 2-3 and 2.1 as in CoNLL-U."""
    if sum(_INDEX.fullmatch(one) is not None for one in cells) < MOST * len(cells) or not cells:
        return False
    numbers = [int(one) for one in cells if one.isdecimal() and len(one) < 10]
    pairs = list(pairwise(numbers))
    on = sum(after - before == 1 for before, after in pairs)
    again = sum(after in (0, 1) and after - before != 1 for before, after in pairs)
    return numbers[:1] in ([0], [1]) and on + again >= MOST * len(pairs) and on >= len(pairs) / 2


def _first(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(one if len(one) <= SHOWN else f"{one[:SHOWN]}…" for one in cells[:FIRST])
