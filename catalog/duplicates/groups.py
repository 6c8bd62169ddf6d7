"""Duplicate groups: every member matches every other, so that no chain joins strangers; and the best copy of each.

A logo page that shows photographs A and B matches both, and still A and B are no copies of each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from ..model import Group, Image, Match
from .best import choose

Pair = tuple[str, str]


def build(
    ids: Iterable[str],
    matches: Iterable[Match],
    denied: frozenset[Pair],
    images: Mapping[str, Image] | None = None,
    joined: frozenset[Pair] = frozenset(),
) -> list[Group]:
    """Return the groups of at least two among ``ids``, largest first, each image in at most one.

    ``same scene`` matches and ``denied`` pairs (either order) never join. The strongest matches join first; groups merge
    only when matches hold between all their members. ``images`` are what the best copy is chosen from. ``joined`` are pairs
    (in order of id) that a person says are one photograph though nothing was found: they join the groups of both, whole, unless
    that brings a denied pair together.
    """
    known = set(ids)
    pairs = {_pair(m.a, m.b): m for m in matches if m.relation != "same scene" and {m.a, m.b} <= known and m.a != m.b}
    apart = frozenset(_pair(first, second) for first, second in denied)
    pairs = {pair: match for pair, match in pairs.items() if pair not in apart}
    members = _merge(pairs, joined & pairs.keys(), apart)
    groups = [_group(sorted(group), pairs, images or {}) for group in members]
    return sorted(groups, key=lambda g: (-len(g.images), g.images))


def _merge(pairs: Mapping[Pair, Match], joined: frozenset[Pair], apart: frozenset[Pair]) -> list[set[str]]:
    """Complete-link merging: strongest match first; what only a person joins comes last and joins whole groups."""
    friends: dict[str, set[str]] = {}
    for a, b in pairs:
        friends.setdefault(a, set()).add(b)
        friends.setdefault(b, set()).add(a)
    home: dict[str, set[str]] = {ident: {ident} for ident in friends}
    for (a, b), _ in sorted(pairs.items(), key=lambda item: (item[0] in joined, -_strength(item[1]), item[0])):
        one, other = home[a], home[b]
        if one is other:
            continue
        if (a, b) in joined:
            fits = not any(_pair(x, y) in apart for x in one for y in other)
        else:
            fits = all(other <= friends[member] for member in one)
        if not fits:
            continue
        small, large = sorted((one, other), key=len)
        large |= small
        for member in small:
            home[member] = large
    distinct = {id(group): group for group in home.values()}
    return [group for group in distinct.values() if len(group) > 1]


def _strength(match: Match) -> float:
    """Whole pictures join before parts: a crop or collage should follow the copies of its own photograph."""
    return match.score - (1.0 if match.relation == "collage" else 0.25 if match.relation == "cropped" else 0.0)


def _group(members: list[str], pairs: Mapping[Pair, Match], images: Mapping[str, Image]) -> Group:
    inside = tuple(
        pairs[pair] for i, a in enumerate(members) for b in members[i + 1 :] if (pair := _pair(a, b)) in pairs
    )
    best, reasons = choose(members, inside, images)
    ident = hashlib.sha256("\n".join(members).encode()).hexdigest()[:16]
    return Group(ident, tuple(members), best, inside, reasons)


def _pair(a: str, b: str) -> Pair:
    return (a, b) if a < b else (b, a)
