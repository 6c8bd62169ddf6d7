"""What runs on a Dask worker: a parcel of work is opened, done as safely as on one machine, and its results go back as values.

Pictures are decoded in a process of their own beside the Dask worker (:class:`~catalog.images.pool.Pool`), with the same limits
of time and memory: a hostile one costs itself, not the worker. Bytes are read here when the worker sees the same file.
"""

from __future__ import annotations

import os
import pickle
import platform
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import CatalogError
from ..filesystems import is_address
from ..images.batches import Outcome, Work
from ..images.pool import Pool
from ..images.worker import Task, work
from ..version import __version__

#: What the C library keeps at hand (glibc reads it when a process starts). Dask makes its workers give memory back at once; they
#: ask for the same pages again at each picture, which takes half as long as the decoding itself.
ALLOCATOR = {"MALLOC_TRIM_THRESHOLD_": str(128 << 20), "MALLOC_MMAP_THRESHOLD_": str(32 << 20)}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A batch on its way. ``stamps`` are size and time (nanoseconds) of the files named, ``sidecars`` the content of XMP files
    that travel with their pictures."""

    jobs: tuple[Work, ...]
    stamps: dict[str, tuple[int, int]]
    sidecars: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Unseen:
    """The answer for a picture whose file this worker does not see as the sender does: its bytes must be sent."""

    path: str


class OtherVersion(CatalogError):
    """A worker runs another Cutline than the one that sends it work."""

    exit_code = 3
    code = "cluster"

    def __init__(self, where: str, theirs: str, ours: str) -> None:
        super().__init__(where, theirs, ours)  # as it was called, so that it can be pickled

    def __str__(self) -> str:
        where, theirs, ours = self.args
        return f"The worker {where} runs {theirs}, this is {ours}. Install the same on both, then run again."


def versions() -> str:
    """Return what both sides must have in common, for people."""
    return f"Cutline {__version__} on Python {'.'.join(platform.python_version_tuple()[:2])}"


def perform(sender: str, parcel: bytes) -> bytes:
    """Return the pickled list of outcomes (or Unseen) of a pickled :class:`Parcel`. Raises OtherVersion."""
    if sender != versions():
        raise OtherVersion(f"{platform.node()} (process {os.getpid()})", versions(), sender)
    opened: Parcel = pickle.loads(parcel)
    with tempfile.TemporaryDirectory(prefix="cutline-") as folder:
        jobs = [_with_sidecars(job, opened.sidecars, Path(folder) / str(n)) for n, job in enumerate(opened.jobs)]
        return pickle.dumps(_done(jobs, opened.stamps), pickle.HIGHEST_PROTOCOL)


def _done(jobs: Sequence[Work], stamps: dict[str, tuple[int, int]]) -> list[Outcome | Unseen]:
    tasks = [job for job in jobs if isinstance(job, Task) and _sees(job, stamps)]
    decoded = iter(_pool().map(tasks))
    seen = set(map(id, tasks))
    return [
        next(decoded) if id(job) in seen else Unseen(job.path) if isinstance(job, Task) else work(job) for job in jobs
    ]


def _sees(task: Task, stamps: dict[str, tuple[int, int]]) -> bool:
    """Whether the file of a task lies here as it does where it was sent from; bytes and addresses are seen everywhere."""
    if task.file is None or is_address(task.file):
        return True
    try:
        status = os.lstat(task.file)
    except (OSError, ValueError):
        return False
    return (status.st_size, status.st_mtime_ns) == stamps.get(task.file)


def _with_sidecars(job: Work, sidecars: dict[str, bytes], folder: Path) -> Work:
    """The task with its XMP files where this worker can read them, under the names they had."""
    if not isinstance(job, Task) or not any(path in sidecars for path in job.sidecars):
        return job
    folder.mkdir()
    here = []
    for path in job.sidecars:
        if path in sidecars:
            (folder / Path(path).name).write_bytes(sidecars[path])
            here.append(str(folder / Path(path).name))
    return replace(job, sidecars=tuple(here))


_lock = threading.Lock()
_pools: list[Pool] = []


def _pool() -> Pool:
    """The process beside this worker that decodes; one more for each thread of the worker that is at it."""
    with _lock:
        if not _pools:
            os.environ.update(ALLOCATOR)  # which the process inherits
            _pools.append(Pool(workers=1))
        return _pools[0]
