"""The Flair characters page: what each letter costs, and what is expected at one place, from both sides."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from embedlab.analysis.character_bits import CharacterBits, character_bits, guess
from embedlab.analysis.model_text import name
from embedlab.analysis.next_tokens import NextTokens
from embedlab.plots import bars, characters
from embedlab.plots.next_tokens import PER_CENT
from embedlab.plots.palette import GREEN, NAMES
from embedlab.plots.text import md
from embedlab.ui import state, widgets
from embedlab.ui.flair_models import Reader

RIGHT = GREEN
"""Of the right guess."""
COLORS = {"forward": characters.FORWARD, "backward": characters.BACKWARD}


def guesses(reader: Reader, written: str) -> str:
    """Bits along the text, then the bars at one place; returns the lines that compute them."""
    if not written:
        st.info("Write a sentence, or click one.")
        return ""
    found = [character_bits(way, written) for way in reader.ways]
    place = 0
    if len(written) > 1:
        default = min(len(written), 5)
        place = state.number("place", default, 1, len(written), "Which character (marked in the figure)") - 1
    st.markdown("**Bits of every character**")
    widgets.figure(
        characters.bits(found, place),
        "flair-bits",
        "; ".join(f"{one.direction}: {one.mean:.2f} bits per character" for one in found),
    )
    st.markdown("\n".join(f"- {said(one)}" for one in found))
    _bars(reader, written, place)
    frame = pd.DataFrame({"place": range(1, len(written) + 1), "character": [name(sign) for sign in written]})
    for one in found:
        frame[f"{one.direction} (bits)"] = one.bits
    widgets.table(frame, "flair-bits", title="All bits as a table")
    return f"""
import embedlab
from embedlab.analysis.character_bits import character_bits, guess

model, text = embedlab.load_model({reader.spec.key!r}), {written!r}
for way in {"(model.forward, model.backward)" if reader.pair else "(model,)"}:
    found, expected = character_bits(way, text), guess(way, text, {place})
    print(way.direction, round(found.mean, 2), list(zip(expected.tokens, expected.probabilities.round(3).tolist())))
"""


def said(one: CharacterBits) -> str:
    """What a direction pays, in a sentence of Markdown."""
    worst = int(one.bits.argmax())
    before, after = (
        md(part.replace(" ", "␣")) for part in (one.text[max(0, worst - 8) : worst], one.text[worst + 1 :][:8])
    )
    shown = f"{before}**{md(name(one.text[worst])[:1])}**{after}"
    text = f"{one.direction.capitalize()}: **{one.mean:.2f} bits** per character"
    text += f" ({one.chance:.1f} would be pure guessing)"
    text += "" if one.mean < one.chance else ", no better than guessing"
    text += f"; dearest is “{shown}” with {one.bits[worst]:.1f}."
    if one.unknown:
        text += f" It lacks {', '.join(f'“{md(name(sign))}”' for sign in one.unknown)} and reads the unknown character."
    return text


def _bars(reader: Reader, written: str, place: int) -> None:
    """The expectations of every direction at one place, side by side."""
    true = written[place]
    found = [(way.direction, guess(way, written, place)) for way in reader.ways]
    longest = max(float(one.probabilities[0]) for _, one in found)
    st.markdown(
        f"**Guessed at the place of “{md(name(true))}”**, number {place + 1}: the forward model sees what stands "
        f"before it, the backward model what stands after. {NAMES[RIGHT].capitalize()}: the right one."
    )
    figures = []
    for direction, one in found:
        values = [100 * float(value) for value in one.probabilities]
        colors = [RIGHT if token == true else COLORS[direction] for token in one.tokens]
        names = [name(token) for token in one.tokens]
        fig = bars.ranking(names, values, _title(direction, one), colors, unit="probability", form=PER_CENT)
        fig.update_xaxes(range=[0, 140 * longest])
        figures.append((fig, f"{direction} expects {names[0]} with {one.probabilities[0]:.0%}."))
    widgets.figures(figures, "flair-guesses", per_row=2)
    widgets.table(_table(found), "flair-guesses", title="The guesses as a table")


def _title(direction: str, one: NextTokens) -> str:
    seen = "".join(one.context)
    if direction == "forward":
        return f"forward, after “{seen[-14:]}”" if seen else "forward, at the beginning"
    return f"backward, before “{seen[:14]}”" if seen else "backward, at the end"


def _table(found: Sequence[tuple[str, NextTokens]]) -> pd.DataFrame:
    rows = [
        (direction, rank, name(token), float(value))
        for direction, one in found
        for rank, (token, value) in enumerate(zip(one.tokens, one.probabilities, strict=True), 1)
    ]
    return pd.DataFrame(rows, columns=["direction", "rank", "guess", "probability"])
