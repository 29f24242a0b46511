"""BERT page: next-sentence prediction."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from embedlab.analysis.masked import APART, NextSentences, next_sentences
from embedlab.base import MaskedModel
from embedlab.plots import bars
from embedlab.plots.layout import GREY, NAMES, family_color
from embedlab.plots.text import md
from embedlab.ui import inputs, state, widgets
from embedlab.ui.models import ChosenModel

OTHERS = GREY
"""Of sentences on other matters."""
PAIRS = (
    ("The city lies on a large river.", "Many bridges cross the river in the city."),
    ("The king died in the winter.", "His son became the new king."),
    ("Water boils when it is heated.", "At 100 degrees it becomes steam."),
    ("She studied music in Vienna.", "Her first opera was performed a year later."),
    ("The team won the final match.", "The players celebrated with their supporters."),
)


def following(chosen: ChosenModel[MaskedModel], _: Sequence[str]) -> str:
    """Two sentences, and the second beside others that do not belong there; returns the lines that compute it."""
    if not chosen.model.has_next_sentence_head:
        st.info(
            f"{md(chosen.title)} was not taught whether sentences follow each other (RoBERTa, DistilBERT and most "
            "later models were not: it helped little). Choose a model that was."
        )
        return ""
    left, right = st.columns(2, gap="medium")
    with left:
        first = state.text("first", PAIRS[0][0], "First sentence", limit=400)
    with right:
        second = state.text("second", PAIRS[0][1], "Second sentence", limit=400)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Try", width="content")
        for one, other in PAIRS:
            st.button(md(one, 60), key=f"pair-{one}", on_click=_take, args=(one, other))
        st.button("Swap the two", on_click=_take, args=(second, first), icon=":material/swap_horiz:")
    others = [text for before, text in PAIRS if text != second and before != first][: len(PAIRS) - 1]
    texts = [second, *others]
    result = next_sentences(chosen.model, inputs.tokens(first), [inputs.tokens(text) for text in texts])
    values = [100 * float(value) for value in result.probabilities]
    color = family_color(chosen.spec.family.key)
    fig = bars.ranking(
        texts, values, "May it follow the first sentence?", [color] + [OTHERS] * len(others),
        unit="probability", form="{:.1f} %",
    )  # fmt: skip
    fig.update_xaxes(range=[0, 125])
    widgets.figure(fig, "bert-next", f"Probability that the sentence follows: {values[0]:.0f} %; the others follow.")
    st.markdown(verdict(result))
    st.caption(
        f"First your second sentence; {NAMES[OTHERS]}: sentences on other matters, for comparison. Each is judged "
        "by itself. In training one half of the pairs were true, so 50 % means that the model does not know."
    )
    widgets.table(_table(first, texts, result), "bert-next")
    return f"""
import embedlab
from embedlab.analysis.masked import next_sentences

model = embedlab.load_model({chosen.spec.key!r})
found = next_sentences(model, {list(result.first)!r}, {[list(one) for one in result.seconds]!r})
print(found.probabilities.round(3), found.reversed.round(3))
"""


def _take(first: str, second: str) -> None:
    state.put("first", first)
    state.put("second", second)


def verdict(result: NextSentences) -> str:
    """The result in sentences of Markdown."""
    own, others = float(result.probabilities[0]), result.probabilities[1:]
    text = f"The second sentence follows the first with **{own:.1%}**"
    if len(others) and not result.told_apart:
        text += (
            f"; so do all the others, within {APART:.0%}: for this first sentence the model does not tell what "
            "belongs there."
        )
    elif len(others):
        beaten = int((others < own).sum())
        many = "any" if beaten == len(others) else f"{beaten}"
        text += f", more than {many} of the {len(others)} sentences on other matters."
    else:
        text += "."
    back = float(result.reversed[0])
    text += f" In the wrong order the two get {back:.1%}"
    near = abs(back - own) < APART
    return text + (": the model judges whether the topics fit, not the order." if near else ".")


def _table(first: str, texts: Sequence[str], result: NextSentences) -> pd.DataFrame:
    rows = zip(texts, result.probabilities.tolist(), result.reversed.tolist(), strict=True)
    columns = ["first sentence", "second sentence", "probability", "probability in the other order"]
    return pd.DataFrame([(first, *row) for row in rows], columns=columns)
