"""The name of what happened between two copies of a photograph, and where one lies in the other."""

from __future__ import annotations

from ..model import Evidence, Match, Relation
from .blocks import Agreement
from .geometry import Matrix, bounds, invert, overlap, similarity
from .sample import Sample

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
#: A picture that covers at least this share of the other shows all of it.
WHOLE = 0.965


def identical(a: Sample, b: Sample) -> Match:
    """The match of two files with the same bytes."""
    return Match(f"{a.id}:{b.id}", a.id, b.id, "identical", 1.0, "the same bytes", IDENTITY)


def same_pixels(a: Sample, b: Sample) -> Match:
    """The match of two files with the same pixels."""
    return Match(f"{a.id}:{b.id}", a.id, b.id, "re-encoded", 1.0, "the same pixels in another file", IDENTITY)


def same_scene(a: Sample, b: Sample, matrix: Matrix, score: float, evidence: tuple[Evidence, ...]) -> Match:
    """The match of two photographs of one scene, which are not copies of each other."""
    detail = "another frame of the same scene"
    return Match(f"{a.id}:{b.id}", a.id, b.id, "same scene", score, detail, _flat(matrix), evidence=evidence)


def describe(a: Sample, b: Sample, agreement: Agreement, score: float, evidence: tuple[Evidence, ...]) -> Match:
    """The match of two copies; ``agreement`` is what the blocks say."""
    matrix = agreement.matrix
    scale, degrees, mirrored, stretch = similarity(matrix, (a.width, a.height), (b.width, b.height))
    of_a, of_b = overlap(matrix)
    seen: list[str] = []
    name: Relation = "re-encoded"
    if abs(scale - 1) > 0.01:
        name = "resized"
    if agreement.share < 0.85:
        name = "edited"
        seen.append("parts differ")
    box, whole = None, ""
    if min(of_a, of_b) < WHOLE:
        name = "cropped"
        whole = a.id if of_a <= of_b else b.id
        inverse = invert(matrix)
        box = bounds(matrix) if whole == a.id else bounds(inverse) if inverse is not None else None
        seen.append("a part")
    if abs(degrees) > 0.7:
        name = "rotated"
        seen.append(f"{abs(degrees):.0f}° {'clockwise' if degrees > 0 else 'anticlockwise'}")
    if mirrored:
        name = "mirrored"
        seen.append("mirrored")
    if stretch > 1.03:
        seen.append(f"stretched {stretch:.2f} times")
    return Match(f"{a.id}:{b.id}", a.id, b.id, name, score, ", ".join(seen), _flat(matrix), box, whole, evidence)


def _flat(matrix: Matrix) -> tuple[float, ...]:
    return tuple(float(x) for x in (matrix / matrix[2, 2]).reshape(-1))
