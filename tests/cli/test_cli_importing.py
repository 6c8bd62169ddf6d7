"""`import extract watch rehash relink regroup`: reading, from the command line."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.clirunning import Cutline

ROOT = Path(__file__).resolve().parents[2]


def test_import_json_has_a_line_for_each_input_and_the_summary(bare: Cutline, stories: Path, tmp_path: Path) -> None:
    """Every file of a folder ends in one line; the last line counts them; something rejected is exit 1."""
    ran = bare("import", str(stories), "--workers", "1", "--json", catalog=tmp_path / "cat")
    assert ran.code == 1
    *lines, last = ran.lines
    assert sorted(line["path"] for line in lines) == sorted(str(p) for p in stories.rglob("*") if p.is_file())
    outcomes = [line["result"] for line in lines]
    assert {k: outcomes.count(k) for k in last["summary"] if k in set(outcomes)} == {
        k: v for k, v in last["summary"].items() if k in set(outcomes)
    }
    assert last["summary"]["seconds"] >= 0
    for line in lines:
        assert ("reason" in line) == (line["result"] in ("ignored", "rejected", "duplicate")), line
        assert line["result"] in ("ignored", "rejected") or (line["kind"] in ("article", "image") and line["id"])
    doubled = next(line for line in lines if line["result"] == "duplicate")
    assert doubled["duplicate_of"]


def test_import_of_what_is_there_says_unchanged(cutline: Cutline, stories: Path) -> None:
    """The same folder again changes nothing: every readable input is unchanged, and the exit code is the same."""
    before = cutline("export", "--everything").out
    ran = cutline("import", str(stories / "harbour"), "--json")
    assert ran.code == 0
    assert {line["result"] for line in ran.lines[:-1]} == {"unchanged", "ignored"}
    assert cutline("export", "--everything").out == before
    told = cutline("import", str(stories / "flood"))
    assert "unchanged" in told.out.splitlines()[-1]


def test_a_terminal_sees_how_fast_and_how_long(stories: Path, tmp_path: Path) -> None:
    """On a terminal one moving line on stderr tells how many of how many inputs are done, the rate, and the time left."""
    master, terminal = os.openpty()
    command = [sys.executable, "-m", "catalog.cli", "--catalog", str(tmp_path / "cat"), "import", str(stories)]
    with subprocess.Popen([*command, "--workers", "1"], stdout=subprocess.DEVNULL, stderr=terminal, cwd=ROOT):
        os.close(terminal)
        seen = b""
        try:
            while part := os.read(master, 4096):
                seen += part
        except OSError:  # Linux says so when the other end is closed
            pass
    os.close(master)
    total = sum(path.is_file() for path in stories.rglob("*"))
    for what in (rf"\d+ of {total} inputs", r"(\d+) of \1 pictures compared"):
        assert re.search(rf"\r\x1b\[K{what}, [\d,]+ a second, \d+:\d\d left", seen.decode()), seen


def test_dry_run_changes_nothing(bare: Cutline, stories: Path, tmp_path: Path) -> None:
    """--dry-run says what would become of each input, and makes no catalogue where there is none."""
    ran = bare("import", str(stories / "harbour"), "--dry-run", "--workers", "1", "--json", catalog=tmp_path / "cat")
    assert {line["result"] for line in ran.lines[:-1]} == {"new", "ignored"}
    assert not (tmp_path / "cat").exists()


def test_a_dry_run_of_what_is_there_says_unchanged(cutline: Cutline, stories: Path) -> None:
    """Where there is a catalogue, it is that one which is asked."""
    ran = cutline("import", str(stories / "flood"), "--dry-run", "--workers", "0", "--json")
    assert {line["result"] for line in ran.lines[:-1]} == {"unchanged", "ignored"}


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("import", "missing.html", "also/missing"), 1, "Nothing is there to be read. Check the paths"),
        (("import", ".", "--media", "nowhere://x"), 3, "nowhere://"),
        (("watch", "missing"), 2, "missing is not a folder"),
        (("serve", "--host", "192.0.2.1"), 2, "set a password"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_what_cannot_begin_makes_no_catalogue(
    bare: Cutline, tmp_path: Path, args: tuple[str, ...], code: int, says: str
) -> None:
    """Commands that make a catalogue leave nothing where they were not able to begin; each missing input is still told."""
    ran = bare(*args, catalog=tmp_path / "cat")
    assert (ran.code, says in ran.err) == (code, True), ran.err
    assert not (tmp_path / "cat").exists()
    if args[1:] == ("missing.html", "also/missing"):
        assert [line["result"] for line in bare(*args, "--json", catalog=tmp_path / "cat").lines[:-1]] == [
            "rejected"
        ] * 2


def test_a_server_on_a_taken_port_makes_no_catalogue(bare: Cutline, tmp_path: Path) -> None:
    """The port is asked before a catalogue is made for it; so is a name that leads nowhere."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        ran = bare("serve", "--port", str(other.getsockname()[1]), catalog=tmp_path / "cat")
    assert ran.code == 2 and "cannot be used" in ran.err and not (tmp_path / "cat").exists()


def test_a_copy_that_cannot_begin_makes_no_catalogue(cutline: Cutline, catalogue: Path, tmp_path: Path) -> None:
    """A target whose pictures could be kept nowhere is not made."""
    ran = cutline("copy", str(catalogue), str(tmp_path / "target"), "--media", "nowhere://x")
    assert ran.code == 3 and not (tmp_path / "target").exists()


def test_in_place_copies_no_original(bare: Cutline, stories: Path, tmp_path: Path) -> None:
    """--in-place remembers where originals lie."""
    catalogue, source = tmp_path / "cat", tmp_path / "here"
    shutil.copytree(stories / "flood", source)
    assert bare("import", str(source), "--in-place", "--workers", "1", catalog=catalogue).code == 0
    assert not [p for p in (catalogue / "media").rglob("*") if p.is_file()]
    assert bare("verify", catalog=catalogue).code == 0
    (source / "flood_files" / "bridge.jpg").unlink()
    assert bare("verify", catalog=catalogue).code == 1


def test_a_missing_path_is_rejected_and_the_rest_imported(cutline: Cutline, stories: Path) -> None:
    """What is not there is one rejected input; exit 1."""
    ran = cutline("import", "missing.html", str(stories / "flood" / "flood.html"), "--json")
    assert ran.code == 1
    results = {line["path"]: line["result"] for line in ran.lines[:-1]}
    assert results["missing.html"] == "rejected" and len(results) == 2


def test_extract_reads_without_a_catalogue(bare: Cutline, stories: Path, tmp_path: Path) -> None:
    """One line a file with article, images and captions; the span slices the source to the caption as printed."""
    path = stories / "harbour" / "harbour.txt"
    ran = bare("extract", str(path), "--url", "https://example.org/harbour", "--json")
    assert ran.code == 0
    line = ran.lines[0]
    assert set(line) >= {"path", "article", "images", "captions"}
    assert set(line["article"]) >= {"title", "byline", "published", "language", "url"}
    source = path.read_text("utf-8")
    assert line["captions"]
    for caption in line["captions"]:
        assert set(caption) >= {
            "text", "credit", "line", "start", "end", "image_url", "confidence", "reasons"
        }  # fmt: skip
        assert caption["text"] in source[caption["start"] : caption["end"]]
    assert line["captions"][0]["text"] in bare("extract", str(path)).out.replace("\n", " ") or "Marta Venn" in ran.out
    assert not list(tmp_path.glob("data/**/*.json"))


@pytest.mark.parametrize("what", ["missing.html", "FOLDER", "PICTURE"])
def test_extract_says_what_it_cannot_read(bare: Cutline, stories: Path, what: str) -> None:
    """A missing file, a folder and a picture end with exit 1 and one sentence each; others are still read."""
    path = {"FOLDER": str(stories), "PICTURE": str(stories / "loose" / "square.jpg")}.get(what, what)
    ran = bare("extract", path, str(stories / "flood" / "flood.html"), "--json")
    assert ran.code == 1
    assert len(ran.err.strip().splitlines()) <= 1
    assert any(line.get("captions") for line in ran.lines)


@pytest.mark.parametrize("command", ["rehash", "relink", "regroup"])
def test_recomputing_changes_nothing_that_stands(cutline: Cutline, command: str) -> None:
    """Recomputing gives the same fingerprints, links, matches and findings, and keeps decisions."""
    finding = cutline("findings", "--kind", "conflict", "--json").lines[0]
    cutline("decide", finding["id"], "harmless")
    before = cutline("export", "--everything").out
    ran = cutline(command, "--workers", "1", "--json")
    assert ran.code == 0 and set(ran.lines[0]["summary"]) >= {"links", "matches", "findings", "rejected", "seconds"}
    assert cutline("export", "--everything").out == before


def _start(catalogue: Path, *args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "catalog.cli", "--catalog", str(catalogue), *args],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def _until(process: subprocess.Popen[str], wanted: str) -> dict[str, Any]:
    assert process.stdout is not None
    for line in process.stdout:
        data: dict[str, Any] = json.loads(line)
        if wanted in str(data.get("path", "")) or (wanted == "summary" and "summary" in data):
            return data
    raise AssertionError(f"ended without {wanted}: {process.stderr.read() if process.stderr else ''}")


def test_watch_imports_what_arrives_and_ends_with_130(stories: Path, tmp_path: Path) -> None:
    """What is there is imported first, then a file that arrives; Ctrl-C ends it with 130; what was reported is kept."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    process = _start(tmp_path / "cat", "watch", str(inbox), "--settle", "0.2", "--json")
    try:
        _until(process, "summary")
        shutil.copy(stories / "loose" / "street-1.jpg", inbox / ".hidden.jpg")
        shutil.copy(stories / "loose" / "street-1.jpg", inbox / "arrived.jpg.part")
        (inbox / "arrived.jpg.part").rename(inbox / "arrived.jpg")
        line = _until(process, "arrived.jpg")
        assert (line["result"], line["kind"]) == ("new", "image")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Traceback" not in err and ".hidden" not in out


@pytest.mark.skipif(not hasattr(fcntl, "F_SETLEASE"), reason="only Linux tells who writes")
def test_watch_leaves_what_is_half_written_at_the_start(stories: Path, tmp_path: Path) -> None:
    """A picture that somebody is still writing when watching begins is imported once, whole, when it is closed."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    content = (stories / "loose" / "street-1.jpg").read_bytes()
    with (inbox / "slow.jpg").open("wb", buffering=0) as writer:
        writer.write(content[: len(content) // 2])
        process = _start(tmp_path / "cat", "watch", str(inbox), "--settle", "0.2", "--json")
        try:
            first = _until(process, "")
            assert first["summary"]["new"] == first["summary"]["rejected"] == 0
            writer.write(content[len(content) // 2 :])
            writer.close()
            line = _until(process, "slow.jpg")
            assert (line["result"], line["id"]) == ("new", hashlib.sha256(content).hexdigest()[:16])
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert "slow.jpg" not in out


def test_ctrl_c_of_an_import_keeps_what_was_reported(stories: Path, tmp_path: Path) -> None:
    """The first Ctrl-C finishes the transaction and ends with 130, or the run was done; then it can be run again."""
    source = tmp_path / "many"
    for n in range(6):
        shutil.copytree(stories, source / str(n))
    process = _start(tmp_path / "cat", "import", str(source), "--workers", "1", "--json")
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "cat" / "journal.jsonl").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode in (130, 1), err
    assert "Traceback" not in err
    reported = [json.loads(line) for line in out.splitlines()]
    listed = subprocess.run(
        [sys.executable, "-m", "catalog.cli", "--catalog", str(tmp_path / "cat"), "list", "--json"],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    ids = {json.loads(line)["id"] for line in listed.stdout.splitlines()}
    assert {r["id"] for r in reported if r.get("kind") == "image" and r["result"] == "new"} <= ids


def test_without_a_subcommand_help_and_no_traceback() -> None:
    """`python -m catalog.cli --version` is the console script's entry too."""
    done = subprocess.run(
        [sys.executable, "-m", "catalog.cli", "--version"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0 and done.stdout.startswith("cutline, version ")
