"""Who may import whom (the table in the design), read from the sources."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"data", "interfaces", "models", "analysis", "plots", "ui"}

FORBIDDEN = {
    "base": {"models", "analysis", "plots", "ui", "registry", "jobs"},
    "interfaces": {"base", "models", "analysis", "plots", "ui", "registry", "jobs"},
    "limits": {"base", "data", "models", "analysis", "plots", "ui", "registry", "jobs", "storage", "training"},
    "storage": {"models", "analysis", "plots", "ui", "registry", "jobs"},
    "training": {"models", "analysis", "plots", "ui", "registry", "jobs"},
    "data": {"models", "analysis", "plots", "ui", "registry", "jobs"},
    "models": {"analysis", "plots", "ui", "jobs"},
    "analysis": {"models", "plots", "ui", "registry", "jobs", "training"},
    "plots": {"models", "ui", "registry", "jobs", "training", "storage"},
    "ui": {"models"},
    "registry": {"models", "analysis", "plots", "ui", "data", "training", "jobs"},
    "jobs": {"models", "plots", "ui"},
    "page": {"models", "training", "storage"},
}
HEAVY = ("torch", "gensim", "umap", "transformers", "sklearn", "numba", "pandas", "plotly", "streamlit", "scipy")


def sources() -> list[Path]:
    return sorted([ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "embedlab").rglob("*.py")])


def layer(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    if parts[0] != "embedlab":
        return "page"
    return parts[1] if parts[1] in PACKAGES else path.stem


def imported(path: Path) -> set[str]:
    """First part below embedlab of everything that a file imports from this project."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("embedlab.")}
    return found


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_imports_only_what_its_layer_may(path: Path) -> None:
    assert not imported(path) & FORBIDDEN.get(layer(path), set())


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_ui_and_the_pages_know_streamlit(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    knows = any(
        (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "streamlit" for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "streamlit")
        for node in ast.walk(ast.parse(text))
    )
    assert not knows or layer(path) in ("ui", "page")


def test_models_do_not_import_each_other_in_a_circle() -> None:
    graph = {path.stem: set() for path in (ROOT / "embedlab" / "models").glob("*.py")}
    for path in (ROOT / "embedlab" / "models").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("embedlab.models."):
                graph[path.stem].add(node.module.split(".")[2])
    while leaves := {name for name, uses in graph.items() if not uses & graph.keys()}:
        for leaf in leaves:
            del graph[leaf]
    assert graph == {}


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(' '.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(run.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not loaded_by("import embedlab; embedlab.list_models()") & set(HEAVY)


def test_importing_the_analyses_loads_nothing_heavy() -> None:
    names = [path.stem for path in (ROOT / "embedlab" / "analysis").glob("*.py") if path.stem != "__init__"]
    assert not loaded_by("\n".join(f"import embedlab.analysis.{name}" for name in names)) & set(HEAVY)


def test_loading_the_starters_loads_no_library_that_only_trains() -> None:
    keys = ("one_hot", "lsa", "cbow", "word2vec", "glove", "fasttext")
    loaded = loaded_by(f"import embedlab\nfor key in {keys}: embedlab.load_model(key)")
    assert not loaded & {"torch", "gensim", "numba", "sklearn"}
