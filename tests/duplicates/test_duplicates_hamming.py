from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.duplicates import eightfold
from catalog.duplicates.eightfold import Signs, even
from catalog.duplicates.hamming import distances, self_join, within, words
from catalog.fingerprinting.fingerprints import turned


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


@settings(max_examples=30)
@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40), st.integers(0, 256))
def test_the_scan_is_exact(hashes: list[bytes], radius: int) -> None:
    """One query finds every row within the radius, with its distance, in order."""
    table = words([h.hex() for h in hashes])
    rows, apart = within(table[0], table, radius)
    wanted = [(i, (int(hashes[0].hex(), 16) ^ int(h.hex(), 16)).bit_count()) for i, h in enumerate(hashes)]
    assert list(zip(rows.tolist(), apart.tolist(), strict=True)) == [(i, d) for i, d in wanted if d <= radius]
    assert distances(table[0], table).tolist() == [d for _, d in wanted]


def _near(count: int, seed: int) -> np.ndarray:
    """Hashes of which some are forms of others with a few bits changed."""
    rng = np.random.default_rng(seed)
    digits = [rng.bytes(32).hex() for _ in range(count)]
    for row in range(count // 2):
        form = rng.choice(list(turned(digits[count - 1 - row]).values()))
        noise = sum(1 << int(bit) for bit in set(rng.integers(0, 256, rng.integers(0, 90)).tolist()))
        digits[row] = f"{int(str(form), 16) ^ noise:064x}"
    return words(digits)


def _plainly(dct: str, table: np.ndarray, radius: int, first: int) -> dict[int, int]:
    """Rows and least distances by a look at every form of every row."""
    found: dict[int, int] = {}
    for form in words(list(turned(dct).values())):
        apart = distances(form, table)
        nominated = np.bitwise_count(even(table) ^ even(form[None])[0]) <= first
        for row in np.flatnonzero(nominated & (apart <= radius)).tolist():
            found[row] = min(found.get(row, 999), int(apart[row]))
    return found


@pytest.mark.parametrize(("radius", "first"), [(72, 18), (72, 72), (30, 30), (0, 0), (256, 64)])
def test_eight_forms_are_found_exactly(radius: int, first: int) -> None:
    """The two looks through the even signs give what comparing all eight forms with every row gives, with the least distance."""
    table = _near(400, radius + first)
    for row in (0, 7, 399):
        own = "".join(f"{int(word):016x}" for word in table[row])
        rows, apart = eightfold.within(own, table, Signs(table), radius, first)
        assert dict(zip(rows.tolist(), apart.tolist(), strict=True)) == _plainly(own, table, radius, first)
        assert rows.tolist() == sorted(rows.tolist()) and row in rows


@pytest.mark.parametrize("most", [0, 2, 3, 9, 14, 18, 30, 64])
def test_signs_looked_up_by_bands_are_found_exactly(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sorted by bands, grown by a tail that is not, and sorted anew: the rows are those that a look at every word gives."""
    monkeypatch.setattr(eightfold, "_FEW", 100)
    rng = np.random.default_rng(most)
    # Real signs are not evenly spread: here many begin alike, and some are equal.
    table = words([("00ff" * 6 + rng.bytes(20).hex()) if row % 3 else rng.bytes(32).hex() for row in range(3000)])
    table[5] = table[2000]
    for row in range(0, 3000, 7):
        table[row, rng.integers(4)] ^= np.uint64(1) << np.uint64(rng.integers(64))
    signs = None
    for end in (90, 900, 1000, 3000):
        signs = Signs(table[:end], signs)
        assert signs.words.tolist() == even(table[:end]).tolist()
        for row in (0, 5, 89, end - 1):
            word = int(signs.words[row])
            wanted = np.flatnonzero(np.bitwise_count(signs.words ^ np.uint64(word)) <= most)
            assert signs.near([word], most).tolist() == wanted.tolist()


def test_even_signs_are_shared_by_four_forms() -> None:
    """Mirroring and turning upside down leave the even signs, so that a hash has at most two words of them."""
    for word in _near(20, 3):
        families = eightfold.families("".join(f"{int(part):016x}" for part in word))
        assert [len(forms) for _, forms in families] in ([4, 4], [8])
    assert eightfold.families("f" * 64)[0][0] == 2**64 - 1


def test_nothing_is_near_in_an_empty_table() -> None:
    """A catalogue without pictures has no neighbours."""
    none = np.zeros((0, 4), np.uint64)
    assert len(eightfold.within("ab" * 32, none, Signs(none), 72, 18)[0]) == 0
