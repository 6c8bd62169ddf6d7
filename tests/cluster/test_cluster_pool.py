"""A cluster as a pool: the same results in the same order, whatever happens to its workers."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from catalog.cluster import ClusterLost, connect, connection
from catalog.cluster.connection import ClusterPool
from catalog.cluster.worker import OtherVersion, Parcel, Unseen, perform, versions
from catalog.duplicates import hamming
from catalog.duplicates.joining import join
from catalog.errors import UsageError
from catalog.images import batches
from catalog.images.pool import Pool
from catalog.images.worker import Failed, Prepared, Task
from tests.cluster.dask_processes import Dask, free_port
from tests.images.drawn import encoded, picture

SMALL = encoded("JPEG", picture().resize((60, 40)))


class Evil:
    """Bytes that run code where they are unpickled: stands for a picture that breaks its worker."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        return eval, (self.code,)


def tasks(number: int, prefix: str = "p") -> list[Task]:
    """Tasks of good pictures."""
    return [Task(f"{prefix}{n}", data=SMALL) for n in range(number)]


@pytest.fixture(scope="module")
def pool(dask: Dask) -> Iterator[ClusterPool]:
    """A pool on the workers of a cluster."""
    with connect(dask.address) as connected:
        yield connected


def test_pictures_are_prepared_as_here(pool: ClusterPool, tmp_path: Path) -> None:
    """Files, bytes, sidecars and what is no picture give what they give in this process, in their order."""
    given = tasks(120)
    file = tmp_path / "file.jpg"
    file.write_bytes(SMALL)
    sidecar = tmp_path / "file.xmp"
    sidecar.write_text(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:Credit="AFP"/>'
        "</rdf:RDF></x:xmpmeta>"
    )
    given += [
        Task("file", file=str(file), sidecars=(str(sidecar),)),
        Task("text.jpg", data=b"words"),
        Task("gone", "x"),
    ]
    with Pool(0) as here:
        expected = list(here.map(given))
    assert list(pool.map(given)) == expected
    assert cast(Prepared, expected[120]).image.metadata.credit == "AFP"


@pytest.mark.parametrize(
    ("pictures", "wanted"), [(0, []), (30, [30]), (50, [50]), (99, [99]), (100, [50, 50]), (220, [50, 50, 50, 70])]
)
def test_fifty_pictures_or_more_are_one_task(
    pool: ClusterPool, monkeypatch: pytest.MonkeyPatch, pictures: int, wanted: list[int]
) -> None:
    """What a task costs by itself is shared by 50 pictures at least, as long as there are so many: the last takes the rest too."""
    sent: list[int] = []
    submit = pool.cluster.executor.submit

    def counted(function: Any, sender: str, parcel: bytes) -> Any:
        sent.append(len(pickle.loads(parcel).jobs))
        return submit(function, sender, parcel)

    monkeypatch.setattr(pool.cluster.executor, "submit", counted)
    assert [result.path for result in pool.map(tasks(pictures))] == [task.path for task in tasks(pictures)]
    assert sent == wanted


def test_pictures_that_travel_with_their_bytes_are_fewer(pool: ClusterPool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent and held at once stays bounded: large ones make a batch by their bytes, and each comes back in its place."""
    monkeypatch.setattr(connection, "BATCH_BYTES", 10 * len(SMALL))
    monkeypatch.setattr(batches, "BATCH_BYTES", 10 * len(SMALL))
    sent: list[int] = []
    submit = pool.cluster.executor.submit

    def counted(function: Any, sender: str, parcel: bytes) -> Any:
        sent.append(len(pickle.loads(parcel).jobs))
        return submit(function, sender, parcel)

    monkeypatch.setattr(pool.cluster.executor, "submit", counted)
    assert [result.path for result in pool.map(tasks(75))] == [task.path for task in tasks(75)]
    assert sum(sent) == 75 and max(sent) < 20


def test_bytes_are_sent_where_a_worker_does_not_see_the_file(
    pool: ClusterPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that sees no such file, or another one, says so, and gets the bytes; from then on they go along at once."""
    given = []
    for number in range(5):
        file = tmp_path / f"{number}.jpg"
        file.write_bytes(SMALL)
        given.append(Task(str(number), file=str(file)))
    given.append(Task("gone", file=str(tmp_path / "gone.jpg")))
    with Pool(0) as here:
        expected = list(here.map(given))
    monkeypatch.setattr(pool.cluster, "blind", False)
    monkeypatch.setattr(connection, "_stamps", lambda _: {})
    assert list(pool.map(given)) == expected
    assert pool.cluster.blind
    assert list(pool.map(given)) == expected


def test_a_worker_does_not_take_another_file_for_the_one_named(tmp_path: Path) -> None:
    """A file of the same name with another size or time is not read."""
    file = tmp_path / "a.jpg"
    file.write_bytes(SMALL)
    parcel = Parcel((Task("a", file=str(file)),), {str(file): (len(SMALL), 1)}, {})
    assert pickle.loads(perform(versions(), pickle.dumps(parcel))) == [Unseen("a")]


def test_any_pure_function_is_mapped(pool: ClusterPool) -> None:
    """``apply`` gives what ``map`` would, in order."""
    assert list(pool.apply(abs, range(-40, 0))) == list(range(40, 0, -1))


def test_the_join_of_a_catalogue_finds_the_same_pairs(pool: ClusterPool) -> None:
    """All near pairs, joined in parts by the workers, are those of one process, with the same distances."""
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 1 << 64, 4000, dtype=np.uint64)
    codes[2000:] = codes[:2000] ^ (np.uint64(1) << rng.integers(0, 64, 2000, dtype=np.uint64))
    whole = hamming.self_join(codes, 8)
    assert len(whole[0]) >= 2000
    theirs = join(codes, 8, pool.apply, prefix=2)
    assert all(np.array_equal(np.asarray(one), np.asarray(other)) for one, other in zip(whole, theirs, strict=True))


def test_a_picture_that_kills_its_worker_is_found_and_named(pool: ClusterPool) -> None:
    """Of a batch that takes worker after worker with it, only the picture that does it fails; nobody else is blamed."""
    code = "__import__('os').kill(__import__('os').getpid(), 9)"
    given = [*tasks(20, "a"), Task("poison", data=cast(bytes, Evil(code))), *tasks(70, "b")]
    results = list(pool.map(given))
    assert [r.path for r in results] == [t.path for t in given]
    failed = [r for r in results if isinstance(r, Failed)]
    assert [r.path for r in failed] == ["poison"]
    assert "failed" in failed[0].reason


def test_a_killed_worker_costs_nothing(pool: ClusterPool, dask: Dask) -> None:
    """A worker that is killed in the middle loses no picture: what it was at is done by others."""
    pids: set[int] = set(pool.cluster._ask(pool.cluster._client.run, os.getpid).values())
    results = pool.map(tasks(600))
    first = [next(results) for _ in range(60)]
    os.kill(min(pids), signal.SIGKILL)
    rest = list(results)
    assert [r.path for r in (*first, *rest)] == [f"p{n}" for n in range(600)]
    assert all(isinstance(r, Prepared) for r in (*first, *rest))


def test_another_version_is_refused(pool: ClusterPool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that runs another Cutline, also one that joined late, ends the run with both versions in one sentence."""
    monkeypatch.setattr(connection, "versions", lambda: "Cutline 0.0 on Python 3.11")
    with pytest.raises(OtherVersion, match=r"runs Cutline .* this is Cutline 0\.0 on Python 3\.11"):
        list(pool.map(tasks(1)))
    monkeypatch.undo()
    assert len(list(pool.map(tasks(1)))) == 1


def test_what_cannot_be_connected_is_said(installed: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No scheduler, none that has workers, and no address at all: one sentence each, within the time allowed."""
    monkeypatch.setattr(connection, "_CONNECT_S", 2)
    monkeypatch.setattr(connection, "_FIRST_WORKER_S", 1)
    with pytest.raises(ClusterLost, match="No Dask scheduler answers"), connect(f"tcp://127.0.0.1:{free_port()}"):
        pass
    with pytest.raises(UsageError, match="no Dask scheduler"), connect("scheduler"):
        pass
    lonely = Dask(tmp_path)
    lonely.start(workers=0)
    try:
        with pytest.raises(ClusterLost, match="has no workers"), connect(lonely.address):
            pass
    finally:
        lonely.stop()
