"""The controls that a page shows, found on the page itself, and a walk that tries every two of them together.

A walk is a covering array of strength 2 that is made while it goes, since controls and their choices come and go as
others change: every choice of a control meets every choice of every other control that is ever shown beside it.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

KINDS = {
    "selectbox": "string_value", "button_group": "string_array_value", "multiselect": "string_array_value",
    "select_slider": "string_array_value", "radio": "string_value", "checkbox": "bool_value", "toggle": "bool_value",
    "slider": "double_array_value", "number_input": "double_value", "text_input": "string_value",
    "text_area": "string_value",
}  # fmt: skip
"""Kinds of controls, and the kind of value that the browser sends for each."""
LONG = 6
"""Options of a longer list that are tried: its ends and some between."""
UNKNOWN = "Zzyzx"
"""A word that no model knows."""
ROUNDS = 5
"""Times that controls are set until all are as wanted: each may bring others, or set them back."""

Setting = tuple[str, str]
"""A control, by its key, and a choice, by its name in ``choices``."""
Pair = frozenset[Setting]
"""Two settings; also one alone, for a control that stands alone."""


def controls(page: AppTest) -> dict[str, Any]:
    """Every control that a visitor can change at once, by its key; what waits for a form's button is none."""
    found = {}
    for kind in KINDS:
        for widget in getattr(page, kind):
            if not widget.disabled and not getattr(widget.proto, "form_id", ""):
                found[widget.key or f"{kind}: {widget.label}"] = widget
    return found


def choices(widget: Any) -> dict[str, Any]:
    """What a control can be set to, as the browser would send it; options by their place, since they may change."""
    proto = widget.proto
    if widget.type in ("checkbox", "toggle"):
        return {"off": False, "on": True}
    if widget.type == "slider":
        ends = len(proto.default)
        return {"first": tuple(proto.default), "low": (proto.min,) * ends, "high": (proto.max,) * ends}
    if widget.type == "number_input":
        most = proto.max if proto.has_max else 2 * proto.default + 1
        return {"first": proto.default, "low": proto.min if proto.has_min else -1.0, "high": most}
    if widget.type in ("text_input", "text_area"):
        return {"first": proto.default, "empty": "", "unknown": UNKNOWN}
    few = {f"option {i}": option for i, option in enumerate(_few(list(widget.options)))}
    if widget.type in ("selectbox", "radio"):
        return few
    one = {name: (option,) for name, option in few.items()}
    if widget.type == "select_slider" or (widget.type == "button_group" and widget._is_single_select):
        return one
    return {"first": tuple(widget.options[i] for i in proto.default), "none": (), "all": tuple(widget.options)} | one


def _few(options: list[str]) -> list[str]:
    if len(options) <= LONG:
        return options
    return [options[round(i * (len(options) - 1) / (LONG - 1))] for i in range(LONG)]


def now(widget: Any) -> list[str]:
    """The choices that a control is set to: one, more where they mean the same, or none of ours."""
    name = KINDS[widget.type]
    value = getattr(widget._widget_state, name)
    value = tuple(value.data) if name.endswith("array_value") else value
    return [choice for choice, one in choices(widget).items() if one == value]


def set_to(page: AppTest, wanted: dict[str, str]) -> AppTest:
    """Set controls and run the page as the browser would: options by the titles that are read."""
    values = {widget.id: _sent(widget, wanted[key]) for key, widget in controls(page).items() if key in wanted}
    states = page._tree.get_widget_states()
    kept = [state for state in states.widgets if state.id not in values]
    del states.widgets[:]
    states.widgets.extend([*kept, *values.values()])
    page._run(states)
    return page


def _sent(widget: Any, choice: str) -> WidgetState:
    state, name, value = WidgetState(id=widget.id), KINDS[widget.type], choices(widget)[choice]
    if name.endswith("array_value"):
        getattr(state, name).SetInParent()
        getattr(state, name).data[:] = value
    else:
        setattr(state, name, value)
    return state


@dataclass
class Walk:
    """A walk through the states of a page.

    Attributes:
        page: as it is now.
        look: called after every run of the page with what its controls are set to; raises where something is wrong.
        seed: of what is drawn by lot.
        known: choices of every control that was ever shown.
        left: pairs of settings still to be tried; a pair of controls counts once they were shown together.
        tried: pairs that were shown.
        out_of_reach: pairs that could not be brought about, as one of them makes the other vanish.
        runs: how often the page was run.
    """

    page: AppTest
    look: Callable[[AppTest, dict[str, str]], None]
    seed: int = 0
    known: dict[str, dict[str, None]] = field(default_factory=dict)
    left: dict[Pair, None] = field(default_factory=dict)
    tried: set[Pair] = field(default_factory=set)
    out_of_reach: set[Pair] = field(default_factory=set)
    runs: int = 0
    _together: dict[frozenset[str], dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lots = random.Random(self.seed)
        self._saw()

    def go(self, most: int | None = None) -> Walk:
        """Try pairs until none is left, or for so many states of the page."""
        for _ in range(most) if most is not None else itertools.count():
            if not self.left:
                break
            pair = self._lots.choice(list(self.left)) if most is not None else next(iter(self.left))
            self._bring_about(self._filled(pair))
            if pair in self.left:  # something in the way: from where the two controls were last shown together
                before = self._together[frozenset(key for key, _ in pair)]
                self._bring_about(before | dict(pair))
                if pair in self.left:
                    self._give_up(pair, before)
        return self

    def _filled(self, pair: Pair) -> dict[str, str]:
        """The pair with such settings of all other controls as try the most pairs beside."""
        wanted = dict(pair)
        others = [key for key in self.known if key not in wanted]
        self._lots.shuffle(others)
        for key in others:

            def gain(choice: str, key: str = key) -> int:
                return sum(frozenset(((key, choice), one)) in self.left for one in wanted.items())

            own = list(self.known[key])
            wanted[key] = max(self._lots.sample(own, len(own)), key=gain)
        return wanted

    def _bring_about(self, wanted: dict[str, str]) -> None:
        for _ in range(ROUNDS):
            changes = {
                key: wanted[key]
                for key, widget in controls(self.page).items()
                if key in wanted and wanted[key] not in now(widget) and wanted[key] in choices(widget)
            }
            if not changes:
                return
            set_to(self.page, changes)
            self.runs += 1
            self._saw()

    def _give_up(self, pair: Pair, before: Iterable[str]) -> None:
        """The pair cannot be brought about, nor any other of a setting that stays and a control that it makes vanish.

        Args:
            pair: two settings.
            before: the controls that were shown where both could be set.
        """
        shown = controls(self.page)
        gone = {key for key in before if key not in shown}
        stays = {(key, choice) for key, choice in pair if key in shown and choice in now(shown[key])}
        beyond = [
            one
            for one in self.left
            if one == pair or (stays and stays < one and any(key in gone for key, _ in one - stays))
        ]
        for one in beyond:
            del self.left[one]
        self.out_of_reach.update(beyond)

    def _saw(self) -> None:
        """Look at the page; note its controls and the pairs that it shows."""
        shown = controls(self.page)
        set_to = {key: now(widget) for key, widget in shown.items()}
        state = {key: found[0] for key, found in set_to.items() if found}
        self.look(self.page, state)
        offered = {key: list(choices(widget)) for key, widget in shown.items()}
        for key, own in offered.items():
            self.known.setdefault(key, {}).update(dict.fromkeys(own))
        for keys in [*itertools.combinations(sorted(shown), 1), *itertools.combinations(sorted(shown), 2)]:
            self._together[frozenset(keys)] = state
            for pair in _pairs(keys, set_to):
                self.tried.add(pair)
                self.left.pop(pair, None)
            for pair in _pairs(keys, offered):
                if pair not in self.tried and pair not in self.out_of_reach:
                    self.left.setdefault(pair)


def _pairs(keys: tuple[str, ...], found: dict[str, list[str]]) -> Iterable[Pair]:
    """All settings of these controls together."""
    for parts in itertools.product(*(found[key] for key in keys)):
        yield frozenset(zip(keys, parts, strict=True))
