"""What tasks make of a model's layers, as part of the page of results: learned weights, and what they bring."""

from __future__ import annotations

from collections.abc import Sequence

from embedlab.analysis.mix_fit import Difference, MixFit, difference
from embedlab.mix_results import Mixes

STRENGTHS = (1.0, 0.01, 0.001)
"""Of the penalty: weights held together, half free, free."""


def section(mixes: Sequence[Mixes]) -> str:
    """The tables, and what they say; empty without results."""
    if not mixes:
        return ""
    parts = [
        "## What each layer counts for",
        "A task learns a weight for each layer together with a linear probe (Peters et al. 2018, equation 1), every "
        "layer brought to mean 0 and variance 1 before; **λ** holds the weights together. **Weights** and **γ**: mean "
        "over the seeds, lowest to highest seed in brackets. **Score**: F1 of whole names, or the share of words whose "
        "sense is right, with its 95 % interval (test sentences drawn); **gain**: what it is above equal weights, on "
        "the same sentences.",
        "\n".join(f"- {line}" for line in said(mixes)),
    ]
    for task in dict.fromkeys(name for one in mixes for name, _ in one.tasks):
        parts += [f"### {task.capitalize()}", _table(task, mixes)]
    return "\n\n".join(parts)


def said(mixes: Sequence[Mixes]) -> list[str]:
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


def _table(task: str, mixes: Sequence[Mixes]) -> str:
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
