"""Verification in rounds: the same matches wherever they are computed, and no more pairs than one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from catalog.duplicates import Sample
from catalog.duplicates.index import DuplicateIndex
from catalog.duplicates.rounds import PATIENCE, Batch, Outcome, Problem, compare, damaged, known, matches
from catalog.duplicates.verification import verify
from catalog.images.pool import Pool
from catalog.images.worker import Failed
from catalog.model import Match
from tests.duplicates_drawn import drawn, jpeg, sample


@pytest.fixture(scope="module")
def dense() -> list[Sample]:
    """A cluster of twelve copies of one photograph, three of another, and two strangers."""
    copies = [sample(jpeg(drawn(70), 90 - 5 * n), f"one{n}") for n in range(10)]
    crops = [sample(drawn(70).crop((10 * n, 0, 600, 440)), f"crop{n}") for n in (2, 4)]
    others = [sample(drawn(71).resize((320 + 40 * n, 224 + 28 * n)), f"two{n}") for n in range(3)]
    return [*copies, *crops, *others, sample(drawn(72)), sample(Image.new("RGB", (300, 200)))]


def test_workers_and_executors_change_nothing(tmp_path: Path, dense: list[Sample]) -> None:
    """The matches of a dense cluster are the same list with no, one and two workers and with threads, each pair once."""
    index = DuplicateIndex(tmp_path)
    index.add(dense)
    idents = [one.id for one in dense]
    here = list(index.match_new(idents))
    assert len({(match.a, match.b) for match in here}) == len(here) == 12 * 11 // 2 + 3
    for workers in (0, 1, 2):
        with Pool(workers) as pool:
            assert list(index.match_new(idents, pool.apply)) == here
    with ThreadPoolExecutor(2) as threads, Pool(executor=threads) as pool:
        assert list(index.match_new(idents, pool.apply)) == here


class _Fake:
    """Candidates by a table; which of them are matches, the fake comparing knows."""

    def __init__(self, wanted: dict[str, list[str]], like: Sample) -> None:
        self._wanted, self._like = wanted, like
        self.compared: list[tuple[str, str]] = []

    def __contains__(self, ident: object) -> bool:
        return ident != "unknown"

    def sample(self, ident: str) -> Sample:
        if ident == "lost":
            raise KeyError(ident)
        return replace(self._like, id=ident)

    def candidates(self, sample: Sample, limit: int) -> list[str]:
        return self._wanted[sample.id][:limit]

    def apply(self, function: Callable[[Batch], Outcome], batches: Iterable[Batch]) -> Iterator[object]:
        for one, others in batches:
            self.compared += [(one.id, other.id) for other in others]
            yield [_match(one.id, other.id) if other.id.startswith("same") else None for other in others]


def _match(a: str, b: str) -> Match:
    return Match(f"{a}:{b}", a, b, "resized", 1.0)


def test_verification_stops_where_patience_ends(dense: list[Sample]) -> None:
    """After so many failures in a row nothing more is compared, a match begins the count anew, and lost samples do not count."""
    strangers = [f"x{n:02d}" for n in range(60)]
    wanted = {
        "a": strangers,
        "b": [*strangers[:3], "lost", "same1", *strangers[3:]],
        "c": ["same1", "a"],
    }
    fake = _Fake(wanted, dense[0])
    found = list(matches(fake, [fake.sample(name) for name in wanted], 100, fake.apply))
    assert [(match.a, match.b) for match in found] == [("b", "same1"), ("c", "same1")]
    tried = [pair[0] for pair in fake.compared]
    assert tried.count("a") == PATIENCE and tried.count("b") == 3 + 1 + PATIENCE and tried.count("c") == 2


def test_features_of_another_version_are_a_problem_of_their_picture(dense: list[Sample]) -> None:
    """A blob that does not unpack is named, on either side, and costs no other pair of the batch."""
    old = replace(sample(jpeg(drawn(70), 33), "old"), features=b"F0" + dense[0].features[2:])
    assert compare((dense[0], (old, dense[1]))) == [damaged(old.id), verify(dense[0], dense[1])]
    assert compare((old, (dense[0], dense[1]))) == [damaged(old.id)] * 2


def test_a_small_picture_that_does_not_decode_is_a_problem_of_its_picture(dense: list[Sample]) -> None:
    """It is not decoded before it is looked at; then it is named, on either side."""
    whole = sample(jpeg(drawn(70), 33), "whole")
    broken = replace(whole, features=whole.features[:12] + b"RIFX" + whole.features[16:])
    twin = replace(whole, id="twin", sha256="2" * 64)
    assert list(compare((broken, (dense[0],)))) in ([None], [damaged(broken.id)])
    assert compare((twin, (broken, whole))) == [damaged(broken.id), verify(twin, whole)]
    assert compare((broken, (twin,))) == [damaged(broken.id)]


def test_a_failing_batch_is_done_pair_by_pair(dense: list[Sample]) -> None:
    """One pair that no worker survives costs that pair, which is named with the reason; all others are compared."""
    wanted = {"a": ["same1", "poison", "same2", *(f"x{n}" for n in range(30))], "b": ["same3"]}
    fake = _Fake(wanted, dense[0])
    problems: list[Problem] = []

    def apply(function: Callable[[Batch], Outcome], batches: Iterable[Batch]) -> Iterator[object]:
        for batch in batches:
            if any(other.id == "poison" for other in batch[1]):
                yield Failed("", "The work crashed the process that did it (SIGSEGV).")
            else:
                yield from fake.apply(function, [batch])

    found = list(matches(fake, [fake.sample(name) for name in wanted], 100, apply, problems.append))
    assert [(match.a, match.b) for match in found] == [("a", "same1"), ("a", "same2"), ("b", "same3")]
    assert problems == [Problem("a", "poison", "The work crashed the process that did it (SIGSEGV).")]
    assert len([pair for pair in fake.compared if pair[0] == "a"]) == 2 + PATIENCE


def test_an_executor_that_stops_early_loses_nothing_in_silence(dense: list[Sample]) -> None:
    """Pairs for which no outcome comes back at all are named."""
    fake = _Fake({"a": ["same1", "x1"], "b": ["same2"]}, dense[0])
    problems: list[Problem] = []
    assert (
        list(matches(fake, [fake.sample("a"), fake.sample("b")], 100, lambda f, b: list(b)[:0], problems.append)) == []
    )
    assert {(p.a, p.b) for p in problems} == {("a", "same1"), ("a", "x1"), ("b", "same2")}


def test_lost_samples_are_reported(dense: list[Sample]) -> None:
    """A candidate that does not read, and a picture whose own sample does not, are named; unknown ids are not."""
    fake = _Fake({"a": ["lost", "same1"]}, dense[0])
    problems: list[Problem] = []
    samples = known(fake, ["a", "unknown", "lost"], problems.append)
    assert [m.b for m in matches(fake, samples, 100, fake.apply, problems.append)] == ["same1"]
    assert problems == [damaged("lost")] * 2
