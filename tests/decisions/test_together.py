"""Many findings decided as one step: what would be said is told before, what changed meanwhile is left, one undo takes all back."""

from __future__ import annotations

import pytest

from catalog.decisions.together import ACTIONS, SUGGESTED
from catalog.errors import NotAllowed, NotFound, Stale
from catalog.library import Library
from catalog.views import Said

ALL: dict[str, str] = dict.fromkeys(ACTIONS, SUGGESTED)


def _state(library: Library) -> tuple[object, ...]:
    return tuple(library.records()), tuple(library.all_findings())


def test_all_that_is_suggested_is_decided_and_taken_back_as_one(library: Library) -> None:
    """What the plan tells is what the log then says, of every kind; one undo brings everything back."""
    before, position = _state(library), library.store.position()
    plan = library.plan("", ALL)
    assert {p.kind for p in plan.planned} == set(ALL) and _state(library) == before
    assert {
        k: sum(p.kind == k for p in plan.planned) + sum(s.kind == k for s in plan.skipped) for k in ALL
    } == plan.waiting
    done = library.decide_together([p.said for p in plan.planned], note="all of it", who="Anna")
    assert library.store.position() == position + 1 and not done.skipped
    assert [(d.subject, d.action, d.note, d.who) for d in done.decisions] == [
        (p.said.finding, p.said.action, "all of it", "Anna") for p in plan.planned
    ]
    assert len({d.batch for d in done.decisions}) == 1 and all(d.batch for d in done.decisions)
    assert all(library.finding(p.said.finding).finding.status == "decided" for p in plan.planned[:1])
    assert len(library.undo(1, who="Anna", own=True)) == len(done.decisions)
    assert _state(library) == before


def test_only_what_waits_for_the_pictures_is_decided(library: Library) -> None:
    """A link waits for the picture that is suggested, a pair for both of its pictures, and hidden pictures have nothing waiting."""
    link, pair = next(library.all_findings("link")), next(library.all_findings("duplicate"))
    said = [p.said for p in library.plan([link.subjects[1]], {"link": "accept"}).planned if p.said.finding == link.id]
    assert said == [Said(link.id, "accept", {"image": link.subjects[1]}, link.seen)]
    for other in link.subjects[2:]:
        assert link.id not in {p.said.finding for p in library.plan([other], ALL).planned}
    for image in pair.subjects:
        [mine] = [p for p in library.plan([image], {"duplicate": "not-same"}).planned if p.said.finding == pair.id]
        assert set(mine.images) == set(pair.subjects) and mine.about and mine.said.action == "not-same"
    library.hide(f"image:{pair.subjects[0]}")
    assert pair.id not in {p.said.finding for p in library.plan(list(pair.subjects), ALL).planned}


def test_what_changed_since_it_was_seen_is_left(library: Library) -> None:
    """A finding that somebody else decided is told with its reason; the others are decided."""
    plan = library.plan("", {"conflict": "harmless", "metadata": "noted"})
    first, *rest = [p.said for p in plan.planned]
    library.decide(first.finding, "confirm", who="Ben")
    done = library.decide_together([first, *rest, rest[0]], who="Anna")
    assert [d.subject for d in done.decisions] == [s.finding for s in rest]
    assert [(s.finding, s.code) for s in done.skipped] == [(first.finding, "stale"), (rest[0].finding, "not-allowed")]
    assert done.skipped[0].about and library.finding(first.finding).decisions[-1].who == "Ben"


def test_nothing_is_logged_when_nothing_is_left(library: Library) -> None:
    """Where all changed the first reason is raised, and where nothing is chosen that is said."""
    finding = next(library.all_findings("metadata"))
    library.decide(finding.id, "noted")
    with pytest.raises(Stale):
        library.decide_together([Said(finding.id, "noted", seen=finding.seen)])
    with pytest.raises(NotFound):
        library.decide_together([Said("0" * 16, "noted")])
    with pytest.raises(NotAllowed):
        library.decide_together([])
    assert library.log().total == 1


def test_what_does_not_fit_is_told_before(library: Library) -> None:
    """A side that says nothing of what is at odds, and a picture to which another decision gives a caption, are left and told."""
    finding = next(library.all_findings("metadata"))
    sides = {
        v.group.lower() for d in library.record(finding.subjects[0]).image.metadata.disagreements for v in d.values
    }
    absent = next(side for side in ("xmp", "exif", "iptc") if side not in sides)
    plan = library.plan([finding.subjects[0]], {"metadata": absent})
    assert not plan.planned and [(s.finding, s.code) for s in plan.skipped] == [(finding.id, "not-allowed")]
    for wanted in ({"metadata": "accept"}, {"link": "choose"}, {"caption-without-image": "none"}, {"nothing": "none"}):
        with pytest.raises(NotAllowed, match="at once"):
            library.plan("", wanted)
    with pytest.raises(NotFound):
        library.plan(["0" * 16], {})


def test_a_kept_list_is_the_same_for_everybody(library: Library) -> None:
    """The same pictures have one name, and only pictures of the catalogue can be kept; the oldest lists make room."""
    ids = list(library.ids())
    name = library.keep_list(ids[:5])
    assert library.keep_list([*reversed(ids[:5]), ids[0]]) == name and library.kept_list(name) == tuple(sorted(ids[:5]))
    with pytest.raises(NotFound):
        library.keep_list([ids[0], "0" * 16])
    with pytest.raises(NotAllowed):
        library.keep_list([])
    with pytest.raises(NotFound):
        library.kept_list("0" * 16)


def test_old_lists_make_room(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many lists are kept, those kept last."""
    monkeypatch.setattr("catalog.lists.KEPT", 3)
    names = [library.keep_list([i]) for i in list(library.ids())[:5]]
    for n, name in enumerate(names):
        if n < 2:
            with pytest.raises(NotFound):
                library.kept_list(name)
        else:
            assert library.kept_list(name)
