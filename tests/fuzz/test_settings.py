"""Recipes and settings of every kind of model, with values of every sort."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

from hypothesis import strategies as st

from embedlab import families, registry
from embedlab.base import BadSetting, typed_json
from embedlab.base.limits import Limits
from embedlab.jobs.kinds.train import TrainSettings
from embedlab.workflows import train
from tests.fuzz import targets
from tests.fuzz.properties import TEXTS, folder, fuzzed, ours

KINDS = tuple(family.key for family in families.families() if family.here)
PLAIN = (
    st.booleans()
    | st.integers()
    | st.floats()
    | TEXTS
    | st.sampled_from((0, 1, 2, 100, 0.5, -1, 2**63, "100", "true", "0.1"))
)
VALUES = PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(TEXTS, PLAIN, max_size=2)


@st.composite
def settings(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A kind, and values for some of its settings; now and then one that it does not have."""
    kind = draw(st.sampled_from(KINDS))
    names = list(registry.model_class(kind).config_class().to_dict())
    return kind, draw(st.dictionaries(st.sampled_from(names) | TEXTS, VALUES, max_size=4))


def toml(values: dict[str, Any]) -> str:
    """A table in TOML; what it cannot say is left out."""
    lines = []
    for name, value in values.items():
        if isinstance(value, float) and not math.isfinite(value):
            value = str(value)
        if isinstance(value, (str, bool, int, float, list)) and not isinstance(value, dict):
            lines.append(f"{json.dumps(name)} = {json.dumps(value)}")
    return "\n".join(lines)


@fuzzed(300, asked=settings())
def test_any_settings_of_any_kind(asked: tuple[str, dict[str, Any]]) -> None:
    kind, values = asked
    with ours():
        found = train.settings_of(kind, values)
        assert type(found).from_dict(found.to_dict()) == found


@fuzzed(
    150,
    asked=settings(),
    top=st.dictionaries(
        st.sampled_from(("name", "kind", "title", "half", "note", "begin", "source", "options")), VALUES
    ),
    source=st.dictionaries(st.sampled_from(("file", "text", "licence", "attribution", "max_bytes", "x")), VALUES),
)
def test_any_recipe(asked: tuple[str, dict[str, Any]], top: dict[str, Any], source: dict[str, Any]) -> None:
    kind, values = asked
    whole = {"name": "a", "kind": kind, "title": "A"} | top
    tables = f"[[source]]\n{toml({'file': 'a', 'text': 'a', 'licence': 'MIT'} | source)}\n[settings]\n{toml(values)}\n"
    with folder() as place:
        (place / "a.toml").write_text(f"{toml(whole)}\n{tables}", encoding="utf-8", errors="replace")
        with ours():
            targets.recipe(place / "a.toml")


@fuzzed(150, values=st.dictionaries(st.sampled_from(("kind", "config", "text", "watch", "name", "x")), VALUES))
def test_any_settings_of_a_run(values: dict[str, Any]) -> None:
    with ours():
        typed_json.settings(TrainSettings, {"kind": "lsa", "config": {}, "text": {}, "watch": [], "name": ""} | values)


@fuzzed(
    100, name=st.sampled_from([item.name for item in dataclasses.fields(Limits)]), value=TEXTS | st.integers().map(str)
)
def test_any_limit(name: str, value: str) -> None:
    variable = f"EMBEDLAB_MAX_{name.upper()}"
    try:
        found = Limits.from_environment({variable: value})
    except BadSetting as error:
        assert variable in str(error)
        return
    assert not value or getattr(found, name) == int(value) > 0
