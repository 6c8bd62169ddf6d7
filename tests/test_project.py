"""The project keeps its own promises: types, style, structure, documents."""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: Every module of the catalogue and of the web by its name.
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for room in ("catalog", "web")
    for path in (ROOT / room).rglob("*.py")
}
#: What reads and what judges, and the words that they have in common.
PURE = {
    "errors", "model", "addresses", "paths", "later", "filesystems", "sources", "captions", "images", "fingerprinting",
    "linking", "duplicates", "conflicts",
}  # fmt: skip


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run one of the project's tools from its root."""
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.timeout(600)
def test_types_are_strict_everywhere() -> None:
    """mypy in strict mode finds nothing in the packages, tests, fixtures and benchmarks."""
    done = run("mypy")
    assert done.returncode == 0, done.stdout[-4000:]


def test_style_is_kept_everywhere() -> None:
    """ruff finds nothing, and every file is formatted."""
    for command in (("ruff", "check", "."), ("ruff", "format", "--check", ".")):
        done = run(*command)
        assert done.returncode == 0, done.stdout[-4000:]


def named_modules(path: Path, modules: dict[str, Path]) -> set[str]:
    """The modules among ``modules`` that a file imports, wherever in it: for types, and at first use, too."""
    package = path.relative_to(ROOT).parent.parts
    named = set[str]()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])
            base = base if node.level else node.module or ""
            # Of a package either a module of it is meant, or what its own file defines.
            named |= {m if (m := f"{base}.{alias.name}") in modules else base for alias in node.names}
        elif isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
    return named & set(modules)


def test_reading_and_judging_know_no_store() -> None:
    """What reads and what judges is pure, and the web knows only the door."""
    for room in PURE - {"errors", "model", "addresses", "paths", "later", "filesystems"}:
        for file in (ROOT / "catalog" / room).rglob("*.py"):
            named = {name.split(".")[1] for name in named_modules(file, MODULES) if name.startswith("catalog.")}
            later = re.findall(r'"\.(\w+)', "".join(re.findall(r"\blater\(([^)]*)\)", file.read_text())))
            assert named | set(later) <= PURE, f"{file} imports {sorted((named | set(later)) - PURE)}"
    for file in (ROOT / "web").rglob("*.py"):
        for name in re.findall(r"^\s*(?:from|import) catalog(?:\.(\w+))?", file.read_text(), re.M):
            assert name in {"library", "model", "errors", "views", ""}, f"{file} imports catalog.{name}"


#: Where a server keeps a catalogue, and what computes on other machines; and the modules beside these that know of them: those that
#: open a catalogue or a cluster, and what tells whether one can be.
SHARED = {
    "catalog.stores.postgres": {"catalog.stores", "catalog.engines", "catalog.upkeep.doctoring"},
    "catalog.search.postgres": {"catalog.engines"},
    "catalog.cluster": {"catalog.library", "catalog.cli.importing"},
}
#: The packages with which they do it.
SERVED = re.compile(r"^\s*(?:from|import) (psycopg|psycopg_pool|distributed|dask)\b", re.M)


def test_only_what_opens_a_catalogue_knows_where_it_is_kept() -> None:
    """Above the stores and the executor nothing knows the difference between a folder and a server, or one machine and many."""
    inside = tuple(f"{room}." for room in SHARED)
    outside = {name: path for name, path in MODULES.items() if not f"{name}.".startswith(inside)}
    for room, opening in SHARED.items():
        knowing = {
            name
            for name, path in outside.items()
            if any(f"{named}.".startswith(f"{room}.") for named in named_modules(path, MODULES))
        }
        assert knowing == opening
    assert not [name for name, path in outside.items() if SERVED.search(path.read_text("utf-8"))]
    assert sum(bool(SERVED.search(path.read_text("utf-8"))) for path in MODULES.values()) > 10


def test_no_modules_import_each_other() -> None:
    """The modules of the catalogue and of the web can be put in one order in which each imports only earlier ones."""
    order = graphlib.TopologicalSorter({name: named_modules(path, MODULES) for name, path in MODULES.items()})
    assert list(order.static_order()) and len(MODULES) > 200


def test_no_rooms_import_each_other() -> None:
    """The rooms of the catalogue, folders and modules beside them, can be put in such an order too."""
    rooms: dict[str, set[str]] = {}
    for name, path in MODULES.items():
        if name.startswith("catalog."):
            room = name.split(".")[1]
            named = {n.split(".")[1] for n in named_modules(path, MODULES) if n.startswith("catalog.")}
            rooms.setdefault(room, set()).update(named - {room})
    assert list(graphlib.TopologicalSorter(rooms).static_order()) and len(rooms) > 20


def test_readme_has_exactly_two_set_up_commands() -> None:
    """Start and Test each show one line in one sh block, and there are no other sh blocks."""
    text = (ROOT / "README.md").read_text()
    blocks = re.findall(r"^## (\w+)\n+```sh\n(.*?)```", text, re.M | re.S)
    assert [name for name, _ in blocks] == ["Start", "Test"]
    assert all(body.count("\n") == 1 for _, body in blocks)
    assert text.count("```sh") == 2


def test_version_is_said_once() -> None:
    """The package and the distribution agree on the version."""
    from catalog import __version__

    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == __version__
