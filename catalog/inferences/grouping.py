"""Duplicate groups as people see and decide them: the best copy that holds, what was said of the others, and where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .. import resolve
from ..catalogue import Catalogue
from ..codec import facts_hash
from ..errors import NotFound
from ..later import later
from ..model import Decision, Group, Record
from ..views import GroupView
from . import components

if TYPE_CHECKING:
    from . import inferring
else:
    (inferring,) = later(".inferences.inferring")

#: The single values of a photograph that its copies may carry differently, and of which a person chooses one.
SINGLE = ("caption", "credit")


def chosen(group: Group, decisions: Sequence[Decision]) -> Group:
    """Return ``group`` with the best copy that a person chose last, where one did; else as the rules have it."""
    members = set(group.images)
    for decision in reversed(decisions):
        best = str(decision.values.get("best", ""))
        if (
            decision.kind == "duplicate"
            and decision.action in resolve.JOINING
            and best in members
            and set(decision.subjects) <= members
        ):
            return group if best == group.best else replace(group, best=best, reasons=("chosen by a person",))
    return group


def around(cat: Catalogue, image: str) -> Group | None:
    """Return the group that an image belongs to by rules and decisions, None when it stands alone."""
    found = next((g for g in components.groups_around(cat, image) if image in g.images), None)
    return chosen(found, cat.decisions_about(found.images)) if found else None


def groups(cat: Catalogue, copies: Iterable[str], after: str = "") -> Iterator[Group]:
    """Yield the duplicate groups among ``copies`` whose smallest id lies above ``after``, in the order of these ids.

    ``copies`` are the images that match others or lie in several places, in any order: what the search index knows as
    ``is:duplicate``. One picture in several places is a group of its own.
    """
    seen: set[str] = set()
    for ident in sorted(i for i in copies if i > after):
        if ident in seen:
            continue
        found = around(cat, ident)
        if found is not None and found.images[0] > after and not seen & set(found.images):
            seen.update(found.images)
            yield found
        elif found is None:
            doc = cat.store.get("image", ident) or {}
            if len(doc.get("paths", ())) > 1:
                yield Group(ident, (ident,), ident, (), ("the same bytes in several places",))


def pair_decisions(cat: Catalogue, a: str, b: str) -> tuple[tuple[Decision, ...], str]:
    """Return what people said of two pictures, oldest first, and the token that goes back with the next decision on them."""
    about = [d for d in cat.decisions_about([a]) if d.kind == "duplicate" and sorted(d.subjects[:2]) == sorted((a, b))]
    return tuple(about), resolve.seen_token(facts_hash(sorted((a, b))), about)


def single_values(record: Record) -> dict[str, str]:
    """Return what a picture says where only one thing can hold."""
    return {"caption": record.captions[0] if record.captions else "", "credit": record.credit}


def _differing(records: Sequence[Record]) -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """The values to choose from, by field; ``records`` begin with the best copy, which may lack what others have."""
    found = {}
    for name in SINGLE:
        values: dict[str, list[str]] = {}
        for record in records:
            if value := single_values(record)[name]:
                values.setdefault(value, []).append(record.id)
        if set(values) - {single_values(records[0])[name]}:
            found[name] = tuple((value, tuple(idents)) for value, idents in values.items())
    return found


def seen_token(group: Group, decisions: Sequence[Decision]) -> str:
    """Return what a page sends back with a decision on a group: its members, and the last thing said of any of them."""
    about = [d for d in decisions if d.kind == "duplicate" or d.action == "edit"]
    return resolve.seen_token(facts_hash(group.images), about)


def said_of(group: Group, decisions: Sequence[Decision]) -> dict[str, str]:
    """Return, by member, what the last decision on it and the best copy says: same, crop, or nothing yet."""
    said: dict[str, str] = {}
    for decision in decisions:
        if decision.kind == "duplicate" and group.best in decision.subjects:
            said.update(dict.fromkeys(set(decision.subjects) & set(group.images) - {group.best}, decision.action))
    return said


def view(cat: Catalogue, image: str) -> GroupView:
    """Return the group around an image with what is needed to decide it. Raises NotFound when it has no copies."""
    group = around(cat, image)
    if group is None:
        raise NotFound("group of copies around the picture", image)
    decisions = cat.decisions_about(group.images)
    ordered = [group.best, *(i for i in group.images if i != group.best)]
    records = {i: r for i in ordered if (r := cat.record(i)) is not None}
    parted = {i for pair in resolve.denied_pairs(decisions) for i in pair} - set(group.images)
    apart = {i: r for i in sorted(parted)[:50] if (r := cat.record(i)) is not None}
    return GroupView(
        group=group,
        records=records,
        matches={m.b if m.a == group.best else m.a: m for m in group.matches if group.best in (m.a, m.b)},
        said=said_of(group, decisions),
        differing=_differing(list(records.values())),
        apart=apart,
        seen=seen_token(group, decisions),
    )
