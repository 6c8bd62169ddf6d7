"""Corners in a shared catalogue's segments: packed and read again, merged under readers, purged, and taken over from before."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.duplicates import postings
from catalog.duplicates.sample import Sample
from catalog.fingerprinting import features
from catalog.fingerprinting.features import Features
from catalog.stores.postgres import segments, stretches
from catalog.stores.postgres.connection import Database
from catalog.stores.postgres.corners import Moved
from catalog.stores.postgres.neighbours import PostgresNeighbours
from catalog.stores.postgres.stretches import Corners
from catalog.stores.postgres.votes import votes
from tests.duplicates_drawn import drawn, jpeg, sample


@pytest.fixture(scope="module")
def pictures() -> list[Sample]:
    """Photographs that have nothing to do with each other."""
    return [sample(drawn(seed, (320, 224))) for seed in range(40, 60)]


@pytest.fixture
def database(postgres: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty catalogue's database; segments of two pictures, and of twice as many and so on up to 16."""
    monkeypatch.setattr(segments, "SMALLEST", 2)
    monkeypatch.setattr(segments, "FAN", 2)
    opened = Database(postgres)
    yield opened
    opened.close()


class _Place(NamedTuple):
    number: int
    key: int
    pose: int


def _stored(database: Database) -> list[Counter[_Place]]:
    """The corners in all segments and in the samples that none covers, by each key."""
    with database.connection() as connection:
        told = connection.execute(f"SELECT next, {segments.LIST} FROM neighbour_meta".encode()).fetchone()
        assert told is not None
        there = segments.listed(told[1])
        parts = [segments.of_samples(connection, segments.covered(there), told[0])]
        parts += [[segments._read(connection, one, band) for band in range(2)] for one in there if one.held]
    return [sum((Counter(_listed(part[band])) for part in parts), Counter()) for band in range(2)]


def _listed(corners: Corners) -> Iterator[_Place]:
    return map(_Place, corners.numbers.tolist(), corners.keys.tolist(), corners.poses.tolist())


def _wanted(database: Database) -> list[Counter[_Place]]:
    """The same as the samples that are there have them."""
    with database.connection() as connection:
        return [Counter(_listed(part)) for part in segments.of_samples(connection, 1, 1_000)]


def _unpacked(one: Sample) -> Features:
    return features.unpack(one.features)


def _levels(database: Database) -> list[int]:
    return [level for (level,) in database.fetch("SELECT level FROM corner_segment WHERE held > 0 ORDER BY first")]


_KEY = st.integers(0, (1 << postings.KEY_BITS) - 1) | st.integers(0, 300)


@given(st.lists(st.tuples(_KEY, st.integers(0, stretches.REACH - 1), st.integers(0, 255)), max_size=1500))
def test_rows_come_back_as_they_were_and_fit_a_quarter_of_a_page(places: list[tuple[int, int, int]]) -> None:
    """Any keys, numbers and poses are read again in their order, however they fall into rows; no row outgrows its place."""
    given_ = Corners(
        np.array([key for key, _, _ in places], np.uint32),
        np.array([number + 7_000 for _, number, _ in places], np.uint32),
        np.array([pose for _, _, pose in places], np.uint8),
    ).sorted()
    rows = list(stretches.rows(given_, 7_000))
    assert all(len(keys) + len(there) <= 1_984 for keys, there in rows)
    numbers, poses = stretches.places_in(b"".join(there for _, there in rows))
    assert stretches.keys_in(b"".join(keys for keys, _ in rows)).tolist() == given_.keys.tolist()
    assert (numbers.astype(int) + 7_000).tolist() == given_.numbers.tolist()
    assert poses.tolist() == given_.poses.tolist()


def test_a_torn_row_is_refused() -> None:
    """Keys that end in the middle of one are an error, not other keys."""
    with pytest.raises(ValueError, match="torn"):
        stretches.keys_in(b"\x05\x81")


def test_segments_of_a_size_become_one_of_the_next(database: Database, pictures: list[Sample]) -> None:
    """With what is added one by one segments merge, each corner stays there once, and what was merged takes no room."""
    index = PostgresNeighbours(database)
    seen = set()
    for one in pictures[:19]:
        index.add([one])
        assert _stored(database) == _wanted(database)
        seen.add(tuple(_levels(database)))
    assert _levels(database) == [3, 0] and (1, 0) in seen and (2, 1, 0) in seen
    emptied = database.fetch("SELECT pg_relation_size('corner_1'), pg_relation_size('corner_2')")
    assert emptied == [(0, 0)]


def test_many_at_once_go_into_large_segments(database: Database, pictures: list[Sample]) -> None:
    """What comes together is not first cut small: the largest segments that it fills, but the last size, are made at once."""
    PostgresNeighbours(database).add(pictures)
    assert _levels(database) == [3, 1] and database.fetch("SELECT pg_relation_size('corner_0')") == [(0,)]
    assert _stored(database) == _wanted(database)


def test_a_merge_under_a_reader_is_noticed(database: Database, pictures: list[Sample]) -> None:
    """Who looked before a merge is told to look again, and then answers as anybody."""
    writer, reader = PostgresNeighbours(database), PostgresNeighbours(database)
    writer.add(pictures[:2])
    with database.connection() as connection:
        before = reader._level(connection)
        asked = _unpacked(replace(pictures[0], id="0" * 16))
        assert votes(connection, before, asked)[1] > 100
        writer.add(pictures[2:4])
        with pytest.raises(Moved):
            votes(connection, before, asked)
        assert reader.by_corners(connection, asked) == PostgresNeighbours(database).by_corners(connection, asked)


def test_a_backup_holds_up_no_merge(database: Database, pictures: list[Sample]) -> None:
    """While somebody reads the tables for long, segments are merged all the same, and nobody is kept waiting."""
    index = PostgresNeighbours(database)
    index.add(pictures[:2])
    with database.apart() as backup, backup.transaction():
        backup.execute("LOCK TABLE corner_0, corner_1 IN ACCESS SHARE MODE")
        index.add(pictures[2:4])
        assert _levels(database) == [1]
        assert index.candidates(sample(jpeg(drawn(41, (320, 224)))))[0] == pictures[1].id
    assert _stored(database) == _wanted(database)


def test_several_importers_lose_nothing(postgres: str, database: Database, pictures: list[Sample]) -> None:
    """Four that add at the same time, over connections of their own, leave every corner there once; each is found at once."""
    problems: list[BaseException] = []

    def add(part: list[Sample]) -> None:
        own = Database(postgres)
        try:
            index = PostgresNeighbours(own)
            for one in part:
                index.add([one])
                twin = replace(one, id="0" * 16)
                assert index.candidates(twin)[0] == one.id
        except BaseException as error:
            problems.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=add, args=(pictures[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    index = PostgresNeighbours(database)
    assert index.ids() == sorted(one.id for one in pictures)
    assert _stored(database) == _wanted(database)
    assert sum(_wanted(database)[0].values()) == sum(len(_unpacked(one).bits) for one in pictures)


def test_what_is_not_committed_is_seen_by_nobody(postgres: str, database: Database, pictures: list[Sample]) -> None:
    """Others see the corners of a transaction when it commits, not before; and never those of one that is undone."""
    index, copy = PostgresNeighbours(database), sample(jpeg(drawn(40, (320, 224))))
    other = Database(postgres)
    reader = PostgresNeighbours(other)
    with pytest.raises(RuntimeError), database.transaction():
        index.add(pictures[:4])
        assert reader.candidates(copy) == []
        raise RuntimeError
    assert (reader.candidates(copy), index.candidates(copy), index.count()) == ([], [], 0)
    with database.transaction():
        index.add(pictures[:4])
        index.flush()
        assert reader.candidates(copy) == [] and _levels(other) == []
    assert reader.candidates(copy)[0] == pictures[0].id
    index.flush()
    assert _levels(other) == [1]
    assert reader.candidates(copy)[0] == pictures[0].id
    other.close()


def test_what_is_purged_leaves_the_segments_with_time(database: Database, pictures: list[Sample]) -> None:
    """A picture that is gone is named no more at once; merging leaves its corners out, and replacing keeps only the new ones."""
    index = PostgresNeighbours(database)
    index.add(pictures[:2])
    index.discard([pictures[0].id])
    index.add([replace(pictures[1], sha256="0" * 64)])
    assert index.candidates(sample(jpeg(drawn(40, (320, 224))))) == []
    assert index.candidates(sample(jpeg(drawn(41, (320, 224))))) == [pictures[1].id]
    index.add(pictures[2:3])
    assert _levels(database) == [1]
    assert {place.number for place in _stored(database)[0]} == {3, 4}
    assert _stored(database) == _wanted(database)


def test_a_catalogue_hashed_anew_keeps_no_old_segments(
    database: Database, pictures: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Segments of the last size, which are merged no more, go when none of their samples is left."""
    monkeypatch.setattr(segments, "SMALLEST", 1)
    monkeypatch.setattr(segments, "FAN", 2)
    index = PostgresNeighbours(database)
    for again in range(2):
        for one in pictures[:16]:
            index.add([replace(one, size=again)])
    assert _levels(database) == [3, 3]
    assert database.fetch("SELECT array_agg(DISTINCT first) FROM corner_3") == [([17, 25],)]
    assert _stored(database) == _wanted(database)


def test_a_catalogue_from_before_is_taken_over(database: Database, pictures: list[Sample]) -> None:
    """Tables with a row for each corner become segments when they are opened; samples stay, and the same is found."""
    index, asked = PostgresNeighbours(database), [sample(jpeg(drawn(seed, (320, 224)), 60)) for seed in range(40, 60)]
    index.add(pictures)
    index.discard([pictures[7].id])
    found = [index.candidates(one) for one in asked]
    database.execute(f"DROP TABLE {', '.join(segments.NAMES)}")
    database.execute("CREATE TABLE feature (key0 integer, key1 integer, n integer, pose smallint)")
    database.execute("INSERT INTO feature VALUES (1, 2, 3, 4)")
    database.execute("UPDATE neighbour_meta SET version = 2")
    opened = PostgresNeighbours(database)
    assert (opened.count(), opened.missing([one.id for one in pictures])) == (19, [pictures[7].id])
    assert [opened.candidates(one) for one in asked] == found and any(found)
    assert database.fetch("SELECT to_regclass('feature')") == [(None,)]
    assert _levels(database) == [3, 1]
    assert _stored(database) == _wanted(database)


def test_taking_over_goes_on_where_it_was(
    database: Database, pictures: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A takeover that dies between segments loses nothing: what it made stands, the next to open makes the rest."""
    with monkeypatch.context() as dying:
        dying.setattr(segments, "settle", segments._step)
        PostgresNeighbours(database).add(pictures)
    assert _levels(database) == [2]
    copy = sample(jpeg(drawn(59, (320, 224))))
    assert PostgresNeighbours(database).candidates(copy)[0] == pictures[19].id
    assert _levels(database) == [3, 1]
    assert _stored(database) == _wanted(database)


def test_keys_are_held_in_two_kilobytes_a_picture(postgres: str, pictures: list[Sample]) -> None:
    """Once pictures are in segments, what a process keeps of their keys is bounded."""
    opened = Database(postgres)
    index = PostgresNeighbours(opened)
    index.add(replace(pictures[n % len(pictures)], id=f"{n:016x}") for n in range(520))
    index.refresh()
    (covered,) = opened.fetch('SELECT max("end") - 1 FROM corner_segment')[0]
    assert covered == 512 and 200 < index.memory / covered < 2_048
    opened.close()
