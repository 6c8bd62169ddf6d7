"""Duplicate groups are decided as one step: each copy for itself, the best as the person has it, and undone as one."""

from __future__ import annotations

import pytest

from catalog.errors import NotAllowed, NotFound, Stale
from catalog.library import Library
from catalog.model import Group
from catalog.views import GroupView


@pytest.fixture
def group(library: Library) -> Group:
    """The largest group of the example stories."""
    return max(library.groups(), key=lambda g: len(g.images))


def _others(view: GroupView) -> list[str]:
    return [i for i in view.group.images if i != view.group.best]


def _open(library: Library) -> list[str]:
    return sorted(f.id for f in library.findings("duplicate", limit=100).items)


def test_a_whole_group_is_one_step(library: Library, group: Group) -> None:
    """Saying of every copy that it is the same settles every finding of the group; one undo opens them all again."""
    before = _open(library)
    made = library.decide_group(group.best, group.best, dict.fromkeys(group.images, "same"), who="Anna")
    assert len({d.batch for d in made}) == 1 and {d.who for d in made} == {"Anna"}
    assert not [f for f in library.findings("duplicate", limit=100).items if set(f.subjects) <= set(group.images)]
    assert set(library.group(group.best).said.values()) == {"same"}
    library.undo()
    assert _open(library) == before and not library.group(group.best).said


def test_another_best_copy_stays_chosen(library: Library, group: Group) -> None:
    """The copy that a person chose is the best one wherever the group is shown, also after inferring everything anew."""
    other = next(i for i in group.images if i != group.best)
    library.decide_group(group.best, other, dict.fromkeys(group.images, "same"))
    for _ in library.recompute("regroup"):
        pass
    view = library.group(group.best)
    assert (view.group.best, view.group.reasons) == (other, ("chosen by a person",))
    assert next(iter(view.records)) == other
    assert next(g for g in library.groups() if other in g.images).best == other
    assert not [f for f in library.findings("duplicate", limit=100).items if set(f.subjects) <= set(group.images)]
    assert library.compare(group.best, other).best == other


@pytest.mark.parametrize("action", ["not-same", "same-scene"])
def test_a_stranger_leaves_the_group_for_good(library: Library, group: Group, action: str) -> None:
    """Who is parted from the best copy is parted from all that are the same, and does not come back by another chain."""
    view = library.group(group.best)
    gone, *kept = _others(view)
    library.decide_group(group.best, group.best, {gone: action, **dict.fromkeys(kept, "same")})
    now = library.group(group.best)
    assert set(now.group.images) == {group.best, *kept} and set(now.apart) == {gone}
    assert not library.record(gone).matches
    with pytest.raises(NotFound):
        library.group(gone)
    library.undo()
    assert library.group(gone).group.images == group.images


def test_what_is_left_open_waits(library: Library, group: Group) -> None:
    """A copy of which nothing is said keeps its finding; the others are settled."""
    first, *rest = _others(library.group(group.best))
    library.decide_group(group.best, group.best, {first: "same"} | dict.fromkeys(rest, "open"))
    waiting = {i for f in library.findings("duplicate", limit=100).items for i in f.subjects} & set(group.images)
    assert waiting == {group.best, *rest}


def test_the_person_chooses_a_single_value(library: Library, group: Group) -> None:
    """Where copies differ in credit the chosen one is kept as an edit of the best copy; no text of any copy is touched."""
    first, *_ = _others(library.group(group.best))
    library.edit(first, {"credit": "Coastline Agency"})
    view = library.group(group.best)
    assert "Coastline Agency" in [value for value, _ in view.differing["credit"]]
    captions = {i: r.captions for i, r in view.records.items()}
    library.decide_group(group.best, group.best, {first: "same"}, values={"credit": "Coastline Agency"})
    assert library.record(group.best).credit == "Coastline Agency"
    assert {i: r.captions for i, r in library.group(group.best).records.items()} == captions
    library.undo()
    assert library.record(group.best).credit == view.records[group.best].credit


def test_an_old_page_decides_nothing(library: Library, group: Group) -> None:
    """A group of which something was said since the page was shown is refused as stale, and nothing is written."""
    seen = library.group(group.best).seen
    first, second, *_ = _others(library.group(group.best))
    library.decide_group(group.best, group.best, {first: "same"}, seen=seen)
    before = library.log().total
    with pytest.raises(Stale):
        library.decide_group(group.best, group.best, {second: "same"}, seen=seen)
    assert library.log().total == before


@pytest.mark.parametrize(
    ("best", "said", "values"),
    [
        ("ffffffffffffffff", {}, {}),
        ("", {"ffffffffffffffff": "same"}, {}),
        ("", {"0": "perhaps"}, {}),
        ("", {}, {}),
        ("", {"0": "same"}, {"note": "x"}),
    ],
)
def test_what_does_not_fit_is_refused(
    library: Library, group: Group, best: str, said: dict[str, str], values: dict[str, str]
) -> None:
    """A best copy or member of elsewhere, an unknown word, another field, and saying nothing are refused."""
    first = _others(library.group(group.best))[0]
    said = {first if i == "0" else i: action for i, action in said.items()}
    with pytest.raises(NotAllowed):
        library.decide_group(group.best, best or group.best, said, values=values)
    assert library.log().total == 0


def test_groups_are_read_on_from_any_one(library: Library) -> None:
    """Reading on after a group's smallest id gives the rest, in order, each once."""
    every = list(library.groups())
    assert [g.images[0] for g in every] == sorted(g.images[0] for g in every) and len(every) > 1
    for n, group in enumerate(every):
        assert list(library.groups(after=group.images[0])) == every[n + 1 :]
