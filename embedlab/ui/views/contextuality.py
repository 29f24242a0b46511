"""How contextual page: the controls, three figures, a summary, and the most and least contextual words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from embedlab.analysis.contextuality import Contextuality, Measured
from embedlab.jobs.kinds import contextuality
from embedlab.jobs.kinds.contextuality import KIND, TEXTS, ContextualitySettings
from embedlab.plots.contextuality import Curve, by_depth
from embedlab.plots.figure import Figure
from embedlab.plots.layout import family_color
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, models, run_bar, state, widgets

NONE = "none"
MEASURES = {
    "self_similarity": ("Self-similarity", "How alike are the vectors of one word in different sentences?"),
    "intra_sentence": ("Intra-sentence similarity", "How alike are the words of one sentence to each other?"),
    "explained": ("Explained by one vector", "How well could one fixed vector stand for all uses of a word?"),
}
JARGON = (
    "All three are numbers up to 1. **Self-similarity**: mean cosine between a word's vectors in different sentences. "
    "**Intra-sentence similarity**: mean cosine between the words of a sentence and their mean; dotted, what sentences "
    "put together at random would give. **Explained by one vector** (maximum explainable variance): share of the "
    "spread of a word's vectors that lies along one direction. Each is shown **less its baseline**, what random words "
    "give, since the vectors of many models all point in nearly the same direction."
)


@dataclass(frozen=True)
class Choices:
    """What the visitor chose.

    Attributes:
        specs: the models, static ones last.
        settings: of the run that measures them.
    """

    specs: list[ModelSpec]
    settings: ContextualitySettings


def controls() -> Choices | None:
    """The text, the contextual models and the static one beside them; ``None`` while something is missing."""
    text = state.choice("text", list(TEXTS), "senses", "Sentences", titles=TEXTS)
    own = ""
    if text == "own":
        own = state.area(
            "own", "", "Text", limit=6000, height=180,
            help="Only words that stand in five different sentences can be judged; a page of text has some.",
        )  # fmt: skip
    keys = [spec.key for spec in models.specs(static=False)]
    specs = widgets.model_picker("contextual", default=keys)
    static = {spec.key: spec for spec in cache.specs("static")}
    if static:
        titles = {NONE: "none"} | widgets.unique_titles(list(static.values()))
        first = next((key for key in ("word2vec", "fasttext", "glove") if key in static), next(iter(static)))
        chosen = state.choice(
            "beside", [NONE, *static], first, "Flat line for comparison", titles=titles,
            help="A static model has the same vector for a word in every sentence.",
        )  # fmt: skip
        specs += [static[chosen]] if specs and chosen in static else []
    if text == "own" and not own:
        st.info("Write or paste a text above: a few dozen sentences that share words.")
        return None
    if not specs:
        return None
    settings = ContextualitySettings(models="\n".join(spec.key for spec in specs), text=text, own=own)
    return Choices(specs, settings)


def bring(choices: Choices) -> dict[str, Contextuality]:
    """Results by the key of the model; start or watch the measurement of what is missing."""
    results = {spec.key: _stored(spec, choices.settings) for spec in choices.specs}
    if not all(results.values()):
        run_bar.bring(KIND, choices.settings)
    return {key: result for key, result in results.items() if result is not None}


def _stored(spec: ModelSpec, settings: ContextualitySettings) -> Contextuality | None:
    return _kept(spec, settings, contextuality.key_of(spec, settings)) or contextuality.stored(spec, settings)


@st.cache_data(max_entries=30, ttl="1d", show_spinner=False)
def _kept(_spec: ModelSpec, _settings: ContextualitySettings, key: str) -> Contextuality | None:
    return contextuality.stored(_spec, _settings)


def figures(choices: Choices, results: Mapping[str, Contextuality]) -> list[tuple[Figure, str]]:
    """The three measures with a sentence each."""
    titles = widgets.unique_titles(choices.specs)
    parts = []
    for name, (title, _) in MEASURES.items():
        curves = [
            _curve(titles[spec.key], results[spec.key], name, family_color(spec.family.key))
            for spec in choices.specs
            if spec.key in results
        ]
        ends = ", ".join(f"{one.name} {one.values[0]:.2f} to {one.values[-1]:.2f}" for one in curves)
        summary = f"{title} less its baseline, from the input to the top: {ends}."
        parts.append((by_depth(curves, title, "less the baseline"), summary))
    return parts


def _curve(title: str, result: Contextuality, name: str, color: str) -> Curve:
    one: Measured = getattr(result, name)
    chance = result.intra_chance.tolist() if name == "intra_sentence" else []
    return Curve(title, result.layers, one.value.tolist(), one.low.tolist(), one.high.tolist(), color, chance)


def summary(choices: Choices, results: Mapping[str, Contextuality]) -> list[str]:
    """The result of each model, in a sentence."""
    titles = widgets.unique_titles(choices.specs)
    return [f"**{md(titles[spec.key])}**: {_about(results[spec.key])}" for spec in choices.specs if spec.key in results]


def _about(result: Contextuality) -> str:
    own, intra = result.self_similarity, result.intra_sentence
    if len(result.layers) == 1:
        if own.raw[0] > 0.9999:
            return (
                "one vector a word, whatever the sentence: its self-similarity is 1. It is drawn at "
                f"{own.value[0]:.2f}, since random words have a cosine of {own.baseline[0]:.2f}."
            )
        return f"one layer, with a self-similarity of {own.value[0]:.2f} less the baseline. {_random(result)}".strip()
    low = int(own.value.argmin())
    first, lowest = (models.layer_title(result.layers[at]) for at in (0, low))
    if low == 0:
        text = f"a word is least like itself already at {md(first)} ({own.value[0]:.2f})"
    elif own.high[low] >= own.low[0]:
        text = f"a word's likeness to itself hardly changes from layer to layer ({own.value[0]:.2f} at {md(first)})"
    else:
        text = (
            f"a word's likeness to itself goes from {own.value[0]:.2f} at {md(first)} to {own.value[low]:.2f} at "
            f"{md(lowest)}, where its sentence decides most"
        )
    level = result.explained.value
    text += f"; one fixed vector could explain {100 * max(0.0, level[-1]):.0f} % more than chance at the top."
    cone = int(own.baseline.argmax())
    if own.baseline[cone] > 0.5:
        name = models.layer_title(result.layers[cone])
        text += f" At {md(name)} even random words have a cosine of {own.baseline[cone]:.2f}: a narrow cone."
    return f"{text} {_random(result)}" if intra.value.size else text


def _random(result: Contextuality) -> str:
    """Which layers do not bring the words of a sentence together."""
    intra = result.intra_sentence
    level = [
        models.layer_title(name)
        for name, low, chance in zip(result.layers, intra.low, result.intra_chance, strict=True)
        if low <= chance
    ]
    if not level:
        return ""
    return f"The words of a sentence are no more alike than those of random ones at {md(', '.join(level))}."


def sizes(results: Mapping[str, Contextuality]) -> str:
    """Sample sizes, seed and intervals, in a sentence."""
    most = max(results.values(), key=lambda one: one.occurrences)
    text = (
        f"{most.sentences:,} sentences, {most.occurrences:,} words in them; {len(most.words):,} words stand in five "
        f"or more. Bands are 95 % bootstrap intervals (words, or sentences, drawn again; seed {most.seed})."
    )
    if unknown := {one.title: one.unknown for one in results.values() if one.unknown}:
        parts = ", ".join(f"{md(title)} lacks {count:,}" for title, count in unknown.items())
        text += f" Words without a vector are left out: {parts}."
    return text


def table(choices: Choices, results: Mapping[str, Contextuality]) -> pd.DataFrame:
    """A row a model, layer and measure."""
    titles, rows = widgets.unique_titles(choices.specs), []
    for key, result in results.items():
        for name, (title, _) in MEASURES.items():
            one: Measured = getattr(result, name)
            count = result.sentences if name == "intra_sentence" else len(result.words)
            for at, layer in enumerate(result.layers):
                chance = float(result.intra_chance[at]) if name == "intra_sentence" else 0.0
                values = [float(part[at]) for part in (one.value, one.low, one.high, one.raw, one.baseline)]
                rows.append((titles[key], layer, title, *values, chance, count))
    names = ["value", "low", "high", "before the baseline", "baseline", "chance", "words or sentences"]
    return pd.DataFrame(rows, columns=["model", "layer", "measure", *names])


def source(choices: Choices, keys: Sequence[str]) -> str:
    """The lines that measure the same when they are pasted."""
    lines = {
        "senses": "from embedlab.data.datasets import load_senses\n\nsentences = [one.words for one in load_senses()]",
        "ner": "from embedlab.data.datasets import load_ner\n\nner = load_ner()\n"
        "sentences = [one.words for one in (*ner.train, *ner.dev, *ner.test)]",
        "own": "from embedlab.data.corpus import Corpus\nfrom embedlab.data.datasets import AS_WRITTEN\n\n"
        f"text = {choices.settings.own!r}\nsentences = list(Corpus.from_texts([text], name='own', options=AS_WRITTEN))",
    }[choices.settings.text]
    return f"""
import embedlab
from embedlab.analysis.contextuality import measure
{lines}

for key in {list(keys)!r}:
    found = measure(embedlab.load_model(key), sentences)
    print(key, found.layers)
    print("  self-similarity", found.self_similarity.value.round(3))
    print("  its baseline   ", found.self_similarity.baseline.round(3))
    print("  intra-sentence ", found.intra_sentence.value.round(3), "chance", found.intra_chance.round(3))
    print("  explained      ", found.explained.value.round(3))
"""


SHOWN = 12
"""Words in each of the two lists."""


def words(choices: Choices, results: Mapping[str, Contextuality]) -> None:
    """The most and the least contextual words of one layer, and all of them as a table."""
    several = {spec.key: spec for spec in choices.specs if spec.key in results and len(results[spec.key].layers) > 1}
    if not several:
        return
    st.header("Words")
    titles = widgets.unique_titles(list(several.values()))
    first = "elmo" if "elmo" in several else next(iter(several))
    key = state.choice("words_of", list(several), first, "Model", titles=titles)
    result = results[key]
    layer = models.choose_layer("words_layer", result.layers, default=result.layers[-1])
    at = result.layers.index(layer)
    frame = pd.DataFrame(
        {"word": result.words, "self-similarity": result.by_word[at].round(3), "sentences": result.seen}
    ).sort_values("self-similarity", kind="stable")
    left, right = st.columns(2, gap="large")
    count = min(SHOWN, len(frame) // 2 or 1)
    for column, title, part in (
        (left, "Most contextual", frame.head(count)), (right, "Least contextual", frame.iloc[::-1].head(count)),
    ):  # fmt: skip
        with column:
            st.markdown(f"**{title}**")
            st.dataframe(part, hide_index=True, key=f"words-{title}", height="content")
    low, high = frame.iloc[0], frame.iloc[-1]
    st.caption(
        f"At {md(models.layer_title(layer))} of {md(titles[key])}, “{md(str(low['word']))}” is least like itself "
        f"elsewhere ({low['self-similarity']:.2f} less the baseline), “{md(str(high['word']))}” most "
        f"({high['self-similarity']:.2f}). A word in few sentences is measured roughly."
    )
    widgets.table(frame, "contextual-words", title="All words of this layer as a table")
