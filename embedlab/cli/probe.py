"""``python -m embedlab probe``: find names from frozen vectors, layer by layer, without a browser."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedlab.analysis.probing.results import PROBES, LayerProbe, ProbeSettings
from embedlab.base import BadInput, files
from embedlab.cli import encodings
from embedlab.cli.progress_bar import bar, say
from embedlab.data.readers.encoding import recoded
from embedlab.data.tag_columns import Wanted
from embedlab.jobs.kinds import probes
from embedlab.store import results
from embedlab.workflows import probe_data

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(commands: _SubParsersAction[Any]) -> None:
    """Add the command to those of the terminal."""
    probe = commands.add_parser("probe", help="find names from frozen vectors, layer by layer")
    probe.add_argument("keys", nargs="*", metavar="KEY", help="models, stacked ones with a plus: bert elmo+glove")
    probe.add_argument("--probe", choices=PROBES, default=PROBES[0], help="what is trained on the vectors")
    probe.add_argument(
        "--strategy", action="append", default=[], metavar="NAME",
        help='only this strategy, such as "last"; may be given several times; the result is printed and not kept',
    )  # fmt: skip
    probe.add_argument("--data", type=Path, metavar="FILE", help="tagged sentences (CoNLL, BIO) instead of the shipped")
    add_columns(probe, "FILE")
    encodings.add(probe)
    probe.add_argument("--json", action="store_true", help="as JSON")
    probe.add_argument(
        "--ship", action="store_true", help="keep the results in assets/results/probes; every starter without KEY"
    )
    probe.set_defaults(run=run)


def add_columns(command: argparse.ArgumentParser, file: str) -> None:
    """Add the options that name the columns of the file with tagged sentences."""
    for what in ("word", "tag"):
        command.add_argument(
            f"--{what}-column", default="", metavar="COLUMN",
            help=f"number from 1, or name, of the {what}s' column in {file}, instead of the one that is found",
        )  # fmt: skip


def run(options: argparse.Namespace) -> None:
    """Compute, and print a table for each model.

    Raises:
        BadModel: there is no such model, or its result cannot be kept.
        BadInput: the sentences cannot be read.
    """
    if options.strategy and options.ship:
        raise BadInput("Results that come with the lab hold every strategy: leave out --strategy or --ship.")
    wanted = Wanted(options.word_column, options.tag_column)
    data = laid_down(options.data, options.encoding, wanted)
    files.check_target_files(results.PROBES.shipped if options.ship else results.PROBES.own)
    settings = ProbeSettings(probe=options.probe)
    keys = [tuple(key.split(probes.PLUS)) for key in options.keys]
    jobs = [probes.ProbeJob.of(key, data, settings, wanted) for key in keys] if keys else probes.starters()
    for job in jobs:
        found = _found(job, options)
        say(json.dumps(results.probe_to_dict(found)) if options.json else text(found))


def _found(job: probes.ProbeJob, options: argparse.Namespace) -> LayerProbe:
    """The result that is kept, computed if there is none; of single strategies it is not kept."""
    with bar() as on_progress:
        if options.strategy:
            return probes.computed(job, on_progress, options.strategy)
        if options.ship:
            probes.ship([job], on_progress=on_progress)
        elif results.PROBES.get(job.key) is None:
            results.PROBES.put(job.key, job.part().compute(on_progress))
    kept = results.PROBES.get(job.key)
    if kept is None:
        raise BadInput(f"The result of {job.models} is not kept: is {results.PROBES.own} full or read-only?")
    return kept.probe


def laid_down(file: Path | None, encoding: str | None, wanted: Wanted) -> str:
    """Store a file with tagged sentences, and say how it was read; its name for ``probe_data``, empty without a file.

    Raises:
        BadInput: it cannot be read or used, or columns are named and no file.
    """
    if file is None:
        if wanted != Wanted():
            raise BadInput("--word-column and --tag-column name columns of a file; give --data FILE, too.")
        return ""
    try:
        content, decoded = recoded(file.read_bytes(), file.name, encoding)
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    encodings.Teller().tell([decoded])
    data = probe_data.lay_down(content, wanted=wanted)
    how = probe_data.stored(data, wanted=wanted).how
    say(" ".join(filter(None, (how.taken, how.missing))), error=True)
    return data


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
