"""Ready-made axes with words to lay along them, and analogy questions to click, written for this lab."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WordSet:
    """Words to lay along an axis.

    Attributes:
        key: short name.
        title: name for people.
        words: the words.
    """

    key: str
    title: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class AxisSet:
    """Pairs that make an axis.

    Attributes:
        key: short name.
        low: what the first words have in common; the axis' negative end.
        high: what the second words have in common; its positive end.
        pairs: (low word, high word).
        words: key of the ``WordSet`` that shows most on this axis.
    """

    key: str
    low: str
    high: str
    pairs: tuple[tuple[str, str], ...]
    words: str

    @property
    def title(self) -> str:
        """Name for people, such as "man – woman"."""
        return f"{self.low} – {self.high}"


def _axis(key: str, low: str, high: str, pairs: str, words: str) -> AxisSet:
    split = (pair.partition(":") for pair in pairs.split())
    return AxisSet(key, low, high, tuple((left, right) for left, _, right in split), words)


def _words(key: str, title: str, words: str) -> WordSet:
    return WordSet(key, title, tuple(words.split()))


AXES: tuple[AxisSet, ...] = (
    _axis(
        "gender", "man", "woman",
        "man:woman he:she him:her his:hers boy:girl father:mother son:daughter brother:sister men:women "
        "husband:wife", "occupations",
    ),
    _axis(
        "size", "small", "large",
        "small:large little:big tiny:huge smaller:larger short:tall minor:major", "animals",
    ),
    _axis(
        "wealth", "poor", "rich",
        "poor:rich poverty:wealth cheap:expensive poorer:richer beggar:millionaire hut:palace", "occupations",
    ),
    _axis(
        "feeling", "bad", "good",
        "bad:good evil:kind terrible:wonderful worst:best hate:love sad:happy ugly:beautiful", "experiences",
    ),
    _axis(
        "settlement", "rural", "urban",
        "rural:urban village:city farm:factory countryside:metropolis farmer:worker field:street", "things",
    ),
    _axis(
        "danger", "safe", "dangerous",
        "safe:dangerous harmless:deadly tame:wild gentle:fierce peaceful:violent", "animals",
    ),
    _axis(
        "time", "old", "new",
        "old:new ancient:modern past:future traditional:contemporary earlier:later", "things",
    ),
    _axis(
        "temperature", "cold", "hot",
        "cold:hot winter:summer ice:fire snow:sun frozen:boiling cool:warm", "places",
    ),
)  # fmt: skip
"""Eight axes."""

WORD_SETS: tuple[WordSet, ...] = (
    _words(
        "occupations", "Occupations",
        "doctor nurse engineer teacher lawyer secretary soldier dancer farmer librarian mechanic singer banker "
        "servant professor carpenter judge cook pilot tailor priest actor merchant scientist",
    ),
    _words(
        "animals", "Animals",
        "mouse ant bee rat rabbit cat dog sheep pig goat wolf lion tiger bear horse cow elephant whale snake "
        "spider eagle shark crocodile frog",
    ),
    _words(
        "cities", "Cities",
        "london paris berlin rome madrid moscow tokyo beijing cairo delhi mumbai york chicago boston sydney "
        "toronto oxford venice athens vienna lagos nairobi",
    ),
    _words(
        "places", "Countries and regions",
        "norway sweden finland iceland canada russia siberia alaska scotland germany france italy spain greece "
        "egypt india brazil mexico sahara kenya australia antarctica",
    ),
    _words(
        "experiences", "Experiences",
        "war peace friendship disease holiday murder music pain victory death wedding prison gift hunger "
        "freedom birth storm party accident school work sleep",
    ),
    _words(
        "things", "Things",
        "plough barn horse cart tram subway skyscraper church castle sword cannon radio computer internet "
        "telephone newspaper train bicycle airplane rocket well bridge market",
    ),
)  # fmt: skip
"""Six sets of common words."""

Question = tuple[str, str, str, str]


@dataclass(frozen=True)
class AnalogySet:
    """Questions of one kind.

    Attributes:
        key: short name.
        title: name for people.
        questions: (a, b, c, d): a is to b as c is to d, the expected answer.
    """

    key: str
    title: str
    questions: tuple[Question, ...]


def _chain(pairs: str) -> tuple[Question, ...]:
    """Questions from pairs "a:b c:d ...": each pair asks for the next one, the last for the first."""
    split = [(left, right) for left, _, right in (pair.partition(":") for pair in pairs.split())]
    return tuple((a, b, c, d) for (a, b), (c, d) in zip(split, split[1:] + split[:1], strict=True))


ANALOGIES: tuple[AnalogySet, ...] = (
    AnalogySet(
        "capital", "Capitals of countries",
        _chain(
            "france:paris germany:berlin italy:rome spain:madrid england:london russia:moscow japan:tokyo "
            "china:beijing greece:athens egypt:cairo portugal:lisbon austria:vienna ireland:dublin sweden:stockholm"
        ),
    ),
    AnalogySet(
        "gender", "Women and men",
        (
            ("man", "woman", "king", "queen"),
            *_chain(
                "man:woman boy:girl father:mother son:daughter brother:sister husband:wife uncle:aunt "
                "nephew:niece prince:princess actor:actress he:she his:her"
            ),
        ),
    ),
    AnalogySet(
        "tense", "Verbs in the past",
        _chain(
            "walk:walked play:played go:went see:saw take:took give:gave come:came write:wrote "
            "know:knew find:found become:became speak:spoke eat:ate begin:began"
        ),
    ),
    AnalogySet(
        "plural", "One and many",
        _chain(
            "car:cars dog:dogs city:cities country:countries child:children man:men woman:women foot:feet "
            "tooth:teeth house:houses river:rivers language:languages book:books year:years"
        ),
    ),
    AnalogySet(
        "comparative", "More of a quality",
        _chain(
            "big:bigger small:smaller good:better bad:worse fast:faster slow:slower high:higher low:lower "
            "old:older young:younger strong:stronger weak:weaker long:longer short:shorter"
        ),
    ),
)  # fmt: skip
"""Five relations, at least twelve questions each."""
