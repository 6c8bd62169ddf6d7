"""An index laid over another: it answers as one index of both would, and the one below stays as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from catalog.duplicates import Sample
from catalog.duplicates.index import DuplicateIndex
from catalog.duplicates.overlay import overlaid
from tests.duplicates_drawn import drawn, jpeg, sample


@pytest.fixture(scope="module")
def pictures() -> list[Sample]:
    """Ten unrelated photographs, two copies of the first two, and two flat pictures with the same pixels."""
    copies = [sample(jpeg(drawn(50), 60)), sample(drawn(51).crop((60, 40, 560, 400)))]
    flat = sample(drawn(50).resize((64, 64)).point(lambda _: 7))
    return [*(sample(drawn(seed)) for seed in range(50, 60)), *copies, flat, replace(flat, id="1" * 16)]


def test_an_overlay_answers_as_one_index_of_both(tmp_path: Path, pictures: list[Sample]) -> None:
    """Added, replaced and discarded on top: candidates, matches and what is there are those of one index that was told the same."""
    below, whole = DuplicateIndex(tmp_path / "below"), DuplicateIndex(tmp_path / "whole")
    split = len(pictures) // 2
    for index in (below, whole):
        index.add([*pictures[:split], pictures[-2]])
        index.flush()
    held = sorted((p.name, p.read_bytes()) for p in (tmp_path / "below").iterdir())
    with overlaid(below) as over:
        for told in (over, whole):
            told.add(pictures[split:-2])
            told.add([pictures[-1], pictures[1]])  # the second one again: it is the latest now
            told.discard([pictures[3].id, pictures[split + 1].id, "unknown"])
            told.flush()
        idents = [one.id for one in pictures]
        assert over.ids() == whole.ids() and over.count() == whole.count() == len(pictures) - 2
        assert over.missing([*idents, "other"]) == whole.missing([*idents, "other"])
        assert [ident in over for ident in idents] == [ident in whole for ident in idents]
        asked = [*pictures, sample(jpeg(drawn(53), 50))]
        for limit in (1, 3, 100):
            assert [over.promising(one, limit) for one in asked] == [whole.promising(one, limit) for one in asked]
        assert [over.matches_of(one) for one in asked] == [whole.matches_of(one) for one in asked]
        found = list(over.match_new(idents))
        assert found == list(whole.match_new(idents)) and len(found) >= 3
        assert over.sample(pictures[1].id) == pictures[1]
        with pytest.raises(KeyError):
            over.sample(pictures[3].id)
    assert sorted((p.name, p.read_bytes()) for p in (tmp_path / "below").iterdir()) == held
    assert pictures[3].id in below
