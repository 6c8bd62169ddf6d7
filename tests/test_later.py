"""Modules that are read when something of them is first asked for."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from catalog.later import Later, later


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module that takes a moment to be read, and counts how often it is."""
    (tmp_path / "a_slow_module.py").write_text(
        textwrap.dedent(
            """
            import time, sys
            sys.read_slowly = getattr(sys, "read_slowly", 0) + 1
            time.sleep(0.2)
            value = 7
            """
        )
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "read_slowly", 0, raising=False)
    monkeypatch.delitem(sys.modules, "a_slow_module", raising=False)
    return "a_slow_module"


def test_a_module_is_read_when_something_of_it_is_asked_for(slow: str) -> None:
    """Naming it, and looking it through as tools do, reads nothing."""
    (module,) = later(slow)
    assert not hasattr(module, "__wrapped__") and slow not in sys.modules
    assert module.value == 7 and slow in sys.modules


def test_threads_that_ask_at_once_all_get_the_whole_module(slow: str) -> None:
    """Nobody sees a module half read."""
    (module,) = later(slow)
    ready = Barrier(8)

    def ask(_: int) -> int:
        ready.wait()
        return int(module.value)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(8))) == [7] * 8
    assert sys.read_slowly == 1  # type: ignore[attr-defined]


def test_what_a_module_lacks_is_said_as_of_any_module() -> None:
    """A misspelt name is an AttributeError that names both."""
    with pytest.raises(AttributeError, match=r"json.*no_such_thing"):
        _ = Later("json").no_such_thing


def test_a_server_reads_everything_at_its_start(imported: Path) -> None:
    """After warming up nothing is left for the first who asks: what judges captions is read as well."""
    code = (
        "import sys, catalog\n"
        "with catalog.open(sys.argv[1]) as library:\n"
        "    assert 'catalog.linking' not in sys.modules\n"
        "    library.warm_up()\n"
        "from catalog.later import _named\n"
        "print([one._name for one in _named if one._name not in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(imported)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
