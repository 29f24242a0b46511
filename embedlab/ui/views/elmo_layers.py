"""ELMo layers page: the tasks, the learned weights with their scores, and a mix of layers set by sliders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import streamlit as st

from embedlab.analysis import occurrences, polysemy
from embedlab.analysis.projection import project
from embedlab.analysis.scalar_mix import LAMBDAS, Difference, MixFit, difference
from embedlab.base import BadInput, ContextualModel, Floats
from embedlab.data.datasets import Occurrence, load_senses
from embedlab.data.tag_columns import Wanted
from embedlab.jobs.kinds import layer_weights as layer_runs
from embedlab.jobs.kinds.layer_weights import KIND, MixSettings
from embedlab.plots import layer_weights
from embedlab.plots import senses as pictures
from embedlab.plots.figure import Figure
from embedlab.plots.layer_weights import Score
from embedlab.plots.layout import family_color
from embedlab.plots.senses import Column, Named
from embedlab.plots.text import md, shortened
from embedlab.registry import ModelSpec
from embedlab.store import uploads
from embedlab.ui import cache, encodings, inputs, links, models, run_bar, state, tagged_files, widgets
from embedlab.ui.visitor import address, told, visitor

NONE = "none"
TITLES = {"ner": "Named entities", "senses": "Word senses", "file": "A tagged file of yours"}
SHARED = "The file is kept on this machine, so that a reload finds it; its address is known only to you."


def model() -> ModelSpec | None:
    """The model whose layers are mixed; it is not loaded yet."""
    picked = models.choose(("elmo", "bert", "lstm"), many=False, static=False)
    return picked[0] if picked else None


def contextual_model(spec: ModelSpec) -> ContextualModel | None:
    """The model, loaded now; ``None`` (and a sentence on the page) if it has but one layer.

    Raises:
        BadModel: it is gone or damaged.
    """
    contextual = models.contextual(spec)
    if len(contextual.layers) < 2:
        st.info(f"{md(spec.title)} gives one layer, so there is nothing to mix. Choose a model with several.")
        return None
    return contextual


def controls(spec: ModelSpec) -> MixSettings | None:
    """Let the visitor choose the tasks and the settings of the mix; ``None`` while something is missing."""
    tasks = state.many("tasks", list(TITLES), ["ner", "senses"], "Tasks", titles=TITLES)
    file, wanted = _file() if "file" in tasks else ("", Wanted())
    with st.expander("More settings", icon=":material/tune:"):
        static = {one.key: one for one in cache.specs("static")}
        titles = {NONE: "none"} | widgets.unique_titles(list(static.values()))
        first = next((key for key in layer_runs.BESIDE if key in static), NONE)
        beside = state.choice(
            "beside", [NONE, *static], first, "Static model", titles=titles,
            help="Its vector is set beside the mix, as the paper advises, and tried alone.",
        )  # fmt: skip
        norm = state.flag(
            "norm", True, "Bring all layers to one scale first",
            help="Layer normalisation. Without it a layer of long vectors counts more than its weight says.",
        )  # fmt: skip
    usable = [task for task in tasks if task != "file" or file]
    if not usable:
        st.info("Choose at least one task." if not tasks else "Give a file with tags above.")
        return None
    return MixSettings(
        model=spec.key, tasks=",".join(usable), static="" if beside == NONE else beside, layer_norm=norm, file=file,
        column=int(wanted.tag or 0), word_column=int(wanted.word or 0),
    )  # fmt: skip


def _file() -> tuple[str, Wanted]:
    """Name of the tagged file that was laid down, empty if there is none that can be used, and its columns."""
    upload = inputs.file("File with tags", tagged_files.ENDINGS, "tagged-file", SHARED)
    st.caption(
        "A word a line with its tag, blank lines between sentences; CoNLL-U is read as it is (its universal parts of "
        "speech), JSON lines and parquet with a list of words and a list of tags. Parts of speech are measured word by "
        "word, BIO tags as whole names."
    )
    encoding = encodings.ask((), "tagged_encoding")
    if upload is not None and st.session_state.get("_tagged_upload") != (upload.file_id, encoding):
        st.session_state["_tagged_upload"] = (upload.file_id, encoding)
        tagged_files.begin("column")
        content, how = encodings.in_utf8(upload.getvalue(), upload.name, encoding)
        st.query_params["file"] = layer_runs.lay_down(content, visitor(), address())
        st.session_state["_tagged_said"] = how or encodings.said_of(st.query_params["file"])
    name = st.query_params.get("file", "")
    if name and uploads.laid_down(name) is None:
        st.query_params.pop("file", None)
        st.warning("The file of this address is not here (any more). Give it again.")
        name = ""
    if not name:
        return "", Wanted()
    try:
        wanted = tagged_files.choose(name, entities=False, tag="column")
        _look(name, wanted)
    except BadInput as error:
        st.error(told(error))
        return "", Wanted()
    st.caption(st.session_state.get("_tagged_said", ""))
    return name, wanted


def _look(name: str, wanted: Wanted) -> None:
    """Say what the file holds.

    Raises:
        BadInput: it cannot be read, or holds nothing to learn.
    """
    task = tagged_files.sizes(name, wanted)
    tagged_files.said(task.how)
    kinds = ", ".join(md(label) for label in task.first) + (", …" if task.labels > len(task.first) else "")
    st.caption(
        f"{task.train:,} words to learn from, {task.dev:,} for development, {task.test:,} to measure on; "
        f"{task.labels} tags: {kinds}."
    )


def penalty() -> float:
    """The strength of the penalty, on a slider from 1 to 0.001."""
    options = [f"{l2:g}" for l2 in LAMBDAS]
    if st.session_state.get("l2", options[-1]) not in options:
        st.session_state["l2"] = options[-1]
    chosen = st.select_slider(
        "Strength λ of the penalty on the weights", options, options[-1], key="l2", bind="query-params",
        help="λ‖w‖² is added to the loss: at 1 it holds the weights equal, at 0.001 they go where the task wants them.",
    )  # fmt: skip
    return float(chosen)


def stored(settings: MixSettings) -> dict[str, tuple[MixFit, ...]]:
    """The learned weights that are stored, by task."""
    results = {task: _stored(task, settings) for task in settings.each}
    return {task: fits for task, fits in results.items() if fits}


def bring(settings: MixSettings) -> bool:
    """Start or watch the run for what has not been learned yet; return whether it works."""
    return run_bar.bring(KIND, replace(settings, file=settings.file if "file" in settings.each else ""))


def _stored(task: str, settings: MixSettings) -> tuple[MixFit, ...] | None:
    key = layer_runs.key_of(task, settings)
    return _kept(task, settings, key) or layer_runs.stored(task, settings)


@st.cache_resource(max_entries=30, ttl="1d", show_spinner=False)
def _kept(_task: str, _asked: MixSettings, key: str) -> tuple[MixFit, ...] | None:
    return layer_runs.stored(_task, _asked)


def task_title(task: str) -> str:
    """A task's name in a figure."""
    return "Your file" if task == "file" else TITLES[task]


Results = Mapping[str, Sequence[MixFit]]


def learned(fits: Sequence[MixFit], l2: float) -> MixFit:
    """The weights learned at one strength of the penalty."""
    return min((fit for fit in fits if fit.kind == "learned"), key=lambda fit: abs(fit.l2 - l2))


def equal(fits: Sequence[MixFit]) -> MixFit:
    """The fit with equal weights."""
    return next(fit for fit in fits if fit.kind == "equal")


def bars(results: Results, l2: float) -> tuple[Figure, str]:
    """The weights of every task at one strength, and a sentence that says them."""
    chosen = {task_title(task): learned(fits, l2) for task, fits in results.items()}
    names = _names(next(iter(chosen.values())).layers)
    summary = f"Learned weights at λ = {l2:g}. " + " ".join(
        f"{title}: {', '.join(f'{layer} {value:.2f}' for layer, value in _means(fit))}."
        for title, fit in chosen.items()
    )
    return layer_weights.weights(chosen, names), summary


def paths(results: Results, l2: float) -> list[tuple[Figure, str]]:
    """How each task's weights move as the penalty falls."""
    parts = []
    for task, fits in results.items():
        own = [fit for fit in fits if fit.kind == "learned"]
        title = task_title(task)
        ends = ", ".join(
            f"{layer} from {first:.2f} to {last:.2f}"
            for (layer, first), (_, last) in zip(_means(own[0]), _means(own[-1]), strict=True)
        )
        figure = layer_weights.path(own, _names(own[0].layers), l2, title)
        parts.append((figure, f"{title}, weights from λ = {own[0].l2:g} to {own[-1].l2:g}: {ends}."))
    return parts


def scores(results: Results, l2: float) -> list[tuple[Figure, str]]:
    """The score of each way to use the model, task by task."""
    parts = []
    for task, fits in results.items():
        rows = [
            Score(name, fit.mean, fit.low, fit.high, fit.kind in ("learned", "beside")) for name, fit in _ways(fits, l2)
        ]
        best, title = max(rows, key=lambda row: row.value), task_title(task)
        baseline = fits[0].baseline
        summary = (
            f"{title}: {fits[0].measure} of each way; best is {best.name} with {best.value:.3f}; without any vector "
            f"{baseline:.3f}."
        )
        unit = "F1 of whole names" if fits[0].measure == "F1" else "accuracy"
        parts.append((layer_weights.scores(rows, baseline, title, unit), summary))
    return parts


def _ways(fits: Sequence[MixFit], l2: float) -> list[tuple[str, MixFit]]:
    """Names and fits of the rows of a table of scores, learned weights at one strength only."""
    chosen = learned(fits, l2)
    names = {"equal": "equal weights", "layer": "only {}", "static": "only {}", "beside": "learned + {}"}
    ways = [(f"learned, λ = {chosen.l2:g}", chosen)]
    for kind in ("equal", "layer", "static", "beside"):
        ways += [(names[kind].format(models.layer_title(fit.name)), fit) for fit in fits if fit.kind == kind]
    return ways


def summary(results: Results, l2: float) -> list[str]:
    """The result of each task, in a sentence."""
    return [f"**{md(task_title(task))}** {_about(fits, l2)}" for task, fits in results.items()]


def _about(fits: Sequence[MixFit], l2: float) -> str:
    chosen, same = learned(fits, l2), equal(fits)
    mean = chosen.weights.mean(axis=0)
    top, share = int(mean.argmax()), 1 / len(chosen.layers)
    layer = md(models.layer_title(chosen.layers[top]))
    seeds = f"{chosen.weights[:, top].min():.2f} to {chosen.weights[:, top].max():.2f} over {len(chosen.seeds)} seeds"
    if mean[top] - share < 0.03:
        text = f"keeps the weights nearly equal at λ = {l2:g} ({layer} has most: {mean[top]:.2f}, {seeds})."
    else:
        text = f"gives most weight to {layer}: {mean[top]:.2f} ({seeds}; equal would be {share:.2f})."
    text += f" The mix scores {_score(chosen)}, equal weights {_score(same)}: {_better(chosen, same)}."
    alone = max((fit for fit in fits if fit.kind == "layer"), key=lambda fit: fit.mean)
    name = md(models.layer_title(alone.name))
    text += f" The best single layer is {name} with {_score(alone)} ({_better(chosen, alone, 'the mix')})."
    if poor := [fit for fit in fits if fit.kind in ("layer", "static") and fit.low <= fit.baseline]:
        names = ", ".join(md(models.layer_title(fit.name)) for fit in poor)
        text += f" No better than knowing words without their sentence ({chosen.baseline:.2f}): {names} alone."
    if both := next((fit for fit in fits if fit.kind == "beside"), None):
        text += f" With {md(both.name)} beside it: {_score(both)} ({_better(both, learned(fits, both.l2))})."
    return text


def _better(one: MixFit, other: MixFit, subject: str = "") -> str:
    gap = _gap(one, other)
    value, low, high = (f"{round(one, 3) + 0.0:+.3f}".replace("-", "−") for one in (gap.value, gap.low, gap.high))
    ends = f"{value}, 95 % interval {low} to {high}"
    if not gap.clear:
        return f"no clear difference, {ends}"
    return f"{subject} {'better' if gap.value > 0 else 'worse'}, {ends}".strip()


@lru_cache(maxsize=200)  # by what is kept in memory for all visitors, see ``elmo_layer_asked``
def _gap(one: MixFit, other: MixFit) -> Difference:
    return difference(one, other)


def _score(fit: MixFit) -> str:
    return f"{fit.mean:.3f}"


def sizes(results: Results) -> str:
    """Sample sizes, seeds and intervals, in a sentence."""
    parts = []
    for task, fits in results.items():
        first = fits[0]
        train, dev, test = first.words
        parts.append(
            f"{task_title(task)}: {train:,} words to learn from, {dev:,} for the loss in development, "
            f"{test:,} to measure on"
        )
    seeds = len(next(iter(results.values()))[0].seeds)
    return (
        f"{'; '.join(parts)}. Means over {seeds} seeds (layer weights at the start of the learning); lines on the bars "
        "and bands go from the lowest to the highest seed, those of the scores are 95 % bootstrap intervals over test "
        "sentences. Dashed in the scores: what each word most often was in training, a guess without any vector."
    )


def factor(results: Results, l2: float) -> str:
    """The learned gamma, in a sentence."""
    parts = [
        f"{task_title(task)} {learned(fits, l2).gamma.mean():.2f} "
        f"({learned(fits, l2).gamma.min():.2f} to {learned(fits, l2).gamma.max():.2f})"
        for task, fits in results.items()
    ]
    return (
        f"The factor γ of the whole mix: {'; '.join(parts)}. It gives the mix a mean square of 1; the probe's "
        "own weights can take any size."
    )


def table(results: Results) -> pd.DataFrame:
    """A row a task, way and layer weight."""
    rows = []
    for task, fits in results.items():
        for fit in fits:
            way = f"{fit.kind} {fit.name}".strip()
            l2 = fit.l2 if fit.kind in ("learned", "beside") else None
            values = (fit.mean, fit.f1.min(), fit.f1.max(), fit.low, fit.high, fit.baseline, fit.gamma.mean())
            mean = fit.weights.mean(axis=0).tolist() if fit.kind != "static" else []
            weights = {f"s {layer}": value for layer, value in zip(fit.layers, mean, strict=False)}
            names = ("score", "lowest seed", "highest seed", "low", "high", "without vectors", "gamma")
            first = {"task": task_title(task), "way": way, "lambda": l2, "measure": fit.measure}
            rows.append(first | dict(zip(names, map(float, values), strict=True)) | weights)
    return pd.DataFrame(rows)


def _names(layers: Sequence[str]) -> dict[str, str]:
    return {layer: models.layer_title(layer) for layer in layers}


def _means(fit: MixFit) -> list[tuple[str, float]]:
    return list(zip(_names(fit.layers).values(), fit.weights.mean(axis=0).tolist(), strict=True))


def source(settings: MixSettings, l2: float) -> str:
    """The lines that learn the same when they are pasted."""
    data = {
        "ner": ("load_ner()", "from embedlab.data.datasets import load_ner"),
        "senses": ("load_senses()", "from embedlab.data.datasets import load_senses"),
        "file": (
            f'dealt(read_tags("your_file.conll"{_columns(settings)}))',
            "from embedlab.data.tagged import dealt, read_tags",
        ),
    }
    imports = "\n".join(data[task][1] for task in settings.each)
    norm = "" if settings.layer_norm else ", layer_norm=False"
    tasks = "".join(f"    {task!r}: {data[task][0]},\n" for task in settings.each)
    beside = f", static=embedlab.load_model({settings.static!r})" if settings.static else ""
    return f"""
import embedlab
from embedlab.analysis.scalar_mix import compare, fit
{imports}

model = embedlab.load_model({settings.model!r})
tasks = {{
{tasks}}}
for name, data in tasks.items():
    found = fit(model, data, seeds={settings.seeds}, l2={l2:g}{norm})
    print(name, dict(zip(found.layers, found.weights.mean(axis=0).round(3))), "gamma", found.gamma.round(2))
    print(found.measure, found.f1.round(3), "interval", round(found.low, 3), round(found.high, 3))
    for way in compare(model, data, seeds={settings.seeds}, l2s=(1.0, 0.001){beside}{norm}):
        print(" ", way.kind, way.name, way.l2, round(way.mean, 3))
"""


def _columns(settings: MixSettings) -> str:
    asked = {name: getattr(settings, name) for name in ("column", "word_column")}
    return "".join(f", {name}={number}" for name, number in asked.items() if number)


FULL = 100
WORDS = ("bank", "ran", "bat", "crane", "spring", "plant", "seal", "match")
PER_ROW = 4


@st.cache_data(show_spinner=False)
def _senses() -> dict[str, list[Occurrence]]:
    by_word: dict[str, list[Occurrence]] = {}
    for one in load_senses():
        by_word.setdefault(one.word, []).append(one)
    return {word: sorted(own, key=lambda one: one.sense) for word, own in by_word.items()}


def _sliders(layers: Sequence[str]) -> list[int]:
    weights = []
    for start in range(0, len(layers), PER_ROW):
        columns = st.columns(PER_ROW if len(layers) > PER_ROW else len(layers), gap="medium")
        for column, number in zip(columns, range(start, min(start + PER_ROW, len(layers))), strict=False):
            with column:
                title = models.layer_title(layers[number])
                weights.append(state.number(f"w{number}", FULL // 2, 0, FULL, md(title)))
    return weights


def _presets(layers: Sequence[str], results: Mapping[str, Sequence[MixFit]], l2: float) -> None:
    """Buttons that set all sliders."""
    ready: dict[str, list[float]] = {"equal": [FULL // 2] * len(layers)}
    for number, layer in enumerate(layers):
        ready[f"only {models.layer_title(layer)}"] = [FULL * (i == number) for i in range(len(layers))]
    for task, fits in results.items():
        mean = learned(fits, l2).weights.mean(axis=0)
        ready[f"as learned: {task_title(task).lower()}"] = np.rint(FULL * mean / mean.max()).tolist()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Set to", width="content")
        for title, values in ready.items():
            st.button(md(title), key=f"preset-{title}", on_click=_set, args=(values,))


def _set(values: Sequence[float]) -> None:
    for number, value in enumerate(values):
        state.put(f"w{number}", int(value))


@st.fragment
def show(
    spec: ModelSpec, contextual: ContextualModel, results: Mapping[str, Sequence[MixFit]], l2: float, layer_norm: bool
) -> None:
    """The sliders, the square of similarities, the picture, and what they say; only these follow a slider."""
    with widgets.guard():
        _show(spec, contextual, results, l2, layer_norm)


def _show(
    spec: ModelSpec, contextual: ContextualModel, results: Mapping[str, Sequence[MixFit]], l2: float, layer_norm: bool
) -> None:
    st.header("Mix by hand")
    known = _senses()
    words = [word for word in WORDS if word in known] + sorted(set(known) - set(WORDS))
    word = state.choice("word_mixed", words, links.first_of(words, words[0]), "Word")
    own = known[word]
    weights = _sliders(contextual.layers)
    _presets(contextual.layers, results, l2)
    if not any(weights):
        st.info("All weights are 0; give some layer a weight.")
        return
    vectors = _vectors(spec, own)
    kinds, forms = [one.sense for one in own], [one.form for one in own]
    made = polysemy.mixed(vectors, weights, kinds, forms, layer_norm=layer_norm)
    column = _column(spec, kinds, made)
    texts = [f"{one.sense}: {shortened(one.sentence, 90)}" for one in own]
    left, right = st.columns(2, gap="large")
    share = np.array(weights) / sum(weights)
    mix = ", ".join(f"{models.layer_title(layer)} {s:.2f}" for layer, s in zip(contextual.layers, share, strict=True))
    with left:
        st.markdown("**How alike** the occurrences are, sense by sense")
        low, high = pictures.bounds(made.similarity)
        summary = f"Similarity of {len(own)} occurrences of {word}, from {low:.2f} to {high:.2f}, with {mix}."
        widgets.figure(pictures.square(column, texts), "mixed-similarity", summary)
    with right:
        st.markdown("**Where they lie** (two main directions)")
        summary = f"{len(own)} occurrences of {word} in two dimensions, with {mix}."
        widgets.figure(pictures.picture(column, column.points, texts), "mixed-picture", summary)
    st.markdown(_mix_summary(word, kinds, made, vectors, forms, layer_norm))


def _column(spec: ModelSpec, kinds: Sequence[str], made: polysemy.Mixed) -> Column:
    names = list(dict.fromkeys(kinds))
    groups = Named(np.array([names.index(kind) for kind in kinds]), names)
    points = project(made.vectors - made.vectors.mean(axis=0), "pca").points
    color = family_color(spec.family.key)
    return Column(spec.title, "mix", made.similarity, points, groups, None, color)


def _mix_summary(
    word: str, kinds: Sequence[str], made: polysemy.Mixed, vectors: Floats, forms: Sequence[str], norm: bool
) -> str:
    if made.auc is None:
        return "There are no two senses of one form to compare."
    count = len(vectors)
    alone = [
        polysemy.mixed(vectors, np.eye(count)[at].tolist(), kinds, forms, layer_norm=norm).auc or 0.5
        for at in range(count)
    ]
    chance = " That does not differ from chance." if made.low <= 0.5 <= made.high else ""
    return (
        f"With this mix two uses of “{md(word)}” in one sense are more alike than two in different senses in "
        f"**{100 * made.auc:.0f} %** of all comparisons (AUC {made.auc:.2f}, 95 % interval {made.low:.2f} to "
        f"{made.high:.2f}; chance 0.50; {len(kinds)} sentences).{chance} The layers alone, from the input to the top: "
        f"{', '.join(f'{one:.2f}' for one in alone)}."
    )


def _vectors(spec: ModelSpec, own: Sequence[Occurrence]) -> Floats:
    """(L, N, D) of the word in its sentences."""
    with models.progress(f"{spec.title} reads {len(own):,} sentence{'s' * (len(own) != 1)}") as tell:
        return occurrences.vectors(models.contextual(spec), own, None, tell)
