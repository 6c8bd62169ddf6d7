from __future__ import annotations

import numpy as np
import pytest

from catalog.duplicates.geometry import UNIT, apply, overlap


@pytest.mark.parametrize("off", [0.0, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3])
def test_pictures_laid_nearly_exactly_on_each_other_share_all(off: float) -> None:
    """However little a copy is moved, turned or scaled against the other, nearly all of each lies in the other."""
    rng = np.random.default_rng(11)
    for _ in range(200):
        moved = np.eye(3)
        moved[:2] += off * rng.normal(size=(2, 3))
        assert overlap(moved) == pytest.approx((1.0, 1.0), abs=0.0001 + 12 * off)


@pytest.mark.parametrize(
    ("corners", "share"),
    [
        ((0.25, 0.25, 0.75, 0.75), (0.25, 1.0)),
        ((0.5, 0.0, 1.5, 1.0), (0.5, 0.5)),
        ((-0.5, -0.5, 1.5, 1.5), (1.0, 0.25)),
        ((1.0, 0.0, 2.0, 1.0), (0.0, 0.0)),
        ((1.0, 0.0, 0.0, 1.0), (1.0, 1.0)),
    ],
    ids=["a part", "half of each", "around it", "beside it", "mirrored"],
)
def test_shares_of_area(corners: tuple[float, float, float, float], share: tuple[float, float]) -> None:
    """Which share of either picture lies in the other follows from where the second one's corners come to lie."""
    left, top, right, bottom = corners
    matrix = np.array([[right - left, 0, left], [0, bottom - top, top], [0, 0, 1]])
    assert overlap(matrix) == pytest.approx(share, abs=1e-6)


def test_a_turned_picture_lacks_its_corners() -> None:
    """Turned by 45 degrees within a square, it covers an octagon of 2 (sqrt 2 - 1) of it, whichever picture is asked."""
    cos = np.sqrt(0.5)
    turn = np.array([[cos, -cos, 0.5], [cos, cos, 0.5 - cos], [0, 0, 1]])
    assert apply(turn, UNIT).mean(axis=0) == pytest.approx((0.5, 0.5))
    assert overlap(turn) == pytest.approx((2 * (np.sqrt(2) - 1),) * 2, abs=1e-6)
