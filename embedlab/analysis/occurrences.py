"""Occurrences of a word in many sentences, its vector in each at every layer, and which occurrences are alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from embedlab.analysis.polysemy import cosines
from embedlab.base import BadInput, ContextualModel, Floats, OnProgress, Progress, StaticModel
from embedlab.base.folding import caseless, tidy
from embedlab.base.limits import Limits, met
from embedlab.base.static_as_contextual import as_contextual
from embedlab.data.datasets import AS_WRITTEN, Occurrence
from embedlab.data.inflections import positions
from embedlab.data.tokenizer import Tokenizer

SIDE = 30
"""Words on either side of an occurrence that are kept of a longer sentence."""


@dataclass(frozen=True)
class Written:
    """Sentences that somebody typed, one a line.

    Attributes:
        occurrences: the word in those that have it, in their order; the sense is what stands before "|", or "".
        without: the sentences that do not have the word.
        twice: sentences that were there already.
    """

    occurrences: tuple[Occurrence, ...]
    without: tuple[str, ...]
    twice: tuple[str, ...]


def written(word: str, text: str) -> Written:
    """Find a word, in any of its forms, in sentences of which there is one a line.

    "river | We sat on the bank." says which sense is meant. Of several positions in a sentence the first one of the
    given form counts (see ``data.inflections.positions``).
    """
    tokenizer = Tokenizer(AS_WRITTEN)
    found: dict[str, Occurrence] = {}
    without, twice = [], []
    for line in filter(None, map(str.strip, text.splitlines())):
        sense, bar, sentence = map(str.strip, line.rpartition("|"))
        if not sentence:
            sense, sentence = "", sense
        words = tuple(tokenizer.words(sentence))
        if sentence in found:
            twice.append(sentence)
        elif at := positions(word, words):
            found[sentence] = Occurrence(word, sense if bar else "", "", "", words, at[0], sentence)
        else:
            without.append(sentence)
    return Written(tuple(found.values()), tuple(without), tuple(twice))


@dataclass(frozen=True)
class Gathered:
    """Occurrences of a word in a text.

    Attributes:
        occurrences: those that are kept, in the text's order; they have no sense.
        found: how many there are in the whole text.
        sentences: sentences that were read.
    """

    occurrences: tuple[Occurrence, ...]
    found: int
    sentences: int


def gather(
    corpus: Iterable[Sequence[str]],
    word: str,
    *,
    most: int = 5000,
    inflected: bool = True,
    seed: int = 1,
    on_progress: OnProgress | None = None,
) -> Gathered:
    """All occurrences of a word in a text; if there are too many, some of them drawn at random.

    The draw is reservoir sampling (Vitter 1985, algorithm R): every occurrence has the same chance, and the text is
    read once. Of long sentences ``SIDE`` words on either side are kept.

    Args:
        corpus: sentences as words, such as a ``Corpus``; capitals and punctuation help contextual models.
        word: in any form; small letters and capitals count as equal.
        most: how many are kept.
        inflected: whether other forms of it count, too.
        seed: of the draw.
        on_progress: told of the sentences read (phase "reading").

    Raises:
        BadInput: there is no word, nothing or more than the limits allow may be kept, or the text does not have it.
    """
    word = tidy(word).strip()
    if not word or most < 1:
        raise BadInput("Give a word to look for, and keep at least one of its occurrences.")
    if most > (points := Limits.from_environment().points):
        raise BadInput(met("points", f"{most:,} occurrences are too many for one answer; at most {points:,} are kept."))
    rng, kept, found, number = np.random.default_rng(seed), dict[int, tuple[int, Occurrence]](), 0, 0
    for number, sentence in enumerate(corpus, start=1):
        if on_progress is not None and number % 1000 == 0:
            on_progress(Progress(number, number, phase="reading"))
        for at in sorted(positions(word, sentence)):
            if not inflected and caseless(sentence[at]) != caseless(word):
                continue
            slot = found if found < most else int(rng.integers(found + 1))
            if slot < most:
                kept[slot] = (found, _around(word, sentence, at))
            found += 1
    if not found:
        raise BadInput(f"The text does not have the word '{word}' ({number:,} sentences were read).")
    return Gathered(tuple(one for _, one in sorted(kept.values(), key=lambda pair: pair[0])), found, number)


def _around(word: str, sentence: Sequence[str], at: int) -> Occurrence:
    low = max(0, at - SIDE)
    words = tuple(sentence[low : at + SIDE + 1])
    return Occurrence(word, "", "", "", words, at - low, " ".join(words))


def vectors(
    model: ContextualModel | StaticModel,
    occurrences: Sequence[Occurrence],
    layers: Sequence[str] | None = None,
    on_progress: OnProgress | None = None,
) -> Floats:
    """(L, N, D) vectors of the marked words, at every layer that is asked for.

    Args:
        model: contextual; a static one has the same vector everywhere, and zeros for a word that it does not know.
        occurrences: N of them.
        layers: names; all of them if ``None``.
        on_progress: told how many words were read (phase "encoding").

    Raises:
        BadInput: there are no occurrences, or no such layer.
    """
    if not occurrences:
        raise BadInput("There is no sentence with the word.")
    words, at = [one.words for one in occurrences], [one.position for one in occurrences]
    return as_contextual(model).at_positions(words, at, layers, on_progress)


@dataclass(frozen=True)
class Near:
    """A like occurrence.

    Attributes:
        sense: the sense it was written for.
        sentence: as it was written.
        similarity: cosine, the mean vector of the word's occurrences taken out.
    """

    sense: str
    sentence: str
    similarity: float


@dataclass(frozen=True)
class Like:
    """An occurrence and those most like it.

    Attributes:
        layer: at which layer.
        word: the word.
        sense: the sense it was written for.
        sentence: as it was written.
        nearest: the most alike first.
    """

    layer: str
    word: str
    sense: str
    sentence: str
    nearest: tuple[Near, ...]


def like_occurrences(
    model: ContextualModel | StaticModel,
    word: str,
    senses: Sequence[Occurrence],
    layer: str,
    k: int = 3,
    *,
    on_progress: OnProgress | None = None,
) -> list[Like]:
    """The first occurrence of each sense of a word, and the k occurrences of any sense that are most like it.

    Args:
        model: contextual or static.
        word: one of the occurrences' words.
        senses: occurrences, such as ``data.datasets.load_senses()``.
        layer: one of the model's.
        k: how many.
        on_progress: told while sentences are read.

    Raises:
        BadInput: the word has no occurrences, or there is no such layer.
    """
    own = [one for one in senses if one.word == word]
    if not own:
        raise BadInput(f"There are no sentences with '{word}'.")
    (rows,) = vectors(model, own, [layer], on_progress).astype(np.float64)
    similarity = cosines(rows - rows.mean(axis=0))  # (N, N)
    names = [one.sense for one in own]
    return [
        Like(layer, word, sense, own[at].sentence, _nearest(own, similarity[at], at, k))
        for sense, at in ((sense, names.index(sense)) for sense in dict.fromkeys(names))
    ]


def _nearest(own: Sequence[Occurrence], similarity: np.ndarray, at: int, k: int) -> tuple[Near, ...]:
    order = [int(i) for i in np.argsort(-similarity, kind="stable") if i != at][:k]
    return tuple(Near(own[i].sense, own[i].sentence, float(similarity[i])) for i in order)
