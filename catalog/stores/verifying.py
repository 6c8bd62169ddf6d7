"""Verifying a catalogue's folder without opening it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

from ..errors import Absent, CatalogueUnusable, Damaged
from ..model import Damage
from . import compaction
from .damage import check, mend
from .lock import WriterLock
from .presence import present

#: Seconds a writer waits for another.
TIMEOUT = 15.0


def verify_folder(folder: Path, *, repair: bool = False) -> Iterator[Damage]:
    """Yield every damage of a catalogue's files without opening it first; with ``repair``, restore what can be restored.

    Raises CatalogueUnusable when there is no catalogue, when it may not be written (with ``repair``), or nothing could be restored.
    """
    if not present(folder):
        raise Absent(str(folder))
    lock = WriterLock(folder, TIMEOUT)
    held = False
    try:
        with suppress(CatalogueUnusable) if not repair else nullcontext():
            lock.acquire()  # so that nothing is seen half-written; where that is impossible, the files are read as they are
            held = True
        if held:
            with suppress(Damaged):
                compaction.finish(
                    folder
                )  # as opening does: a compaction that was killed between its renames is no damage
        found = list((mend if repair else check)(folder, lock.acknowledged()))
    finally:
        if held:
            lock.release()
        lock.close()
    yield from found
