"""Kingdom: a text made by a small probabilistic grammar on which every phenomenon of the course shows in seconds.

Kings and queens, capitals, animals, tenses, comparatives, words of two senses and word parts: each paragraph is about
one of them and consists of sentences drawn from the patterns of ``kingdom_words`` and
``kingdom_forms``. Written for this project, MIT.

What "kingdom", the generated text, shows of tenses, comparison, words of two senses and word parts.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from embedlab.data import kingdom_words as words

# ---------------------------------------------------------------- verbs: now, past, going on, doer, what

VERBS = (
    ("sing", "sang", "singing", "singer", "[songs|hymns|tunes] with the choir"),
    ("dance", "danced", "dancing", "dancer", "[waltzes|tangos] in the ballroom"),
    ("bake", "baked", "baking", "baker", "[loaves|cakes|biscuits] in the oven"),
    ("paint", "painted", "painting", "painter", "[portraits|landscapes] with a brush"),
    ("write", "wrote", "writing", "writer", "[novels|poems|letters] with a pen"),
    ("drink", "drank", "drinking", "drinker", "[wine|juice|lemonade] from a glass"),
    ("ride", "rode", "riding", "rider", "ponies [across|over] the meadow"),
    ("swim", "swam", "swimming", "swimmer", "[across|around] the cold lake"),
    ("build", "built", "building", "builder", "[bridges|walls|houses] of brick"),
    ("teach", "taught", "teaching", "teacher", "[grammar|algebra] to the pupils"),
    ("drive", "drove", "driving", "driver", "[carts|wagons] along the road"),
    ("play", "played", "playing", "player", "[chess|cards|dominoes] at the club"),
    ("hunt", "hunted", "hunting", "hunter", "[hares|pheasants] with a bow"),
    ("grow", "grew", "growing", "grower", "[roses|beans] in the garden"),
    ("throw", "threw", "throwing", "thrower", "[stones|spears] over the moat"),
    ("draw", "drew", "drawing", "drawer", "[maps|circles] with a pencil"),
)
NOW_PATTERNS = (
    "today we {now} {what} as always",
    "they [can|will|must] {now} {what} tomorrow",
    "you should {now} {what} more often",
    "they like to {now} {what} every day",
    "do you {now} {what} today",
    "we want to {now} {what} tomorrow",
)
PAST_PATTERNS = (
    "yesterday we {past} {what}",
    "last year they {past} {what} and then went home",
    "long ago someone {past} {what} once",
    "yesterday you {past} {what} and went to bed",
    "last week the {doer} {past} {what} again",
    "once we {past} {what} long ago",
)
GOING_PATTERNS = (
    "right now they are {going} {what}",
    "we were {going} {what} when it rained",
    "a {doer} enjoys {going} {what}",
    "the {doer} is {going} {what} at the moment",
    "they stopped {going} {what} when it rained",
)

# ------------------------------------------------------- adjectives: positive, comparative, superlative, of what

ADJECTIVES = (
    ("big", "bigger", "biggest", "[house|elephant|whale]"),
    ("small", "smaller", "smallest", "[house|mouse|pebble]"),
    ("tall", "taller", "tallest", "[statue|tree|giant]"),
    ("short", "shorter", "shortest", "[statue|stick|dwarf]"),
    ("fast", "faster", "fastest", "[coach|arrow|falcon]"),
    ("slow", "slower", "slowest", "[coach|snail|tortoise]"),
    ("strong", "stronger", "strongest", "[rope|ox|blacksmith]"),
    ("weak", "weaker", "weakest", "[rope|twig|invalid]"),
    ("warm", "warmer", "warmest", "[day|blanket|stove]"),
    ("cold", "colder", "coldest", "[day|snow|cellar]"),
    ("rich", "richer", "richest", "[farmer|merchant|banker]"),
    ("poor", "poorer", "poorest", "[farmer|beggar|orphan]"),
    ("loud", "louder", "loudest", "[voice|drum|thunder]"),
    ("quiet", "quieter", "quietest", "[voice|flute|whisper]"),
    ("bright", "brighter", "brightest", "[colour|lamp|star]"),
    ("dark", "darker", "darkest", "[colour|cave|dungeon]"),
    ("kind", "kinder", "kindest", "[nurse|monk|host]"),
    ("brave", "braver", "bravest", "[soldier|captain|sailor]"),
)
POSITIVE_PATTERNS = (
    "the {noun} is very {plain} indeed",
    "it is such a {plain} {noun}",
    "what a very {plain} {noun} we saw",
    "a rather {plain} {noun} was seen",
)
COMPARED_PATTERNS = (
    "this {noun} is much {more} than that {noun}",
    "the {noun} became even {more} than before",
    "no {noun} is {more} than ours",
    "a {noun} is {more} than another {noun}",
)
HIGHEST_PATTERNS = (
    "of all it is the {most} {noun} in the world",
    "the {most} {noun} of all won the prize",
    "nobody in the world had seen the {most} {noun} of all",
    "by far the {most} {noun} in the world",
)

# ---------------------------------------------------------------- words of two senses: word, the sentences of each

SENSES: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    (
        "bank",
        (
            (
                "the bank lent [money|gold] to the merchant at low interest",
                "she opened an account at the bank for her money",
                "the clerk of the bank counted the coins and the loan",
            ),
            (
                "the river flooded its muddy bank after the rain",
                "willows grow on the bank of the river",
                "the fisherman sat on the grassy bank and watched the stream",
            ),
        ),
    ),
    (
        "bat",
        (
            (
                "the bat hung upside down in the cave until nightfall",
                "a bat flaps its wings and catches moths at night",
                "the bat sleeps in the cave by day",
            ),
            (
                "the batter swung the wooden bat and hit the baseball",
                "he gripped the bat and the pitcher threw the baseball",
                "the team bought a new bat and a glove for the game",
            ),
        ),
    ),
    (
        "spring",
        (
            (
                "in spring the blossoms open and winter is over",
                "after winter comes spring with warm rain and tulips",
                "the farmers sow in spring and harvest in autumn",
            ),
            (
                "clear water bubbled from the spring in the rock",
                "we drank fresh water at the mountain spring",
                "the spring feeds a brook with clear water",
            ),
            (
                "the metal spring of the clock is wound and coiled",
                "a coiled spring inside the mattress broke",
                "the watchmaker replaced the steel spring in the clock",
            ),
        ),
    ),
    (
        "crane",
        (
            (
                "the crane spread its feathers and flew from the marsh",
                "a crane builds its nest in the reeds of the marsh",
                "the crane waded on long legs and caught a frog",
            ),
            (
                "the crane lifted the steel beams at the construction site",
                "workers hoisted the concrete with a crane",
                "the crane at the harbour unloaded the containers",
            ),
        ),
    ),
    (
        "seal",
        (
            (
                "the seal dived under the ice and caught a herring",
                "a seal barked on the icy shore of the ocean",
                "the seal rested on the ice beside the ocean",
            ),
            (
                "the notary pressed his seal into the wax of the document",
                "the letter was closed with a wax seal",
                "he broke the seal of the envelope and read the document",
            ),
        ),
    ),
    (
        "palm",
        (
            (
                "coconuts fell from the palm on the tropical beach",
                "a palm sways in the breeze of the tropical island",
                "monkeys climbed the palm to pick coconuts",
            ),
            (
                "she read the lines in the palm of his hand",
                "he held the coin in the palm of his hand",
                "the palm and the fingers of the glove were torn",
            ),
        ),
    ),
)

# ---------------------------------------------------------------- parts of words

MANNERS = (
    ("happy", "unhappy", "happily", "happiness"),
    ("lucky", "unlucky", "luckily", "luckiness"),
    ("fair", "unfair", "fairly", "fairness"),
    ("kind", "unkind", "kindly", "kindness"),
    ("pleasant", "unpleasant", "pleasantly", "pleasantness"),
    ("steady", "unsteady", "steadily", "steadiness"),
)
MANNER_PATTERNS = (
    "it is good to be {good} and bad to be {bad}",
    "{bad} people [complain|sigh|frown], but {good} people [smile|laugh]",
    "the traveller nodded {how} and went {how} on",
    "{thing} is a virtue, and the monks praise {thing}",
)


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
    bindings = dict(zip(("now", "past", "going", "doer", "what"), rng.choice(VERBS), strict=True))
    return _several(rng, rng.choice((NOW_PATTERNS, PAST_PATTERNS, GOING_PATTERNS)), bindings)


def _adjectives(rng: random.Random) -> list[str]:
    plain, more, most, nouns = rng.choice(ADJECTIVES)
    bindings = {"plain": plain, "more": more, "most": most, "noun": expand(nouns, rng, {})}
    patterns = rng.choice((POSITIVE_PATTERNS, COMPARED_PATTERNS, HIGHEST_PATTERNS))
    return _several(rng, patterns, bindings)


def _senses(rng: random.Random) -> list[str]:
    _, senses = rng.choice(SENSES)
    return _several(rng, rng.choice(senses), {})


def _manners(rng: random.Random) -> list[str]:
    bindings = dict(zip(("good", "bad", "how", "thing"), rng.choice(MANNERS), strict=True))
    return _several(rng, MANNER_PATTERNS, bindings)


TOPICS: tuple[tuple[Callable[[random.Random], list[str]], float], ...] = (
    (_people, 3.5),
    (_lands, 5),
    (_animals, 2),
    (_verbs, 4),
    (_adjectives, 3.5),
    (_senses, 2),
    (_manners, 0.6),
)
