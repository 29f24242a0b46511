"""The lines that compute the answers of a lesson when they are pasted."""

from __future__ import annotations

from collections.abc import Iterable

from embedlab.data.lessons import Step
from embedlab.ui.views.lessons.contexts import DEV, TEST, TRAIN
from embedlab.ui.views.lessons.language import GAP
from embedlab.ui.views.lessons.results import Args, keys, listed

BEGIN = "import embedlab\nfrom embedlab import load_model"


def source(steps: Iterable[Step]) -> str:
    """The code of some steps, each under its title."""
    parts = [f"# {step.title}\n{_of(step.show, step.args)}" for step in steps]
    return "\n\n".join([BEGIN, *parts])


def _of(show: str, args: Args) -> str:
    """The code of a fragment; a fragment without lines of its own is named."""
    model = args.get("model", "")
    match show:
        case "neighbor":
            return (
                "from embedlab.analysis.neighbors import nearest\n"
                f"print(nearest(load_model({model!r}), {args['word']!r}, k=8).words)"
            )
        case "closest" | "alike":
            others = listed(args, "words") if show == "closest" else [args["other"]]
            return (
                "from embedlab.analysis.neighbors import similarity\n"
                f"for other in {others!r}:\n"
                f"    print(other, similarity(load_model({model!r}), {args['word']!r}, other))"
            )
        case "analogy":
            a, b, c = listed(args, "words")
            without = args["inputs"] == "without"
            return (
                "from embedlab.analysis.analogies import solve\n"
                f"print(solve(load_model({model!r}), [{b!r}, {c!r}], [{a!r}], k=8, exclude_inputs={without}).words)"
            )
        case "knows":
            return f"print('yes' if {args['word']!r} in load_model({model!r}).lexicon else 'no')"
        case "steady" | "shared":
            return (
                "from embedlab.jobs.kinds.stability import StabilitySettings, TextChoice, stored as found\n"
                f"for key in {keys(args)!r}:\n"
                f"    result = found(key, StabilitySettings(key, TextChoice({args['sample']!r}), "
                f"drawn={args['anew'] == 'text'})).stability\n"
                "    print(embedlab.families.family(key).title, result.mean, result.low, result.high)"
            )
        case _:
            return _of_text(show, args)


def _of_text(show: str, args: Args) -> str:
    """The code of a fragment about running text or probes."""
    model = args.get("model", "")
    match show:
        case "next" | "surer":
            return (
                "from embedlab.analysis.model_text import beginning\n"
                "from embedlab.analysis.next_tokens import next_tokens\n"
                f"for key in {keys(args)!r}:\n"
                "    model = load_model(key)\n"
                f"    found = next_tokens(model, beginning(model, {args['begin']!r}), 8)\n"
                "    print(embedlab.families.family(key).title, found.tokens, found.probabilities, found.entropy)"
            )
        case "perplexity":
            return (
                "from embedlab.analysis.perplexity import compare\n"
                f"models = {{embedlab.families.family(key).title: load_model(key) for key in {keys(args)!r}}}\n"
                f"for row in compare(models, {listed(args, 'sentences', '|')!r}).rows:\n"
                "    print(row.name, row.shared_perplexity)"
            )
        case "fill":
            words = args["sentence"].split()
            return (
                "from embedlab.analysis.layer_predictions import layer_predictions\n"
                f"print(layer_predictions(load_model({model!r}), {words!r}, {words.index(GAP)}, 8).tokens[-1])"
            )
        case "direction":
            return (
                "from embedlab.analysis.polysemy import cosines\n"
                "from embedlab.analysis.polysemy import compare as compare_sentences\n"
                f"found = compare_sentences(load_model({model!r}), {args['word']!r}, "
                f"{listed(args, 'sentences', '|')[:2]!r})\n"
                "half = found.vectors.shape[2] // 2\n"
                "print('forward', cosines(found.vectors[-1][:, :half])[0, 1])\n"
                "print('backward', cosines(found.vectors[-1][:, half:])[0, 1])"
            )
        case "senses":
            return (
                "from embedlab.analysis.polysemy import compare as compare_sentences\n"
                f"found = compare_sentences(load_model({model!r}), {args['word']!r}, "
                f"{listed(args, 'sentences', '|')!r})\n"
                "for layer, square in zip(found.layers, found.similarity):\n"
                "    print(layer, square.round(2).tolist())"
            )
        case "probe" | "layers":
            return (
                "from dataclasses import replace\n"
                "from embedlab.analysis.probes import ProbeSettings, layer_probe\n"
                "from embedlab.data.datasets import load_ner\n"
                "from embedlab.base.static_as_contextual import as_contextual\n"
                "ner = load_ner()\n"
                f"few = replace(ner, train=ner.train[:{TRAIN}], dev=ner.dev[:{DEV}], test=ner.test[:{TEST}])\n"
                f"for key in {keys(args)!r}:\n"
                "    model = as_contextual(load_model(key))\n"
                "    found = layer_probe(model, few, list(model.layers), ProbeSettings(epochs=10, depth=False))\n"
                "    print(embedlab.families.family(key).title, [(row.strategy, row.f1) for row in found.rows], "
                "'no vectors', found.lookup)"
            )
        case _:
            return f"# computed by the fragment {show!r} of embedlab/ui"
