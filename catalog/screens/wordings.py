"""How captions were worded before: which caption of a replaced revision became which of today's.

A caption's id follows from its words, so that one which was reworded is another caption to everything else. It is the same usage
where the source prints it with the same picture, or else where enough of its words are the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ..addresses import keys
from ..linking.tokens import words
from ..model import Caption, Revision
from ..views import Wording

#: Share of the words of both (Dice's coefficient) from which on two captions of one article are one, reworded.
ALIKE = 0.4
#: Captions without their like in the other revision that are compared.
_MOST = 120


def earlier(captions: Sequence[Caption], revisions: Sequence[Revision]) -> dict[str, tuple[Wording, ...]]:
    """Return how each of an article's ``captions`` was worded before, the latest first, by its id. One that never changed is left
    out. ``revisions`` are the replaced ones, oldest first.
    """
    found: dict[str, list[Wording]] = {}
    now = {caption.id: caption for caption in captions}  # by the id that it has in the revision that is looked at
    for revision in reversed(revisions):
        became = dict(_successors(revision.captions, tuple(now.values())))
        ids = {caption.id: ident for ident, caption in now.items()}
        before: dict[str, Caption] = {}
        for caption in revision.captions:
            later = became.get(caption.id)
            if later is None:
                continue
            ident = ids[later.id]
            before[ident] = caption
            if (caption.text, caption.credit) != (later.text, later.credit):
                found.setdefault(ident, []).append(Wording(caption, revision.n, revision.until))
        now |= before
    return {ident: tuple(worded) for ident, worded in found.items()}


def _successors(before: Sequence[Caption], after: Sequence[Caption]) -> Iterator[tuple[str, Caption]]:
    """Yield the id of each caption that goes on, and what it became: itself, that of the same picture, or the most alike."""
    later = {caption.id: caption for caption in after}
    yield from ((c.id, later[c.id]) for c in before if c.id in later)
    kept = {c.id for c in before}
    lost = [c for c in before if c.id not in later][:_MOST]
    new = [c for c in after if c.id not in kept][:_MOST]
    said = {c.id: Counter(words(c.text)) for c in (*lost, *new)}
    likeness = {(i, k): _likeness(old, one, said) for i, old in enumerate(lost) for k, one in enumerate(new)}
    taken, named = set[int](), set[int]()
    for i, k in sorted(likeness, key=lambda pair: (-likeness[pair], pair)):
        if likeness[i, k] and i not in taken and k not in named:
            taken.add(i)
            named.add(k)
            yield lost[i].id, new[k]


def _likeness(old: Caption, new: Caption, said: Mapping[str, Counter[str]]) -> float:
    """Return what speaks for one usage: the share of the words of both, and 1 for the same picture; 0 where it is not enough."""
    a, b = said[old.id], said[new.id]
    shared = 2 * (a & b).total() / max(1, a.total() + b.total())
    if old.image_url and new.image_url and not keys(old.image_url).isdisjoint(keys(new.image_url)):
        return 1.0 + shared
    return shared if shared >= ALIKE else 0.0
