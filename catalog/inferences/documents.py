"""Files that say they were made from one document (XMP media management): ids by which pictures find each other.

Such an id nominates and explains; it proves nothing. Templates and cameras give one id to many files, and a crop may have become
another picture. So a pair that only ids nominate is a match when its pixels say so, as any other pair.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..catalogue import Catalogue
from ..duplicates.base import Neighbours
from ..duplicates.rounds import Apply, Batch, Problem, Report, compare, damaged, ignore
from ..duplicates.sample import Sample
from ..model import Evidence, Image, Match

#: Files with one id beyond which it is taken for a template's.
MAX_OF_ONE = 30
#: Shorter ids ("1", "untitled") name nothing.
_SHORTEST = 16
#: What agreeing ids are worth beside what the pixels show, in log-odds.
WEIGHT = 1.0

Pair = tuple[str, str]


def keys(image: Image) -> list[str]:
    """Return the ids of the documents that a file is, or was made from, as keys that are no words."""
    meta = image.metadata
    named = (meta.document_id, meta.instance_id, *meta.derived_from[:8])
    return sorted({f"document {ident.casefold()}" for ident in named if len(ident) >= _SHORTEST})


def of_one(cat: Catalogue, image: Image) -> list[str]:
    """Return the pictures whose files were made from the same document as this one; none where a template's id is on many."""
    found = {i for key in keys(image) for i in cat.store.find("image", "keys.words", key)} - {image.id}
    return sorted(found) if len(found) <= MAX_OF_ONE else []


def matches(
    cat: Catalogue,
    neighbours: Neighbours,
    idents: Sequence[str],
    found: Sequence[Match],
    apply: Apply = map,
    report: Report = ignore,
) -> list[Match]:
    """Return ``found``, the matches of ``idents`` by their looks, and those among files of one document that no looks nominated.

    Matches between files of one document name that as evidence. ``apply`` maps the comparing; ``report`` is told of
    pairs that could not be compared.
    """
    shared = _shared(cat, idents)
    known = {(match.a, match.b) for match in found}
    more = _verified(neighbours, [pair for pair in shared if pair not in known], apply, report)
    return [_explained(match, shared.get((match.a, match.b), "")) for match in (*found, *more)]


def _shared(cat: Catalogue, idents: Sequence[str]) -> dict[Pair, str]:
    """Each pair of files of one document that one of ``idents`` is in, with the id that both name."""
    pairs: dict[Pair, str] = {}
    for image in cat.images(idents).values():
        own = set(keys(image))
        for other in cat.images(of_one(cat, image)).values() if own else ():
            common = sorted(own.intersection(keys(other)))
            pairs[min(image.id, other.id), max(image.id, other.id)] = common[0].removeprefix("document ")
    return dict(sorted(pairs.items()))


def _verified(neighbours: Neighbours, pairs: Sequence[Pair], apply: Apply, report: Report) -> Iterator[Match]:
    asked: list[Pair] = []

    def batches() -> Iterator[Batch]:
        for pair in pairs:
            samples: list[Sample] = []
            for ident in pair:
                try:
                    samples.append(neighbours.sample(ident))
                except KeyError:
                    if ident in neighbours:
                        report(damaged(ident))
            if len(samples) == len(pair):
                asked.append(pair)
                yield samples[0], (samples[1],)

    for place, outcome in enumerate(apply(compare, batches()) if pairs else ()):
        reason = str(getattr(outcome, "reason", outcome))
        for one in outcome if isinstance(outcome, list) else [Problem(*asked[place], reason)]:
            if isinstance(one, Match):
                yield one
            elif one is not None:
                report(one)


def _explained(match: Match, ident: str) -> Match:
    if not ident:
        return match
    return replace(
        match, evidence=(*match.evidence, Evidence("same document", WEIGHT, f"both files name {ident[:80]}"))
    )
