"""Measure everything that a model can be measured on: ``python -m embedlab evaluate``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from embedlab.analysis.evaluation import Evaluation, LanguageEvaluation, evaluate, evaluate_language
from embedlab.analysis.polysemy import Separation, sense_separation
from embedlab.analysis.word_in_context import PairAccuracy, word_in_context
from embedlab.base import BadInput, ContextualModel, LanguageModel, Model, OnProgress, StaticModel
from embedlab.data.benchmarks import WordPair
from embedlab.data.datasets import load_senses
from embedlab.store import vectors


@dataclass(frozen=True)
class Texts:
    """Texts to measure a model on, beside the benchmarks and sentences that are shipped.

    Attributes:
        sentences: sentences as they were written, for language models; may be empty.
        known: pairs of sentences for choosing thresholds.
        test: pairs of sentences for measuring; may be empty.
    """

    sentences: tuple[str, ...] = ()
    known: tuple[WordPair, ...] = ()
    test: tuple[WordPair, ...] = ()


@dataclass(frozen=True, eq=False)
class Figures:
    """Measured figures of one model; ``None`` for what it cannot do.

    Attributes:
        model: its title.
        vectors: benchmarks of a static model.
        senses: how well a contextual model tells the shipped words' senses apart, per layer.
        pairs: how often it tells whether a word means the same in two sentences, per layer.
        language: a language model's perplexity, or its guesses of hidden words, on a text.
    """

    model: str
    vectors: Evaluation | None = None
    senses: Separation | None = None
    pairs: PairAccuracy | None = None
    language: LanguageEvaluation | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        result: dict[str, Any] = {"model": self.model}
        if self.vectors:
            result |= self.vectors.to_dict()
        if self.senses:
            one = self.senses
            result["senses"] = [
                {"layer": layer, "auc": float(auc), "low": float(low), "high": float(high)}
                for layer, auc, low, high in zip(one.layers, one.auc, one.low, one.high, strict=True)
            ]
        if self.pairs:
            two = self.pairs
            result["pairs"] = [
                {"layer": layer, "accuracy": float(share), "low": float(low), "high": float(high)}
                for layer, share, low, high in zip(two.layers, two.accuracy, two.low, two.high, strict=True)
            ]
        if self.language:
            result["language"] = self.language.to_dict()
        return result


def measure(
    model: Model, texts: Texts | None = None, on_progress: OnProgress | None = None, *, lift: bool = False
) -> Figures:
    """Measure everything that a model can do.

    Args:
        model: any.
        texts: what else to measure on.
        on_progress: called in each part, with a phase of its own.
        lift: also measure a static model as a contextual one, so that it appears in the same table.

    Raises:
        BadInput: there is nothing to measure, or the model can only be measured on a text and none is given.
    """
    texts = texts or Texts()
    figures = Figures(model.title)
    if isinstance(model, StaticModel):
        figures = replace(figures, vectors=evaluate(model, on_progress))
    if isinstance(model, ContextualModel) or (lift and isinstance(model, StaticModel)):
        contextual = vectors.cached(model)
        figures = replace(figures, senses=sense_separation(contextual, load_senses(), on_progress=on_progress))
        if texts.test:
            figures = replace(
                figures, pairs=word_in_context(contextual, texts.known, texts.test, on_progress=on_progress)
            )
    if isinstance(model, LanguageModel) and texts.sentences:
        figures = replace(figures, language=evaluate_language(model, texts.sentences, on_progress))
    if figures.vectors or figures.senses or figures.language:
        return figures
    raise BadInput(
        f"{model.title} has no word vectors to evaluate. A language model is measured on a text: give --corpus FILE."
        if isinstance(model, LanguageModel)
        else f"{model.title} has nothing that is measured here."
    )
