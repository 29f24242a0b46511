"""Layer probes page: the controls, the background run, the figures, and details of mistakes and models."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import streamlit as st

from embedlab.analysis.probing import scores as scoring
from embedlab.analysis.probing.results import LINEAR, PROBES, TITLES, LayerProbe, ProbeSettings, Row
from embedlab.analysis.probing.scores import Mistake, WrongSentence, numbered, types_of, wrong_sentences
from embedlab.analysis.probing.sources import PAPER, PAPER_NAMES
from embedlab.base import BadInput
from embedlab.data.tag_columns import Wanted
from embedlab.data.tag_schemes import Span
from embedlab.data.tagged import TaggedSet
from embedlab.jobs import api as jobs
from embedlab.jobs.kinds.probes import PLUS, ProbeJob
from embedlab.jobs.kinds.tagger import reduced
from embedlab.plots import probes
from embedlab.plots import text as plots_text
from embedlab.plots.layout import family_color
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.store import results
from embedlab.store import uploads as store_uploads
from embedlab.store.results import KeptProbe
from embedlab.ui import cache, encodings, forms, inputs, server, state, tagged_files, widgets
from embedlab.ui import models as ui_models
from embedlab.ui.run_bar import KEPT
from embedlab.ui.visitor import address, told, visitor

DEFAULT = ("bert", "elmo", "flair", "lstm")
ADDRESS = "tagged"
"""Where the name of an uploaded file stands in the address."""
SHIPPED, OWN = "shipped", "file"
DATA = {SHIPPED: "shipped", OWN: "a file of yours"}


@dataclass(frozen=True)
class Choices:
    """What the visitor chose.

    Attributes:
        job: it, as a background run takes it.
        title: the model's name; of a stack, all with a plus between.
        spec: the model.
        dataset: the sentences.
    """

    job: ProbeJob
    title: str
    spec: ModelSpec
    dataset: TaggedSet


def controls() -> Choices | None:
    """The widgets; ``None`` while there is no model or no usable file (the page then says what is missing)."""
    picked = ui_models.choose(DEFAULT, many=False)
    if not picked:
        return None
    first, second, third = st.columns([1.2, 1, 1.1], gap="medium")
    with first:
        beside = _beside(picked[0])
    with second:
        probe = state.choice("probe", list(PROBES), PROBES[0], "Probe", titles=TITLES, help=_probe_help())
    with third:
        source = state.choice("sentences", list(DATA), SHIPPED, "Sentences", titles=DATA)
    given = _file() if source == OWN else ("", Wanted())
    if given is None:
        return None
    name, wanted = given
    values = forms.settings_form(ProbeSettings, "probes_", first=(), without=("probe",))
    settings = ProbeSettings(**values, probe=probe)
    specs = [picked[0], *beside]
    sentences, _ = tagged_files.sentences(name, settings.seed, wanted)
    key = _key(specs, name, settings, wanted)
    job = ProbeJob(PLUS.join(one.key for one in specs), name, settings.to_dict(), key, wanted.word, wanted.tag)
    return Choices(job, " + ".join(one.title for one in specs), picked[0], sentences)


def tagger_job(choices: Choices) -> ProbeJob:
    """The job whose tagger is that of these choices; of the probe and its settings only the penalty matters."""
    job = choices.job
    how = reduced(ProbeSettings(**job.settings))
    return replace(job, settings=how.to_dict(), key=current_key(job.keys, job.data, how, job.wanted))


def current_key(models: Sequence[str], data: str, settings: ProbeSettings, wanted: Wanted) -> str:
    """The name that a result of these models has today; empty if one of them is gone."""
    known = {spec.key: spec for spec in ui_models.specs()}
    if any(key not in known for key in models):
        return ""
    return _key([known[key] for key in models], data, settings, wanted)


def _key(specs: Sequence[ModelSpec], data: str, settings: ProbeSettings, wanted: Wanted) -> str:
    digests = [cache.digest(one) for one in specs]
    return results.probe_key(digests, tagged_files.sentences(data, settings.seed, wanted)[1], settings)


def _probe_help() -> str:
    return str(ProbeSettings.__dataclass_fields__["probe"].metadata["help"])


def _beside(spec: ModelSpec) -> list[ModelSpec]:
    """The static model whose vectors stand beside each layer, if one is chosen; a static one stands alone."""
    if ui_models.is_static(spec):
        return []
    known = {one.key: one for one in cache.specs("static") if one.key != spec.key}
    titles = {"": "nothing"} | widgets.unique_titles(list(known.values()))
    chosen = state.choice(
        "beside", ["", *known], "", "Beside each layer", titles=titles,
        help="Puts the word vectors of a static model behind each layer's vector, as ELMo's and Flair's papers advise.",
    )  # fmt: skip
    return [known[chosen]] if chosen else []


def _file() -> tuple[str, Wanted] | None:
    """The uploaded file's name and the chosen columns; ``None`` while there is none that can be used."""
    name = st.query_params.get(ADDRESS, "") or st.session_state.get("_tagged", "")
    if name and store_uploads.laid_down(name) is None:
        _forget()
        st.warning(tagged_files.GONE)
    elif name:
        st.query_params[ADDRESS] = st.session_state["_tagged"] = name
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(":material/description: Your tagged file", width="content")
            st.caption(st.session_state.get("_tagged_said", ""), width="content")
            st.button("Another file", key="another-tagged", on_click=_forget, icon=":material/close:")
        return _columns(name)
    upload = inputs.file(
        "Tagged sentences", tagged_files.ENDINGS, key="tagged-file",
        help="A word a line, its tag in another column, an empty line between sentences; any types of entity, and "
        "BIO, IOB1, BIOES, BMES or BILOU tags. Or JSON lines and parquet with a list of words and a list of tags. "
        "Lines “# split = train”, dev and test say what is for what; without them sentences are dealt out 70 : 10 : 20 "
        "by the seed.",
    )  # fmt: skip
    encoding = encodings.ask((), "tagged_encoding")
    if upload is None:
        st.info("Give a file with tagged sentences, such as CoNLL-2003's; a thousand and more are enough.")
        return None
    try:
        content, how = encodings.in_utf8(upload.getvalue(), upload.name, encoding)
        name = store_uploads.lay_down(content, _check, visitor(), address())
        st.session_state["_tagged_said"] = how or encodings.said_of(name)
        st.session_state["_tagged"] = name
    except BadInput as error:
        st.error(told(error))
    else:
        server.used(upload)
        st.rerun()
    return None


def _columns(name: str) -> tuple[str, Wanted] | None:
    """The file with the columns that are chosen; ``None`` if it cannot be used with these, which the page then says."""
    try:
        wanted = tagged_files.choose(name, entities=True)
        file, _ = tagged_files.entities(name, 1, wanted)
    except BadInput as error:
        st.error(told(error))
        return None
    tagged_files.said(file.how)
    return name, wanted


def _forget() -> None:
    tagged_files.begin()
    st.session_state.pop("_tagged", None)
    st.session_state.pop("_tagged_said", None)
    st.query_params.pop(ADDRESS, None)


def _check(file: Path) -> None:
    inputs.look("tag_columns", tagged_files.SAID, file=str(file), entities=True)


KIND = "probes"


def kept(job: ProbeJob) -> KeptProbe | None:
    """The result, if there is one."""
    return results.PROBES.get(job.key)


def begun(job: ProbeJob) -> bool:
    """Whether a run for this very result was started before, and how it ended concerns this visitor."""
    return jobs.like(KIND, lambda run: ProbeJob.of_run(run) == job, visitor()) is not None


def begin(job: ProbeJob) -> None:
    """Start it, and clear the visitor's old runs away; their results are kept apart from them."""
    jobs.only_newest(KIND, KEPT - 1, visitor())
    jobs.start(KIND, job, visitor=visitor(), address=address())


def figures(kept: KeptProbe, choices: Choices) -> None:
    """F1 and selectivity side by side, and what they say."""
    probe, color = kept.probe, family_color(choices.spec.family.key)
    best = top(probe)
    widgets.figures(
        [
            (
                probes.scores(probe, color),
                f"F1 of {probe.model} by strategy: best is {best.strategy} with {100 * best.f1:.1f} per cent, "
                f"95 % interval {100 * best.low:.1f} to {100 * best.high:.1f}.",
            ),
            (probes.selectivity(probe), f"Selectivity of {probe.model} by strategy. {selective(probe)}"),
        ],
        "probes", per_row=2,
    )  # fmt: skip
    st.markdown(summary(probe))
    st.markdown(selective(probe))
    st.caption(sizes(kept))


def top(probe: LayerProbe) -> Row:
    """The row with the best F1."""
    return max(probe.rows, key=lambda row: row.f1)


def summary(probe: LayerProbe) -> str:
    """The best strategy, those that do not differ from it, and the baselines, in sentences."""
    best = top(probe)
    rivals = [row for row in probe.rows if row is not best and row.high >= best.low and row.tags is not best.tags]
    text = f"**{md(best.strategy)}** finds names best: F1 **{_percent(best.f1)}** ({_interval(best)})."
    if rivals:
        text += f" The intervals of {len(rivals)} of the {len(probe.rows) - 1} others reach into its own."
    text += f" A list of the words seen in training gets {_percent(probe.lookup)}, chance {_percent(probe.chance)}."
    if best.low <= probe.chance:
        text += " **So no strategy differs from chance.**"
    elif best.low <= probe.lookup:
        text += " **So these vectors are not shown to be better than that list.**"
    if lost := [row.strategy for row in probe.rows if row.low <= probe.chance < best.low]:
        text += f" Not different from chance: {', '.join(md(name) for name in lost)}."
    return text


def selective(probe: LayerProbe) -> str:
    """The result of the control task, in a sentence."""
    best = max(probe.rows, key=lambda row: row.selectivity)
    points = f"{100 * best.selectivity:+.1f} points ({100 * best.selectivity_low:+.1f} to "
    points += f"{100 * best.selectivity_high:+.1f})".replace("-", "−")
    text = f"Most selective is **{md(best.strategy)}** with {points.replace('-', '−')}: "
    text += (
        f"{_percent(best.accuracy)} of the words get their right tag, {_percent(best.control)} their meaningless one"
    )
    text += f"; calling every word O gets {_percent(probe.majority)}."
    if best.selectivity_high < 0:
        text += " Meaningless labels are learned better than names: these vectors say above all which word it is."
    elif best.selectivity_low <= 0:
        text += " This does not differ from none."
    return text


def sizes(kept: KeptProbe) -> str:
    """Sample sizes, the probe, date and versions, in sentences."""
    probe, how = kept.probe, kept.probe.settings
    name = TITLES[how.probe]
    stop, seed = (
        ("for the dev F1", "; another seed would change the control task alone")
        if how.probe == LINEAR
        else ("to stop by", "; what another seed of the training would change is not in them")
    )
    return (
        f"{name[0].upper()}{name[1:]} probe on {probe.dim:,} values a word and layer. {probe.sentences[0]:,} sentences "
        f"to learn from, {probe.sentences[1]:,} {stop}, {probe.sentences[2]:,} to measure on "
        f"({probe.words[2]:,} words, {probe.entities[2]:,} names). Intervals: 95 %, {how.resamples:,} resamples of the "
        f"test sentences{seed}. Seed {how.seed}. Reading took "
        f"{plots_text.duration(probe.reading)}, all probes {plots_text.duration(probe.training)}. "
        f"{'Shipped' if kept.shipped else 'Computed here'}, {kept.created}, "
        f"{', '.join(f'{name} {number}' for name, number in kept.versions)}; with exactly these weights."
    )


def table(probe: LayerProbe) -> pd.DataFrame:
    """Every strategy as a row; shares in per cent."""
    rows = [
        (
            row.strategy, ", ".join(row.layers), *(100 * value for value in (
                row.f1, row.low, row.high, row.precision, row.recall, row.accuracy, row.control, row.selectivity,
                row.selectivity_low, row.selectivity_high, row.dev_f1,
            )), row.epoch, ", ".join(f"{share:.3f}" for share in row.weights), row.gamma if row.weights else None,
        )
        for row in probe.rows
    ]  # fmt: skip
    names = [
        "strategy", "layers", "F1", "F1 low", "F1 high", "precision", "recall", "accuracy", "control accuracy",
        "selectivity", "selectivity low", "selectivity high", "dev F1", "passes or steps", "weights", "gamma",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names).round(2)


def source(choices: Choices) -> str:
    """The lines that compute the same when they are pasted."""
    own = ProbeSettings()
    given = {name: value for name, value in choices.job.settings.items() if value != getattr(own, name)}
    arguments = ", ".join(f"{name}={value!r}" for name, value in given.items())
    loaded = [f"embedlab.load_model({key!r})" for key in choices.job.keys]
    model = loaded[0] if len(loaded) == 1 else f"({', '.join(loaded)})"
    return f"""
import embedlab
from embedlab.workflows import probe_data
from embedlab.analysis.probes import ProbeSettings, layer_probe

model = {model}
found = layer_probe(model, {tagged_files.code(choices.job)}, settings=ProbeSettings({arguments}))
for row in found.rows:
    print(f"{{row.strategy:28}} {{row.f1:.3f}} ({{row.low:.3f}} to {{row.high:.3f}}) {{row.selectivity:+.3f}}")
"""


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.1f} %"


def _interval(row: Row) -> str:
    return f"95 % interval {100 * row.low:.1f} to {100 * row.high:.1f}"


SHOWN = 8
"""Sentences with mistakes that are shown at once."""
SORTS = {"all": "all", "missed": "missed", "invented": "invented", "type": "wrong type", "edges": "wrong edges"}


def look(kept: KeptProbe, choices: Choices) -> None:
    """A choice of what to look at, and that."""
    titles = {name: title for name, (title, _) in VIEWS.items()}
    view = state.choice("look", list(VIEWS), "mistakes", "Look closer", titles=titles)
    VIEWS[view][1](kept, choices)


def _depth(kept: KeptProbe, choices: Choices) -> None:
    result = kept.probe.depth
    if result is None:
        st.info("One layer has no depth; nor is it measured with a BiLSTM, or where the settings leave it out.")
        return
    layers = [ui_models.layer_title(name) for name in kept.probe.layers]
    text = (
        f"Where in the model names are found, layers counted from 0, the input, to {len(layers) - 1}: the centre "
        f"of gravity of the learned mix lies at **{result.centre_of_gravity:.2f}** "
        f"(an even mix: {(len(layers) - 1) / 2:g})"
    )
    if math.isnan(result.expected_layer):
        text += "; adding layers to the input brings no gain that differs from none, so there is no expected layer."
    else:
        text += (
            f"; the expected layer, the mean layer of what each one adds, is **{result.expected_layer:.2f}** "
            f"(95 % interval {result.low:.2f} to {result.high:.2f})."
        )
    widgets.figure(probes.depth(result, layers, family_color(choices.spec.family.key)), "probes-depth", text)
    st.markdown(text.replace("-", "−") if "-" in f"{result.expected_layer}" else text)
    st.caption("Tenney et al. (2019), BERT large: centre of gravity 13.16, expected layer 4.64 of 24 for names.")


def _chosen_row(probe: LayerProbe) -> Row:
    names = [row.strategy for row in probe.rows]
    if len(names) == 1:
        return probe.rows[0]
    return probe.row(state.choice("strategy", names, top(probe).strategy, "Strategy"))


def _confusion(kept: KeptProbe, choices: Choices) -> None:
    probe = kept.probe
    row = _chosen_row(probe)
    types = types_of(probe.labels)
    table = scoring.confusion(numbered(probe.labels, choices.dataset.test), row.tags, len(types))
    if len(types) > 12:
        st.caption("The figure shows the twelve types first by name.")
    size = min(len(types), 12) + 1
    pairs = [(int(table[i, j]), i, j) for i in range(1, size) for j in range(1, size) if i != j]
    count, i, j = max(pairs, default=(0, 0, 0))
    text = f"Words of the test sentences by their true type and by the type that “{row.strategy}” gives them."
    if count:
        text += f" Most frequent among names: true {types[i - 1]} tagged as {types[j - 1]}, {count} words."
    left, _ = st.columns([2, 1])
    with left:
        widgets.figure(probes.confusion(table[:size, :size], ["no name", *types[: size - 1]]), "probes-confusion", text)
    st.markdown(md(text))


def _mistakes(kept: KeptProbe, choices: Choices) -> None:
    row = _chosen_row(kept.probe)
    wrong = wrong_sentences(kept.probe, row, choices.dataset.test)
    every = [mistake for one in wrong for mistake in one.mistakes]
    titles = {
        name: f"{title} ({len(every) if name == 'all' else sum(one.sort == name for one in every)})"
        for name, title in SORTS.items()
    }
    sort = state.choice("mistakes", list(SORTS), "all", "Mistakes", titles=titles)
    shown = [one for one in wrong if sort == "all" or any(mistake.sort == sort for mistake in one.mistakes)]
    if not shown:
        st.success("There is none.")
        return
    pages = math.ceil(len(shown) / SHOWN)
    page = state.number("page", 1, 1, pages, "Sentences", help=f"{SHOWN} at a time") if pages > 1 else 1
    st.caption("True names are bold. Below each sentence what “" + md(row.strategy) + "” makes of them.")
    for one in shown[(page - 1) * SHOWN : page * SHOWN]:
        st.markdown(_sentence(one))


def _sentence(one: WrongSentence) -> str:
    """A sentence with its true names in bold and their types, and its mistakes below."""
    starts, ends = {s.start: s for s in one.sentence.spans}, {s.end - 1: s for s in one.sentence.spans}
    words = [
        ("**" if at in starts else "") + md(word) + (f"** :gray[{md(ends[at].type)}]" if at in ends else "")
        for at, word in enumerate(one.sentence.words)
    ]
    notes = "; ".join(_note(one, mistake) for mistake in one.mistakes)
    return f"{' '.join(words)}  \n:gray[{one.number + 1}.] {notes}"


def _note(one: WrongSentence, mistake: Mistake) -> str:
    def text(span: Span | None) -> str:
        return f"“{md(one.sentence.text(span))}”" if span else ""

    def kind(span: Span | None) -> str:
        return md(span.type) if span else ""

    gold, guess = mistake.gold, mistake.found
    if mistake.sort == "missed":
        return f":orange[missed] {text(gold)}"
    if mistake.sort == "invented":
        return f":orange[invented] {text(guess)} as {kind(guess)}"
    if mistake.sort == "type":
        return f":orange[wrong type] {text(gold)} as {kind(guess)}"
    return f":orange[wrong edges] {text(guess)} as {kind(guess)} for {text(gold)}"


def _paper(kept: KeptProbe, choices: Choices) -> None:
    rows = [
        (row.strategy, PAPER_NAMES[row.strategy], PAPER[row.strategy], 100 * row.f1)
        for row in kept.probe.rows
        if row.strategy in PAPER
    ]
    if not rows:
        st.info("The paper compares layers; this model has one vector a word.")
        return
    frame = pd.DataFrame(rows, columns=["strategy", "in the paper", "BERT's paper, dev F1", "here, test F1"])
    st.dataframe(frame.round(1), hide_index=True, key="paper")
    probe = kept.probe
    st.markdown(
        "Not the same measurement, so compare the order of the rows and not their height. The paper's BERT base has 12 "
        "blocks of 768 and has read 3.3 billion words; on its vectors lies a BiLSTM of two layers of 768, trained on "
        f"the 203,621 words of CoNLL-2003 and measured on its dev sentences. Here {md(probe.model)} is read by a "
        f"{md(probe.settings.probe)} probe that learns from {probe.words[0]:,} words and is measured on "
        f"{probe.entities[2]:,} names of other sentences, most of which it has never seen. The paper's mix of all is "
        "of the twelve blocks, without the embeddings. Fine-tuned, all of BERT being trained, it reaches 96.4."
    )


def _models(kept: KeptProbe, choices: Choices) -> None:
    """The best strategy of every model whose stored result belongs to its weights of today."""
    same = [
        one
        for one in results.PROBES.all()
        if one.data == kept.data and one.probe.settings == kept.probe.settings and _current(one, kept, choices)
    ]
    rows = {}
    for one in same:
        best = top(one.probe)
        rows[one.probe.model] = (
            one.probe.model, best.strategy, 100 * best.f1, 100 * best.low, 100 * best.high, 100 * best.selectivity,
        )  # fmt: skip
    names = ["model", "best strategy", "F1", "low", "high", "selectivity"]
    frame = pd.DataFrame(sorted(rows.values(), key=lambda row: -row[2]), columns=names).round(1)
    st.dataframe(frame, hide_index=True, key="models-table")
    st.caption(
        "All results at hand with these settings and sentences. The best strategy of each model is chosen by the very "
        "F1 that is shown, so models with many strategies look a little better than they are."
    )


def _current(one: KeptProbe, kept: KeptProbe, choices: Choices) -> bool:
    return current_key(one.models, kept.data, one.probe.settings, choices.job.wanted) == one.key


VIEWS: dict[str, tuple[str, Callable[[KeptProbe, Choices], None]]] = {
    "mistakes": ("Mistakes in context", _mistakes),
    "depth": ("At which layer", _depth),
    "confusion": ("Confusion", _confusion),
    "paper": ("Beside BERT's paper", _paper),
    "models": ("All models", _models),
}
