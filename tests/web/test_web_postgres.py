"""The pages on a shared catalogue: what a browser does with a folder it does with PostgreSQL, against real servers too."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from catalog.library import Library, open_library
from tests.postgres_server import Server

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def address(imported: Path, database_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a shared catalogue of the example stories, for the tests of this file one after the other."""
    url = database_server.catalogue()
    media = str(tmp_path_factory.mktemp("shared") / "media")
    with open_library(imported) as source, open_library(url, media=media) as target:
        list(source.copy_to(target))
    yield url
    database_server.clear()


@pytest.fixture
def library(address: str) -> Iterator[Library]:
    """The shared catalogue, open."""
    with open_library(address) as opened:
        yield opened


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the form that decides."""
    form = page[page.index("data-decide") :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))


def test_searching_and_looking(client: FlaskClient, library: Library) -> None:
    """A search shows the pictures that the folder's catalogue shows, each with its page, its thumbnail and its original."""
    found = client.get("/api/v1/images?q=bridge").get_json()
    assert found["total"] == library.search("bridge").total > 0
    page = client.get("/search?q=bridge").get_data(as_text=True)
    for item in found["items"]:
        ident = item["id"]
        assert f"/images/{ident}" in page
        assert client.get(f"/images/{ident}").status_code == 200
        assert client.get(f"/api/v1/images/{ident}/file").data == library.open_original(ident).content()
        assert client.get(f"/api/v1/images/{ident}/thumb").mimetype == "image/webp"
    assert client.get("/images/" + "0" * 16).status_code == 404


def test_deciding_undoing_and_coming_too_late(client: FlaskClient, library: Library, address: str) -> None:
    """A decision is at once everywhere; the same form sent again is refused with 409; undo brings the finding back."""
    before = library.findings().total
    finding = library.findings(limit=1).items[0]
    page = client.get(f"/review/{finding.id}").get_data(as_text=True)
    button = re.findall(r'<button name="choice" value="([^"]+)"', page)[0].replace("&amp;", "&")
    form = {**fields(page), "choice": button}
    assert client.post(f"/review/{finding.id}", data=form).status_code == 303
    with open_library(address) as other:
        assert other.findings().total == before - 1
        assert other.finding(finding.id).finding.status == "decided"
    late = client.post(f"/review/{finding.id}", data=form)
    assert late.status_code == 409 and "decided" in late.get_data(as_text=True)
    assert client.post("/undo", data={"back": "/review"}).status_code == 303
    assert library.findings().total == before and library.findings(limit=1).items[0].id == finding.id


def test_editing_too_late(client: FlaskClient, library: Library) -> None:
    """An edit that does not know of another one is refused with 409, and the other's stands."""
    ident = library.store.ids("image")[0]
    seen = library.record(ident).seen
    path = f"/api/v1/images/{ident}"
    assert client.patch(path, json={"seen": seen, "note": "first"}).status_code == 200
    assert client.patch(path, json={"seen": seen, "note": "second"}).status_code == 409
    assert library.record(ident).note == "first"
    library.undo()


def test_many_are_decided_at_once_and_a_selection_is_kept(client: FlaskClient, library: Library) -> None:
    """What waits for all pictures is decided as one step, whose undo takes all of it back; a kept list gives its pictures again."""
    plan = client.post("/api/v1/findings/plan", json={"query": "", "decide": {"link": "none"}}).get_json()
    said = [line["said"] for line in plan["planned"]]
    done = client.post("/api/v1/findings/bulk", json={"decisions": said}).get_json()
    assert (
        [d["subject"] for d in done["decisions"]] == [one["finding"] for one in said] and said and not done["skipped"]
    )
    assert len(client.post("/api/v1/undo", json={"n": 1}).get_json()["items"]) == len(said)
    ids = sorted(library.ids())[:3]
    kept = client.post("/api/v1/lists", json={"images": ids}).get_json()["id"]
    assert client.get(f"/api/v1/lists/{kept}").get_json()["images"] == ids


def test_importing_an_upload(client: FlaskClient, library: Library) -> None:
    """A story and its picture are imported, found by their words, and known again."""
    out = io.BytesIO()
    Image.radial_gradient("L").resize((96, 64)).save(out, "PNG")
    story = "<title>Kites</title><article><figure><img src='k.png'><figcaption>A zeppelin kite</figcaption></figure></article>"
    for outcome in ("new", "unchanged"):
        files = [(io.BytesIO(story.encode()), "k/k.html"), (io.BytesIO(out.getvalue()), "k/k.png")]
        items = client.post("/api/v1/import", data={"files": files}).get_json()["items"]
        assert [item["result"] for item in items] == [outcome] * 2
    assert library.search("zeppelin").total == 1


@contextmanager
def served(address: str) -> Iterator[str]:
    """`cutline serve` on a shared catalogue, in a process of its own; gives where it is."""
    command = [sys.executable, "-m", "catalog.cli", "--catalog", address, "serve", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[3]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def test_two_servers_and_a_command_see_the_same(address: str, library: Library) -> None:
    """What is decided through one `cutline serve`, the other shows at once, and so does what this process decides."""

    def ask(url: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Origin": url.partition("/api")[0]}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(urllib.request.Request(url, data, headers), timeout=60) as answer:
            return json.load(answer)

    with served(address) as one, served(address) as other:
        queue = ask(f"{one}api/v1/findings?limit=2")
        finding = queue["items"][0]
        body = {"action": finding["actions"][-1], "seen": finding["seen"]}
        ask(f"{one}api/v1/findings/{finding['id']}/decision", body)
        after = ask(f"{other}api/v1/findings?limit=2")
        assert after["total"] == queue["total"] - 1 and after["items"][0]["id"] == queue["items"][1]["id"]
        library.undo()
        assert [ask(f"{url}api/v1/findings?limit=2")["total"] for url in (one, other)] == [queue["total"]] * 2
