"""Say which words were looked up in another form than typed, and which words a model lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import streamlit as st

from embedlab.base import Lexicon, Lookup, model_folder
from embedlab.base.folding import Change
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, widgets

DONE: dict[Change, str] = {
    "tidied": "had letters and apostrophes made uniform",
    "lowercased": "was lower-cased",
    "zeroed": "had every digit written as 0",
    "recased": "has it in small letters only",
}
"""What happened to a text before a model learnt from it."""
SHOWN = 12
"""Words that are named at most."""


def say(by_title: Mapping[str, Iterable[Lookup]], verb: str = "is looked up as") -> None:
    """Say which words are looked up otherwise than typed, and why; nothing where all are taken as they are.

    Args:
        by_title: title of a model, or of several: the words that were asked of it.
        verb: stands between the typed word and the other.
    """
    titles_of: dict[tuple[Lookup, ...], list[str]] = {}
    for title, lookups in by_title.items():
        if changed := tuple(dict.fromkeys(one for one in lookups if one.changed)):
            titles_of.setdefault(changed, []).append(title)
    for words, titles in titles_of.items():
        st.caption(sentence(words, titles, verb))


def answered(by_title: Mapping[str, Iterable[Lookup]]) -> None:
    """The same for words that models of word vectors have answered; also which of the vectors are composed.

    Args:
        by_title: title of a model: the words that it has a vector for.
    """
    by_title = {title: list(dict.fromkeys(lookups)) for title, lookups in by_title.items()}
    say(by_title)
    for title, lookups in by_title.items():
        if made := [f"**{md(one.typed, 40)}**" for one in lookups if not one.known]:
            more = f" and {len(made) - SHOWN} more" if len(made) > SHOWN else ""
            st.caption(
                f"Not in the vocabulary of {md(title)}: {', '.join(made[:SHOWN])}{more}. Such a vector is composed of "
                "letter n-grams."
            )


def sentence(words: Sequence[Lookup], titles: Sequence[str], verb: str) -> str:
    """Markdown that names the words, as what they are looked up, the models and what was done to their text."""
    named = [f"**{md(one.typed, 40)}** {verb} **{md(one.word, 40)}**" for one in words[:SHOWN]]
    more = f" (and {len(words) - SHOWN} more alike)" if len(words) > SHOWN else ""
    done = [text for change, text in DONE.items() if any(change in one.changes for one in words)]
    return f"{', '.join(named)}{more}: the text of {', '.join(map(md, titles))} {' and '.join(done)}."


def lacking(words: Sequence[str], specs: Sequence[ModelSpec]) -> dict[str, list[str]]:
    """Each word that is not in the vocabulary of some models, with the titles of those; says what is folded.

    Only vocabularies are read, which takes a moment where loading the models would take seconds.
    """
    titles = widgets.unique_titles(specs)
    by_title: dict[str, tuple[Lookup, ...]] = {}
    for spec in specs:
        with widgets.guard():
            by_title[titles[spec.key]] = _of_folder(str(spec.folder), cache.stamp(spec), tuple(words))
    say({title: [one for one in lookups if one.known] for title, lookups in by_title.items()})
    without = {
        word: [title for title, lookups in by_title.items() if not lookups[i].known] for i, word in enumerate(words)
    }
    return {word: which for word, which in without.items() if which}


@st.cache_data(max_entries=200, ttl="1d", show_spinner=False)
def _of_folder(folder: str, stamp: int, words: tuple[str, ...]) -> tuple[Lookup, ...]:
    return tuple(map(Lexicon(model_folder.read_words(Path(folder))).look_up, words))
