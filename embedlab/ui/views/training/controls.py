"""Training page: defaults that suit the text, the start of a run, and the code for it."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from typing import Any

import streamlit as st

from embedlab import families, registry
from embedlab.base import BadInput, EmbedLabError, Settings
from embedlab.base.folding import language_of, listed, lowered
from embedlab.base.limits import Limits
from embedlab.jobs import api as jobs
from embedlab.jobs.api import Run
from embedlab.jobs.kinds import train
from embedlab.jobs.kinds.train import TrainSettings
from embedlab.store import library
from embedlab.ui import encodings, upload
from embedlab.ui.visitor import address, visitor
from embedlab.workflows import train as rules
from embedlab.workflows.text_choice import TextChoice, safe_name

WATCHED = {"kingdom": "king, queen, paris, cat", "wikipedia": "war, river, music, science", "lee": "police, australia"}
MOST_WATCHED = 8

of = train.of


def config_class(kind: str) -> type[Settings]:
    """The settings class of a family."""
    return registry.model_class(kind).config_class


def unit(kind: str) -> str:
    """The unit that a family reads: "word", "char" or "wordpiece"."""
    return str(getattr(registry.model_class(kind), "unit", "word"))


def defaults(kind: str, tokens: int, types: int) -> dict[str, Any]:
    """Settings to begin with for a text of so many words, so many of them different."""
    return rules.of_family(kind, config_class(kind), tokens, types)


def watched(text: TextChoice) -> str:
    """Words worth watching in a sample; nothing for one's own text."""
    return WATCHED.get(text.sample, "")


def title(model: str, text: TextChoice) -> str:
    """A name for the result."""
    return f"{model}, {re.sub(r'[.].*', '', text.title)}"[:60]


def settings(kind: str, values: dict[str, Any], text: TextChoice, watch: str, name: str) -> TrainSettings:
    """Settings of a run, from the form.

    Raises:
        BadSetting: the model's settings do not go together.
        BadInput: the result cannot be kept under that name, or there are too many words to watch.
    """
    library.folder_name(name)
    config_class(kind).from_dict(values)
    Limits.from_environment().check_settings(values)
    words = tuple(listed(watch))
    if text.options.lowercase:
        language = language_of(text.options.locale)
        words = tuple(dict.fromkeys(lowered(word, language) for word in words))
    if len(words) > MOST_WATCHED:
        raise BadInput(f"At most {MOST_WATCHED} words can be watched; these are {len(words)}.")
    return TrainSettings(kind, values, text, words, " ".join(name.split()))


def start(chosen: TrainSettings, draft: Run | None) -> Run:
    """Start the run; the draft with the text becomes its folder."""
    run = jobs.start("train", chosen, draft, visitor(), address())
    if draft is not None:
        upload.forget_draft()
    return run


def repeat(run: Run) -> None:
    """Fill the form with the settings of an earlier run, its text included; for a button's ``on_click``."""
    chosen = of(run)
    state: dict[str, Any] = {}
    with contextlib.suppress(EmbedLabError):  # of another version, or damaged: the form begins with its own
        config = config_class(chosen.kind).from_dict(dict(chosen.config)).to_dict()
        state = {f"{chosen.kind}_{name}": config[name] for name in chosen.config}
    state |= {f"words_{name}": value for name, value in chosen.text.options.to_dict().items()}
    state |= {
        "train": chosen.kind,
        "watch": ", ".join(chosen.watch),
        "column": chosen.text.column,
        encodings.KEY: chosen.text.encoding,
    }
    if chosen.text.sample:
        state |= {"source": "sample", "sample": chosen.text.sample}
    else:
        state["source"] = upload.take_over(run)
    for name, value in state.items():
        st.session_state[name] = value
    st.session_state.pop("_run", None)
    st.query_params.pop("run", None)


def code(kind: str, settings_class: type[Settings], values: dict[str, Any], text: TextChoice) -> str:
    """The lines that train the same model when they are pasted."""
    own = settings_class()
    changed = {name: value for name, value in values.items() if value != getattr(own, name, value)}
    arguments = ", ".join(f"{name}={value!r}" for name, value in changed.items())
    options = {n: v for n, v in dataclasses.asdict(text.options).items() if v != getattr(type(text.options)(), n)}
    family = families.family(kind)
    module, name = family.target.split(":")
    given = f"TextOptions({', '.join(f'{n}={v!r}' for n, v in options.items())})" if options else ""
    if text.sample:
        first = "from embedlab.data.datasets import load_sample"
        opened = f"load_sample({text.sample!r}{', ' + given if given else ''})"
    else:
        first = "from embedlab.data.corpus import Corpus"
        extra = text.arguments + (f", options={given}" if given else "")
        opened = f"Corpus.from_file({safe_name(text.file)!r}{extra})"
    lines = [first, *(["from embedlab.data.tokenizer import TextOptions"] if options else [])]
    static, contextual = "static" in family.capabilities, "contextual" in family.capabilities
    shown = 'model.encode([["a", "sentence"]])[0].shape' if contextual else "model.next([]).max()"
    shown = "nearest(model, model.words[20]).words" if static else shown
    lines += [
        f"from {module} import {name}, {settings_class.__name__}",
        *(["from embedlab.analysis.neighbors import nearest"] if static else []),
        "",
        f"corpus = {opened}",
        f"model = {name}.train(corpus, {settings_class.__name__}({arguments}))",
        f"print(model.card.loss, {shown})",
    ]
    return "\n".join(lines)
