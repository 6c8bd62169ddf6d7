"""Products of matrices, piece by piece."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from catalog.fingerprinting import products


@pytest.mark.parametrize("shape", [(0, 5, 2), (1, 5, 2), (130, 961, 2), (513, 224, 16), (7, 600, 500)])
def test_a_product_in_pieces_is_the_product(shape: tuple[int, int, int]) -> None:
    """Whole numbers, so that sums are exact in whatever order; no piece is larger than one thread is given, but for one row."""
    n, k, m = shape
    rng = np.random.default_rng(1)
    rows = rng.integers(-9, 9, (n, k)).astype(np.float32)
    weights = rng.integers(-9, 9, (k, m)).astype(np.float32)
    sizes = []
    multiply = np.matmul

    def noted(a: products.Floats, b: products.Floats, out: products.Floats) -> products.Floats:
        sizes.append(len(a))
        return multiply(a, b, out=out)

    with patch.object(np, "matmul", noted):
        found = products.product(rows, weights)
    assert found.dtype == np.float32 and found.shape == (n, m)
    assert np.array_equal(found, rows.astype(np.float64) @ weights.astype(np.float64))
    assert all(size == 1 or size * k * m <= 262_144 for size in sizes)
    assert (n * k * m <= 262_144) == (not sizes) and sum(sizes) in (0, n)
