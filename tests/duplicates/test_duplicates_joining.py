"""The join in parts finds what the join in one piece finds, wherever the parts are done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pytest

from catalog.duplicates import hamming
from catalog.duplicates.joining import JoinFailed, Part, join, meetings, parts
from catalog.fingerprinting import fingerprints
from catalog.images.pool import Pool
from fixtures.drawing import KINDS, scene


def codes(n: int, copies: int, seed: int = 1) -> npt.NDArray[np.uint64]:
    """Random hashes, and near copies of some of them."""
    rng = np.random.default_rng(seed)
    made = rng.integers(0, 1 << 64, n, dtype=np.uint64)
    for row in range(copies):
        flips = rng.choice(64, size=int(rng.integers(0, 10)), replace=False)
        made[n - 1 - row] = made[row] ^ np.bitwise_or.reduce(
            np.uint64(1) << flips.astype(np.uint64), initial=np.uint64(0)
        )
    return made


def same(one: tuple[npt.NDArray[np.generic], ...], other: tuple[npt.NDArray[np.generic], ...]) -> bool:
    """Whether two joins found the same pairs at the same distances."""
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("prefix", [0, 1, 3, 6])
@pytest.mark.parametrize("radius", [0, 3, 8])
def test_parts_find_what_the_whole_finds(prefix: int, radius: int) -> None:
    """Whatever the number of partitions: no pair is missed, none doubled, distances are the same."""
    made = codes(3000, 400)
    whole = hamming.self_join(made, radius)
    assert len(whole[0]) > 20
    assert same(join(made, radius, prefix=prefix), whole)


def test_any_workers_do_the_parts() -> None:
    """Processes and the executors of others give the same result."""
    made = codes(2000, 300, seed=2)
    whole = hamming.self_join(made, 6)
    with Pool(2) as pool, ThreadPoolExecutor(2) as threads, Pool(executor=threads) as others:
        assert same(join(made, 6, pool.apply, prefix=2), whole)
        assert same(join(made, 6, others.apply, prefix=2), whole)


def test_drawn_pictures_join_too() -> None:
    """Fingerprints of drawn scenes and their re-encodings: the same pairs."""
    hashes = [
        fingerprints.prepare(scene(kind, size, seed=seed)).fingerprint.phash
        for seed, kind in enumerate(KINDS)
        for size in ((320, 240), (400, 300))
    ]
    made = hamming.words(hashes)[:, 0]
    whole = hamming.self_join(made, 8)
    assert len(whole[0]) >= len(KINDS) // 2 and same(join(made, 8, prefix=2), whole)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_very_few_hashes(n: int) -> None:
    """Nothing to join is no error."""
    assert same(join(np.zeros(n, np.uint64), 4), hamming.self_join(np.zeros(n, np.uint64), 4))


def test_every_hash_meets_as_often_as_is_said() -> None:
    """What is sent to workers is what the estimate for larger catalogues counts."""
    made = codes(500, 0)
    bands = hamming.band_layout(500, 6)
    sent = sum(len(p.codes) + len(p.other) for p in parts(made, 6, 3))
    assert sent == 500 * len(bands) * meetings(3, 6 // len(bands))


def test_a_part_that_fails_is_not_taken_for_empty() -> None:
    """A worker that could not do its part ends the join with the reason."""

    def broken(_: Part) -> object:
        raise MemoryError("no room")

    with Pool(0) as pool, pytest.raises(JoinFailed, match="no room"):
        join(codes(10, 0), 2, lambda _, items: pool.apply(broken, items))
