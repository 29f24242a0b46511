"""Neighbors page: overlap of the lists, frequency, two words compared, sentences, character n-grams."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from embedlab.analysis.concordance import concordance
from embedlab.analysis.neighbors import Neighbors, nearest, overlap, similarity
from embedlab.analysis.subwords import parts
from embedlab.base import Lookup, UnknownWord
from embedlab.plots import bars, heatmap, scatter
from embedlab.plots.layout import family_color
from embedlab.plots.text import composed, md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, inputs, lookups, state, widgets

NEVER_SEEN = ("friendlinesses", "unbankable", "guitarlike", "democratishly")


@dataclass(frozen=True)
class Choices:
    """A word and the models that know it.

    Attributes:
        word: as typed.
        specs: the chosen models.
        titles: model key: what people read.
        results: title: neighbors, for the models that know the word.
    """

    word: str
    specs: list[ModelSpec]
    titles: Mapping[str, str]
    results: Mapping[str, Neighbors]

    @property
    def colors(self) -> dict[str, str]:
        """Title: colour of the model's family."""
        return {self.titles[spec.key]: family_color(spec.family.key) for spec in self.specs}


def controls(word: str, k: int, specs: list[ModelSpec]) -> Choices:
    """Look the word up in every model; one that does not know it says so on the page and offers spellings."""
    titles = widgets.unique_titles(cache.specs("static"))
    results = {}
    for spec in specs:
        with widgets.guard():
            model = cache.static(spec.key)
            try:
                results[titles[spec.key]] = nearest(model, word, k)
            except UnknownWord:
                widgets.spellings(model, titles[spec.key], word, "word")
    lookups.answered({title: result.lookups for title, result in results.items()})
    return Choices(word, specs, titles, results)


def table(choices: Choices) -> pd.DataFrame:
    """All neighbors, one a row."""
    rows = [
        (title, rank, neighbor, float(value), int(count))
        for title, result in choices.results.items()
        for rank, (neighbor, value, count) in enumerate(
            zip(result.words, result.similarities, result.counts, strict=True), 1
        )
    ]
    return pd.DataFrame(rows, columns=["model", "rank", "word", "similarity", "times seen"])


def source(choices: Choices, k: int) -> str:
    """Lines that compute the neighbors; where no model knows the word, those that look for its spelling."""
    knowing = [spec.key for spec in choices.specs if choices.titles[spec.key] in choices.results]
    if not knowing:
        return f"""
import embedlab
from embedlab.analysis.neighbors import suggest

for key in {[spec.key for spec in choices.specs]!r}:
    print(key, suggest(embedlab.load_model(key), {choices.word!r}))
"""
    return f"""
import embedlab
from embedlab.analysis.neighbors import nearest, overlap

results = []
for key in {knowing!r}:
    model = embedlab.load_model(key)
    results.append(nearest(model, {choices.word!r}, k={k}))
    print(key, list(zip(results[-1].words, results[-1].similarities.round(3))))
print(overlap(results))
"""


def overlaps(choices: Choices) -> None:
    """How much the lists of neighbors share."""
    results = choices.results
    if len(results) < 2:
        st.info("Choose a second model above to see what the two lists of neighbors share.")
        return
    st.markdown(
        "Words that are in both lists, divided by words that are in either (the **Jaccard index**): 1 if two models "
        "name the same neighbors, 0 if they share none."
    )
    shared = overlap(list(results.values()))
    common = set.intersection(*(set(result.words) for result in results.values()))
    widgets.figure(
        heatmap.square(list(results), shared),
        "overlap",
        f"Overlap of the neighbors of {choices.word} between {', '.join(results)}; {len(common)} words are in all.",
    )
    listed = ", ".join(md(neighbor) for neighbor in sorted(common)) or "none"
    st.markdown(f"In every list: {listed}.")


def frequencies(choices: Choices) -> None:
    """How common the neighbors are."""
    st.markdown(
        "How often the training text had each neighbor (to the right: more often) and how similar it is (up). "
        "The vector of a rare word, far to the left, was made from few sentences; trust it less."
    )
    fig = scatter.frequency(choices.results, choices.colors)
    widgets.figure(fig, "frequency", f"Neighbors of {choices.word}: times seen in the text against similarity.")


def two_words(choices: Choices) -> None:
    """Similarity of the word and another one."""
    word, other = choices.word, state.text("other", "money", "Compare with")
    if not other:
        st.info("Write a second word to compare with.")
        return
    values: dict[str, float] = {}
    taken: dict[str, list[Lookup]] = {}
    for spec in choices.specs:
        with widgets.guard():
            model = cache.static(spec.key)
            try:
                values[choices.titles[spec.key]] = similarity(model, word, other)
                taken[choices.titles[spec.key]] = [model.look_up(other)]
            except UnknownWord as error:
                if error.word == other:  # the first word's spellings are offered above
                    widgets.spellings(model, choices.titles[spec.key], other, "other")
    lookups.answered(taken)
    if values:
        st.markdown(
            "The cosine of the angle between the two vectors: 1 if they point the same way, 0 if they have nothing "
            "in common, −1 if they point in opposite directions."
        )
        colors = [choices.colors[title] for title in values]
        made = [one.word for each in taken.values() for one in each if not one.known]
        made = [*(one for title in values for one in choices.results[title].composed), *made]
        below = composed(list(dict.fromkeys(made)))
        fig = bars.ranking(list(values), list(values.values()), f"{word} and {other}", colors, below=below)
        text = ", ".join(f"{title} {value:.2f}" for title, value in values.items())
        widgets.figure(fig, "two-words", f"Similarity of {word} and {other}: {text}.")
        widgets.table(pd.DataFrame({"model": list(values), "similarity": list(values.values())}), "two-words")


def in_sentences(choices: Choices) -> None:
    """The sentences behind a neighbor."""
    title = next(iter(choices.results))
    leading = next(spec for spec in choices.specs if choices.titles[spec.key] == title)
    available, own = inputs.titles(), inputs.behind(leading)
    st.markdown(
        f"This is the text that {md(title)} was trained on, or choose another."
        if own
        else f"The text that {md(title)} was trained on is not at hand: the shipped models come without theirs. "
        "Look the pair up in another text, and see whether the two words meet or only keep the same company."
    )
    key = state.choice("text", list(available), own or "wikipedia", "Text", titles=available)
    near, word = choices.results[title].words, choices.results[title].query
    beside = state.choice("beside", near, near[0], f"Neighbor, by {md(title)}")
    with widgets.guard():
        result = concordance(inputs.sentences(key), word, beside)
        first, second, both = result.counts
        st.markdown(
            f"Of {result.read:,} sentences, {first:,} hold **{md(word)}**, {second:,} hold **{md(beside)}** and "
            f"{both:,} hold both."
        )
        groups = zip((f"{word} and {beside}", word, beside), (result.together, *result.apart), strict=True)
        rows = [(kind, sentence) for kind, sentences in groups for sentence in sentences[:5]]
        st.markdown("\n".join(f"- {widgets.highlighted(sentence, (word, beside))}" for _, sentence in rows))
        frame = pd.DataFrame({"holds": [kind for kind, _ in rows], "sentence": [" ".join(s) for _, s in rows]})
        widgets.table(frame, "sentences")


def letter_groups(choices: Choices) -> None:
    """FastText's view of a word, known or not."""
    word = choices.word
    chosen = [spec for spec in (*choices.specs, *cache.specs("static")) if spec.family.key == "fasttext"]
    if not chosen:
        st.info("Only fastText builds words from letter groups, and no fastText model is at hand.")
        return
    st.markdown(
        "fastText cuts a word into overlapping groups of letters (`<` and `>` mark its beginning and end) and adds up "
        "their vectors. So a word that it has never seen gets a vector too. The bars say what share of the vector each "
        "group makes up."
    )
    widgets.chips("Words nobody has seen", NEVER_SEEN, "word")
    with widgets.guard():
        result = parts(cache.static(chosen[0].key), word)
        title, word = choices.titles.get(chosen[0].key, chosen[0].title), result.word
        if title not in choices.results:  # what the others were asked is said above
            lookups.say({title: [result.lookup]})
        seen = "in the vocabulary" if result.known else "not in the vocabulary: its vector is made of its parts alone"
        st.markdown(f"**{md(word, 60)}** is {seen}.")
        top = max(range(len(result.ngrams)), key=lambda i: abs(float(result.shares[i])))
        widgets.figure(
            bars.shares(result, f"{word} in {title}"),
            "letter-groups",
            f"The largest share of {word} comes from {result.ngrams[top]}: {result.shares[top]:.0%}.",
        )
        frame = pd.DataFrame({"group": result.ngrams, "share": result.shares, "length": result.norms})
        widgets.table(frame, "letter-groups")


VIEWS: dict[str, tuple[str, Callable[[Choices], None]]] = {
    "overlap": ("Overlap", overlaps),
    "frequency": ("Frequency", frequencies),
    "pair": ("Two words", two_words),
    "text": ("In sentences", in_sentences),
    "parts": ("Letter groups", letter_groups),
}
"""Details to choose from, by key: the title and the function that draws them."""
