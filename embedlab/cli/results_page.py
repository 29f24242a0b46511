"""Write measured figures as a Markdown page (assets/help/results.md): senses, names, layer weights.

One table each: how well senses are told apart; names found by probes, beside the figures of the BERT paper, with the
depth; the weights that tasks give to a model's layers, and what they gain.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from embedlab.analysis.occurrences import Like
from embedlab.analysis.probing.results import LayerProbe, Row
from embedlab.analysis.probing.sources import PAPER
from embedlab.analysis.scalar_mix import Difference, MixFit, difference
from embedlab.jobs.kinds.layer_weights import Mixes
from embedlab.workflows.measurements import Measurement, Result

Found = tuple[LayerProbe, bool]
"""A result, and whether the model is a BERT: only then the paper's column stands beside it."""


def name_section(found: Sequence[Found]) -> str:
    """The table of names, what it says, and where in the models names are found; empty without results."""
    if not found:
        return ""
    first = found[0][0]
    parts = [
        "## Names",
        f"A linear probe on frozen vectors learns from {first.words[0]:,} words to tag people, places, organisations "
        f"and other names, and is measured on the {first.entities[2]:,} names of {first.sentences[2]:,} other "
        "sentences (`assets/sentences/ner.conll`). **F1** of whole names in per cent with its 95 % interval (sentences "
        "drawn). **Control** is the accuracy of the same probe on meaningless labels, **selectivity** the accuracy on "
        "the true tags less that: below zero, the vectors say above all which word it is. Two names with = between are "
        "one probe.",
        "\n".join(f"- {line}" for line in name_findings([probe for probe, _ in found])),
        _name_table(found),
        "The paper's column (Devlin et al. 2019, table 7) is not the same measurement, so compare the order of its "
        "rows and not their height: BERT base has 12 blocks of 768 and has read 3.3 billion words, a BiLSTM of two "
        "layers lies on its vectors, CoNLL-2003 gives it 203,621 words to learn from, and its dev sentences are what "
        "is measured. Its mix of all leaves the embeddings out.",
    ]
    if deep := [probe for probe, _ in found if probe.depth]:
        parts += [
            "### At which layer",
            "Layers are counted from 0, the input. **Weights** are those of the learned mix of all layers, the "
            "**centre of gravity** their mean layer; the **expected layer** is the mean layer of what each further one "
            "adds (Tenney et al. 2019; for BERT large and names they found 13.16 and 4.64 of 24). One seed.",
            _depths(deep),
        ]
    return "\n\n".join(parts)


def name_findings(probes: Sequence[LayerProbe]) -> list[str]:
    """Who finds names best, and who is not shown to beat a list of words."""
    ranked = sorted(((best(probe), probe) for probe in probes), key=lambda one: -one[0].f1)
    lines = [
        "Each model's best probe, chosen by the very figures that are shown: "
        + "; ".join(f"{probe.model} {100 * row.f1:.1f} ({row.strategy})" for row, probe in ranked)
        + "."
    ]
    lookup, chance = probes[0].lookup, probes[0].chance
    text = f"A list of the words seen in training gets {100 * lookup:.1f}, chance {100 * chance:.1f}."
    if poor := [probe.model for row, probe in ranked if row.low <= lookup]:
        text += f" Not shown to be better than that list: {'; '.join(poor)}."
    lines.append(text)
    best_row, best_probe = ranked[0]
    if rivals := [probe.model for row, probe in ranked[1:] if row.high >= best_row.low]:
        lines.append(f"The intervals of {'; '.join(rivals)} reach into that of {best_probe.model}.")
    selective = [(row, probe) for probe in probes for row in probe.rows if row.selectivity_low > 0]
    if selective:
        row, probe = max(selective, key=lambda one: one[0].selectivity)
        lines.append(
            f"Most selective: {probe.model}, {row.strategy}, {_points(row.selectivity)} points "
            f"({_points(row.selectivity_low)} to {_points(row.selectivity_high)})."
        )
    else:
        lines.append("No probe's selectivity is above zero for certain: nonsense is learned as well as tags.")
    return lines


def best(probe: LayerProbe) -> Row:
    """The row with the highest F1."""
    return max(probe.rows, key=lambda row: row.f1)


def _name_table(found: Sequence[Found]) -> str:
    rows = ["| model | read by the probe | F1 | control | selectivity | BERT's paper |", "|---" * 6 + "|"]
    for probe, bert in found:
        for names, row in _merged(probe):
            paper = ", ".join(f"{PAPER[name]:.1f}" for name in names if bert and name in PAPER) or "–"
            rows.append(
                f"| {probe.model} | {' = '.join(names)} | {100 * row.f1:.1f} ({100 * row.low:.1f} to "
                f"{100 * row.high:.1f}) | {100 * row.control:.1f} | {_points(row.selectivity)} "
                f"({_points(row.selectivity_low)} to {_points(row.selectivity_high)}) | {paper} |"
            )
    return "\n".join(rows)


def _merged(probe: LayerProbe) -> list[tuple[list[str], Row]]:
    """The rows, those of one probe under all its names."""
    found: dict[tuple[str, tuple[str, ...]], tuple[list[str], Row]] = {}
    for row in probe.rows:
        found.setdefault((row.kind, row.layers), ([], row))[0].append(row.strategy)
    return list(found.values())


def _depths(probes: Sequence[LayerProbe]) -> str:
    rows = ["| model | weights | centre of gravity | an even mix | expected layer |", "|---" * 5 + "|"]
    for probe in probes:
        depth = probe.depth
        if depth:
            weights = ", ".join(
                f"{layer} {share:.2f}" for layer, share in zip(probe.layers, depth.weights, strict=True)
            )
            expected = "none: no layer adds anything for certain"
            if not math.isnan(depth.expected_layer):
                expected = f"{depth.expected_layer:.2f} ({depth.low:.2f} to {depth.high:.2f})".replace("-", "−")
            even = (len(probe.layers) - 1) / 2
            rows.append(f"| {probe.model} | {weights} | {depth.centre_of_gravity:.2f} | {even:.2f} | {expected} |")
    return "\n".join(rows)


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "−")


STRENGTHS = (1.0, 0.01, 0.001)
"""Of the penalty: weights held together, half free, free."""


def mix_section(mixes: Sequence[Mixes]) -> str:
    """The tables, and what they say; empty without results."""
    if not mixes:
        return ""
    parts = [
        "## What each layer counts for",
        "A task learns a weight for each layer together with a linear probe (Peters et al. 2018, equation 1), each "
        "value of a layer brought to mean 0 and variance 1 before; **λ** holds the weights together. **Weights** and "
        "**γ**: mean over the seeds, lowest to highest seed in brackets. **Score**: F1 of whole names, or the share of "
        "words whose sense is right, with its 95 % interval (test sentences drawn); **gain**: what it is above equal "
        "weights, on the same sentences.",
        "\n".join(f"- {line}" for line in mix_findings(mixes)),
    ]
    for task in dict.fromkeys(name for one in mixes for name, _ in one.tasks):
        parts += [f"### {task.capitalize()}", _mix_table(task, mixes)]
    return "\n\n".join(parts)


def mix_findings(mixes: Sequence[Mixes]) -> list[str]:
    """Which layer each task wants, and whether learned weights bring anything."""
    return [f"{one.title}, {task}: {_about(fits)}" for one in mixes for task, fits in one.tasks]


def _about(fits: Sequence[MixFit]) -> str:
    free, same = learned(fits, min(STRENGTHS)), next(fit for fit in fits if fit.kind == "equal")
    mean = free.weights.mean(axis=0)
    top = int(mean.argmax())
    ends = f"{free.weights[:, top].min():.2f} to {free.weights[:, top].max():.2f} over {len(free.seeds)} seeds"
    gain = difference(free, same)
    better = "better" if gain.value > 0 else "worse"
    text = f"most weight for {free.layers[top]}, {mean[top]:.2f} ({ends}; equal would be {1 / len(free.layers):.2f}); "
    text += f"clearly {better} than equal weights" if gain.clear else "no clear difference from equal weights"
    alone = max((fit for fit in fits if fit.kind == "layer"), key=lambda fit: fit.mean)
    against = difference(free, alone)
    text += f", and {'clearly ' + ('better' if against.value > 0 else 'worse') if against.clear else 'no clear gain'} "
    text += f"beside its best single layer, {alone.name} ({alone.mean:.3f})"
    if (both := next((fit for fit in fits if fit.kind == "beside"), None)) and difference(both, free).clear:
        text += f"; {both.name} beside it {'helps' if both.mean > free.mean else 'harms'} ({both.mean:.3f})"
    return f"{text}. Without any vector: {free.baseline:.3f}."


def learned(fits: Sequence[MixFit], l2: float) -> MixFit:
    """The weights learned at the strength nearest to this one."""
    return min((fit for fit in fits if fit.kind == "learned"), key=lambda fit: abs(fit.l2 - l2))


def _mix_table(task: str, mixes: Sequence[Mixes]) -> str:
    rows = ["| model | way | weights | γ | score | gain |", "|---" * 6 + "|"]
    for one in mixes:
        for fits in (fits for name, fits in one.tasks if name == task):
            same = next(fit for fit in fits if fit.kind == "equal")
            for way, fit in _ways(fits):
                gain = "–" if fit is same else _gain(difference(fit, same))
                weights = _weights(fit) if fit.kind in ("learned", "beside") else "–"
                factor = _spread(fit.gamma.tolist())
                score = f"{fit.mean:.3f} ({fit.low:.3f} to {fit.high:.3f})"
                rows.append(f"| {one.title} | {way} | {weights} | {factor} | {score} | {gain} |")
    return "\n".join(rows)


def _ways(fits: Sequence[MixFit]) -> list[tuple[str, MixFit]]:
    rows = [(f"learned, λ = {l2:g}", learned(fits, l2)) for l2 in STRENGTHS]
    names = {"equal": "equal weights", "layer": "only {}", "static": "only {}", "beside": "learned, with {}"}
    return rows + [(names[fit.kind].format(fit.name), fit) for kind in names for fit in fits if fit.kind == kind]


def _weights(fit: MixFit) -> str:
    columns = zip(fit.layers, fit.weights.T.tolist(), strict=True)
    return ", ".join(f"{layer} {_spread(column)}" for layer, column in columns)


def _spread(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def _gain(gap: Difference) -> str:
    value, low, high = (f"{round(one, 3) + 0.0:+.3f}".replace("-", "−") for one in (gap.value, gap.low, gap.high))
    return f"{value} ({low} to {high}){'' if gap.clear else ', not clear'}"


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
    probes: Sequence[Found] = ()
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
        name_section(found.probes),
        mix_section(found.mixes),
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
