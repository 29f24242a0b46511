"""Stability page: the controls, the neighbors of one word over all trainings, and the overlap of all words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from embedlab import families as embedlab_families
from embedlab.analysis.neighbors import close
from embedlab.analysis.stability import Stability
from embedlab.base import Lexicon
from embedlab.data.tokenizer import TextOptions
from embedlab.jobs.kinds import stability
from embedlab.jobs.kinds.stability import KIND, SAMPLE, Retrained, StabilitySettings
from embedlab.plots import bars
from embedlab.plots import stability as drawn
from embedlab.plots.figure import Figure
from embedlab.plots.layout import family_color
from embedlab.plots.text import md
from embedlab.ui import links, lookups, run_bar, state, upload, widgets
from embedlab.workflows.retrain import FAMILIES

WAYS = {"seed": "Only the seed", "text": "The seed and the text"}
TITLES = {key: embedlab_families.family(key).title for key in FAMILIES}


@dataclass(frozen=True)
class Choices:
    """What the visitor chose.

    Attributes:
        settings: of the run that trains.
        own: whether the text is the visitor's own.
    """

    settings: StabilitySettings
    own: bool

    @property
    def colors(self) -> dict[str, str]:
        """Title of each family: its colour."""
        return {TITLES[key]: family_color(key) for key in self.settings.each}


def controls() -> Choices | None:
    """Let the visitor choose; ``None`` (with a sentence that says why) while something is missing."""
    offered = links.among("models", FAMILIES)
    families = state.many("families", offered, offered, "Models", titles=TITLES)
    left, right = st.columns([1, 1.3], gap="large")
    with left:
        text = "LSA hardly depends on the seed, so only a text drawn anew shows how much chance is in it."
        way = state.choice("anew", list(WAYS), "seed", "What is drawn anew", titles=WAYS, help=text)
        trainings = state.number("trainings", 5, 2, 10, "How many trainings of each")
    with right:
        chosen = upload.text_upload(options=TextOptions(), sample=SAMPLE)
    if chosen is None:
        return None
    if not families:
        st.info("Choose at least one model.")
        return None
    draft = chosen.draft.id if chosen.draft else ""
    settings = StabilitySettings(",".join(families), chosen.text, draft, trainings, way == "text")
    return Choices(settings, bool(draft))


def bring(choices: Choices) -> dict[str, Retrained]:
    """Results by the title of the family; offer or watch the training of what is missing."""
    settings = choices.settings
    results = {key: _stored(key, settings) for key in settings.each}
    if missing := [TITLES[key] for key, one in results.items() if one is None]:
        count = settings.trainings * len(missing)
        button = f"Train {count} models"
        st.caption(
            f"Not trained on this text yet: {', '.join(missing)}, each {settings.trainings} times, one after the "
            "other, in the background; other pages stay usable."
        )
        run_bar.bring(KIND, settings, ask=button, draft=settings.draft)
    return {TITLES[key]: one for key, one in results.items() if one is not None}


def _stored(family: str, settings: StabilitySettings) -> Retrained | None:
    return _kept(stability.key_of(family, settings), family, settings) or stability.stored(family, settings)


@st.cache_data(max_entries=30, ttl="1d", show_spinner=False)
def _kept(key: str, _family: str, _settings: StabilitySettings) -> Retrained | None:
    return stability.stored(_family, _settings)


def source(choices: Choices, results: dict[str, Retrained], word: str) -> str:
    """The lines that train and compare the same when they are pasted."""
    settings, text = choices.settings, choices.settings.text
    if text.sample:
        first, opened = "from embedlab.data.datasets import load_sample", f"load_sample({text.sample!r})"
    else:
        first = "from embedlab.data.corpus import Corpus"
        opened = f"Corpus.from_file({text.file!r}{text.arguments})"
    drawn = "drawn_anew(corpus, seed)" if settings.drawn else "corpus"
    return f"""
from embedlab.analysis.neighbor_lists import spread
from embedlab.analysis.stability import stability
{first}
{"from embedlab.data.resample import drawn_anew" if settings.drawn else ""}
from embedlab.workflows.retrain import config_of, train

corpus = {opened}
for family in {[key for key in settings.each if not results or TITLES[key] in results]!r}:
    config, _ = config_of(family, corpus)
    models = [train(family, {drawn}, config, seed) for seed in range(1, {settings.trainings + 1})]
    found = stability(models, spread(models[0], {settings.most}))
    print(family, round(found.mean, 3), "interval", round(found.low, 3), round(found.high, 3))
    if {word!r} in found.words:
        print([(one.word, one.share) for one in found.of({word!r})])
""".replace("\n\nfrom embedlab.workflows.retrain", "\nfrom embedlab.workflows.retrain")


EXAMPLES = ("music", "war", "river", "language", "mother", "animal", "king", "city", "church", "science")
SHOWN = 14
"""Neighbors that get a bar; the table has all."""
FEW = 6
"""Words in the rows of the steadiest and the unsteadiest."""
SEEN = 20
"""Words of fewer occurrences are not offered among those."""

Results = Mapping[str, Stability]


def choose_word(results: Results) -> str:
    """The word to look at, with some to click; empty (and a sentence that says why) if there is no result for it.

    A word is folded as the text was.
    """
    every = dict.fromkeys(word for one in results.values() for word in one.words)
    examples = [word for word in EXAMPLES if word in every] or _commonest(results)
    lexicon = Lexicon(list(every), every)
    offered = links.offered(examples, every)
    word = state.text("word", examples[0] if examples else "", "Word")
    widgets.chips("Try", offered, "word")
    means = _means(results)
    order = sorted(means, key=lambda one: means[one])
    widgets.chips("Hold still", order[::-1][:FEW], "word")
    widgets.chips("Change most", order[:FEW], "word")
    lookup = lexicon.look_up(word)
    if lookup.known:
        lookups.say({", ".join(results): [lookup]})
        return lookup.word
    if not word:
        st.info("Write a word above, or click one.")
        return ""
    st.warning(
        f"“{md(word, 60)}” is not among the {len(every):,} words that were looked at: the commonest of this text, and "
        "some of the rarer ones.",
        icon=":material/help:",
    )
    if like := close(word, list(every)):
        widgets.chips("Spelt like it:", like, "word")
    return ""


def _commonest(results: Results) -> list[str]:
    one = next(iter(results.values()))
    return [word for word in one.words if len(word) > 4][: len(EXAMPLES)]


def _means(results: Results) -> dict[str, float]:
    """Mean overlap over families, of words that all have and that are not too rare to say anything."""
    first, *others = results.values()
    return {
        word: sum(float(one.overlap[one.rows[word]]) for one in results.values()) / len(results)
        for word in first.words
        if len(word) > 2 and first.counts[first.rows[word]] >= SEEN and all(word in one.rows for one in others)
    }


def word_figures(results: Results, word: str, colors: Mapping[str, str]) -> list[tuple[Figure, str]]:
    """A figure a family: the neighbors of a word, as long as the number of trainings that name them."""
    parts = []
    for title, one in results.items():
        if word not in one.rows:
            continue
        n, neighbors = len(one.lists), one.of(word)
        times = [round(n * near.share) for near in neighbors]
        fig = bars.ranking(
            [near.word for near in neighbors[:SHOWN]], [float(time) for time in times[:SHOWN]], title,
            colors[title], marked=[near.word for near in neighbors if round(n * near.share) == 1],
            notes=[f"rank {near.rank:.1f} in the mean" for near in neighbors[:SHOWN]],
            unit="trainings", form=f"{{:.0f}} of {n}",
        )  # fmt: skip
        parts.append((fig, f"{title}: {_about(one, word)}"))
    return parts


def word_summary(results: Results, word: str) -> str:
    """Summary of a word's neighbors, a line a family."""
    return "\n".join(f"- **{md(title)}**: {_about(one, word)}" for title, one in results.items() if word in one.rows)


def _about(one: Stability, word: str) -> str:
    n, neighbors = len(one.lists), one.of(word)
    always = [md(near.word) for near in neighbors if near.share == 1]
    once = sum(round(n * near.share) == 1 for near in neighbors)
    shared = float(one.overlap[one.rows[word]])
    kept = f"in all {n} lists: {', '.join(always)}" if always else f"none is in all {n} lists"
    noise = f"named by a single training: {once or 'none'}"
    return f"two trainings share {shared:.0%} of the ten neighbors of {md(word)}; {kept}; {noise}."


def all_figures(results: Results, colors: Mapping[str, str], word: str) -> list[tuple[Figure, str]]:
    """All words: the mean of each family, rare and common words, near and far neighbors."""
    means = ", ".join(f"{title} {one.mean:.0%}" for title, one in results.items())
    figures = [(drawn.overall(results, colors, "All words"), f"Neighbors that two trainings share: {means}.")]
    if any(one.bands for one in results.values()):
        ends = ", ".join(
            f"{title} {one.bands[0].mean:.0%} to {one.bands[-1].mean:.0%}"
            for title, one in results.items()
            if one.bands
        )
        figures.append(
            (drawn.by_frequency(results, colors, "Rare and common words", word), f"From rare to common words: {ends}.")
        )
    ends = ", ".join(f"{title} {one.by_rank[0]:.0%} to {one.by_rank[-1]:.0%}" for title, one in results.items())
    figures.append((drawn.by_rank(results, colors, "Near and far"), f"From the nearest to the tenth neighbor: {ends}."))
    return figures


def summary(results: Results) -> str:
    """Summary of all words, a line a family."""
    lines = []
    for title, one in results.items():
        text = f"two trainings share **{one.mean:.0%}** of the ten neighbors ({one.low:.0%} to {one.high:.0%})"
        if not math.isnan(one.rho):
            text += f", {_relation(one.rho)} (ρ = {one.rho:+.2f})"
        text += f"; the nearest is found again in {one.by_rank[0]:.0%}, the tenth in {one.by_rank[-1]:.0%}."
        lines.append(f"- **{md(title)}**: {text}")
    return "\n".join(lines)


def _relation(rho: float) -> str:
    if abs(rho) < 0.1:
        return "frequent words no more than rare ones"
    return "more for frequent words" if rho > 0 else "more for rare words"


def sizes(results: Results, paragraphs: bool) -> str:
    """Sample sizes and what the intervals are, in a sentence."""
    one = next(iter(results.values()))
    drawn_too = ", each on the paragraphs drawn anew" if paragraphs else " on the same text"
    return (
        f"{len(one.lists)} trainings a model with the seeds 1 to {len(one.lists)}{drawn_too}; {len(one.words):,} "
        f"words that all of them know. Lists drawn at random would share {one.chance:.2%}. Intervals are 95 % "
        "bootstraps over words; they hold for these trainings, so a few more can move the figures by more than that."
    )


def word_table(results: Results, word: str) -> pd.DataFrame:
    """Every neighbor of a word that some training names."""
    rows = [
        (title, near.word, round(len(one.lists) * near.share), len(one.lists), near.rank)
        for title, one in results.items()
        if word in one.rows
        for near in one.of(word)
    ]
    return pd.DataFrame(rows, columns=["model", "neighbor", "trainings that name it", "trainings", "mean rank"])


def all_table(results: Results) -> pd.DataFrame:
    """Every word's overlap, a column a family."""
    frames = [
        pd.DataFrame({"word": one.words, "times seen": one.counts.round(1), title: one.overlap.round(3)})
        for title, one in results.items()
    ]
    whole = frames[0]
    for frame in frames[1:]:
        whole = whole.merge(frame.drop(columns="times seen"), on="word", how="outer", sort=False)
    return whole
