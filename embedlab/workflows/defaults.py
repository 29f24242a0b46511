"""Default settings for a text: a small one needs fewer dimensions and more passes than a large one."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from embedlab.base.settings import NeuralConfig, Settings

PASSES = 2_500_000
"""Running words to train on in all epochs together; beyond that another epoch is not worth the wait."""


FEW_TYPES = 2_000
"""Different words below which the usual threshold of subsampling, 0.001, would also thin words with meaning."""


def by_size(kind: type[Settings], tokens: int, types: int = 0) -> dict[str, Any]:
    """Default settings for a text of ``tokens`` running words.

    Rules of thumb, checked on the samples: dimensions grow with the fourth root of the text, rare words stay in
    while the text is small, and passes make up for a short text. The threshold of subsampling is meant for a
    language, where only words like "the" are a thousandth of a text. With a vocabulary of 900 words that is the share
    of the average word, so a higher threshold and a narrower window let its grammar show: on the sample "kingdom",
    99 % instead of 30 % of the five nearest neighbors of a person are persons.

    Args:
        kind: the model's settings class; names that it does not have are left out, its bounds are kept.
        tokens: running words; 0 if unknown, which gives the class's own defaults.
        types: different words; 0 if unknown.
    """
    own = {item.name: item for item in dataclasses.fields(kind)}
    if tokens <= 0 or tokens >= 10_000_000:
        return {name: item.default for name, item in own.items()}
    small: dict[str, Any] = {
        "dim": min(100, max(20, 10 * round(0.23 * tokens**0.25))),
        "min_count": 1 if tokens < 5_000 else 2 if tokens < 100_000 else 3 if tokens < 1_000_000 else 5,
        "epochs": min(40, max(5, math.ceil(PASSES / tokens))),
    }
    if 0 < types < FEW_TYPES and "sample" in own:
        small |= {"sample": 0.01, "window": 3}
    if issubclass(kind, NeuralConfig):
        small |= _of_network(kind, tokens, types, small)
    return {name: item.default for name, item in own.items()} | {
        name: value for name, value in small.items() if name in own
    }


def of_family(key: str, kind: type[Settings], tokens: int, types: int = 0) -> dict[str, Any]:
    """Default settings for a family, by its key: those of its kind, and what CBOW needs in addition.

    CBOW averages its context, so each step is small; the authors' program starts it at twice the learning rate, too.
    With few different words its context is the two words beside: more of them average to nearly the same everywhere.
    On the sample "kingdom" the word nearest to "king" is then "queen"; with a window of 2 or 3 it is 14th.
    """
    found = by_size(kind, tokens, types)
    if key in ("cbow", "word2vec"):  # two families of one kind
        found["algorithm"] = "cbow" if key == "cbow" else "skipgram"
    if key == "cbow":
        found |= {"alpha": 0.05} | ({"window": 1} if 0 < types < FEW_TYPES else {})
    return found


def _of_network(kind: type[NeuralConfig], tokens: int, types: int, small: dict[str, Any]) -> dict[str, Any]:
    """Defaults of networks: a short text has few stretches, so fewer are read side by side; characters are more."""
    own: dict[str, Any] = {item.name: item.default for item in dataclasses.fields(kind)}
    passes = math.ceil(PASSES / (tokens * kind.units_per_word * kind.work))
    changed: dict[str, Any] = {"epochs": min(40, max(3 if kind.work == 1 or kind.units_per_word > 1 else 2, passes))}
    if "stretch" in own or "sequence" in own:
        changed["batch_size"] = 2 ** round(math.log2(max(8.0, own["batch_size"] * min(1.0, tokens / 1_000_000))))
    if 0 < types <= own.get("samples", 0):
        changed["samples"] = 0
    if kind.work > 1:
        changed |= _of_heavy(own, tokens, small["dim"])
    if "hidden" not in own:  # the vectors are the memory, too
        changed["dim"] = 2 * small["dim"]
    elif kind.units_per_word > 1:
        changed |= {"dim": own["dim"], "min_count": 1}
    return changed


def _of_heavy(own: dict[str, Any], tokens: int, dim: int) -> dict[str, Any]:
    """Smaller settings of ELMo, Flair and BERT for a short text, so that a run on two cores takes minutes, not hours.

    Checked on the sample "kingdom": an ELMo of three passes (in batches of 16) takes 78 s of one processor core and is
    then at a held-out perplexity of 3.9; a hidden width of 512 and 13 passes would take about 13 minutes. Flair takes
    93 s, to 1.8 bits per character. BERT first learns which of its
    pieces are alike, since in so few passes it finds out nothing else but how frequent they are.
    """
    changed: dict[str, Any] = {"hidden": min(own.get("hidden", 0), 2 ** round(math.log2(2.5 * dim)))}
    if tokens < 5_000_000:
        changed |= {"filters": "1x16 2x16 3x32 4x32"} | ({"skipgram_epochs": 5} if "sequence" in own else {})
    return changed
