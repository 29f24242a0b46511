"""Softmax page: a measurement, running or done, its summary, table and code."""

from __future__ import annotations

import dataclasses
import math

import pandas as pd
import streamlit as st

from embedlab.analysis.softmax.cost import Costs, CostSettings
from embedlab.analysis.softmax.steps import METHODS, TITLES, multiply_adds
from embedlab.base import BadInput, EmbedLabError
from embedlab.jobs import api as jobs
from embedlab.jobs.api import Run, RunState
from embedlab.jobs.kinds import softmax as kinds_softmax
from embedlab.plots import softmax, text
from embedlab.ui import widgets
from embedlab.ui.visitor import address, visitor

ADDRESS = "measurement"
KEPT = 10
"""Measurements of a visitor that are kept; older ones go when a new one starts."""
TOLD = 100_000
"""Vocabulary that the sentence speaks of, if it was measured."""
LOSSES = (
    "To learn a token, a running word of the text, the **full softmax** scores all V words of the vocabulary; the "
    "**sampled softmax** the true word and S drawn ones; the **hierarchical softmax** goes down a tree of words and "
    "decides at each fork; **negative sampling** tells the true word from K random ones; the **ranking loss** only "
    "wants the true text to score higher than one with a wrong word in it. A multiply-add is one product added to a "
    "sum, the unit of nearly all work in a network."
)
"""The five losses for newcomers, in a sentence."""


def current() -> Run | None:
    """The measurement under way; else the one that the address names; else the latest with results."""
    known = [run for run in jobs.all_runs("softmax") if _readable(run)]
    if active := next((run for run in known if run.state().active), None):
        return active
    if identifier := st.query_params.get(ADDRESS, ""):
        if named := next((run for run in known if run.id == identifier), None):
            return named
        st.query_params.pop(ADDRESS, None)
        st.warning("There is no such measurement (any more).")
    return next((run for run in known if (run.folder / kinds_softmax.POINTS).is_file()), None)


def measured(run: Run) -> Costs:
    """What a measurement has found so far."""
    return kinds_softmax.stored(run)


def _readable(run: Run) -> bool:
    """Whether its files are whole, and of this version of the lab."""
    try:
        kinds_softmax.stored(run)
    except (EmbedLabError, ValueError, TypeError):
        return False
    return True


def start(settings: CostSettings) -> None:
    """Begin to measure, unless it is being done; a second one would make the first one's times too long."""
    known = jobs.all_runs("softmax")
    if any(run.state().active for run in known):
        raise BadInput("This machine is being measured already. Wait for it, or cancel it.")
    jobs.only_newest("softmax", KEPT - 1, visitor())
    st.query_params[ADDRESS] = jobs.start("softmax", settings, visitor=visitor(), address=address()).id


@st.fragment(run_every=2)
def live(identifier: str) -> None:
    """The points of a measurement under way, drawn every other second.

    This is a fragment of its own: on a busy machine a click on Cancel would wait for the figure.
    """
    costs = kinds_softmax.stored(Run(jobs.home() / identifier))
    if costs.points:
        summary = f"Seconds a token so far: {len(costs.points)} points."
        widgets.figure(softmax.measured(costs), "softmax-live", summary)
    else:
        st.caption("The first points appear within seconds.")


def result(how: RunState, costs: Costs) -> None:
    """Show a measurement that is over: its figure, where it stopped, and its settings."""
    if costs.points:
        widgets.figure(softmax.measured(costs), "softmax-measured", _summary(costs))
    for stop in costs.stops:
        st.caption(f"The {TITLES[stop.method]} is left out from V = {stop.words:,} on: {stop.reason}")
    settings = costs.settings
    st.caption(
        f"Hidden width H = {settings.hidden}, {settings.batch} tokens a step, K = {settings.noise} noise words, "
        f"S = {settings.samples} sampled words, {settings.threads} thread{'s' if settings.threads > 1 else ''}; "
        f"a point is the median of {settings.repetitions}, its bar reaches from quartile to quartile; "
        f"took {text.duration(how.seconds)}."
    )


def _summary(costs: Costs) -> str:
    top = costs.points[-1].words
    return (
        f"Seconds a token by size of the vocabulary, up to {top:,} words, beside the expected slopes. {summary(costs)}"
    )


def summary(costs: Costs) -> str:
    """The result in a sentence; empty if the two losses have no size in common."""
    both = costs.pair("full", "negative", TOLD)
    if both is None:
        return ""
    full, negative = both
    ratio, expected = full.seconds / negative.seconds, full.multiply_adds / negative.multiply_adds
    return (
        f"At V = {full.words:,} the full softmax costs {times(ratio)} times negative sampling: {clear(full.seconds)} "
        f"against {clear(negative.seconds)} a token. Multiply-adds alone would make it {times(expected)} times; "
        "a small step spends most of its time on fetching rows and on starting each operation."
    )


def counted(settings: CostSettings) -> str:
    """The multiply-adds in a sentence, before anything is measured."""
    words = min(TOLD, settings.sizes()[-1])
    full, negative = (multiply_adds(method, settings.shape(words)) for method in ("full", "negative"))
    return (
        f"At V = {words:,} the full softmax needs {times(full / negative)} times the multiply-adds of negative "
        f"sampling: {full:,.0f} against {negative:,.0f} a token."
    )


def slopes(costs: Costs) -> str:
    """How fast the measured seconds grow, loss by loss; empty where there are too few points."""
    parts = [
        f"{TITLES[method]} **{_signed(costs.slope(method))}** ({_signed(costs.expected_slope(method))})"
        for method in METHODS
        if not math.isnan(costs.slope(method))
    ]
    if not parts:
        return ""
    return (
        f"Seconds grow like $V^b$ from 10,000 words on, with b (expected): {', '.join(parts)}. "
        "At b = 1 ten times the words cost ten times the time; at b = 0 they cost nothing more."
    )


def _signed(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def times(ratio: float) -> str:
    """A factor for people: "9,091", "134", "2.3"."""
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"


def clear(seconds: float) -> str:
    """A short time for people: "10.3 ms", "77 µs"."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


def table(costs: Costs) -> pd.DataFrame:
    """Every point as a row; only the counts where nothing was measured."""
    settings = costs.settings
    there = {(point.method, point.words): point for point in costs.points}
    rows = []
    for words in settings.sizes():
        for method in METHODS:
            point = there.get((method, words))
            times = (point.seconds, point.low, point.high) if point else (None, None, None)
            rows.append((TITLES[method], words, multiply_adds(method, settings.shape(words)), *times))
    names = ["loss", "V", "multiply-adds a token", "seconds a token", "lower quartile", "upper quartile"]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[2:], float))


def source(settings: CostSettings) -> str:
    """The lines that measure the same when they are pasted."""
    own = CostSettings()
    given = {name: value for name, value in dataclasses.asdict(settings).items() if value != getattr(own, name)}
    arguments = ", ".join(f"{name}={value!r}" for name, value in given.items())
    return f"""
from embedlab.analysis.softmax.cost import CostSettings, measure

costs = measure(CostSettings({arguments}))
for point in costs.points:
    print(f"{{point.method:12}} {{point.words:9,}} words {{point.seconds:.2e}} s a token")
print(costs.slope("full"), costs.slope("negative"), costs.stops)
"""
