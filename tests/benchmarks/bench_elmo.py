"""ELMo beside loops written as one first writes them: words per second when encoding, and when learning.

    PYTHONPATH=. python tests/benchmarks/bench_elmo.py --sentences 320 --rounds 5 [--only starter]

Encoding: the reference takes the same sentences in batches of 32 in the caller's order, padded to the longest, sends
every word through the filters at all its 50 places, and goes through the LSTM cell by cell, step by step. Learning: the
reference has the same network and the same batches; its LSTM goes cell by cell and leaves the derivatives to autograd.
Both have our weights and give the same numbers, which is checked first. Rounds alternate; the median of the ratios
counts.
Processor time is counted beside the wall-clock, as other work on the machine disturbs it less.
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections.abc import Callable
from time import perf_counter, process_time

import numpy as np
import torch
from torch import Tensor, nn

from embedlab.models.elmo import network as elmo_network
from embedlab.models.elmo.config import ElmoConfig
from embedlab.models.elmo.examples import Lexicon, SentenceRows
from embedlab.models.elmo.model import Elmo
from embedlab.models.elmo.network import Direction, ElmoLearner, ElmoNetwork, Layer, TokenNetwork

SIZES = {
    "starter": {},
    "small": {"dim": 128, "hidden": 1024, "filters": "1x32 2x32 3x64 4x128 5x256 6x512 7x1024"},
}
WORDS = 20_000


def sentences(number: int) -> list[list[str]]:
    """Random words by Zipf's law, of 2 to 12 letters; lengths around 20, some up to 60."""
    draw, share = random.Random(1), [1 / rank for rank in range(1, WORDS + 1)]
    words = ["".join(draw.choices("etaoinshrdlucm", k=min(12, 2 + int(draw.expovariate(0.25))))) for _ in share]
    lengths = [max(1, min(60, int(draw.lognormvariate(2.9, 0.6)))) for _ in range(number)]
    return [draw.choices(words, share, k=length) for length in lengths]


def cells(layer: Layer, x: Tensor, fresh: Tensor | None = None) -> Tensor:
    """(T, B, P) to (T, B, P), cell by cell."""
    w, size = layer.weights, layer.projection.shape[0]
    h, c, said = x.new_zeros(x.shape[1], w.hidden.shape[0]), x.new_zeros(x.shape[1], size), []
    both = torch.cat([w.input, w.hidden])
    for t in range(len(x)):
        if fresh is not None:
            kept = (~fresh[t]).float()[:, None]
            h, c = h * kept, c * kept
        j, i, f, o = (torch.cat([x[t], h], dim=1) @ both + w.bias).chunk(4, dim=1)
        c = (torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(j)).clamp(-layer.clips.cell, layer.clips.cell)
        h = (torch.sigmoid(o) * torch.tanh(c)) @ w.projection
        h = h.clamp(-layer.clips.projection, layer.clips.projection)
        said.append(h)
    return torch.stack(said)


def filtered(network: TokenNetwork, characters: Tensor) -> Tensor:
    """(N, 50) to (N, P), every word at all its places."""
    seen = nn.functional.embedding(characters.long() - 1, network.embedding).transpose(1, 2)  # (N, d, 50)
    answers = [
        torch.conv1d(seen, weight.permute(2, 1, 0), bias).max(dim=2)[0]
        for weight, bias in zip(network.filters, network.biases, strict=True)
    ]
    found = network.activation(torch.cat(answers, dim=1))
    for layer in network.highways:
        found = layer(found)
    return found @ network.projection + network.bias


def directed(direction: Direction, x: Tensor, fresh: Tensor | None = None) -> list[Tensor]:
    found: list[Tensor] = []
    for layer in direction.stack:
        said = cells(layer, x, fresh)
        x = said + x if direction.skip and found else said
        found.append(x)
    return found


@torch.inference_mode()
def plain(network: ElmoNetwork, lists: list[list[str]]) -> list[np.ndarray]:
    made = []
    for first in range(0, len(lists), 32):
        batch = lists[first : first + 32]
        longest = max(map(len, batch)) + 2
        begin, end = elmo_network.ends_of_sentence()
        rows = np.full((len(batch), longest, 50), elmo_network.PAD, np.int16)
        for row, words in zip(rows, batch, strict=True):
            row[: len(words) + 2] = np.concatenate([[begin], elmo_network.numbers(words), [end]])
        tokens = filtered(network.tokens, torch.from_numpy(rows.reshape(-1, 50)))
        tokens = tokens.view(len(batch), longest, -1)
        turned = tokens.clone()
        for i, words in enumerate(batch):
            turned[i, : len(words) + 2] = tokens[i, : len(words) + 2].flip(0)
        forward = directed(network.ways[0], tokens.transpose(0, 1))
        backward = directed(network.ways[1], turned.transpose(0, 1))
        for i, words in enumerate(batch):
            n = len(words)
            layers = [torch.cat([tokens[i, 1 : n + 1]] * 2, dim=1)]
            layers += [
                torch.cat([one[1 : n + 1, i], two[1 : n + 1, i].flip(0)], dim=1)
                for one, two in zip(forward, backward, strict=True)
            ]
            made.append(torch.stack(layers).numpy())
    return made


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall-clock and processor seconds."""
    wall, processor = perf_counter(), process_time()
    work()
    return perf_counter() - wall, process_time() - processor


def compare(name: str, ours: Callable[[], object], theirs: Callable[[], object], words: int, rounds: int) -> None:
    pairs = [(timed(ours), timed(theirs)) for _ in range(rounds)]
    for kind, clock in (("wall-clock", 0), ("processor", 1)):
        ratio = statistics.median(b[clock] / a[clock] for a, b in pairs)
        speeds = [words / statistics.median(pair[who][clock] for pair in pairs) for who in (0, 1)]
        print(f"{name:16} {kind:10}  ours {speeds[0]:8,.0f}  loop {speeds[1]:8,.0f} words/s  ratio {ratio:.2f}")


def encoding(name: str, number: int, rounds: int) -> None:
    config, lists = ElmoConfig.from_dict(SIZES[name]), sentences(number)
    model = Elmo(Elmo.seeded(config, 2), [], np.zeros(0, np.int64), config)
    for one, two in zip(model.encode(lists[:40]), plain(model.network, lists[:40]), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-5)
    compare(
        f"encode {name}", lambda: model.encode(lists), lambda: plain(model.network, lists), sum(map(len, lists)), rounds
    )


class PlainLearner(ElmoLearner):
    """The same loss, cell by cell."""

    def forward(self, characters: Tensor, inputs: Tensor, fresh: Tensor, targets: Tensor, read: Tensor) -> Tensor:
        vectors = self.network.tokens(characters)
        losses = []
        for direction, ids, begun, wanted in zip(self.network.ways, inputs, fresh, targets, strict=True):
            top = directed(direction, nn.functional.embedding(ids, vectors), begun)[-1]
            losses.append(self.network.softmax(top[wanted >= 0], wanted[wanted >= 0]))
        return torch.stack(losses).mean()


def learning(rounds: int, steps: int) -> None:
    """Two layers of 512 to 128, 20,000 words predicted, 2,048 samples."""
    config = ElmoConfig(dropout=0.0)
    text: list[int] = [WORDS + 1]
    share = 1 / np.arange(1, WORDS + 1)
    draw = np.random.default_rng(1)
    while len(text) < 1.1 * steps * config.batch_size * config.stretch:
        length = max(1, min(60, int(draw.lognormal(2.9, 0.6))))
        text += [*draw.choice(WORDS, length, p=share / share.sum()).tolist(), WORDS + 1]
    words = [f"{i:x}".translate(str.maketrans("0123456789", "etaoinshrd")) for i in range(WORDS)]
    rows = SentenceRows(np.array(text, np.int32), Lexicon.of(words, WORDS, 50), config.stretch)
    counts = np.bincount(rows.text, minlength=WORDS + 2)
    network = Elmo.seeded(config, WORDS + 2, counts)
    ours, theirs = ElmoLearner(network), PlainLearner(network)
    batches = [range(i * config.batch_size, (i + 1) * config.batch_size) for i in range(steps)]
    made = rows.__getitems__(batches[0])
    torch.manual_seed(0)
    one = ours(*made).item()
    torch.manual_seed(0)
    assert abs(one - theirs(*made).item()) < 1e-4
    optimizer = torch.optim.AdamW(network.parameters(), 1e-4, fused=True)

    def learn(learner: ElmoLearner) -> None:
        for batch in batches:
            learner(*rows.__getitems__(batch)).backward()
            optimizer.step()
            optimizer.zero_grad()

    compare(
        "learn starter", lambda: learn(ours), lambda: learn(theirs), steps * config.batch_size * rows.tokens, rounds
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=320)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--only", choices=(*SIZES, "learn"))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for name in SIZES:
        if options.only in (None, name):
            encoding(name, options.sentences, options.rounds)
    if options.only in (None, "learn"):
        learning(options.rounds, options.steps)


if __name__ == "__main__":
    main()
