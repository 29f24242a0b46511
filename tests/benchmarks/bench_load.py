"""A class on one machine: thirty visitors for five minutes, what they wait, what goes wrong, what the server takes.

Each visitor opens pages in an order of its own, looks words up, asks analogies and types sentences for Polysemy
(``tests/load/visits.py``); three of them start a training. Between two clicks a visitor looks at the page for 8 to 15
seconds. The visitors speak Streamlit's websocket protocol (``tests/load/session.py``) and draw nothing, so that the
two cores are the server's; ``--browsers`` adds real ones, whose waits hold the drawing, too. Before the class the
teacher has opened every page once, so that libraries and models are loaded (not with ``--cold``).

With ``--hostile`` one more visitor uploads the worst files of tests/fuzz one after another; everybody is a visitor,
and a minute after the class the memory is told again.

Run: PYTHONPATH=. python tests/benchmarks/bench_load.py [--visitors 30] [--minutes 5] [--seed 1] [--browsers 1] [--cold]
     PYTHONPATH=. python tests/benchmarks/bench_load.py --hostile --visitors 20 --trainings 0 --minutes 5
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.load import hostile, report
from tests.load.crowd import TRAINING, attend, prepare
from tests.load.server import Server, Use, started
from tests.load.visits import Class

AFTER = 60.0
"""Seconds after the class at which the memory is told again."""


def after_hostile(server: Server, before: Use, uploaded: hostile.Uploaded) -> None:
    """Tell what was uploaded, and what the server holds a minute after everybody has gone."""
    print(f"hostile files uploaded: {len(uploaded.names)} ({len(set(uploaded.names))} different)")
    print("\n".join(uploaded.faults[:10]))
    time.sleep(AFTER)
    now = server.now()
    print(f"server: {before.server_pss:,.0f} MB before, {now.server_pss:,.0f} MB a minute after (PSS)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--browsers", type=int, default=0, help="real browsers beside the visitors")
    parser.add_argument("--trainings", type=int, default=3, help="visitors who start a training")
    parser.add_argument("--think", type=float, nargs=2, default=(8.0, 15.0), help="seconds between two clicks")
    parser.add_argument("--cold", action="store_true", help="nobody has opened the pages before the class")
    parser.add_argument("--hostile", action="store_true", help="one more visitor uploads hostile files all the time")
    asked = parser.parse_args()
    group = Class(60 * asked.minutes, tuple(asked.think), arrive=min(15.0, 6 * asked.minutes))
    uploaded = hostile.Uploaded()
    with (
        tempfile.TemporaryDirectory() as files,
        tempfile.TemporaryDirectory() as home,
        started(Path(home), apart=asked.hostile) as server,
    ):
        worst = hostile.made(Path(files)) if asked.hostile else None
        if not asked.cold:
            asyncio.run(prepare(server.address))
        before = server.now()
        clicks = asyncio.run(
            attend(
                server.address, asked.visitors, group,
                seed=asked.seed, trainings=TRAINING[: asked.trainings], browsers=asked.browsers,
                worst=worst, uploaded=uploaded,
            )
        )  # fmt: skip
        cpu = server.now().server_cpu - before.server_cpu
        print("\n".join(report.lines(clicks, asked.visitors, group.seconds)))
        print("\n".join(report.used(server.peak, cpu, len(clicks), group.now)))
        print(f"runs in the background: {', '.join(server.ends_of_runs()) or 'none'}")
        if worst:
            after_hostile(server, before, uploaded)
        faults = report.faults(clicks)
        print("\n".join(faults) or "no errors, no lost connections")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
