"""Every figure that a model can be given, whatever it can do: what ``python -m embedlab evaluate`` measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from embedlab.analysis.evaluation import Evaluation, evaluate
from embedlab.analysis.language_evaluation import LanguageEvaluation, evaluate_language
from embedlab.analysis.polysemy import Separation, sense_separation
from embedlab.base import BadInput, ContextualModel, LanguageModel, Model, OnProgress, StaticModel
from embedlab.data.senses import load_senses


@dataclass(frozen=True, eq=False)
class Figures:
    """What was measured of one model; ``None`` for what it cannot do.

    Attributes:
        model: its title.
        vectors: benchmarks of a static model.
        senses: how well a contextual model tells the shipped words' senses apart, per layer.
        language: a language model's perplexity, or its guesses of hidden words, on a text.
    """

    model: str
    vectors: Evaluation | None = None
    senses: Separation | None = None
    language: LanguageEvaluation | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        found: dict[str, Any] = {"model": self.model}
        if self.vectors:
            found |= self.vectors.to_dict()
        if self.senses:
            one = self.senses
            found["senses"] = [
                {"layer": layer, "auc": float(auc), "low": float(low), "high": float(high)}
                for layer, auc, low, high in zip(one.layers, one.auc, one.low, one.high, strict=True)
            ]
        if self.language:
            found["language"] = self.language.to_dict()
        return found


def measure(model: Model, sentences: Sequence[str] = (), on_progress: OnProgress | None = None) -> Figures:
    """Measure everything that a model can do.

    Args:
        model: any.
        sentences: to measure a language model on, as they were written; none leaves that out.
        on_progress: told in each part by its own phase.

    Raises:
        BadInput: there is nothing to measure, or only on a text and none is given.
    """
    figures = Figures(
        model.title,
        evaluate(model, on_progress) if isinstance(model, StaticModel) else None,
        sense_separation(model, load_senses(), on_progress=on_progress) if isinstance(model, ContextualModel) else None,
        evaluate_language(model, sentences, on_progress) if isinstance(model, LanguageModel) and sentences else None,
    )
    if figures.vectors or figures.senses or figures.language:
        return figures
    raise BadInput(
        f"{model.title} has no word vectors to evaluate. A language model is measured on a text: give --corpus FILE."
        if isinstance(model, LanguageModel)
        else f"{model.title} has nothing that is measured here."
    )
