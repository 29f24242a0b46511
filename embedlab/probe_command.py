"""``python -m embedlab probe``: names from frozen vectors, layer by layer, without a browser."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedlab import probe_runs, probe_store, targets
from embedlab.analysis.probe_result import LayerProbe
from embedlab.analysis.probe_settings import PROBES, ProbeSettings
from embedlab.base import BadInput
from embedlab.terminal import bar, say

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(commands: _SubParsersAction[Any]) -> None:
    """Add the command to those of the terminal."""
    probe = commands.add_parser("probe", help="find names from frozen vectors, layer by layer")
    probe.add_argument("keys", nargs="*", metavar="KEY", help="models, stacked ones with a plus: bert elmo+glove")
    probe.add_argument("--probe", choices=PROBES, default=PROBES[0], help="what is trained on the vectors")
    probe.add_argument("--data", type=Path, metavar="FILE", help="tagged sentences (CoNLL, BIO) instead of the shipped")
    probe.add_argument("--json", action="store_true", help="as JSON")
    probe.add_argument(
        "--ship", action="store_true", help="keep the results in assets/results/probes; every starter without KEY"
    )
    probe.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Compute, and print a table for each model.

    Raises:
        BadModel: there is no such model, or its result cannot be kept.
        BadInput: the sentences cannot be read.
    """
    from embedlab import probe_data

    try:
        data = probe_data.lay_down(options.data.read_bytes()) if options.data else ""
    except OSError as error:
        raise BadInput(f"{options.data} cannot be read: {error.strerror}.") from error
    targets.check_files(probe_store.shipped() if options.ship else probe_store.own())
    settings = ProbeSettings(probe=options.probe)
    keys = [tuple(key.split(probe_runs.PLUS)) for key in options.keys]
    jobs = [probe_runs.ProbeJob.of(key, data, settings) for key in keys] if keys else probe_runs.starters()
    for job in jobs:
        with bar() as on_progress:
            if options.ship:
                probe_runs.ship([job], on_progress=on_progress)
            elif probe_store.find(job.key) is None:
                probe_store.keep(job.key, job.keys, job.data, probe_runs.computed(job, on_progress))
        if found := probe_store.find(job.key):
            say(json.dumps(probe_store.to_dict(found.probe)) if options.json else text(found.probe))


def text(probe: LayerProbe) -> str:
    """The result as lines."""
    lines = [f"{probe.model} ({probe.settings.probe}; {probe.training:.0f} s)"]
    lines += [
        f"  {row.strategy:28} F1 {100 * row.f1:5.1f} ({100 * row.low:.1f} to {100 * row.high:.1f})"
        f"  selectivity {100 * row.selectivity:+5.1f}"
        for row in probe.rows
    ]
    lines.append(f"  without vectors: list of words {100 * probe.lookup:.1f}, chance {100 * probe.chance:.1f}")
    if probe.depth:
        lines.append(
            f"  centre of gravity {probe.depth.centre_of_gravity:.2f}, expected layer {probe.depth.expected_layer:.2f} "
            f"({probe.depth.low:.2f} to {probe.depth.high:.2f})"
        )
    return "\n".join(lines)
