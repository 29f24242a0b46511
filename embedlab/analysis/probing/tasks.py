"""Tasks that say something about each of many words in their sentences: named entities, parts of speech, senses.

The control task: labels that mean nothing, and that a probe can only learn word by word.

Hewitt & Liang 2019, Designing and Interpreting Probes with Control Tasks (https://aclanthology.org/D19-1275/),
section 2: every word type gets one fixed label, drawn at random by how often each label occurs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from embedlab.base import BadInput, Ids
from embedlab.data.datasets import Occurrence
from embedlab.data.tag_schemes import is_tag
from embedlab.data.tagged import TaggedSentence, TaggedSet

Measure = Literal["F1", "accuracy"]
SENSES = "word senses"


@dataclass(frozen=True, eq=False)
class Part:
    """Words with their right answers.

    Attributes:
        sentences: S sentences.
        positions: (N, 2) sentence and position of each word that is asked about, in reading order.
        labels: (N,) the right answers, numbers among the task's labels.
        groups: (N,) which of the task's sets of candidates holds for each.
    """

    sentences: tuple[tuple[str, ...], ...]
    positions: Ids
    labels: Ids
    groups: Ids

    @property
    def forms(self) -> list[str]:
        """The N words as they are written."""
        return [self.sentences[sentence][at] for sentence, at in self.positions.tolist()]


@dataclass(frozen=True, eq=False)
class TokenTask:
    """What a probe has to learn.

    Attributes:
        name: for people.
        measure: "F1" of whole entities, or "accuracy": the share of words with the right answer.
        labels: C names of the answers; of entities as in ``TaggedSet.labels``.
        candidates: (G, C) which answers are possible: all for tags, the word's own senses for senses.
        train: to learn from.
        dev: to choose settings on.
        test: to measure on.
    """

    name: str
    measure: Measure
    labels: tuple[str, ...]
    candidates: NDArray[np.bool_]
    train: Part
    dev: Part
    test: Part


def from_tagged(data: TaggedSet, name: str) -> TokenTask:
    """Tags of all words; measured as entities if the tags are BIO, else word by word.

    Raises:
        BadInput: all words have one tag.
    """
    parts = (data.train, data.dev, data.test)
    tags = [tag for part in parts for sentence in part for tag in sentence.tags]
    labels = tuple(sorted(set(tags)))
    if len(labels) < 2:
        raise BadInput(f"All words of {name} have the same tag, {labels[0]}; there is nothing to learn.")
    measure: Measure = "F1" if all(is_tag(label) for label in labels) else "accuracy"
    if measure == "F1":
        labels = data.labels
    numbers = {label: number for number, label in enumerate(labels)}
    made = [_tagged_part(part, numbers) for part in parts]
    return TokenTask(name, measure, labels, np.ones((1, len(labels)), bool), *made)


def _tagged_part(sentences: Sequence[TaggedSentence], numbers: dict[str, int]) -> Part:
    positions = [(row, at) for row, sentence in enumerate(sentences) for at in range(len(sentence.words))]
    labels = [numbers[tag] for sentence in sentences for tag in sentence.tags]
    words = tuple(sentence.words for sentence in sentences)
    return Part(words, np.array(positions, np.int64), np.array(labels, np.int64), np.zeros(len(labels), np.int64))


def from_senses(senses: Sequence[Occurrence], seed: int = 1) -> TokenTask:
    """Which of its own senses a word has; the other words' senses are not to choose from.

    The sentences of every sense are dealt out at random: three of five to learn from, one to stop on, one to
    measure on. Senses with fewer than three sentences, and words left with one sense, are not asked about.

    Args:
        senses: occurrences, such as ``data.datasets.load_senses()``.
        seed: of the dealing.

    Raises:
        BadInput: no word has two senses with three sentences each.
    """
    rng = np.random.default_rng(seed)
    groups: dict[str, dict[str, list[Occurrence]]] = defaultdict(lambda: defaultdict(list))
    for one in senses:
        groups[one.word][one.sense].append(one)
    usable = {word: {sense: found for sense, found in own.items() if len(found) >= 3} for word, own in groups.items()}
    words = [word for word, own in usable.items() if len(own) > 1]
    if not words:
        raise BadInput("No word has two senses with three sentences each.")
    labels = [(word, sense) for word in words for sense in usable[word]]
    dealt: list[list[tuple[Occurrence, int, int]]] = [[], [], []]
    for label, (word, sense) in enumerate(labels):
        found = usable[word][sense]
        fifth = max(1, len(found) // 5)
        for rank, row in enumerate(rng.permutation(len(found)).tolist()):
            part = 2 if rank < fifth else 1 if rank < 2 * fifth else 0
            dealt[part].append((found[row], label, words.index(word)))
    candidates = np.array([[word == own for own, _ in labels] for word in words])
    parts = [_sense_part(rows) for rows in dealt]
    return TokenTask(SENSES, "accuracy", tuple(f"{w}: {s}" for w, s in labels), candidates, *parts)


def _sense_part(rows: Sequence[tuple[Occurrence, int, int]]) -> Part:
    return Part(
        tuple(one.words for one, _, _ in rows),
        np.array([(number, one.position) for number, (one, _, _) in enumerate(rows)], np.int64),
        np.array([label for _, label, _ in rows], np.int64),
        np.array([group for _, _, group in rows], np.int64),
    )


def commonest(task: TokenTask) -> Ids:
    """(N of test,) the guess without any vector: what each word form most often is in the training part.

    A form that is not there gets the commonest answer among its candidates. For senses this is the "first sense" of
    the literature, for tags the baseline of CoNLL.
    """
    of_form: dict[tuple[int, str], Counter[int]] = defaultdict(Counter)
    of_group: dict[int, Counter[int]] = defaultdict(Counter)
    train, test = task.train, task.test
    for group, form, label in zip(train.groups.tolist(), train.forms, train.labels.tolist(), strict=True):
        of_form[group, form][label] += 1
        of_group[group][label] += 1
    keys = zip(test.groups.tolist(), test.forms, strict=True)
    return np.array([(of_form.get(key) or of_group[key[0]]).most_common(1)[0][0] for key in keys], np.int64)


def control_labels(words: Sequence[str], frequencies: NDArray[np.number], seed: int = 1) -> Ids:
    """(N,) a label for each of N running words; the same word always has the same.

    Args:
        words: running words, in one go for all splits.
        frequencies: (K,) how often each label occurs; need not sum to 1.
        seed: of the drawing. A word's label depends on its position among the different words, too.
    """
    ids: dict[str, int] = {}
    rows = np.array([ids.setdefault(word, len(ids)) for word in words], np.int64)  # (N,)
    share = np.asarray(frequencies, float)
    drawn = np.random.default_rng(seed).choice(len(share), size=len(ids), p=share / share.sum())
    return np.asarray(drawn[rows], np.int64)
