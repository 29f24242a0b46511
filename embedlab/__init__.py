"""Embedding Lab: train, load and compare word embeddings, from counting words to BERT.

>>> import embedlab
>>> model = embedlab.load_model("word2vec")
>>> from embedlab.analysis.neighbors import nearest
>>> nearest(model, "bank", k=3).words  # doctest: +SKIP
"""

from collections.abc import Sequence
from pathlib import Path

from embedlab import registry
from embedlab.base import (
    ContextualModel,
    EmbedLabError,
    LanguageModel,
    Model,
    OnProgress,
    Progress,
    StaticModel,
    UnknownWord,
)
from embedlab.base.card import VERSION as __version__  # noqa: N811 F401
from embedlab.registry import ModelSpec, list_models


def load_model(key: str | Path) -> Model:
    """Load a starter by name, one's own or a published model by key, or any model folder by path.

    "hub:owner/name" is fetched from the Hugging Face hub and kept, unless that was done before.

    Raises:
        BadModel: nothing of that name, or the folder is damaged.
        Unreachable: the hub cannot be reached, or has no such model.
    """
    if isinstance(key, str) and key.startswith(registry.HUB):
        return load_published(key)
    return registry.load_model(key)


def load_published(
    source: str | Path | Sequence[str | Path],
    kind: str | None = None,
    name: str | None = None,
    on_progress: OnProgress | None = None,
) -> Model:
    """Load a published model and keep it; see ``embedlab.workflows.loading.load_published``, which has more options.

    Raises:
        BadInput: there is no such source, nothing known in it, or the name is taken.
        BadModel: a file is damaged or of a kind that is not read, or the model would not fit into memory.
        Unreachable: it cannot be downloaded.
    """
    from embedlab.workflows import loading

    return loading.load_published(source, kind, name, on_progress)


__all__ = [
    "ContextualModel",
    "EmbedLabError",
    "LanguageModel",
    "ModelSpec",
    "Progress",
    "StaticModel",
    "UnknownWord",
    "list_models",
    "load_model",
    "load_published",
]
