"""The pool survives its workers: order, culprits named, nothing lost, executors of others, endless input."""

from __future__ import annotations

import itertools
import os
import platform
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any, cast

import numpy as np
import pytest

from catalog.images.pool import Pool
from catalog.images.worker import Failed, Prepared, Task
from tests.images.drawn import encoded, picture

SMALL = encoded("JPEG", picture().resize((60, 40)))


class Evil:
    """Bytes that run code where they are unpickled: stands for a picture that breaks its codec."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        return eval, (self.code,)


def evil(path: str, code: str) -> Task:
    """A task that does ``code`` to its worker."""
    return Task(path, data=cast(bytes, Evil(code)))


CRASH = evil("crash", "__import__('os').kill(__import__('os').getpid(), 11)")
EXIT = evil("exit", "__import__('os')._exit(7)")


def tasks(number: int, prefix: str = "p") -> list[Task]:
    """Tasks of good pictures."""
    return [Task(f"{prefix}{n}", data=SMALL) for n in range(number)]


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """A pool of two workers."""
    with Pool(2) as made:
        yield made


def test_results_come_in_the_order_of_the_tasks(pool: Pool) -> None:
    """Whoever finishes first, the order is that of the input, and every task has its result."""
    given = tasks(30)
    results = list(pool.map(given))
    assert [result.path for result in results] == [task.path for task in given]
    assert all(isinstance(result, Prepared) for result in results)


def test_a_crash_costs_one_picture_and_names_it(pool: Pool) -> None:
    """Workers that are killed or leave take only the picture with them that did it."""
    given = [*tasks(3, "a"), CRASH, *tasks(3, "b"), EXIT, *tasks(3, "c")]
    results = {result.path: result for result in pool.map(given)}
    failed = {path: result for path, result in results.items() if isinstance(result, Failed)}
    assert len(results) == len(given)
    assert set(failed) == {"crash", "exit"}
    assert "crashed" in failed["crash"].reason and "SIGSEGV" in failed["crash"].reason


@pytest.mark.parametrize(
    ("hanging", "timeout_s", "told"),
    [("all(iter(lambda: 1, 0))", 2, 2), ("__import__('time').sleep(600)", 0.5, 5)],
    ids=["computing", "waiting"],
)
def test_a_hang_costs_one_picture_and_names_it(hanging: str, timeout_s: float, told: int) -> None:
    """A picture that never ends is given up after its time, also in a worker that does not listen; the others are not."""
    deaf = evil("hang", f"__import__('signal').pthread_sigmask(0, [2, 15]) and 0 or {hanging}")
    with Pool(1, timeout_s=timeout_s) as impatient:
        results = list(impatient.map([deaf, *tasks(1)]))
    assert isinstance(results[0], Failed) and f"longer than {told} seconds" in results[0].reason
    assert isinstance(results[1], Prepared)


def test_what_a_worker_waits_for_is_not_held_against_a_picture() -> None:
    """A machine that is busy with other things, or a slow disk, makes no picture unreadable."""
    with Pool(1, timeout_s=1) as pool:
        assert list(pool.apply(time.sleep, [2.5])) == [None]


def test_memory_is_limited() -> None:
    """A worker that asks for more memory than it may have fails for that picture, and goes on."""
    greedy = evil("greedy", "len(bytearray(1 << 32))")
    with Pool(1, memory_bytes=256 << 20) as small:
        results = list(small.map([greedy, *tasks(2)]))
    assert isinstance(results[0], Failed)
    assert all(isinstance(result, Prepared) for result in results[1:])


def test_input_is_read_only_a_little_ahead(pool: Pool) -> None:
    """Endless input is no burden: tasks are taken as results are."""
    taken = 0

    def endless() -> Iterator[Task]:
        nonlocal taken
        for number in itertools.count():
            taken += 1
            yield Task(f"e{number}", data=SMALL)

    results = pool.map(endless())
    assert [next(results).path for _ in range(5)] == [f"e{n}" for n in range(5)]
    assert taken < 60
    cast(Iterator[Any], results).close()  # type: ignore[attr-defined]
    assert [result.path for result in pool.map(tasks(3, "after"))] == ["after0", "after1", "after2"]


def test_large_pictures_do_not_block_the_pipes(pool: Pool) -> None:
    """Tasks much larger than a socket takes go through, many at a time."""
    given = [Task(f"l{n}", data=SMALL + b"\0" * 3_000_000) for n in range(8)]
    assert all(isinstance(result, Prepared) for result in pool.map(given))


def _square(number: int) -> int:
    return number * number


def _end(number: int) -> int:
    """Ends its process over 7, refuses 3, and has no other bad habit."""
    if number == 7:
        os._exit(9)
    if number == 3:
        raise ValueError("three is refused")
    return number


@pytest.mark.parametrize("workers", [0, 2])
def test_any_pure_function_is_mapped_in_order(workers: int) -> None:
    """``apply`` gives what ``map`` of the function would, wherever it is computed; an endless input is read only as needed."""
    with Pool(workers) as made:
        assert list(made.apply(_square, range(40))) == [n * n for n in range(40)]
        endless = made.apply(_square, itertools.count())
        assert [next(endless) for _ in range(3)] == [0, 1, 4]


def test_work_that_fails_costs_only_itself(pool: Pool) -> None:
    """An item that ends its worker and one that raises become values that say so; all others have their results."""
    results = list(pool.apply(_end, range(12), path="numbers"))
    failed = {n: result for n, result in enumerate(results) if isinstance(result, Failed)}
    assert [result for n, result in enumerate(results) if n not in failed] == [n for n in range(12) if n not in (3, 7)]
    assert set(failed) == {3, 7} and {one.path for one in failed.values()} == {"numbers"}
    assert "three is refused" in failed[3].reason and "exit code 9" in failed[7].reason


def _faults(rounds: int) -> int:
    """Pages that the system had to fetch while arrays of a few megabytes came and went."""
    before = 0
    for round_ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt if round_ == 1 else before
        arrays = [np.ones(1 << 20, np.uint8) for _ in range(8)]
        assert len(arrays) == 8
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators are not told")
def test_workers_keep_memory_for_the_next_picture() -> None:
    """What arrays of one picture took, those of the next take again; the system is not asked for it page by page."""
    with Pool(1) as made:
        (faults,) = made.apply(_faults, [10])
    assert isinstance(faults, int) and faults < 2048


def _loaded(name: str) -> bool:
    """Whether a worker has a module."""
    return name in sys.modules


def test_workers_begin_with_what_every_photograph_needs() -> None:
    """Codecs and transforms are loaded once, before there are workers; what only few pictures need is not waited for."""
    with Pool(1) as made:
        assert list(made.apply(_loaded, ["cv2", "PIL.WebPImagePlugin", "scipy"])) == [True, True, False]


def test_executors_apply_too() -> None:
    """An executor of others computes the same, in the same order."""
    with ThreadPoolExecutor(2) as threads, Pool(executor=threads) as made:
        assert list(made.apply(_square, range(20))) == [n * n for n in range(20)]


def test_two_runs_share_a_pool(pool: Pool) -> None:
    """Runs that alternate do not get each other's results."""
    one, two = pool.map(tasks(6, "one")), pool.map(tasks(6, "two"))
    mixed = [result.path for pair in zip(one, two, strict=True) for result in pair]
    assert mixed == [f"{name}{n}" for n in range(6) for name in ("one", "two")]


def test_without_workers_everything_happens_here() -> None:
    """``workers=0`` decodes in this process."""
    with Pool(0) as here:
        assert [result.path for result in here.map(tasks(2))] == ["p0", "p1"]


def test_any_executor_will_do() -> None:
    """Threads prepare batches in order; a task that fails with its batch is named by running it again alone."""
    with ThreadPoolExecutor(2) as threads, Pool(executor=threads, batch=4) as pool:
        given = tasks(10)
        assert [result.path for result in pool.map(given)] == [task.path for task in given]
        broken = Task("broken", data=SMALL, limits=cast(Any, None))
        results = list(pool.map([*tasks(2), broken, *tasks(2, "q")]))
    assert [isinstance(result, Failed) for result in results] == [False, False, True, False, False]


def test_a_broken_executor_is_replaced_by_own_workers() -> None:
    """When an injected process pool breaks, own workers finish the run and name the culprit."""
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as processes, Pool(1, processes, batch=2) as pool:
        results = {result.path: result for result in pool.map([*tasks(2, "a"), CRASH, *tasks(3, "b")])}
    assert [path for path, result in results.items() if isinstance(result, Failed)] == ["crash"]
    assert len(results) == 6
