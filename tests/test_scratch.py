"""Folders for what is not finished: what is in use stays, what a killed process left goes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from catalog.library import open_library
from catalog.scratch import Scratch, sweep

_KILLED = """
import os, signal, sys
from pathlib import Path
from catalog.scratch import Scratch
scratch = Scratch(Path(sys.argv[1]))
(scratch.folder / "half").write_bytes(b"half of it")
os.kill(os.getpid(), signal.SIGKILL)
"""


def _kill_one_in(under: Path) -> None:
    subprocess.run([sys.executable, "-c", _KILLED, str(under)], check=False, cwd=Path(__file__).resolve().parents[1])
    assert [p.name for p in under.rglob("half")] == ["half"]


def test_what_a_killed_process_left_goes_and_what_is_in_use_stays(tmp_path: Path) -> None:
    """By a lock that dies with its process; a folder that was renamed meanwhile keeps it."""
    under = tmp_path / "under"
    with Scratch(under) as mine:
        (mine.folder / "file").write_bytes(b"mine")
        mine.rename("by-content")
        _kill_one_in(under)
        with Scratch(under) as other:
            assert sorted(under.iterdir()) == sorted([mine.folder, other.folder])
        assert (under / "by-content" / "file").read_bytes() == b"mine"
    assert not under.exists()


def test_sweeping_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    """Nor is a file or a link among the folders, which are left alone."""
    sweep(tmp_path / "missing")
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path)
    sweep(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"file", "link"}


def test_uploads_that_a_killed_server_left_go(tmp_path: Path) -> None:
    """When the next server starts, and when the next upload comes."""
    with open_library(tmp_path / "catalogue") as library:
        for clean in (library.sweep, lambda: library.receiving().close()):
            _kill_one_in(library.folder / "uploads")
            clean()
            assert not list(library.folder.rglob("half"))
