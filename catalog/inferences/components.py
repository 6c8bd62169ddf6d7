"""Pictures that matches join, directly or through others, and the duplicate groups among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .. import resolve
from ..catalogue import Catalogue
from ..duplicates.groups import build
from ..model import Group, Match

#: Largest component of matching pictures that is looked at as a whole; larger ones are cut there, nearest first.
MAX_COMPONENT = 200


def component(
    cat: Catalogue, image: str, denied: frozenset[tuple[str, str]] = frozenset()
) -> tuple[set[str], dict[str, Match]]:
    """Return the images reached from one by matches, breadth first, and those matches; at most MAX_COMPONENT images."""
    members, matches, ahead = {image}, dict[str, Match](), [image]
    while ahead:
        for match in cat.matches_of(ahead.pop(0)):
            if match.relation == "same scene" or (match.a, match.b) in denied:
                continue
            matches[match.id] = match
            for other in (match.a, match.b):
                if other not in members and len(members) < MAX_COMPONENT:
                    members.add(other)
                    ahead.append(other)
    return members, {k: m for k, m in matches.items() if m.a in members and m.b in members}


def groups_around(cat: Catalogue, image: str) -> list[Group]:
    """Return the duplicate groups among the pictures that matches join to ``image``, with what people denied left out."""
    return _groups(cat, *component(cat, image))


def groups_among(cat: Catalogue, images: Iterable[str]) -> Iterator[Group]:
    """Yield the groups around each of ``images``. A component that is not cut has the same ones around all its members, and is
    looked at once."""
    settled = set[str]()
    for ident in images:
        if ident not in settled:
            members, matches = component(cat, ident)
            settled |= members if len(members) < MAX_COMPONENT else {ident}
            yield from _groups(cat, members, matches)


def together(cat: Catalogue, images: Sequence[str]) -> Iterator[str]:
    """Yield ``images`` in their order, but each with those of its component behind it."""
    rest = set(images)
    for ident in images:
        if ident not in rest:
            continue
        members = component(cat, ident)[0] & rest
        rest -= members
        yield from (ident, *sorted(members - {ident}))


def _groups(cat: Catalogue, members: set[str], matches: dict[str, Match]) -> list[Group]:
    if len(members) < 2:
        return []
    denied = resolve.denied_pairs(cat.decisions_about(members))
    joined = resolve.joined_by_hand(matches.values())
    return build(sorted(members), list(matches.values()), denied, cat.images(members), joined)
