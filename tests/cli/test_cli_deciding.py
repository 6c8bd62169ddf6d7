"""`decide undo log hide restore purge`: what people say, from the command line."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.clirunning import Cutline, picture_called


def _first(cutline: Cutline, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = cutline("findings", "--kind", kind, "--json").lines[0]
    return found


def test_decide_undo_and_log_hang_together(cutline: Cutline) -> None:
    """A decision leaves the queue, stands in the log with name and note, and comes back by undo."""
    finding = _first(cutline, "link")
    ran = cutline("decide", finding["id"], "accept", "--note", "seen", "--json", env={"CUTLINE_WHO": "Anna"})
    assert ran.code == 0
    made = ran.lines[0]
    assert (made["action"], made["who"], made["note"], made["subject"]) == ("accept", "Anna", "seen", finding["id"])
    assert finding["id"] not in {f["id"] for f in cutline("findings", "--json").lines}
    assert finding["id"] in {f["id"] for f in cutline("findings", "--all", "--json").lines}
    logged = cutline("log", "--json").lines
    assert [(d["id"], d["undone"]) for d in logged] == [(made["id"], False)]
    assert "Anna" in cutline("log").out and "seen" in cutline("log").out
    assert [d["id"] for d in cutline("undo", "--json").lines] == [made["id"]]
    assert _first(cutline, "link") == finding
    assert [(d["action"], d["undone"]) for d in cutline("log", "--json").lines] == [("undo", False), ("accept", True)]


def test_an_undo_can_be_undone_by_its_id(cutline: Cutline) -> None:
    """`undo --decision` takes any decision, an undo too: then the first one holds again."""
    finding = _first(cutline, "conflict")
    cutline("decide", finding["id"], "harmless")
    cutline("undo")
    undo = cutline("log", "--limit", "1", "--json").lines[0]
    assert cutline("undo", "--decision", undo["id"]).code == 0
    assert finding["id"] not in {f["id"] for f in cutline("findings", "--json").lines}


def test_undo_several_at_once(cutline: Cutline) -> None:
    """`undo 3` takes back the last three, latest first."""
    made = [
        cutline("decide", f["id"], f["actions"][0], "--json").lines[0]["id"]
        for f in cutline("findings", "--kind", "duplicate", "--limit", "4", "--json").lines
    ]
    assert [d["id"] for d in cutline("undo", "3", "--json").lines] == made[:0:-1]
    told = cutline("undo")
    assert told.out.startswith(f"Taken back: {made[0]} same")


def test_a_stale_decision_is_refused(cutline: Cutline) -> None:
    """`--seen` of before another's decision ends with exit 1 and changes nothing."""
    finding = _first(cutline, "duplicate")
    assert cutline("decide", finding["id"], "not-same", "--seen", finding["seen"]).code == 0
    ran = cutline("decide", finding["id"], "same", "--seen", finding["seen"])
    assert ran.code == 1 and "changed since you saw it" in ran.err
    assert len(cutline("log", "--json").lines) == 1


def test_hide_and_restore_a_picture(cutline: Cutline) -> None:
    """What is hidden leaves searches, is found by is:hidden, and comes back."""
    ident = picture_called(cutline, "street-1.jpg")
    assert cutline("hide", f"image:{ident}").out.startswith("Hidden (decision ")
    assert ident not in cutline("search", "--ids").out.split()
    assert cutline("search", "is:hidden", "--ids").out.split() == [ident]
    assert cutline("restore", f"image:{ident}").out.startswith("Restored (decision ")
    assert ident in cutline("search", "--ids").out.split()


def test_purge_asks_and_takes_no(cutline: Cutline) -> None:
    """Without --yes it asks; no, and nothing is removed; yes, and it is gone."""
    ident = picture_called(cutline, "street-1.jpg")
    cutline("hide", f"image:{ident}")
    assert cutline("purge", f"image:{ident}", typed="n\n").code == 0
    assert cutline("show", ident).code == 0
    assert cutline("purge", f"image:{ident}", typed="y\n").out.startswith("Removed ")
    assert cutline("show", ident).code == 2
    assert cutline("verify").code == 0


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("decide", "nope", "accept"), "There is no finding “nope”"),
        (("decide", "LINK", "fly"), "cannot be said of a link finding: choose one of accept"),
        (("decide", "LINK", "choose:0000"), "Say which picture"),
        (("undo",), "nothing to undo"),
        (("undo", "0"), "Invalid value"),
        (("undo", "--decision", "12"), "There is no decision “12”"),
        (("hide", "image:0000"), "There is no picture “0000”"),
        (("hide", "article:0000"), "There is no article “0000”"),
        (("hide", "0000"), "image:ID or article:ID"),
        (("restore", "finding:0000"), "image:ID or article:ID"),
        (("purge", "everything", "--yes"), "image:ID or article:ID"),
        (("purge", "image:PICTURE", "--yes"), "Only what is hidden can be purged"),
    ],
)
def test_what_cannot_be_said_is_one_sentence(cutline: Cutline, args: tuple[str, ...], says: str) -> None:
    """An unknown subject or unfit action ends with exit 2, says why, and nothing is logged."""
    link, picture = _first(cutline, "link")["id"], picture_called(cutline, "street-1.jpg")
    ran = cutline(*(a.replace("LINK", link).replace("PICTURE", picture) for a in args))
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert cutline("log", "--json").lines == []


def test_many_findings_are_decided_as_one_step(cutline: Cutline) -> None:
    """What a dry run tells is what is then decided; one undo takes it back; a kind or action that does not fit is refused."""
    before = cutline("findings", "--kind", "duplicate", "--json").lines
    told = cutline("decide-many", "is:duplicate", "duplicate=suggested", "--dry-run", "--json").lines
    assert {line["said"]["finding"] for line in told} == {f["id"] for f in before}
    assert cutline("findings", "--kind", "duplicate", "--json").lines == before
    ran = cutline("decide-many", "is:duplicate", "duplicate=suggested", "--note", "all", env={"CUTLINE_WHO": "Anna"})
    assert ran.code == 0 and f"{len(before)} findings decided" in ran.out
    logged = cutline("log", "--json").lines
    assert {d["subject"]: d["action"] for d in logged} == {x["said"]["finding"]: x["said"]["action"] for x in told}
    assert {(d["who"], d["note"]) for d in logged} == {("Anna", "all")}
    assert len(cutline("undo", "--json").lines) == len(before)
    assert cutline("findings", "--kind", "duplicate", "--json").lines == before
    for wrong in ("duplicate=accept", "nothing=none", "duplicate"):
        assert cutline("decide-many", "is:duplicate", wrong).code == 2
