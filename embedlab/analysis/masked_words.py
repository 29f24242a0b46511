"""How often a model guesses a hidden word of a sentence: the task that BERT is trained on, asked word by word.

Taylor 1953, "Cloze Procedure": A New Tool for Measuring Readability; Devlin et al. 2019, section 3.1,
https://aclanthology.org/N19-1423/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedlab.base import BadInput, LanguageModel, OnProgress, Progress


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
        places = [i for i, word in enumerate(sentence) if word in rows and any(map(str.isalnum, word))]
        if places:
            place = int(draw.choice(places))
            found = model.fill(sentence, place)  # (V,)
            ranks.append(int((found > found[rows[sentence[place]]]).sum()))
        if on_progress is not None:
            on_progress(Progress(number + 1, len(sentences), phase="masked words", unit="sentences"))
    if not ranks:
        raise BadInput(f"None of the {len(sentences)} sentences has a word that {model.title} has as one piece.")
    found_ranks = np.array(ranks)
    return MaskedAccuracy(
        float((found_ranks == 0).mean()), float((found_ranks < k).mean()), k, len(ranks), len(sentences) - len(ranks)
    )
