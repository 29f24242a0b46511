"""Names found from frozen vectors, as part of the page of results: a row a probe, the paper's column, the depth."""

from __future__ import annotations

import math
from collections.abc import Sequence

from embedlab.analysis.layer_strategies import PAPER
from embedlab.analysis.probe_result import LayerProbe, Row

Found = tuple[LayerProbe, bool]
"""A result, and whether the model is a BERT: only then the paper's column stands beside it."""


def section(found: Sequence[Found]) -> str:
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
        "\n".join(f"- {line}" for line in said([probe for probe, _ in found])),
        _table(found),
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


def said(probes: Sequence[LayerProbe]) -> list[str]:
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


def _table(found: Sequence[Found]) -> str:
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
