"""Neighbors: which words lie nearest to one, in several models side by side."""

import pandas as pd
import streamlit as st

from embedlab.analysis.concordance import concordance
from embedlab.analysis.neighbors import Neighbors, nearest, overlap, similarity
from embedlab.analysis.subwords import parts
from embedlab.base import UnknownWord
from embedlab.plots import bars, heatmap, scatter
from embedlab.plots.palette import family_color
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, state, texts, widgets

EXAMPLES = ("bank", "queen", "paris", "guitar", "walking", "democracy", "blue")
NEVER_SEEN = ("friendlinesses", "unbankable", "guitarlike", "democratishly")
VIEWS = {
    "overlap": "Overlap",
    "frequency": "Frequency",
    "pair": "Two words",
    "text": "In sentences",
    "parts": "Letter groups",
}


def look_up(specs: list[ModelSpec], word: str, k: int) -> dict[str, Neighbors]:
    """The neighbours by model title, for the models that know the word."""
    found = {}
    for spec in specs:
        with widgets.guard():
            model = cache.static(spec.key)
            try:
                found[titles[spec.key]] = nearest(model, word, k)
            except UnknownWord:
                widgets.spellings(model, titles[spec.key], word, "word")
    return found


def overlaps(found: dict[str, Neighbors]) -> None:
    """How much the lists of neighbours share."""
    if len(found) < 2:
        st.info("Choose a second model above to see what the two lists of neighbors share.")
        return
    st.markdown(
        "Words that are in both lists, divided by words that are in either (the **Jaccard index**): 1 if two models "
        "name the same neighbors, 0 if they share none."
    )
    shared = overlap(list(found.values()))
    common = set.intersection(*(set(result.words) for result in found.values()))
    widgets.figure(
        heatmap.square(list(found), shared),
        "overlap",
        f"Overlap of the neighbors of {word} between {', '.join(found)}; {len(common)} words are in every list.",
    )
    listed = ", ".join(md(neighbor) for neighbor in sorted(common)) or "none"
    st.markdown(f"In every list: {listed}.")


def frequencies(found: dict[str, Neighbors]) -> None:
    """How common the neighbours are."""
    st.markdown(
        "Vectors know how common a word is as well as what it means: neighbors are often about as frequent as the "
        "word itself. Rare words (far left) have vectors made of few sentences; trust them less."
    )
    fig = scatter.frequency(found, colors)
    widgets.figure(fig, "frequency", f"Neighbors of {word}: times seen in the text against similarity.")


def two_words(specs: list[ModelSpec]) -> None:
    """Similarity of the word and another one."""
    other = state.text("other", "money", "Compare with")
    values: dict[str, float] = {}
    for spec in specs:
        with widgets.guard():
            model = cache.static(spec.key)
            try:
                values[titles[spec.key]] = similarity(model, word, other)
            except UnknownWord as error:
                widgets.spellings(model, titles[spec.key], error.word, "other" if error.word == other else "word")
    if values:
        st.markdown("The cosine of the angle between the two vectors: 1 the same direction, 0 nothing in common.")
        fig = bars.ranking(list(values), list(values.values()), f"{word} and {other}", [colors[t] for t in values])
        said = ", ".join(f"{title} {value:.2f}" for title, value in values.items())
        widgets.figure(fig, "two-words", f"Similarity of {word} and {other}: {said}.")
        widgets.table(pd.DataFrame({"model": list(values), "similarity": list(values.values())}), "two-words")


def in_sentences(found: dict[str, Neighbors]) -> None:
    """The sentences behind a neighbour."""
    title = next(iter(found))
    leading = next(spec for spec in specs if titles[spec.key] == title)
    available, own = texts.titles(), texts.behind(leading)
    st.markdown(
        f"This is the text that {md(title)} was trained on, or choose another."
        if own
        else f"The text that {md(title)} was trained on is not at hand: the shipped models come without theirs. "
        "Look the pair up in another text, and see whether the two words meet or only keep the same company."
    )
    key = state.choice("text", list(available), own or next(iter(available)), "Text", titles=available)
    beside = state.choice("beside", found[title].words, found[title].words[0], f"Neighbor, by {title}")
    with widgets.guard():
        result = concordance(texts.sentences(key), word, beside)
        first, second, both = result.counts
        st.markdown(
            f"Of {result.read:,} sentences, {first:,} hold **{md(word)}**, {second:,} hold **{md(beside)}** and "
            f"{both:,} hold both."
        )
        groups = zip((f"{word} and {beside}", word, beside), (result.together, *result.apart), strict=True)
        rows = [(kind, sentence) for kind, sentences in groups for sentence in sentences[:5]]
        for _, sentence in rows:
            st.markdown(f"- {widgets.highlighted(sentence, (word, beside))}")
        frame = pd.DataFrame({"holds": [kind for kind, _ in rows], "sentence": [" ".join(s) for _, s in rows]})
        widgets.table(frame, "sentences")


def letter_groups(specs: list[ModelSpec]) -> None:
    """FastText's view of a word, known or not."""
    chosen = [spec for spec in (*specs, *cache.specs("static")) if spec.family.key == "fasttext"]
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
        seen = "in the vocabulary" if result.known else "not in the vocabulary: its vector is made of its parts alone"
        st.markdown(f"**{md(word)}** is {seen}.")
        top = sorted(range(len(result.ngrams)), key=lambda i: -abs(result.shares[i]))
        widgets.figure(
            bars.shares(result, f"{word} in {titles.get(chosen[0].key, chosen[0].title)}"),
            "letter-groups",
            f"The largest share of {word} comes from {result.ngrams[top[0]]}: {result.shares[top[0]]:.0%}.",
        )
        frame = pd.DataFrame({"group": result.ngrams, "share": result.shares, "length": result.norms})
        widgets.table(frame, "letter-groups")


widgets.opening(
    "Neighbors",
    "A model puts words with similar surroundings close together; here are the words closest to yours. "
    "**Look for** neighbors that are related in different ways (same meaning, opposite, same topic, same ending) and "
    "for what one model sees and another does not.",
)
left, right = st.columns([2, 1], gap="large")
with left:
    word = state.text("word", "bank", "Word")
with right:
    k = state.number("k", 10, 3, 30, "How many neighbors")
widgets.chips("Try", EXAMPLES, "word")
specs = widgets.model_picker("static", default=("word2vec", "glove", "fasttext"))
titles = widgets.unique_titles(cache.specs("static"))
colors = {titles[spec.key]: family_color(spec.family.key) for spec in specs}
if not word or not specs:
    st.stop()

found = look_up(specs, word, k)
if found:
    figures = [
        (
            bars.neighbors(result, title, colors[title]),
            f"{title}: nearest to {word} is {result.words[0]} with {result.similarities[0]:.2f}.",
        )
        for title, result in found.items()
        if result.words
    ]
    widgets.figures(figures, "neighbors")
    view = state.choice("view", list(VIEWS), "overlap", "Look closer", titles=VIEWS)
    if view == "overlap":
        overlaps(found)
    elif view == "frequency":
        frequencies(found)
    elif view == "pair":
        two_words(specs)
    elif view == "text":
        in_sentences(found)
    else:
        letter_groups(specs)
    columns = ["model", "rank", "word", "similarity", "times seen"]
    rows = [
        (title, rank, neighbor, float(value), int(count))
        for title, result in found.items()
        for rank, (neighbor, value, count) in enumerate(
            zip(result.words, result.similarities, result.counts, strict=True), 1
        )
    ]
    widgets.table(pd.DataFrame(rows, columns=columns), "neighbors")
else:
    st.subheader("Letter groups")
    letter_groups(specs)

widgets.code(
    f"""
import embedlab
from embedlab.analysis.neighbors import nearest, overlap

results = []
for key in {[spec.key for spec in specs]!r}:
    model = embedlab.load_model(key)
    results.append(nearest(model, {word!r}, k={k}))
    print(key, list(zip(results[-1].words, results[-1].similarities.round(3))))
print(overlap(results))
"""
)
widgets.explain("neighbors")
