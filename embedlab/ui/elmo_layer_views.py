"""What the ELMo layers page shows of learned weights: the bars, the path, the scores, and what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import pandas as pd

from embedlab.analysis.mix_fit import Difference
from embedlab.analysis.scalar_mix import MixFit, difference
from embedlab.elmo_layer_runs import MixSettings
from embedlab.plots import elmo_layers
from embedlab.plots.elmo_layers import Score
from embedlab.plots.figure import Figure
from embedlab.plots.text import md
from embedlab.ui import contextual, elmo_layer_asked

Results = Mapping[str, Sequence[MixFit]]


def learned(fits: Sequence[MixFit], l2: float) -> MixFit:
    """The weights learned at one strength of the penalty."""
    return min((fit for fit in fits if fit.kind == "learned"), key=lambda fit: abs(fit.l2 - l2))


def equal(fits: Sequence[MixFit]) -> MixFit:
    """The fit with equal weights."""
    return next(fit for fit in fits if fit.kind == "equal")


def bars(results: Results, l2: float) -> tuple[Figure, str]:
    """The weights of every task at one strength, and a sentence that says them."""
    chosen = {elmo_layer_asked.title(task): learned(fits, l2) for task, fits in results.items()}
    names = _names(next(iter(chosen.values())).layers)
    summary = f"Learned weights at λ = {l2:g}. " + " ".join(
        f"{title}: {', '.join(f'{layer} {value:.2f}' for layer, value in _means(fit))}."
        for title, fit in chosen.items()
    )
    return elmo_layers.weights(chosen, names), summary


def paths(results: Results, l2: float) -> list[tuple[Figure, str]]:
    """How each task's weights move as the penalty falls."""
    parts = []
    for task, fits in results.items():
        own = [fit for fit in fits if fit.kind == "learned"]
        title = elmo_layer_asked.title(task)
        ends = ", ".join(
            f"{layer} from {first:.2f} to {last:.2f}"
            for (layer, first), (_, last) in zip(_means(own[0]), _means(own[-1]), strict=True)
        )
        figure = elmo_layers.path(own, _names(own[0].layers), l2, title)
        parts.append((figure, f"{title}, weights from λ = {own[0].l2:g} to {own[-1].l2:g}: {ends}."))
    return parts


def scores(results: Results, l2: float) -> list[tuple[Figure, str]]:
    """What each way of using the model scores, task by task."""
    parts = []
    for task, fits in results.items():
        rows = [
            Score(name, fit.mean, fit.low, fit.high, fit.kind in ("learned", "beside")) for name, fit in _ways(fits, l2)
        ]
        best, title = max(rows, key=lambda row: row.value), elmo_layer_asked.title(task)
        baseline = fits[0].baseline
        summary = (
            f"{title}: {fits[0].measure} of each way; best is {best.name} with {best.value:.3f}; without any vector "
            f"{baseline:.3f}."
        )
        unit = "F1 of whole names" if fits[0].measure == "F1" else "accuracy"
        parts.append((elmo_layers.scores(rows, baseline, title, unit), summary))
    return parts


def _ways(fits: Sequence[MixFit], l2: float) -> list[tuple[str, MixFit]]:
    """Names and fits of the rows of a table of scores, learned weights at one strength only."""
    chosen = learned(fits, l2)
    names = {"equal": "equal weights", "layer": "only {}", "static": "only {}", "beside": "learned + {}"}
    found = [(f"learned, λ = {chosen.l2:g}", chosen)]
    for kind in ("equal", "layer", "static", "beside"):
        found += [(names[kind].format(contextual.layer_title(fit.name)), fit) for fit in fits if fit.kind == kind]
    return found


def said(results: Results, l2: float) -> list[str]:
    """What happened, task by task."""
    return [f"**{md(elmo_layer_asked.title(task))}** {_about(fits, l2)}" for task, fits in results.items()]


def _about(fits: Sequence[MixFit], l2: float) -> str:
    chosen, same = learned(fits, l2), equal(fits)
    mean = chosen.weights.mean(axis=0)
    top, share = int(mean.argmax()), 1 / len(chosen.layers)
    layer = md(contextual.layer_title(chosen.layers[top]))
    seeds = f"{chosen.weights[:, top].min():.2f} to {chosen.weights[:, top].max():.2f} over {len(chosen.seeds)} seeds"
    if mean[top] - share < 0.03:
        text = f"keeps the weights nearly equal at λ = {l2:g} ({layer} has most: {mean[top]:.2f}, {seeds})."
    else:
        text = f"gives most weight to {layer}: {mean[top]:.2f} ({seeds}; equal would be {share:.2f})."
    text += f" The mix scores {_score(chosen)}, equal weights {_score(same)}: {_better(chosen, same)}."
    alone = max((fit for fit in fits if fit.kind == "layer"), key=lambda fit: fit.mean)
    name = md(contextual.layer_title(alone.name))
    text += f" The best single layer is {name} with {_score(alone)} ({_better(chosen, alone, 'the mix')})."
    if poor := [fit for fit in fits if fit.kind in ("layer", "static") and fit.low <= fit.baseline]:
        names = ", ".join(md(contextual.layer_title(fit.name)) for fit in poor)
        text += f" No better than knowing words without their sentence ({chosen.baseline:.2f}): {names} alone."
    if both := next((fit for fit in fits if fit.kind == "beside"), None):
        text += f" With {md(both.name)} beside it: {_score(both)} ({_better(both, learned(fits, both.l2))})."
    return text


def _better(one: MixFit, other: MixFit, subject: str = "") -> str:
    gap = _gap(one, other)
    value, low, high = (f"{round(one, 3) + 0.0:+.3f}".replace("-", "−") for one in (gap.value, gap.low, gap.high))
    ends = f"{value}, 95 % interval {low} to {high}"
    if not gap.clear:
        return f"no clear difference, {ends}"
    return f"{subject} {'better' if gap.value > 0 else 'worse'}, {ends}".strip()


@lru_cache(maxsize=200)  # by what is kept in memory for all visitors, see ``elmo_layer_asked``
def _gap(one: MixFit, other: MixFit) -> Difference:
    return difference(one, other)


def _score(fit: MixFit) -> str:
    return f"{fit.mean:.3f}"


def sizes(results: Results) -> str:
    """Sample sizes, seeds and intervals, in a sentence."""
    parts = []
    for task, fits in results.items():
        first = fits[0]
        train, dev, test = first.words
        parts.append(
            f"{elmo_layer_asked.title(task)}: {train:,} words to learn from, {dev:,} to choose the moment to stop, "
            f"{test:,} to measure on"
        )
    seeds = len(next(iter(results.values()))[0].seeds)
    return (
        f"{'; '.join(parts)}. Means over {seeds} seeds (beginnings and orders of a linear probe); lines on the bars "
        "and bands go from the lowest to the highest seed, those of the scores are 95 % bootstrap intervals over test "
        "sentences. Dashed in the scores: what each word most often was in training, a guess without any vector."
    )


def factor(results: Results, l2: float) -> str:
    """What became of gamma."""
    parts = [
        f"{elmo_layer_asked.title(task)} {learned(fits, l2).gamma.mean():.2f} "
        f"({learned(fits, l2).gamma.min():.2f} to {learned(fits, l2).gamma.max():.2f})"
        for task, fits in results.items()
    ]
    return (
        f"The factor γ of the whole mix: {'; '.join(parts)}. A probe could do without it, as its own weights can take "
        "any size; it helps to find them."
    )


def table(results: Results) -> pd.DataFrame:
    """A row a task, way and layer weight."""
    rows = []
    for task, fits in results.items():
        for fit in fits:
            way = f"{fit.kind} {fit.name}".strip()
            l2 = fit.l2 if fit.kind in ("learned", "beside") else None
            values = (fit.mean, fit.f1.min(), fit.f1.max(), fit.low, fit.high, fit.baseline, fit.gamma.mean())
            mean = fit.weights.mean(axis=0).tolist() if fit.kind != "static" else []
            weights = {f"s {layer}": value for layer, value in zip(fit.layers, mean, strict=False)}
            names = ("score", "lowest seed", "highest seed", "low", "high", "without vectors", "gamma")
            first = {"task": elmo_layer_asked.title(task), "way": way, "lambda": l2, "measure": fit.measure}
            rows.append(first | dict(zip(names, map(float, values), strict=True)) | weights)
    return pd.DataFrame(rows)


def _names(layers: Sequence[str]) -> dict[str, str]:
    return {layer: contextual.layer_title(layer) for layer in layers}


def _means(fit: MixFit) -> list[tuple[str, float]]:
    return list(zip(_names(fit.layers).values(), fit.weights.mean(axis=0).tolist(), strict=True))


def source(asked: MixSettings, l2: float) -> str:
    """The lines that learn the same when they are pasted."""
    data = {
        "ner": ("load_ner()", "from embedlab.data.datasets import load_ner"),
        "senses": ("load_senses()", "from embedlab.data.datasets import load_senses"),
        "file": (
            f'dealt(read_tags("your_file.conll"{f", column={asked.column}" if asked.column else ""}))',
            "from embedlab.data.tag_columns import dealt, read_tags",
        ),
    }
    imports = "\n".join(data[task][1] for task in asked.each)
    norm = "" if asked.layer_norm else ", layer_norm=False"
    tasks = "".join(f"    {task!r}: {data[task][0]},\n" for task in asked.each)
    beside = f", static=embedlab.load_model({asked.static!r})" if asked.static else ""
    return f"""
import embedlab
from embedlab.analysis.scalar_mix import compare, fit
{imports}

model = embedlab.load_model({asked.model!r})
tasks = {{
{tasks}}}
for name, data in tasks.items():
    found = fit(model, data, seeds={asked.seeds}, l2={l2:g}{norm})
    print(name, dict(zip(found.layers, found.weights.mean(axis=0).round(3))), "gamma", found.gamma.round(2))
    print(found.measure, found.f1.round(3), "interval", round(found.low, 3), round(found.high, 3))
    for way in compare(model, data, seeds={asked.seeds}, l2s=(1.0, 0.001){beside}{norm}):
        print(" ", way.kind, way.name, way.l2, round(way.mean, 3))
"""
