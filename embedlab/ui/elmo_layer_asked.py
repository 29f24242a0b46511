"""What the ELMo layers page is asked: the model, the tasks, a file with tags, the strength of the penalty."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from embedlab import elmo_layer_runs, tagged_files
from embedlab.analysis.scalar_mix import LAMBDAS, MixFit
from embedlab.base import BadInput, ContextualModel
from embedlab.elmo_layer_runs import KIND, MixSettings
from embedlab.look import TaskSizes
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, contextual, given, kept_runs, looked, state, widgets
from embedlab.ui.visitor import address, told, visitor

NONE = "none"
TITLES = {"ner": "Named entities", "senses": "Word senses", "file": "A tagged file of yours"}
SHARED = "The file is kept on this machine, so that a reload finds it; its address is known only to you."


def model() -> ModelSpec | None:
    """The model whose layers are mixed; it is not loaded yet."""
    picked = contextual.choose(("elmo", "bert", "lstm"), many=False, static=False)
    return picked[0] if picked else None


def reader(spec: ModelSpec) -> ContextualModel | None:
    """The model, loaded now; ``None`` (and a sentence on the page) if it has but one layer.

    Raises:
        BadModel: it is gone or damaged.
    """
    found = contextual.reader(spec)
    if len(found.layers) < 2:
        st.info(f"{md(spec.title)} gives one layer, so there is nothing to mix. Choose a model with several.")
        return None
    return found


def settings(spec: ModelSpec) -> MixSettings | None:
    """The tasks and what is set beside the mix; ``None`` while something is missing."""
    tasks = state.many("tasks", list(TITLES), ["ner", "senses"], "Tasks", titles=TITLES)
    file, column = _file() if "file" in tasks else ("", 0)
    with st.expander("More settings", icon=":material/tune:"):
        static = {one.key: one for one in cache.specs("static")}
        titles = {NONE: "none"} | widgets.unique_titles(list(static.values()))
        first = next((key for key in elmo_layer_runs.BESIDE if key in static), NONE)
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
        column=column,
    )  # fmt: skip


def _file() -> tuple[str, int]:
    """Name of the tagged file that was laid down, empty if there is none, and the column of its tags."""
    found = given.file("File with tags", (".conll", ".conllu", ".txt", ".tsv", ".bio"), "tagged-file", SHARED)
    st.caption(
        "A word a line with its tag in the last column, blank lines between sentences; CoNLL-U is read as it is "
        "(its universal parts of speech). Parts of speech are measured word by word, BIO tags as whole names."
    )
    if found is not None and st.session_state.get("_tagged_upload") != found.file_id:
        st.session_state["_tagged_upload"] = found.file_id
        st.query_params["file"] = elmo_layer_runs.lay_down(found.getvalue(), visitor(), address())
    name = st.query_params.get("file", "")
    if name and tagged_files.laid_down(name) is None:
        st.query_params.pop("file", None)
        st.warning("The file of this address is not here (any more). Give it again.")
        name = ""
    column = state.number("column", 0, 0, 12, "Column of the tags (0: the usual one)") if name else 0
    if not name:
        return "", 0
    try:
        _look(name, column)
    except BadInput as error:
        st.error(told(error))
        return "", 0
    return name, column


def _look(name: str, column: int) -> None:
    """Say what the file holds.

    Raises:
        BadInput: it cannot be read, or holds nothing to learn.
    """
    kept = _sizes(name, column)
    if not kept:
        kept.append(TaskSizes(**looked.look("tags", "Reading the tagged file", file=name, column=column)))
    task = kept[0]
    kinds = ", ".join(md(label) for label in task.first) + (", …" if task.labels > len(task.first) else "")
    st.caption(
        f"{task.train:,} words to learn from, {task.dev:,} to stop on, {task.test:,} to measure on; "
        f"{task.labels} tags: {kinds}."
    )


@st.cache_resource(max_entries=16, ttl="1d", show_spinner=False)
def _sizes(name: str, column: int) -> list[TaskSizes]:
    """A place for what a file holds, empty at first: it is read outside, where a run of the page can be ended."""
    return []


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


def found(asked: MixSettings) -> dict[str, tuple[MixFit, ...]]:
    """What has been learned, by task."""
    results = {task: _found(task, asked) for task in asked.each}
    return {task: fits for task, fits in results.items() if fits}


def bring(asked: MixSettings) -> bool:
    """See to what has not been learned yet; whether it is on its way."""
    return kept_runs.bring(KIND, replace(asked, file=asked.file if "file" in asked.each else ""))


def _found(task: str, asked: MixSettings) -> tuple[MixFit, ...] | None:
    key = elmo_layer_runs.key_of(task, asked)
    return _kept(task, asked, key) or elmo_layer_runs.found(task, asked)


@st.cache_resource(max_entries=30, ttl="1d", show_spinner=False)
def _kept(_task: str, _asked: MixSettings, key: str) -> tuple[MixFit, ...] | None:
    return elmo_layer_runs.found(_task, _asked)


def title(task: str) -> str:
    """A task's name in a figure."""
    return "Your file" if task == "file" else TITLES[task]
