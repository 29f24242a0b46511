"""Training: choose a text, a model and its settings, look before you start, and watch it learn."""

from typing import Any

import streamlit as st

from embedlab import families
from embedlab.base import Settings
from embedlab.plots.text import md
from embedlab.ui import forms, state, upload, widgets
from embedlab.ui.views.training import controls, preview, results, runs
from embedlab.ui.visitor import mine

FIRST = (
    "shape", "dim", "min_count", "max_words", "window", "order", "n", "hidden", "layers", "epochs", "negative",
    "samples",
)  # fmt: skip
KINDS = {family.key: family.title for family in families.families() if family.here}


def choose_model(tokens: int, types: int) -> tuple[str, type[Settings], dict[str, Any]]:
    """The model and its settings: the widgets begin with what suits the text."""
    kind = state.choice("train", list(KINDS), "word2vec", "Model", titles=KINDS)
    family = families.family(kind)
    st.caption(md(family.idea))
    config_class = controls.config_class(kind)
    fixed = {"algorithm": "cbow" if kind == "cbow" else "skipgram"} if family.kind == "word2vec" else {}
    start = controls.defaults(kind, tokens, types)
    values = forms.settings_form(config_class, f"{kind}_", first=FIRST, defaults=start, without=fixed)
    return kind, config_class, values | fixed


def ask() -> None:
    """The form: text, model, settings, words to watch; then the preview and the button."""
    st.header("1. Text", anchor=False)
    chosen = upload.text_upload()
    if chosen is None:
        return
    beginning = preview.head(chosen)
    st.header("2. Model", anchor=False)
    kind, config_class, values = choose_model(beginning.whole, beginning.types)
    st.header("3. Look, then train", anchor=False)
    columns = iter(st.columns(2))
    watched = ""
    if "static" in families.family(kind).capabilities:
        watched = next(columns).text_input(
            "Words to watch", controls.watched(chosen.text), key="watch", bind="query-params",
            help="Their neighbors are followed while the model learns. Left empty, some common words are chosen.",
        )  # fmt: skip
    suggested = controls.title(KINDS[kind], chosen.text)
    name = next(columns).text_input("Name of the result", suggested, 60, key=f"name-new-{suggested}")
    config, unit = config_class(**values), controls.unit(kind)
    if unit == "char":
        preview.show_characters(chosen, beginning)
    elif unit == "wordpiece":
        preview.show_wordpieces(chosen, beginning, getattr(config, "pieces", 0))
    else:
        preview.show(chosen, beginning, values)
    if st.button("Train", key="start", type="primary", icon=":material/play_arrow:"):
        settings = controls.settings(kind, values, chosen.text, watched or "", name or suggested)
        runs.look_at(controls.start(settings, chosen.draft))
        st.rerun()
    widgets.code(controls.code(kind, config_class, values, chosen.text))


widgets.opening(
    "Training",
    "Text goes in, word vectors or a model that guesses words come out, and you watch it learn. **Look for** "
    "the loss or perplexity falling fast and then slowly, and, where there are word vectors, for the epoch from which "
    "the neighbors of a word make sense.",
)
run = runs.current()
with widgets.guard():
    if run is None:
        ask()
    else:
        how = run.state()
        title, share, again, new = st.columns([3, 1.1, 1.8, 1.4], vertical_alignment="center")
        title.header(md(controls.of(run).name), anchor=False)
        if mine(run):
            with share:
                results.share(run)
            again.button(
                "Change and repeat", key="again", on_click=controls.repeat, args=(run,), disabled=how.active,
                width="stretch",
            )  # fmt: skip
        new.button("New training", key="new", on_click=runs.look_at, args=(None,), width="stretch")
        if not mine(run):
            st.caption(results.SHARED)
        if how.active:
            runs.watch(run)
        else:
            results.show(run, how)
        trained = controls.of(run)
        config_class = controls.config_class(trained.kind)
        widgets.code(controls.code(trained.kind, config_class, dict(trained.config), trained.text))
runs.your_runs(run)
widgets.explain("training")
