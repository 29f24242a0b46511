"""Next word page: counts of the n-gram model, and how they make a probability, level by level."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from embedlab.analysis import model_text
from embedlab.analysis.next_tokens import BackingOff, HasLevels, explain, next_tokens
from embedlab.base import END, UNKNOWN
from embedlab.base.capabilities import Followers, Level
from embedlab.plots import bars
from embedlab.plots.text import md
from embedlab.ui import cache, state, widgets
from embedlab.ui.views.next_word.controls import Speaker


def levels(speakers: Sequence[Speaker], text: str) -> str:
    """One word's probability, from the longest context to none; returns the lines that compute it."""
    able = [speaker for speaker in speakers if isinstance(speaker.model, HasLevels)]
    if not able:
        others = [spec.title for spec in cache.specs("language_model") if spec.family.key == "ngram"]
        hint = f"Choose {others[0]} above." if others else "Train one on the Training page."
        st.info(f"Only n-gram models count; the others hold no counts to look at. {md(hint)}")
        return ""
    titles = {speaker.title: speaker for speaker in able}
    title = next(iter(titles))
    if len(titles) > 1:
        title = state.choice("counting", list(titles), title, "Model")
    speaker, lines = titles[title], ""
    with widgets.guard():
        likely = [t for t in next_tokens(speaker.model, speaker.context, 12).tokens if t not in (UNKNOWN, END)][:8]
        typed = state.text("next", "", "Next word", placeholder=likely[0] if likely else "france")
        widgets.chips("Likely", likely, "next")
        result = explain(speaker.model, speaker.context, _token(speaker, typed, likely))
        _summary(result)
        labels = [*(_context(level) for level in result.levels), "any word alike"]
        percent = [100 * part for part in result.parts]
        widgets.figure(
            bars.ranking(
                labels, percent, f"{result.word}: {result.probability:.3%}, level by level", speaker.color,
                unit="adds", form="{:.3g} %",
            ),
            "levels",
            f"Parts of the probability of {result.word}: "
            + ", ".join(f"{label} {part:.3g} %" for label, part in zip(labels, percent, strict=True)),
        )  # fmt: skip
        _followers(result.followers)
        widgets.table(_table(result), "levels", title="All counts, level by level")
        lines += f"""
from embedlab.analysis.next_tokens import explain

model = embedlab.load_model({speaker.spec.key!r})
found = explain(model, beginning(model, {text!r}), {result.word!r})
for level, part in zip(found.levels, found.parts):
    print(level.context, level.count, "of", level.context_count, "adds", part)
"""
    return lines


def _token(speaker: Speaker, typed: str, likely: Sequence[str]) -> str:
    """The first word of what was typed, as the model reads it."""
    words = model_text.tokenizer(speaker.model).words(typed)
    return words[0] if words else next(iter(likely), END)


def _context(level: Level) -> str:
    if level.order == 1:
        return "no context"
    return " ".join("⟨start⟩" if token == END else token for token in level.context) + " …"


def _summary(result: BackingOff) -> None:
    """A sentence a level: the counts, and the mass that is handed down."""
    st.caption(
        "The longest context is asked first. A little is taken off every count there, and what is gained so goes to "
        "the next shorter context, down to none: so no word is held for impossible."
    )
    lines = []
    for level in result.levels:
        where = "After anything" if level.order == 1 else f"After **{md(_context(level))}**"
        if not level.context_count:
            lines.append(f"- {where}: never seen, so everything is left to the shorter context.")
            continue
        alone = f" (by counting alone {level.likelihood:.3%})" if level.likelihood is not None else ""
        seen = f"**{md(result.word)}** stands {level.count:,} times of {level.context_count:,}{alone}"
        if level.adjusted != level.count:
            seen += f"; what counts here: it stands after {level.adjusted:,} different words, of {level.total:,} pairs"
        if level.discount:
            seen += f"; {level.discount:.2f} is taken off"
        if level.lower_weight:
            seen += f"; {level.lower_weight:.1%} are left to the next level"
        lines.append(f"- {where}, which {level.followers:,} different words follow: {seen}. "
                     f"Probability **{level.probability:.3%}**.")  # fmt: skip
    st.markdown("\n".join(lines))


def _followers(groups: Sequence[Followers]) -> None:
    """The followers of each context, the most frequent first."""
    st.markdown("What the text has after each context, and how often:")
    lines = []
    for group in groups:
        context = " ".join("⟨start⟩" if token == END else token for token in group.context)
        where = f"{md(context)} …" if group.context else "anywhere"
        words = ", ".join(
            f"{md(model_text.name(word))} {count:,}" for word, count in zip(group.words, group.counts, strict=True)
        )
        lines.append(f"- {where}: {words or 'nothing'}" + (f" – {group.different:,} different" if words else ""))
    st.markdown("\n".join(lines))


def _table(result: BackingOff) -> pd.DataFrame:
    rows = [
        (
            level.order, _context(level), level.count, level.context_count, level.likelihood, level.followers,
            level.adjusted, level.total, level.discount, level.share, level.lower_weight, level.lower,
            level.probability, part,
        )
        for level, part in zip(result.levels, result.parts, strict=False)
    ]  # fmt: skip
    columns = [
        "order", "context", "count", "context count", "by counting alone", "different followers", "adjusted count",
        "adjusted total", "discount", "share", "weight of the level below", "probability below", "probability",
        "adds to the whole",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
