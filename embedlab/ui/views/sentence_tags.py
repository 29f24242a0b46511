"""Layer probes page: a sentence of the visitor's, and the names that each layer's linear probe finds in it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from embedlab.analysis.probing import tagger as tagging
from embedlab.analysis.probing.tagger import Tagged, Tagger
from embedlab.data.tag_schemes import Span
from embedlab.jobs.kinds.probes import ProbeJob
from embedlab.plots import tags
from embedlab.plots.text import md, tinted, unmarked
from embedlab.store.taggers import TAGGERS
from embedlab.ui import cache, inputs, models, run_bar, state, tagged_files, widgets

KIND = "tagger"
SENTENCE = "tagged_sentence"
EXAMPLES = (
    "Angela Merkel met Barack Obama in Berlin.",
    "Washington left Washington for Paris.",
    "The Bank of England is in London.",
)
WIDE, NARROW = 12, 5
"""Words side by side, on a screen and on a phone."""


def section(job: ProbeJob) -> None:
    """The field, and what each layer finds; or a button that trains the probes where their weights are not kept.

    Args:
        job: whose tagger is wanted (see ``jobs.kinds.tagger.job_of``).
    """
    st.subheader("Tag a sentence of yours")
    text = state.text(SENTENCE, EXAMPLES[0], "Sentence", limit=400)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Try", width="content")
        for number, example in enumerate(EXAMPLES):
            st.button(md(example, 60), key=f"tag-example-{number}", on_click=state.put, args=(SENTENCE, example))
    words = inputs.tokens(text)
    if not words:
        st.info("Write a sentence of at least one word, or click one.")
        return
    made = TAGGERS.get(job.key)
    if made is None:
        st.caption(
            "The weights of this model's linear probes are not kept yet. They are trained once, in the background: a "
            "minute or two for a small model, longer for a large one."
        )
        run_bar.bring(KIND, job, ask="Train the probes of all layers")
        return
    read = [models.contextual(cache.find(key)) for key in job.keys]
    _show(made, tagging.tag(made, read, words), job)


def _show(made: Tagger, found: Tagged, job: ProbeJob) -> None:
    titles = [models.layer_title(name) for name in found.layers]
    said = summary(made, found, titles)
    per_row = NARROW if widgets.on_phone() else WIDE
    widgets.figure(tags.names(found, titles, per_row), "sentence-tags", unmarked(said))
    st.markdown(said)
    st.caption(
        "From the input, on top, to the top layer; a stronger colour is a higher probability, and the list of words "
        f"below, which looks at no vector, has none. Linear probes on {md(made.model)}, trained on "
        f"{made.sentences:,} sentences."
    )
    widgets.table(table(made, found, titles), "sentence-tags", title="Every word by every layer as a table")
    widgets.code(source(job, found.words))


def summary(made: Tagger, found: Tagged, titles: Sequence[str]) -> str:
    """What the best layer finds, the first layer that finds each of its names, and what the list of words finds."""
    best = made.best
    own = found.names(best)
    text = f"**{md(titles[best])}**, the best on the dev sentences (F1 {100 * made.f1[best]:.1f} % on the test "
    if not own:
        text += "sentences), finds no name here"
    else:
        firsts = [f"{_name(found, name)} from {md(titles[_since(found, name, best)])} on" for name in own]
        text += "sentences), finds " + (", ".join(firsts) if len(titles) > 1 else _list(found, own))
    return f"{text}. The list of words ({100 * made.lookup:.1f} %) finds {_list(found, found.looked_up_names())}."


def _since(found: Tagged, name: Span, best: int) -> int:
    """The lowest layer from which on every layer up to the best finds the name."""
    layer = best
    while layer and name in found.names(layer - 1):
        layer -= 1
    return layer


def _list(found: Tagged, names: Sequence[Span]) -> str:
    return ", ".join(_name(found, name) for name in names) or "none"


def _name(found: Tagged, name: Span) -> str:
    return f"“{md(found.text(name))}” {tinted('gray', md(name.type))}"


def table(made: Tagger, found: Tagged, titles: Sequence[str]) -> pd.DataFrame:
    """Every word by every layer: its tag and the tag's probability; the list of words last."""
    rows = [
        (title, at + 1, word, tag, round(float(likely.max()), 4))
        for number, title in enumerate(titles)
        for at, (word, tag, likely) in enumerate(
            zip(found.words, found.tags(number), found.probabilities[number], strict=True)
        )
    ]
    listed = [
        (tags.LIST, at + 1, word, tag, None)
        for at, (word, tag) in enumerate(zip(found.words, found.looked_up, strict=True))
    ]
    return pd.DataFrame([*rows, *listed], columns=["layer", "position", "word", "tag", "probability"])


def source(job: ProbeJob, words: Sequence[str]) -> str:
    """The lines that compute the same when they are pasted."""
    loaded = ", ".join(f"embedlab.load_model({key!r})" for key in job.keys)
    return f"""
import embedlab
from embedlab.analysis.probing.results import ProbeSettings
from embedlab.analysis.probing.tagger import tag, train
from embedlab.workflows import probe_data

models = [{loaded}]
made = train(models, {tagged_files.code(job)}, ProbeSettings(l2={job.settings["l2"]!r}))
found = tag(made, models, {list(words)!r})
for layer, name in enumerate(found.layers):
    print(name, [(found.text(one), one.type) for one in found.names(layer)])
"""
