"""Checkpoints in the layout of the Flair project, with random weights."""

from __future__ import annotations

import collections
import sys
import types
from pathlib import Path
from typing import Any

import pytest
import torch

CHARACTERS = "abcdefghijklmnopqrstuvwxyz .é\n"


def dictionary_class(monkeypatch: pytest.MonkeyPatch) -> type:
    """A class that pickles under the name ``flair.data.Dictionary``; only there while a file is written."""
    made = type("Dictionary", (), {"__module__": "flair.data"})
    for name in ("flair", "flair.data"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    sys.modules["flair.data"].Dictionary = made
    return made


def state(
    dictionary: Any, forward: bool, *, depth: int = 1, width: int = 10, nout: int | None = None
) -> dict[str, Any]:
    items = [b"<unk>", *(c.encode() for c in CHARACTERS)]
    dictionary.item2idx, dictionary.idx2item = {item: i for i, item in enumerate(items)}, items
    dictionary.add_unk = True
    dictionary.item2idx_not_encoded = collections.defaultdict(int, {item.decode(): i for i, item in enumerate(items)})
    with torch.random.fork_rng():
        torch.manual_seed(int(forward))
        parts = {
            "encoder": torch.nn.Embedding(len(items), 6),
            "rnn": torch.nn.LSTM(6, width, depth),
            "decoder": torch.nn.Linear(nout or width, len(items)),
        }
        if nout:
            parts["proj"] = torch.nn.Linear(width, nout)
    return {
        "state_dict": torch.nn.ModuleDict(parts).state_dict(),
        "dictionary": dictionary,
        "is_forward_lm": forward,
        "hidden_size": width,
        "nlayers": depth,
        "embedding_size": 6,
        "nout": nout,
        "document_delimiter": "\n",
        "dropout": 0.1,
        "recurrent_type": "LSTM",
        "has_decoder": True,
    }


def write(path: Path, values: Any, protocol: int = 4, **how: Any) -> Path:
    torch.save(values, path, pickle_protocol=protocol, **how)
    return path


def flair_pair(folder: Path, monkeypatch: pytest.MonkeyPatch, **shape: Any) -> tuple[Path, Path]:
    """A forward and a backward checkpoint in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with monkeypatch.context() as patch:
        kind = dictionary_class(patch)
        forward = write(folder / "lab-forward.pt", state(kind(), True, **shape))
        backward = write(folder / "lab-backward.pt", state(kind(), False, **shape))
    return forward, backward
