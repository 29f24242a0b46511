"""Every figure of a language model on a text: perplexity in each direction, or how often it fills a gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from embedlab.analysis.masked_words import MaskedAccuracy, masked_accuracy
from embedlab.analysis.model_text import beginning, tokenizer
from embedlab.base import END, BadInput, LanguageModel, OnProgress, Progress


@dataclass(frozen=True)
class DirectionScore:
    """What a model says of a text, read in one direction, sentence by sentence.

    Attributes:
        direction: "forward" or "backward".
        tokens: how many it predicted: words or characters, and an end for every sentence.
        unknown: how many of them it does not have.
        words: written words, and an end for every sentence.
        bits: of all tokens together.
    """

    direction: Literal["forward", "backward"]
    tokens: int
    unknown: int
    words: int
    bits: float

    @property
    def perplexity(self) -> float:
        """Per word, 2^(bits / words), whatever the unit: unknown words are predicted as the one unknown word."""
        return float(np.exp2(self.bits / self.words))

    @property
    def bits_per_token(self) -> float:
        """Per character for a model of characters."""
        return self.bits / self.tokens


@dataclass(frozen=True)
class LanguageEvaluation:
    """All figures of a language model on a text.

    Attributes:
        model: its title.
        unit: what a token is.
        sentences: how many were read.
        scores: one a direction that it reads; none for a model that fills gaps.
        masked: how often it fills a gap right; ``None`` for a model that does not.
    """

    model: str
    unit: str
    sentences: int
    scores: tuple[DirectionScore, ...]
    masked: MaskedAccuracy | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        scores = [
            asdict(one) | {"perplexity": one.perplexity, "bits_per_token": one.bits_per_token} for one in self.scores
        ]
        masked = None if self.masked is None else asdict(self.masked)
        return {
            "model": self.model, "unit": self.unit, "sentences": self.sentences, "scores": scores, "masked": masked,
        }  # fmt: skip


def evaluate_language(
    model: LanguageModel, sentences: Sequence[str], on_progress: OnProgress | None = None
) -> LanguageEvaluation:
    """Measure a language model on sentences, each read by itself.

    Args:
        model: any; one that offers ``forward`` and ``backward`` models is measured in both directions.
        sentences: as they were written; those without a word are left out.
        on_progress: told after every sentence.

    Raises:
        BadInput: there is no sentence.
    """
    kept = [sentence for sentence in sentences if any(map(str.isalnum, sentence))]
    if not kept:
        raise BadInput("There is no sentence to measure on.")
    if model.direction == "both":
        cut = tokenizer(model)
        masked = masked_accuracy(model, [cut.words(sentence) for sentence in kept], on_progress=on_progress)
        return LanguageEvaluation(model.title, model.unit, len(kept), (), masked)
    models = [getattr(model, "forward", model), getattr(model, "backward", None)]
    scores = tuple(_score(one, kept, on_progress) for one in models if isinstance(one, LanguageModel))
    return LanguageEvaluation(model.title, model.unit, len(kept), scores)


def _score(model: LanguageModel, sentences: Sequence[str], on_progress: OnProgress | None) -> DirectionScore:
    known, backward = {*model.vocabulary, END}, model.direction == "backward"
    bits, tokens, unknown, words = 0.0, 0, 0, 0
    for number, sentence in enumerate(sentences):
        read = [token for token in beginning(model, sentence) if token != END]
        scores = model.score([END, *read] if backward else [*read, END])  # (T,)
        bits -= float(scores.sum(dtype=np.float64)) / np.log(2)
        tokens += len(scores)
        unknown += sum(token not in known for token in read)
        words += 1 + (len(sentence.split()) if model.unit == "char" else len(read))
        if on_progress is not None:
            phase = "backward" if backward else "forward"
            on_progress(Progress(number + 1, len(sentences), phase=phase, unit="sentences"))
    return DirectionScore("backward" if backward else "forward", tokens, unknown, words, bits)
