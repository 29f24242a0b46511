"""Which layers a probe reads, and how it puts them together.

The choices of Devlin et al. 2019 (BERT), table 7, with the learned mix of Peters et al. 2018 (ELMo), equation 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from embedlab.base import BadInput

FOUR = 4
"""Top layers that are put together; of a model with fewer, all, and then they are called so."""

PAPER = {
    "embeddings only": 91.0, "second-to-last": 95.6, "last": 94.9, "mix of last four": 95.9,
    "concatenation of last four": 96.1, "mix of all": 95.5,
}  # fmt: skip
"""F1 in Devlin et al. 2019, table 7: BERT base, dev sentences of CoNLL-2003; its mix of all leaves the input out."""

PAPER_NAMES = {
    "embeddings only": "Embeddings", "second-to-last": "Second-to-Last Hidden", "last": "Last Hidden",
    "mix of last four": "Weighted Sum Last Four Hidden", "concatenation of last four": "Concat Last Four Hidden",
    "mix of all": "Weighted Sum All 12 Layers",
}  # fmt: skip
"""What that table calls them; these names will do wherever a strategy is asked for."""
_OURS = {theirs: ours for ours, theirs in PAPER_NAMES.items()}

Kind = Literal["layer", "sum", "mix", "concatenation"]


@dataclass(frozen=True)
class Source:
    """What a probe reads of a word.

    Attributes:
        kind: one layer, the sum of several, their learned mix, or one behind the other.
        layers: numbers of the layers, from 0 for the input.
    """

    kind: Kind
    layers: tuple[int, ...]


@dataclass(frozen=True)
class Strategy:
    """A source by its name; two names may stand for one source ("last" and "layer 12").

    Attributes:
        name: for people and for ``layer_probe``.
        source: what is read.
    """

    name: str
    source: Source


def layer_name(name: str) -> str:
    """A layer's name for people: "4" is "layer 4"."""
    return f"layer {name}" if name.isdigit() else name


def true_name(name: str, count: int) -> str:
    """A strategy's name for a model with ``count`` layers: the last four of fewer are all.

    The BERT paper's names are known, too, and "weighted sum of" for "mix of".
    """
    ours = _OURS.get(name, name).replace("weighted sum of", "mix of")
    return ours.replace("last four", "all") if count < FOUR else ours


def strategies(layers: Sequence[str]) -> tuple[Strategy, ...]:
    """Every strategy for a model with these layers: each layer, then the named ones; one layer has only itself."""
    count = len(layers)
    each = tuple(Strategy(layer_name(name), Source("layer", (i,))) for i, name in enumerate(layers))
    if count == 1:
        return each
    four, every = tuple(range(max(0, count - FOUR), count)), tuple(range(count))
    named = (
        *each,
        Strategy("embeddings only", Source("layer", (0,))),
        Strategy("second-to-last", Source("layer", (count - 2,))),
        Strategy("last", Source("layer", (count - 1,))),
        Strategy(true_name("sum of last four", count), Source("sum", four)),
        Strategy(true_name("mix of last four", count), Source("mix", four)),
        Strategy(true_name("concatenation of last four", count), Source("concatenation", four)),
        Strategy("sum of all", Source("sum", every)),
        Strategy("mix of all", Source("mix", every)),
    )
    return tuple({one.name: one for one in named}.values())


def chosen(layers: Sequence[str], names: Sequence[str] | None) -> tuple[Strategy, ...]:
    """The strategies of these names, in the usual order; all for ``None``.

    A layer's own name ("4") will do, the BERT paper's name ("Concat Last Four Hidden"), and "mix of last four" for a
    model that has fewer layers.

    Raises:
        BadInput: there is none of that name, or none is asked for.
    """
    known = strategies(layers)
    if names is None:
        return known
    wanted = [true_name(layer_name(name), len(layers)) for name in names]
    there = {one.name for one in known}
    if unknown := [name for name in wanted if name not in there]:
        raise BadInput(f"There is no strategy '{unknown[0]}'. There are: {', '.join(one.name for one in known)}.")
    if not wanted:
        raise BadInput("Ask for at least one strategy.")
    return tuple(one for one in known if one.name in wanted)


def cumulative(count: int) -> tuple[Source, ...]:
    """The mixes of Tenney et al. 2019, section 3.2: of layer 0 alone, of 0 and 1, and so on up to all ``count``."""
    return (Source("layer", (0,)), *(Source("mix", tuple(range(top + 1))) for top in range(1, count)))
