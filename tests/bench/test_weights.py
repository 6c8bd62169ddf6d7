"""Fitted weights go into their table and leave everything else of it as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import weights
from catalog.conflicts import data
from catalog.duplicates import judgement
from catalog.linking import calibration

TABLES = (
    Path(data.__file__).with_name("residue.tsv"),
    Path(calibration.__file__).with_name("weights.tsv"),
    Path(judgement.__file__).with_name("weights.tsv"),
)


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.parent.parent.name)
def test_only_the_weights_of_the_names_change(table: Path, tmp_path: Path) -> None:
    """A comment, a heading and other names stay to the byte; a weight that is nearly nothing is written without a sign."""
    copy = tmp_path / table.name
    before = table.read_text(encoding="utf-8")
    copy.write_text(before, encoding="utf-8")
    weights.write(copy, {})
    assert copy.read_text(encoding="utf-8") == before
    name, weight, *rest = before.splitlines()[-1].split("\t")
    weights.write(copy, {name: float(weight) + 1.5})
    *others, last = copy.read_text(encoding="utf-8").splitlines()
    assert others == before.splitlines()[:-1]
    assert last == "\t".join((name, f"{float(weight) + 1.5:.2f}", *rest))
    weights.write(copy, {name: -0.0})
    assert copy.read_text(encoding="utf-8").splitlines()[-1] == "\t".join((name, "0.00", *rest))
