"""Base class of all settings: frozen, with a help text and bounds for each field."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from embedlab.base.errors import BadSetting


def setting(
    default: Any,
    text: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: Sequence[str] | None = None,
    shown: bool = True,
) -> Any:
    """A documented, bounded dataclass field: forms show ``text`` as a tooltip, ``Settings`` checks the bounds.

    ``shown=False`` keeps it out of forms: it is a fact of a published checkpoint rather than a choice.
    """
    return field(default=default, metadata={"help": text, "low": low, "high": high, "choices": choices, "shown": shown})


@dataclass(frozen=True)
class Settings:
    """Base class of every model's ``Config``: frozen; each field is made by ``setting`` and checked on construction.

    Raises:
        BadSetting: a value has the wrong type, is outside its bounds or is not among its choices.
    """

    def __post_init__(self) -> None:
        for item in dataclasses.fields(self):
            _check_setting(item, getattr(self, item.name))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Make settings from parsed JSON or TOML; an unknown name is an error."""
        known = {item.name for item in dataclasses.fields(cls)}
        if unknown := sorted(set(values) - known):
            raise BadSetting(f"{cls.__name__} has no setting {', '.join(unknown)}; it has {', '.join(sorted(known))}.")
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return dataclasses.asdict(self)


def _check_setting(item: dataclasses.Field[Any], value: Any) -> None:
    low, high, choices = (item.metadata.get(name) for name in ("low", "high", "choices"))
    expected = type(item.default)
    matches = isinstance(value, (int, float)) if expected is float else isinstance(value, expected)
    if not matches or (expected in (int, float) and isinstance(value, bool)):
        raise BadSetting(f"{item.name} must be {expected.__name__}, not {value!r}.")
    if choices is not None and value not in choices:
        raise BadSetting(f"{item.name} must be one of {', '.join(choices)}, not {value!r}.")
    if (low is not None and value < low) or (high is not None and value > high) or value != value:
        raise BadSetting(f"{item.name} must be between {low} and {high}, not {value!r}.")


@dataclass(frozen=True)
class StaticConfig(Settings):
    """Settings that all static models share."""

    dim: int = setting(100, "Width of a word vector: more holds more, and needs more text.", low=1, high=2000)
    min_count: int = setting(5, "Words seen less often than this are left out.", low=1, high=1_000_000)
    max_words: int = setting(40_000, "Keep at most this many words, the commonest first.", low=2, high=5_000_000)
    seed: int = setting(1, "The same seed with one worker gives the same vectors again.", low=0, high=2**31 - 1)
    workers: int = setting(2, "Threads that train at once; with one, training can be repeated exactly.", low=1, high=64)


@dataclass(frozen=True)
class NeuralConfig(Settings):
    """Settings of the training loop that all networks share (``embedlab.training.loop``).

    Attributes:
        units_per_word: about how many tokens make up a word; 1 for models over words.
        work: about how many times longer a token takes than in an LSTM that reads in one direction.
    """

    units_per_word: ClassVar[float] = 1.0
    work: ClassVar[float] = 1.0

    min_count: int = setting(3, "Words seen less often than this count as unknown.", low=1, high=1_000_000)
    max_words: int = setting(
        10_000, "Keep at most this many words, the commonest first; the others count as unknown.", low=2, high=5_000_000
    )
    epochs: int = setting(5, "Passes over the text, at most: a small text needs more.", low=1, high=1000)
    batch_size: int = setting(
        64, "Examples that are learned from at once, before the weights move.", low=1, high=65_536
    )
    learning_rate: float = setting(2e-3, "How far the weights move at a step, at most (AdamW).", low=1e-6, high=1.0)
    schedule: str = setting(
        "cosine",
        "How the learning rate falls after the warm-up: along a cosine, along a line, or not at all.",
        choices=("cosine", "linear", "constant"),
    )
    warmup: float = setting(
        0.02, "Share of the training during which the learning rate rises from nothing.", low=0.0, high=0.9
    )
    weight_decay: float = setting(0.0, "How strongly weights are pulled to zero (AdamW).", low=0.0, high=1.0)
    clip: float = setting(
        1.0, "Gradients longer than this are cut to it, so that one odd sentence cannot spoil the weights; 0 never.",
        low=0.0, high=1000.0,
    )  # fmt: skip
    patience: int = setting(
        3, "Stop after so many looks at held-out text without a gain, and keep the best weights; 0 trains to the end.",
        low=0, high=1000,
    )  # fmt: skip
    precision: str = setting(
        "auto",
        "Numbers on a graphics card: auto takes bfloat16 or float16 there; the processor always uses float32.",
        choices=("auto", "float32"),
    )
    seed: int = setting(1, "The same seed gives the same weights again, on one machine.", low=0, high=2**31 - 1)
