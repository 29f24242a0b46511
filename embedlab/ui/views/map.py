"""Map page: the words, the background run that computes a map, the figure, neighbors, a selection.

Streamlit 1.67 replaces a chart whenever its figure changes, and with it the visitor's zoom. An invisible component
therefore reports the window after every zoom, and the next figure begins there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from embedlab.analysis import clusters, map_words, neighbors
from embedlab.analysis.faithfulness import faithfulness
from embedlab.analysis.map_words import MapWords
from embedlab.analysis.projection import Projection
from embedlab.base import EmbedLabError, StaticModel
from embedlab.base.limits import Limits
from embedlab.jobs import api as jobs
from embedlab.jobs.kinds import map as map_runs
from embedlab.jobs.run import Run, RunEvent
from embedlab.plots.figure import Figure
from embedlab.plots.layout import INKS
from embedlab.plots.maps import WIDTH, Focus, Groups, MapView, words_map
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.store import maps
from embedlab.store.maps import MapSettings
from embedlab.ui import lookups, run_bar, state, theme, widgets
from embedlab.ui.visitor import address, visitor
from embedlab.ui.widgets import on_phone

if TYPE_CHECKING:
    from pandas import DataFrame


def frame(chosen: MapWords, drawn: Projection, grouped: Groups | None) -> DataFrame:
    """All points as a table."""
    import pandas as pd

    columns: dict[str, Any] = {"word": chosen.words, "times seen": chosen.counts}
    columns |= {axis: drawn.points[:, i] for i, axis in enumerate("xyz"[: drawn.points.shape[1]])}
    if grouped:
        columns["cluster"] = [grouped.names[label] for label in grouped.labels]
    return pd.DataFrame(columns)


def source(spec: ModelSpec, chosen: MapWords, settings: MapSettings, row: int | None, k: int) -> str:
    """Lines that compute what is shown."""
    own = chosen.how == "your own"
    first = chosen.words[0] if chosen.words else ""
    if own:
        pick = f"words = {chosen.words!r}\nmatrix = np.stack([model.vector(word) for word in words])"
    else:
        pick = (
            f"start = model.words.index({first!r})\n"
            f"words = model.words[start : start + {len(chosen.words)}]\n"
            f"matrix = model.matrix[start : start + {len(chosen.words)}]"
        )
    extra = {"umap": f", n_neighbors={settings.n_neighbors}, min_dist={settings.min_dist}"}
    extra["tsne"] = f", perplexity={settings.perplexity}"
    lines = [
        "import numpy as np" if own else "",
        "import embedlab",
        "from embedlab.analysis.projection import faithfulness, project",
        "",
        f"model = embedlab.load_model({spec.key!r})",
        pick,
        f"result = project(matrix, {settings.method!r}, dims={settings.dims}, seed={settings.seed}"
        f"{extra.get(settings.method, '')})",
        "print(result.points, result.trustworthiness)",
    ]
    if row is not None:
        lines += [
            f"around = faithfulness(matrix, result.points, words.index({chosen.words[row]!r}), k={k})",
            'print("hidden", [words[row] for row in around.hidden])',
            'print("invented", [words[row] for row in around.invented])',
        ]
    return "\n".join(lines).strip()


class MapJobs:
    """The runs that make maps, by the key of the map."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self._lock = Lock()

    def ensure(self, key: str, matrix: NDArray[np.floating], settings: MapSettings) -> Run:
        """The run for that key, started now unless it is under way or has ended without a map.

        Raises:
            BadInput: the visitor has enough of them waiting.
            BadModel: the disk is full or read-only.
        """
        with self._lock:
            run = self._runs.get(key)
            if run is None or not run.folder.exists() or run.state().status == "done":  # but the map is gone
                self._runs = {name: old for name, old in self._runs.items() if old.folder.exists()}
                self._runs[key] = run = map_runs.start(key, matrix, settings, visitor(), address())
            return run

    def again(self, key: str) -> None:
        """Forget a run, so that ``ensure`` starts another."""
        with self._lock:
            if run := self._runs.pop(key, None):
                run.delete()


@st.cache_resource(show_spinner=False)
def runs() -> MapJobs:
    """The one set of runs that all visitors share: a map that two ask for is computed once."""
    return MapJobs()


def prepare() -> None:
    """See that a process is there that has loaded what a map needs."""
    jobs.prepare_quick()


METHODS = {"umap": "UMAP", "pca": "PCA", "tsne": "t-SNE"}
COLORS = {"frequency": "Frequency", "cluster": "Cluster"}
PHASES = {"starting": "Starting", "neighbors": "Finding neighbors"}
PHASES |= {"layout": "Laying out", "trustworthiness": "Measuring trustworthiness"}
FUNCTION_WORDS = 100
EXAMPLE = "king queen prince princess man woman boy girl paris france rome italy berlin germany one two three four"


def take_click() -> None:
    """A single point clicked on since the last run becomes the searched word; call before the search is drawn."""
    points = selection(st.session_state.get("figure-map"))
    clicked = points[0][1] if len(points) == 1 else ""
    if clicked and clicked != st.session_state.get("map-clicked"):
        st.session_state["word"] = clicked
    st.session_state["map-clicked"] = clicked


def selection(event: Any) -> list[tuple[int, str]]:
    """Row and word of every selected point."""
    chosen = event.get("selection", {}).get("points", []) if isinstance(event, Mapping) else []
    rows = [point["customdata"] for point in chosen if len(point.get("customdata") or ()) > 4]
    return list(dict.fromkeys((int(row[0]), str(row[4])) for row in rows))


def words(model: StaticModel) -> MapWords:
    """Let the visitor choose the words.

    Raises:
        BadInput: none of the visitor's own words is known.
    """
    first, second, third = st.columns([2.6, 2, 1.8], vertical_alignment="bottom")
    titles = {"common": "Commonest", "own": "My own"}
    with first:
        own = state.choice("words", list(titles), "common", "Words", titles=titles) == "own"
    if own:
        text = state.area("list", EXAMPLE, "Words, with blanks, commas or line ends between them", limit=20_000)
        chosen = map_words.own(model, text)
        if chosen.missing:
            few = ", ".join(chosen.missing[:20]) + (" …" if len(chosen.missing) > 20 else "")
            st.warning(f"{md(model.title)} does not know: {md(few)}")
        lookups.answered({model.title: chosen.lookups})
        return chosen
    most = min(len(model), Limits.from_environment().points)
    with second:
        n = most if most <= 100 else state.number("n", min(3000, most), 100, most, "How many", step=100)
    with third:
        text = "Leaves out the 100 commonest: words such as 'the' and 'of' say little and crowd together."
        skip = len(model) > 2 * FUNCTION_WORDS and state.flag("skip", False, "Skip the first 100", help=text)
    return map_words.commonest(model, n, FUNCTION_WORDS if skip else 0)


def more_settings(method: str, dims: int) -> tuple[MapSettings, bool, int]:
    """The rest of the settings, folded away: of the method, whether words are written, how many neighbors."""
    own: dict[str, Any] = {}
    with st.expander("More settings", icon=":material/tune:"):
        left, right = st.columns(2)
        with left:
            labels = state.flag("labels", True, "Write words beside points")
            k = state.number("k", 10, 3, 50, "Neighbors of the searched word")
            own["seed"] = state.number("seed", 1, 0, 100, "Seed", help="Another seed gives another picture.")
        with right:
            if method == "umap":
                help_text = "How many neighbors hold each point: few show detail, many show the whole."
                own["n_neighbors"] = state.number("near", 15, 2, 100, "UMAP: neighbors", help=help_text)
                help_text = "How close points may lie, in hundredths: little makes tight islands."
                own["min_dist"] = state.number("gap", 10, 0, 99, "UMAP: least distance (%)", help=help_text) / 100
            elif method == "tsne":
                help_text = "About how many neighbors each point looks at."
                own["perplexity"] = float(state.number("perplexity", 30, 2, 100, "t-SNE: perplexity", help=help_text))
    return MapSettings(method, dims, **own), labels, k


def ready(spec: ModelSpec, chosen: MapWords, settings: MapSettings) -> Projection:
    """The map: the model's own, one computed before, or PCA while the wanted one is computed in the background."""
    if stored := maps.shipped(spec.folder, chosen.words, settings):
        return stored
    if settings.method == "pca":
        return _at_once(chosen, settings)
    key = maps.key(chosen.matrix, settings)
    if stored := maps.computed(key):
        return stored
    with widgets.guard():
        run = runs().ensure(key, chosen.matrix, settings)
        if stored := maps.computed(key):  # quick as it was
            return stored
        if run.state().active:
            run_bar.watch(run, partial(_progress, METHODS[settings.method]))
        else:
            run_bar.outcome(run)
            st.button("Compute it again", key="map-again", on_click=runs().again, args=(key,))
    return _at_once(chosen, MapSettings("pca", settings.dims))


def _at_once(chosen: MapWords, settings: MapSettings) -> Projection:
    key = maps.key(chosen.matrix, settings)
    if stored := maps.computed(key):
        return stored
    stored = settings.compute(chosen.matrix)
    try:
        maps.keep(key, stored, settings, visitor())
    except EmbedLabError:
        return stored  # computed again next time
    return stored


def _progress(method: str, _: Run, events: Sequence[RunEvent]) -> tuple[float, str]:
    last = events[-1] if events else RunEvent(0, 0, phase="starting", time=0.0)
    text = PHASES.get(last.phase, "Working")
    if last.total and last.phase == "layout":
        text += f", round {last.step:,} of {last.total:,}"
    return _share(last), f"{method} is being computed, PCA is shown meanwhile. {text} …"


def _share(last: RunEvent) -> float:
    """How far the whole work is: neighbors take the first tenth, trustworthiness the last."""
    start = {"layout": 0.1, "trustworthiness": 0.9}.get(last.phase, 0.0)
    length = 0.8 if last.phase == "layout" else 0.1
    return start + length * last.fraction


def find(chosen: MapWords, word: str, model: StaticModel) -> int | None:
    """Row of the searched word; a sentence on the page if it is not on the map."""
    if not word:
        return None
    lookup = model.look_up(word)
    if lookup.word in chosen.words:  # fastText's composed words, too
        lookups.say({model.title: [lookup]})
        return chosen.words.index(lookup.word)
    if lookup.known:
        st.info(f"'{md(word)}' is not among the words shown. Show more words, or put it among your own.")
        return None
    near = [like for like in neighbors.suggest(model, word) if like in chosen.words]
    st.info(f"{md(model.title)} does not know '{md(word)}'.")
    if near:
        widgets.chips("Did you mean", near, "word")
    return None


def groups(chosen: MapWords, color: str) -> Groups | None:
    """Clusters of the words, if the visitor wants them."""
    if color != "cluster" or not chosen.words:
        return None
    left, right = st.columns([1, 2])
    with left:
        k = state.number("clusters", min(8, len(chosen.words)), 1, 16, "Clusters (k-means)")
    labels, names = _clusters(maps.key(chosen.matrix, MapSettings("pca")), k, chosen)
    titles = {str(i): f"{i + 1}: {name}" for i, name in enumerate(names)}
    with right:
        lit = st.multiselect(
            "Color only", list(titles), format_func=titles.__getitem__, key="lit", placeholder="all clusters",
            bind="query-params",
        )  # fmt: skip
    return Groups(labels, names, [int(group) for group in lit])


@st.cache_data(show_spinner="Sorting words into clusters …", max_entries=50, ttl="1d")
def _clusters(key: str, k: int, _chosen: MapWords) -> tuple[np.ndarray, list[str]]:
    labels = clusters.cluster(_chosen.matrix, k)
    return labels, clusters.names(_chosen.matrix, labels, _chosen.words)


def about(chosen: MapWords, drawn: Projection, row: int | None, k: int, zoom: bool) -> tuple[str, Focus | None]:
    """A sentence on the words shown and the trustworthiness of the map; and the searched word's neighbors."""
    text = f"Showing {len(chosen.words):,} of {chosen.of:,} words: {chosen.how}. {METHODS[drawn.method]}"
    text += f" in {drawn.points.shape[1]} dimensions"
    if np.isfinite(drawn.trustworthiness):
        on = f" of {drawn.trusted_on:,} of the points" if drawn.trusted_on < len(chosen.words) else ""
        text += f". Trustworthiness **{drawn.trustworthiness:.3f}**"
        text += f" (of the {drawn.neighborhood} nearest in the picture{on}; 1 is perfect, 0.5 is chance)"
    focus = None
    if row is not None:
        focus = Focus(row, faithfulness(chosen.matrix, drawn.points, row, k), zoom)
    return f"{text}.", focus


def figure(
    chosen: MapWords, drawn: Projection, grouped: Groups | None, focus: Focus | None, labels: bool, movable: bool = True
) -> Figure:
    """The picture."""
    ordinal = ("first", "second", "third")
    share_of = "{} component, {:.1%} of the variance" if drawn.points.shape[1] == 2 else "{}, {:.1%}"  # 3D cuts it off
    axes = [share_of.format(ordinal[i], share) for i, share in enumerate(drawn.explained)]
    look = f"{focus.row}-{focus.zoom}" if focus else ""
    revision = f"{drawn.method}-{drawn.points.shape}-{drawn.trustworthiness:.6f}-{look if focus and focus.zoom else ''}"
    ink = INKS["dark" if theme.dark() else "light"]
    width = 300 if on_phone() else WIDTH
    return words_map(
        MapView(drawn.points, chosen.words, chosen.counts, grouped, focus, labels, axes, revision, ink, movable, width)
    )


def summary(chosen: MapWords, drawn: Projection) -> str:
    """The picture in a sentence."""
    few = ", ".join(chosen.words[:5])
    return (
        f"{METHODS[drawn.method]} map in {drawn.points.shape[1]} dimensions of {len(chosen.words):,} words ({few} …), "
        f"trustworthiness {drawn.trustworthiness:.3f}."
    )


def true_neighbors(chosen: MapWords, focus: Focus) -> None:
    """The searched word's neighbors in the original space, and which of them the picture hides or invents."""
    import pandas as pd

    around = focus.around

    def named(rows: Iterable[int]) -> str:
        return ", ".join(f"*{md(chosen.words[row])}*" for row in rows) or "none"

    st.markdown(
        f"Of the {len(around.true)} nearest to **{md(chosen.words[focus.row])}** among the words shown, by the "
        f"original space, the picture **hides {len(around.hidden)}** ({named(around.hidden)}) and in their place "
        f"**invents {len(around.invented)}** ({named(around.invented)})."
    )
    table = pd.DataFrame(
        {
            "neighbor": [chosen.words[row] for row in around.true],
            "similarity": [round(value, 4) for value in around.similarities],
            "in the picture": ["hidden" if row in around.hidden else "near" for row in around.true],
            "times seen": chosen.counts[around.true],
        }
    )
    widgets.table(table, "map-neighbors", title="True neighbors")


def selected(chosen: MapWords, event: Any, drawn: Projection, grouped: Groups | None) -> None:
    """The words inside a lasso or box."""
    rows = [row for row, word in selection(event) if row < len(chosen.words) and chosen.words[row] == word]
    if len(rows) < 2:
        return
    few = ", ".join(md(chosen.words[row]) for row in sorted(rows)[:60])
    st.markdown(f"**{len(rows):,} words selected:** {few}{' …' if len(rows) > 60 else ''}")
    table = frame(chosen, drawn, grouped).iloc[sorted(rows)]
    widgets.table(table, "map-selected", title="Selected words")


CHART = "figure-map"
_LISTEN = """
export default function ({ parentElement, setStateValue, data }) {
  const timer = setInterval(() => {
    const chart = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`);
    if (!chart || !chart.on || chart.zoomIsTold) return;
    chart.zoomIsTold = true;
    chart.on("plotly_relayout", () => {
      const { xaxis, yaxis, scene, uirevision } = chart._fullLayout;
      const view = chart._fullLayout._subplots.gl3d.length
        ? { camera: scene.camera }
        : { x: [...xaxis.range], y: [...yaxis.range] };
      setStateValue("view", { revision: uirevision, ...view });
    });
  }, 200);
  return () => clearInterval(timer);
}
"""


@st.fragment
def listen() -> None:
    """Read the visitor's zoom; a fragment, so that the page does not run again for it."""
    told = st.components.v2.component("map_zoom", js=_LISTEN)(
        key="map-zoom", data={"chart": CHART}, default={"view": None}, on_view_change=lambda: None
    )
    st.session_state["_map-view"] = getattr(told, "view", None)


def keep(fig: Figure) -> None:
    """Let a figure begin with the window that the visitor has zoomed to, if it shows the same map.

    The window is only read when something else in the figure changes: otherwise every zoom would make a new figure.
    """
    bare, view = sha256(fig.to_json().encode()).hexdigest(), st.session_state.get("_map-view")
    last = st.session_state.get("_map-drawn")
    if last and last[0] == bare:
        view = last[1]
    st.session_state["_map-drawn"] = (bare, view)
    if not isinstance(view, dict) or view.get("revision") != fig.look.get("uirevision"):
        return
    if camera := _camera(view.get("camera")):
        fig.update_layout(scene_camera=camera)
    elif (x := _range(view.get("x"))) and (y := _range(view.get("y"))):
        fig.update_xaxes(range=x)
        fig.update_yaxes(range=y)


def _range(given: Any) -> list[float] | None:
    numbers = isinstance(given, list) and len(given) == 2 and all(isinstance(value, int | float) for value in given)
    return [float(value) for value in given] if numbers else None


def _camera(given: Any) -> dict[str, Any] | None:
    """Eye, centre and up of a camera, from what the browser says."""
    if not isinstance(given, dict):
        return None
    parts = {}
    for part in ("eye", "center", "up"):
        coordinates = given.get(part)
        if not isinstance(coordinates, dict) or not all(
            isinstance(coordinates.get(axis), int | float) for axis in "xyz"
        ):
            return None
        parts[part] = {axis: float(coordinates[axis]) for axis in "xyz"}
    return parts
