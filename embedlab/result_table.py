"""Measured figures as a page of Markdown: which model tells senses apart, and by how much."""

from __future__ import annotations

from collections.abc import Sequence

from embedlab.analysis.like_occurrences import Like
from embedlab.results import Measurement, Result

COMMAND = "python -m embedlab results --corpus TEXT --pairs KNOWN ASKED --table FILE"


def page(results: Sequence[Result], likes: Sequence[tuple[str, Sequence[Like]]]) -> str:
    """The whole page.

    Args:
        results: of the models, in the order of the road.
        likes: title of a model, and what it takes for like occurrences.
    """
    parts = [
        "# What each starter knows of senses",
        f"Made by `{COMMAND}`. **Senses**: AUC with which the similarity of two occurrences tells same from other "
        "sense on the shipped sentences (0.5 is chance; a model with one vector a word is at 0.5 by construction). "
        "**Pairs**: share of pairs of sentences told right by a threshold on the cosine. Both with 95 % intervals.",
        _layers(results),
        "## What they cost",
        _costs(results),
        "## The best and the worst words",
        _words(results),
        "## What looks alike",
        _alike(likes),
    ]
    return "\n\n".join(parts) + "\n"


def _layers(results: Sequence[Result]) -> str:
    rows = ["| model | layer | senses | pairs |", "|---|---|---|---|"]
    for result in results:
        pairs = {one.layer: one for one in result.measurements if one.name == "pairs"}
        senses = [one for one in result.measurements if one.name == "senses"]
        rows += [f"| {result.title} | {one.layer} | {_span(one)} | {_span(pairs.get(one.layer))} |" for one in senses]
    return "\n".join(rows)


def _costs(results: Sequence[Result]) -> str:
    names = "model", "on unseen text", "hidden words: first, of five", "running words", "hours", "parameters", "MB"
    rows = [f"| {' | '.join((*names, 'words a second'))} |", "|---" * 8 + "|"]
    for result in results:
        guesses = [result.top(name) for name in ("masked", "masked5")]
        hidden = ", ".join(f"{one.value:.1%}" for one in guesses if one) or "–"
        speed = f"{result.words_per_second:,.0f}" if result.words_per_second else "–"
        rows.append(
            f"| {result.title} | {_unseen(result)} | {hidden} | {result.tokens:,} | {result.seconds / 3600:.2f} | "
            f"{result.parameters:,} | {result.size / 1e6:.1f} | {speed} |"
        )
    return "\n".join(rows)


def _unseen(result: Result) -> str:
    said = [f"{one.value:.1f} a word {one.layer}" for one in result.measurements if one.name == "perplexity"]
    said += [f"{one.value:.3f} bits {one.layer}" for one in result.measurements if one.name == "bits"]
    return ", ".join(said) or "–"


def _words(results: Sequence[Result]) -> str:
    rows = ["| model | told apart best | told apart worst |", "|---|---|---|"]
    for result in results:
        top = result.top("senses")
        if top and top.value > 0.5:
            best, worst = (", ".join(f"{word} {auc:.2f}" for word, auc in some) for some in (result.best, result.worst))
            rows.append(f"| {result.title}, {top.layer} | {best} | {worst} |")
    return "\n".join(rows)


def _alike(likes: Sequence[tuple[str, Sequence[Like]]]) -> str:
    parts = []
    for title, found in likes:
        for like in found:
            lines = [f"**{title}, {like.layer}**, {like.word} ({like.sense}): {like.sentence}"]
            lines += [f"- {near.similarity:.2f} ({near.sense}) {near.sentence}" for near in like.nearest]
            parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _span(one: Measurement | None) -> str:
    return "–" if one is None else f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"
