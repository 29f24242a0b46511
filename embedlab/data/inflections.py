"""Inflected forms of an English word, and where they stand in a sentence.

Regular forms are made by rules, irregular ones come from a list (written from general knowledge, not from a corpus).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from embedlab.base.folding import tidy

VERBS = """
be am is are was were been being; bear bore borne born; beat beaten; become became; begin began begun; bend bent;
bet; bind bound; bite bit bitten; bleed bled; blow blew blown; break broke broken; breed bred; bring brought;
broadcast; build built; burn burnt; burst; buy bought; cast; catch caught; choose chose chosen; cling clung;
come came; cost; creep crept; cut; deal dealt; dig dug; do does did done; draw drew drawn; dream dreamt;
drink drank drunk; drive drove driven; eat ate eaten; fall fell fallen; feed fed; feel felt; fight fought; find found;
flee fled; fling flung; fly flew flown; forbid forbade forbidden; forget forgot forgotten; forgive forgave forgiven;
freeze froze frozen; get got gotten; give gave given; go goes went gone; grind ground; grow grew grown; hang hung;
have has had; hear heard; hide hid hidden; hit; hold held; hurt; keep kept; kneel knelt; know knew known; lay laid;
lead led; lean leant; leap leapt; learn learnt; leave left; lend lent; let; lie lay lain; light lit; lose lost;
make made; mean meant; meet met; mistake mistook mistaken; pay paid; put; quit; read; ride rode ridden;
ring rang rung; rise rose risen; run ran; say said; see saw seen; seek sought; sell sold; send sent; set;
shake shook shaken; shed; shine shone; shoot shot; show shown; shrink shrank shrunk; shut; sing sang sung;
sink sank sunk; sit sat; sleep slept; slide slid; smell smelt; sow sown; speak spoke spoken; speed sped; spend spent;
spill spilt; spin spun; spit spat; split; spread; spring sprang sprung; stand stood; steal stole stolen; stick stuck;
sting stung; stride strode; strike struck stricken; string strung; swear swore sworn; sweep swept; swell swollen;
swim swam swum; swing swung; take took taken; teach taught; tear tore torn; tell told; think thought;
throw threw thrown; understand understood; wake woke woken; wear wore worn; weave wove woven; weep wept; win won;
wind wound; write wrote written
"""
"""Verbs with their irregular forms, one a row."""

NOUNS = """
analysis analyses; axis axes; basis bases; calf calves; child children; crisis crises; criterion criteria; die dice;
foot feet; goose geese; half halves; index indices; knife knives; leaf leaves; life lives; loaf loaves; louse lice;
man men; matrix matrices; mouse mice; ox oxen; person people; phenomenon phenomena; scarf scarves; self selves;
shelf shelves; thief thieves; tooth teeth; vertex vertices; wife wives; wolf wolves; woman women
"""
"""Nouns with their irregular plural, one a row."""


def _rows(text: str) -> dict[str, tuple[str, ...]]:
    rows = [row.split() for row in text.replace("\n", " ").split(";")]
    return {first: tuple(others) for first, *others in rows}


IRREGULAR: dict[str, tuple[str, ...]] = {}
"""Irregular forms by word."""
for _table in (VERBS, NOUNS):
    for _word, _forms in _rows(_table).items():
        IRREGULAR[_word] = IRREGULAR.get(_word, ()) + _forms


_CUT = (
    ("s", ""),
    ("es", ""),
    ("ies", "y"),
    ("d", ""),
    ("ed", ""),
    ("ied", "y"),
    ("ing", ""),
    ("ing", "e"),
    ("ying", "ie"),
)
"""Endings, and what replaces them in the base form."""
_BASES = {form: [base for base in IRREGULAR if form in IRREGULAR[base]] for each in IRREGULAR.values() for form in each}


@lru_cache(maxsize=8192)
def forms(base: str) -> frozenset[str]:
    """The forms of an English word in lower case, itself included: as a noun and as a verb, whichever it is.

    Plural and third person (-s, -es, -ies), past (-ed, -d, -ied) and -ing, with e dropped, y replaced and consonants
    doubled by the rules of spelling; where these depend on stress or country, both forms count (travelled, traveled).
    Irregular forms are in ``IRREGULAR``. Comparatives and derived words are not included: not banker for bank.

    Args:
        base: the dictionary form, such as "run".
    """
    word = base.casefold()
    found = {word, *IRREGULAR.get(word, ())}
    if len(word) < 2 or not word.isalpha():
        return frozenset(found)
    if word[-1] == "y" and word[-2] not in "aeiou":
        return frozenset(found | {word[:-1] + "ies", word[:-1] + "ied", word + "ing"})
    found.add(word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s"))
    if word[-1] == "o":
        found.add(word + "es")
    if word.endswith("ie"):
        return frozenset(found | {word + "d", word[:-2] + "ying"})
    if word[-1] == "e":
        return frozenset(found | {word + "d", (word if word[-2] in "eoy" else word[:-1]) + "ing"})
    one, more = _doubled(word)
    if one or more:
        found |= {word + word[-1] + "ed", word + word[-1] + "ing"}
    if not one:
        found |= {word + "ed", word + "ing"}
    return frozenset(found)


def _doubled(word: str) -> tuple[bool, bool]:
    """Whether a word ends in a single vowel and a single consonant that is doubled: as one syllable, and as several.

    Of one syllable it always is (run, running); of several that depends on the stress, or the country.
    """
    if len(word) < 2 or word[-2] not in "aeiou" or word[-1] in "aeiouwxy":
        return False, False
    one = set(word[:-2].replace("qu", "")).isdisjoint("aeiou")
    several = len(word) > 3 and word[-3] not in "aeiou" and not set(word[:-3]).isdisjoint("aeiouy")
    return one, several


@lru_cache(maxsize=8192)
def bases(form: str) -> frozenset[str]:
    """The base forms that a form may come from, itself included: "left" gives "left" and "leave".

    They are found by spelling alone, without a dictionary, so some of them are no words.
    """
    word = form.casefold()
    return frozenset({word, *_BASES.get(word, ()), *(base for base in _cut(word) if word in forms(base))})


def _cut(word: str) -> Iterator[str]:
    for ending, instead in _CUT:
        if word.endswith(ending):
            stem = word.removesuffix(ending) + instead
            yield stem
            if len(stem) > 2 and stem[-1] == stem[-2]:
                yield stem[:-1]


def positions(word: str, words: Sequence[str]) -> list[int]:
    """Positions of a word in a sentence, in any of its forms: first the given form, then other forms.

    Args:
        word: the word in any form; "ran" also finds "run", "runs" and "running". Case is ignored.
        words: the words of the sentence.

    Returns:
        Positions from 0, from left to right for the given form, then for the others. Empty if it does not occur.
    """
    asked = tidy(word).casefold()
    wanted = frozenset[str]().union(*(forms(base) for base in bases(asked)))
    folded = [one.casefold() for one in words]
    found = [i for i, one in enumerate(folded) if one in wanted]
    return sorted(found, key=lambda i: (folded[i] != asked, i))
