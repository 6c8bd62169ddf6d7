"""Where worker processes come from: one small process that has everything loaded and forks a worker when asked.

It runs as ``python -m catalog.images.nursery`` with a socket as its standard input, so that workers never run the caller's
``__main__``, never inherit its threads, locks or open files, and start in a few milliseconds. A worker limits its own memory and is
stopped by its own alarm when a picture takes too long, also within a codec that never returns to Python. What counts is the
processor's time, which a busy machine does not stretch: the same picture is taken or refused on any day.

:class:`Nursery` is the caller's side.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import json
import os
import pickle
import resource
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import BinaryIO

from ..errors import CatalogError

#: A request: what to do (fork, wait), a process id, seconds for a picture, bytes of memory.
_REQUEST = struct.Struct("<cqdq")
_ANSWER = struct.Struct("<q")
#: How much longer than computing a picture may take in all, with what it waits for: a slow disk, a busy machine.
WAITING = 10
#: How many ended workers the nursery remembers.
_REMEMBERED = 256
#: Libraries that would start threads of their own in every worker.
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
#: What a picture took is kept for the next one, where glibc would give it back to the system and fetch it again page by page.
#: Blocks of 32 MB and more are given back at once.
_KEPT_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(96 << 20)}


class NurseryError(CatalogError):
    """The process that makes workers could not be started or has ended."""

    code = "workers"
    exit_code = 3
    http_status = 503

    def __init__(self) -> None:
        super().__init__(
            "The processes that decode pictures cannot be started. Run `cutline doctor`, or use `--workers 0`."
        )


class Link:
    """A worker as its user sees it: ``connection`` carries pickled tasks to it and pickled results back."""

    def __init__(self, pid: int, connection: Connection[bytes, bytes]) -> None:
        self.pid = pid
        self.connection = connection

    def end(self) -> None:
        """Let an idle worker go: it ends when its connection does."""
        self.connection.close()

    def kill(self) -> None:
        """End a worker at once, whatever it is doing."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.connection.close()


class Nursery:
    """Starts the nursery process when first needed, and again should it die. Safe to use from several threads."""

    def __init__(self, timeout_s: float, memory_bytes: int) -> None:
        self._timeout_s, self._memory_bytes = timeout_s, memory_bytes
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process if it is not running; it loads while the caller goes on."""
        with self._lock:
            self._running()

    def fork(self) -> Link:
        """Return a new worker. Raises NurseryError when that is impossible."""
        with self._lock:
            for _ in range(2):
                ours, theirs = socket.socketpair()
                try:
                    pid = self._ask(b"F", 0, theirs.fileno())
                except (OSError, EOFError):
                    ours.close()
                    self._close()
                    continue
                finally:
                    theirs.close()
                if pid > 0:
                    return Link(pid, Connection(ours.detach()))
                ours.close()
                break
        raise NurseryError

    def status(self, pid: int) -> int:
        """Return how the worker ``pid``, which has ended, ended: 0 or more its exit code, negative the signal that killed it."""
        with self._lock:
            try:
                return self._ask(b"W", pid)
            except (OSError, EOFError):
                self._close()
                return -signal.SIGKILL

    def _ask(self, what: bytes, pid: int, handle: int | None = None) -> int:
        control = self._running()
        request = _REQUEST.pack(what, pid, self._timeout_s, self._memory_bytes)
        socket.send_fds(control, [request], [handle] if handle is not None else [])
        answer = control.recv(_ANSWER.size, socket.MSG_WAITALL)
        if len(answer) != _ANSWER.size:
            raise EOFError
        return int(_ANSWER.unpack(answer)[0])

    def _running(self) -> socket.socket:
        if self._control is None:
            ours, theirs = socket.socketpair()
            start = f"import sys, json; sys.path[:] = json.loads(sys.argv[1]); from {__name__} import main; main()"
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", start, json.dumps([entry or str(Path.cwd()) for entry in sys.path])],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,
                    env=_KEPT_MEMORY | os.environ | dict.fromkeys(_ONE_THREAD, "1"),
                )
            self._control = ours
        return self._control

    def close(self) -> None:
        """End the process; workers that are still linked end with their links."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._control = self._process = None


# ---------------------------------------------------------------- the nursery's own side


def main() -> None:
    """Load what workers need, then fork and bury them as asked, until the caller closes the socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=os.dup(0))
    _warm_up()
    # Whatever codecs complain about on standard error is no message for users.
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 2)
    dead: dict[int, int] = {}
    with tempfile.TemporaryFile() as gate:
        while True:
            message, handles, _, _ = socket.recv_fds(control, _REQUEST.size, 1)
            if len(message) < _REQUEST.size:
                return
            what, pid, timeout_s, memory_bytes = _REQUEST.unpack(message)
            if what == b"W":
                answer = _wait(pid, dead)
            else:
                _bury(dead)
                answer = _fork(handles[0], control, gate, timeout_s, memory_bytes)
            control.sendall(_ANSWER.pack(answer))


def _warm_up() -> None:
    """Prepare one picture, so that all that is loaded when first needed is loaded here, once for all workers.

    It has the structure of a photograph: what only drawings need (ImageHash's own transform, from SciPy) takes as long to load
    as all the rest.
    """
    from PIL import Image

    from . import worker

    out = io.BytesIO()
    pixels = hashlib.shake_128(b"a picture").digest(3 * 24 * 16)
    Image.frombytes("RGB", (24, 16), pixels).resize((480, 320), Image.Resampling.BICUBIC).save(out, "JPEG")
    worker.prepare(worker.Task("", data=out.getvalue()))


def _wait(pid: int, dead: dict[int, int]) -> int:
    if pid in dead:
        return dead.pop(pid)
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:
        return -signal.SIGKILL


def _fork(handle: int, control: socket.socket, gate: BinaryIO, timeout_s: float, memory_bytes: int) -> int:
    try:
        pid = os.fork()
    except OSError:
        pid = -1
    if pid:
        os.close(handle)
        return pid
    control.close()
    try:
        _serve(Connection(handle), gate, timeout_s, memory_bytes)
    finally:
        os._exit(0)


def _bury(dead: dict[int, int]) -> None:
    """Collect workers that ended, and remember how until that is asked; nobody asks about those that were let go."""
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            dead[found[0]] = os.waitstatus_to_exitcode(found[1])
    while len(dead) > _REMEMBERED:
        del dead[next(iter(dead))]


# ---------------------------------------------------------------- the worker


def _serve(connection: Connection[bytes, bytes], gate: BinaryIO, timeout_s: float, memory_bytes: int) -> None:
    from . import worker

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit_memory(memory_bytes)

    @contextlib.contextmanager
    def turn() -> Iterator[None]:
        """One large picture at a time among all workers; waiting does not count as decoding. The lock dies with its holder."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        fcntl.lockf(gate, fcntl.LOCK_EX)
        signal.setitimer(signal.ITIMER_REAL, WAITING * timeout_s)
        try:
            yield
        finally:
            fcntl.lockf(gate, fcntl.LOCK_UN)

    with contextlib.suppress(EOFError, OSError):
        while True:
            message = connection.recv_bytes()
            signal.setitimer(signal.ITIMER_REAL, WAITING * timeout_s)
            signal.setitimer(signal.ITIMER_PROF, timeout_s)
            job: worker.Task | worker.Call = pickle.loads(message)
            result = worker.work(job, turn)
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.setitimer(signal.ITIMER_PROF, 0)
            connection.send_bytes(pickle.dumps(result, pickle.HIGHEST_PROTOCOL))


def _limit_memory(memory_bytes: int) -> None:
    """Allow ``memory_bytes`` of address space on top of what the loaded libraries take, where the system can limit it."""
    try:
        taken = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (taken + memory_bytes, taken + memory_bytes))
