"""Accuracy of BERT's two training tasks: guess a hidden word, and find the sentence that follows.

Taylor 1953, "Cloze Procedure": A New Tool for Measuring Readability; Devlin et al. 2019, BERT, section 3.1,
https://aclanthology.org/N19-1423/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedlab.base import BadInput, Floats, LanguageModel, MaskedModel, OnProgress, Progress


@dataclass(frozen=True)
class MaskedAccuracy:
    """How often the hidden word was guessed.

    Attributes:
        first: share of hidden words that are the model's first guess.
        among: share that are among its first ``k`` guesses.
        k: how many guesses count for ``among``.
        asked: hidden words.
        skipped: sentences without a word that is one piece of the model's vocabulary.
    """

    first: float
    among: float
    k: int
    asked: int
    skipped: int


def masked_accuracy(
    model: LanguageModel,
    sentences: Sequence[Sequence[str]],
    *,
    k: int = 5,
    seed: int = 1,
    on_progress: OnProgress | None = None,
) -> MaskedAccuracy:
    """Hide one word of every sentence, drawn at random, and let the model guess.

    Only words that the model has as one piece are hidden: it can answer with one piece only.

    Args:
        model: a model that fills gaps.
        sentences: as words; capitals as the model wants them.
        k: how many guesses count for ``among``.
        seed: which words are hidden.
        on_progress: told after every sentence.

    Raises:
        BadInput: the model does not fill gaps, or no sentence has a word that it has.
    """
    rows = {piece: i for i, piece in enumerate(model.vocabulary)}
    draw = np.random.default_rng(seed)
    ranks = []
    for number, sentence in enumerate(sentences):
        positions = [i for i, word in enumerate(sentence) if word in rows and any(map(str.isalnum, word))]
        if positions:
            position = int(draw.choice(positions))
            found = model.fill(sentence, position)  # (V,)
            ranks.append(int((found > found[rows[sentence[position]]]).sum()))
        if on_progress is not None:
            on_progress(Progress(number + 1, len(sentences), phase="masked words", unit="sentences"))
    if not ranks:
        raise BadInput(f"None of the {len(sentences)} sentences has a word that {model.title} has as one piece.")
    found_ranks = np.array(ranks)
    return MaskedAccuracy(
        float((found_ranks == 0).mean()), float((found_ranks < k).mean()), k, len(ranks), len(sentences) - len(ranks)
    )


APART = 0.05
"""Probabilities that differ by less say nothing about which sentence follows."""


@dataclass(frozen=True, eq=False)
class NextSentences:
    """Candidates for the sentence after one.

    Attributes:
        first: the words of the sentence before.
        seconds: the words of N candidates, in the order given.
        probabilities: (N,) that each follows the first; they are judged one by one and do not sum to 1.
        reversed: (N,) that the first follows each: what is left of the judgement when the order is wrong.
    """

    first: tuple[str, ...]
    seconds: tuple[tuple[str, ...], ...]
    probabilities: Floats
    reversed: Floats

    @property
    def told_apart(self) -> bool:
        """Whether the probabilities differ by so much that they say anything."""
        return bool(np.ptp(self.probabilities) >= APART)


def next_sentences(model: MaskedModel, first: Sequence[str], seconds: Sequence[Sequence[str]]) -> NextSentences:
    """The probability that each candidate follows a sentence, and that the sentence follows each.

    Args:
        model: a BERT with a head for next sentences.
        first: words of the sentence.
        seconds: words of each candidate.

    Raises:
        BadInput: a sentence is empty, or the model was not trained to predict whether sentences follow each other.
    """
    after = np.array([model.next_sentence(first, second) for second in seconds], np.float32)
    before = np.array([model.next_sentence(second, first) for second in seconds], np.float32)
    return NextSentences(tuple(first), tuple(map(tuple, seconds)), after, before)
