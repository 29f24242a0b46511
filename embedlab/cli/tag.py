"""``python -m embedlab tag``: mark the names in a text by a linear probe on a layer of a model."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedlab import registry
from embedlab.analysis.probing import tagger as tagging
from embedlab.analysis.probing.sources import layer_name
from embedlab.analysis.probing.tagger import Tagged, Tagger
from embedlab.base.static_as_contextual import as_contextual
from embedlab.base.typed_json import plain
from embedlab.cli import encodings, probe
from embedlab.cli.columns import add_column, say_column
from embedlab.cli.progress_bar import bar, say
from embedlab.data.corpus import Corpus
from embedlab.data.tag_columns import Wanted
from embedlab.data.tag_schemes import bio
from embedlab.jobs.kinds import tagger
from embedlab.jobs.kinds.probes import PLUS
from embedlab.workflows.encode import AS_WRITTEN

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(commands: _SubParsersAction[Any]) -> None:
    """Add the command to those of the terminal."""
    command = commands.add_parser("tag", help="mark the names in a text, by a probe on a layer of a model")
    command.add_argument("key", metavar="KEY", help="a model's key (see models); stacked ones with a plus: elmo+glove")
    command.add_argument("--in", dest="source", required=True, type=Path, metavar="FILE", help="the text to tag")
    command.add_argument("--layer", default="", metavar="NAME", help="which layer; the best on the dev sentences")
    command.add_argument("--tokenized", action="store_true", help="a sentence a line, its words between spaces")
    add_column(command)
    encodings.add(command)
    command.add_argument("--data", type=Path, metavar="TAGGED", help="tagged sentences to learn from (CoNLL, BIO)")
    probe.add_columns(command, "TAGGED")
    command.add_argument("--json", action="store_true", help="a JSON object a sentence and line, instead of CoNLL")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Train a tagger or take the kept one, and write a word and its tag a line, an empty line after each sentence.

    Raises:
        BadModel: there is no such model, or the tagger cannot be kept.
        BadInput: the text or the tagged sentences cannot be read, or there is no such layer.
    """
    wanted = Wanted(options.word_column, options.tag_column)
    say_column(options.source, options.column, options.encoding)
    corpus = Corpus.from_file(
        options.source, column=options.column, encoding=options.encoding, options=AS_WRITTEN,
        tokenized=options.tokenized,
    )  # fmt: skip
    sentences = [words for words in corpus if words]
    encodings.Teller()(corpus)
    data = probe.laid_down(options.data, None, wanted)
    job = tagger.job_of(tuple(options.key.split(PLUS)), data, wanted=wanted)
    models = [as_contextual(registry.load_model(key)) for key in job.keys]
    with bar() as on_progress:
        made = tagger.brought(job, on_progress)
        layer = made.layer(options.layer)
        found = tagging.tag_all(made, models, sentences, on_progress)
    say(_said(made, layer, chosen=bool(options.layer)), error=True)
    if options.json:
        for one in found:
            say(_json(one, layer))
    else:
        say(tagging.conll(found, layer).removesuffix("\n"))


def _said(made: Tagger, layer: int, *, chosen: bool) -> str:
    """Which layer, why, and how good it is."""
    why = "" if chosen else ", the best on the dev sentences"
    return (
        f"Tagged by {layer_name(made.layers[layer])} of {made.model}{why}: F1 {100 * made.f1[layer]:.1f} on the test "
        f"sentences, a list of words {100 * made.lookup:.1f}. It learned from {made.sentences:,} sentences."
    )


def _json(one: Tagged, layer: int) -> str:
    likely = one.probabilities[layer].max(1).tolist()
    names = [plain(name) | {"text": one.text(name)} for name in one.names(layer)]
    values = {
        "words": list(one.words), "tags": list(bio(one.names(layer), len(one.words))), "names": names,
        "probabilities": [round(value, 4) for value in likely], "layer": one.layers[layer],
    }  # fmt: skip
    return json.dumps(values, ensure_ascii=False)
