"""Contextual models whose every vector is known, and one of them as a starter for pages."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from embedlab import families, registry
from embedlab.base import Card, ContextualModel, Settings, model_folder
from embedlab.registry import ModelSpec

WATER = {"river", "muddy", "swans", "boat", "moored", "heron", "grassy", "fish"}


class Made(ContextualModel):
    """A model with vectors of a test's own making: a subclass says what it reads in a sentence."""

    kind: ClassVar[str] = "made"
    config_class: ClassVar[type[Settings]] = Settings
    config, words, counts, repeatable = Settings(), [], np.zeros(0, np.int64), False

    def __init__(self, layers: list[str], dim: int, title: str = "made") -> None:
        self.layers, self.dim, self.card = layers, dim, Card(title=title)

    @abstractmethod
    def read(self, sentence: Sequence[str]) -> Any:
        """The (L, T, D) vectors of a sentence of T words."""

    def encode_batch(self, sentences: Sequence[Sequence[str]], layers: Sequence[int]) -> list[Any]:
        return [np.asarray(self.read(sentence), np.float32)[list(layers)] for sentence in sentences]

    def tensors(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_tensors(cls, *args: Any) -> Any:
        raise NotImplementedError


class Toy(Made):
    """Knows two senses: at layer "1" and above, a word's vector turns by whether the sentence speaks of water.

    Layer "0" is the same for every sentence. In layers "1" and "2" words of watery sentences lie along the first
    axis, others along the second, with a little of the sentence's length along the third.
    """

    kind: ClassVar[str] = "toy"
    words, counts, repeatable = ["toy"], np.zeros(1, np.int64), True

    def __init__(self, title: str = "Toy BERT") -> None:
        super().__init__(["0", "1", "2"], 4, title)

    def read(self, sentence: Sequence[str]) -> Any:
        wet = any(word.lower() in WATER for word in sentence)
        rows = np.zeros((3, len(sentence), 4))
        rows[0, :, 3] = 1
        rows[1:, :, 0 if wet else 1] = 1
        rows[1:, :, 2] = 0.01 * len(sentence)
        return rows

    def tensors(self) -> Any:
        return {"one": np.ones(1, np.float32)}

    @classmethod
    def from_tensors(cls, words: Any, counts: Any, tensors: Any, config: Any, card: Card) -> Toy:
        return cls(card.title)


def install(monkeypatch: pytest.MonkeyPatch, assets: Path) -> None:
    """Put the toy among the starters as "bert", and the shipped sentences beside them."""
    (assets / "sentences").symlink_to(Path(__file__).resolve().parent.parent / "assets" / "sentences")
    folder = assets / "starters" / "bert"
    model_folder.write(folder, Toy().stored(), overwrite=True)
    own, own_list = registry.load_model, registry.list_models
    family = families.family("bert")
    spec = ModelSpec("bert", "Toy BERT", 2019, "starter", ("contextual",), family, folder, Card(title="Toy BERT"))

    def listed(capability: Any = None, workspace: str = "") -> list[ModelSpec]:
        others = [one for one in own_list(capability, workspace) if one.key != "bert"]
        return [*others, spec] if capability in (None, "contextual") else others

    def loaded(key: str | Path) -> Any:
        return Toy() if str(key) in ("bert", str(folder)) else own(key)

    monkeypatch.setattr(registry, "load_model", loaded)
    monkeypatch.setattr(registry, "list_models", listed)
