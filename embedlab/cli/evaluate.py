"""Format evaluation results as lines of text for the terminal."""

from __future__ import annotations

import numpy as np

from embedlab.analysis.evaluation import Evaluation, LanguageEvaluation
from embedlab.analysis.polysemy import Separation
from embedlab.analysis.word_in_context import PairAccuracy
from embedlab.data.benchmarks import SIMILARITY_SETS
from embedlab.workflows.evaluate import Figures


def everything(figures: Figures) -> str:
    """All figures of a model as lines of text."""
    parts = []
    if figures.vectors:
        parts.append(vectors(figures.vectors))
    if figures.senses:
        parts.append(senses(figures.model, figures.senses))
    if figures.pairs:
        parts.append(pairs(figures.model, figures.pairs))
    if figures.language:
        parts.append(language(figures.language))
    return "\n".join(parts)


def senses(model: str, separation: Separation) -> str:
    """How well each layer tells senses apart, and which words best and worst."""
    count = sum(word.occurrences for word in separation.words)
    lines = [
        f"{model}: senses of {len(separation.words)} words in {count:,} sentences told apart, AUC (0.5 is chance) with "
        "its 95 % interval"
    ]
    lines += [
        f"  {layer:12} {auc:.3f} ({low:.3f} to {high:.3f})"
        for layer, auc, low, high in zip(
            separation.layers, separation.auc, separation.low, separation.high, strict=True
        )
    ]
    best = int(np.argmax(separation.auc))
    words = sorted(separation.words, key=lambda word: -word.auc[best])
    for name, some in (("best", words[:5]), ("worst", words[-5:])):
        lines.append(
            f"  {name} at {separation.layers[best]}: " + ", ".join(f"{w.word} {w.auc[best]:.2f}" for w in some)
        )
    return "\n".join(lines)


def pairs(model: str, accuracy: PairAccuracy) -> str:
    """How often each layer tells whether a word means the same in two sentences."""
    lines = [
        f"{model}: one sense or two, told right by a threshold on the cosine, of {accuracy.pairs:,} pairs "
        f"({accuracy.chance:.1%} by always saying the same), with the 95 % interval"
    ]
    lines += [
        f"  {layer:12} {share:.1%} ({low:.1%} to {high:.1%})"
        for layer, share, low, high in zip(accuracy.layers, accuracy.accuracy, accuracy.low, accuracy.high, strict=True)
    ]
    return "\n".join(lines)


def vectors(result: Evaluation) -> str:
    """The figures of an evaluation as lines of text."""
    google = result.google
    lines = [
        f"{result.model}: {result.words:,} words, {result.dim} dimensions",
        f"Google analogies among the {google.restrict:,} commonest words: {google.total:.1%} of {google.asked:,} "
        f"questions (semantic {google.semantic:.1%}, syntactic {google.syntactic:.1%}; {google.skipped:,} skipped)",
    ]
    lines += [f"  {item.name:28} {item.accuracy:6.1%} of {item.asked}" for item in google.by_category]
    lines += [
        f"{SIMILARITY_SETS[item.name][1]}: Spearman {item.spearman:.3f}, {item.covered:.0%} of {item.pairs} pairs known"
        for item in result.similarity
    ]
    if result.queen:
        lines.append(f"king - man + woman: queen is number {result.queen.rank} of {', '.join(result.queen.top)}")
    return "\n".join(lines)


def language(result: LanguageEvaluation) -> str:
    """The figures of a language model as lines of text."""
    lines = [f"{result.model}: {result.sentences:,} sentences, each read by itself; its unit is the {result.unit}"]
    for one in result.scores:
        more = f", {one.bits_per_token:.3f} bits per character" if result.unit == "char" else ""
        if result.unit != "char" and one.tokens > one.words:
            more = f", punctuation marks left out; {2**one.bits_per_token:.1f} per token with them"
        lines.append(
            f"  {one.direction}: perplexity per word {one.perplexity:.1f}{more} "
            f"({one.tokens:,} tokens, {one.unknown:,} of them unknown to it)"
        )
    if result.masked:
        found = result.masked
        lines.append(
            f"  masked words: {found.first:.1%} right at the first guess, {found.among:.1%} among the first {found.k} "
            f"(of {found.asked:,}; {found.skipped:,} sentences without a word of one piece)"
        )
    return "\n".join(lines)
