"""Commands that only look start at once: they read none of what infers, decodes and serves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

#: What reads captions, judges and decodes, with the libraries that it needs.
HEAVY = {
    "catalog.captions", "catalog.conflicts", "catalog.duplicates.index", "catalog.images.pool", "catalog.images.worker",
    "catalog.runs.importing", "catalog.linking", "catalog.runs.recomputing", "catalog.sources", "web",
    "PIL", "concurrent.futures.process", "cv2", "flask", "imagehash", "lxml", "scipy",
}  # fmt: skip
#: What answers searches.
SEARCHING = {"catalog.search", "catalog.screens.searching", "numpy", "sqlite3"}
#: What a catalogue is opened with.
OPENING = {"catalog.export", "catalog.library", "catalog.model", "catalog.stores.tiny", "msgspec", "rich", "tinydb"}


def loaded(*args: str) -> tuple[int, set[str]]:
    """Run one command in a process of its own; return how it ended, and the modules that it had read by then.

    It had started no threads.
    """
    code = (
        "import atexit, os, sys\n"
        "atexit.register(lambda: print('\\n' + ' '.join(sys.modules), file=sys.stderr))\n"
        "atexit.register(lambda: print('threads', len(os.listdir('/proc/self/task')), file=sys.stderr))\n"
        "from catalog.cli import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, check=False)
    assert "threads 1" in done.stderr
    return done.returncode, set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("args", "code"),
    [(("--help",), 0), (("--version",), 0), (("search", "--help"), 0), (("no-such-command",), 2), (("list",), 3)],
    ids=str,
)
def test_help_and_refusals_open_nothing(tmp_path: Path, args: tuple[str, ...], code: int) -> None:
    """Help, the version, and a command that is refused read nothing of catalogues; `list` finds none in an empty folder."""
    ended, modules = loaded("--catalog", str(tmp_path), *args)
    assert ended == code and "catalog.cli.commands" in modules
    assert not modules & (HEAVY | SEARCHING | OPENING)


@pytest.mark.parametrize("command", ["list", "show", "hide"])
def test_looking_at_pictures_reads_no_search(imported: Path, command: str) -> None:
    """What is told from the records alone needs neither the search index nor anything that infers."""
    ident = next(p.name for p in sorted((imported / "media").rglob("*")) if p.is_file())[:16]
    args = {"list": (), "show": (ident,), "hide": ("image:0123456789abcdef",)}[command]
    ended, modules = loaded("--catalog", str(imported), command, *args)
    assert ended == (2 if command == "hide" else 0) and "catalog.stores.tiny" in modules
    assert not modules & (HEAVY | SEARCHING)


@pytest.mark.parametrize("args", [("search", "flood"), ("findings",), ("log",)], ids=str)
def test_asking_reads_nothing_that_infers(imported: Path, args: tuple[str, ...]) -> None:
    """Searching, the queue and the log show what was inferred before, and read nothing that infers."""
    ended, modules = loaded("--catalog", str(imported), *args)
    assert ended == 0 and "catalog.search" in modules
    assert not modules & HEAVY
