"""Near duplicates asked of PostgreSQL: the same candidates as the files give, seen by all who share them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from catalog.duplicates import postings
from catalog.duplicates.index import DuplicateIndex
from catalog.duplicates.sample import Sample
from catalog.fingerprinting.features import unpack
from catalog.stores.postgres import segments
from catalog.stores.postgres.connection import Database
from catalog.stores.postgres.neighbours import PostgresNeighbours
from tests.duplicates_drawn import drawn, jpeg, sample


@pytest.fixture(scope="module")
def pictures() -> list[Sample]:
    """Photographs, and copies of them: encoded again, mirrored and cropped, turned, framed, and two flat ones alike."""
    made = [sample(drawn(seed)) for seed in range(40, 48)]
    made += [sample(jpeg(drawn(seed), 50)) for seed in (40, 41)]
    made += [sample(ImageOps.mirror(drawn(seed).crop((80, 40, 560, 400)))) for seed in (41, 42, 43)]
    made += [sample(drawn(44).rotate(90, expand=True)), sample(ImageOps.expand(drawn(45), 40, "white"))]
    made += [sample(Image.new("RGB", (400, 300)), name) for name in ("one", "two")]
    return made


@pytest.fixture(params=[2, 256])
def database(postgres: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty catalogue's database, in which corners come into segments by twos, or stay with so few samples."""
    monkeypatch.setattr(segments, "SMALLEST", request.param)
    monkeypatch.setattr(segments, "FAN", 2)
    opened = Database(postgres)
    yield opened
    opened.close()


def test_candidates_are_those_of_the_files(database: Database, tmp_path: Path, pictures: list[Sample]) -> None:
    """Both engines name the same candidates in the same order, for pictures they hold and for one that they do not."""
    shared, files = PostgresNeighbours(database), DuplicateIndex(tmp_path)
    for index in (shared, files):
        index.add(pictures[:9])
        index.add(pictures[9:])
        index.add([replace(pictures[2], sha256="0" * 64)])
        index.discard([pictures[4].id, "unknown"])
        index.flush()
    asked = [*pictures, sample(drawn(46).crop((200, 100, 560, 400))), sample(drawn(99))]
    named = [shared.candidates(one) for one in asked]
    assert named == [files.candidates(one) for one in asked]
    assert sum(map(bool, named)) > len(pictures) // 2
    assert shared.ids() == files.ids()
    key = [one.id for one in pictures]
    assert list(shared.match_new(key)) == list(files.match_new(key))
    assert [shared.matches_of(one) for one in asked] == [files.matches_of(one) for one in asked]


def test_samples_come_back_as_they_were(database: Database, pictures: list[Sample]) -> None:
    """What was added is there for another process, and missing again once discarded."""
    writer, reader = PostgresNeighbours(database), PostgresNeighbours(database)
    writer.add(pictures)
    assert (reader.count(), pictures[3].id in reader) == (len(pictures), True)
    assert all(reader.sample(one.id) == one for one in pictures)
    writer.discard([pictures[3].id])
    assert reader.missing([one.id for one in pictures]) == [pictures[3].id]
    with pytest.raises(KeyError):
        reader.sample(pictures[3].id)
    assert pictures[3].id not in reader.candidates(sample(jpeg(drawn(43))))
    writer.add([pictures[3]])
    assert reader.candidates(sample(jpeg(drawn(43))))[0] == pictures[3].id


def test_a_damaged_blob_changes_nothing(database: Database, pictures: list[Sample]) -> None:
    """A sample that does not unpack is refused together with those that came with it."""
    index = PostgresNeighbours(database)
    with pytest.raises(ValueError):
        index.add([pictures[0], replace(pictures[1], features=b"F1 torn")])
    assert index.count() == 0


def test_many_add_at_once(database: Database, pictures: list[Sample]) -> None:
    """Importers that add at the same time lose nothing, and a reader that was open all along sees every sample."""
    reader = PostgresNeighbours(database)
    problems: list[BaseException] = []

    def add(part: list[Sample]) -> None:
        try:
            index = PostgresNeighbours(database)
            for one in part:
                index.add([one])
                reader.candidates(one)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=add, args=(pictures[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert reader.ids() == sorted(one.id for one in pictures)
    assert reader.candidates(sample(jpeg(drawn(47))))[0] == pictures[7].id


@pytest.mark.parametrize("few", [1, 2, 64])
@pytest.mark.parametrize("hits", [5, 60, 300, 1_000])
def test_bounded_candidates_are_those_of_the_files(
    database: Database, tmp_path: Path, pictures: list[Sample], monkeypatch: pytest.MonkeyPatch, hits: int, few: int
) -> None:
    """However few features are looked at, of one key and in all, both engines look at the same, over any number of files."""
    monkeypatch.setattr(postings, "HITS", hits)
    monkeypatch.setattr(postings, "_FEW", few)
    shared, files = PostgresNeighbours(database), DuplicateIndex(tmp_path)
    for start in range(0, len(pictures), 4):
        for index in (shared, files):
            index.add(pictures[start : start + 4])
        if start < 8:
            files.flush()
    asked = [_corners_only(one) for one in (*pictures, sample(drawn(42).crop((100, 60, 600, 420))))]
    assert [shared.candidates(one) for one in asked] == [files.candidates(one) for one in asked]


def test_less_is_found_the_less_is_looked_at(
    database: Database, pictures: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound on what is looked at holds in sum, not only for each key: with a small one little is found, with none nothing."""
    index = PostgresNeighbours(database)
    index.add(pictures)
    copy = _corners_only(sample(drawn(42).crop((100, 60, 600, 420))))
    found = []
    for hits in (200_000, 40, 0):
        monkeypatch.setattr(postings, "HITS", hits)
        with database.transaction() as connection:
            found.append(index.by_corners(connection, unpack(copy.features)))
    assert max(found[0].values()) > max(found[1].values(), default=0) and not found[2]


def _corners_only(one: Sample) -> Sample:
    """The picture under another name, its hashes near nobody's."""
    digits = "".join(f"{15 - int(digit, 16):x}" if n % 2 else digit for n, digit in enumerate(one.fingerprint.dct))
    return replace(one, id="0" * 16, fingerprint=replace(one.fingerprint, dct=digits, trimmed=""))
