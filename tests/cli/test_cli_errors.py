"""Bad input of every sort: one clear sentence on stderr, the right exit code, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.clirunning import Cutline

_READING = [
    ("list",), ("show", "0123456789abcdef"), ("search", "bridge"), ("similar", "0123456789abcdef"), ("duplicates",),
    ("findings",), ("decide", "0123456789abcdef", "accept"), ("undo",), ("log",), ("hide", "image:01"),
    ("restore", "image:01"), ("purge", "image:01", "--yes"), ("verify",), ("export",), ("rehash",), ("relink",), ("regroup",),
]  # fmt: skip


@pytest.mark.parametrize("args", _READING, ids=lambda a: a[0])
def test_a_folder_that_is_no_catalogue_is_left_alone(bare: Cutline, tmp_path: Path, args: tuple[str, ...]) -> None:
    """Every command but import, watch and serve ends with exit 3 and puts nothing into the folder."""
    folder = tmp_path / "holiday"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    ran = bare(*args, catalog=folder)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("cutline: There is no catalogue in ") and len(ran.err.splitlines()) == 1
    assert "`cutline import FOLDER` makes one" in ran.err
    assert [p.name for p in folder.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("args", [("list",), ("search", "bridge"), ("findings",), ("import", "x")], ids=lambda a: a[0])
def test_a_damaged_catalogue_says_where(cutline: Cutline, catalogue: Path, args: tuple[str, ...]) -> None:
    """A catalogue that is not what was written is refused with exit 3, and points to `cutline verify`."""
    main = catalogue / "catalogue.json"
    data = bytearray(main.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 40] = b"\0" * 40
    main.write_bytes(data)
    ran = cutline(*args)
    assert (ran.code, ran.out) == (3, "")
    assert "damaged" in ran.err and "cutline verify" in ran.err
    assert cutline("verify").code == 1


@pytest.mark.parametrize(
    ("query", "column", "expected"),
    [
        ("nofield:x", 1, "There is no field “nofield:”"),
        ("bridge (harbour", 8, "not closed"),
        ("bridge date:spring", 13, "Expected a date"),
        ("width:wide", 7, "Expected a number"),
        ("is:wonderful", 4, "Expected one of"),
        ('caption:"open', 9, "quotation mark is not closed"),
        ("similar:zz~99", 9, "bits after ~"),
        ("bridge OR", 10, "Expected a word"),
        ("x" * 9000, 8001, "at most 8000 characters"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_bad_query_names_its_column(cutline: Cutline, query: str, column: int, expected: str) -> None:
    """search, findings and export refuse it alike, with the column and what was expected."""
    for args in (("search", query), ("findings", "--query", query), ("export", "--query", query)):
        ran = cutline(*args)
        assert (ran.code, ran.out) == (2, "")
        assert expected in ran.err and f"(column {column})" in ran.err


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("show", "0123456789abcdef"), "There is no picture “0123456789abcdef”"),
        (("similar", "missing.jpg"), "There is no picture or file “missing.jpg”"),
        (("similar", "a\0b"), "There is no picture or file"),
        (("search", "--sort", "beauty"), "There is no order “beauty”: use relevance"),
        (("search", "--limit", "0"), "Invalid value for '--limit'"),
        (("search", "--fact"), "No such option"),
        (("findings", "--kind", "miracle"), "There are no findings of kind “miracle”"),
        (("export", "--format", "zip"), "There is no export format “zip”: choose one of csv, jsonl"),
        (("export", "--format", "csv", "--everything"), "Only the jsonl format holds everything"),
        (("serve", "--port", "70000"), "Invalid value for '--port'"),
        (("serve", "--host", "0.0.0.0"), "set a password or token first"),
        (("watch", "missing"), "missing is not a folder"),
        (("regroup", "--workers", "-1"), "Invalid value"),
        (("import",), "Missing argument"),
        (("dance",), "No such command"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, tuple) else "",
)
def test_what_cannot_be_meant_is_exit_2(cutline: Cutline, args: tuple[str, ...], says: str) -> None:
    """Unknown ids, formats, orders, kinds, options and commands are said plainly."""
    ran = cutline(*args)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


@pytest.mark.parametrize(
    "args",
    [
        ("show", "\udcff"), ("similar", "\udcff"), ("search", "caption:\udcff"), ("decide", "\udcff", "\udcff"),
        ("hide", "image:\udcff"), ("undo", "--decision", "\udcff"), ("findings", "--kind", "\udcff"),
        ("export", "--format", "\udcff"), ("show", "\x1b]0;owned\x07"),
    ],
    ids=lambda a: a[0],
)  # fmt: skip
def test_weird_bytes_are_refused_and_cannot_steer_the_terminal(cutline: Cutline, args: tuple[str, ...]) -> None:
    """Arguments that are no text, or hold control characters, end with exit 2 and show nothing raw."""
    ran = cutline(*args)
    assert (ran.code, ran.out) == (2, "")
    assert "\x1b" not in ran.err and "\x07" not in ran.err


def test_a_note_that_is_no_text_is_refused(cutline: Cutline) -> None:
    """A note with bytes that are not UTF-8 is refused before anything is written."""
    finding = cutline("findings", "--limit", "1", "--json").lines[0]
    ran = cutline("decide", finding["id"], finding["actions"][0], "--note", "caf\udce9")
    assert ran.code == 2 and "not text" in ran.err
    assert cutline("log", "--json").lines == []


def test_addresses_that_are_no_catalogue(bare: Cutline) -> None:
    """Other kinds of address are refused as a catalogue that cannot be used."""
    ran = bare("list", catalog="ftp://somewhere/else")
    assert ran.code == 3 and "A catalogue is a folder or a postgresql:// address" in ran.err


@pytest.mark.parametrize(
    ("name", "why"),
    [("catalog", "one file for all"), ("missing/deep.csv", "cannot be written"), ("", "one file for all")],
)
def test_an_output_that_cannot_be_written(cutline: Cutline, tmp_path: Path, name: str, why: str) -> None:
    """A folder, or a file in a folder that is not there, is exit 2, and no unfinished file is left."""
    (tmp_path / "catalog").mkdir()
    before = sorted(p.name for p in tmp_path.iterdir())
    ran = cutline("export", "--format", "csv", "-o", str(tmp_path / name))
    assert ran.code == 2 and why in ran.err
    assert sorted(p.name for p in tmp_path.iterdir()) == before
