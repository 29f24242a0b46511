"""The figures of a class: waits by kind of click, errors, memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from tests.load.server import Use
from tests.load.visits import BROWSER, TRAINS, Click


def waits(clicks: Iterable[Click]) -> list[float]:
    """Seconds of the clicks whose page was finished."""
    return [click.seconds for click in clicks if not click.lost]


def p(seconds: Sequence[float], percent: float) -> float:
    """A percentile; 0 of nothing."""
    return float(np.percentile(seconds, percent)) if seconds else 0.0


def lines(clicks: Sequence[Click], visitors: int, seconds: float) -> list[str]:
    """A table, the pages opened each for itself, then what was asked on them, then all that do not train."""
    out = [f"{visitors} visitors, {seconds / 60:g} minutes, {len(clicks)} clicks, {len(clicks) / seconds:.2f} a second"]
    out.append(f"{'click':28} {'number':>6} {'p50':>7} {'p95':>7} {'most':>7} {'kB':>7}")
    kinds = dict.fromkeys(click.kind for click in sorted(clicks, key=lambda click: click.kind))
    groups = {kind: [click for click in clicks if click.kind == kind] for kind in kinds}
    groups["all page opens"] = [click for click in clicks if click.kind.startswith("open ")]
    groups["all that do not train"] = [click for click in clicks if not click.kind.startswith((TRAINS, BROWSER))]
    for kind, group in groups.items():
        took = waits(group)
        size = sum(click.size for click in group) / max(1, len(group)) / 1000
        figures = f"{p(took, 50):7.2f} {p(took, 95):7.2f} {max(took, default=0):7.2f} {size:7,.0f}"
        out.append(f"{kind:28} {len(group):6} {figures}")
    return out


def faults(clicks: Sequence[Click]) -> list[str]:
    """Every exception or error shown and every page that never finished, with how often it came."""
    found = Counter(f"{click.kind}: {said}" for click in clicks for said in (*click.errors, click.lost) if said)
    return [f"{number} x {said}" for said, number in found.most_common()]


def used(peak: Use, server_cpu: float, clicks: int, seconds: float) -> list[str]:
    """Memory and processor time."""
    return [
        f"server: {peak.server_pss:,.0f} MB at most (PSS; {peak.server_rss:,.0f} MB RSS), "
        f"workers beside it {peak.workers_pss:,.0f} MB (PSS)",
        f"server: {server_cpu:.0f} s of processor time, {server_cpu / seconds:.2f} cores, "
        f"{server_cpu / max(1, clicks):.3f} s a click",
    ]
