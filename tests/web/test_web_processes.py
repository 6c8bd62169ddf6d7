"""Several processes behind one port: what one writes the others tell, and none outlives the first."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from catalog.library import Library


@pytest.fixture
def served(library: Library) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command, serving the example stories by three processes, and the host and port that it told."""
    folder = library.url
    library.close()
    command = [sys.executable, "-m", "catalog.cli", "--catalog", folder, "serve", "--port", "0", "--processes", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        said = running.stdout.readline()
        yield running, urlsplit(next(w for w in said.split() if w.startswith("http"))).netloc
        running.kill()


def _ask(host: str, path: str, method: str = "GET", body: object = None) -> dict[str, object]:
    """One request on a connection of its own, so that any of the processes may answer."""
    connection = http.client.HTTPConnection(host, timeout=30)
    headers = {"Origin": f"http://{host}", "Content-Type": "application/json"}
    connection.request(method, f"/api/v1/{path}", json.dumps(body) if body else None, headers)
    answer: dict[str, object] = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def _helpers(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().rpartition(")")
        except OSError:
            continue
        if int(rest.split()[1]) == pid:
            found.append(int(name.split()[0]))
    return found


def test_what_one_process_writes_all_tell_at_once(served: tuple[subprocess.Popen[str], str]) -> None:
    """After an answered edit every connection finds it, whichever process it comes to: by id and by searching."""
    _, host = served
    items = _ask(host, "images?limit=3")["items"]
    assert isinstance(items, list)
    for n in range(12):
        ident = items[n % 3]["id"]
        _ask(host, f"images/{ident}", "PATCH", {"note": f"edition{n}"})
        for _ in range(4):
            assert _ask(host, f"images/{ident}")["note"] == f"edition{n}"
            assert _ask(host, f"images?q=edition{n}")["total"] == 1


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are counted under /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_first(served: tuple[subprocess.Popen[str], str], how: signal.Signals) -> None:
    """Ended by Ctrl-C or killed, the first process takes the others along, and the port is free."""
    running, host = served
    _ask(host, "health")
    others = _helpers(running.pid)
    assert len(others) >= 2
    running.send_signal(how)
    running.wait(30)
    until = time.monotonic() + 30
    while any(Path(f"/proc/{p}").exists() for p in others) and time.monotonic() < until:
        time.sleep(0.1)
    assert not [p for p in others if Path(f"/proc/{p}").exists()]
    with pytest.raises(OSError):
        _ask(host, "health")
