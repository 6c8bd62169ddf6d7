"""A person can correct any link, also one that was certain, and take the correction back."""

from __future__ import annotations

import pytest

from catalog.errors import NotAllowed, NotFound
from catalog.library import Library
from catalog.model import Usage


def certain(library: Library) -> Usage:
    """A usage that was linked without a person."""
    return next(u for r in library.records() for u in r.usages if u.status == "linked")


def test_a_certain_link_can_be_turned_down_and_comes_back(library: Library) -> None:
    """Rejecting a certain link unlinks the picture at once, in the record and in search; undo restores both."""
    usage = certain(library)
    before = list(library.export("jsonl"))
    library.link(usage.caption.id, "reject", usage.image, who="me")
    assert [u.status for u in library.record(usage.image).usages if u.caption.id == usage.caption.id] == ["rejected"]
    assert usage.image in list(library.ids("is:rejected"))
    library.undo()
    assert list(library.export("jsonl")) == before
    assert usage.image not in list(library.ids("is:rejected"))


def test_a_caption_can_be_given_to_another_picture(library: Library) -> None:
    """Linking a caption to another picture moves it there, though nothing had proposed that."""
    usage = certain(library)
    other = next(r.id for r in library.records() if all(u.article != usage.article for u in r.usages))
    library.link(usage.caption.id, "link", other)
    assert "linked" in library.record(other).flags
    assert [u.status for u in library.record(usage.image).usages if u.caption.id == usage.caption.id] == ["rejected"]


def test_what_cannot_be_linked_is_refused(library: Library) -> None:
    """Unknown captions, pictures and actions are each refused in one sentence, and nothing is written."""
    usage = certain(library)
    with pytest.raises(NotFound):
        library.link("nope", "link", usage.image)
    with pytest.raises(NotFound):
        library.link(usage.caption.id, "link", "nope")
    with pytest.raises(NotAllowed):
        library.link(usage.caption.id, "marry", usage.image)
    assert library.log().total == 0


def test_a_decision_is_no_evidence_of_itself(library: Library) -> None:
    """Accepting a link and linking anew gives the same evidence and score as before: the decision settles it, no more."""
    finding = next(library.all_findings("link"))
    caption, image = finding.subjects[:2]
    before = {x.id: x for x in library.caption(caption).links}
    library.decide(finding.id, "accept")
    list(library.recompute("relink"))
    assert {x.id: x for x in library.caption(caption).links} == before
    assert [u.status for u in library.record(image).usages if u.caption.id == caption] == ["linked"]
