"""Who may import whom: an allow-list (the table in CONTRIBUTING.md), held against every import of every file."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = {
    "analysis", "base", "cli", "data", "jobs", "models", "parallel", "plots", "store", "training", "ui", "workflows",
}  # fmt: skip

FOUNDATION = {"base", "parallel", "data", "training", "models", "analysis", "registry", "families", "store"}
ALLOWED: dict[str, set[str]] = {
    "base": set(),
    "families": {"base"},
    "registry": {"base", "families"},
    "parallel": {"base"},
    "data": {"base"},
    "training": {"base"},
    "models": {"base", "data", "parallel", "training"},
    "analysis": {"base", "data"},
    "plots": {"base", "analysis"},
    "store": {"base", "data", "registry", "families", "analysis"},
    "workflows": FOUNDATION,
    "jobs": {"base", "parallel", "store"},
    "jobs.kinds": {"jobs", "workflows"} | FOUNDATION - {"models"},
    "ui": {"jobs", "jobs.kinds", "workflows", "plots"} | FOUNDATION - {"models"},
    "ui.views": {"ui", "jobs", "jobs.kinds", "workflows", "plots"} | FOUNDATION - {"models"},
    "cli": {"workflows", "jobs", "jobs.kinds", "store", "analysis", "data", "registry", "families", "base"},
    "embedlab": {"base", "registry", "workflows"},
    "__main__": {"cli", "workflows", "parallel", "store", "data", "registry", "families", "base"},
    "pages": {"embedlab", "ui", "ui.views", "plots", "analysis", "registry", "families", "base", "data.lessons"},
    "app": {"ui", "parallel"},
}
"""Room: the rooms that it may import besides itself. What is not named is forbidden. Models are named by strings
everywhere but in workflows; kinds of runs by strings in jobs; and no view imports another page's view."""
HEAVY = ("torch", "gensim", "umap", "transformers", "sklearn", "numba", "pandas", "plotly", "streamlit", "scipy")


def sources(root: Path) -> list[Path]:
    """Every file that the rule is about."""
    return sorted([*root.glob("*.py"), *(root / "pages").rglob("*.py"), *(root / "embedlab").rglob("*.py")])


def module_of(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The room of a module of this project by its full name; a page's is "pages"."""
    first, *rest = module.split(".")
    if first != "embedlab":
        return first
    if not rest:
        return "embedlab"
    if rest[:2] in (["jobs", "kinds"], ["ui", "views"], ["data", "lessons"]):
        return ".".join(rest[:2])
    return rest[0]


def allowed(importer: str, imported: str) -> bool:
    """Whether one module may import another, both by their full names."""
    room, other = room_of(importer), room_of(imported)
    if room == other == "ui.views":
        return importer.split(".")[:4] == imported.split(".")[:4]  # another file of the same page
    home = room.split(".")[0] if room == "data.lessons" else room
    return (
        other == room
        or other.split(".")[0] == home == "data"
        or other in ALLOWED[home]
        or (other == "data.lessons" and "data" in ALLOWED[home])
    )


def imports(path: Path, modules: set[str], *, at_once: bool = False) -> set[str]:
    """The modules of this project that a file imports; ``at_once`` leaves out what functions import when called."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                found.update(alias.name for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{path}: import by full names"
                names = {f"{child.module}.{alias.name}" for alias in child.names}
                found.update(name if name in modules else str(child.module) for name in names)
            if at_once and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if at_once and isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            visit(child)

    visit(ast.parse(path.read_text(encoding="utf-8")))
    return {name for name in found if name.split(".")[0] in ("embedlab", "pages", "app")}


def breaches(root: Path) -> list[str]:
    """Every import that the table does not allow, and every file in a room that the table does not know."""
    files = {module_of(path, root): path for path in sources(root)}
    wrong = []
    for module, path in files.items():
        room = room_of(module)
        if room.split(".")[0] not in ALLOWED and room not in ALLOWED:
            wrong.append(f"{module}: no such room")
            continue
        wrong += [
            f"{module} imports {other}" for other in sorted(imports(path, set(files))) if not allowed(module, other)
        ]
    return wrong


def circle(root: Path) -> list[str]:
    """Modules that cannot be loaded in any order because they import each other; empty without a circle."""
    files = {module_of(path, root): path for path in sources(root)}
    graph = {name: imports(path, set(files), at_once=True) & set(files) - {name} for name, path in files.items()}
    while leaves := {name for name, uses in graph.items() if not uses & graph.keys()}:
        graph = {name: uses for name, uses in graph.items() if name not in leaves}
    return sorted(graph)


def test_every_file_imports_only_what_its_room_may() -> None:
    assert breaches(ROOT) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle(ROOT) == []


def made_up(root: Path, name: str, text: str) -> None:
    for path, content in ({"embedlab/__init__.py": "", name: text}).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("embedlab/base/errors.py", "from embedlab.data.corpus import Corpus"),
        ("embedlab/analysis/clouds.py", "def work():\n    from embedlab.store import vectors"),
        ("embedlab/registry.py", "import embedlab.models.bert.model"),
        ("embedlab/jobs/worker.py", "from embedlab.jobs.kinds import train"),
        ("embedlab/ui/views/map.py", "from embedlab.ui.views.polysemy import controls"),
        ("embedlab/new_room/thing.py", ""),
        ("embedlab/helper.py", "import json"),
        ("pages/map.py", "from embedlab.jobs import api"),
        ("app.py", "from embedlab.models.bert import Bert"),
    ],
)
def test_a_forbidden_import_is_told(tmp_path: Path, name: str, text: str) -> None:
    made_up(tmp_path, name, text)
    (found,) = breaches(tmp_path)
    assert found.startswith(name.removesuffix(".py").replace("/", "."))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("embedlab/analysis/clouds.py", "from embedlab.base import BadInput\nimport numpy"),
        ("embedlab/ui/views/polysemy/figures.py", "from embedlab.ui.views.polysemy import controls"),
        ("embedlab/jobs/kinds/train.py", "from embedlab.workflows import train"),
        ("pages/lessons.py", "from embedlab.data.lessons import Lesson"),
    ],
)
def test_an_allowed_import_is_not_told(tmp_path: Path, name: str, text: str) -> None:
    made_up(tmp_path, name, text)
    assert breaches(tmp_path) == []


def test_a_circle_is_told(tmp_path: Path) -> None:
    made_up(tmp_path, "embedlab/base/one.py", "from embedlab.base import two")
    made_up(tmp_path, "embedlab/base/two.py", "from embedlab.base.one import thing")
    assert circle(tmp_path) == ["embedlab.base.one", "embedlab.base.two"]


def knows_streamlit(path: Path) -> bool:
    return any(
        (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "streamlit" for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "streamlit")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )


def test_only_the_ui_and_the_pages_know_streamlit() -> None:
    rooms = {room_of(module_of(path, ROOT)) for path in sources(ROOT) if knows_streamlit(path)}
    assert rooms == {"ui", "ui.views", "pages", "app"}


def test_the_package_is_laid_out_in_rooms() -> None:
    assert {path.parent.name for path in (ROOT / "embedlab").glob("*/__init__.py")} == ROOMS
    assert len(list((ROOT / "embedlab").glob("*.py"))) <= 5
    folders = [path for path in (ROOT / "embedlab").rglob("*") if path.is_dir()]
    assert max(len(list(path.glob("*.py"))) for path in folders) <= 40


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(' '.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(run.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not loaded_by("import embedlab; embedlab.list_models()") & set(HEAVY)


def test_importing_the_analyses_loads_nothing_heavy() -> None:
    names = [module_of(path, ROOT) for path in (ROOT / "embedlab" / "analysis").rglob("*.py")]
    loaded = loaded_by("\n".join(f"import {name}" for name in names))
    assert "embedlab.analysis.probing.linear" in loaded
    assert not loaded & set(HEAVY)


def test_loading_the_starters_loads_no_library_that_only_trains() -> None:
    keys = ("one_hot", "lsa", "cbow", "word2vec", "glove", "fasttext")
    loaded = loaded_by(f"import embedlab\nfor key in {keys}: embedlab.load_model(key)")
    assert not loaded & {"torch", "gensim", "numba", "sklearn"}
