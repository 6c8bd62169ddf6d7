"""A Dask scheduler and its workers as processes, which a test may kill."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Dask:
    """A scheduler on a port of its own; workers join it, each with a nanny that starts it again when it dies, if that is wanted."""

    def __init__(self, folder: Path) -> None:
        self.port, self._folder = free_port(), folder
        self.address = f"tcp://127.0.0.1:{self.port}"
        self._scheduler: subprocess.Popen[bytes] | None = None
        self._workers: list[subprocess.Popen[bytes]] = []

    def _run(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
            "DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD": "forkserver",  # a lost worker is soon replaced
            "DASK_TEMPORARY_DIRECTORY": str(self._folder),
        }
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"]
        return subprocess.Popen(
            command, cwd=self._folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def start(self, workers: int, *, nanny: bool = True) -> None:
        """Start the scheduler, and some workers at the same time; return when it listens."""
        self._scheduler = self._run("dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port))
        once = ["--nthreads", "1", *(["--nworkers", "1"] if nanny else ["--no-nanny"])]
        self._workers += [self._run("dask_worker", self.address, *once) for _ in range(workers)]
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)

    def kill_scheduler(self) -> None:
        """End the scheduler without a word."""
        assert self._scheduler is not None
        self._scheduler.kill()
        self._scheduler.wait()

    def stop(self) -> None:
        """End everything."""
        for process in (*self._workers, self._scheduler):
            if process is not None:
                process.terminate()
        for process in (*self._workers, self._scheduler):
            if process is not None:
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
        self._workers.clear()
