"""Every pattern in the project reads the worst lines of 100 kB in time that grows with their length, not its square."""

from __future__ import annotations

import ast
import contextlib
import importlib
import itertools
import json
import re
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from embedlab.base import BadInput
from embedlab.base.folding import tidy
from embedlab.data import tag_columns, tag_lines
from embedlab.data.inflections import forms
from embedlab.data.readers import plain
from embedlab.ui import inputs

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "embedlab"
WAYS = {"sub", "match", "search", "fullmatch", "split", "findall", "finditer"}
LENGTH = 100_000
SECONDS = 12
"""Processor time of a pattern on all lines; the square of their length takes far more."""
ATOMS = (
    " ", "\t", "a", "_", "1", "-", "|", "[", "]", "](", '](x "', "[a](", "'", "*", ">", "<http://", "qu", "o", "# a =",
    ":", ".", "\n", "é", "\u0300", "= ", "o'", "1.", "a-", "license:", "GLOBAL ", "\\",
)  # fmt: skip
"""What lines are made of: many of one, or many of one and then many of another."""
AROUND = (("", "x"), ("a", "b"), ("[", "!"))
FRAMES = ("# a ={}\tx", "# split ={}!", "license:{}!", "a :{}b")


@dataclass(frozen=True)
class Used:
    """A pattern, the way it is asked, and where."""

    pattern: str | bytes
    flags: int
    way: str
    where: str


def worst() -> list[str]:
    whole = [f"{first}{atom * (LENGTH // len(atom))}{last}" for atom in ATOMS for first, last in AROUND]
    framed = [frame.format(" " * LENGTH) for frame in FRAMES]
    pairs = itertools.permutations((" ", "|", "_", "1", "a"), 2)
    return whole + framed + [f"{one * (LENGTH // 2)}{other * (LENGTH // 2)}x" for one, other in pairs]


def used(path: Path) -> list[Used]:
    """The patterns of a file: those of calls of ``re``, and those that it keeps, with the ways they are asked."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    asked = [(node.func.value.id, node.func.attr, node.args) for node in calls
             if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)]  # fmt: skip
    found = [
        Used(args[0].value, re.MULTILINE, way, path.name)
        for owner, way, args in asked
        if owner == "re" and way in WAYS and isinstance(args[0], ast.Constant)
    ]
    if any(owner == "re" and way == "compile" for owner, way, _ in asked):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        held = {name: value for name, value in vars(module).items() if isinstance(value, re.Pattern)}
        for name, pattern in held.items():
            ways = {way for owner, way, _ in asked if owner == name and way in WAYS} or {"fullmatch"}
            found += [Used(pattern.pattern, pattern.flags, way, path.name) for way in ways]
    return found


def everything() -> list[Used]:
    return sorted({one for path in PACKAGE.rglob("*.py") for one in used(path)}, key=repr)


def read(one: Used, line: str) -> None:
    text = line.encode("utf-8", "replace") if isinstance(one.pattern, bytes) else line
    asked = re.compile(one.pattern, one.flags)
    if one.way in ("fullmatch", "match"):
        getattr(asked, one.way)(text)
    else:  # sub, split, search and so on go through the whole line
        for _ in asked.finditer(text):
            pass


def main() -> None:
    """Every pattern on every line; the one at work is told before it begins."""
    lines = worst()
    for one in everything():
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + SECONDS, resource.RLIM_INFINITY))
        for line in lines:
            tell(one.where, one.way, str(one.pattern), line)
            read(one, line)
    for function in FUNCTIONS:
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + SECONDS, resource.RLIM_INFINITY))
        for line in lines:
            tell(function.__name__, "", "", line)
            function(line)


def tell(where: str, way: str, pattern: str, line: str) -> None:
    sys.stdout.write(json.dumps([where, way, pattern, line[:20], line[-20:]]) + "\n")
    sys.stdout.flush()


def marked_down(line: str) -> None:
    list(plain._without_marks(iter([line])))


def read_pairs(line: str) -> None:
    with contextlib.suppress(BadInput):
        inputs.pairs(line)


def read_tags(line: str) -> None:
    head = tag_lines.Head.of(iter([line]))
    with contextlib.suppress(BadInput):
        tag_lines.LineReader(tag_columns.find(head.rows), head.header, head.tabs).line(line)


def composed(line: str) -> None:
    tidy(line.replace("x", "\u0316") + "\u0300" * LENGTH)


FUNCTIONS = (marked_down, read_pairs, read_tags, composed, forms)
"""What reads a line by more than one pattern, or by none."""


def test_a_pattern_reads_any_line_in_time_by_its_length() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.test_patterns"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.returncode} at {done.stdout.splitlines()[-1:]} {done.stderr[-500:]}"


def test_all_patterns_are_found() -> None:
    assert {"plain.py", "tag_lines.py", "tag_schemes.py", "formulas.py", "tokenizer.py", "published.py"} <= {
        one.where for one in everything()
    }


if __name__ == "__main__":
    main()
