"""Results as lines of text, for the terminal."""

from __future__ import annotations

from embedlab.analysis.evaluation import Evaluation
from embedlab.analysis.language_evaluation import LanguageEvaluation
from embedlab.data.benchmarks import SIMILARITY_SETS


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
        bits = f", {one.bits_per_token:.3f} bits per character" if result.unit == "char" else ""
        lines.append(
            f"  {one.direction}: perplexity per word {one.perplexity:.1f}{bits} "
            f"({one.tokens:,} tokens, {one.unknown:,} of them unknown to it)"
        )
    if result.masked:
        found = result.masked
        lines.append(
            f"  masked words: {found.first:.1%} right at the first guess, {found.among:.1%} among the first {found.k} "
            f"(of {found.asked:,}; {found.skipped:,} sentences without a word of one piece)"
        )
    return "\n".join(lines)
