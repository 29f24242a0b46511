"""Tokens per second of ``Flair.encode`` beside the ``flair`` library's ``FlairEmbeddings`` on the same weights.

    PYTHONPATH=. python tests/benchmarks/bench_flair.py --peer /path/to/venv/bin/python --rounds 7 --threads 2

The flair library pins many packages, so it lives in a virtual environment of its own (``pip install torch flair``)
and is driven there as a subprocess, which answers one line for every round. Without ``--peer`` its forward pass is
done here by ``Peer``: the same batches, padding, chunks and torch.nn.LSTM, without the library's objects.

Both read the same sentences of mixed length (5 to 40 words, in random order): the peer in batches of 32 as they come,
ours as ``encode`` groups them. Rounds alternate; the median of the rounds' ratios counts, by the wall clock and by
processor time. The weights are random, as only speed and agreement are of interest. The largest difference between
ours and the peer's vectors is printed, too.
``--memory`` only encodes 10,000 sentences and prints the peak memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import torch

HIDDEN, EMBEDDING, BATCH = 512, 100, 32
LETTERS = "etaoinshrdlucmfwypvbgkjqxzETAOINSHRDL0123456789.,-'"
Timing = tuple[float, float]


def sentences(count: int, seed: int = 1) -> list[list[str]]:
    """Random words of 1 to 12 letters."""
    draw = np.random.default_rng(seed)
    lengths = draw.integers(5, 41, count)
    letters = np.array(list(LETTERS))
    sizes = np.clip(draw.poisson(4.2, lengths.sum()), 1, 12)
    words = iter("".join(letters[draw.zipf(1.3, size) % len(letters)]) for size in sizes)
    return [[next(words) for _ in range(length)] for length in lengths]


class Peer:
    """The library's forward pass in a loop; ``model`` gives the weights and the characters' numbers."""

    def __init__(self, model: object) -> None:
        self.halves = [model.forward, model.backward]  # type: ignore[attr-defined]

    @torch.no_grad()
    def encode(self, texts: Sequence[Sequence[str]]) -> list[np.ndarray]:
        """(T, D) of every sentence; see flair's ``LanguageModel.get_representation`` and ``FlairEmbeddings``."""
        found: list[np.ndarray] = []
        for first in range(0, len(texts), BATCH):
            batch = texts[first : first + BATCH]
            lines = [" ".join(words) for words in batch]
            ways = [self._states(half, lines) for half in self.halves]
            for i, words in enumerate(batch):
                rows, forward, backward = [], 1, len(lines[i]) + 1
                for word in words:
                    forward += len(word)
                    rows.append(torch.cat([ways[0][forward, i], ways[1][backward, i]]))
                    forward, backward = forward + 1, backward - 1 - len(word)
                found.append(torch.stack(rows).numpy())
        return found

    def _states(self, half: object, lines: Sequence[str]) -> torch.Tensor:
        longest = max(map(len, lines)) + 2
        space = half.number_of(" ")  # type: ignore[attr-defined]
        ids = [half.numbers(line) + space for line in lines]  # type: ignore[attr-defined]
        padded = torch.tensor([one + space * (longest - len(one)) for one in ids]).T  # (N, B)
        network, state, parts = half.network, None, []  # type: ignore[attr-defined]
        lstm = network.lstm[0]
        lstm.batch_first = False
        for at in range(0, longest, 512):
            output, state = lstm(network.embedding(padded[at : at + 512]), state)
            parts.append(output)
        return torch.cat(parts)


PEER = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np, torch
threads, folder, real = int(sys.argv[1]), sys.argv[2], sys.stdout
torch.set_num_threads(threads)
sys.stdout = sys.stderr
import flair
from flair.data import Sentence
from flair.embeddings import FlairEmbeddings
flair.device = torch.device("cpu")
both = [FlairEmbeddings(f"{folder}/{way}.pt") for way in ("forward", "backward")]
texts = json.load(open(f"{folder}/texts.json"))
def run():
    found = [Sentence(words) for words in texts]
    wall, cpu = time.perf_counter(), time.process_time()
    for first in range(0, len(found), 32):
        for one in both:
            one.embed(found[first:first + 32])
    return found, time.perf_counter() - wall, time.process_time() - cpu
found, _, _ = run()
vectors = [torch.cat([t._embeddings[e.name] for e in both]).numpy() for s in found for t in s]
np.save(f"{folder}/theirs.npy", np.stack(vectors))
print("ready", file=real, flush=True)
for line in sys.stdin:
    del found
    found, wall, cpu = run()
    print(json.dumps([wall, cpu]), file=real, flush=True)
"""


def write_checkpoint(path: Path, forward: bool, peer: str) -> None:
    """Random weights in a file that the library itself has written."""
    code = (
        "import torch, flair; from flair.data import Dictionary; from flair.models import LanguageModel;"
        f"torch.manual_seed({int(forward)}); d = Dictionary(); [d.add_item(c) for c in {LETTERS + chr(10) + ' '!r}];"
        f"m = LanguageModel(d, {forward}, {HIDDEN}, 1, {EMBEDDING});"
        "[p.data.normal_() for n, p in m.named_parameters() if n.startswith('encoder')];"
        "[p.data.mul_(2) for n, p in m.named_parameters() if n.startswith('rnn')];"
        f"m.save({str(path)!r}, overwrite=True)"
    )
    subprocess.run([peer, "-c", code], check=True, capture_output=True)


def random_model():
    from embedlab.models.char_lstm import CharLstm, CharLstmConfig
    from embedlab.models.flair.model import Flair

    words = list(LETTERS + "\n ")
    halves = []
    for direction in ("forward", "backward"):
        config = CharLstmConfig(direction=direction, dim=EMBEDDING, hidden=HIDDEN)
        network = CharLstm.seeded(config, len(words) + 1)
        halves.append(CharLstm(network, words, np.zeros(len(words), np.int64), config))
    return Flair.of(*halves)


def timed(work: Callable[[], object]) -> Timing:
    """Wall-clock and processor seconds."""
    wall, processor = perf_counter(), process_time()
    work()
    return perf_counter() - wall, process_time() - processor


def compare(tokens: int, ours: list[Timing], theirs: list[Timing]) -> None:
    for kind, clock in (("wall-clock", 0), ("processor", 1)):
        ratios = [b[clock] / a[clock] for a, b in zip(ours, theirs, strict=True)]
        speeds = [tokens / statistics.median(run[clock] for run in runs) for runs in (ours, theirs)]
        print(
            f"{kind:10}  ours {speeds[0]:8,.0f}  peer {speeds[1]:8,.0f} tokens/s  "
            f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        )


def measure(options: argparse.Namespace) -> None:
    from embedlab.models.flair.model import Flair

    texts = sentences(options.sentences)
    tokens = sum(map(len, texts))
    with tempfile.TemporaryDirectory() as name:
        folder, peer = Path(name), None
        if options.peer:
            for way in ("forward", "backward"):
                write_checkpoint(folder / f"{way}.pt", way == "forward", options.peer)
            (folder / "texts.json").write_text(json.dumps(texts))
            peer = subprocess.Popen(
                [options.peer, "-c", PEER, str(options.threads), name],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            )  # fmt: skip
            assert peer.stdout.readline() == "ready\n"
            model = Flair.from_published(folder / "forward.pt", folder / "backward.pt")
            expected = np.load(folder / "theirs.npy")
        else:
            model = random_model()
            loop = Peer(model)
            expected = np.concatenate(loop.encode(texts))
        found = np.concatenate([one[0] for one in model.encode(texts, model.layers[-1:])])
        print(f"largest difference to the peer {np.abs(found - expected).max():.1e}")

        def peer_round() -> Timing:
            if peer is None:
                return timed(lambda: loop.encode(texts))
            peer.stdin.write("go\n")
            peer.stdin.flush()
            return tuple(json.loads(peer.stdout.readline()))

        ours, theirs = [], []
        for _ in range(options.rounds):
            theirs.append(peer_round())
            ours.append(timed(lambda: model.encode(texts, model.layers[-1:])))
        if peer is not None:
            peer.stdin.close()
            peer.wait()
        compare(tokens, ours, theirs)


def memory() -> None:
    texts = sentences(10_000)
    model = random_model()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    found = model.encode(texts, model.layers[-1:])
    peak, kept = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, sum(one.nbytes for one in found) / 1e9
    print(f"{sum(map(len, texts)):,} tokens: {before:.2f} GB before, {peak:.2f} GB at the peak, {kept:.2f} GB vectors")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default="", help="python of a virtual environment that has the flair library")
    parser.add_argument("--sentences", type=int, default=640)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    memory() if options.memory else measure(options)


if __name__ == "__main__":
    sys.exit(main())
