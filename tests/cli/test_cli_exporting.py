"""`export`: what is written, where, and that no spreadsheet runs it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

from catalog.export import FORMATS
from catalog.library import open_library
from tests import PICTURES
from tests.cli.clirunning import Cutline


def test_csv_of_a_query_has_a_row_for_each_picture(cutline: Cutline, tmp_path: Path) -> None:
    """The file has the header and the selected pictures, in UTF-8 with a mark that spreadsheets know."""
    target = tmp_path / "out.csv"
    ran = cutline("export", "--query", "footbridge", "--format", "csv", "-o", str(target))
    assert (ran.code, ran.out) == (0, "") and "Written" in ran.err
    data = target.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert {r["id"] for r in rows} == set(cutline("search", "footbridge", "--ids").out.split())
    assert all("footbridge" in r["caption"] for r in rows)


def test_csv_cells_cannot_become_formulas(cutline: Cutline, catalogue: Path) -> None:
    """A note that begins like a formula is written behind an apostrophe."""
    with open_library(catalogue) as library:
        ident = next(iter(library.ids("footbridge")))
        library.edit(ident, {"note": '=HYPERLINK("http://x.example")', "credit": "@SUM(A1)", "tags": ["-1+1"]})
    out = cutline("export", "--query", f"id:{ident}", "--format", "csv").out
    row = next(csv.DictReader(io.StringIO(out.removeprefix("\ufeff"))))
    assert row["note"].startswith("'=") and row["credit"].startswith("'@") and row["tags"].startswith("'-")


def test_jsonl_lines_are_those_of_search(cutline: Cutline) -> None:
    """`export --format jsonl` writes what `search --json` prints, and is the default."""
    exported = cutline("export", "--query", "footbridge").lines
    assert exported == cutline("export", "--query", "footbridge", "--format", "jsonl").lines
    found = cutline("search", "footbridge", "--json").lines
    assert {line["id"]: line for line in exported} == {line["id"]: line for line in found}


def test_everything_is_read_back_by_import(cutline: Cutline, bare: Cutline, tmp_path: Path) -> None:
    """An export of everything, imported into an empty catalogue, exports the same records and decisions."""
    finding = cutline("findings", "--kind", "link", "--json").lines[0]
    cutline("decide", finding["id"], "accept", "--note", "checked")
    backup, again = tmp_path / "backup.jsonl", tmp_path / "again"
    assert cutline("export", "--everything", "-o", str(backup)).code == 0
    kinds = {json.loads(line)["type"] for line in backup.read_text("utf-8").splitlines()}
    assert {"image", "article", "caption", "link", "match", "decision"} <= kinds
    assert bare("import", str(backup), catalog=again).code == 0
    for args in (("list", "--json"), ("log", "--json"), ("findings", "--json"), ("duplicates", "--json")):
        assert bare(*args, catalog=again).lines == cutline(*args).lines, args


def test_an_export_that_fails_leaves_the_old_file(cutline: Cutline, tmp_path: Path) -> None:
    """A bad query, found when writing has begun, neither changes the file that was there nor leaves another."""
    target = tmp_path / "out.csv"
    target.write_text("before", encoding="utf-8")
    before = sorted(p.name for p in tmp_path.iterdir())
    assert cutline("export", "--query", "nofield:x", "--format", "csv", "-o", str(target)).code == 2
    assert target.read_text("utf-8") == "before"
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_a_folder_is_filled_once(cutline: Cutline, imported: Path, tmp_path: Path) -> None:
    """`-o folder/` writes one sidecar a picture; a file that is there already is not written over unless asked."""
    url = shutil.copytree(imported, tmp_path / "desk")
    ident = cutline("list", "--json", catalog=url).lines[0]["id"]
    out = f"{tmp_path / 'sidecars'}/"
    assert cutline("export", "--format", "xmp", "-o", out, catalog=url).code == 0
    files = sorted(Path(out).iterdir())
    assert len(files) == PICTURES and all(f.suffix == ".xmp" for f in files)
    files[0].write_text("mine")
    again = cutline("export", "--format", "xmp", "-o", out, catalog=url)
    assert again.code == 2 and "--replace" in again.err and files[0].read_text() == "mine"
    assert cutline("export", "--format", "xmp", "-o", out, "--replace", catalog=url).code == 0
    assert files[0].read_bytes().startswith(b"<?xpacket")
    one = tmp_path / "one.xmp"
    assert cutline("export", "--format", "xmp", "--query", f"id:{ident}", "-o", str(one), catalog=url).code == 0
    assert one.read_bytes().startswith(b"<?xpacket")
    many = cutline("export", "--format", "xmp", "-o", str(one), "--replace", catalog=url)
    assert many.code == 2 and "sidecars/" in many.err
    assert cutline("export", "--format", "csv", "-o", out, catalog=url).code == 2


def test_formats_in_help_are_those_there_are(cutline: Cutline) -> None:
    """`export --help` names each format."""
    text = cutline("export", "--help").out
    assert ", ".join(FORMATS) in text
