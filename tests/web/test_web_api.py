"""The API does what the pages do, in JSON, and its description is true: routes, answers and errors."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from PIL import Image

from catalog.library import Library
from catalog.model import Record
from web.openapi import OPERATIONS

API = "/api/v1"


def _document(client: FlaskClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get(f"{API}/openapi.json").get_json()
    return document


def _check(document: dict[str, Any], method: str, path: str, status: int, answer: Any) -> None:
    """Validate an answer against the schema that the document gives for it."""
    described = document["paths"][path][method]["responses"][str(status)]["content"]["application/json"]["schema"]
    schema = {**described, "components": document["components"]}
    errors = [e.message for e in Draft202012Validator(schema).iter_errors(answer)]
    assert not errors, (method, path, errors[:3])


@pytest.fixture
def ids(library: Library, picture: Callable[[str], Record]) -> dict[str, str]:
    """Values for the path parameters of every operation, by what stands before them."""
    record = picture("river-bridge.jpg")
    usage = record.usages[0]
    return {
        "/images/{ident}": record.id,
        "/articles/{ident}": usage.article,
        "/captions/{ident}": usage.caption.id,
        "/findings/{ident}": library.findings(limit=1).items[0].id,
        "/groups/{ident}": record.id,
        "/lists/{ident}": library.keep_list([record.id]),
        "a": record.id,
        "b": picture("flood_files/bridge.jpg").id,
    }


def _filled(path: str, ids: dict[str, str]) -> str:
    for start, ident in ids.items():
        if path.startswith(start):
            path = path.replace("{ident}", ident)
    return path.replace("{a}", ids["a"]).replace("{b}", ids["b"])


def test_the_description_names_every_route_and_no_other(app: Flask, client: FlaskClient) -> None:
    """The document and the routes are the same set."""
    routes = {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(API)
    }
    described = {(method, path) for path, ways in _document(client)["paths"].items() for method in ways}
    assert described == routes


@pytest.mark.parametrize("path", [o.path for o in OPERATIONS if o.method == "get" and not isinstance(o.answer, tuple)])
def test_every_read_answers_as_described(client: FlaskClient, ids: dict[str, str], path: str) -> None:
    """The answer of every reading operation fits its schema."""
    answer = client.get(API + _filled(path, ids))
    assert answer.status_code == 200 and answer.mimetype == "application/json"
    _check(_document(client), "get", API + path, 200, answer.get_json())


def test_a_group_is_decided_as_one_step(client: FlaskClient, library: Library, ids: dict[str, str]) -> None:
    """All copies of a photograph in one request; a second one on what was seen before is stale; one undo takes it back."""
    path = API + _filled("/groups/{ident}", ids)
    seen = client.get(path).get_json()
    members = dict.fromkeys(seen["group"]["images"], "same")
    body = {"best": seen["group"]["best"], "members": members, "seen": seen["seen"]}
    answer = client.post(f"{path}/decision", json=body)
    assert answer.status_code == 200 and len(answer.get_json()["items"]) == len(members) - 1
    _check(_document(client), "post", f"{API}/groups/{{ident}}/decision", 200, answer.get_json())
    assert client.post(f"{path}/decision", json=body).status_code == 409
    assert client.get(path).get_json()["said"]
    client.post(f"{API}/undo", json={})
    assert not client.get(path).get_json()["said"] and library.findings("duplicate").total > 0


def test_duplicates_are_read_to_their_end_by_cursors(client: FlaskClient, library: Library) -> None:
    """Following `next` gives every group once, in a stable order."""
    seen: list[str] = []
    cursor = ""
    while True:
        page = client.get(f"{API}/duplicates", query_string={"limit": 1, "cursor": cursor}).get_json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [g.id for g in library.groups()] and len(seen) == page["total"] > 1


def test_more_groups_than_are_counted_are_said_to_be_more(
    client: FlaskClient, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the groups that are counted the answer says `capped`, never a total below what it lists, and goes on by cursors."""
    groups = [g.id for g in library.groups()]
    assert client.get(f"{API}/duplicates?limit=1").get_json()["capped"] is False
    monkeypatch.setattr("catalog.asking.MAX_COUNTED", 1)
    library.edit(library.search(limit=1).items[0].id, {"note": "counted anew"})
    page = client.get(f"{API}/duplicates?limit=1").get_json()
    assert page["capped"] is True and len(page["items"]) < page["total"] <= len(groups) and page["next"]
    _check(_document(client), "get", f"{API}/duplicates", 200, page)
    whole = client.get(f"{API}/duplicates").get_json()
    assert [g["id"] for g in whole["items"]] == groups and (whole["total"], whole["capped"]) == (len(groups), False)


def test_an_edit_answers_with_the_record(client: FlaskClient, ids: dict[str, str]) -> None:
    """PATCH changes the named fields and answers with the whole record, the note at its top level."""
    path = _filled("/images/{ident}", ids)
    answer = client.patch(API + path, json={"note": "seen by the desk", "tags": ["bridge"]})
    assert answer.status_code == 200
    _check(_document(client), "patch", f"{API}/images/{{ident}}", 200, answer.get_json())
    again = client.get(API + path).get_json()
    assert (again["note"], again["tags"]) == ("seen by the desk", ["bridge"])


def test_a_stale_edit_is_told(client: FlaskClient, ids: dict[str, str]) -> None:
    """`seen` from before another edit gets 409 and the field's name."""
    path = API + _filled("/images/{ident}", ids)
    seen = client.get(path).get_json()["seen"]
    client.patch(path, json={"note": "one", "seen": seen})
    answer = client.patch(path, json={"note": "two", "seen": seen})
    assert answer.status_code == 409 and answer.get_json()["error"]["field"] == "seen"
    _check(_document(client), "patch", f"{API}/images/{{ident}}", 409, answer.get_json())
    assert client.get(path).get_json()["note"] == "one"


def test_decide_and_undo(client: FlaskClient, library: Library) -> None:
    """A decision settles its finding, undo opens it again; both answers fit the description."""
    finding = library.findings(limit=1).items[0]
    document = _document(client)
    body = {"action": finding.actions[0], "seen": finding.seen, "note": "sure"}
    answer = client.post(f"{API}/findings/{finding.id}/decision", json=body)
    assert answer.status_code == 200
    _check(document, "post", f"{API}/findings/{{ident}}/decision", 200, answer.get_json())
    assert client.post(f"{API}/findings/{finding.id}/decision", json=body).status_code == 409
    taken = client.post(f"{API}/undo", json={"n": 1})
    _check(document, "post", f"{API}/undo", 200, taken.get_json())
    assert taken.get_json()["items"][0]["subject"] == finding.id
    assert library.finding(finding.id).finding.status == "open"


def test_bulk_and_saved(client: FlaskClient, library: Library) -> None:
    """Bulk edits can be previewed; searches can be saved."""
    document = _document(client)
    body: dict[str, Any] = {"query": "bridge", "values": {"tags": ["bridge"]}, "preview": True}
    preview = client.post(f"{API}/images/bulk", json=body).get_json()
    _check(document, "post", f"{API}/images/bulk", 200, preview)
    assert library.search("tag:bridge").total == 0
    done = client.post(f"{API}/images/bulk", json={**body, "preview": False}).get_json()
    assert done == {"changed": preview["count"]} and library.search("tag:bridge").total == preview["count"]
    saved = client.post(f"{API}/saved", json={"name": "Bridges", "query": "bridge"}).get_json()
    _check(document, "post", f"{API}/saved", 200, saved)


def test_similar_to_a_picture_that_is_sent(
    client: FlaskClient, picture: Callable[[str], Record], library: Library
) -> None:
    """A copy of a catalogued picture finds it; nothing is kept of the copy."""
    record = picture("baker-oven.jpg")
    out = io.BytesIO()
    with Image.open(library.original(record.id)) as opened:
        opened.resize((480, 320)).save(out, "JPEG", quality=80)
    before = library.search().total
    answer = client.post(f"{API}/similar", data={"picture": (io.BytesIO(out.getvalue()), "copy.jpg")})
    assert answer.status_code == 200, answer.get_json()
    _check(_document(client), "post", f"{API}/similar", 200, answer.get_json())
    assert answer.get_json()["items"][0]["id"] == record.id and library.search().total == before


def test_the_page_of_a_sent_crop_shows_where_it_lies(
    client: FlaskClient, picture: Callable[[str], Record], library: Library
) -> None:
    """A crop that is sent in the search page is found with relation, score and the part drawn on the picture, and is not kept."""
    record = picture("baker-oven.jpg")
    out = io.BytesIO()
    with Image.open(library.original(record.id)) as opened:
        width, height = opened.size
        opened.crop((width // 4, height // 4, width, height)).save(out, "JPEG", quality=85)
    before = library.search().total
    page = client.post("/search/similar", data={"picture": (io.BytesIO(out.getvalue()), "part.jpg")}).get_data(True)
    [found] = [line for line in page.split("<li>") if f"/images/{record.id}" in line]
    drawn = re.search(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"', found)
    assert drawn and [float(side) for side in drawn.groups()] == pytest.approx([25, 25, 75], abs=3)
    assert (
        "Cropped" in found and re.search(r"\d+ %</span>", found) and re.search(r"from 2\d % 2\d % to (99|100) %", found)
    )
    assert library.search().total == before


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("get", "/images?q=%28a", None, 400, "q"),
        ("get", "/images?limit=0", None, 400, "limit"),
        ("get", "/images?limit=99999999999", None, 400, "limit"),
        ("get", "/images?facets=shoe", None, 400, "facets"),
        ("get", "/images?sort=__class__", None, 400, "sort"),
        ("get", "/findings?kind=shoe", None, 400, "kind"),
        ("get", "/images/nope", None, 404, None),
        ("get", "/images/nope/thumb", None, 404, None),
        ("get", "/images/nope/file", None, 404, None),
        ("get", "/nowhere", None, 404, None),
        ("put", "/images", {}, 405, None),
        ("patch", "/images/nope", {"note": "x"}, 404, None),
        ("patch", "/images/{id}", {}, 422, None),
        ("patch", "/images/{id}", {"note": 5}, 422, "note"),
        ("patch", "/images/{id}", {"nope": "x"}, 422, "nope"),
        ("patch", "/images/{id}", {"note": "a\u0000b"}, 422, "note"),
        ("patch", "/images/{id}", {"tags": [1]}, 422, "tags"),
        ("patch", "/images/{id}", [], 422, None),
        ("post", "/undo", {"n": 0}, 422, "n"),
        ("post", "/undo", {"n": True}, 422, "n"),
        ("post", "/undo", {}, 422, None),
        ("post", "/findings/nope/decision", {"action": "accept"}, 404, None),
        ("post", "/findings/nope/decision", {}, 422, "action"),
        ("post", "/import", {"path": "relative/path"}, 422, "path"),
        ("post", "/import", {"path": "/no/such/path"}, 422, "path"),
    ],
)  # fmt: skip
def test_mistakes_are_named(
    client: FlaskClient, ids: dict[str, str], method: str, path: str, body: Any, status: int, field: str | None
) -> None:
    """Every mistake gets its status and one sentence, with the field where there is one."""
    where = API + path.replace("{id}", ids["/images/{ident}"])
    answer = client.open(where, method=method.upper(), json=body) if body is not None else client.get(where)
    assert answer.status_code == status, answer.get_json()
    error = answer.get_json()["error"]
    assert error["message"].endswith((".", ")")) and error.get("field") == field, error


def test_bodies_that_are_not_json(client: FlaskClient, ids: dict[str, str]) -> None:
    """Another type gets 415, broken or bottomless JSON 400, without a trace of the program."""
    path = API + _filled("/images/{ident}", ids)
    assert client.patch(path, data="note=x").status_code == 415
    for data in (b"{", b"", b"\xff\xfe", b"[" * 60_000, b'{"note":"\\ud800"}'):
        answer = client.patch(path, data=data, content_type="application/json")
        assert answer.status_code in (400, 422) and "Traceback" not in answer.get_data(as_text=True)


def test_a_list_is_read_to_its_end_by_cursors(client: FlaskClient, library: Library) -> None:
    """Following `next` gives every picture once."""
    seen: list[str] = []
    cursor = ""
    while True:
        page = client.get(f"{API}/images", query_string={"limit": 7, "cursor": cursor}).get_json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == page["total"] == library.search().total


def test_exports_come_as_attachments(client: FlaskClient) -> None:
    """An export is a file to save, never a page."""
    answer = client.get(f"{API}/export?format=csv&q=bridge")
    assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype == "text/csv" and b"bridge" in answer.data
