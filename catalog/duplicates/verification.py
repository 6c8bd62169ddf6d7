"""Do two pictures show the same photograph, and how does one come from the other?

Hypotheses first: how ``b`` may lie on ``a``. They come from the hashes (the eight forms, with and without borders) and
from local features, as it is and mirrored. Each is then judged by aligned blocks (:mod:`.blocks`); the best wins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ..fingerprinting import features
from ..fingerprinting.features import Features
from ..fingerprinting.fingerprints import FORMS, forms
from ..model import Evidence, Fingerprint, Match
from . import judgement, relation
from .blocks import Agreement, compare
from .geometry import Matrix, centred, into_box, invert
from .matching import Alike, alignments, repeated
from .sample import Sample

#: Hashes further apart than this many of 256 bits nominate no alignment.
NOMINATES = 72
#: From this score on no other hypothesis needs to be tried.
_CLEAR = 0.97
_MIRROR = np.array([[-1.0, 0, 1], [0, 1, 0], [0, 0, 1]])


@dataclass(frozen=True)
class Hypothesis:
    """One way that b may lie on a, judged. ``corners`` of both agree with it: the share ``repeated`` of those they could share."""

    agreement: Agreement
    corners: int
    repeated: float
    score: float


def verify(a: Sample, b: Sample) -> Match | None:
    """Return how ``a`` and ``b`` show the same photograph (or the same scene), or ``None`` when they do not.

    The match is written with the smaller id first. Raises :class:`ValueError` when a blob of features is damaged.
    """
    if a.id > b.id:
        a, b = b, a
    if a.sha256 == b.sha256:
        return relation.identical(a, b)
    if a.fingerprint.flat or b.fingerprint.flat:
        same = a.fingerprint.flat and b.fingerprint.flat and a.fingerprint.pixels == b.fingerprint.pixels
        return relation.same_pixels(a, b) if same and (a.width, a.height) == (b.width, b.height) else None
    found = best_hypothesis(a, b)
    if found is None or found.score < judgement.SCENE:
        return None
    evidence = (
        Evidence("blocks", round(found.agreement.share, 4), f"of {found.agreement.blocks:.0f} with structure"),
        Evidence("corners", float(found.corners), "in both pictures"),
    )
    if found.score < judgement.COPY:
        # Where few corners meet, the rest is chance.
        return relation.same_scene(a, b, found.agreement.matrix, found.score, evidence) if found.corners >= 12 else None
    thumbs = (unpacked(a.features).thumb, unpacked(b.features).thumb)
    return relation.describe(a, b, thumbs, found.agreement, found.score, evidence)


def best_hypothesis(a: Sample, b: Sample) -> Hypothesis | None:
    """The way of laying ``b`` on ``a`` for which most speaks; ``None`` when nothing does."""
    best: Hypothesis | None = None
    for hypothesis in _hypotheses(a, b):
        if best is None or hypothesis.score > best.score:
            best = hypothesis
        if best.score >= _CLEAR:
            break
    return best


def _hypotheses(a: Sample, b: Sample) -> Iterator[Hypothesis]:
    both = _Both(unpacked(a.features), unpacked(b.features))
    for matrix in _by_hash(a.fingerprint, b.fingerprint):
        yield from both.judged(matrix)
    for found in alignments(both.alike):
        yield from both.judged(found.matrix)
    for found in alignments(both.alike_mirrored):
        yield from both.judged(found.matrix @ _MIRROR)


class _Both:
    """The features of two pictures, and what is worked out of them once."""

    def __init__(self, a: Features, b: Features) -> None:
        self.a, self.b = a, b

    @cached_property
    def alike(self) -> Alike:
        return Alike(self.a, self.b)

    @cached_property
    def alike_mirrored(self) -> Alike:
        return Alike(self.a, self.b.mirrored)

    def judged(self, matrix: Matrix) -> Iterator[Hypothesis]:
        """The hypothesis that ``matrix`` is, if blocks speak for it at all."""
        agreement = compare(self.a.thumb, self.b.thumb, matrix, (self.a.colours, self.b.colours))
        if agreement is None:
            return
        if float(np.linalg.det(agreement.matrix[:2, :2])) < 0:
            share, corners = repeated(self.alike_mirrored, agreement.matrix @ _MIRROR)
        else:
            share, corners = repeated(self.alike, agreement.matrix)
        yield Hypothesis(agreement, corners, share, judgement.score(agreement, share))


@lru_cache(maxsize=256)
def unpacked(blob: bytes) -> Features:
    """The features in ``blob``; the last ones are kept, since a query is compared with many."""
    return features.unpack(blob)


def _by_hash(a: Fingerprint, b: Fingerprint) -> list[Matrix]:
    """Alignments that the hashes propose, nearest first."""
    found: list[tuple[int, Matrix]] = []
    for hash_a, box_a in _parts(a):
        for hash_b, box_b in _parts(b):
            own = int(hash_a, 16)
            for name, form in _forms(hash_b).items():
                distance = (own ^ form).bit_count()
                outof_b = invert(into_box(box_b)) if distance <= NOMINATES else None
                if outof_b is not None:
                    # FORMS maps the form's coordinates to b's; here b -> form -> a.
                    back = invert(centred(FORMS[name]))
                    assert back is not None
                    found.append((distance, into_box(box_a) @ back @ outof_b))
    found.sort(key=lambda pair: pair[0])
    return [matrix for _, matrix in found[:2]]


@lru_cache(maxsize=1024)
def _forms(dct: str) -> dict[str, int]:
    return forms(dct)


def _parts(fingerprint: Fingerprint) -> list[tuple[str, tuple[float, float, float, float] | None]]:
    parts: list[tuple[str, tuple[float, float, float, float] | None]] = [(fingerprint.dct, None)]
    if fingerprint.trimmed and fingerprint.box:
        parts.append((fingerprint.trimmed, fingerprint.box))
    return parts
