"""``python -m embedlab stability``: train a family several times on a text and compare the neighbors."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedlab import families
from embedlab.analysis import neighbor_lists
from embedlab.analysis.stability import Stability, compare
from embedlab.base import BadInput, OnProgress, files
from embedlab.cli import encodings
from embedlab.cli.columns import add_column, say_column
from embedlab.cli.progress_bar import bar, say
from embedlab.data.corpus import Corpus
from embedlab.jobs.kinds import stability
from embedlab.jobs.kinds.stability import CACHE, SAMPLE, StabilitySettings
from embedlab.workflows import retrain
from embedlab.workflows.retrain import FAMILIES
from embedlab.workflows.text_choice import TextChoice

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(commands: _SubParsersAction[Any]) -> None:
    """Add the command to those of the terminal."""
    command = commands.add_parser("stability", help="train a family several times and see which neighbors stay")
    command.add_argument("families", nargs="*", metavar="FAMILY", help=f"of {', '.join(FAMILIES)}; all without it")
    text = command.add_mutually_exclusive_group()
    text.add_argument("--sample", default=SAMPLE, metavar="KEY", help=f"a sample ({SAMPLE})")
    text.add_argument("--corpus", type=Path, metavar="FILE", help="a text of your own instead")
    add_column(command)
    encodings.add(command)
    command.add_argument("--trainings", type=int, default=5, metavar="N", help="trainings of each family (5)")
    command.add_argument("--drawn", action="store_true", help="draw the text's paragraphs anew for each training, too")
    command.add_argument("--word", action="append", default=[], metavar="WORD", help="show its neighbors, repeatable")
    command.add_argument("--ship", action="store_true", help="keep a sample's results in assets/results/stability")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Train, and print what stays.

    Raises:
        BadInput: no such family or sample, or the text cannot be used.
    """
    if wrong := [key for key in options.families if key not in FAMILIES]:
        raise BadInput(f"'{wrong[0]}' cannot be trained again here. There are {', '.join(FAMILIES)}.")
    if options.trainings < 2:
        raise BadInput("Two trainings are needed at least.")
    if options.ship and options.corpus:
        raise BadInput("Only results of a sample come with the lab. Leave --corpus or --ship out.")
    if options.ship:
        files.check_target_files(CACHE.shipped)
    text = TextChoice(sample="" if options.corpus else options.sample)
    given = options.corpus
    corpus = Corpus.from_file(given, column=options.column, encoding=options.encoding) if given else text.open()
    say_column(given, options.column, options.encoding)
    (tell := encodings.Teller())(corpus)
    retrain.check(corpus, options.drawn)
    settings = StabilitySettings("", text, trainings=options.trainings, drawn=options.drawn)
    for family in options.families or FAMILIES:
        with files.temporary_folder() as folder, bar() as on_progress:
            made = stability.computed(
                family, corpus, replace(settings, families=family), folder, _numbered(on_progress)
            )
        tell(corpus)
        if options.ship:
            file = CACHE.file(CACHE.shipped, stability.key_of(family, settings))
            files.write_text(file, json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n")
        say(text_of(families.family(family).title, compare(neighbor_lists.from_dict(made)), options.word))


def _numbered(on_progress: OnProgress) -> Any:
    """What hears each training, with its number before what it does."""
    return lambda number: lambda event: on_progress(replace(event, phase=f"{number + 1}: {event.phase}"))


def text_of(title: str, stability: Stability, words: list[str]) -> str:
    """The result as lines."""
    lines = [
        f"{title}: two of {len(stability.lists)} trainings share {stability.mean:.1%} of the {stability.k} nearest "
        f"({stability.low:.1%} to {stability.high:.1%}; {len(stability.words):,} words), "
        f"frequency rho {stability.rho:+.2f}"
    ]
    for word in words:
        if stability.lexicon.look_up(word).known:
            near = ", ".join(f"{one.word} {round(len(stability.lists) * one.share)}" for one in stability.of(word)[:12])
            lines.append(f"  {word}: {near}")
    return "\n".join(lines)
