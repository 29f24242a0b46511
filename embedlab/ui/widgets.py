"""Draw the parts that every page has: heading, figures, tables, code and explanations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from embedlab.analysis.neighbors import suggest
from embedlab.base import Capability, EmbedLabError, StaticModel
from embedlab.base.folding import caseless
from embedlab.plots.figure import Figure, standalone
from embedlab.plots.layout import INKS, inked
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, server, state, theme
from embedlab.ui.visitor import told

if TYPE_CHECKING:
    from pandas import DataFrame

HELP = Path(__file__).resolve().parents[2] / "assets" / "help"
ADDRESSES: dict[Capability, str] = {
    "static": "models",
    "contextual": "contextual_models",
    "language_model": "language_models",
}
"""Where chosen models stand in the address: those of one page make no sense on one that needs another capability."""

FILLS = ("bert",)
"""Families whose models fill gaps: the Next word page leaves them out."""


def pages_of(spec: ModelSpec) -> list[Capability]:
    """The capabilities by which pages offer a model; guessing what comes next is not what fillers of gaps do."""
    return [one for one in spec.capabilities if one != "language_model" or spec.family.key not in FILLS]


def opening(title: str, look_for: str) -> None:
    """The page's heading and, in two sentences, what to look for; the first thing on every page."""
    _inside_app()
    server.clear()
    st.title(title)
    st.markdown(look_for)


def _inside_app() -> None:
    """Run ``app.py`` around the page, also in a server that was not started as ours is (``first_screen.starting``).

    Until ``st.navigation`` has been called once, Streamlit takes a folder named ``pages`` for an app of its old sort
    and runs the page alone, without our sidebar and layout.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()


def explain(slug: str, title: str = "The mathematics and the paper", icon: str = ":material/functions:") -> None:
    """A fold-out with the text of ``assets/help/<slug>.md``."""
    file = HELP / f"{slug}.md"
    if file.is_file():
        with st.expander(title, icon=icon):
            st.markdown(file.read_text(encoding="utf-8"))


def figure(fig: Figure, name: str, summary: str, *, select: bool = False) -> Any:
    """Draw a figure and offer it as a file: HTML by a button, SVG by the camera in its corner.

    Args:
        fig: a Plotly figure.
        name: file name without ending; also the widget's key, so it differs from others on the page.
        summary: what the figure shows, in a sentence, for those who do not see it.
        select: whether points can be selected; what is selected is then returned.

    Returns:
        Streamlit's selection state (``.selection.points``), or ``None`` without ``select``.
    """
    chosen = _draw(fig, name, summary, select)
    _save([fig], name, summary)
    return chosen if select else None


def figures(parts: Sequence[tuple[Figure, str]], name: str, *, per_row: int = 3) -> None:
    """Draw figures side by side (below each other on a phone) and offer them as one HTML file.

    Args:
        parts: figures and their summaries (see ``figure``).
        name: as in ``figure``.
        per_row: how many stand side by side.
    """
    width = per_row if len(parts) % per_row != 1 or len(parts) == 1 else max(2, per_row - 1)
    for start in range(0, len(parts), width):
        columns = st.columns(min(width, len(parts)), gap="large")
        for i, (column, (fig, summary)) in enumerate(zip(columns, parts[start : start + width], strict=False)):
            with column:
                _draw(fig, f"{name}-{start + i + 1}", summary, select=False)
    _save([fig for fig, _ in parts], name, " ".join(summary for _, summary in parts))


def _draw(fig: Figure, name: str, summary: str, select: bool) -> Any:
    config = {
        "displaylogo": False,
        "displayModeBar": True,
        "toImageButtonOptions": {"format": "svg", "filename": name},
        "scrollZoom": select,  # a figure without zoom must not catch the page's scrolling
    }
    if not select:
        config["modeBarButtons"] = [["toImage"]]
        fig.update_layout(dragmode=False)
    if not theme.dark():  # there Streamlit's own colour of text is good, here it is too pale a grey
        inked(fig, INKS["light"][0])
    return st.plotly_chart(
        drawn(fig), key=f"figure-{name}", config=config, alt=summary, on_select="rerun" if select else "ignore"
    )


def drawn(fig: Figure) -> Any:
    """The figure in the form that ``st.plotly_chart`` takes without checks."""
    from embedlab.ui.theme import Ready

    return Ready(fig)


def _save(parts: Sequence[Figure], name: str, summary: str) -> None:
    st.download_button(
        "Figure as HTML", lambda: standalone(parts, summary), f"{name}.html", "text/html", key=f"html-{name}",
        on_click="ignore", type="tertiary", icon=":material/download:",
        help="Opens in any browser, without a network. For SVG use the camera in the figure's upper right corner.",
    )  # fmt: skip


def table(frame: DataFrame, name: str, *, title: str = "The table") -> None:
    """A fold-out with the table, and a button that saves it as CSV (UTF-8, with the mark that Excel needs)."""
    with st.expander(title, icon=":material/table:"):
        st.dataframe(frame, hide_index=True, key=f"table-{name}")
        st.download_button(
            "Table as CSV", lambda: csv(frame), f"{name}.csv", "text/csv", key=f"csv-{name}",
            on_click="ignore", type="tertiary", icon=":material/download:",
        )  # fmt: skip


def csv(frame: DataFrame) -> bytes:
    """The table as a CSV file (RFC 4180: lines end in CR LF), in which no spreadsheet finds a formula."""
    safe = frame.map(_no_formula).rename(columns=_no_formula)
    return bytes(safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig", "replace"))


def _no_formula(cell: object) -> object:
    """A cell with an apostrophe before a text that a spreadsheet would compute; numbers stay numbers.

    As OWASP advises: https://owasp.org/www-community/attacks/CSV_Injection
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def code(source: str) -> None:
    """A fold-out with the lines of ``embedlab`` that compute what is shown; they run when pasted."""
    with st.expander("The code", icon=":material/code:"):
        st.code(source.strip() + "\n", language="python", wrap_lines=True)


def chips(label: str, values: Sequence[str], name: str, *, titles: Sequence[str] | None = None) -> None:
    """Small buttons in a row that set the state ``name`` to their value."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(label, width="content")
        for value, title in zip(values, titles or values, strict=True):
            st.button(md(title, 40), key=f"chip-{name}-{label}-{value}", on_click=state.put, args=(name, value))


def spellings(
    model: StaticModel, title: str, word: str, name: str, *, whole: Callable[[str], str] | None = None
) -> None:
    """Say that a model does not know a word, and offer the closest known spellings as buttons.

    Args:
        model: the model.
        title: how people call it.
        word: the word it does not know.
        name: the state that a click sets.
        whole: makes of a spelling what the state is set to; without it the spelling itself.
    """
    st.warning(f"{md(title)} does not know “{md(word, 60)}”.", icon=":material/help:")
    if close := suggest(model, word):
        values = [whole(known) for known in close] if whole else close
        chips(f"Spelt like it, known to {md(title)}:", values, name, titles=close)


def highlighted(sentence: Sequence[str], words: Sequence[str]) -> str:
    """A sentence as Markdown, with some of its words (in any case) in bold."""
    bold = set(map(caseless, words))
    return " ".join(f"**{md(word)}**" if caseless(word) in bold else md(word) for word in sentence)


def model_picker(
    capability: Capability, many: bool = True, default: Sequence[str] = (), label: str = "Models"
) -> list[ModelSpec]:
    """Let the visitor choose among the models that have a capability; all pages that ask for it share the choice.

    Args:
        capability: what they must be able to do.
        many: whether several may be chosen (address ``models``, see ``ADDRESSES``) or one (``model``).
        default: keys chosen at first, those that are at hand; otherwise the first that is.
        label: said above.

    Returns:
        The chosen ones; empty (with a sentence on the page that says so) if there are none.
    """
    by_key = {spec.key: spec for spec in cache.specs(capability)}
    if not by_key:
        st.info("No model of the right sort is at hand yet. Train one on the Training page.")
        return []
    start = [key for key in default if key in by_key] or list(by_key)[:1]
    titles = unique_titles(list(by_key.values()))
    if not many:
        name = ADDRESSES[capability].removesuffix("s")
        return [by_key[state.choice(name, list(by_key), start[0], label.removesuffix("s"), titles=titles)]]
    chosen = state.many(ADDRESSES[capability], list(by_key), start, label, titles=titles)
    if not chosen:
        st.info("Choose at least one model.")
    return [by_key[key] for key in chosen]


def family_picker(
    capability: Capability, families: Sequence[str], address: str, missing: str
) -> tuple[ModelSpec, str] | None:
    """Let the visitor choose one model of a few families.

    Args:
        capability: what it must be able to do.
        families: their keys, in the order in which their models are offered; the first is chosen at first.
        address: where the choice stands in the address.
        missing: said if there is none.

    Returns:
        The model and its title on the page; ``None`` if there is none.
    """
    own = [spec for spec in cache.specs(capability) if spec.family.key in families]
    by_key = {spec.key: spec for spec in sorted(own, key=lambda spec: families.index(spec.family.key))}
    if not by_key:
        st.info(missing)
        return None
    titles = unique_titles(list(by_key.values()))
    key = state.choice(address, list(by_key), next(iter(by_key)), "Model", titles=titles)
    return by_key[key], titles[key]


def unique_titles(specs: Sequence[ModelSpec]) -> dict[str, str]:
    """Titles by key; two models of the same title are told apart by their keys."""
    titles = [spec.title for spec in specs]
    return {s.key: s.title if titles.count(s.title) == 1 else f"{s.title} ({s.short_key})" for s in specs}


@contextmanager
def guard() -> Iterator[None]:
    """Show an ``EmbedLabError`` raised inside as a sentence, and go on with the page.

    The address keeps what the controls that are not drawn for it were set to (see ``state.end``).
    """
    try:
        yield
    except EmbedLabError as error:
        state.broken_off()
        st.error(told(error))


def on_phone() -> bool:
    """Whether the visitor holds a phone, on which a finger on the map must scroll the page and not the map."""
    return "Mobi" in st.context.headers.get("User-Agent", "")


def by_finger() -> bool:
    """Whether a drag moves the map; on a phone only when asked, so that a swipe scrolls the page."""
    text = "Drag moves the map, + and − above it zoom. While it is off, a swipe over the map scrolls the page."
    return not on_phone() or state.flag("touch", False, "Move the map with the fingers", help=text)
