"""What a probe gets wrong, in context: names missed, invented, of the wrong type, or cut at the wrong place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from embedlab.analysis.probing.results import LayerProbe, Row
from embedlab.analysis.probing.scores import Entities, Places, as_spans
from embedlab.base import BadInput, Ids
from embedlab.data.tagged import Span, TaggedSentence

Sort = Literal["missed", "invented", "type", "edges"]


@dataclass(frozen=True)
class Mistake:
    """One name that is wrong.

    Attributes:
        sort: "missed", "invented", "type" (the words are right, the type is not), or "edges" (only some words are).
        gold: the name that is there; ``None`` for an invented one.
        found: the name that was found; ``None`` for a missed one.
    """

    sort: Sort
    gold: Span | None
    found: Span | None


@dataclass(frozen=True)
class WrongSentence:
    """A sentence with mistakes.

    Attributes:
        number: its place among the test sentences.
        sentence: the sentence.
        found: the names that were found.
        mistakes: what is wrong, from left to right.
    """

    number: int
    sentence: TaggedSentence
    found: tuple[Span, ...]
    mistakes: tuple[Mistake, ...]


def mistakes(gold: Sequence[Span], found: Sequence[Span]) -> tuple[Mistake, ...]:
    """Compare the names of a sentence with those found; each name is in one mistake at most.

    A wrong name that was found goes with the name of the same words, else with the first one it overlaps.
    """
    right = set(gold) & set(found)
    left, made = [span for span in gold if span not in right], []
    for span in sorted((one for one in found if one not in right), key=lambda one: one.start):
        same = [one for one in left if (one.start, one.end) == (span.start, span.end)]
        near = [one for one in left if one.start < span.end and span.start < one.end]
        if other := next(iter(same or near), None):
            left.remove(other)
            made.append(Mistake("type" if same else "edges", other, span))
        else:
            made.append(Mistake("invented", None, span))
    made += [Mistake("missed", span, None) for span in left]
    return tuple(sorted(made, key=_place))


def _place(mistake: Mistake) -> int:
    span = mistake.gold or mistake.found
    return span.start if span else 0


def wrong_sentences(probe: LayerProbe, row: Row, test: Sequence[TaggedSentence]) -> tuple[WrongSentence, ...]:
    """The test sentences in which a strategy makes mistakes, in their order.

    Args:
        probe: what was found.
        row: one of its rows.
        test: the sentences that it was measured on.

    Raises:
        BadInput: these are other sentences.
    """
    places = Places.of([len(one.words) for one in test])
    if int(places.starts[-1]) != len(row.tags):
        raise BadInput("These are not the sentences that the probe was measured on.")
    entities = Entities.of(row.tags, places.firsts()).in_sentences(places)
    types, wrong = types_of(probe.labels), []
    for number, (sentence, found) in enumerate(zip(test, entities, strict=True)):
        spans = as_spans(found, types)
        if made := mistakes(sentence.spans, spans):
            wrong.append(WrongSentence(number, sentence, spans, made))
    return tuple(wrong)


def types_of(labels: Sequence[str]) -> tuple[str, ...]:
    """The types of entity behind the labels O, B-LOC, I-LOC, B-PER and so on."""
    return tuple(label[2:] for label in labels[1::2])


def numbered(labels: Sequence[str], sentences: Sequence[TaggedSentence]) -> Ids:
    """(N,) the sentences' tags as places among the labels."""
    number = {label: i for i, label in enumerate(labels)}
    return np.array([number[tag] for sentence in sentences for tag in sentence.tags], np.int64)
