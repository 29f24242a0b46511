"""What an n-gram model says of a word at each of its orders, for models to fill in and analyses to read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """One order n of an n-gram model, asked for one word after one context.

    ``probability = share + lower_weight * lower``, and ``share = (adjusted - discount) / total`` for an n-gram that
    was seen (Kneser-Ney). Counts are those of the training text; what pruning dropped counts 0 in ``count`` and
    ``adjusted`` and is missing from ``followers``, but is part of ``context_count`` and ``total``.

    Attributes:
        order: n.
        context: the n - 1 tokens before the word; the boundary stands for a sentence's beginning.
        word: the word, ``<unk>`` if the model does not know it.
        count: c(context word), how often it stands in the text.
        context_count: c(context), how often anything follows the context.
        adjusted: the count that smoothing uses: of a shorter order, before how many different tokens it stands.
        total: the adjusted counts of everything that follows the context.
        followers: how many different words follow the context.
        discount: what is taken off ``adjusted``; 0 if that is 0.
        share: the part of the probability that comes from this order.
        lower_weight: the weight of the order below; 1 if the context was not seen.
        lower: the probability at the order below; for n = 1, of any token at random.
        probability: at this order.
        likelihood: the maximum-likelihood estimate c(context word) / c(context), ``None`` after an unseen context.
    """

    order: int
    context: tuple[str, ...]
    word: str
    count: int
    context_count: int
    adjusted: int
    total: int
    followers: int
    discount: float
    share: float
    lower_weight: float
    lower: float
    probability: float
    likelihood: float | None


@dataclass(frozen=True)
class Followers:
    """The commonest words after a context.

    Attributes:
        order: length of the context and one more.
        context: the tokens.
        words: what follows, commonest first.
        counts: how often each does.
        different: how many different words follow in all.
    """

    order: int
    context: tuple[str, ...]
    words: tuple[str, ...]
    counts: tuple[int, ...]
    different: int
