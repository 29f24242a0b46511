"""GloVe beside the authors' C program, on the same text, one after the other.

Build the peer from https://github.com/stanfordnlp/GloVe (``make``), then:

    python tests/benchmarks/bench_glove.py --stanford GloVe/build --text FILE --words 16.7 --epochs 3

FILE is UTF-8; its lines are cut at spaces and lower-cased. Wall-clock time is what counts; processor time is printed
beside it because other work on the machine does not change it much.
"""

from __future__ import annotations

import argparse
import re
import resource
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from embedlab.base import Progress
from embedlab.data.corpus import Corpus
from embedlab.models.glove.model import Glove, GloveConfig


@dataclass
class Times:
    """Seconds by phase, wall-clock and processor, and the cost after each epoch."""

    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    costs: list[float] = field(default_factory=list)
    pairs: int = 0

    def add(self, phase: str, wall: float, cpu: float) -> None:
        self.wall[phase] = self.wall.get(phase, 0) + wall
        self.cpu[phase] = self.cpu.get(phase, 0) + cpu


def used(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def stanford(programs: Path, text: Path, folder: Path, options: argparse.Namespace) -> Times:
    times = Times()

    def call(phase: str, command: str, source: Path | None, target: Path | None) -> str:
        wall, cpu = time.monotonic(), used(resource.RUSAGE_CHILDREN)
        with (source or Path("/dev/null")).open("rb") as given, (target or Path("/dev/null")).open("wb") as taken:
            name, *rest = command.split()
            done = subprocess.run(
                [str((programs / name).resolve()), *rest], stdin=given, stdout=taken, stderr=subprocess.PIPE,
                cwd=folder, check=True,
            )  # fmt: skip
        times.add(phase, time.monotonic() - wall, used(resource.RUSAGE_CHILDREN) - cpu)
        return done.stderr.decode(errors="replace")

    call("vocabulary", f"vocab_count -max-vocab {options.max_words} -min-count 5", text, folder / "vocab.txt")
    counts, order = folder / "counts.bin", folder / "order.bin"
    call("counting", f"cooccur -window-size {options.window} -vocab-file vocab.txt", text, counts)
    call("shuffling", "shuffle -seed 1", counts, order)
    said = call(
        "training",
        f"glove -input-file order.bin -vocab-file vocab.txt -save-file v -vector-size {options.dim} -x-max 10 "
        f"-iter {options.epochs} -threads {options.workers} -seed 1",
        None,
        None,
    )
    times.costs = [float(cost) for cost in re.findall(r"cost: ([0-9.]+)", said)]
    times.pairs = order.stat().st_size // 16
    return times


def ours(text: Path, options: argparse.Namespace) -> Times:
    times = Times()
    last = {"wall": time.monotonic(), "cpu": used(resource.RUSAGE_SELF)}

    def told(progress: Progress) -> None:
        now = {"wall": time.monotonic(), "cpu": used(resource.RUSAGE_SELF)}
        times.add(progress.phase, now["wall"] - last["wall"], now["cpu"] - last["cpu"])
        last.update(now)
        if progress.peek and progress.loss is not None:
            times.costs.append(progress.loss)
            times.pairs = progress.total // options.epochs

    corpus = Corpus.from_sentences([line.split() for line in text.open(encoding="utf-8")])
    last.update(wall=time.monotonic(), cpu=used(resource.RUSAGE_SELF))
    config = GloveConfig(
        dim=options.dim, max_words=options.max_words, window=options.window, epochs=options.epochs,
        workers=options.workers,
    )  # fmt: skip
    Glove.train(corpus, config, told)
    return times


def write_text(source: Path, target: Path, words: int) -> None:
    written = 0
    with source.open(encoding="utf-8") as lines, target.open("w", encoding="utf-8") as out:
        for line in lines:
            split = line.lower().split()
            out.write(" ".join(split) + "\n")
            written += len(split)
            if written >= words:
                return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stanford", type=Path, required=True, help="folder of the built C programs")
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--words", type=float, default=16.7, help="millions of running words")
    for name, value in {"epochs": 3, "dim": 100, "window": 10, "workers": 2, "max-words": 40_000}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        text = Path(name) / "text.txt"
        write_text(options.text, text, int(options.words * 1e6))
        warm = Path(name) / "warm.txt"
        write_text(options.text, warm, 20_000)
        ours(warm, argparse.Namespace(**(vars(options) | {"epochs": 1})))  # compile
        mine, theirs = ours(text, options), stanford(options.stanford, text, Path(name), options)
    print(f"co-occurrences: ours {mine.pairs:,}, C {theirs.pairs:,}")
    for kind in ("wall", "cpu"):
        a, b = getattr(mine, kind), getattr(theirs, kind)
        counting = [times["counting"] + times["shuffling"] for times in (a, b)]
        speed = [options.epochs * t.pairs / getattr(t, kind)["training"] / 1e6 for t in (mine, theirs)]
        print(
            f"{kind}: counting + shuffling {counting[0]:.1f} s, C {counting[1]:.1f} s: {counting[1] / counting[0]:.1f}x"
        )
        print(f"{kind}: training {speed[0]:.2f} M/s, C {speed[1]:.2f} M/s: {speed[0] / speed[1]:.1f} x")
    print("cost after each epoch: ours", *(f"{c:.4f}" for c in mine.costs), "C", *(f"{c:.4f}" for c in theirs.costs))


if __name__ == "__main__":
    main()
