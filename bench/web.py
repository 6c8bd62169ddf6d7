"""How fast the web answers: pages and API, thumbnails against static files, many clients reading and deciding at once.

    python bench/web.py CATALOGUE [--seconds 3] [--clients 32] [--requests 200] [--readers N]
    python bench/web.py --pictures 100000          (makes such a catalogue first, see bench/archive.py; minutes)

The server runs in a process of its own on a copy of the catalogue; clients are threads of this one with connections kept
open. Printed: median and 95th percentile in milliseconds, requests per second. Search pages ask for words of captions, as
frequent there as here, alone and with filters, each query once.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import random
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import archive
from catalog.cli.serving import usual_readers

FILTERS = ("", "is:linked", "-is:reviewed date:2012..2016", "is:conflict", "width:>=1600 sort:date")
#: A file that the server gives as it is, about as large as a thumbnail.
STATIC = "/static/viewer.js"
#: Requests of the mixed load, and how often each comes in a hundred.
KINDS = {
    "API search": 50, "search page": 5, "picture page": 5, "review page": 5, "thumbnail": 15, "note": 10, "decision": 10,
}  # fmt: skip


def _serve(folder: str, pipe: Connection, readers: int) -> None:
    from catalog.library import open_library
    from web import serve

    with open_library(folder) as library:
        serve(library, port=0, ready=pipe.send, readers=readers)


class Client:
    """One connection that is kept open, as a browser's."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=30)

    def ask(self, path: str, method: str = "GET", body: object = None) -> tuple[int, bytes]:
        """Send one request; return the status and the body."""
        headers = {"Origin": f"http://{self.host}", "Content-Type": "application/json"} if method != "GET" else {}
        self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = self.connection.getresponse()
        return response.status, response.read()


def queries(items: list[dict[str, Any]], count: int) -> list[str]:
    """Return ``count`` different queries made of words that stand in the pictures' captions."""
    draw, made = random.Random(1), dict[str, None]()
    words = [w for item in items for caption in item["captions"] for w in re.findall(r"\w{3,}", caption)]
    for _ in range(20 * count):
        text = " ".join([*draw.choices(words, k=draw.choice((1, 1, 1, 2))), draw.choice(FILTERS)])
        made.setdefault(text.strip())
    return list(made)[:count]


def timed(client: Client, paths: list[str], seconds: float) -> list[float]:
    """Return the milliseconds of each request to the ``paths``, one after the other, within ``seconds``."""
    client.ask(paths[0])
    taken: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        path = paths[len(taken) % len(paths)]
        begun = time.perf_counter()
        status, _ = client.ask(path)
        taken.append(1000 * (time.perf_counter() - begun))
        if status != 200:
            raise SystemExit(f"{path} answered {status}")
    return taken


def rate(address: str, paths: list[str], seconds: float, clients: int = 4) -> float:
    """Return how many requests per second the server answers to some connections at once."""
    done = Counter[int]()
    end = time.perf_counter() + seconds

    def work(number: int) -> None:
        client = Client(address)
        k = number
        while time.perf_counter() < end:
            client.ask(paths[k % len(paths)])
            k += 1
            done[number] += 1

    threads = [threading.Thread(target=work, args=(n,)) for n in range(clients)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done.total() / (time.perf_counter() - begun)


def compare_thumbs(address: str, thumbs: list[str], seconds: float, turns: int = 9) -> None:
    """Print how many thumbnails and how many times a static file of about that size come in a second.

    Measured in short turns, and the two of a turn against each other: what else the machine does changes within seconds.
    """
    client = Client(address)
    sizes = [len(client.ask(path)[1]) for path in (thumbs[0], STATIC)]
    rates = [[rate(address, paths, seconds / 6) for paths in ([STATIC], thumbs)] for _ in range(turns)]
    static, quick = (statistics.median(r) for r in zip(*rates, strict=True))
    ratios = sorted(thumb / file for file, thumb in rates)
    print(
        f"thumbnails {quick:,.0f} per second ({sizes[0]:,} bytes), static file {static:,.0f} ({sizes[1]:,} bytes): "
        f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f} in {turns} turns)"
    )


def row(name: str, taken: list[float], rate: float = 0.0) -> None:
    """Print one line of the table; without a ``rate`` they came one after the other."""
    ordered = sorted(taken)
    p95 = ordered[int(len(ordered) * 0.95)]
    rate = rate or 1000 / statistics.fmean(ordered)
    print(f"{name:<34}{statistics.median(ordered):>10.1f}{p95:>10.1f}{rate:>12.0f}", flush=True)


class Crowd:
    """Clients that read and decide at once, each on a connection of its own, as many people at their desks would."""

    def __init__(self, address: str, ids: list[str], asked: list[str], clients: int, requests: int) -> None:
        self.address, self.ids, self.asked, self.clients, self.requests = address, ids, asked, clients, requests
        self.taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
        self.errors = Counter[str]()
        self.late = 0
        self.notes: dict[str, str] = {}
        self.decided: list[str] = []
        found = json.loads(Client(address).ask("/api/v1/findings?limit=500")[1])["items"]
        self.found = [f for f in found if f["kind"] in ("conflict", "duplicate")]
        self._lock = threading.Lock()

    def run(self) -> None:
        """Send all requests and wait for their answers."""
        threads = [threading.Thread(target=self._work, args=(n,)) for n in range(self.clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, number: int) -> None:
        draw, client = random.Random(number), Client(self.address)
        own = self.ids[number :: self.clients] or self.ids[:1]
        waiting = self.found[number :: self.clients]
        for k in range(self.requests):
            kind = draw.choices(list(KINDS), list(KINDS.values()))[0]
            if kind == "decision" and not waiting:
                kind = "note"
            if kind in ("note", "decision"):
                ask = partial(
                    self._write, client, f"{number}-{k}", draw.choice(own), waiting if kind == "decision" else []
                )
            else:
                ask = partial(self._read, client, kind, draw.choice(own), quote(draw.choice(self.asked)))
            begun = time.perf_counter()
            status = ask()
            self.taken[kind].append(1000 * (time.perf_counter() - begun))
            if status == 409:
                self.late += 1
            elif status >= 400:
                self.errors[f"{status} {kind}"] += 1

    def _read(self, client: Client, kind: str, ident: str, query: str) -> int:
        path = {
            "API search": f"/api/v1/images?q={query}", "search page": f"/search?q={query}", "picture page": f"/images/{ident}",
            "review page": "/review", "thumbnail": f"/api/v1/images/{ident}/thumb?size=320",
        }[kind]  # fmt: skip
        return client.ask(path)[0]

    def _write(self, client: Client, note: str, ident: str, waiting: list[dict[str, Any]]) -> int:
        if not waiting:
            status, _ = client.ask(f"/api/v1/images/{ident}", "PATCH", {"note": note})
            with self._lock:
                self.notes[ident] = note
            return status
        one = waiting.pop()
        body = {"action": one["actions"][0], "seen": one["seen"], "note": note}
        status, answer = client.ask(f"/api/v1/findings/{one['id']}/decision", "POST", body)
        if status == 200:
            with self._lock:
                self.decided.append(json.loads(answer)["id"])
        return status

    def lost(self) -> list[str]:
        """Return the notes and decisions that were answered and are not there."""
        reader = Client(self.address)
        held = {d["id"] for d in _all(reader, "/api/v1/log")}
        missing = sorted(set(self.decided) - held)
        if len(self.ids) < self.clients:  # with fewer pictures than clients the last writer wins
            return missing
        return missing + [
            i for i, note in self.notes.items() if json.loads(reader.ask(f"/api/v1/images/{i}")[1])["note"] != note
        ]


def _all(reader: Client, path: str) -> Iterator[dict[str, Any]]:
    cursor = ""
    while cursor is not None:
        page = json.loads(reader.ask(f"{path}?limit=500&cursor={cursor}")[1])
        yield from page["items"]
        cursor = page["next"]


def _used(pids: list[int]) -> float:
    """Return the seconds of processor time that processes have used so far."""
    ticks = 0
    for pid in pids:
        ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def load(address: str, ids: list[str], asked: list[str], clients: int, requests: int, server: int) -> None:
    """Mixed reading and deciding; every answered note is read back, and every decision on a finding is in the log."""
    crowd = Crowd(address, ids, asked, clients, requests)
    before = {pid: _used([pid]) for pid in (server, *_children(server))}
    begun, own = time.perf_counter(), time.process_time()
    crowd.run()
    seconds, own = time.perf_counter() - begun, time.process_time() - own
    used = sum(_used([pid]) - before.get(pid, 0.0) for pid in (server, *_children(server)))
    every = [t for taken in crowd.taken.values() for t in taken]
    row(f"{clients} clients x {requests}, mixed", every, len(every) / seconds)
    for kind, taken in crowd.taken.items():
        if taken:
            row(f"  {kind} ({len(taken):,})", taken, len(taken) / seconds)
    share = f"{1000 * used / len(every):.1f} ms of the server and {1000 * own / len(every):.1f} ms of the clients"
    print(f"{'':<34}processor time of a request: {share}")
    print(
        f"{'':<34}errors {dict(crowd.errors)}, too late {crowd.late}, lost {len(crowd.lost())} of {len(crowd.notes)} notes and "
        f"{len(crowd.decided)} decisions"
    )


def _children(pid: int) -> list[int]:
    return [int(n) for told in Path(f"/proc/{pid}/task").glob("*/children") for n in told.read_text().split()]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalogue", type=Path, nargs="?")
    parser.add_argument("--pictures", type=int, default=2000, help="without a catalogue: how many pictures to make")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument(
        "--readers",
        type=int,
        default=usual_readers(),
        help="processes beside the server's own (default: as `cutline serve`)",
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "catalogue"
        if options.catalogue:
            shutil.copytree(options.catalogue, folder)
        else:
            archive.make(folder, options.pictures)
        ours, theirs = multiprocessing.Pipe()
        server = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(str(folder), theirs, options.readers), daemon=True
        )
        server.start()
        try:
            address = ours.recv()
            client = Client(address)
            found = json.loads(client.ask("/api/v1/images?limit=200")[1])
            ids = [item["id"] for item in found["items"]]
            print(f"{found['total']:,} pictures\n{'':<34}{'median ms':>10}{'p95 ms':>10}{'per second':>12}")
            asked = queries(found["items"], 300)
            pages = [f"/search?q={quote(q)}" for q in asked]
            for name, paths in (
                ("search page, words and filters", pages), ("search page, all", ["/"]), ("list of results", ["/?view=list"]),
                ("API search", [f"/api/v1/images?q={quote(q)}" for q in asked]),
                ("picture page", [f"/images/{i}" for i in ids]), ("review page", ["/review"]), ("overview", ["/overview"]),
            ):  # fmt: skip
                row(name, timed(client, paths, options.seconds))
            thumbs = [f"/api/v1/images/{i}/thumb?size=320" for i in ids[:50]]
            for path in thumbs:
                client.ask(path)
            compare_thumbs(address, thumbs, options.seconds)
            load(address, ids, asked, options.clients, options.requests, server.pid or 0)
        finally:
            server.terminate()
            server.join()


if __name__ == "__main__":
    main()
