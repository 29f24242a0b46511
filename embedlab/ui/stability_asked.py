"""What the Stability page is asked: which families, what is drawn anew, how often they are trained, on which text."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from embedlab import registry, stability_runs
from embedlab.data.tokenizer import TextOptions
from embedlab.plots.palette import family_color
from embedlab.retraining import FAMILIES
from embedlab.stability_runs import KIND, SAMPLE, Retrained, StabilitySettings
from embedlab.ui import kept_runs, pinned, state, upload

WAYS = {"seed": "Only the seed", "text": "The seed and the text"}
TITLES = {key: registry.family(key).title for key in FAMILIES}


@dataclass(frozen=True)
class Asked:
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


def ask() -> Asked | None:
    """Let the visitor choose; ``None`` (with a sentence that says why) while something is missing."""
    offered = pinned.among("models", FAMILIES)
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
    return Asked(settings, bool(draft))


def bring(asked: Asked) -> dict[str, Retrained]:
    """What has been found, by the family's title; what has not can be asked for, or is on its way."""
    settings = asked.settings
    results = {key: _found(key, settings) for key in settings.each}
    if missing := [TITLES[key] for key, one in results.items() if one is None]:
        count = settings.trainings * len(missing)
        button = f"Train {count} models"
        st.caption(
            f"Not trained on this text yet: {', '.join(missing)}, each {settings.trainings} times, one after the "
            "other, in the background; other pages stay usable."
        )
        kept_runs.bring(KIND, settings, ask=button, draft=settings.draft)
    return {TITLES[key]: one for key, one in results.items() if one is not None}


def _found(family: str, settings: StabilitySettings) -> Retrained | None:
    return _kept(stability_runs.key_of(family, settings), family, settings) or stability_runs.found(family, settings)


@st.cache_data(max_entries=30, ttl="1d", show_spinner=False)
def _kept(key: str, _family: str, _settings: StabilitySettings) -> Retrained | None:
    return stability_runs.found(_family, _settings)


def source(asked: Asked, results: dict[str, Retrained], word: str) -> str:
    """The lines that train and compare the same when they are pasted."""
    settings, text = asked.settings, asked.settings.text
    if text.sample:
        first, opened = "from embedlab.data.datasets import load_sample", f"load_sample({text.sample!r})"
    else:
        column = f", column={text.column!r}" if text.column else ""
        first = "from embedlab.data.corpus import Corpus"
        opened = f"Corpus.from_file({text.file!r}{column})"
    drawn = "drawn_anew(corpus, seed)" if settings.drawn else "corpus"
    return f"""
from embedlab.analysis.neighbor_lists import spread
from embedlab.analysis.stability import stability
{first}
{"from embedlab.data.drawn_anew import drawn_anew" if settings.drawn else ""}
from embedlab.retraining import config_of, train

corpus = {opened}
for family in {[key for key in settings.each if not results or TITLES[key] in results]!r}:
    config, _ = config_of(family, corpus)
    models = [train(family, {drawn}, config, seed) for seed in range(1, {settings.trainings + 1})]
    found = stability(models, spread(models[0], {settings.most}))
    print(family, round(found.mean, 3), "interval", round(found.low, 3), round(found.high, 3))
    if {word!r} in found.words:
        print([(one.word, one.share) for one in found.of({word!r})])
""".replace("\n\nfrom embedlab.retraining", "\nfrom embedlab.retraining")
