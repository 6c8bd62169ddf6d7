"""Who comes too late sees what changed and their own words; articles show what was decided; selections are exported whole."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from catalog.library import Library
from catalog.model import Record


def test_a_late_decision_shows_what_changed(client: FlaskClient, library: Library) -> None:
    """409 names who decided what meanwhile, and repeats the refused decision and its note."""
    finding = library.findings(limit=1).items[0]
    library.decide(finding.id, finding.actions[0], who="Anna Ruiz", note="seen in print")
    data = {"seen": finding.seen, "choice": f"action={finding.actions[-1]}", "note": "my own words"}
    answer = client.post(f"/review/{finding.id}", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert all(text in page for text in ("Anna Ruiz", "seen in print", "my own words", f"/review/{finding.id}"))


def test_a_decision_on_what_is_settled_leads_on(client: FlaskClient, library: Library) -> None:
    """Where somebody else left nothing to decide the answer is 409, with one's own words and the way back to the same queue."""
    finding = library.findings("duplicate", limit=1).items[0]
    library.hide(f"image:{finding.subjects[0]}")
    sent = {"seen": finding.seen, "choice": "action=same", "note": "my own words", "kind": "duplicate"}
    answer = client.post(f"/review/{finding.id}", data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "my own words" in page and 'href="/review?kind=duplicate"' in page
    body = {"action": "same", "seen": finding.seen}
    assert client.post(f"/api/v1/findings/{finding.id}/decision", json=body).status_code == 409
    assert client.post(f"/api/v1/findings/{finding.id}/decision", json={"action": "same"}).status_code == 404


def test_a_late_edit_keeps_ones_words(client: FlaskClient, picture: Callable[[str], Record]) -> None:
    """409 on an edit shows the other's value and one's own."""
    record = picture("baker-oven.jpg")
    for note in ("theirs first", "mine second"):
        answer = client.post(f"/images/{record.id}", data={"seen": record.seen, "note": note, "credit": record.credit})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "theirs first" in page and "mine second" in page


def test_a_late_group_decision_is_refused(client: FlaskClient, library: Library) -> None:
    """The whole group is refused when any of its copies was decided since."""
    group = max(library.groups(), key=lambda g: len(g.images))
    data = {"seen": library.group(group.best).seen, "best": group.best}
    data |= {f"said-{i}": "same" for i in group.images}
    assert client.post(f"/groups/{group.best}", data=data).status_code == 303
    answer = client.post(f"/groups/{group.best}", data=data)
    assert answer.status_code == 409 and "same photograph" in answer.get_data(as_text=True)


def test_an_article_shows_what_was_decided(client: FlaskClient, library: Library) -> None:
    """A decided caption is marked in its article, with who decided, and is taken back from there."""
    finding = library.findings("caption-without-image", limit=1).items[0]
    made = library.decide(finding.id, "none", who="Anna Ruiz")
    path = f"/articles/{finding.articles[0]}"
    page = client.get(path).get_data(as_text=True)
    assert "decided" in page and "Anna Ruiz" in page and f'value="{made.id}"' in page
    client.post("/undo", data={"decision": made.id, "back": path})
    assert "Anna Ruiz" not in client.get(path).get_data(as_text=True)


def test_a_selection_is_exported_whole(client: FlaskClient, library: Library) -> None:
    """Every picture that was chosen is in the file, also more than a query can name."""
    ids = list(library.ids())
    answer = client.post("/bulk", data={"images": ids, "step": "export", "format": "csv"})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    text = answer.get_data(as_text=True)
    assert all(ident in text for ident in ids)
    assert client.post("/bulk", data={"images": ids, "step": "export", "format": "exe"}).status_code == 422
