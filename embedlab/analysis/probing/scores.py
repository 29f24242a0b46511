"""Entity-level precision, recall and F1, as conlleval and seqeval count: an entity is right if words and type are.

Tags are numbers: 0 is O; of type k (from 0), 1 + 2k begins an entity and 2 + 2k goes on with it (``TaggedSet.labels``).

What finds names without any vectors: chance, a list of the words seen in training, and calling every word O.

What a probe gets wrong, in context: names missed, invented, of the wrong type, or cut at the wrong place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis import bootstrap
from embedlab.analysis.probing.results import LayerProbe, Row
from embedlab.analysis.probing.tasks import Part, TokenTask
from embedlab.base import BadInput, Doubles, Ids
from embedlab.data.tag_schemes import Span
from embedlab.data.tagged import TaggedSentence


@dataclass(frozen=True)
class Bounds:
    """Where sentences lie among N running words.

    Attributes:
        starts: (S + 1,) first word of each sentence, and N at the end.
    """

    starts: Ids

    @classmethod
    def of(cls, lengths: list[int]) -> Bounds:
        """From the sentences' numbers of words."""
        return cls(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))

    @property
    def sentences(self) -> int:
        """S."""
        return len(self.starts) - 1

    def firsts(self) -> NDArray[np.bool_]:
        """(N,) whether a word is the first of its sentence."""
        first = np.zeros(self.starts[-1] + 1, bool)
        first[self.starts] = True
        return first[:-1]

    def sums(self, words: NDArray[np.number]) -> Ids:
        """(S,) sums over each sentence of a (N,) count."""
        total = np.concatenate([[0], np.cumsum(words)])
        return np.asarray(total[self.starts[1:]] - total[self.starts[:-1]], np.int64)


@dataclass(frozen=True)
class Entities:
    """The M entities that N tags mark.

    Attributes:
        starts: (M,) first word of each.
        ends: (M,) the word after its last.
        types: (M,) its type, from 0.
    """

    starts: Ids
    ends: Ids
    types: Ids

    @classmethod
    def of(cls, tags: Ids, firsts: NDArray[np.bool_]) -> Entities:
        """Read as ``data.tags.spans`` reads them: an entity begins at B, and at I that nothing of its type precedes."""
        kinds = (tags + 1) // 2  # 0 for O, else 1 + type
        before = np.concatenate([[0], kinds[:-1]])
        goes_on = (kinds > 0) & (tags % 2 == 0) & (before == kinds) & ~firsts
        starts = np.flatnonzero((kinds > 0) & ~goes_on)
        stops = np.append(np.flatnonzero(~goes_on), len(tags))  # an entity lasts until a word that does not go on
        ends = stops[np.searchsorted(stops, starts, side="right")]
        return cls(starts, ends, kinds[starts] - 1)

    def in_sentences(self, bounds: Bounds) -> tuple[tuple[tuple[int, int, int], ...], ...]:
        """For each sentence its entities: first word and end, counted within the sentence, and type."""
        found: list[list[tuple[int, int, int]]] = [[] for _ in range(bounds.sentences)]
        rows = np.searchsorted(bounds.starts, self.starts, side="right") - 1
        for row, start, end, kind in zip(rows, self.starts, self.ends, self.types, strict=True):
            at = int(bounds.starts[row])
            found[row].append((int(start) - at, int(end) - at, int(kind)))
        return tuple(tuple(one) for one in found)


def counts(gold: Ids, predicted: Ids, bounds: Bounds) -> Ids:
    """(S, 3) entities of each sentence: those found rightly, found at all, and there to be found.

    Args:
        gold: (N,) true tags.
        predicted: (N,) tags that a model gave.
        bounds: the sentences.
    """
    firsts = bounds.firsts()
    truth, answer = Entities.of(gold, firsts), Entities.of(predicted, firsts)
    ends, kinds = np.zeros(len(gold), np.int64), np.full(len(gold), -1, np.int64)
    ends[truth.starts], kinds[truth.starts] = truth.ends, truth.types
    right = (ends[answer.starts] == answer.ends) & (kinds[answer.starts] == answer.types)

    def counted(starts: Ids) -> Ids:
        return bounds.sums(np.bincount(starts, minlength=len(gold)))

    return np.stack([counted(answer.starts[right]), counted(answer.starts), counted(truth.starts)], axis=1)


def f1(totals: NDArray[np.number]) -> Doubles:
    """(...,) F1 from (..., 3) counts, 0 to 1; 0 where nothing is found or there.

    Args:
        totals: how many entities are right, how many were found and how many there are.
    """
    right, found, there = np.moveaxis(np.asarray(totals, float), -1, 0)
    scores: Doubles = 2 * right / np.maximum(found + there, 1)
    return scores


def confusion(gold: Ids, predicted: Ids, types: int) -> Ids:
    """(T + 1, T + 1) how many words of each type (row; 0 for none) were given each type (column).

    Args:
        gold: (N,) the right tags.
        predicted: (N,) the probe's tags.
        types: T, how many types of entities there are.
    """
    size = types + 1
    pairs = (gold + 1) // 2 * size + (predicted + 1) // 2
    table: Ids = np.bincount(pairs, minlength=size * size).reshape(size, size).astype(np.int64)
    return table


def as_spans(spans: tuple[tuple[int, int, int], ...], types: tuple[str, ...]) -> tuple[Span, ...]:
    """Entities of a sentence with their types by name."""
    return tuple(Span(types[kind], start, end) for start, end, kind in spans)


def task_counts(task: TokenTask, part: Part, answers: Ids) -> Ids:
    """(S, 3) counts of each sentence, as ``counts`` gives them: of entities, or of words if the measure is accuracy.

    Args:
        task: says which measure.
        part: N words with their right answers, in S sentences.
        answers: (N,) numbers of the labels that a probe gave.
    """
    bounds = Bounds.of(np.bincount(part.positions[:, 0], minlength=len(part.sentences)).tolist())
    if task.measure == "F1":
        return counts(part.labels, answers, bounds)
    sizes = bounds.sums(np.ones(len(answers), np.int64))
    return np.stack([bounds.sums(answers == part.labels), sizes, sizes], axis=1)


def mean_f1(counted: Sequence[Ids]) -> float:
    """Mean F1 of several probes, from one (S, 3) each."""
    return float(np.mean([f1(one.sum(0)) for one in counted]))


def resampled(counted: Sequence[Ids], resamples: int, seed: int) -> Doubles:
    """(B,) mean F1 of the probes in B resamples of the sentences, the same ones for all probes.

    Args:
        counted: of each probe (S, 3) counts, see ``counts``.
        resamples: B.
        seed: of the draws.
    """
    drawn = bootstrap.draws(len(counted[0]), resamples, np.random.default_rng(seed))
    scores: Doubles = np.mean([f1(drawn @ one) for one in counted], axis=0)
    return scores


DRAWS = 20
"""How often tags are drawn at random; their mean F1 counts."""


def baselines(
    words: Sequence[str], tags: Ids, splits: tuple[int, int, int, int], test: Bounds, seed: int
) -> tuple[float, float, float]:
    """F1 by chance, F1 by looking words up, and accuracy of calling every word O.

    Args:
        words: (N,) running words.
        tags: (N,) theirs.
        splits: where train, dev and test lie.
        test: the test sentences.
        seed: of the drawing.
    """
    known, begin = tags[: splits[1]], splits[2]
    truth, often, rng = tags[begin:], np.bincount(known, minlength=int(tags.max()) + 1), np.random.default_rng(seed)
    drawn = [rng.choice(len(often), size=len(truth), p=often / often.sum()) for _ in range(DRAWS)]
    chance = np.mean([f1(counts(truth, one, test).sum(0)) for one in drawn])
    looked = f1(counts(truth, lookup(words[: splits[1]], known, words[begin:]), test).sum(0))
    return float(chance), float(looked), float((truth == 0).mean())


def lookup(known: Sequence[str], tags: Ids, words: Sequence[str]) -> Ids:
    """(N,) the tag that each word had most often among the known ones; O for a new word.

    Args:
        known: M words of the training sentences.
        tags: (M,) their tags.
        words: N words to tag.
    """
    rows = {word: row for row, word in enumerate(dict.fromkeys(known))}
    table = np.zeros((len(rows) + 1, int(tags.max(initial=0)) + 1), np.int64)
    np.add.at(table, (np.array([rows[word] for word in known], np.int64), tags), 1)
    best = table.argmax(axis=1)  # of a row of zeros, the last one, it is O
    return np.asarray(best[[rows.get(word, len(rows)) for word in words]], np.int64)


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
        number: its position among the test sentences.
        sentence: the sentence.
        found: the names that were found.
        mistakes: what is wrong, from left to right.
    """

    number: int
    sentence: TaggedSentence
    found: tuple[Span, ...]
    mistakes: tuple[Mistake, ...]


def mistakes(gold: Sequence[Span], predicted: Sequence[Span]) -> tuple[Mistake, ...]:
    """Compare the names of a sentence with those found; each name is in one mistake at most.

    A wrong name that was found goes with the name of the same words, else with the first one it overlaps.
    """
    right = set(gold) & set(predicted)
    left, made = [span for span in gold if span not in right], []
    for span in sorted((one for one in predicted if one not in right), key=lambda one: one.start):
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
    bounds = Bounds.of([len(one.words) for one in test])
    if int(bounds.starts[-1]) != len(row.tags):
        raise BadInput("These are not the sentences that the probe was measured on.")
    entities = Entities.of(row.tags, bounds.firsts()).in_sentences(bounds)
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
    """(N,) the sentences' tags as positions among the labels."""
    number = {label: i for i, label in enumerate(labels)}
    return np.array([number[tag] for sentence in sentences for tag in sentence.tags], np.int64)
