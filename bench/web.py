"""How fast the web answers: pages and API, thumbnails against static files, many clients reading and deciding at once.

    python bench/web.py CATALOGUE [--seconds 3] [--clients 32] [--requests 200]
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
import random
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import archive

FILTERS = ("", "is:linked", "-is:reviewed date:2012..2016", "is:conflict", "width:>=1600 sort:date")
#: A file that the server gives as it is, about as large as a thumbnail.
STATIC = "/static/viewer.js"
#: Requests of the mixed load: searches, pages, thumbnails; the rest are decisions.
SEARCHES, PAGES, THUMBS = 0.5, 0.15, 0.15


def _serve(folder: str, pipe: Connection) -> None:
    from catalog.library import open_library
    from web import serve

    with open_library(folder) as library:
        serve(library, port=0, ready=pipe.send)


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


def compare_thumbs(address: str, thumbs: list[str], seconds: float) -> None:
    """Print how many thumbnails and how many times a static file of about that size come in a second, measured in turns."""
    client = Client(address)
    sizes = [len(client.ask(path)[1]) for path in (thumbs[0], STATIC)]
    rates: dict[str, list[float]] = {"static": [], "thumbs": []}
    for _ in range(3):
        rates["static"].append(rate(address, [STATIC], seconds / 2))
        rates["thumbs"].append(rate(address, thumbs, seconds / 2))
    static, quick = statistics.median(rates["static"]), statistics.median(rates["thumbs"])
    print(
        f"thumbnails {quick:,.0f} per second ({sizes[0]:,} bytes), static file {static:,.0f} ({sizes[1]:,} bytes): "
        f"{quick / static:.2f}"
    )


def row(name: str, taken: list[float]) -> None:
    """Print one line of the table."""
    ordered = sorted(taken)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(
        f"{name:<34}{statistics.median(ordered):>10.1f}{p95:>10.1f}{1000 / statistics.fmean(ordered):>12.0f}",
        flush=True,
    )


def load(address: str, ids: list[str], asked: list[str], clients: int, requests: int) -> None:
    """Mixed reading and deciding; every answered note is read back, and every decision on a finding is in the log."""
    taken: list[float] = []
    errors = Counter[str]()
    written: dict[str, str] = {}
    decided: list[str] = []
    lock = threading.Lock()
    found = json.loads(Client(address).ask("/api/v1/findings?limit=500")[1])["items"]

    def work(number: int) -> None:
        draw, client = random.Random(number), Client(address)
        own = ids[number::clients] or ids[:1]
        waiting = [f for f in found[number::clients] if f["kind"] in ("conflict", "duplicate")]
        for k in range(requests):
            kind, ident = draw.random(), draw.choice(own)
            begun = time.perf_counter()
            if kind < SEARCHES:
                status, _ = client.ask(f"/api/v1/images?q={quote(draw.choice(asked))}")
            elif kind < SEARCHES + PAGES:
                page = f"/search?q={quote(draw.choice(asked))}"
                status, _ = client.ask(draw.choice((f"/images/{ident}", "/review", page)))
            elif kind < SEARCHES + PAGES + THUMBS:
                status, _ = client.ask(f"/api/v1/images/{ident}/thumb?size=320")
            elif kind < 0.9 or not waiting:
                status, _ = client.ask(f"/api/v1/images/{ident}", "PATCH", {"note": f"{number}-{k}"})
                with lock:
                    written[ident] = f"{number}-{k}"
            else:
                one = waiting.pop()
                body = {"action": one["actions"][0], "note": f"{number}-{k}"}
                status, answer = client.ask(f"/api/v1/findings/{one['id']}/decision", "POST", body)
                if status == 200:
                    with lock:
                        decided.append(json.loads(answer)["id"])
            taken.append(1000 * (time.perf_counter() - begun))
            if status >= 400:
                errors[str(status)] += 1

    threads = [threading.Thread(target=work, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row(f"{clients} clients x {requests}, mixed", taken)
    reader = Client(address)
    lost = [i for i, note in written.items() if json.loads(reader.ask(f"/api/v1/images/{i}")[1])["note"] != note]
    lost = lost if len(ids) >= clients else []  # with fewer pictures than clients the last writer wins
    held: set[str] = set()
    cursor = ""
    while cursor is not None and len(held) < len(taken):
        page = json.loads(reader.ask(f"/api/v1/log?limit=500&cursor={cursor}")[1])
        held |= {d["id"] for d in page["items"]}
        cursor = page["next"]
    lost += sorted(set(decided) - held)
    print(
        f"{'':<34}errors {dict(errors)}, lost decisions {len(lost)} of {len(written)} notes and {len(decided)} findings"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalogue", type=Path, nargs="?")
    parser.add_argument("--pictures", type=int, default=2000, help="without a catalogue: how many pictures to make")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--requests", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "catalogue"
        if options.catalogue:
            shutil.copytree(options.catalogue, folder)
        else:
            archive.make(folder, options.pictures)
        ours, theirs = multiprocessing.Pipe()
        server = multiprocessing.get_context("spawn").Process(target=_serve, args=(str(folder), theirs), daemon=True)
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
            load(address, ids, asked, options.clients, options.requests)
        finally:
            server.terminate()
            server.join()


if __name__ == "__main__":
    main()
