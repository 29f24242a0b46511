"""Compare the perplexity of language models on one text, with units and unknown words made comparable.

The perplexity of N tokens with B bits of surprisal is 2^(B/N): the model is as unsure as between so many equally likely
tokens (Jelinek et al. 1977, https://doi.org/10.1121/1.2016299). It depends on what a token is and on which words are
unknown, so two figures can be compared only where both are the same. Hence words alone are counted here, also of models
that read punctuation marks as tokens (``model_text.counted``), and there is a second figure, over the words that every
model knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.model_text import word_count
from embedlab.analysis.surprisal import Surprisal, surprisal
from embedlab.base import BadInput, LanguageModel, OnProgress, Progress


@dataclass(frozen=True)
class Row:
    """One model's figures.

    Attributes:
        name: of the model.
        unit: what a token is.
        tokens: how many it predicted, ends of sentences (of lines, for characters) among them.
        unknown: how many of them it does not have; each is predicted as the one unknown word.
        bits: surprisal of all of them.
        words: how many words these are, ends counted: its own tokens without punctuation marks; for a model of
            characters the words that the usual tokenizer finds, and the ends.
        word_bits: surprisal of these words and ends.
        shared_bits: surprisal of the written words that every word model knows, without marks and ends.
        shared_words: how many those are; the same for all models.
    """

    name: str
    unit: Literal["word", "char", "wordpiece"]
    tokens: int
    unknown: int
    bits: float
    words: int
    word_bits: float
    shared_bits: float
    shared_words: int

    @property
    def perplexity(self) -> float:
        """Per word, with unknown words and ends counted as words, marks not: 2^(bits of the words / words)."""
        return _power(self.word_bits, self.words)

    @property
    def marks(self) -> int:
        """Punctuation marks among the tokens of a word model."""
        return self.tokens - self.words if self.unit != "char" else 0

    @property
    def bits_per_character(self) -> float | None:
        """For a model of characters."""
        return self.bits / self.tokens if self.unit == "char" else None

    @property
    def shared_perplexity(self) -> float:
        """Per word, over the words that every word model knows; nan if there are none."""
        return _power(self.shared_bits, self.shared_words)


@dataclass(frozen=True)
class Comparison:
    """Several models on the same sentences.

    Attributes:
        rows: one a model, in the order given.
        sentences: how many were scored, each by itself.
        words: words as written, between spaces.
        shared: how many of them every word model knows.
    """

    rows: tuple[Row, ...]
    sentences: int
    words: int
    shared: int


def compare(
    models: Mapping[str, LanguageModel], sentences: Sequence[str], on_progress: OnProgress | None = None
) -> Comparison:
    """Score the same sentences by several models.

    A word model with few words has an easy life: whatever it lacks is the one word ``UNKNOWN``, which is common and
    easy to guess. ``shared_perplexity`` therefore counts only written words whose every token is known to every word
    model given. Words before such a word may be unknown. A model that reads punctuation marks has them before the
    words, but guessing them counts nowhere. A model of characters, which knows all words, is measured on the same ones:
    on their letters and what comes right after.

    Args:
        models: name: any language model that reads forward.
        sentences: as they were written; those without a word are left out.
        on_progress: told about once a second.

    Raises:
        BadInput: there is no model or no sentence, or a model reads backward.
    """
    kept = [sentence for sentence in sentences if any(map(str.isalnum, sentence))]
    if not kept or not models:
        raise BadInput("Give at least one model and one sentence.")
    told, scored = monotonic(), {name: list[Surprisal]() for name in models}
    for number, (name, model) in enumerate(models.items()):
        for i, sentence in enumerate(kept):
            scored[name].append(surprisal(model, sentence))
            if on_progress and monotonic() - told >= 1:
                told = monotonic()
                on_progress(
                    Progress(number * len(kept) + i, len(models) * len(kept), phase="scoring", unit="sentences")
                )
    lengths = [len(sentence.split()) for sentence in kept]
    shared = [_shared([found[i] for found in scored.values()], size) for i, size in enumerate(lengths)]
    words, common = sum(lengths), sum(int(mask.sum()) for mask in shared)
    rows = tuple(_row(name, models[name], kept, scored[name], shared) for name in models)
    return Comparison(rows, len(kept), words, common)


def _shared(found: Sequence[Surprisal], size: int) -> NDArray[np.bool_]:
    """(N,) which written words of a sentence every word model knows."""
    mask = np.ones(size, np.bool_)
    for one in found:
        if one.unit != "char":
            mask &= (one.word_tokens[:size] > 0) & (one.word_unknown[:size] == 0)
    return mask


def _row(
    name: str,
    model: LanguageModel,
    sentences: Sequence[str],
    found: Sequence[Surprisal],
    shared: Sequence[NDArray[np.bool_]],
) -> Row:
    words = sum(int(one.word_tokens.sum()) for one in found)
    spaced = found
    if model.unit == "char":
        words = sum(map(word_count, sentences))
        spaced = [surprisal(model, sentence, end=False) for sentence in sentences]  # a space after the last word, too
    return Row(
        name=name,
        unit=model.unit,
        tokens=sum(int(one.tokens.sum()) for one in found),
        unknown=sum(int(one.unknown.sum()) for one in found),
        bits=sum(one.total for one in found),
        words=words,
        word_bits=sum(float(one.word_bits.sum()) for one in found),
        shared_bits=sum(float(one.word_bits[: len(m)][m].sum()) for one, m in zip(spaced, shared, strict=True)),
        shared_words=sum(int(mask.sum()) for mask in shared),
    )


def _power(bits: float, words: int) -> float:
    if not words:
        return float("nan")
    return float(np.exp2(bits / words))
