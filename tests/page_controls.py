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
"""Choices of a longer list that are tried: its ends and some between."""
UNKNOWN = "Zzyzx"
"""A word that no model knows."""
ROUNDS = 5
"""Times that controls are set until all are as wanted: each may bring others, or set them back."""

Choice = tuple[str, Any]
"""What the browser would send: the kind of value, and the value; tuples for lists."""
Setting = tuple[str, Choice]
"""A control, by its key, and what it is set to."""
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


def now(widget: Any) -> Choice:
    """What a control is set to."""
    name = KINDS[widget.type]
    value = getattr(widget._widget_state, name)
    return name, tuple(value.data) if name.endswith("array_value") else value


def choices(widget: Any) -> list[Choice]:
    """What a control can be set to: every option, none and all of several, both ends of a range."""
    name, value = here = now(widget)
    if widget.type in ("checkbox", "toggle"):
        return [(name, False), (name, True)]
    if widget.type in ("slider", "number_input"):
        ends = [end for end in (widget.proto.min, _most(widget, value)) if end is not None]
        return list(dict.fromkeys([here, *((name, (end,) if isinstance(value, tuple) else end) for end in ends)]))
    if widget.type in ("text_input", "text_area"):
        return list(dict.fromkeys([here, (name, ""), (name, UNKNOWN)]))
    options = _few(list(widget.options))
    if widget.type in ("selectbox", "radio"):
        return [(name, option) for option in options]
    one = [(name, (option,)) for option in options]
    several = widget.type == "multiselect" or (widget.type == "button_group" and not widget._is_single_select)
    return list(dict.fromkeys([here, (name, ()), (name, tuple(widget.options)), *one])) if several else one


def _most(widget: Any, value: Any) -> Any:
    if widget.type == "number_input" and not widget.proto.has_max:
        return value * 2 + 1
    return widget.proto.max


def _few(options: list[str]) -> list[str]:
    if len(options) <= LONG:
        return options
    return [options[round(i * (len(options) - 1) / (LONG - 1))] for i in range(LONG)]


def set_to(page: AppTest, wanted: dict[str, Choice]) -> AppTest:
    """Set controls and run the page as the browser would: options by the titles that are read."""
    ids = {widget.id: wanted[key] for key, widget in controls(page).items() if key in wanted}
    states = page._tree.get_widget_states()
    for state in states.widgets:
        if state.id in ids:
            _write(state, *ids[state.id])
    page._run(states)
    return page


def _write(state: WidgetState, name: str, value: Any) -> None:
    state.ClearField(name)
    if name.endswith("array_value"):
        getattr(state, name).SetInParent()
        getattr(state, name).data[:] = value
    else:
        setattr(state, name, value)


@dataclass
class Walk:
    """A walk through the states of a page.

    Attributes:
        page: as it is now.
        look: called after every run of the page; raises where something is wrong.
        seed: of what is drawn by lot.
        known: choices of every control that was ever shown.
        left: pairs of settings still to be tried; a pair of controls counts once they were shown together.
        out_of_reach: pairs that could not be brought about, as one of them makes the other vanish.
        runs: how often the page was run.
    """

    page: AppTest
    look: Callable[[AppTest, dict[str, Choice]], None]
    seed: int = 0
    known: dict[str, list[Choice]] = field(default_factory=dict)
    left: dict[Pair, None] = field(default_factory=dict)
    out_of_reach: set[Pair] = field(default_factory=set)
    runs: int = 0
    _done: set[Pair] = field(default_factory=set)
    _together: dict[frozenset[str], dict[str, Choice]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lots = random.Random(self.seed)
        self._saw({})

    def go(self, most: int | None = None) -> Walk:
        """Try pairs until none is left, or for so many states of the page."""
        for _ in range(most) if most is not None else itertools.count():
            if not self.left:
                break
            pair = self._lots.choice(list(self.left)) if most is not None else next(iter(self.left))
            self._bring_about(self._filled(pair))
            if pair in self.left:  # something in the way: from where the two controls were last shown together
                self._bring_about(self._together[frozenset(key for key, _ in pair)] | dict(pair))
            if pair in self.left:
                self._give_up(pair)
        return self

    def _give_up(self, pair: Pair) -> None:
        """The pair cannot be brought about, nor any other with a control that one of the two makes vanish."""
        shown = controls(self.page)
        gone = {key for key, _ in pair if key not in shown}
        stays = {setting for setting in pair if setting[0] in shown and now(shown[setting[0]]) == setting[1]}
        beyond = [
            one
            for one in self.left
            if one == pair or (stays and stays < one and any(key in gone for key, _ in one - stays))
        ]
        for one in beyond:
            del self.left[one]
        self.out_of_reach.update(beyond)

    def _filled(self, pair: Pair) -> dict[str, Choice]:
        """The pair with such settings of all other controls as try the most pairs beside."""
        wanted = dict(pair)
        others = [key for key in self.known if key not in wanted]
        self._lots.shuffle(others)
        for key in others:

            def gain(choice: Choice, key: str = key) -> int:
                return sum(frozenset(((key, choice), one)) in self.left for one in wanted.items())

            wanted[key] = max(self._lots.sample(self.known[key], len(self.known[key])), key=gain)
        return wanted

    def _bring_about(self, wanted: dict[str, Choice]) -> None:
        for _ in range(ROUNDS):
            shown = controls(self.page)
            changes = {
                key: wanted[key]
                for key, widget in shown.items()
                if key in wanted and now(widget) != wanted[key] and _possible(widget, wanted[key])
            }
            if not changes:
                return
            set_to(self.page, changes)
            self.runs += 1
            self._saw(wanted)

    def _saw(self, wanted: dict[str, Choice]) -> None:
        """Look at the page; note its controls and the pairs that it shows."""
        shown = controls(self.page)
        state = {key: now(widget) for key, widget in shown.items()}
        self.look(self.page, state)
        for key, widget in shown.items():
            own = self.known.setdefault(key, [])
            own += [choice for choice in choices(widget) if choice not in own]
        for key, widget in shown.items():
            self._note((key,), state, (frozenset([(key, choice)]) for choice in choices(widget)))
        for one, other in itertools.combinations(sorted(shown), 2):
            two = itertools.product(choices(shown[one]), choices(shown[other]))
            self._note((one, other), state, (frozenset([(one, a), (other, b)]) for a, b in two))

    def _note(self, keys: tuple[str, ...], state: dict[str, Choice], pairs: Iterable[Pair]) -> None:
        """Some controls are shown together as they are in ``state``; they could be set to any of ``pairs``."""
        self._together[frozenset(keys)] = state
        for pair in pairs:
            if pair not in self._done and pair not in self.out_of_reach:
                self.left.setdefault(pair)
        here = frozenset((key, state[key]) for key in keys)
        self._done.add(here)
        self.left.pop(here, None)


def _possible(widget: Any, choice: Choice) -> bool:
    options = getattr(widget, "options", None)
    if options is None:
        return True
    value = choice[1]
    return all(part in options for part in (value if isinstance(value, tuple) else (value,)))
