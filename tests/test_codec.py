"""The codec from several threads at once."""

from __future__ import annotations

import subprocess
import sys

MANY_FIRST_USES = """
import sys, threading
from dataclasses import dataclass, make_dataclass
from catalog.codec import from_dict

sys.setswitchinterval(1e-6)

@dataclass
class Inner:
    word: str = ""

def use(kind, start):
    start.wait()
    from_dict({"f1": {"word": "x"}}, kind)

for n in range(150):
    kind = make_dataclass(f"Kind{n}", [(f"f{i}", Inner if i % 3 else "int | None", None) for i in range(30)])
    kind.__module__ = "__main__"
    start = threading.Barrier(8)
    threads = [threading.Thread(target=use, args=(kind, start)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def test_the_first_uses_of_a_type_may_come_at_once() -> None:
    """A server whose first requests come together lives: types that several threads meet for the first time are read once."""
    done = subprocess.run([sys.executable, "-c", MANY_FIRST_USES], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, (done.returncode, done.stderr[-500:])
