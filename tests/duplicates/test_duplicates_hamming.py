from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.duplicates.hamming import distances, self_join, within, words


def _codes(count: int, seed: int) -> np.ndarray:
    """Random codes, some of them near copies of others."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 2**64, count, dtype=np.uint64)
    for row in range(count // 2):
        for bit in rng.integers(0, 64, rng.integers(0, 14)):
            codes[row] = codes[row] ^ np.uint64(1 << int(bit)) if bit else codes[count - 1 - row]
    return codes


@pytest.mark.parametrize("radius", [0, 1, 4, 8, 12, 20])
def test_the_join_is_exact(radius: int) -> None:
    """Bands find every pair within the radius, once, and no other."""
    codes = np.concatenate([_codes(600, radius), np.repeat(_codes(1, 9), 30)])
    left, right, apart = self_join(codes, radius)
    table = np.bitwise_count(codes[:, None] ^ codes[None, :])
    i, j = np.nonzero(np.triu(table <= radius, 1))
    assert left.tolist() == i.tolist() and right.tolist() == j.tolist()
    assert apart.tolist() == table[i, j].tolist()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_join_of_next_to_nothing(count: int) -> None:
    """No codes and one code have no pairs; two equal ones have one."""
    assert len(self_join(np.zeros(count, np.uint64), 8)[0]) == (count == 2)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40), st.integers(0, 256))
def test_the_scan_is_exact(hashes: list[bytes], radius: int) -> None:
    """One query finds every row within the radius, with its distance, in order."""
    table = words([h.hex() for h in hashes])
    rows, apart = within(table[0], table, radius)
    wanted = [(i, (int(hashes[0].hex(), 16) ^ int(h.hex(), 16)).bit_count()) for i, h in enumerate(hashes)]
    assert list(zip(rows.tolist(), apart.tolist(), strict=True)) == [(i, d) for i, d in wanted if d <= radius]
    assert distances(table[0], table).tolist() == [d for _, d in wanted]


def test_a_prefix_nominates() -> None:
    """With a smaller limit on the first word, only rows within it are read further."""
    table = words(["0" * 64, "f" * 16 + "0" * 48, "0" * 16 + "f" * 4 + "0" * 44])
    assert within(table[0], table, 64, first=10)[0].tolist() == [0, 2]
