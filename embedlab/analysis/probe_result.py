"""What a layer probe found: one row a strategy, and what the rows are to be held against."""

from __future__ import annotations

from dataclasses import dataclass, field

from embedlab.analysis.entity_scores import Ids
from embedlab.analysis.layer_strategies import true_name
from embedlab.analysis.probe_depth import Depth
from embedlab.analysis.probe_settings import ProbeSettings
from embedlab.base import BadInput


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
        gamma: of a learned mix, the factor before it (of a linear probe, what gives the mix variance 1); else 1.
        tags: (N,) its tag of each word of the test sentences, as its place among ``LayerProbe.labels``.
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
