"""What assets/help/security.md says is defended, as far as no other test holds it.

Others: pickles and code of models in test_flair_published and test_bert_published; archives in test_archive and
test_bad_input; damaged files in fuzz/; markup in plots/test_text and on the pages; limits in test_limits; half-written
models in test_storage; who waits in test_queue.
"""

from __future__ import annotations

import ast
import re
import socket
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from embedlab.base import BadInput, addresses
from embedlab.jobs import api as jobs
from embedlab.jobs.kinds import fetch
from embedlab.plots import figure as plots_figure
from embedlab.plots.figure import Figure
from embedlab.ui import widgets
from embedlab.workflows import downloads, published

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted([ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "embedlab").rglob("*.py")])

CALLS = {"eval", "exec", "compile", "__import__", "breakpoint", "input"}
"""Built-in functions that nothing here calls."""
METHODS = {
    "pickle": {"load", "loads", "dump", "dumps", "Unpickler", "Pickler"},
    "joblib": {"load"}, "yaml": {"load", "unsafe_load"}, "np": {"load"}, "pd": {"read_pickle", "eval"},
    "os": {"system", "popen", "execv", "execve", "spawnl"}, "tempfile": {"mktemp"}, "st": {"html", "iframe"},
}  # fmt: skip
"""Names of modules, and what of them nothing here uses."""
ANYWHERE = {"extractall", "extract", "unpickle", "unsafe_allow_html", "load_facebook_model", "load_word2vec_format"}
"""Attributes and keywords that stand nowhere."""
KEYWORDS = {"shell": False, "trust_remote_code": False, "allow_pickle": False, "verify": True}
"""Keywords that have one value wherever they stand."""


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def faults(node: ast.AST) -> Iterator[str]:
    """What is wrong with a piece of the sources."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
        yield f"calls {node.func.id}"
    if isinstance(node, ast.Attribute):
        if node.attr in ANYWHERE:
            yield f"uses .{node.attr}"
        if isinstance(node.value, ast.Name) and node.attr in METHODS.get(node.value.id, ()):
            yield f"uses {node.value.id}.{node.attr}"
    if isinstance(node, ast.keyword):
        if node.arg in ANYWHERE:
            yield f"gives {node.arg}"
        if node.arg in KEYWORDS and ast.unparse(node.value) != str(KEYWORDS[node.arg]):
            yield f"gives {node.arg} another value"
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
        given = {word.arg: ast.unparse(word.value) for word in node.keywords}
        if given.get("weights_only") != "True":
            yield "calls torch.load without weights_only=True"
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        names = [alias.name for alias in node.names] + ([node.module or ""] if isinstance(node, ast.ImportFrom) else [])
        if bad := {"marshal", "shelve", "dill", "cloudpickle", "joblib", "gensim.downloader"} & set(names):
            yield f"imports {', '.join(bad)}"
        if isinstance(node, ast.ImportFrom) and node.module in ("pickle", "subprocess") and "load" in " ".join(names):
            yield "imports a loader"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_evaluates_unpickles_or_writes_raw_html(path: Path) -> None:
    found = [f"line {getattr(node, 'lineno', '?')} {said}" for node in nodes(path) for said in faults(node)]
    assert not found


@pytest.mark.parametrize(
    "source",
    [
        "eval('1')", "exec(x)", "pickle.loads(b'')", "np.load(p)", "torch.load(p)", "torch.load(p, weights_only=False)",
        "st.markdown(x, unsafe_allow_html=True)", "st.html(x)", "archive.extractall(p)", "run(x, shell=True)",
        "from_pretrained(p, trust_remote_code=True)", "import marshal", "os.system(x)", "np.load(p, allow_pickle=True)",
        "AutoModel.from_pretrained(p, trust_remote_code=flag)", "import gensim.downloader",
    ],
)  # fmt: skip
def test_the_scan_sees_what_it_should(source: str) -> None:
    assert [said for node in ast.walk(ast.parse(source)) for said in faults(node)]


def test_scripts_of_our_own_are_constants() -> None:
    """Components that run JavaScript take it from a constant of their module, never from text that was put together."""
    found = 0
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("components.v2.component"):
                for word in node.keywords:
                    if word.arg in ("js", "html", "css"):
                        found += 1
                        assert isinstance(word.value, ast.Name) and word.value.id in constants, path
    assert found


NETWORK: dict[str, set[str]] = {
    "httpx": {"base/addresses", "workflows/connection", "workflows/downloads", "models/common/hub"},
    "httpcore": {"workflows/connection"},
    "h11": {"workflows/connection"},
    "urllib": {"base/addresses"},
    "huggingface_hub": {"models/common/hub"},
    "socket": {"base/addresses", "parallel/processes"},
    "requests": set(), "urllib3": set(), "aiohttp": set(), "http": set(), "ftplib": set(), "smtplib": set(),
}  # fmt: skip
"""Libraries that reach the network, and the only modules that may import them."""


def test_the_network_is_reached_from_few_places() -> None:
    found: dict[str, set[str]] = {name: set() for name in NETWORK}
    for path in SOURCES:
        for node in nodes(path):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in {name.partition(".")[0] for name in names if name != "urllib.parse"} & found.keys():
                found[name].add(str(path.relative_to(ROOT / "embedlab").with_suffix("")))
    assert found == NETWORK


# ---------------------------------------------------------------- addresses


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The addresses of hosts, without a network."""
    known: dict[str, str] = {"public.example": "93.184.216.34"}

    def found(host: str, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (known[host], 443))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    monkeypatch.setattr(addresses.urllib.request, "getproxies", dict)
    return known


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.7", "192.168.1.1", "169.254.169.254", "172.16.0.1", "0.0.0.0"]
)
def test_a_name_that_leads_into_the_own_network_is_refused(address: str, names: dict[str, str]) -> None:
    addresses.check("https://public.example/x")
    names["inside.example"] = address
    with pytest.raises(BadInput, match="it leads to this machine or its own network"):
        addresses.check("https://inside.example/x")


@pytest.mark.parametrize(
    "target",
    ["https://inside.example/x", "http://public.example/x", "file:///etc/passwd", "https://a:b@public.example/x"],
)
def test_every_redirect_is_checked_like_the_first_address(target: str, names: dict[str, str]) -> None:
    names["inside.example"] = "10.0.0.7"
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"location": target})

    with httpx.Client(transport=httpx.MockTransport(answer)) as client, pytest.raises((BadInput, httpx.HTTPError)):
        downloads._answer(client, "https://public.example/x", False, {})
    assert asked == ["https://public.example/x"]


def test_files_of_the_machine_can_be_withheld(
    tmp_path: Path, lab_home: Path, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text("the 1 2\nking 3 4\n")
    with pytest.raises(BadInput, match="Files of this machine are not read here"):
        published.load(path, files=False)
    monkeypatch.setenv("EMBEDLAB_LOCAL_FILES", "0")
    assert not fetch.local_files()
    state = jobs.start("fetch", fetch.FetchSettings(str(path))).state()
    assert state.status == "failed" and "Files of this machine are not read here" in state.error
    monkeypatch.delenv("EMBEDLAB_LOCAL_FILES")
    assert jobs.start("fetch", fetch.FetchSettings(str(path))).state().status == "done"


# ---------------------------------------------------------------- what visitors see


def test_words_are_no_markup_in_an_exported_figure() -> None:
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    figure = Figure().add_scatter(x=[1], y=[1], text=[evil], name=evil).update_layout(title=evil)
    page = plots_figure.standalone([figure], evil)
    own = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)  # what stands outside of Plotly's own scripts
    assert "<img" not in own and "alert(1)</script>" not in page.replace("&lt;/script&gt;", "")
    assert "<title>&lt;/script&gt;" in page


def test_runs_have_addresses_that_cannot_be_guessed(lab_home: Path) -> None:
    made = {jobs.draft().id for _ in range(20)}
    assert len(made) == 20 and all(re.fullmatch("[0-9a-f]{24}", one) for one in made)  # 96 bits
    for odd in ("../secret", "", "0" * 24, "A" * 24):
        with pytest.raises(BadInput, match="no such run"):
            jobs.find(odd)


def test_the_server_keeps_streamlit_s_own_defences() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["client"]["showErrorDetails"] == "none"
    for name in ("enableXsrfProtection", "enableCORS"):
        assert config["server"].get(name, True) is True
    assert not config["server"].get("enableStaticServing", False)


def test_every_library_has_an_exact_version() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line.partition(";")[0].strip() for line in lines if line.strip() and not line.startswith("#")]
    assert len(wanted) > 20
    assert [line for line in wanted if not re.fullmatch(r"[\w.\[\]-]+==[\w.]+", line)] == []


def test_the_threat_list_is_shown_and_short() -> None:
    text = (widgets.HELP / "security.md").read_text(encoding="utf-8")
    assert len(text.split()) < 1100
    assert "**Defended**" in text and "**Not defended: it is yours to do**" in text
    assert 'explain("security"' in (ROOT / "pages" / "models.py").read_text(encoding="utf-8")
