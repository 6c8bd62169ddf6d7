"""Standard streams of every sort: other encodings, closed ones, readers that leave."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from catalog.library import open_library

_WORDS = "Tråwlérs 漁船 enter the harbour of Порт"


@pytest.fixture
def worded(catalogue: Path) -> Path:
    """A catalogue whose first picture has a caption in three scripts."""
    with open_library(catalogue) as library:
        library.edit(next(iter(library.records())).id, {"caption": _WORDS})
    return catalogue


def run(catalogue: Path, *args: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own."""
    command = [sys.executable, "-m", "catalog.cli", "--catalog", str(catalogue), *args]
    return subprocess.run(command, env={**os.environ, **env}, capture_output=True, check=False)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-16", "cp1252:strict"])
@pytest.mark.parametrize("command", ["list", "search", "findings", "duplicates"])
def test_no_encoding_stops_a_command(worded: Path, command: str, encoding: str) -> None:
    """What an encoding lacks is written as its number; JSON is UTF-8 in all of them."""
    plain = run(worded, command, PYTHONIOENCODING=encoding)
    assert (plain.returncode, b"not text" in plain.stderr) == (0, False)
    lines = run(worded, command, "--json", PYTHONIOENCODING=encoding)
    assert lines.returncode == 0
    told = [json.loads(line) for line in lines.stdout.decode("utf-8").splitlines()]
    if command in ("list", "search"):
        assert any(_WORDS in line["captions"] for line in told)


def test_a_locale_without_letters_shows_them_all_the_same(worded: Path) -> None:
    """LC_ALL=C was hardly chosen for its ASCII: text is shown as UTF-8."""
    for mode in ("0", "1"):
        done = run(worded, "list", LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8=mode)
        assert done.returncode == 0 and "漁船" in done.stdout.decode("utf-8")


@pytest.mark.parametrize("args", [("list",), ("list", "--json"), ("export",), ("findings",), ("--help",)], ids=" ".join)
def test_a_closed_stdout_is_no_error(catalogue: Path, args: tuple[str, ...]) -> None:
    """Who closes stdout wants nothing of it; no file takes its place."""
    code = "import os, sys; os.close(1); os.execv(sys.executable, [sys.executable, '-m', 'catalog.cli', *sys.argv[1:]])"
    command = [sys.executable, "-c", code, "--catalog", str(catalogue), *args]
    before = {p: p.read_bytes() for p in catalogue.glob("*.json*")}
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr if args[0] != "findings" else b"") == (0, b"", b"")
    assert {p: p.read_bytes() for p in catalogue.glob("*.json*")} == before
