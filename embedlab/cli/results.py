"""``python -m embedlab results``: measure the starters, store the figures, and write the page of results."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedlab import registry
from embedlab.base import BadInput, model_folder
from embedlab.base import files as base_files
from embedlab.cli import encodings
from embedlab.cli.columns import add_column, say_column
from embedlab.cli.progress_bar import bar, say
from embedlab.data.benchmarks import read_word_pairs
from embedlab.data.corpus import Corpus
from embedlab.data.tokenizer import Tokenizer
from embedlab.jobs.kinds import contextuality
from embedlab.jobs.kinds import layer_weights as layer_runs
from embedlab.jobs.kinds import probes as kinds_probes
from embedlab.registry import ModelSpec
from embedlab.store import results as store_results
from embedlab.workflows import evaluate

if TYPE_CHECKING:
    from argparse import _SubParsersAction

PROBES, MIXES = "probes", "elmo_layers"
"""Folders for probes and layer weights inside the folder of the figures."""
FLAT = "word2vec"
"""The static model that is shown beside the contextual ones."""


def add(commands: _SubParsersAction[Any]) -> None:
    """Add the command to those of the terminal."""
    figures = commands.add_parser("results", help="measure the starters (or models named) and keep the figures")
    figures.add_argument("keys", nargs="*", metavar="KEY", help="models; every starter without it")
    figures.add_argument("--out", type=Path, metavar="DIR", help="folder for the figures (assets/results)")
    figures.add_argument("--table", type=Path, metavar="FILE", help="also write a page of Markdown")
    figures.add_argument(
        "--force", action="store_true", help="replace figures and a page that are there; nothing else is ever replaced"
    )
    figures.add_argument("--stored", action="store_true", help="measure nothing: write the page from what is kept")
    measured_on(figures)
    figures.set_defaults(run=run)


def measured_on(command: argparse.ArgumentParser) -> None:
    """Add the options of a command that name texts to measure on."""
    command.add_argument("--corpus", type=Path, metavar="FILE", help="the text that a language model is measured on")
    add_column(command)
    encodings.add(command)
    command.add_argument("--sentences", type=int, default=1000, metavar="N", help="its first N sentences (1000)")
    command.add_argument(
        "--pairs", nargs=2, type=Path, metavar=("KNOWN", "ASKED"),
        help="pairs of sentences that share a word: to choose the threshold on, to measure on (see data.word_pairs)",
    )  # fmt: skip


def texts(options: argparse.Namespace) -> evaluate.Texts:
    """Read the texts that the options name.

    Raises:
        BadInput: one cannot be read.
    """
    sentences: list[str] = []
    say_column(options.corpus, options.column, options.encoding)
    if options.corpus:
        corpus = Corpus.from_file(options.corpus, column=options.column, encoding=options.encoding)
        cut = Tokenizer(corpus.options)
        sentences = [sentence for text in corpus.texts() for sentence in cut.split(text)][: options.sentences]
        encodings.Teller()(corpus)
    known, asked = map(read_word_pairs, options.pairs) if options.pairs else ([], [])
    return evaluate.Texts(tuple(sentences), tuple(known), tuple(asked))


def run(options: argparse.Namespace) -> None:
    """Measure, train probes, learn layer weights, and write the page.

    Raises:
        BadInput: there is no such model, a text cannot be read, or a file exists where figures or page would go.
        BadModel: a model cannot be loaded, or nothing can be written there.
    """
    from embedlab.workflows import measurements

    folder = options.out or measurements.folder()
    wanted = [s for s in registry.list_models() if (s.key in options.keys if options.keys else s.source == "starter")]
    if missing := sorted(set(options.keys) - {spec.key for spec in wanted}):
        raise BadInput(f"There is no model '{missing[0]}'.")
    if options.table:
        base_files.check_target_file(options.table, overwrite=options.force)
    if not options.stored:
        base_files.check_target_files(folder)
        for spec in wanted:
            base_files.check_target_file(measurements.file_of(folder, spec.key), overwrite=options.force)
        _measure(wanted, folder, texts(options))
    if options.table:
        base_files.write_text(options.table, _page(folder, command(options)))
        say(f"The table: {options.table}")


def _measure(wanted: list[ModelSpec], folder: Path, given: evaluate.Texts) -> None:
    from embedlab.workflows import measurements

    for spec in wanted:
        try:
            with bar() as on_progress:
                result = measurements.measured(spec, given, on_progress)
        except BadInput as error:
            say(f"{spec.title}: left out. {error}")
            continue
        say(f"{spec.title}: {measurements.write(folder, result)}")
    for job in kinds_probes.jobs_of(wanted):
        with bar() as on_progress:
            (file,) = kinds_probes.ship([job], folder / PROBES, on_progress)
        say(f"Names, {job.models}: {file}")
    for spec in wanted:
        if "contextual" in spec.capabilities:
            with bar() as on_progress:
                files = layer_runs.ship(spec, folder / MIXES, on_progress)
            for file in files:
                say(f"Weights of layers, {spec.key}: {file}")
        if "contextual" in spec.capabilities or spec.key == FLAT:
            with bar() as on_progress:
                file = contextuality.ship(spec, folder / contextuality.KIND, on_progress)
            say(f"How contextual, {spec.key}: {file}")


def _page(folder: Path, made_by: str) -> str:
    """The page of all figures in a folder that belong to the models' present files."""
    from embedlab.cli import results_page
    from embedlab.workflows import measurements

    kept = measurements.readable(folder)
    specs = [spec for spec in registry.list_models() if spec.key in kept]
    found = [kept[spec.key] for spec in specs if kept[spec.key].digest == model_folder.digest(spec.folder)]
    probes = []
    for job in kinds_probes.jobs_of(specs):
        file = store_results.PROBES.file(folder / PROBES, job.key)
        if one := store_results.PROBES.read(file):
            probes.append((one.probe, registry.find(job.keys[0]).family.key == "bert"))
    mixes = layer_runs.read([spec for spec in specs if "contextual" in spec.capabilities], folder / MIXES)
    glossed = [spec.title for spec in specs if "WordNet" in spec.card.text]
    taught = [spec.title for spec in specs if "CBOW" in spec.card.note]
    alike = measurements.alike(found)
    return results_page.page(results_page.Findings(made_by, found, alike, probes, mixes, glossed, taught))


def command(options: argparse.Namespace) -> str:
    """The command line as it was given, with paths shortened to file names."""
    parts = ["python -m embedlab results", *options.keys, "--corpus", options.corpus.name if options.corpus else "TEXT"]
    parts += ["--column", shlex.quote(options.column)] if options.column is not None else []
    parts += ["--pairs", *([one.name for one in options.pairs] if options.pairs else ["KNOWN", "ASKED"])]
    table = options.table.name if options.table.is_absolute() else str(options.table)
    return " ".join([*parts, "--table", table, *(["--force"] if options.force else [])])
