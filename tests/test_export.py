"""What exports hold: CSV that no spreadsheet runs, JSON Lines that lose nothing."""

from __future__ import annotations

import csv
import io
import json

import pytest

from catalog.errors import UsageError
from catalog.export import csvfile
from catalog.library import Library
from tests import PICTURES


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_looks_like_a_formula_stands_behind_an_apostrophe(begin: str) -> None:
    """Each sign by which a spreadsheet begins a formula is made harmless; the rest of the text stays."""
    assert csvfile.cell(f"{begin}1+1") == f"'{begin}1+1"
    assert csvfile.cell(f"\x00{begin}1") == f"'{begin}1"
    assert csvfile.cell(f"a{begin}") == f"a{begin}"


def test_csv_reads_back_with_any_text(library: Library) -> None:
    """Quotation marks, commas, line breaks and other scripts come back as they were."""
    ident = next(iter(library.ids()))
    note = 'two "quoted", lines\nand ひとつ 🎞'
    library.edit(ident, {"note": note, "tags": ["a", "b"]})
    data = b"".join(library.export("csv")).decode("utf-8-sig")
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(data, newline=""))}
    assert len(rows) == PICTURES and tuple(rows[ident]) == csvfile.COLUMNS
    assert rows[ident]["note"] == note and rows[ident]["tags"] == "a, b"


def test_jsonl_is_one_object_a_line(library: Library) -> None:
    """Every picture that a query selects is one line, also when texts hold line breaks."""
    ident = next(iter(library.ids()))
    library.edit(ident, {"note": "one\ntwo\u2028three"})
    lines = b"".join(library.export("jsonl")).split(b"\n")
    assert lines.pop() == b"" and len(lines) == PICTURES
    assert {json.loads(line)["id"]: json.loads(line)["note"] for line in lines}[ident] == "one\ntwo\u2028three"


def test_everything_names_types_and_link_statuses(library: Library) -> None:
    """Facts come before links, links before decisions; every line has its type, every link its status."""
    finding = next(library.all_findings("link"))
    library.decide(finding.id, "accept")
    docs = [json.loads(line) for line in b"".join(library.export("jsonl", everything=True)).splitlines()]
    kinds = list(dict.fromkeys(d["type"] for d in docs))
    assert kinds.index("image") < kinds.index("link") < kinds.index("decision")
    statuses = {d["caption"]: d["status"] for d in docs if d["type"] == "link" and d["status"] == "linked"}
    assert finding.subjects[0] in statuses


def test_formats_that_there_are_not(library: Library) -> None:
    """An unknown format, and everything in a format that cannot hold it, are refused before anything is written."""
    with pytest.raises(UsageError, match="choose one of"):
        library.export("xls")
    with pytest.raises(UsageError, match="Only the jsonl format"):
        library.export("csv", everything=True)
