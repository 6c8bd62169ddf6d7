"""Any two pictures can be decided: joined where nothing was found, parted where much was, and taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from catalog.errors import CatalogError, NotAllowed, NotFound, Stale
from catalog.library import Library
from catalog.model import Group


@pytest.fixture
def group(library: Library) -> Group:
    """The largest group of the example stories."""
    return max(library.groups(), key=lambda g: len(g.images))


@pytest.fixture
def stranger(library: Library) -> str:
    """A picture without any copy."""
    return next(r.id for r in library.records() if not r.matches and len(r.image.paths) == 1)


def test_two_pictures_that_nothing_joined_become_copies(library: Library, group: Group, stranger: str) -> None:
    """Said to be the same as one copy, a picture joins the whole group, is found as a duplicate, and the finding is settled."""
    before, waiting = sum(1 for _ in library.groups()), library.findings().total
    library.decide_pair(stranger, group.best, "same", best=group.best, who="Anna")
    assert set(library.group(stranger).group.images) == {*group.images, stranger}
    assert stranger in set(library.ids("is:duplicate")) and sum(1 for _ in library.groups()) == before
    assert {(m.a, m.b) for m in library.matches()} >= {tuple(sorted((stranger, group.best)))}
    assert library.findings().total == waiting
    [said] = library.compare(stranger, group.best).decisions
    assert (said.who, said.action) == ("Anna", "same")
    for _ in library.recompute("regroup"):
        pass
    assert stranger in library.group(group.best).group.images


def test_undo_parts_them_again(library: Library, group: Group, stranger: str) -> None:
    """Taking the decision back leaves no trace in groups, records, findings and searches."""
    waiting = {f.id for f in library.all_findings(status="all")}
    library.decide_pair(stranger, group.best, "same", best=stranger)
    library.undo()
    assert not library.record(stranger).matches and stranger not in set(library.ids("is:duplicate"))
    assert library.group(group.best).group == group
    assert {f.id for f in library.all_findings(status="all")} == waiting


def test_a_crop_by_hand_is_a_match_and_drags_nobody_along(library: Library, group: Group, stranger: str) -> None:
    """A picture said to be a part of one copy matches that one; the others are not said to be anything."""
    library.decide_pair(stranger, group.best, "crop", best=group.best)
    [match] = library.record(stranger).matches
    assert (match.relation, match.whole) == ("cropped", group.best)
    assert group.best in library.group(group.best).group.images


@pytest.mark.parametrize("action", ["not-same", "same-scene"])
def test_a_pair_is_parted_without_its_finding(library: Library, group: Group, action: str) -> None:
    """Two copies that no finding is about can be parted; they are in no group together any more."""
    one, other = [i for i in group.images if i != group.best][:2]
    library.decide_pair(one, other, action)
    assert not any({one, other} <= set(g.images) for g in library.groups())


def test_what_is_parted_is_not_joined_by_hand(library: Library, group: Group, stranger: str) -> None:
    """A picture said not to be one of the copies does not come in through another copy."""
    one, other = [i for i in group.images if i != group.best][:2]
    library.decide_pair(stranger, one, "not-same")
    library.decide_pair(stranger, other, "same", best=other)
    assert not any({one, stranger} <= set(g.images) for g in library.groups())


def test_a_finding_of_the_pair_is_settled_either_way(library: Library) -> None:
    """Deciding the pair decides its finding: both doors write the same decision, and refuse a token of before."""
    finding = library.findings("duplicate", limit=1).items[0]
    a, b = finding.subjects[:2]
    assert library.compare(b, a).seen == finding.seen
    library.decide_pair(b, a, "same", best=a, seen=finding.seen)
    assert library.finding(finding.id).finding.status == "decided"
    with pytest.raises(Stale):
        library.decide(finding.id, "crop", seen=finding.seen)
    with pytest.raises(Stale):
        library.decide_pair(a, b, "crop", seen=finding.seen)


@pytest.mark.parametrize(
    ("say", "error"),
    [
        (lambda lib, a, b: lib.decide_pair(a, a, "not-same"), NotAllowed),
        (lambda lib, a, b: lib.decide_pair(a, b, "accept"), NotAllowed),
        (lambda lib, a, b: lib.decide_pair(a, b, "same"), NotAllowed),
        (lambda lib, a, b: lib.decide_pair(a, b, "same", best="another"), NotAllowed),
        (lambda lib, a, b: lib.decide_pair(a, "0" * 16, "not-same"), NotFound),
    ],
)
def test_what_does_not_fit_is_refused(
    library: Library, group: Group, say: Callable[[Library, str, str], object], error: type[CatalogError]
) -> None:
    """One picture alone, an unknown word, a best copy that is neither, an unknown picture: nothing is written."""
    with pytest.raises(error):
        say(library, *group.images[:2])
    assert not library.log().items


def test_naming_one_decision_of_a_bulk_step_takes_the_step_back(library: Library) -> None:
    """A change of many pictures is one step: undone from any of its rows, whole, and brought back whole."""
    ids = [hit.id for hit in library.search(limit=3).items]
    library.bulk_edit(ids, {"tags": ["picked"]})
    rows = library.log().items
    assert library.log().steps == {rows[0].batch: 3}
    taken = library.undo(idents=[rows[1].id])
    assert {d.id for d in taken} == {d.id for d in rows} and library.search("tag:picked").total == 0
    library.undo(idents=[library.log().items[0].id])
    assert library.search("tag:picked").total == 3
