"""Polysemy page: the result in sentences, the table and the code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from embedlab.analysis.clusters import agreement
from embedlab.plots import senses
from embedlab.plots.senses import Named
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import models
from embedlab.ui.inputs import marked
from embedlab.ui.views.polysemy.controls import Choices, moved
from embedlab.ui.views.polysemy.results import Reading

COUNTS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
CLEAR, FAIR = 0.9, 0.7
"""AUC from which senses are called separated, and separated in part."""


def layer_of(reading: Reading, layers: Mapping[str, str]) -> str:
    """The layer that is shown: the chosen one, else the usual one."""
    chosen = layers.get(reading.spec.key, "")
    return chosen if chosen in reading.layers else models.usual_layer(reading.layers)


def short(spec: ModelSpec) -> str:
    """A title for a narrow column: the family's name for starters."""
    return SHORT.get(spec.key, spec.title) if spec.source == "starter" else spec.title


SHORT = {
    "nnlm": "NNLM", "cw": "C & W", "cbow": "CBOW", "word2vec": "word2vec", "lstm": "LSTM", "elmo": "ELMo",
    "flair": "Flair", "bert": "BERT",
}  # fmt: skip
"""Short names of starters."""


def lines(readings: Mapping[str, Reading], layers: Mapping[str, str]) -> list[str]:
    """The result of each model in a sentence; models with the same result share one."""
    sentences: dict[str, list[str]] = {}
    for one in readings.values():
        layer = layer_of(one, layers)
        named = f"**{md(short(one.spec))}**" + ("" if one.static else f" {md(models.layer_title(layer))}")
        sentences.setdefault(sentence(one, layer), []).append(named)
    return [_joined(names) + (text if len(names) == 1 else _plural(text)) for text, names in sentences.items()]


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _plural(text: str) -> str:
    text = text.replace(" It cannot tell", " They cannot tell").replace("all its vectors", "all their vectors")
    for one, many in ((" gives one vector", " each give one vector"), (" does not know", " do not know")):
        text = text.replace(one, many, 1) if text.startswith(one) else text
    return text


def sentence(reading: Reading, layer: str) -> str:
    """The result of one layer in a sentence, without the model's name."""
    choices, at = reading.choices, reading.layers.index(layer)
    forms = {one.form for one in choices.occurrences}
    rows = reading.at(layer)
    if not rows.any():
        return f" does not know “{md(choices.word, 40)}”: all its vectors here are zeros."
    chance = " It cannot tell the senses apart: AUC 0.50, exactly chance." if reading.scores else ""
    if reading.static and len(forms) > 1:
        missing = "" if rows.any(axis=1).all() else " (zeros for a form that it does not know)"
        return f" gives one vector to each form ({_some(forms)}){missing}, whatever the sentence says.{chance}"
    low, high = senses.bounds(reading.similarity(layer))
    if low > 1 - 1e-4:
        return f" gives one vector, so every similarity is 1.{chance}"
    spread = f" Similarities reach from {_number(low)} to {_number(high)}."
    if reading.scores is None:
        sizes = np.bincount(reading.groups(layer, "kmeans", 2)).tolist()
        return f": k-means finds groups of {_joined([str(size) for size in sizes])} sentences.{spread}"
    auc, least, most = (values[at] for values in (reading.scores.auc, reading.scores.low, reading.scores.high))
    count = len({one.sense for one in choices.occurrences})
    the_senses = f"the {COUNTS.get(count, str(count))} senses"
    interval = f"AUC {auc:.2f} (95 % interval {least:.2f} to {most:.2f})"
    if least <= 0.5 <= most:
        return f" does not tell {the_senses} apart better than chance: {interval}.{spread}"
    if auc < 0.5:
        return f" groups the sentences by something else than {the_senses}: {interval}, below chance.{spread}"
    how = "separates" if auc >= CLEAR else "separates in part" if auc >= FAIR else "hardly separates"
    return f" {how} {the_senses} with {interval}.{spread}"


def _some(forms: set[str]) -> str:
    names = sorted(forms)
    return ", ".join(md(name, 20) for name in names[:4]) + (", …" if len(names) > 4 else "")


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def agreed(reading: Reading, groups: Named, sorter: str) -> str:
    """The groups, and whether they agree with the senses, in a sentence or two of Markdown."""
    count, out = len(set(groups.labels[groups.labels >= 0].tolist())), int((groups.labels < 0).sum())
    text = f"{sorter} finds {count} group{'s' * (count != 1)} in the vectors"
    text += f" and leaves {out} sentence{'s' * (out != 1)} out" if out else ""
    if not reading.choices.labelled:
        if count < 2:
            return f"{text}."
        rows = [int(np.flatnonzero(groups.labels == group)[0]) for group in range(count)]
        firsts = "; ".join(f"{i}: {marked(reading.choices.occurrences[row])}" for i, row in enumerate(rows, start=1))
        return f"{text}. Their first sentences: {firsts}"
    result = agreement(groups.labels.tolist(), [one.sense for one in reading.choices.occurrences])
    p = f"{result.chance:.3f}" if result.chance < 0.1 else f"{result.chance:.2f}"
    reached = f"{result.chance:.0%} of {result.shuffles:,} random orders reach as much (p = {p})".replace("%", " %")
    verdict = "this is no accident" if result.chance <= 0.05 else "this does not differ from chance"
    return (
        f"{text}; their agreement with the senses is **{_number(result.rand)}** (adjusted Rand index: 1 if they are "
        f"the same, 0 on average by chance). {reached}: {verdict}."
    )


def table(readings: Mapping[str, Reading]) -> pd.DataFrame:
    """Every layer of every model as a row."""
    rows = []
    for one in readings.values():
        senses_of = np.array([o.sense for o in one.choices.occurrences])
        pairs = np.triu_indices(len(senses_of), 1)
        same = senses_of[pairs[0]] == senses_of[pairs[1]]
        for i, layer in enumerate(one.layers):
            alike = one.similarity(layer)[pairs]
            score = [one.scores.auc[i], one.scores.low[i], one.scores.high[i]] if one.scores else [None] * 3
            means = [_mean(alike[same]), _mean(alike[~same])] if one.choices.labelled else [_mean(alike), None]
            rows.append([one.spec.title, "" if one.static else layer, len(senses_of), *score, *means])
    names = ["model", "layer", "sentences", "AUC", "low", "high", "similarity within a sense", "between senses"]
    return pd.DataFrame(rows, columns=names)


def _mean(values: NDArray[np.floating]) -> float | None:
    return float(values.mean()) if values.size else None


def source(choices: Choices, specs: Sequence[ModelSpec]) -> str:
    """The lines that compute the same when they are pasted."""
    positions = moved(choices)
    text = "\n".join(f"{one.sense} | {one.sentence}" if one.sense else one.sentence for one in choices.occurrences)
    if choices.shipped:
        head = "from embedlab.data.datasets import load_senses"
        forms = {one.form for one in choices.occurrences} if not positions else ()
        only = f" and one.form == {next(iter(forms))!r}" if len(forms) == 1 else ""
        made = f"found = [one for one in load_senses() if one.word == {choices.word!r}{only}]"
    else:
        head = "from embedlab.analysis.occurrences import written"
        made = f"text = {text!r}\nfound = written({choices.word!r}, text).occurrences"
    if positions:
        head = f"from dataclasses import replace\n\n{head}"
        made += f"\nmoved = {positions!r}\n"
        made += "found = [replace(one, position=moved.get(one.sentence, one.position)) for one in found]"
    keys = [spec.key for spec in specs]
    if choices.labelled:
        return f"""
{head}
from embedlab import load_model
from embedlab.analysis.polysemy import sense_separation

{made}
for key in {keys!r}:
    result = sense_separation(load_model(key), found)
    for layer, auc, low, high in zip(result.layers, result.auc, result.low, result.high):
        print(f"{{key:10}} {{layer:12}} AUC {{auc:.2f}} ({{low:.2f}} to {{high:.2f}})")
"""
    return f"""
{head}
from embedlab import load_model
from embedlab.analysis.occurrences import vectors
from embedlab.analysis.polysemy import cosines

{made}
for key in {keys!r}:
    for layer in vectors(load_model(key), found):
        print(key, cosines(layer).round(2))
"""
