"""List the pages that offer a model, with links that open it there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, models, state, widgets


@dataclass(frozen=True)
class Offer:
    """A page that offers models.

    Attributes:
        name: of its file.
        title: in the sidebar.
        address: where the choice stands in the address; with an "s" at its end several can be chosen.
        fits: whether it is of use with a model of this sort.
        listed: whether its list has a model of this sort, too; titles are told apart within the list.
        word: whether it can be opened on a word.
    """

    name: str
    title: str
    address: str
    fits: Callable[[ModelSpec], bool]
    listed: Callable[[ModelSpec], bool] | None = None
    word: bool = False

    @property
    def many(self) -> bool:
        """Whether several models can be chosen."""
        return self.address.endswith("s")


def _static(spec: ModelSpec) -> bool:
    return "static" in spec.capabilities


def _contextual(spec: ModelSpec) -> bool:
    return "contextual" in spec.capabilities


def _letters(spec: ModelSpec) -> bool:
    return spec.family.key in models.CHARACTER_FAMILIES


def _reads(spec: ModelSpec) -> bool:
    return _static(spec) or _contextual(spec)


PAGES = (
    Offer("neighbors", "Neighbors", widgets.ADDRESSES["static"], _static, word=True),
    Offer("analogies", "Analogies", widgets.ADDRESSES["static"], _static, word=True),
    Offer("axes", "Axes", "model", _static),
    Offer("map", "Map", "model", _static, word=True),
    Offer(
        "next_word", "Next word", widgets.ADDRESSES["language_model"],
        lambda spec: "language_model" in widgets.pages_of(spec), lambda spec: "language_model" in spec.capabilities,
    ),
    Offer("polysemy", "Polysemy", models.READERS, _reads),
    Offer("cloud", "Context cloud", "contextual_model", _contextual),
    Offer("elmo_layers", "ELMo layers", "contextual_model", _contextual),
    Offer("flair_characters", "Flair characters", "letters_model", _letters),
    Offer("bert", "BERT", "masked_model", lambda spec: spec.family.key in models.MASKED_FAMILIES),
    Offer("probes", "Layer probes", "reader", _reads),
    Offer("contextuality", "How contextual", widgets.ADDRESSES["contextual"], _contextual),
)  # fmt: skip
"""In the order of the sidebar; pages that list all models are not among them."""


def page_names(spec: ModelSpec) -> str:
    """The pages that offer a model, as a list in words."""
    *titles, last = [page.title for page in PAGES if page.fits(spec)]
    return f"{', '.join(titles)} and {last}" if titles else last


def show(keys: Sequence[str], watch: Sequence[str] = (), at_hand: Sequence[ModelSpec] | None = None) -> None:
    """Links that open models on the pages that offer them, on a word where that is of use.

    There are none where a page runs by itself.

    Args:
        keys: of models; a page that takes but one opens on the first that it offers.
        watch: words, the first of them is taken.
        at_hand: all models that there are, for whoever has read them from disk already.
    """
    specs = cache.specs() if at_hand is None else at_hand
    with st.container(horizontal=True), suppress(StreamlitPageNotFoundError):
        for page in PAGES:
            titles = widgets.unique_titles([spec for spec in specs if (page.listed or page.fits)(spec)])
            wanted = [spec.key for key in keys for spec in specs if spec.key == key and page.fits(spec)]
            own = [state.addressed(titles[key], len(titles)) for key in wanted]
            if not own:
                continue
            address: dict[str, Any] = {page.address: own if page.many else own[0]}
            if page.word and watch:
                address["word"] = watch[0]
            st.page_link(
                f"pages/{page.name}.py", label=md(page.title), icon=":material/arrow_forward:", query_params=address
            )
