"""Forms made from a settings dataclass: a widget a field, its help as tooltip, its value in the address."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import streamlit as st

from embedlab.base.limits import Limits
from embedlab.base.settings import Settings

LABELS = {
    "dim": "Dimensions", "min_count": "Minimum count", "max_words": "Vocabulary size", "seed": "Random seed",
    "workers": "Threads", "hs": "Hierarchical softmax", "negative": "Negative samples", "ns_exponent": "Noise exponent",
    "sample": "Subsampling threshold", "alpha": "Learning rate", "min_alpha": "Final learning rate",
    "n": "Order n", "order": "Order", "hidden": "Hidden width", "samples": "Softmax samples", "tied": "Tied weights",
    "stretch": "Stretch (BPTT)", "clip": "Gradient clipping", "warmup": "Warm-up", "learning_rate": "Learning rate",
    "min_n": "Shortest n-gram", "max_n": "Longest n-gram", "x_max": "x max", "memory_mb": "Memory for counting (MB)",
    "largest": "Largest vocabulary", "noise": "Noise words", "memory_limit": "Memory limit (MB)",
    "time_limit": "Time limit (s)", "shape": "Size of the network", "sequence": "Pieces read at once",
    "next_sentence": "Next-sentence prediction", "skipgram_epochs": "Skip-gram epochs first",
    "lowercase": "Small letters", "pooling": "Vector of several pieces", "char_dim": "Letter dimensions",
    "filters": "Letter filters", "highway": "Highway layers", "skip": "Skip connections",
    "with_whitespace": "Read on to the space", "mask_rate": "Share of hidden pieces",
    "mask_subsample": "Hide frequent pieces less",
}  # fmt: skip
"""What people read where a field's name, with spaces, would not do."""


def settings_form(
    kind: type[Settings],
    prefix: str,
    *,
    first: Sequence[str],
    defaults: Mapping[str, Any] | None = None,
    without: Collection[str] = (),
    more: str = "More settings",
) -> dict[str, Any]:
    """A widget for every field of a settings class.

    Args:
        kind: the class; each field's metadata says its bounds, choices and tooltip.
        prefix: put before the field's name to make the widget's name in the address.
        first: fields that are shown at once, in this order; the others wait in a fold-out.
        defaults: what to begin with, where it is not the field's own default.
        without: fields that are decided elsewhere.
        more: heading of the fold-out.

    Returns:
        The values by field name; they are in bounds one by one, and the class checks them together.
    """
    start = {item.name: item.default for item in dataclasses.fields(kind)} | dict(defaults or {})
    offered = [item for item in dataclasses.fields(kind) if item.metadata.get("shown", True)]
    fields = {item.name: item for item in offered if item.name not in without}
    leading = [fields[name] for name in first if name in fields]
    others = [item for name, item in fields.items() if name not in first]
    values: dict[str, Any] = {}
    if leading:
        for column, item in zip(_cells(len(leading)), leading, strict=True):
            with column:
                values[item.name] = _widget(item, f"{prefix}{item.name}", start[item.name])
    if others:
        with st.expander(more, icon=":material/tune:"):
            for column, item in zip(_cells(len(others)), others, strict=True):
                with column:
                    values[item.name] = _widget(item, f"{prefix}{item.name}", start[item.name])
    return {name: values[name] for name in fields}


def _cells(count: int, width: int = 3) -> list[Any]:
    """So many cells, in rows of three."""
    cells: list[Any] = []
    for _ in range(0, count, width):
        cells += st.columns(width, vertical_alignment="bottom")
    return cells[:count]


def label(name: str) -> str:
    """How a field is called in a form."""
    return LABELS.get(name, name.replace("_", " ").capitalize())


def follow(key: str, default: Any) -> None:
    """Let a widget that nobody has changed take a new default; call it before the widget is drawn."""
    before = st.session_state.setdefault("_defaults", {})
    if key in before and before[key] != default and st.session_state.get(key) == before[key]:
        st.session_state[key] = default
    before[key] = default


def _widget(item: dataclasses.Field[Any], key: str, default: Any) -> Any:
    text, help, bounds = label(item.name), item.metadata.get("help"), dict(item.metadata)
    if (most := Limits.from_environment().of(item.name)) is not None and isinstance(default, int):
        bounds["high"] = min(most, bounds.get("high") or most)
        default = min(default, most)
    follow(key, default)
    common: dict[str, Any] = {"key": key, "help": help, "bind": "query-params"}
    if bounds.get("choices"):
        choices = list(bounds["choices"])
        return st.selectbox(text, choices, choices.index(default), **common)
    if isinstance(default, bool):
        return st.toggle(text, default, **common)
    if isinstance(default, int):
        return st.number_input(text, _whole(bounds.get("low")), _whole(bounds.get("high")), default, 1, **common)
    if isinstance(default, float):
        low, high = (None if bounds.get(name) is None else float(bounds[name]) for name in ("low", "high"))
        return st.number_input(text, low, high, default, _step(default), "%g", **common)
    return (st.text_input(text, default, 200, **common) or "").strip()


def _whole(bound: float | None) -> int | None:
    return None if bound is None else int(bound)


def _step(value: float) -> float:
    """A tenth of the value's own order of magnitude: 0.005 for 0.025, 0.1 for 0.75."""
    return 10.0 ** (math.floor(math.log10(abs(value)))) / 2 if value else 0.001
