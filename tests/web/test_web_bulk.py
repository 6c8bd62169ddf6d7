"""What is done to many pictures at once: a selection of any size in an address, and decisions on what waits for it, told before."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient

from catalog.decisions.together import ACTIONS
from catalog.library import Library

API = "/api/v1"


def _lines(page: str) -> list[str]:
    return [html.unescape(v) for v in re.findall(r'name="say" checked value="([^"]+)"', page)]


def test_what_waits_is_told_line_by_line_and_decided_as_one(client: FlaskClient, library: Library) -> None:
    """The page tells every decision before it is made, of each kind that was chosen; sent back, they are one step."""
    ids = list(library.ids())
    page = client.post("/bulk", data={"images": ids, "step": "findings"}).get_data(as_text=True)
    plan = library.plan(ids, dict.fromkeys(ACTIONS, "suggested"))
    lines = _lines(page)
    assert len(lines) == len(plan.planned) > 10 and library.log().total == 0
    assert all(html.escape(p.about[0][:40], quote=False).split("’")[0] in page for p in plan.planned)
    for kind, n in plan.waiting.items():
        assert re.search(
            rf'<span class="num">{n}</span></span>\s*<select id="decide-{kind}" name="decide-{kind}">', page
        )
    assert all(skipped.reason in page for skipped in plan.skipped)
    answer = client.post("/bulk", data={"images": ids, "step": "decide", "say": lines[1:], "note": "the lot"})
    assert answer.status_code == 303 and library.log().total == len(lines) - 1
    assert {d.note for d in library.log(limit=500).items} == {"the lot"}
    client.post("/undo", data={"mine": "1", "back": "/log"})
    assert library.findings().total == sum(1 for _ in library.all_findings()) and not [
        d for d in library.log(limit=500).items if d.action != "undo" and d.id not in library.log(limit=500).undone
    ]


def test_only_the_chosen_kinds_are_decided_as_chosen(client: FlaskClient, library: Library) -> None:
    """A kind that is left open is not in the preview; another action than the suggested one is what the lines say."""
    sent = {"scope": "all", "q": "", "step": "findings", "decide-asked": "1", "decide-duplicate": "not-same"}
    said = [parse_qs(line) for line in _lines(client.post("/bulk", data=sent).get_data(as_text=True))]
    assert {one["action"][0] for one in said} == {"not-same"} and len(said) == library.findings("duplicate").total
    none = client.post("/bulk", data={**sent, "decide-duplicate": ""}).get_data(as_text=True)
    assert not _lines(none) and "Choose above" in none
    assert client.post("/bulk", data={**sent, "decide-duplicate": "accept"}).status_code == 422


def test_lines_that_came_too_late_are_shown_and_the_others_decided(client: FlaskClient, library: Library) -> None:
    """What somebody else decided between preview and sending is left, and told; when that is all, the answer is 409."""
    lines = _lines(client.post("/bulk", data={"scope": "all", "step": "findings"}).get_data(as_text=True))
    odd = next(line for line in lines if "action=noted" in line)
    library.decide(parse_qs(odd)["finding"][0], "noted", who="Ben")
    other = next(line for line in lines if "action=confirm" in line)
    answer = client.post("/bulk", data={"scope": "all", "step": "decide", "say": [odd, other]})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "1 decided, 1 left" in page and "changed since you saw it" in page
    assert client.post("/bulk", data={"scope": "all", "step": "decide", "say": [odd]}).status_code == 409
    assert client.post("/bulk", data={"scope": "all", "step": "decide", "say": ["finding=x"]}).status_code in (404, 422)


def test_programs_decide_many_too(client: FlaskClient, library: Library) -> None:
    """The API plans and decides as the page does; a stale `seen` leaves that finding, 409 when there is no other."""
    plan = client.post(f"{API}/findings/plan", json={"query": "", "decide": {"metadata": "noted"}}).get_json()
    said = [line["said"] for line in plan["planned"]]
    assert plan["waiting"]["metadata"] == len(said) > 0
    late = {**said[0], "seen": "other"}
    assert client.post(f"{API}/findings/bulk", json={"decisions": [late]}).status_code == 409
    conflict = library.findings("conflict").items[0]
    body = {"decisions": [late, {"finding": conflict.id, "action": "harmless"}]}
    done = client.post(f"{API}/findings/bulk", json=body).get_json()
    assert [d["subject"] for d in done["decisions"]] == [conflict.id]
    assert [(s["finding"], s["code"]) for s in done["skipped"]] == [(said[0]["finding"], "stale")]
    for wrong in (
        {"decisions": ["x"]},
        {"decisions": [{"finding": conflict.id}]},
        {"decisions": [{**late, "more": 1}]},
    ):
        assert client.post(f"{API}/findings/bulk", json=wrong).status_code == 422


def _picked(page: str) -> set[str]:
    return set(re.findall(r'value="([0-9a-f]{16})" checked', page))


def test_an_address_holds_a_selection_of_any_size(client: FlaskClient, library: Library) -> None:
    """By name, as a kept list, or as all but some: who follows the address sees the same boxes ticked, and a form acts on them."""
    ids = [h.id for h in library.search(limit=60).items]
    kept = client.post(f"{API}/lists", json={"images": ids[:30]}).get_json()["id"]
    assert set(client.get(f"{API}/lists/{kept}").get_json()["images"]) == set(ids[:30])
    for text, chosen in (
        (".".join(ids[:3]), ids[:3]), (f"_{kept}", ids[:30]), ("all", ids), (f"all-_{kept}", ids[30:]),
        (f"all-{ids[0]}", ids[1:]),
    ):  # fmt: skip
        page = client.get(f"/search?picked={text}").get_data(as_text=True)
        assert _picked(page) == set(chosen) and f"{len(chosen)} selected" in page
        preview = client.post("/bulk", data={"picked": text, "tags": "mine", "step": "preview"}).get_data(as_text=True)
        assert f"Change {len(chosen)} pictures" in preview
        back = re.search(r'href="(/search[^"]+)">Leave', preview)
        assert back and _picked(client.get(html.unescape(back[1])).get_data(as_text=True)) == set(chosen)
    gone = client.get("/search?picked=_0000000000000000").get_data(as_text=True)
    assert "not kept any more" in gone and not _picked(gone)
    assert client.get("/search?picked=%3Cscript%3E").status_code == 422


def test_without_scripts_the_boxes_of_a_page_rule_over_what_was_picked(client: FlaskClient, library: Library) -> None:
    """On the second page of a result, what was picked on the first stays; boxes of this page are taken as they are sent."""
    ids = [h.id for h in library.search(limit=12).items]
    sent = {"picked": ".".join(ids[:6]), "shown": ".".join(ids[4:10]), "images": [ids[5], ids[9]], "tags": "x"}
    page = client.post("/bulk", data=sent).get_data(as_text=True)
    assert "Change 6 pictures" in page
    assert client.post("/bulk", data={**sent, "step": "apply"}).status_code == 303
    assert {h.id for h in library.search("tag:x").items} == {*ids[:4], ids[5], ids[9]}
    link = re.search(r'href="([^"]+)" data-more', client.get(f"/search?limit=5&picked={ids[0]}").get_data(as_text=True))
    assert link and parse_qs(urlsplit(html.unescape(link[1])).query)["picked"] == [ids[0]]
