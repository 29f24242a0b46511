"""A probe that reads whole sentences both ways: a BiLSTM over the frozen vectors, one after the other for each source.

Its labels are decided word by word, or together by a conditional random field (BiLSTM-CRF).

Devlin et al. 2019, section 5.3, put two layers of 768 on BERT; here one layer is enough, and much smaller.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from embedlab.analysis.probing.crf import Crf, Rules, lawful
from embedlab.analysis.probing.features import Features
from embedlab.analysis.probing.layer_mix import combined, likeness, weigh
from embedlab.analysis.probing.mlp import scale_of_sum
from embedlab.analysis.probing.results import BILSTM_CRF, Fitted, Judge, Probe, ProbeSettings
from embedlab.analysis.probing.scores import Bounds
from embedlab.analysis.probing.sources import Source
from embedlab.base import Ids, OnProgress, Progress

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn.utils.rnn import PackedSequence

SHARE = 32
"""Words that count as a sentence where a batch is made."""


def fit(
    probes: Sequence[Probe],
    features: Features,
    labels: Ids,
    judge: Judge,
    settings: ProbeSettings,
    on_progress: OnProgress | None = None,
) -> list[Fitted]:
    """Train one probe after the other (see ``results.Fit``).

    A field keeps the rules of BIO; but not in the control task, whose labels follow none.
    """
    import torch

    x, splits, fitted = torch.from_numpy(features.vectors), features.splits, []
    train, dev, test = (_rows(bound, splits[number]) for number, bound in enumerate(features.bounds))
    for number, probe in enumerate(probes):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            count = int(labels.max()) + 1
            rules = Rules.none(count) if probe.control else Rules.bio(count)
            wanted = torch.from_numpy(_wanted(features, labels, probe, settings))
            network = _Network(probe.source, x[:, : splits[1]], rules, settings)
            one, waited = Fitted(probe), 0
            for epoch in range(1, settings.epochs + 1):
                loss = _pass(network, x, wanted, train, epoch, settings)
                score = judge(probe, network.tags(x, dev))
                waited = 0 if score > one.dev else waited + 1
                if not waited:
                    one.dev, one.epoch, one.tags = score, epoch, network.tags(x, test)
                    one.weights, one.gamma = network.mixed()
                over = waited >= settings.patience or epoch == settings.epochs
                if on_progress is not None:
                    done = number + (1 if over else epoch / settings.epochs)
                    phase = f"training probe {number + 1} of {len(probes)}"
                    on_progress(Progress(int(100 * done), 100 * len(probes), loss=loss, phase=phase))
                if over:
                    break
        fitted.append(one)
    return fitted


def _wanted(features: Features, labels: Ids, probe: Probe, settings: ProbeSettings) -> Ids:
    """(N,) what a probe learns; for a field that keeps rules, written so that it breaks none."""
    own: Ids = labels[int(probe.control)]
    if probe.control or settings.probe != BILSTM_CRF:
        return own
    return lawful(own, np.concatenate([bound.firsts() for bound in features.bounds]))


def _rows(bounds: Bounds, begin: int) -> list[Ids]:
    """For each sentence the numbers of its words among all."""
    ends = bounds.starts + begin
    return [np.arange(start, end) for start, end in pairwise(ends.tolist())]


class _Network:
    """Vectors of a source, a BiLSTM, a score for each label, and perhaps a field that decides the labels together."""

    def __init__(self, source: Source, known: Tensor, rules: Rules, settings: ProbeSettings) -> None:
        import torch

        self.source, self.layers, width = source, list(source.layers), known.shape[2]
        self.scale = scale_of_sum(known, source) if source.kind == "sum" else torch.ones(width)
        self.scores = torch.zeros(len(self.layers)).requires_grad_()
        self.alike = likeness(known[self.layers]) if source.kind == "mix" else torch.ones(1, 1)
        width *= len(self.layers) if source.kind == "concatenation" else 1
        self.lstm = torch.nn.LSTM(width, settings.hidden, batch_first=True, bidirectional=True)
        self.head = torch.nn.Linear(2 * settings.hidden, len(rules.begins))
        self.crf = Crf(rules) if settings.probe == BILSTM_CRF else None
        self.drop = torch.nn.Dropout(settings.dropout)
        weights: list[Tensor] = [*self.lstm.parameters(), *self.head.parameters()]
        weights, mix = [*weights, *(self.crf.parameters() if self.crf else ())], [self.scores]
        parts: list[dict[str, Any]] = [{"params": weights}, {"params": mix, "lr": settings.mix_rate}]
        self.optimiser = torch.optim.Adam(parts if source.kind == "mix" else parts[:1], lr=settings.rate)

    def _inputs(self, x: Tensor, rows: Tensor) -> Tensor:
        """(B, T, D) of the words whose numbers are given, (B, T)."""
        import torch

        read = torch.stack([x[layer][rows] for layer in self.layers])  # (l, B, T, D)
        if self.source.kind == "concatenation":
            return torch.cat(list(read), dim=-1)  # (B, T, l D)
        if self.source.kind == "mix":
            shares, gamma = weigh(self.scores[None], self.alike)
            return combined(gamma * shares, read.flatten(1, 2))[0].view(read.shape[1:])
        summed: Tensor = read.sum(0) * self.scale
        return summed

    def __call__(self, x: Tensor, sentences: Sequence[Ids]) -> tuple[PackedSequence, Tensor]:
        """Scores, packed (words, K), of the words of some sentences, and the words' numbers, (words,)."""
        import torch
        from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_sequence

        rows = pad_sequence([torch.from_numpy(one) for one in sentences], batch_first=True)  # (B, T)
        lengths = torch.tensor([len(one) for one in sentences])
        packed = pack_padded_sequence(self.drop(self._inputs(x, rows)), lengths, batch_first=True, enforce_sorted=False)
        states = self.lstm(packed)[0]
        numbers = pack_padded_sequence(rows[..., None], lengths, batch_first=True, enforce_sorted=False)
        scores = self.head(self.drop(states.data))
        return PackedSequence(scores, *states[1:]), numbers.data[:, 0]

    def tags(self, x: Tensor, sentences: Sequence[Ids]) -> Ids:
        """The likeliest label of each word, or those of the likeliest sequence, in the order of the sentences."""
        import torch
        from torch.nn.utils.rnn import pad_packed_sequence

        self._teach(learning=False)
        found = np.zeros(int(sentences[-1][-1]) + 1, np.int64)
        with torch.no_grad():
            for batch in _batches(sentences, range(len(sentences)), 64):
                scores, numbers = self(x, batch)
                if self.crf is None:
                    found[numbers.numpy()] = scores.data.argmax(1).numpy()
                else:
                    padded, lengths = pad_packed_sequence(scores, batch_first=True)
                    best = self.crf.best(padded, lengths)
                    for one, row in zip(batch, best.numpy(), strict=True):
                        found[one] = row[: len(one)]
        return found[int(sentences[0][0]) :]

    def step(self, x: Tensor, wanted: Tensor, sentences: Sequence[Ids], l2: float) -> float:
        """One step; gives the mean loss of a word."""
        self._teach(learning=True)
        loss = self._loss(*self(x, sentences), wanted)
        total = loss + l2 / 2 * self.head.weight.square().sum()
        self.optimiser.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        return float(loss.detach())

    def _loss(self, scores: PackedSequence, numbers: Tensor, wanted: Tensor) -> Tensor:
        import torch
        from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

        if self.crf is None:
            return torch.nn.functional.cross_entropy(scores.data, wanted[numbers])
        padded, lengths = pad_packed_sequence(scores, batch_first=True)  # (B, T, K)
        labels = pad_packed_sequence(PackedSequence(wanted[numbers], *scores[1:]), batch_first=True)[0]  # (B, T)
        return -self.crf.log_likelihood(padded, labels, lengths).sum() / len(numbers)

    def mixed(self) -> tuple[tuple[float, ...], float]:
        """Weights of the layers and gamma of a learned mix; nothing and 1 otherwise."""
        if self.source.kind != "mix":
            return (), 1.0
        shares, gamma = weigh(self.scores.detach()[None], self.alike)
        return tuple(shares[0].tolist()), gamma.item()

    def _teach(self, *, learning: bool) -> None:
        self.drop.train(learning)


def _pass(
    network: _Network, x: Tensor, wanted: Tensor, sentences: Sequence[Ids], epoch: int, settings: ProbeSettings
) -> float:
    """One pass over the training sentences; the steps grow shorter along a cosine. Gives the mean loss."""
    order = np.random.default_rng([settings.seed, epoch]).permutation(len(sentences))
    words = sum(map(len, sentences))
    left = (1 + np.cos(np.pi * (epoch - 1) / settings.epochs)) / 2
    for part, rate in zip(network.optimiser.param_groups, (settings.rate, settings.mix_rate), strict=False):
        part["lr"] = rate * left
    losses = [
        network.step(x, wanted, batch, settings.l2)
        for batch in _batches(sentences, order.tolist(), max(1, settings.batch(words) // SHARE))
    ]
    return float(np.mean(losses))


def _batches(sentences: Sequence[Ids], order: Sequence[int], size: int) -> Iterator[list[Ids]]:
    """Some sentences at a time; empty ones are in none."""
    full = [number for number in order if len(sentences[number])]
    for start in range(0, len(full), size):
        yield [sentences[number] for number in full[start : start + size]]
