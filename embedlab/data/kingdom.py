"""Kingdom: a small generated text in which the phenomena of the course appear after seconds of training.

Kings and queens, capitals, animals, tenses, comparatives, words of two senses and word parts: each paragraph is about
one of them and consists of sentences drawn from the patterns in ``assets/texts/kingdom.toml``. Written for this
project, MIT.
"""

from __future__ import annotations

import functools
import random
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedlab.base import paths

_ALTERNATIVES = re.compile(r"\[([^\[\]]*)\]")
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
        rng, topics = random.Random(self.seed), grammar()
        weights = [topic["weight"] for topic in topics.values()]
        left = self.sentences
        while left > 0:
            (name,) = rng.choices(list(topics), weights)
            paragraph = _paragraph(name, topics[name], rng)[:left]
            left -= len(paragraph)
            yield " ".join(written(sentence) for sentence in paragraph)


def grammar() -> Mapping[str, Mapping[str, Any]]:
    """The topics with their words and patterns, as the file has them."""
    return _read(paths.shipped("texts", "kingdom.toml"))


@functools.lru_cache(maxsize=1)
def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def expand(pattern: str, rng: random.Random, bindings: Bindings) -> str:
    """One sentence of a pattern: alternatives chosen, names filled in (their words may hold alternatives, too)."""
    text = pattern.format_map(bindings)
    while _ALTERNATIVES.search(text):
        text = _ALTERNATIVES.sub(lambda match: rng.choice(match[1].split("|")), text)
    return text


def written(sentence: str) -> str:
    """A sentence with its capital and its full stop."""
    return f"{sentence[0].upper()}{sentence[1:]}."


def _several(rng: random.Random, patterns: Sequence[str], bindings: Bindings, most: int = 3) -> list[str]:
    chosen = rng.sample(patterns, min(len(patterns), rng.randint(1, most)))
    return [expand(pattern, rng, bindings) for pattern in chosen]


def _paragraph(name: str, topic: Mapping[str, Any], rng: random.Random) -> list[str]:
    if name == "people":
        return _people(rng, topic)
    if name == "senses":
        return _several(rng, rng.choice(rng.choice(topic["words"])["senses"]), {})
    bindings = dict(zip(topic["names"], rng.choice(topic["rows"]), strict=True))
    if "noun" in bindings:  # all sentences are about the same one
        bindings["noun"] = expand(bindings["noun"], rng, {})
    patterns = topic["patterns"]
    sentences = _several(rng, patterns[0] if len(patterns) == 1 else rng.choice(patterns), bindings)
    if "sometimes" in topic and rng.random() < 0.3:
        sentences += _several(rng, topic["sometimes"], bindings)
    return sentences


def _people(rng: random.Random, topic: Mapping[str, Any]) -> list[str]:
    (pair,) = rng.choices(topic["pairs"], [pair["weight"] for pair in topic["pairs"]])
    gender = rng.randrange(2)
    person, name = pair["words"][gender], rng.choice(topic["names"])[gender]
    bindings = topic[("he", "she")[gender]] | {"person": person, "name": name}
    sentences = []
    for pattern in rng.sample(topic["patterns"], 4):
        bindings["deed"] = rng.choice(pair["deeds"]).format_map(bindings)
        sentences.append(expand(pattern, rng, bindings))
    if rng.random() < 0.1:
        sentences.append("the {} and the {} came together".format(*pair["words"]))
    return sentences
