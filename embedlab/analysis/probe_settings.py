"""How probes are trained and judged."""

from __future__ import annotations

from dataclasses import dataclass

from embedlab.base import Settings, setting

LINEAR, MLP, BILSTM = "linear", "mlp", "bilstm"
PROBES = (LINEAR, MLP, BILSTM)
USUAL_RATE = 0.005
STEPS = 16
"""Training steps that a pass has at least, unless there are too few words."""
TITLES = {LINEAR: "linear", MLP: "MLP", BILSTM: "BiLSTM"}


@dataclass(frozen=True)
class ProbeSettings(Settings):
    """How probes are trained and judged; the vectors themselves never change.

    A linear probe has a single best place for its penalty and is always brought there: passes, patience, batches and
    learning rates are the MLP's and the BiLSTM's alone.
    """

    probe: str = setting(
        LINEAR,
        "What is trained on the frozen vectors: one matrix (linear), a hidden layer (mlp), or a network that reads the "
        "whole sentence both ways (bilstm). The more it can do by itself, the less it says about the vectors.",
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
        "Of the control task, the bootstrap, and of an MLP or BiLSTM the order of words and the first weights.",
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
