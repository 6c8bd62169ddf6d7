from __future__ import annotations

import os
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from catalog.duplicates import Sample, postings
from catalog.duplicates.eightfold import even
from catalog.duplicates.hamming import words
from catalog.duplicates.index import DuplicateIndex
from catalog.duplicates.table import Table
from catalog.fingerprinting.features import POINTS, unpack
from tests.duplicates_drawn import drawn, jpeg, sample


@pytest.fixture(scope="module")
def pictures() -> list[Sample]:
    """Eight unrelated photographs."""
    return [sample(drawn(seed)) for seed in range(40, 48)]


def _size(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.iterdir()}


def test_a_copy_is_found_among_others(tmp_path: Path, pictures: list[Sample]) -> None:
    """A mirrored crop that was never imported names its photograph, and only that."""
    index = DuplicateIndex(tmp_path)
    index.add(pictures)
    copy = sample(ImageOps.mirror(drawn(43).crop((80, 40, 560, 400))))
    assert index.candidates(copy)[0] == pictures[3].id
    assert [{m.a, m.b} for m in index.matches_of(copy)] == [{copy.id, pictures[3].id}]


def test_new_pictures_are_matched_with_all_and_with_each_other_once(tmp_path: Path, pictures: list[Sample]) -> None:
    """Each pair with a new picture comes once; old pictures are not compared again."""
    index = DuplicateIndex(tmp_path)
    old = [*pictures, sample(jpeg(drawn(41), 60))]
    index.add(old)
    index.flush()
    new = [sample(jpeg(drawn(40), 50)), sample(drawn(40).resize((320, 224)))]
    index.add(new)
    found = {frozenset((m.a, m.b)) for m in index.match_new([s.id for s in new])}
    trio = [pictures[0].id, new[0].id, new[1].id]
    assert found == {frozenset((a, b)) for a in trio for b in trio if a < b}


def test_what_was_added_is_there_after_reopening(tmp_path: Path, pictures: list[Sample]) -> None:
    """Samples and candidates are the same after a flush, and after none (as after a kill)."""
    copy = sample(jpeg(drawn(42).crop((100, 60, 600, 420)), 70))
    index = DuplicateIndex(tmp_path)
    index.add(pictures[:4])
    index.flush()
    index.add(pictures[4:])
    wanted = index.candidates(copy)
    again = DuplicateIndex(tmp_path)
    assert again.count() == 8 and pictures[7].id in again
    assert again.sample(pictures[7].id) == pictures[7]
    assert again.candidates(copy) == wanted and wanted[0] == pictures[2].id


def test_discarded_pictures_are_gone_for_good(tmp_path: Path, pictures: list[Sample]) -> None:
    """A discarded sample is missing, no candidate, and stays so after reopening; it can be added again."""
    index = DuplicateIndex(tmp_path)
    index.add(pictures)
    index.flush()
    index.discard([pictures[1].id, "unknown"])
    again = DuplicateIndex(tmp_path)
    assert again.missing([s.id for s in pictures]) == [pictures[1].id]
    assert pictures[1].id not in again.candidates(sample(jpeg(drawn(41))))
    again.add([pictures[1]])
    assert again.candidates(sample(jpeg(drawn(41))))[0] == pictures[1].id


def test_replacing_a_sample_keeps_one(tmp_path: Path, pictures: list[Sample]) -> None:
    """Adding an id again replaces what was known of it."""
    index = DuplicateIndex(tmp_path)
    index.add([pictures[0]])
    index.add([replace(pictures[1], id=pictures[0].id)])
    assert index.count() == 1
    assert index.sample(pictures[0].id).sha256 == pictures[1].sha256


def test_hashes_are_the_same_read_bit_by_bit_and_at_once(tmp_path: Path, pictures: list[Sample]) -> None:
    """Each picture with structure has its hash in the list, one with borders two, behind each other, however they came in."""
    framed = sample(ImageOps.expand(drawn(49), 60, "white"))
    flat = sample(Image.new("RGB", (300, 200), (9, 90, 9)))
    table = Table(tmp_path)
    for some in ([pictures[0], flat], [framed], [pictures[1], pictures[2]], [framed, flat]):
        table.append(some)
        grown = table.hashes()
    table.discard([pictures[1].id])
    again = Table(tmp_path).hashes()
    assert grown.rows.tolist() == again.rows.tolist() == [0, 2, 2, 3, 4, 5, 5]
    own = [pictures[0].fingerprint.dct, framed.fingerprint.dct, framed.fingerprint.trimmed]
    assert grown.words[:3].tolist() == words(own).tolist() and grown.words.tolist() == again.words.tolist()
    assert grown.signs.words.tolist() == again.signs.words.tolist() == even(grown.words).tolist()
    assert table.flat()[0].tolist() == [1, 6]


@pytest.mark.parametrize("name", ["table.dat", "samples.dat"])
@pytest.mark.parametrize("cut", [1, 100, 5000])
def test_a_torn_end_is_told_and_mended(tmp_path: Path, pictures: list[Sample], name: str, cut: int) -> None:
    """After any cut, what is whole is served, the rest is missing, and adding it again mends the index."""
    index = DuplicateIndex(tmp_path)
    index.add(pictures[:4])
    index.add(pictures[4:])
    size = (tmp_path / name).stat().st_size
    os.truncate(tmp_path / name, max(0, size - cut))
    again = DuplicateIndex(tmp_path)
    lost = again.missing([s.id for s in pictures])
    assert pictures[7].id in lost
    again.add([s for s in pictures if s.id in lost])
    again.flush()
    final = DuplicateIndex(tmp_path)
    assert final.missing([s.id for s in pictures]) == []
    assert all(final.sample(s.id) == s for s in pictures)


def test_a_damaged_record_counts_as_missing(tmp_path: Path, pictures: list[Sample]) -> None:
    """Bytes that changed on disk are noticed when read: KeyError, and the id is missing from then on."""
    index = DuplicateIndex(tmp_path)
    index.add(pictures[:2])
    data = bytearray((tmp_path / "samples.dat").read_bytes())
    data[500] ^= 255
    (tmp_path / "samples.dat").write_bytes(data)
    with pytest.raises(KeyError):
        index.sample(pictures[0].id)
    assert index.missing([pictures[0].id, pictures[1].id]) == [pictures[0].id]


def test_damaged_votes_are_taken_again(tmp_path: Path, pictures: list[Sample]) -> None:
    """A segment that is cut off or deleted costs nothing but time."""
    index = DuplicateIndex(tmp_path)
    index.add(pictures)
    index.flush()
    [segment] = tmp_path.glob("*.seg")
    os.truncate(segment, segment.stat().st_size - 4)
    crop = sample(drawn(44).crop((200, 100, 560, 400)))
    assert DuplicateIndex(tmp_path).candidates(crop)[0] == pictures[4].id


def test_another_process_sees_what_is_added(tmp_path: Path, pictures: list[Sample]) -> None:
    """A reader that was open before sees new samples, merged segments and discards after refresh."""
    writer, reader = DuplicateIndex(tmp_path), DuplicateIndex(tmp_path)
    for picture in pictures:
        writer.add([picture])
        writer.flush()
    writer.discard([pictures[0].id])
    assert reader.count() == 0
    reader.refresh()
    assert reader.ids() == writer.ids()
    assert reader.candidates(sample(jpeg(drawn(46))))[0] == pictures[6].id


def test_segments_merge_so_that_they_stay_few(tmp_path: Path, pictures: list[Sample]) -> None:
    """Many small flushes leave a few files, and no vote is lost."""
    index = DuplicateIndex(tmp_path)
    for number in range(20):
        index.add([replace(pictures[number % 8], id=f"{number:016d}")])
        index.flush()
    assert len(list(tmp_path.glob("*.seg"))) <= 6
    crop = sample(drawn(45).crop((200, 100, 560, 400)))
    assert set(index.candidates(crop)) >= {f"{n:016d}" for n in (5, 13)}


def test_adding_writes_only_what_is_new(tmp_path: Path, pictures: list[Sample]) -> None:
    """Files only grow at their ends: adding one picture does not rewrite those of the others."""
    index = DuplicateIndex(tmp_path)
    index.add(pictures[:6])
    before = (tmp_path / "samples.dat").read_bytes()
    index.add(pictures[6:7])
    after = (tmp_path / "samples.dat").read_bytes()
    assert after.startswith(before) and len(after) - len(before) < 12_000


@pytest.fixture(scope="module")
def busiest() -> list[Sample]:
    """Many pictures of noise, which have as many features as there may be and take the most bytes."""
    rng = np.random.default_rng(5)
    noise = [
        sample(Image.fromarray(rng.integers(0, 255, (400, 600), dtype=np.uint8)), str(number)) for number in range(12)
    ]
    return [replace(noise[number % 12], id=f"{number:016d}") for number in range(600)]


def test_a_picture_takes_at_most_twelve_kilobytes(tmp_path: Path, busiest: list[Sample]) -> None:
    """Features, hashes and votes of the busiest pictures stay within 12 KB each."""
    index = DuplicateIndex(tmp_path)
    index.add(busiest)
    index.flush()
    assert sum(_size(tmp_path).values()) / len(busiest) <= 12 << 10


def test_a_picture_takes_at_most_two_kilobytes_of_memory(tmp_path: Path, busiest: list[Sample]) -> None:
    """Also in a small catalogue, of whose segments maps are held."""
    index = DuplicateIndex(tmp_path)
    index.add(busiest)
    index.flush()
    index.candidates(busiest[0])  # so that what any question leaves behind is not counted
    tracemalloc.start()
    try:
        again = DuplicateIndex(tmp_path)
        assert again.candidates(busiest[0])
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held / len(busiest) <= 2 << 10


@pytest.mark.parametrize("rows", [1 << power for power in range(9, 18)])
def test_directories_stay_within_half_a_kilobyte_a_picture(rows: int) -> None:
    """Of a segment of any size, postings with their directory leave a picture's features the rest of 12 KB."""
    count = rows * POINTS
    for many in (count, count * 5 // 4, count * 3 // 2):
        bits = postings.directory_bits(many)
        low = 1 if postings.KEY_BITS - bits <= 8 else 2
        assert 2 * (many * (4 + low) + (4 << bits)) / (many / POINTS) <= 3_920


def test_flat_pictures_are_only_candidates_of_their_twins(tmp_path: Path) -> None:
    """Black pictures do not flood each other's candidates unless their pixels are the same."""
    index = DuplicateIndex(tmp_path)
    black = [sample(Image.new("RGB", (400, 300)), "one"), sample(Image.new("RGB", (400, 300)), "two")]
    white = sample(Image.new("RGB", (400, 300), "white"))
    index.add([*black, white, sample(drawn(47))])
    assert {(m.a, m.b) for m in index.matches_of(black[0])} == {(min(s.id for s in black), max(s.id for s in black))}
    assert index.matches_of(white) == []


def test_postings_find_every_key_of_a_segment(tmp_path: Path) -> None:
    """What is written into a segment is found by its key, and merging reads back all of it."""
    rng = np.random.default_rng(1)
    keys = rng.integers(0, 1 << postings.KEY_BITS, 5000, dtype=np.uint32)
    places = np.arange(5000, dtype=np.uint32) << np.uint32(8)
    postings.write(tmp_path / "votes-a.seg", 0, 5000, [(keys, places), (keys[::-1], places)])
    segment = postings.read(tmp_path / "votes-a.seg", check=True)
    which, begin, count = segment.runs(0, keys[:100])
    found = segment.at(0, postings.spread(begin, count)[0])
    assert set(places[:100]) <= set(found) and set(which) == set(range(100))
    again, there = postings.entries(segment)[1]
    assert sorted(zip(again.tolist(), there.tolist(), strict=True)) == sorted(
        zip(keys[::-1].tolist(), places.tolist(), strict=True)
    )


def test_a_small_segment_searches_only_for_keys_that_may_be_there(tmp_path: Path) -> None:
    """A map of the keys' upper bits rules out nearly all that are not there, and none that is."""
    rng = np.random.default_rng(5)
    keys = rng.integers(0, 1 << postings.KEY_BITS, 5000, dtype=np.uint32)
    places = np.arange(5000, dtype=np.uint32)
    postings.write(tmp_path / "votes-a.seg", 0, 5000, [(keys, places), (keys, places)])
    segment = postings.read(tmp_path / "votes-a.seg")
    assert len(segment._mapped(1, keys)) == len(keys)
    assert len(segment._mapped(1, rng.integers(0, 1 << postings.KEY_BITS, 5000, dtype=np.uint32))) < 700


@pytest.mark.parametrize("held", [1 << 30, 0])
@pytest.mark.parametrize("bits", [14, 22])
@pytest.mark.parametrize("scanned", [0, 1 << 20])
def test_small_and_large_segments_find_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: int, bits: int, scanned: int
) -> None:
    """By maps in memory and without, by directories of any size, looking at all or searching, the same features are found."""
    monkeypatch.setattr(postings, "_SCANNED", scanned)
    monkeypatch.setattr(postings, "_MAPPED", held)
    monkeypatch.setattr(postings, "_DIRECTORIES", (bits,))
    rng = np.random.default_rng(3)
    crowded = np.uint32(77 << 16) + rng.integers(0, 400, 3000, dtype=np.uint32)
    keys = np.concatenate([rng.integers(0, 1 << postings.KEY_BITS, 3000, dtype=np.uint32), crowded])
    keys = np.concatenate([keys, np.full(70, 5, np.uint32), np.full(64, 9, np.uint32)])
    places = np.arange(len(keys), dtype=np.uint32)
    postings.write(tmp_path / "votes-a.seg", 0, 100, [(keys, places), (keys, places)])
    asked = np.concatenate([keys[:50], crowded[:50], np.array([5, 9, 1 << 29], np.uint32)])
    segment = postings.read(tmp_path / "votes-a.seg")
    index, begin, count = segment.runs(1, asked)
    where, which = postings.spread(begin, count)
    found = zip(index[which].tolist(), segment.at(1, where).tolist(), strict=True)
    expected = [(i, p) for i, key in enumerate(asked) for p in np.flatnonzero(keys == key).tolist()]
    assert sorted(found) == sorted(expected)


def test_what_one_picture_costs_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys are listened to in their order until the bound is spent; common ones spend a little of it and are not listened to."""
    monkeypatch.setattr(postings, "_FEW", 3)
    monkeypatch.setattr(postings, "HITS", 9)
    asked = np.array([7, 5, 7, 2, 9, 5, 1, 7], np.uint32)
    count = np.array([3, 1000, 3, 1, 2, 1000, 1, 3])  # 3, 4 of the common one, 1: then 2 are too many
    assert postings.telling(asked, count, 100).tolist() == [True, False, True, True, False, False, False, True]
    assert postings.telling(asked[3:5], count[3:5], 100).all()
    monkeypatch.setattr(postings, "HITS", 11)
    assert postings.telling(asked, count, 100).tolist() == [True, False, True, True, True, False, True, True]
    assert postings.most_of(4_000) == 10


def test_keys_of_mirrored_features_are_asked_too(pictures: list[Sample]) -> None:
    """Mirroring swaps the halves of descriptors, and so gives other keys."""
    local = unpack(pictures[0].features)
    assert not np.array_equal(postings.keys_of(local.bits), postings.keys_of(local.mirrored.bits))
