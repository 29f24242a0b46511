"""``python -m embedlab load``: load a published model and keep it; list those of the catalogue."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any, get_args

from embedlab import registry
from embedlab.base import BadInput
from embedlab.base.limits import size
from embedlab.base.typed_json import plain
from embedlab.cli.progress_bar import bar, say
from embedlab.workflows import catalogue, published

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(commands: _SubParsersAction[Any]) -> None:
    """Add the command to those of the terminal."""
    load = commands.add_parser("load", help="load a published model (BERT, ELMo, Flair, word vectors) and keep it")
    load.add_argument(
        "source", nargs="*", metavar="SOURCE",
        help="key of the catalogue, name on the hub (owner/name), name in gensim's catalogue, https address, folder, "
        "or the files that belong together",
    )  # fmt: skip
    load.add_argument("--kind", choices=get_args(catalogue.Kind), help="what it is; told by the contents without it")
    load.add_argument("--name", help="name of the model among the published ones")
    load.add_argument("--revision", default="", metavar="REV", help="branch, tag or commit of the hub")
    load.add_argument("--words", type=int, metavar="N", help="keep only the first N word vectors")
    load.add_argument("--layout", choices=published.FORMATS, default="", help="format of word vectors")
    load.add_argument(
        "--lower-case", action=argparse.BooleanOptionalAction, help="of a BERT with vocab.txt alone; guessed without it"
    )
    load.add_argument("--member", default="", metavar="FILE", help="which file of a zip archive of word vectors")
    load.add_argument("--force", action="store_true", help="replace a published model of that name")
    load.add_argument("--list", action="store_true", help="list the catalogue (with --kind: of one kind)")
    load.add_argument("--json", action="store_true", help="as JSON")
    load.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Load and keep, or list the catalogue.

    Raises:
        EmbedLabError: as ``load_published`` does.
    """
    if options.list:
        _list(options.kind or "", as_json=options.json)
        return
    from embedlab.workflows import loading  # with torch and transformers
    from embedlab.workflows.sources import Wanted

    if not options.source:
        raise BadInput("Say what to load: python -m embedlab load SOURCE. See the catalogue with --list.")
    wanted = Wanted(
        sources=tuple(options.source), kind=options.kind or "", revision=options.revision, max_words=options.words,
        layout=options.layout, member=options.member, lower_case=options.lower_case, title=options.name or "",
    )  # fmt: skip
    with bar() as on_progress:
        key = loading.keep(wanted, on_progress, overwrite=options.force)
    card = registry.find(key).card
    if options.json:
        say(json.dumps({"key": key} | plain(card), indent=2, ensure_ascii=False))
        return
    say(f"{card.title}: {card.parameters:,} parameters, from {card.origin}. Its key is {key}.")
    if card.note:
        say(card.note)


def _list(kind: str, *, as_json: bool) -> None:
    offers = [offer for offer in catalogue.offers() if kind in ("", offer.kind)]
    if as_json:
        say(json.dumps([plain(offer) for offer in offers], indent=2, ensure_ascii=False))
        return
    for offer in offers:
        say(f"{offer.key:36} {offer.kind:8} {size(offer.size):>10}  {offer.title} ({offer.licence})")
