"""Settings of Flair."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

from embedlab.base import setting
from embedlab.models.char_lstm import CharacterConfig, CharLstmConfig

WAYS = ("forward", "backward")
SHAPE = (
    "dim", "hidden", "layers", "projection", "delimiter", "min_count", "max_words", "with_whitespace",
)  # fmt: skip
"""Settings that stay the same when a trained model continues to learn."""


@dataclass(frozen=True)
class FlairConfig(CharacterConfig):
    """Settings of both directions."""

    work: ClassVar[float] = 2.0

    with_whitespace: bool = setting(
        True, "Take a word's vector at the space that is read after it, as Flair does; or at its last letter."
    )

    def half(self, direction: str) -> CharLstmConfig:
        """The settings of one direction."""
        return CharLstmConfig(**shared(self), direction=direction)


def shared(config: CharacterConfig) -> dict[str, Any]:
    """The settings that both directions have in common."""
    return {item.name: getattr(config, item.name) for item in fields(CharacterConfig)}
