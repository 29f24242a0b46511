"""The library from a terminal: ``python -m embedlab models | train | encode | evaluate | probe | tag | …``."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from embedlab import families, registry
from embedlab.base import BadInput, EmbedLabError, Model, StaticModel, files, model_folder
from embedlab.cli import encodings, load, probe, results, stability, tag
from embedlab.cli import evaluate as cli_evaluate
from embedlab.cli.columns import add_column, say_column
from embedlab.cli.progress_bar import bar, say
from embedlab.data.corpus import Corpus
from embedlab.parallel import shards
from embedlab.store import library
from embedlab.workflows import evaluate as workflows_evaluate
from embedlab.workflows import train as workflows_train
from embedlab.workflows.encode import encode_file


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 for an error that is explained, 130 for Ctrl-C."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except EmbedLabError as error:
        say(f"embedlab: {error}", error=True)
        return 1
    except Exception as error:
        if not files.refusal(error):
            raise
        say(f"embedlab: {files.sentence('what it should', error)}", error=True)
        return 1
    except KeyboardInterrupt:
        say("embedlab: stopped.", error=True)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m embedlab", description="Train, list and evaluate word embeddings.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    models = commands.add_parser("models", help="list the models at hand")
    models.add_argument("--json", action="store_true", help="as JSON")
    models.set_defaults(run=_models)

    train = commands.add_parser("train", help="train a model on a text, or make one by a recipe")
    train.add_argument("kind", nargs="?", metavar="KIND", help="kind of model: " + ", ".join(_kinds()))
    train.add_argument("--corpus", required=True, type=Path, metavar="PATH", help="text file or folder")
    train.add_argument("--recipe", type=Path, metavar="FILE", help="a recipe such as assets/recipes/word2vec.toml")
    train.add_argument("--begin", metavar="KEY", help="go on from this model (key or folder) instead of from nothing")
    train.add_argument("--out", type=Path, metavar="DIR", help="model folder to write")
    train.add_argument("--name", help="name of the model among your own (instead of --out)")
    _add_force(train, "a model that is there")
    add_column(train)
    encodings.add(train)
    train.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting, repeatable")
    _add_workers(train, "count the pairs of GloVe and LSA")
    train.set_defaults(run=_train)

    encode = commands.add_parser("encode", help="write the vectors of every word of a text")
    encode.add_argument("key", metavar="KEY", help="a model's key (see models) or folder")
    encode.add_argument("--in", dest="source", required=True, type=Path, metavar="FILE", help="the text")
    encode.add_argument("--out", required=True, type=Path, metavar="FILE", help="ends in .safetensors or .jsonl")
    _add_force(encode, "a file that is there")
    encode.add_argument("--layer", action="append", metavar="NAME", help="a layer, repeatable; all without it")
    add_column(encode)
    encode.add_argument("--tokenized", action="store_true", help="a sentence a line, its words between spaces")
    encodings.add(encode)
    _add_workers(encode, "read the text")
    encode.set_defaults(run=_encode)

    evaluate = commands.add_parser(
        "evaluate",
        help="measure word vectors on benchmarks, layers on word senses, language models on a text",
    )
    evaluate.add_argument("key", metavar="KEY", help="a model's key (see models) or folder")
    evaluate.add_argument("--json", action="store_true", help="as JSON")
    results.measured_on(evaluate)
    evaluate.set_defaults(run=_evaluate)

    load.add(commands)
    results.add(commands)
    probe.add(commands)
    tag.add(commands)
    stability.add(commands)

    picture = commands.add_parser("map", help="store the map that a model opens with on the Map page")
    picture.add_argument("folder", metavar="DIR", help="model folder, or a model's key")
    _add_force(picture, "the map that is there")
    picture.set_defaults(run=_map)
    return parser


def _add_force(command: argparse.ArgumentParser, what: str) -> None:
    command.add_argument("--force", action="store_true", help=f"replace {what}; nothing else is ever replaced")


def _add_workers(command: argparse.ArgumentParser, what: str) -> None:
    text = f"{what} with N processes side by side; with the workers of EMBEDLAB_SCHEDULER where that is set"
    command.add_argument("--workers", type=int, metavar="N", help=text)


def _kinds() -> list[str]:
    return [family.key for family in families.families() if family.here]


def _models(options: argparse.Namespace) -> None:
    specs = registry.list_models()
    if options.json:
        say(json.dumps([{"key": s.key, "title": s.title, "source": s.source, "year": s.year} for s in specs], indent=2))
        return
    for spec in specs:
        say(f"{spec.key:24} {spec.title:28} {spec.source:10} {', '.join(spec.capabilities)}")
    if not specs:
        say("No models yet. Train one: python -m embedlab train word2vec --corpus FILE --name mine")


def _train(options: argparse.Namespace) -> None:
    out = _target(options)
    begin = registry.load_model(options.begin) if options.begin else None
    if options.recipe:
        if options.column is not None:
            raise BadInput("A recipe reads its own files as they are. Leave --column out.")
        recipe = workflows_train.read(options.recipe)
        settings = workflows_train.settings_of(recipe.kind, recipe.settings.to_dict() | _pairs(options.set))
        recipe = dataclasses.replace(recipe, settings=settings, title=library.one_line(options.name or recipe.title))
        out = out or library.check(recipe.name, replace=options.force)
        for source in recipe.sources:
            say_column(options.corpus / source.file, None, options.encoding)
        with shards.pool(options.workers) as pool, bar() as on_progress:
            model = workflows_train.make(
                recipe, options.corpus, out, on_progress, begin, pool, overwrite=options.force,
                encoding=options.encoding, told=encodings.Teller(),
            )  # fmt: skip
    else:
        out, model = _train_kind(options, out, begin)
    if workflows_train.writes(model):
        say(f"{model.card.title}: {model.card.tokens:,} running words, {model.card.seconds:.0f} s. It lies in {out}.")


def _target(options: argparse.Namespace) -> Path | None:
    """Where the model goes, looked at before the long work; ``None`` where the recipe's name says it."""
    if options.name is not None:
        library.folder_name(options.name)
    if options.out is not None:
        model_folder.check_target(options.out, overwrite=options.force)
        return files.real(options.out)
    return None if options.name is None else library.check(options.name, replace=options.force)


def _train_kind(options: argparse.Namespace, out: Path | None, begin: Model | None) -> tuple[Path, Model]:
    if not options.kind:
        raise BadInput("Say what to train: a kind of model (see --help), or --recipe FILE.")
    if out is None:
        raise BadInput("Say where the model goes: --out DIR, or --name NAME to keep it among your own.")
    values = _variant(options.kind) | _pairs(options.set)
    settings = workflows_train.settings_of(options.kind, values)
    corpus = Corpus.from_file(options.corpus, column=options.column, encoding=options.encoding)
    say_column(options.corpus, options.column, options.encoding)
    (tell := encodings.Teller())(corpus)
    where = workflows_train.checkpoint_folder(out)
    with shards.pool(options.workers) as pool, bar() as on_progress:
        model = workflows_train.train(options.kind, corpus, settings, on_progress, where, begin, pool)
    tell(corpus)
    if workflows_train.writes(model):
        title = library.one_line(options.name or os.fsencode(out.name).decode(errors="replace"))
        workflows_train.with_title(model, title).save(out, overwrite=options.force)
    return out, model


def _variant(kind: str) -> dict[str, str]:
    return {"algorithm": "cbow"} if kind == "cbow" else {}


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    for text in texts:
        if "=" not in text:
            raise BadInput(f"--set takes NAME=VALUE, not {text!r}.")
    return {name: value for name, _, value in (text.partition("=") for text in texts)}


def _encode(options: argparse.Namespace) -> None:
    say_column(options.source, options.column, options.encoding)
    with shards.pool(options.workers) as pool, bar() as on_progress:
        sentences, words = encode_file(
            options.key, options.source, options.out, options.layer, on_progress,
            tokenized=options.tokenized, column=options.column, pool=pool, overwrite=options.force,
            encoding=options.encoding, told=encodings.Teller(),
        )  # fmt: skip
    say(f"{sentences:,} sentences, {words:,} words: {options.out}")


def _evaluate(options: argparse.Namespace) -> None:
    model = registry.load_model(options.key)
    with bar() as on_progress:
        found = workflows_evaluate.measure(model, results.texts(options), on_progress)
    say(json.dumps(found.to_dict(), indent=2, ensure_ascii=False) if options.json else cli_evaluate.everything(found))


def _map(options: argparse.Namespace) -> None:
    from embedlab.store import maps

    folder = registry.folder_of(options.folder)
    files.check_target_file(folder / maps.FILE, overwrite=options.force)
    model = registry.load_model(folder)
    if not isinstance(model, StaticModel):
        raise BadInput(f"{options.folder} has no word vectors of its own to draw.")
    with bar() as on_progress:
        maps.write(folder, model, on_progress=on_progress)
    say(f"The map of {folder} is stored.")


if __name__ == "__main__":
    sys.exit(main())
