"""The whole table of linear layer probes on the shipped names, side by side with scikit-learn's logistic regression.

Run: python tests/benchmarks/bench_probes.py [--model KEY] [--dim 768] [--layers 13] [--every 1] [--depth] [--scipy]

Both learn the same: every strategy, the tags and the control task, the same penalty, the same standardised vectors;
scikit-learn gets the mixes as ours learned them, and is spared the mixes for the depth. Without --model the vectors are
made: a random projection of words, neighbours and tags, blurred by noise, with most signal in the upper middle.
``--every 4`` asks scikit-learn for every fourth strategy only and scales its time up by values read. Processor seconds
are printed beside the clock's: on a machine with other work only they compare. ``--scipy`` brings the same losses to
their minimum with SciPy's L-BFGS-B instead of asking scikit-learn.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from embedlab import load_model
from embedlab.analysis.probes import ProbeSettings, layer_probe
from embedlab.analysis.probing import lbfgs
from embedlab.analysis.probing import scores as scoring
from embedlab.analysis.probing.features import read, standardise
from embedlab.analysis.probing.results import LayerProbe
from embedlab.analysis.probing.scores import Bounds, numbered
from embedlab.analysis.probing.sources import Source, strategies
from embedlab.analysis.probing.tasks import control_labels
from embedlab.data.tagged import TaggedSet, load_ner
from tests.contextual_toys import Made


class Near(Made):
    """Vectors of the shipped sentences that hold words, neighbours and tags, more or less, and noise."""

    def __init__(self, dataset: TaggedSet, layers: int, dim: int, seed: int) -> None:
        names = ["embeddings", *(str(i) for i in range(1, layers))]
        super().__init__(names, dim, f"made, {layers} layers of {dim}")
        rng = np.random.default_rng(seed)
        parts = (*dataset.train, *dataset.dev, *dataset.test)
        known = {word: i for i, word in enumerate(dict.fromkeys(word for one in parts for word in one.words))}
        tags = rng.normal(size=(len(dataset.labels), 60))
        forms = rng.normal(size=(len(known), 60))
        fall = np.arange(1, 181)[:, None] ** -0.5  # a few directions hold most of the variance, as in true models
        project = np.stack([fall * np.linalg.qr(rng.normal(size=(180, 180)))[0] for _ in range(layers)]) @ (
            rng.normal(size=(layers, 180, dim)) / 3
        )
        self.made = {}
        for one in parts:
            word = forms[[known[w] for w in one.words]]
            near = (np.roll(word, 1, 0) + np.roll(word, -1, 0)) / 2
            name = tags[numbered(dataset.labels, [one])]
            rows = []
            for layer in range(layers):
                share = np.exp(-(((layer - 0.65 * layers) / (0.3 * layers)) ** 2))
                inner = np.hstack([word, 0.7 * near, 0.6 * share * name]) + 0.5 * rng.normal(size=(len(word), 180))
                rows.append(inner @ project[layer] + 0.1 * rng.normal(size=(len(word), dim)))
            self.made[one.words] = np.array(rows, np.float32)

    def read(self, sentence: Sequence[str]) -> Any:
        return self.made[tuple(sentence)]


def theirs(found: LayerProbe, model: Any, dataset: TaggedSet, every: int) -> None:
    """Fit scikit-learn's, strategy by strategy, and print both."""
    from sklearn.linear_model import LogisticRegression

    features = read([model], dataset)
    vectors, (_, known, begin, _) = features.vectors, features.splits
    tags = numbered(found.labels, (*dataset.train, *dataset.dev, *dataset.test))
    hard = control_labels(features.words, np.bincount(tags[:known], minlength=len(found.labels)), found.settings.seed)
    named = {one.source: one.name for one in strategies(found.layers)}
    places, asked = Bounds.of([len(one.words) for one in dataset.test]), list(named.items())[::every]
    clock = processor = values = 0.0
    print(f"{'strategy':28} {'ours F1':>8} {'sklearn':>8} {'apart':>6}   control accuracy: ours, sklearn; iterations")
    worst = 0.0
    for source, name in asked:
        x = joined(vectors, source, found, name, known)
        started, began = time.perf_counter(), time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fits = [
                LogisticRegression(C=1 / (found.settings.l2 * known), max_iter=1000).fit(x[:known], y[:known])
                for y in (tags, hard)
            ]
        clock, processor = clock + time.perf_counter() - started, processor + time.process_time() - began
        values += x.shape[1]
        ours, given = found.row(name), fits[0].predict(x[begin:])
        f1 = float(scoring.f1(scoring.counts(tags[begin:], given, places).sum(0)))
        worst = max(worst, abs(ours.f1 - f1))
        print(
            f"{name:28} {100 * ours.f1:8.1f} {100 * f1:8.1f} {100 * (ours.f1 - f1):+6.1f}   {ours.control:.3f} "
            f"{(fits[1].predict(x[begin:]) == hard[begin:]).mean():.3f}; {fits[0].n_iter_[0]}, {fits[1].n_iter_[0]}",
            flush=True,
        )
    every_value = sum(vectors.shape[2] * (len(s.layers) if s.kind == "concatenation" else 1) for s in named)
    scale = every_value / values
    about = "" if every == 1 else f" (scaled up from {len(asked)} of {len(named)})"
    print(f"scikit-learn, the whole table{about}: {scale * clock:.0f} s, {scale * processor:.0f} processor s")
    print(f"F1 apart at most {100 * worst:.1f} points")
    print(f"times as fast: {scale * clock / found.training:.1f} by the clock, ", end="")
    print(f"{scale * processor / OURS['processor']:.1f} by processor seconds")


OURS = {"processor": 0.0}
Minimise = Callable[..., lbfgs.Minimum]


def scipys(objective: Any, start: torch.Tensor, *, tolerance: Any, most: int = 500, told: Any = None) -> lbfgs.Minimum:
    """``lbfgs.minimise`` by SciPy, one function after the other."""
    bounds, ends = torch.as_tensor(tolerance).expand(len(start)), []
    for row, bound in enumerate(bounds.tolist()):

        def value(x: Any, row: int = row) -> tuple[float, Any]:
            losses, gradients = objective(torch.from_numpy(x.astype(np.float32))[None], torch.tensor([row]))
            return float(losses[0]), gradients[0].double().numpy()

        options = {"maxcor": lbfgs.MEMORY, "maxiter": most, "maxfun": 10 * most, "gtol": bound, "ftol": 1e-12}
        ends.append(minimize(value, start[row].double().numpy(), jac=True, method="L-BFGS-B", options=options))
    return lbfgs.Minimum(
        torch.tensor(np.array([end.x for end in ends], np.float32)),
        torch.tensor([end.fun for end in ends], dtype=torch.float64),
        torch.tensor([end.nit for end in ends]),
    )


def beside_scipy(model: Any, dataset: TaggedSet, settings: ProbeSettings) -> None:
    """Train all probes with both, and print losses, steps and processor seconds of every minimum."""
    spent = {}
    for name, way in (("ours", lbfgs.minimise), ("SciPy", scipys)):
        spent[name] = 0.0

        def timed(objective: Any, *given: Any, name: str = name, way: Minimise = way, **options: Any) -> lbfgs.Minimum:
            began = time.process_time()
            found = way(objective, *given, **options)
            took = time.process_time() - began
            spent[name] += took
            losses = ", ".join(f"{loss:.6f}" for loss in found.losses.tolist())
            print(f"{name:6} {type(objective).__name__:8} {took:7.2f} s  {losses}  {found.steps.tolist()}", flush=True)
            return found

        lbfgs.minimise = lbfgs.minimise = timed  # type: ignore[assignment]
        layer_probe(model, dataset, settings=settings)
    print(f"processor seconds: {spent}, SciPy / ours {spent['SciPy'] / spent['ours']:.1f}")


def joined(vectors: np.ndarray, source: Source, found: LayerProbe, name: str, known: int) -> np.ndarray:
    """(N, D) what a strategy reads."""
    own = [vectors[layer] for layer in source.layers]
    if source.kind == "concatenation":
        return np.concatenate(own, axis=1)
    if source.kind == "mix":
        row = found.row(name)
        return row.gamma * np.tensordot(np.array(row.weights, np.float32), np.stack(own), 1)
    total = np.sum(own, axis=0)
    standardise(total, known)
    return total


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model")
    for name, usual in (("dim", 768), ("layers", 13), ("every", 1), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--scipy", action="store_true", help="beside SciPy's L-BFGS-B, on one thread")
    parser.add_argument("--depth", action="store_true", help="train the mixes for the depth, too")
    options = parser.parse_args()
    dataset = load_ner()
    model = load_model(options.model) if options.model else Near(dataset, options.layers, options.dim, options.seed)
    settings = ProbeSettings(seed=options.seed, depth=options.depth)
    if options.scipy:
        torch.set_num_threads(1)
        beside_scipy(model, dataset, settings)
        return
    began, marks = time.process_time(), []

    def hear(event: Any) -> None:
        if event.phase == "encoding":
            marks.append(time.process_time())

    found = layer_probe(model, dataset, settings=settings, on_progress=hear)
    OURS["processor"] = time.process_time() - (marks[-1] if marks else began)
    what = "tags, control task and depth" if options.depth else "tags and control task"
    print(
        f"{found.model}: {len(found.layers)} layers, {len(found.rows)} strategies, {what}: "
        f"{found.training:.0f} s, {OURS['processor']:.0f} processor s",
        flush=True,
    )
    theirs(found, model, dataset, options.every)


if __name__ == "__main__":
    main()
