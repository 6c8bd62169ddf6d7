"""The name of what happened between two copies of a photograph, and where the one lies in the other.

One name is given, the one that says most: collage, mirrored, rotated, cropped, edited, resized, re-encoded; all that was
seen is in the detail. In details, "first" and "second" are the match's ``a`` and ``b``.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ..fingerprinting import panels
from ..model import Evidence, Match, Relation
from .blocks import Agreement
from .geometry import Box, Matrix, bounds, invert, overlap, similarity
from .sample import Sample

Grey = npt.NDArray[np.uint8]
IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)

#: A picture of which at least this share lies in the other is wholly shown there.
WHOLE = 0.965
#: Degrees, and ratio of sides, below which turning and scaling are measuring error.
_TURNED, _SCALED, _STRETCHED = 0.7, 0.01, 1.03
#: Gain and offset of grey values that are a change of tone; difference of mean saturation that is one of colour.
_GAIN, _OFFSET, _SATURATION = 0.12, 10.0, 0.12
#: Share of the blocks that one overlay must change, and of a surrounding that has one value to be a frame or bar.
_OVERLAID, _PLAIN = 0.02, 0.5
#: Share of each inner side of a part, and of all of them, along which a straight edge runs if it is one of a collage.
_EDGE_LEAST, _EDGE_MEAN = 0.4, 0.65
#: How much of a part's fine detail its surrounding has at most, and the share of the part's sides along which a straight edge runs
#: at least, if that is a backdrop (a gradient, a blurred enlargement) and not more of the photograph.
_SOFT, _SOFT_EDGE = 0.25, 0.2
#: Pixels within the edge of a part in which detail is neither the part's nor its surrounding's.
_BETWEEN = 7


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


def describe(
    a: Sample,
    b: Sample,
    thumbs: tuple[Grey, Grey],
    agreement: Agreement,
    score: float,
    evidence: tuple[Evidence, ...],
) -> Match:
    """The match of two copies; ``agreement`` is what the blocks of their ``thumbs`` say."""
    matrix = agreement.matrix
    scale, degrees, mirrored, stretch = similarity(matrix, (a.width, a.height), (b.width, b.height))
    seen: list[tuple[Relation, str]] = []
    box, whole = _part(a, b, matrix)
    if whole:
        outer = thumbs[0] if whole == a.id else thumbs[1]
        in_frame = outer.shape == agreement.part.shape
        seen.append(
            _surrounded(outer, box, agreement.part if in_frame else None, "first" if whole == a.id else "second")
        )
    if mirrored:
        seen.append(("mirrored", "mirrored"))
    if abs(degrees) > _TURNED:
        seen.append(("rotated", f"second turned {_turn(degrees)}"))
    if stretch > _STRETCHED:
        seen.append(("edited", f"stretched {stretch:.2f} times"))
    seen += [("edited", what) for what in _edits(a, b, agreement)]
    if abs(scale - 1) > _SCALED:
        seen.append(("resized", f"second at {100 / scale:.0f} % of the size"))
    ranks: tuple[Relation, ...] = ("collage", "mirrored", "rotated", "cropped", "edited", "resized")
    name: Relation = next((rank for rank in ranks if any(rank == one for one, _ in seen)), "re-encoded")
    detail = ", ".join(what for _, what in seen)
    return Match(f"{a.id}:{b.id}", a.id, b.id, name, score, detail, _flat(matrix), box, whole, evidence)


def _part(a: Sample, b: Sample, matrix: Matrix) -> tuple[Box | None, str]:
    """Which part of which picture the other shows; nothing when each shows all of the other."""
    of_a, of_b = overlap(matrix)
    inverse = invert(matrix)
    if min(of_a, of_b) >= WHOLE or inverse is None:
        return None, ""
    box, whole = (bounds(matrix), a.id) if of_a <= of_b else (bounds(inverse), b.id)
    left, top, right, bottom = box
    # Turned by a few degrees, it may lack corners only.
    return (box, whole) if (right - left) * (bottom - top) < WHOLE else (None, "")


def _turn(degrees: float) -> str:
    """The words of a turn: its amount, and its way unless both ways are the same."""
    if abs(degrees) >= 179.5:
        return "180°"
    return f"{abs(degrees):.0f}° {'clockwise' if degrees > 0 else 'anticlockwise'}"


def _surrounded(outer: Grey, box: Box | None, part: npt.NDArray[np.int8] | None, which: str) -> tuple[Relation, str]:
    """What the picture around a part is: more of the photograph, a plain frame, or other pictures."""
    assert box is not None
    height, width = outer.shape
    where = box if part is None else _agreeing(part, box)
    left, top, right, bottom = (
        round(side * size) for side, size in zip(where, (width, height, width, height), strict=True)
    )
    around = np.ones(outer.shape, bool)
    around[top:bottom, left:right] = False
    if not around.any():
        return "cropped", f"a part of the {which}"
    values = np.bincount(outer[around], minlength=256).astype(np.float64)
    near = np.convolve(values, np.ones(21), "same")
    if near.max() >= _PLAIN * values.sum() and _plain_edge(outer, around):
        return "edited", f"frame or bar around it in the {which}"
    # Edges are looked for at a size at which they are a pixel wide or more.
    large = np.asarray(cv2.resize(outer, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR), np.uint8)
    sides = panels.support(large, (2 * left, 2 * top, 2 * right, 2 * bottom), reach=6)
    if sides and min(sides) >= _EDGE_LEAST and sum(sides) >= _EDGE_MEAN * len(sides):
        return "collage", f"one of several parts of the {which}"
    if sides and sum(sides) >= _SOFT_EDGE * len(sides) and _softness(outer, around) <= _SOFT:
        return "edited", f"frame or bar around it in the {which}"
    return "cropped", f"a part of the {which}"


def _softness(outer: Grey, around: npt.NDArray[np.bool_]) -> float:
    """Fine detail around a part by that within it; 1 when there is too little of either to tell."""
    blurred = cv2.GaussianBlur(outer.astype(np.float32), (0, 0), 0.7)
    detail = np.abs(np.asarray(cv2.Laplacian(blurred, cv2.CV_32F), np.float32))
    without, within = (
        cv2.erode(where.astype(np.uint8), np.ones((_BETWEEN, _BETWEEN)), borderValue=1) > 0
        for where in (around, ~around)
    )
    if min(int(without.sum()), int(within.sum())) < _BETWEEN**2:
        return 1.0
    return float(detail[without].mean() / (detail[within].mean() + 1e-3))


def _agreeing(part: npt.NDArray[np.int8], box: Box) -> Box:
    """The box around the blocks that agree (stray ones left out), in fractions; ``box`` when there are hardly any."""
    ys, xs = np.nonzero(part == 1)
    if len(xs) < 16:
        return box
    height, width = part.shape
    (left, right), (top, bottom) = np.percentile(xs, (1, 99)), np.percentile(ys, (1, 99))
    return (
        float(max(0.0, (left - 4) / width, box[0])), float(max(0.0, (top - 4) / height, box[1])),
        float(min(1.0, (right + 5) / width, box[2])), float(min(1.0, (bottom + 5) / height, box[3])),
    )  # fmt: skip


def _plain_edge(outer: Grey, around: npt.NDArray[np.bool_]) -> bool:
    """Whether the picture's own rim, where it is outside of the part, has hardly any structure."""
    rim = np.zeros(outer.shape, bool)
    rim[:2], rim[-2:], rim[:, :2], rim[:, -2:] = True, True, True, True
    values = outer[rim & around]
    return len(values) > 0 and float(np.abs(values - np.median(values)).mean()) < 8


def _edits(a: Sample, b: Sample, agreement: Agreement) -> list[str]:
    """Changes of the picture itself, in users' words."""
    edits: list[str] = []
    place = _overlay(agreement.part)
    if place:
        edits.append(f"something laid over it {place}")
    if abs(agreement.gain - 1) > _GAIN or abs(agreement.offset + 128 * (agreement.gain - 1)) > _OFFSET:
        edits.append("tone changed")
    if abs(_saturation(a) - _saturation(b)) > _SATURATION:
        edits.append("colours changed")
    return edits


def _overlay(part: npt.NDArray[np.int8]) -> str:
    """Where a connected region differs, ``""`` when none does: "at the bottom right", "in the middle"."""
    differs = cv2.morphologyEx((part == -1).astype(np.uint8), cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
    count, _, facts, centres = cv2.connectedComponentsWithStats(differs)
    if count < 2:
        return ""
    largest = 1 + int(np.argmax(facts[1:, cv2.CC_STAT_AREA]))
    if facts[largest, cv2.CC_STAT_AREA] < _OVERLAID * max(1, int((part != 0).sum())):
        return ""
    x, y = centres[largest] / (part.shape[1], part.shape[0])
    sides = {"top": y < 1 / 3, "bottom": y > 2 / 3, "left": x < 1 / 3, "right": x > 2 / 3}
    words = " ".join(word for word, true in sides.items() if true)
    return f"at the {words}" if words else "in the middle"


def _saturation(sample: Sample) -> float:
    """Mean saturation (0..1) of the dominant colours."""
    colours = [bytes.fromhex(colour[1:]) for colour in sample.fingerprint.colours]
    return sum((max(c) - min(c)) / 255 for c in colours) / max(1, len(colours))


def _flat(matrix: Matrix) -> tuple[float, ...]:
    return tuple(float(x) for x in (matrix / matrix[2, 2]).reshape(-1))
