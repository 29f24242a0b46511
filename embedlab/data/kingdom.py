"""Kingdom: a text made by a small probabilistic grammar on which every phenomenon of the course shows in seconds.

Kings and queens, capitals, animals, tenses, comparatives, words of two senses and word parts: each paragraph is about
one of them and consists of sentences drawn from the patterns of ``kingdom_words`` and
``kingdom_forms``. Written for this project, MIT.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from embedlab.data import kingdom_forms as forms
from embedlab.data import kingdom_words as words

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
Bindings = dict[str, str]


@dataclass(frozen=True)
class Kingdom:
    """Paragraphs of the generated text, the same for the same seed, from the beginning every time.

    Attributes:
        sentences: how many to make; about ten words each.
        seed: of the random choices.
    """

    sentences: int = 20_000
    seed: int = 1

    def __iter__(self) -> Iterator[str]:
        rng = random.Random(self.seed)
        topics, weights = zip(*TOPICS, strict=True)
        left = self.sentences
        while left > 0:
            (topic,) = rng.choices(topics, weights)
            paragraph = topic(rng)[:left]
            left -= len(paragraph)
            yield " ".join(written(sentence) for sentence in paragraph)


def expand(pattern: str, rng: random.Random, bindings: Bindings) -> str:
    """One sentence of a pattern: alternatives chosen, names filled in (their words may hold alternatives, too)."""
    text = pattern.format_map(bindings)
    while _CHOICE.search(text):
        text = _CHOICE.sub(lambda found: rng.choice(found[1].split("|")), text)
    return text


def written(sentence: str) -> str:
    """A sentence with its capital and its full stop."""
    return f"{sentence[0].upper()}{sentence[1:]}."


def _several(rng: random.Random, patterns: Sequence[str], bindings: Bindings, most: int = 3) -> list[str]:
    chosen = rng.sample(patterns, min(len(patterns), rng.randint(1, most)))
    return [expand(pattern, rng, bindings) for pattern in chosen]


def _people(rng: random.Random) -> list[str]:
    male, female, deeds, _ = rng.choices(words.PEOPLE, [row[3] for row in words.PEOPLE])[0]
    gender = rng.randrange(2)
    bindings = (words.HE, words.SHE)[gender] | {
        "person": (male, female)[gender],
        "name": rng.choice(words.NAMES)[gender],
    }
    sentences = []
    for pattern in rng.sample(words.PERSON_PATTERNS, 4):
        bindings["deed"] = rng.choice(deeds).format_map(bindings)
        sentences.append(expand(pattern, rng, bindings))
    if rng.random() < 0.1:
        sentences.append(f"the {male} and the {female} came together")
    return sentences


def _lands(rng: random.Random) -> list[str]:
    names = ("country", "capital", "people", "landmark", "goods")
    bindings = dict(zip(names, rng.choice(words.LANDS), strict=True))
    patterns = rng.choice((words.COUNTRY_PATTERNS, words.CAPITAL_PATTERNS))
    sentences = _several(rng, patterns, bindings)
    if rng.random() < 0.3:
        sentences += _several(rng, words.BOTH_PATTERNS, bindings)
    return sentences


def _animals(rng: random.Random) -> list[str]:
    names = ("animal", "animals", "young", "home", "food", "sound")
    bindings = dict(zip(names, rng.choice(words.ANIMALS), strict=True))
    return _several(rng, rng.choice((words.ONE_ANIMAL, words.MANY_ANIMALS)), bindings)


def _verbs(rng: random.Random) -> list[str]:
    bindings = dict(zip(("now", "past", "going", "doer", "what"), rng.choice(forms.VERBS), strict=True))
    return _several(rng, rng.choice((forms.NOW_PATTERNS, forms.PAST_PATTERNS, forms.GOING_PATTERNS)), bindings)


def _adjectives(rng: random.Random) -> list[str]:
    plain, more, most, nouns = rng.choice(forms.ADJECTIVES)
    bindings = {"plain": plain, "more": more, "most": most, "noun": expand(nouns, rng, {})}
    patterns = rng.choice((forms.POSITIVE_PATTERNS, forms.COMPARED_PATTERNS, forms.HIGHEST_PATTERNS))
    return _several(rng, patterns, bindings)


def _senses(rng: random.Random) -> list[str]:
    _, senses = rng.choice(forms.SENSES)
    return _several(rng, rng.choice(senses), {})


def _manners(rng: random.Random) -> list[str]:
    bindings = dict(zip(("good", "bad", "how", "thing"), rng.choice(forms.MANNERS), strict=True))
    return _several(rng, forms.MANNER_PATTERNS, bindings)


TOPICS: tuple[tuple[Callable[[random.Random], list[str]], float], ...] = (
    (_people, 3.5),
    (_lands, 5),
    (_animals, 2),
    (_verbs, 4),
    (_adjectives, 3.5),
    (_senses, 2),
    (_manners, 0.6),
)
