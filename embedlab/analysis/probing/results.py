"""What a layer probe found: one row a strategy, and what the rows are to be held against.

How probes are fitted and judged, and the one signature of all that fit them.

At which layer a task is solved: centre of gravity and expected layer (Tenney et al. 2019).

BERT Rediscovers the Classical NLP Pipeline (https://aclanthology.org/P19-1452/), sections 3.1 and 3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from embedlab.analysis.bootstrap import interval
from embedlab.analysis.probing.sources import Source, true_name
from embedlab.base import BadInput, Doubles, Floats, Ids, OnProgress, Settings, setting

if TYPE_CHECKING:
    from embedlab.analysis.probing.features import Features

LINEAR, MLP, BILSTM, BILSTM_CRF = "linear", "mlp", "bilstm", "bilstm-crf"
PROBES = (LINEAR, MLP, BILSTM, BILSTM_CRF)
WHOLE = (BILSTM, BILSTM_CRF)
"""Those that read whole sentences."""
USUAL_RATE = 0.005
STEPS = 16
"""Training steps that a pass has at least, unless there are too few words."""
TITLES = {LINEAR: "linear", MLP: "MLP", BILSTM: "BiLSTM", BILSTM_CRF: "BiLSTM-CRF"}


@dataclass(frozen=True)
class ProbeSettings(Settings):
    """How probes are trained and judged; the vectors themselves never change.

    A linear probe has a single best place for its penalty and is always brought there: passes, patience, batches and
    learning rates are the MLP's and the BiLSTM's alone.
    """

    probe: str = setting(
        LINEAR,
        "What is trained on the frozen vectors: one matrix (linear), a hidden layer (mlp), a network that reads the "
        "whole sentence both ways (bilstm), or that with a conditional random field, which decides the tags of a "
        "sentence together (bilstm-crf). The more it can do by itself, the less it says about the vectors.",
        choices=PROBES,
    )
    epochs: int = setting(30, "Passes over the training words, at most (MLP, BiLSTM).", low=1, high=500)
    patience: int = setting(
        15,
        "An MLP or BiLSTM stops after so many passes without a gain on the dev sentences; the last good pass counts.",
        low=1, high=500,
    )  # fmt: skip
    batch_size: int = setting(
        512, "Words in a training step, at most: a pass has at least sixteen steps (MLP, BiLSTM).", low=8, high=65_536
    )
    learning_rate: float = setting(
        0.0,
        "How far the weights of an MLP or BiLSTM move at a step (Adam), falling to zero along a cosine; 0 for what is "
        "usual.",
        low=0, high=1,
    )  # fmt: skip
    mix_rate: float = setting(
        0.1,
        "The same for the weights of a learned mix, which are few and move at every fourth step only.",
        low=1e-6,
        high=10,
    )
    l2: float = setting(
        1e-3,
        "Strength of the penalty on the probe's weights: l2 / 2 times their squares is added to the mean loss "
        "(1 / (C N) in scikit-learn's terms, with N training words).",
        low=0, high=100,
    )  # fmt: skip
    hidden: int = setting(64, "Width of the hidden layer (MLP), or of each direction (BiLSTM).", low=1, high=2048)
    dropout: float = setting(0.2, "Share of hidden values left out in training (MLP, BiLSTM).", low=0, high=0.9)
    depth: bool = setting(
        True,
        "Also train the mixes of layers 0 to l that show at which layer names are found (not with the BiLSTM); "
        "about doubles the time.",
    )
    resamples: int = setting(1000, "Resamples of the bootstrap over test sentences.", low=10, high=100_000)
    seed: int = setting(
        1,
        "Of the control task, the bootstrap, the first weights of a learned mix, and of an MLP or BiLSTM the order of "
        "words and the first weights.",
        low=0,
        high=2**31 - 1,
    )

    def batch(self, words: int) -> int:
        """Words in a training step where so many are trained on."""
        return max(8, min(self.batch_size, words // STEPS))

    @property
    def rate(self) -> float:
        """The learning rate, or the usual one."""
        return self.learning_rate or USUAL_RATE


@dataclass(frozen=True)
class Probe:
    """One probe to be trained.

    Attributes:
        source: what it reads.
        control: whether it learns the control task instead of the tags.
    """

    source: Source
    control: bool = False


Judge = Callable[[Probe, Ids], float]
"""How good a probe's tags of the dev words are; more is better."""


@dataclass
class Fitted:
    """A trained probe.

    Attributes:
        probe: which.
        dev: its judgement on the dev words.
        epoch: the pass that counts, from 1; of a linear probe, the steps that it took.
        tags: (N of test,) what it then says of the test words.
        weights: of a learned mix, s for each of its layers; else empty.
        gamma: of a learned mix, else 1.
        matrix: (K, D + 1) of a linear probe of given layers, the biases last; else empty.
    """

    probe: Probe
    dev: float = float("-inf")
    epoch: int = 0
    tags: Ids = field(default_factory=lambda: np.zeros(0, np.int64))
    weights: tuple[float, ...] = ()
    gamma: float = 1.0
    matrix: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))


class Fit(Protocol):
    """Fits one kind of probe: ``linear.fit``, ``mlp.fit``, ``bilstm.fit`` (also with a field)."""

    def __call__(
        self,
        probes: Sequence[Probe],
        features: Features,
        labels: Ids,
        judge: Judge,
        settings: ProbeSettings,
        on_progress: OnProgress | None = None,
    ) -> list[Fitted]:
        """Fit probes to the train words and tag the test words.

        Args:
            probes: which, each at most once.
            features: the vectors of all words, standardised.
            labels: (2, N) the tags, and the labels of the control task.
            judge: how good tags of the dev words are.
            settings: how to train.
            on_progress: told how far the training is; may raise to stop.

        Returns:
            One for each probe, in their order.
        """


@dataclass(frozen=True)
class Depth:
    """Where in a model of L layers the names are found; layers are counted from 0, the input.

    Attributes:
        weights: (L) s, the share of each layer in the learned mix of all.
        centre_of_gravity: their mean layer, the sum of l s_l.
        scores: (L) F1 of the mixes of layers 0 to l.
        gains: (L - 1) what layer l adds: the score of the mix up to l, less that of the mix up to l - 1.
        expected_layer: mean layer of the gains, which may be negative; nan if there is no gain that differs from none.
        low: lower end of its 95 % bootstrap interval (sentences drawn).
        high: upper end.
    """

    weights: tuple[float, ...]
    centre_of_gravity: float
    scores: tuple[float, ...]
    gains: tuple[float, ...]
    expected_layer: float
    low: float
    high: float


def centre_of_gravity(weights: Sequence[float]) -> float:
    """The mean layer, sum of l s_l, of weights s that sum to 1 (Tenney et al. 2019, equation 2)."""
    return float(np.dot(np.arange(len(weights)), weights))


def expected_layer(scores: Doubles) -> Doubles:
    """(...,) the mean layer of the gains, from (..., L) scores of the cumulative mixes (Tenney et al., equation 4).

    nan where the top is not better than the input: there is nothing to say at which layer it is gained.
    """
    gains = np.diff(np.asarray(scores, float), axis=-1)
    total = gains.sum(axis=-1)
    sums = (gains * np.arange(1, gains.shape[-1] + 1)).sum(axis=-1)
    result: Doubles = np.divide(sums, total, out=np.full(np.shape(total), np.nan), where=total > 0)
    return result


def depth(weights: Sequence[float], scores: Sequence[float], draws: Doubles) -> Depth:
    """Put both together.

    Args:
        weights: (L) of the mix of all layers.
        scores: (L) of the cumulative mixes.
        draws: (R, L) the same in each resample of a bootstrap.
    """
    gained = interval(draws[:, -1] - draws[:, 0])[0] > 0
    low, high = interval(expected_layer(draws)) if gained else (float("nan"), float("nan"))
    return Depth(
        tuple(weights),
        centre_of_gravity(weights),
        tuple(scores),
        tuple(np.diff(scores).tolist()),
        float(expected_layer(np.asarray(scores, float))) if gained else float("nan"),
        low,
        high,
    )


@dataclass(frozen=True, eq=False)
class Row:
    """How well names are found by one strategy.

    Attributes:
        strategy: its name; two names may stand for one probe ("last", "layer 12").
        kind: "layer", "sum", "mix" or "concatenation".
        layers: names of the layers that are read.
        f1: entity-level F1 on the test sentences, 0 to 1.
        low: lower end of its 95 % bootstrap interval (sentences drawn).
        high: upper end.
        precision: share of the entities found that are right.
        recall: share of the entities there that are found.
        accuracy: share of the words with the right tag.
        control: the same in the control task.
        selectivity: accuracy less control.
        selectivity_low: lower end of its 95 % bootstrap interval.
        selectivity_high: upper end.
        dev_f1: F1 on the dev sentences, by which the training was stopped (not of a linear probe, which goes to the
            end).
        epoch: the pass after which it was stopped; of a linear probe, the steps that it took to its best.
        weights: of a learned mix, the share of each of its layers; else empty.
        gamma: of a learned mix, the factor before it, which gives the mix variance 1; else 1.
        tags: (N,) its tag of each word of the test sentences, as its position among ``LayerProbe.labels``.
    """

    strategy: str
    kind: str
    layers: tuple[str, ...]
    f1: float
    low: float
    high: float
    precision: float
    recall: float
    accuracy: float
    control: float
    selectivity: float
    selectivity_low: float
    selectivity_high: float
    dev_f1: float
    epoch: int
    weights: tuple[float, ...]
    gamma: float
    tags: Ids = field(repr=False)


@dataclass(frozen=True, eq=False)
class LayerProbe:
    """How well names are found from a model's frozen vectors.

    Attributes:
        model: its title; of a stack, all with a plus between.
        layers: L names.
        dim: D, width of a layer.
        labels: K tags, O first.
        rows: one a strategy, layers first.
        depth: at which layer names are found; ``None`` for one layer, a BiLSTM, without "mix of all" or if not
            asked for.
        chance: F1 of tags drawn at random as often as they occur.
        lookup: F1 without any vectors, each word getting the tag that it had most often in training.
        majority: accuracy of calling every word O.
        sentences: how many there are to train, to stop by (dev), and to measure on (test).
        words: running words of each.
        entities: entities of each.
        settings: how the probes were trained.
        reading: seconds that reading took, or fetching the kept vectors.
        training: seconds that all probes took.
    """

    model: str
    layers: tuple[str, ...]
    dim: int
    labels: tuple[str, ...]
    rows: tuple[Row, ...]
    depth: Depth | None
    chance: float
    lookup: float
    majority: float
    sentences: tuple[int, int, int]
    words: tuple[int, int, int]
    entities: tuple[int, int, int]
    settings: ProbeSettings
    reading: float
    training: float

    def row(self, strategy: str) -> Row:
        """The row of that strategy.

        Raises:
            BadInput: there is none.
        """
        name = true_name(strategy, len(self.layers))
        for row in self.rows:
            if row.strategy == name:
                return row
        raise BadInput(f"There is no row '{strategy}'. There are: {', '.join(row.strategy for row in self.rows)}.")
