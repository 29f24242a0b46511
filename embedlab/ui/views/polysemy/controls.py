"""Polysemy page: the sentences, shipped or typed, with the position of the word in each."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from dataclasses import dataclass

import streamlit as st

from embedlab.analysis.occurrences import written
from embedlab.data.datasets import Occurrence
from embedlab.plots.senses import Named
from embedlab.plots.text import md
from embedlab.ui import links, state, widgets
from embedlab.ui.inputs import by_sense, marked, shipped_senses, tag

FIRST = ("bank", "ran", "Paris", "plant", "crane", "stick", "cell", "spring", "bat", "play")
"""Words that stand as buttons; a list has all of them."""
WAYS = {"shipped": "Shipped sentences", "own": "My own"}
OWN = """river | We had a picnic on the bank of the river.
river | Herons nest along the muddy bank.
river | The boat was tied up at the left bank.
money | She paid the cheque in at the bank.
money | The bank raised its interest rates.
money | He works as a clerk in a small bank."""
MOVED = "at"
"""Where moved marks stand in the address: the word, then number and position of each, as in "bank:3.7,12.0"."""
MOST = 100
"""Typed sentences that are read, at most."""


@dataclass(frozen=True)
class Choices:
    """A word in N sentences.

    Attributes:
        word: as it was asked for.
        occurrences: N, those of one sense side by side.
        shipped: whether they are sentences of this project.
    """

    word: str
    occurrences: tuple[Occurrence, ...]
    shipped: bool

    @property
    def labelled(self) -> bool:
        """Whether every occurrence has a sense, and there is more than one."""
        senses = {one.sense for one in self.occurrences}
        return "" not in senses and len(senses) > 1

    @property
    def named(self) -> Named:
        """The senses as groups to be coloured; without senses all are one group."""
        import numpy as np

        names = list(dict.fromkeys(one.sense for one in self.occurrences)) if self.labelled else [self.word]
        groups = [names.index(one.sense) if self.labelled else 0 for one in self.occurrences]
        return Named(np.array(groups, int), names)


def controls() -> Choices | None:
    """Let the visitor choose a word with its sentences; ``None`` (and a sentence that says why) if there is nothing."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        way = state.choice("from", list(WAYS), "shipped", "Sentences", titles=WAYS)
        if way == "shipped":
            known = shipped_senses()
            word = state.choice(
                "senses", list(known), links.first_of(list(known), "bank"), f"Word, one of {len(known)}"
            )
    if way == "shipped":
        widgets.chips("Try", links.offered(FIRST, known), "senses")
        return Choices(word, _moved(word, _of_one_form(known[word])), True)
    return _own()


def _of_one_form(occurrences: tuple[Occurrence, ...]) -> tuple[Occurrence, ...]:
    """Those with the commonest form of the word, unless the visitor wants the others, too."""
    counts = Counter(one.form for one in occurrences)
    (first, _), *others = counts.most_common()
    if not others:
        return occurrences
    names = ", ".join(md(form) for form, _ in others)
    text = "A model with one vector a word has another one for another form, which says nothing about senses."
    if state.flag("forms", False, f"Other forms, too: {names}", help=text):
        return occurrences
    return tuple(one for one in occurrences if one.form == first)


def _own() -> Choices | None:
    word = state.text("own_word", "bank", "Word to look for, in any of its forms", limit=60)
    help = "Up to 100. With what is meant before a bar, as in “river | We sat on the bank.”, senses are coloured."
    text = state.area("own", OWN, "Sentences, one a line", help=help, limit=8000, height=190)
    if not word or not text:
        st.info("Write a word, and below it sentences in which it occurs.")
        return None
    result = written(word, text)
    for sentences, why in ((result.without, "Left out, without the word"), (result.twice, "Left out, there already")):
        if sentences:
            more = f" and {len(sentences) - 3} more" if len(sentences) > 3 else ""
            st.warning(f"{why} “{md(word, 40)}”: " + "; ".join(md(one, 80) for one in sentences[:3]) + more)
    if len(result.occurrences) > MOST:
        st.warning(f"Only the first {MOST} of {len(result.occurrences)} sentences are read.")
    if not result.occurrences:
        st.info(f"No sentence has the word “{md(word, 40)}” yet.")
        return None
    return Choices(word, _moved(word, by_sense(result.occurrences[:MOST])), False)


def _moved(word: str, occurrences: tuple[Occurrence, ...]) -> tuple[Occurrence, ...]:
    """With the marks where the visitor moved them."""
    positions = _positions(word)
    return tuple(
        dataclasses.replace(one, position=positions[i]) if positions.get(i, len(one.words)) < len(one.words) else one
        for i, one in enumerate(occurrences)
    )


def _positions(word: str) -> dict[int, int]:
    """Number of a sentence and position of its mark, for those that were moved."""
    of, _, pairs = st.query_params.get(MOVED, "").rpartition(":")
    if of != word:
        return {}
    return {int(i): int(at) for i, at in re.findall(r"(\d{1,4})\.(\d{1,4})", pairs)}


def _move(word: str, number: int, key: str) -> None:
    """Put the mark of a sentence where the visitor clicked."""
    at = st.session_state.get(key)
    if at is not None:
        positions = _positions(word) | {number: int(at)}
        st.query_params[MOVED] = f"{word}:" + ",".join(f"{i}.{position}" for i, position in sorted(positions.items()))


def _back(word: str) -> None:
    """Put all marks back, and forget what the buttons say."""
    st.query_params.pop(MOVED, None)
    for key in [key for key in st.session_state if str(key).startswith(f"mark-{word}-")]:
        del st.session_state[key]


def show(choices: Choices) -> None:
    """All sentences with the word marked, and one of them as buttons, to move the mark."""
    named = choices.named
    with st.expander(
        f"The {len(choices.occurrences)} sentences, and how to move the mark", icon=":material/short_text:"
    ):
        numbers = [str(i) for i in range(1, len(choices.occurrences) + 1)]
        titles = {n: f"{n}. {one.sentence}" for n, one in zip(numbers, choices.occurrences, strict=True)}
        chosen = int(state.choice("sentence_no", numbers, "1", "Sentence", titles=titles)) - 1
        one, key = choices.occurrences[chosen], f"mark-{choices.word}-{chosen}"
        st.pills(
            "Click the word whose vector is compared", range(len(one.words)), key=key, default=one.position,
            required=True, format_func=lambda i: md(one.words[i], 30), on_change=_move,
            args=(choices.word, chosen, key),
        )  # fmt: skip
        if _positions(choices.word):
            st.button("Put all marks back", key="marks-back", on_click=_back, args=(choices.word,))
        with st.container(height=320):
            st.markdown(_listed(choices, named))


def _listed(choices: Choices, named: Named) -> str:
    lines = []
    for number, (one, group) in enumerate(zip(choices.occurrences, named.labels, strict=True), start=1):
        sense = f"{tag(one.sense, int(group))} " if one.sense else ""
        lines.append(f"{number}\\. {sense}{marked(one)}")
    return "  \n".join(lines)


def glosses(choices: Choices) -> str:
    """What each sense means, as Markdown; empty where the sentences do not say so."""
    meanings = {one.sense: one.gloss for one in choices.occurrences if one.gloss}
    counts = {sense: sum(one.sense == sense for one in choices.occurrences) for sense in meanings}
    return " ".join(
        f"{tag(sense, group)} {md(meanings[sense])} ({counts[sense]} sentences)."
        for group, sense in enumerate(meanings)
    )


def moved(choices: Choices) -> dict[str, int]:
    """Sentences whose mark the visitor moved, and where it stands now."""
    return {
        choices.occurrences[i].sentence: choices.occurrences[i].position
        for i in _positions(choices.word)
        if i < len(choices.occurrences)
    }
