"""How fast the web answers: pages and API, thumbnails against static files, many clients reading and deciding at once.

    python bench/web.py CATALOGUE [--seconds 3] [--clients 32] [--requests 200]

The server runs in a process of its own on a copy of the catalogue; clients are threads of this one with connections kept
open. Printed: median and 95th percentile in milliseconds, requests per second.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import quote, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

WORDS = ("bridge", "the", "harbour", "market", "is:linked", "caption", "", "date:>=2020")


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


def timed(client: Client, path: str, seconds: float) -> list[float]:
    """Return the milliseconds of each request to ``path`` within ``seconds``."""
    client.ask(path)
    taken, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
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


def row(name: str, taken: list[float]) -> None:
    """Print one line of the table."""
    ordered = sorted(taken)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(
        f"{name:<34}{statistics.median(ordered):>10.1f}{p95:>10.1f}{1000 / statistics.fmean(ordered):>12.0f}",
        flush=True,
    )


def load(address: str, ids: list[str], clients: int, requests: int) -> None:
    """Mixed reading and deciding; every answered note is read back."""
    taken: list[float] = []
    errors = Counter[str]()
    written: dict[str, str] = {}
    lock = threading.Lock()

    def work(number: int) -> None:
        draw, client = random.Random(number), Client(address)
        own = ids[number::clients] or ids[:1]
        for k in range(requests):
            kind, ident = draw.random(), draw.choice(own)
            begun = time.perf_counter()
            if kind < 0.5:
                status, _ = client.ask(f"/api/v1/images?q={quote(draw.choice(WORDS))}")
            elif kind < 0.65:
                status, _ = client.ask(draw.choice((f"/images/{ident}", "/review", "/search?q=the")))
            elif kind < 0.8:
                status, _ = client.ask(f"/api/v1/images/{ident}/thumb?size=320")
            else:
                status, _ = client.ask(f"/api/v1/images/{ident}", "PATCH", {"note": f"{number}-{k}"})
                with lock:
                    written[ident] = f"{number}-{k}"
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
    print(f"{'':<34}errors {dict(errors)}, lost decisions {len(lost)} of {len(written)} pictures")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalogue", type=Path)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--requests", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "catalogue"
        shutil.copytree(options.catalogue, folder)
        ours, theirs = multiprocessing.Pipe()
        server = multiprocessing.get_context("spawn").Process(target=_serve, args=(str(folder), theirs), daemon=True)
        server.start()
        try:
            address = ours.recv()
            client = Client(address)
            found = json.loads(client.ask("/api/v1/images?limit=200")[1])
            ids = [item["id"] for item in found["items"]]
            print(f"{found['total']:,} pictures\n{'':<34}{'median ms':>10}{'p95 ms':>10}{'per second':>12}")
            for name, path in (
                ("search page", "/search?q=the"), ("search page, all", "/"), ("API search", "/api/v1/images?q=the"),
                ("picture page", f"/images/{ids[0]}"), ("review page", "/review"), ("overview", "/overview"),
            ):  # fmt: skip
                row(name, timed(client, path, options.seconds))
            thumbs = [f"/api/v1/images/{i}/thumb?size=320" for i in ids[:50]]
            for path in thumbs:
                client.ask(path)
            static = rate(address, ["/static/desk.css"], options.seconds)
            quick = rate(address, thumbs, options.seconds)
            size = len(client.ask(thumbs[0])[1])
            print(
                f"thumbnails {quick:,.0f} per second ({size:,} bytes), static file {static:,.0f}: {quick / static:.2f}"
            )
            load(address, ids, options.clients, options.requests)
        finally:
            server.terminate()
            server.join()


if __name__ == "__main__":
    main()
