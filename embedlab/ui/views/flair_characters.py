"""Flair characters page: where word vectors are taken, bits of each character, guesses, and misspelt words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from embedlab.analysis.misspelling import OTHERS, Misspelt, misspelt
from embedlab.analysis.model_text import name, signs
from embedlab.analysis.next_tokens import CharacterBits, NextTokens, character_bits, guess
from embedlab.base import BadModel, CharacterReader, LanguageModel, Model
from embedlab.plots import bars, characters
from embedlab.plots.layout import GREEN, NAMES, family_color
from embedlab.plots.next_tokens import PER_CENT
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, inputs, links, models, state, widgets
from embedlab.ui.models import CHARACTER_FAMILIES, ChosenModel, choose_one

SENTENCE = "sentence"
EXAMPLES = (
    "The government has a bank by the river.",
    "George Washington was the first president.",
    "They live in the state of Washington.",
    "She opened an account at the bank.",
)
MISSING = "No model of letters is at hand yet. Train a Flair or a character LSTM on the Training page."


class LettersModel(ChosenModel[Model]):
    """A model that reads letters."""

    @property
    def pair(self) -> CharacterReader | None:
        """The model, if it is a pair that makes word vectors; ``None`` for one direction alone."""
        return self.model if isinstance(self.model, CharacterReader) else None

    @property
    def ways(self) -> tuple[LanguageModel, ...]:
        """Its directions as language models of letters; empty if it reads words."""
        if self.pair:
            return self.pair.forward, self.pair.backward
        return (self.model,) if isinstance(self.model, LanguageModel) and self.model.unit == "char" else ()


def choose() -> LettersModel | None:
    """Let the visitor choose a model of letters; ``None`` (and a sentence on the page) if there is none.

    Raises:
        BadModel: it is gone, damaged or of another sort.
    """
    one = choose_one("language_model", CHARACTER_FAMILIES, "letters_model", MISSING)
    if one is None:
        return None
    chosen = LettersModel(one.spec, one.title, one.model)
    if not chosen.ways:
        raise BadModel(f"'{one.spec.key}' reads no letters. Choose a Flair or a character LSTM.")
    return chosen


def text() -> str:
    """The field for the sentence, with examples to click."""
    written = state.text(SENTENCE, EXAMPLES[0], "Sentence", limit=300)
    widgets.chips("Try", EXAMPLES, SENTENCE)
    return written


def choose_word(cut: Sequence[str], name: str, label: str, default: int = 0) -> int:
    """Let the visitor choose one word of a sentence, at first one that a link pins; return its position."""
    titles = {str(i): title for i, title in enumerate(inputs.names(cut))}
    return int(state.choice(name, list(titles), str(links.pinned_position(cut, default)), label, titles=titles))


def picture(chosen: LettersModel, written: str) -> str:
    """The sentence with its read-out states; returns the lines that compute them."""
    if chosen.pair is None:
        st.info(
            f"{md(chosen.title)} reads in one direction ({md(chosen.ways[0].direction)}) and makes no word vectors by "
            "itself: Flair takes two of its kind, one in each direction. Choose a Flair model, or look at what it "
            "guesses."
        )
        return ""
    cut = inputs.tokens(written)
    if not cut:
        st.info("Write a sentence of at least one word, or click one.")
        return ""
    default = min(1, len(cut) - 1)
    word = choose_word(cut, "read_word", "Whose vector", default)
    result = chosen.pair.readouts(cut)
    before, after = (md(part) for part in result.read(word))
    widgets.figure(
        characters.readouts(result, word),
        "flair-states",
        f"Where the states of every word are taken; {cut[word]}: forward after character {result.forward[word] + 1}, "
        f"backward after character {result.backward[word] + 1} of {len(result.text)}.",
    )
    dim = getattr(chosen.model, "dim", 0)
    st.markdown(
        f"The vector of **{md(cut[word])}** has {dim} numbers: {dim // 2} from the **forward** model, which has read "
        f"“{before}” when its state is taken, and {dim // 2} from the **backward** model, which has read “{after}” "
        "from the right. So the vector knows the word's letters from both sides and all that stands around it."
    )
    outside = result.forward[word] >= result.begins[word] + len(cut[word])
    where = "space next to the word" if outside else "word's own last and first letter"
    st.caption(f"Words and marks are joined by single spaces, as Flair reads them; states are taken at the {where}.")
    rows = zip(result.words, result.begins, result.forward, result.backward, strict=True)
    frame = pd.DataFrame(
        [(name, begin + 1, ahead + 1, back + 1) for name, begin, ahead, back in rows],
        columns=["word", "first character", "forward state after", "backward state after"],
    )
    widgets.table(frame, "flair-states")
    return f"""
import embedlab

model = embedlab.load_model({chosen.spec.key!r})
found = model.readouts({cut!r})
print(found.words, found.forward, found.backward)
print(model.encode([{cut!r}])[0].shape)  # layers, words, numbers
"""


RIGHT = GREEN
"""Of the right guess."""
COLORS = {"forward": characters.FORWARD, "backward": characters.BACKWARD}


def guesses(chosen: LettersModel, written: str) -> str:
    """Draw the bits along the text, and the guesses at one position; return the code."""
    if not written:
        st.info("Write a sentence, or click one.")
        return ""
    for way in chosen.ways:
        written = "".join(signs(way, written))
    results = [character_bits(way, written) for way in chosen.ways]
    position = 0
    if len(written) > 1:
        default = min(len(written), 5)
        position = state.number("place", default, 1, len(written), "Which character (marked in the figure)") - 1
    st.markdown("**Bits of every character**")
    widgets.figure(
        characters.bits(results, position),
        "flair-bits",
        "; ".join(f"{one.direction}: {one.mean:.2f} bits per character" for one in results),
    )
    st.markdown("\n".join(f"- {summary(one)}" for one in results))
    _bars(chosen, written, position)
    frame = pd.DataFrame({"place": range(1, len(written) + 1), "character": [name(sign) for sign in written]})
    for one in results:
        frame[f"{one.direction} (bits)"] = one.bits
    widgets.table(frame, "flair-bits", title="All bits as a table")
    return f"""
import embedlab
from embedlab.analysis.next_tokens import character_bits, guess

model, text = embedlab.load_model({chosen.spec.key!r}), {written!r}
for way in {"(model.forward, model.backward)" if chosen.pair else "(model,)"}:
    found, expected = character_bits(way, text), guess(way, text, {position})
    print(way.direction, round(found.mean, 2), list(zip(expected.tokens, expected.probabilities.round(3).tolist())))
"""


def summary(one: CharacterBits) -> str:
    """The bits per character of a direction, in a sentence of Markdown."""
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


def _bars(chosen: LettersModel, written: str, position: int) -> None:
    """Draw the guesses of every direction at one position, side by side."""
    true = written[position]
    results = [(way.direction, guess(way, written, position)) for way in chosen.ways]
    longest = max(float(one.probabilities[0]) for _, one in results)
    st.markdown(
        f"**Guessed at the place of “{md(name(true))}”**, number {position + 1}: the forward model sees what stands "
        f"before it, the backward model what stands after. {NAMES[RIGHT].capitalize()}: the right one."
    )
    figures = []
    for direction, one in results:
        values = [100 * float(value) for value in one.probabilities]
        colors = [RIGHT if token == true else COLORS[direction] for token in one.tokens]
        names = [name(token) for token in one.tokens]
        fig = bars.ranking(names, values, _title(direction, one), colors, unit="probability", form=PER_CENT)
        fig.update_xaxes(range=[0, 140 * longest])
        figures.append((fig, f"{direction} expects {names[0]} with {one.probabilities[0]:.0%}."))
    widgets.figures(figures, "flair-guesses", per_row=2)
    widgets.table(_table(results), "flair-guesses", title="The guesses as a table")


def _title(direction: str, one: NextTokens) -> str:
    seen = "".join(one.context)
    if direction == "forward":
        return f"forward, after “{seen[-14:]}”" if seen else "forward, at the beginning"
    return f"backward, before “{seen[:14]}”" if seen else "backward, at the end"


def _table(results: Sequence[tuple[str, NextTokens]]) -> pd.DataFrame:
    rows = [
        (direction, rank, name(token), float(value))
        for direction, one in results
        for rank, (token, value) in enumerate(zip(one.tokens, one.probabilities, strict=True), 1)
    ]
    return pd.DataFrame(rows, columns=["direction", "rank", "guess", "probability"])


DEFAULT = ("flair", "elmo", "fasttext", "word2vec")
READ = {
    "vector": "has a vector of its own for it: the text had this spelling, too",
    "composed": "composes a vector of its letters or pieces",
    "unknown": "reads it like any word that it does not know, so its vector says nothing about the spelling",
    "none": "has **no vector** for it",
}


def compare(chosen: LettersModel, written: str) -> str:
    """The right and the wrong spelling in the same sentence, by models of all sorts; returns the lines for it."""
    cut = inputs.tokens(written)
    if not cut:
        st.info("Write a sentence of at least one word, or click one.")
        return ""
    longest = max(range(len(cut)), key=lambda position: len(cut[position]))
    left, right = st.columns(2, gap="medium")
    with left:
        position = choose_word(cut, "right_word", "The word that is misspelt", longest)
    word = cut[position]
    offered = slips(word)
    with right:
        wrong = state.text(f"wrong_{word[:40]}", offered[0] if offered else f"{word}{word[-1]}", "Its wrong spelling")
        widgets.chips("Slips", offered, f"wrong_{word[:40]}")
    specs = models.choose(list(dict.fromkeys((chosen.spec.key, *DEFAULT))))
    results: dict[str, tuple[Misspelt, int]] = {}
    titles = widgets.unique_titles(models.specs())
    for spec in specs:
        with widgets.guard():
            results[titles[spec.key]] = _of(spec, cut, position, wrong)
    if not results:
        return ""
    colors = {titles[spec.key]: family_color(spec.family.key) for spec in specs}
    shown = [
        f"{title} {one.similarity[layer]:.2f}" for title, (one, layer) in results.items() if one.similarity is not None
    ]
    widgets.figure(
        characters.similarities(results, colors),
        "flair-misspelt",
        f"Similarity of {wrong} with {word}: {', '.join(shown) or 'no model has a vector for it'}.",
    )
    st.markdown("\n".join(f"- {verdict(title, one, layer)}" for title, (one, layer) in results.items()))
    st.caption(
        f"Diamond: “{md(wrong)}” in the place of “{md(word)}”. {NAMES[characters.OTHERS].capitalize()} dots, for "
        f"comparison: {len(OTHERS)} words that have nothing to do with it, in the same place. The scales of models "
        "differ, so look at the distance from the dots, not at the number alone. One sentence and one slip are "
        "one example, no measurement."
    )
    widgets.table(table(results), "flair-misspelt")
    return f"""
import embedlab
from embedlab.analysis.misspelling import misspelt

for key in {[spec.key for spec in specs]!r}:
    found = misspelt(embedlab.load_model(key), {cut!r}, {position}, {wrong!r})
    print(key, found.read, found.layers, found.similarity, found.to_others.max(axis=1, initial=-1))
"""


def slips(word: str) -> list[str]:
    """Four usual slips: a letter left out, two swapped, one doubled, one replaced."""
    if len(word) < 3:
        return []
    middle = len(word) // 2
    made = (
        word[:middle] + word[middle + 1 :],
        word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :],
        word[:middle] + word[middle] + word[middle:],
        word[:middle] + "e" + word[middle + 1 :],
    )
    return [slip for slip in dict.fromkeys(made) if slip != word]


def _of(spec: ModelSpec, cut: list[str], position: int, wrong: str) -> tuple[Misspelt, int]:
    model = cache.static(spec.key) if models.is_static(spec) else models.contextual(spec)
    result = misspelt(model, cut, position, wrong)
    return result, result.layers.index(models.usual_layer(result.layers))


def verdict(title: str, one: Misspelt, layer: int) -> str:
    """The similarity of the wrong spelling to the right one, in a sentence of Markdown."""
    where = f" ({md(models.layer_title(one.layers[layer]))})" if len(one.layers) > 1 else ""
    start = f"{md(title)}{where} {READ[one.read]}"
    if one.similarity is None:
        return start + ("." if one.known else f"; it does not know “{md(one.right)}” either.")
    beaten, count = one.closer(layer), len(one.others)
    start += f": similarity **{one.similarity[layer]:.2f}**, nearer than {beaten} of {count} other words"
    if beaten == count:
        return start + "."
    return start + (", so this model takes it for another word." if 2 * beaten < count else ".")


def table(results: Mapping[str, tuple[Misspelt, int]]) -> pd.DataFrame:
    """Every layer's similarity, beside those of the other words."""
    rows = [
        (
            title, layer, one.right, one.wrong, one.read,
            None if one.similarity is None else float(one.similarity[i]),
            float(one.to_others[i].mean()) if one.others else None,
            float(one.to_others[i].max()) if one.others else None,
            len(one.others),
        )
        for title, (one, _) in results.items()
        for i, layer in enumerate(one.layers)
    ]  # fmt: skip
    columns = ["model", "layer", "right", "wrong", "read as", "similarity", "others: mean", "others: nearest", "others"]
    return pd.DataFrame(rows, columns=columns)
