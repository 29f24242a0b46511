"""Ready-made analogy questions to click, written for this lab from common words."""

from __future__ import annotations

from dataclasses import dataclass

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


SETS: tuple[AnalogySet, ...] = (
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
