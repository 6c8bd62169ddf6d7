"""The codec from several threads at once."""

from __future__ import annotations

import subprocess
import sys

MANY_FIRST_USES = """
import sys, threading
from dataclasses import make_dataclass
from catalog.codec import from_dict

sys.setswitchinterval(1e-6)

def made(name, types):
    kind = make_dataclass(name, [(f"f{i}", each, None) for i, each in enumerate(types)])
    kind.__module__ = "__main__"
    return kind

def use(kind, start):
    start.wait()
    from_dict({}, kind)

for n in range(60):
    inner = made(f"Inner{n}", ["tuple[str, ...] | None"] * 30)
    kind = made(f"Kind{n}", [inner, inner, "int | None"] * 10)
    start = threading.Barrier(8)
    threads = [threading.Thread(target=use, args=(kind, start)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def test_the_first_uses_of_a_type_may_come_at_once() -> None:
    """A server whose first requests come together lives: types that several threads meet for the first time are read once."""
    done = subprocess.run(
        [sys.executable, "-c", MANY_FIRST_USES], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, (done.returncode, done.stderr[-500:])
