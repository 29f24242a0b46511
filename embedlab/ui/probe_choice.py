"""What the Layer probes page asks: which model, what beside it, which probe, which sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from embedlab import look, probe_data, probe_store, tagged_files
from embedlab.analysis.probe_settings import PROBES, TITLES, ProbeSettings
from embedlab.base import BadInput
from embedlab.data.conll import TaggedSet
from embedlab.probe_runs import PLUS, ProbeJob
from embedlab.registry import ModelSpec
from embedlab.ui import cache, contextual, forms, given, looked, state, uploads, widgets
from embedlab.ui.visitor import address, told, visitor

DEFAULT = ("bert", "elmo", "flair", "lstm")
ADDRESS = "tagged"
"""Where the name of an uploaded file stands in the address."""
SHIPPED, OWN = "shipped", "file"
SAID = "Reading the tagged file"
DATA = {SHIPPED: "shipped", OWN: "a file of yours"}


@dataclass(frozen=True)
class Asked:
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


def ask() -> Asked | None:
    """The widgets; ``None`` while there is no model or no usable file (the page then says what is missing)."""
    picked = contextual.choose(DEFAULT, many=False)
    if not picked:
        return None
    first, second, third = st.columns([1.2, 1, 1.1], gap="medium")
    with first:
        beside = _beside(picked[0])
    with second:
        probe = state.choice("probe", list(PROBES), PROBES[0], "Probe", titles=TITLES, help=_probe_help())
    with third:
        source = state.choice("sentences", list(DATA), SHIPPED, "Sentences", titles=DATA)
    name = _file() if source == OWN else ""
    if name is None:
        return None
    values = forms.settings_form(ProbeSettings, "probes_", first=(), without=("probe",))
    settings = ProbeSettings(**values, probe=probe)
    specs = [picked[0], *beside]
    sentences, _ = _sentences(name, settings.seed)
    key = _key(specs, name, settings)
    job = ProbeJob(PLUS.join(one.key for one in specs), name, settings.to_dict(), key)
    return Asked(job, " + ".join(one.title for one in specs), picked[0], sentences)


def current_key(models: Sequence[str], data: str, settings: ProbeSettings) -> str:
    """The name that a result of these models has today; empty if one of them is gone."""
    known = {spec.key: spec for spec in contextual.specs()}
    if any(key not in known for key in models):
        return ""
    return _key([known[key] for key in models], data, settings)


def _key(specs: Sequence[ModelSpec], data: str, settings: ProbeSettings) -> str:
    digests = [cache.digest(one) for one in specs]
    return probe_store.key_of(digests, _sentences(data, settings.seed)[1], settings)


def _probe_help() -> str:
    return str(ProbeSettings.__dataclass_fields__["probe"].metadata["help"])


def _beside(spec: ModelSpec) -> list[ModelSpec]:
    """The static model whose vectors stand beside each layer, if one is chosen; a static one stands alone."""
    if contextual.is_static(spec):
        return []
    known = {one.key: one for one in cache.specs("static") if one.key != spec.key}
    titles = {"": "nothing"} | widgets.unique_titles(list(known.values()))
    chosen = state.choice(
        "beside", ["", *known], "", "Beside each layer", titles=titles,
        help="Puts the word vectors of a static model behind each layer's vector, as ELMo's and Flair's papers advise.",
    )  # fmt: skip
    return [known[chosen]] if chosen else []


def _file() -> str | None:
    """The name of the uploaded file; ``None`` while there is none, and the page asks for one."""
    if name := st.query_params.get(ADDRESS, "") or st.session_state.get("_tagged", ""):
        try:
            _sentences(name, 1)
        except BadInput as error:
            _forget()
            st.warning(told(error))
        else:
            st.query_params[ADDRESS] = st.session_state["_tagged"] = name
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(":material/description: Your tagged file", width="content")
                st.button("Another file", key="another-tagged", on_click=_forget, icon=":material/close:")
            return name
    found = given.file(
        "Tagged sentences", (".conll", ".bio", ".txt", ".tsv", ".iob", ".iob2"), key="tagged-file",
        help="A word a line, its tag in the last column, an empty line between sentences; any types of entity, and "
        "BIO, IOB1, BIOES or BILOU tags. Lines “# split = train”, dev and test say what is for what; without them "
        "sentences are dealt out 70 : 10 : 20 by the seed.",
    )  # fmt: skip
    if found is None:
        st.info("Give a file with tagged sentences, such as CoNLL-2003's; a thousand and more are enough.")
        return None
    try:
        st.session_state["_tagged"] = tagged_files.lay_down(found.getvalue(), _check, visitor(), address())
    except BadInput as error:
        st.error(told(error))
    else:
        uploads.used(found)
        st.rerun()
    return None


def _forget() -> None:
    st.session_state.pop("_tagged", None)
    st.query_params.pop(ADDRESS, None)


def _check(file: Path) -> None:
    looked.look("entities", SAID, file=str(file), seed=1)


def _sentences(name: str, seed: int) -> tuple[TaggedSet, str]:
    """The sentences, and what names them by their content.

    Raises:
        BadInput: the file is gone, or cannot be used.
    """
    file = tagged_files.laid_down(name) if name else None
    if name and file is None:
        raise BadInput("The tagged file is not here (any more). Upload it again.")
    kept = _kept(name, seed)
    if not kept:
        found = look.tagged(looked.look("entities", SAID, file=str(file), seed=seed)) if file else probe_data.dataset()
        kept.append((found, probe_data.digest(found)))
    return kept[0]


@st.cache_resource(max_entries=4, ttl="1d", show_spinner=False)
def _kept(name: str, seed: int) -> list[tuple[TaggedSet, str]]:
    """A place for the sentences, empty at first: they are read outside, where a run of the page can be ended."""
    return []
