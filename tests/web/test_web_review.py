"""The review queue works through plain forms: decide, go on, undo, and be told when someone was faster."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from catalog.library import Library
from catalog.model import Record


def _form(page: str) -> dict[str, str]:
    decide = page[page.index("data-decide") :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', decide[: decide.index("</form>")]))


def _buttons(page: str) -> list[str]:
    return [v.replace("&amp;", "&") for v in re.findall(r'<button name="choice" value="([^"]+)"', page)]


def _decide(client: FlaskClient, ident: str, which: int = 0) -> TestResponse:
    page = client.get(f"/review/{ident}").get_data(as_text=True)
    return client.post(f"/review/{ident}", data={**_form(page), "choice": _buttons(page)[which]})


def test_the_queue_begins_with_contradictions(client: FlaskClient) -> None:
    """What is worth most is shown first, with its place in the queue."""
    page = client.get("/review").get_data(as_text=True)
    assert "Contradiction" in page and re.search(r"<strong data-n>1</strong> of <strong data-total>\d+<", page)


def test_a_decision_leads_to_the_next_finding(client: FlaskClient, library: Library) -> None:
    """A form decides and redirects to the finding that followed; the queue is one shorter."""
    first, second = library.findings(limit=2).items
    before = library.findings().total
    answer = _decide(client, first.id)
    assert answer.status_code == 303 and answer.headers["Location"].endswith(f"/review/{second.id}")
    assert library.findings().total == before - 1
    assert library.finding(first.id).finding.status == "decided"


def test_the_filter_stays_while_one_decides(client: FlaskClient, library: Library) -> None:
    """Deciding within a kind goes on within that kind."""
    first = library.findings("duplicate", limit=1).items[0]
    page = client.get(f"/review/{first.id}?kind=duplicate").get_data(as_text=True)
    answer = client.post(f"/review/{first.id}", data={**_form(page), "choice": _buttons(page)[0]})
    assert answer.headers["Location"].endswith("kind=duplicate")


def test_every_kind_offers_decisions_that_the_catalogue_accepts(client: FlaskClient, library: Library) -> None:
    """Each button of each finding's page can be pressed."""
    for finding in {f.kind: f for f in library.all_findings()}.values():
        count = len(_buttons(client.get(f"/review/{finding.id}").get_data(as_text=True)))
        assert count >= 1
        for which in range(count):
            assert _decide(client, finding.id, which).status_code == 303, (finding.kind, which)
            library.undo()


def test_undo_brings_the_finding_back_and_shows_it(client: FlaskClient, library: Library) -> None:
    """Undo from the queue restores what was there and returns to it, at any depth."""
    kept = [f.id for f in library.findings(limit=3).items]
    for ident in kept:
        _decide(client, ident)
    for ident in reversed(kept):
        answer = client.post("/undo", data={"back": "/review"})
        assert answer.status_code == 303 and ident in answer.headers["Location"]
    assert [f.id for f in library.findings(limit=3).items] == kept


def test_undo_from_the_log_takes_back_one_decision(client: FlaskClient, library: Library) -> None:
    """A decision that is not the last can be taken back from the log; the log keeps both."""
    one, two = (f.id for f in library.findings(limit=2).items)
    _decide(client, one)
    _decide(client, two)
    made = next(d for d in library.log().items if d.subject == one)
    client.post("/undo", data={"back": "/log", "decision": made.id})
    assert library.finding(one).finding.status == "open" and library.finding(two).finding.status == "decided"
    page = client.get("/log").get_data(as_text=True)
    assert "taken back" in page and "took back" in page


def test_a_stale_decision_is_refused_and_shown(client: FlaskClient, library: Library) -> None:
    """When someone else decided first, the answer is 409 and a page that leads to what it is now."""
    finding = library.findings(limit=1).items[0]
    page = client.get(f"/review/{finding.id}").get_data(as_text=True)
    library.decide(finding.id, finding.actions[-1], who="somebody faster")
    answer = client.post(f"/review/{finding.id}", data={**_form(page), "choice": _buttons(page)[0]})
    assert answer.status_code == 409 and "See what it is now" in answer.get_data(as_text=True)
    now = client.get(f"/review/{finding.id}").get_data(as_text=True)
    assert "decided" in now and "somebody faster" in now


def test_the_log_knows_who_decided(client: FlaskClient, library: Library) -> None:
    """The name that a person gives is kept with the decisions of that browser."""
    client.post("/name", data={"name": "Anna Ruiz"})
    _decide(client, library.findings(limit=1).items[0].id)
    assert library.log().items[0].who == "Anna Ruiz"
    assert "Anna Ruiz" in client.get("/log").get_data(as_text=True)


def test_an_edit_is_a_decision_and_keeps_the_facts(
    client: FlaskClient, library: Library, picture: Callable[[str], Record]
) -> None:
    """Editing changes what is shown; what ran stays as it is, and undo restores it."""
    record = picture("baker-oven.jpg")
    data = {
        "seen": record.seen,
        "caption": "",
        "credit": "Coastline",
        "tags": "boats, storm",
        "note": "ask for the original",
    }
    assert client.post(f"/images/{record.id}", data=data).status_code == 303
    now = library.record(record.id)
    assert (now.credit, now.tags, now.note) == ("Coastline", ("boats", "storm"), "ask for the original")
    assert now.usages[0].caption == record.usages[0].caption
    library.undo()
    assert library.record(record.id).tags == record.tags


def test_an_edit_on_an_old_page_is_refused(client: FlaskClient, picture: Callable[[str], Record]) -> None:
    """An edit made on a page that is no longer true gets 409 and changes nothing."""
    record = picture("baker-oven.jpg")
    for note, status in (("first", 303), ("second", 409)):
        answer = client.post(f"/images/{record.id}", data={"seen": record.seen, "note": note, "credit": record.credit})
        assert answer.status_code == status


def test_a_bulk_change_is_previewed_before_it_is_made(client: FlaskClient, library: Library) -> None:
    """The preview says what would change and changes nothing; applying is one step, undone at once."""
    ids = [h.id for h in library.search(limit=3).items]
    data = {"images": ids, "tags": "picked"}
    page = client.post("/bulk", data=data).get_data(as_text=True)
    assert "Change 3 pictures" in page and library.search("tag:picked").total == 0
    assert client.post("/bulk", data={**data, "step": "apply"}).status_code == 303
    assert library.search("tag:picked").total == 3
    library.undo()
    assert library.search("tag:picked").total == 0


def test_the_log_says_that_a_row_is_part_of_a_step(client: FlaskClient, library: Library) -> None:
    """The button on a row of a bulk step says how many decisions it takes back, and takes back all of them."""
    library.bulk_edit([h.id for h in library.search(limit=5).items], {"tags": ["picked"]})
    page = client.get("/log").get_data(as_text=True)
    assert page.count(">Undo all 5</button>") == 5 and "one step of 5" in page
    client.post("/undo", data={"decision": library.log().items[2].id, "back": "/log"})
    assert library.search("tag:picked").total == 0
    page = client.get("/log").get_data(as_text=True)
    assert page.count(">taken back<") == 5 and "5 decisions, " in page


def test_any_two_pictures_are_decided_from_their_page(
    client: FlaskClient, library: Library, picture: Callable[[str], Record]
) -> None:
    """Two pictures that nobody found alike are compared from a selection, joined by a form, and the page says so."""
    one, other = sorted((picture("baker-oven.jpg").id, next(r.id for r in library.records() if not r.matches)))
    chosen = client.post("/bulk", data={"images": [one, other], "step": "compare", "q": "oven"})
    assert chosen.status_code == 303 and f"/compare/{one}/{other}?back=" in chosen.headers["Location"]
    page = client.get(chosen.headers["Location"]).get_data(as_text=True)
    assert "data-suggested" not in page and 'href="/search?q=oven"' in page
    form = _form(page)
    answer = client.post(f"/compare/{one}/{other}", data={**form, "choice": _buttons(page)[0]})
    assert answer.status_code == 303 and other in library.group(one).group.images
    assert "same photograph" in client.get(f"/compare/{one}/{other}").get_data(as_text=True)
    late = client.post(f"/compare/{one}/{other}", data={**form, "choice": _buttons(page)[-1]})
    assert late.status_code == 409 and "same photograph" in late.get_data(as_text=True)
    assert client.post("/bulk", data={"images": [one], "step": "compare"}).status_code == 422


def test_a_saved_search_is_offered(client: FlaskClient, library: Library) -> None:
    """A search saved by name is kept in the catalogue and offered on the search page."""
    client.post("/search/save", data={"name": "Bridges", "q": "bridge"})
    assert library.saved() == {"Bridges": "bridge"}
    assert 'href="/search?q=bridge">Bridges' in client.get("/").get_data(as_text=True)


def test_a_saved_search_is_a_queue_too(client: FlaskClient, library: Library) -> None:
    """The review page offers each saved search as a queue, which holds what the search finds and nothing else."""
    library.save_search("Bridges", "bridge")
    page = client.get("/review").get_data(as_text=True)
    assert 'href="/review?q=bridge"' in page and ">Bridges<" in page
    within = {f.id for f in library.all_findings(query="bridge")}
    assert 0 < len(within) < len(list(library.all_findings()))
    shown = client.get("/review?q=bridge").get_data(as_text=True)
    assert any(f'data-finding="{ident}"' in shown for ident in within) and ">Bridges<" not in shown


def test_an_article_links_a_caption_to_a_picture(
    client: FlaskClient, library: Library, picture: Callable[[str], Record]
) -> None:
    """A caption in doubt is linked from the article's page by a form."""
    finding = library.findings("caption-without-image", limit=1).items[0]
    article, caption = finding.articles[0], finding.subjects[0]
    image = picture("IMG_0009.jpg").id
    data = {"caption": caption, "image": image, "action": "link"}
    assert client.post(f"/articles/{article}/link", data=data).status_code == 303
    assert any(u.caption.id == caption and u.status == "linked" for u in library.record(image).usages)


def test_undo_from_the_queue_is_of_ones_own(client: FlaskClient, library: Library) -> None:
    """Where several decide, undo from the queue takes back one's own last decision; from the log, the last of all."""
    one, two = (f.id for f in library.findings(limit=2).items)
    client.post("/name", data={"name": "Anna"})
    _decide(client, one)
    library.decide(two, library.finding(two).finding.actions[0], who="Ben")
    assert one in client.post("/undo", data={"back": "/review", "mine": "1"}).headers["Location"]
    assert library.finding(one).finding.status == "open" and library.finding(two).finding.status == "decided"
    assert client.post("/undo", data={"back": "/review", "mine": "1"}).status_code == 422
    mine = client.post("/api/v1/undo", json={"n": 1, "mine": True})
    assert mine.status_code == 422 and "of yours" in mine.get_json()["error"]["message"]
    assert client.post("/undo", data={"back": "/log"}).status_code == 303
    assert library.finding(two).finding.status == "open"


def test_the_log_tells_what_was_decided_on(client: FlaskClient, library: Library) -> None:
    """The log names captions, files and searches, and leads to them."""
    finding = library.findings("conflict", limit=1).items[0]
    _decide(client, finding.id)
    library.edit(finding.images[0], {"note": "ask"})
    library.save_search("Bridges", "bridge")
    page = client.get("/log").get_data(as_text=True)
    words = next(c.text for i, c in library.finding(finding.id).captions.items() if i in finding.subjects)
    assert words[:40] in page and '<a href="/search?q=bridge" dir="auto">Bridges</a>' in page
    assert library.record(finding.images[0]).image.paths[0].rpartition("/")[2] in page


def test_the_log_is_narrowed_to_a_person_or_a_kind_of_decision(client: FlaskClient, library: Library) -> None:
    """Who and what, alone and together; what nobody did is an empty page that says so."""
    one, two = (f for f in library.findings("duplicate", limit=2).items)
    library.decide(one.id, "same", who="Anna")
    library.decide(two.id, "not-same", who="Ben")

    def rows(query: str) -> list[str]:
        page = client.get(f"/log?{query}").get_data(as_text=True)
        return [name for name in ("Anna", "Ben") if re.search(rf"<td[^>]*>\s*{name}\s*</td>", page)]

    assert rows("") == ["Anna", "Ben"] and rows("who=Anna") == ["Anna"] and rows("action=not-same") == ["Ben"]
    assert rows("who=Anna&action=not-same") == []
