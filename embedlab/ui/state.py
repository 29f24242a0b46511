"""Widgets whose value lives in the address, so that a link opens the same view.

Every function draws one widget bound to the query parameter ``name`` (Streamlit's ``bind="query-params"``): the
address sets it, it sets the address, and a value equal to the default is left out of the address. A value that
makes no sense (an unknown option, a number out of bounds) gives way to the default. The same name on two pages is
the same value: the word looked at on one page is there on the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import get_script_run_ctx

from embedlab.plots.text import md

FEW = 8
"""Up to so many options are shown as buttons side by side, more of them as a list to open."""
WIDE = 60
"""Buttons whose titles have more letters than this together stand apart: joined ones look torn in a second row."""

_BROKEN = "_broken"
_FORMS = "_forms"


def text(
    name: str, default: str, label: str, *, help: str | None = None, placeholder: str | None = None, limit: int = 200
) -> str:
    """A line of text, without spaces at its ends; at most ``limit`` characters.

    Streamlit forgets a widget's value on the way to a page without it, or with another label, and takes it out of
    the address; a text other than the default is therefore kept, and put back into both.
    """
    kept: dict[str, str] = st.session_state.setdefault("_kept", {})
    if name in kept and name not in st.query_params:
        st.session_state[name] = left = st.session_state.get(name, kept[name])
        if left and left != default:
            with suppress(StreamlitAPIException):  # bound to the widget already: Streamlit writes the address itself
                st.query_params[name] = left
    value = st.text_input(
        label, default, limit, key=name, help=help, placeholder=placeholder, bind="query-params", width="stretch"
    )
    if value and value != default:
        kept[name] = value
    else:
        kept.pop(name, None)
    return (value or "").strip()[:limit]


def begin(name: str, value: str) -> None:
    """Let a line of text start with a value other than its default, where nothing else was written yet."""
    st.session_state.setdefault("_kept", {}).setdefault(name, value)


def area(name: str, default: str, label: str, *, help: str | None = None, limit: int = 2000, height: int = 120) -> str:
    """Several lines of text; at most ``limit`` characters."""
    value = st.text_area(label, default, height=height, max_chars=limit, key=name, help=help, bind="query-params")
    return (value or "").strip()[:limit]


def choice(
    name: str,
    options: Sequence[str],
    default: str,
    label: str,
    *,
    titles: Mapping[str, str] | None = None,
    help: str | None = None,
) -> str:
    """One of several options: buttons side by side for a few, a list for many.

    Args:
        name: the query parameter.
        options: what may be chosen.
        default: one of them.
        label: said above.
        titles: what people read (and what the address holds) instead of an option, where it differs.
        help: a tooltip.
    """
    _mend(name, len(options) > FEW, lambda left: left if left in options else default)
    if len(options) > FEW:
        shown = _titled(titles)
        index = list(options).index(default)
        chosen = st.selectbox(label, options, index, shown, key=name, help=help, bind="query-params")
    else:
        shown = _titled(titles, markup=True)
        buttons = st.pills if sum(len(shown(option)) for option in options) > WIDE else st.segmented_control
        chosen = buttons(
            label, options, default=default, required=True, format_func=shown, key=name, help=help, bind="query-params"
        )
    return chosen if chosen in options else default


def many(
    name: str,
    options: Sequence[str],
    default: Sequence[str],
    label: str,
    *,
    titles: Mapping[str, str] | None = None,
    help: str | None = None,
) -> list[str]:
    """Any of several options, in the order of ``options``; arguments as in ``choice``."""
    start = list(default)
    _mend(
        name,
        len(options) > FEW,
        lambda left: [item for item in left or [] if item in options] if isinstance(left, list) else start,
    )
    if len(options) > FEW:
        shown = _titled(titles)
        chosen = st.multiselect(label, options, start, shown, key=name, help=help, bind="query-params")
    else:
        shown = _titled(titles, markup=True)
        chosen = st.pills(
            label, options, selection_mode="multi", default=start, format_func=shown, key=name, help=help,
            bind="query-params",
        )  # fmt: skip
    return [option for option in options if option in chosen]


def number(name: str, default: int, low: int, high: int, label: str, *, step: int = 1, help: str | None = None) -> int:
    """A whole number from ``low`` to ``high``, on a slider."""
    _mend(name, (low, high, step), lambda left: min(high, max(low, left)) if isinstance(left, int) else default)
    return int(st.slider(label, low, high, default, step, key=name, help=help, bind="query-params"))


def flag(name: str, default: bool, label: str, *, help: str | None = None) -> bool:
    """On or off."""
    _mend(name, "flag", lambda left: left if isinstance(left, bool) else default)
    return bool(st.toggle(label, default, key=name, help=help, bind="query-params"))


def addressed(title: str, options: int) -> str:
    """How the title of one of so many options stands in the address: buttons, for few, have it as Markdown."""
    return md(title) if options <= FEW else title


def put(name: str, value: Any) -> None:
    """Set a value from a button's ``on_click``; widget and address follow."""
    st.session_state[name] = value


def broken_off() -> None:
    """Note that a page stopped early: widgets that were not drawn keep their value, also in the address."""
    st.session_state[_BROKEN] = True


def end() -> None:
    """End a run of the app; stop it if a part of the page stopped early.

    Streamlit takes out of the address what a run to its end did not draw, but not after an exception or ``st.stop``.
    """
    if st.session_state.pop(_BROKEN, False):
        st.stop()


def _mend(name: str, form: object, mended: Callable[[Any], Any]) -> None:
    """Make what an earlier page or a model since deleted left behind fit this widget.

    Streamlit takes a widget on another page, or of another form (other bounds, a list instead of buttons), for a new
    one, and starts it with the value that the name had when its widget last left a page, which need not be the one it
    has now and may lie out of the bounds. The one it has now is therefore set.
    """
    context = get_script_run_ctx(suppress_warning=True)
    form = (context and context.page_script_hash, form)
    forms: dict[str, object] = st.session_state.setdefault(_FORMS, {})
    changed = forms.get(name) != form
    forms[name] = form
    if name in st.session_state:
        left = st.session_state[name]
        fitting = mended(left)
        if changed or fitting != left:
            st.session_state[name] = fitting


def _titled(titles: Mapping[str, str] | None, *, markup: bool = False) -> Callable[[str], str]:
    """From an option to its title; ``markup`` for widgets whose labels are Markdown."""
    names = titles or {}
    return lambda option: md(names.get(option, option)) if markup else names.get(option, option)
