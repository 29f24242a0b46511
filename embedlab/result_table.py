"""Measured figures as a page of Markdown: who tells senses apart, who knows names, what tasks make of the layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from embedlab import result_mixes, result_names
from embedlab.analysis.like_occurrences import Like
from embedlab.mix_results import Mixes
from embedlab.results import Measurement, Result


@dataclass(frozen=True)
class Findings:
    """What the page is made of; all of it belongs to the models' weights of today.

    Attributes:
        command: that makes it.
        results: figures of the models, in the order of the road.
        likes: title of a model, and what it takes for like occurrences.
        probes: names found by probes, and whether it is by a BERT.
        mixes: learned weights of layers.
    """

    command: str
    results: Sequence[Result]
    likes: Sequence[tuple[str, Sequence[Like]]] = ()
    probes: Sequence[result_names.Found] = ()
    mixes: Sequence[Mixes] = field(default=())


def page(found: Findings) -> str:
    """The whole page."""
    results = found.results
    parts = [
        "# Results of the shipped models",
        "Made by\n\n```bash\n" + found.command + "\n```\n\nwhich measures every starter, trains its probes and "
        "learns the weights of its layers, keeps all that in `assets/results` with date, versions and a digest of the "
        "model's files, and writes this page. Probes and weights that are there for these very files are not computed "
        "again; figures of other files are never shown. TEXT is any text that no model was trained on; KNOWN and ASKED "
        "are pairs of sentences in WiC's layout.",
        "## Word senses",
        "**Senses**: AUC with which the similarity of two occurrences tells same from other sense on the shipped "
        "sentences (0.5 is chance; a model with one vector a word is at 0.5 by construction). **Pairs**: share of "
        "pairs of sentences told right by a threshold on the cosine. Both with 95 % intervals.",
        "\n".join(f"- {line}" for line in _said(results)),
        _layers(results),
        result_names.section(found.probes),
        result_mixes.section(found.mixes),
        "## What they cost",
        _costs(results),
        "## The best and the worst words",
        _words(results),
        "## What looks alike",
        _alike(found.likes),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _said(results: Sequence[Result]) -> list[str]:
    """Who tells senses apart, the best first, and who is not shown to."""
    tops = [(top, result) for result in results if (top := result.top("senses")) and top.low is not None]
    apart = sorted(
        ((top, result) for top, result in tops if top.low is not None and top.low > 0.5), key=lambda one: -one[0].value
    )
    lines = []
    if apart:
        ranked = "; ".join(f"{result.title} {top.value:.3f} ({top.layer})" for top, result in apart)
        lines.append(f"Better than chance, each at its best layer, the best first: {ranked}.")
        first, best = apart[0]
        if rivals := [
            result.title for top, result in apart[1:] if top.high is not None and top.high >= (first.low or 0)
        ]:
            lines.append(f"The intervals of {'; '.join(rivals)} reach into that of {best.title}.")
    if none := [result.title for top, result in tops if (top, result) not in apart]:
        lines.append(f"Not different from chance at any layer: {'; '.join(none)}.")
    return lines


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
