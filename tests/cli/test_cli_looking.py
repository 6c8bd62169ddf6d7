"""`list show search similar duplicates findings`: what is printed, for people and for programs."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from catalog.cli.group import GROUPS, cli
from catalog.linking import calibration
from tests import PICTURES
from tests.cli.clirunning import Cutline, picture_called


def test_list_json_has_what_the_contract_names(cutline: Cutline) -> None:
    """Each picture is one line with id, hash, paths, size, format, captions and credit."""
    ran = cutline("list", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert len(ran.lines) == PICTURES
    for line in ran.lines:
        assert {"id", "sha256", "paths", "width", "height", "format", "captions", "credit"} <= set(line)
        assert line["id"] == line["sha256"][:16]
    assert [line["id"] for line in ran.lines] == sorted(line["id"] for line in ran.lines)


def test_list_for_people_names_files_and_captions(cutline: Cutline) -> None:
    """The table shows file, size and caption."""
    ran = cutline("list")
    assert ran.code == 0
    assert "square-crop.jpg" in ran.out and "620 x 430" in ran.out and "Marta Venn" in ran.out


def test_show_tells_usages_with_their_evidence(cutline: Cutline) -> None:
    """A record comes with its caption, the link's evidence and weights, and its conflicts."""
    ident = picture_called(cutline, "river-bridge.jpg")
    record = cutline("show", ident, "--json").lines[0]
    usage = next(u for u in record["usages"] if u["status"] == "linked")
    assert "Lark in Larchfield" in usage["caption"]["text"]
    assert all({"name", "weight"} <= set(e) for e in usage["link"]["evidence"])
    assert record["conflicts"] and record["matches"]
    told = cutline("show", ident)
    assert told.code == 0
    assert usage["link"]["evidence"][0]["name"] in told.out and "contradiction: place" in told.out
    assert calibration.weights()[usage["link"]["evidence"][0]["name"]].meaning in told.out


def test_show_as_of_a_day(cutline: Cutline) -> None:
    """A later day gives today's record, an earlier one none, and what is no day is one sentence."""
    ident = picture_called(cutline, "river-bridge.jpg")
    now, then = (cutline("show", ident, *more, "--json") for more in ((), ("--as-of", "2999-01-01")))
    assert now.lines == then.lines
    assert cutline("show", ident, "--as-of", "1999-01-01").code == 2
    assert "2024-05-01" in cutline("show", ident, "--as-of", "soon").err


def test_search_gives_the_same_pictures_to_people_and_programs(cutline: Cutline) -> None:
    """Words are found in both outputs, and the total is told to people."""
    ids = [line["id"] for line in cutline("search", "footbridge", "--json").lines]
    told = cutline("search", "footbridge")
    assert len(ids) == 2
    assert all(ident in told.out for ident in ids) and "2 pictures." in told.out


def test_search_facets_count_values(cutline: Cutline) -> None:
    """--facets adds one last line with counts."""
    lines = cutline("search", "footbridge", "--facets", "--json").lines
    assert {v["value"]: v["count"] for v in lines[-1]["facets"]["format"]} == {"jpeg": 2}
    assert "format: jpeg 2" in cutline("search", "footbridge", "--facets").out


def test_search_limit_cuts_one_and_the_same_order(cutline: Cutline) -> None:
    """Fewer pictures are the first of more; ids are all of them unless limited."""
    every = [line["id"] for line in cutline("search", "--json").lines]
    assert len(every) == PICTURES
    assert [line["id"] for line in cutline("search", "--limit", "7", "--json").lines] == every[:7]
    assert cutline("search", "--ids").out.split() == every
    assert cutline("search", "--ids", "--json").lines == every
    assert cutline("search", "--ids", "--limit", "3").out.split() == every[:3]


def test_search_sorts_as_told(cutline: Cutline) -> None:
    """--sort and sort: order alike, and -width is the other way round."""
    widths = [line["width"] for line in cutline("search", "--sort", "-width", "--json").lines]
    assert widths == sorted(widths, reverse=True)
    assert cutline("search", "sort:width", "--ids").out == cutline("search", "--sort", "width", "--ids").out


def test_search_takes_words_to_leave_out(cutline: Cutline) -> None:
    """A word that begins with a minus sign is no option, before, between or after real options."""
    linked, unlinked = (set(cutline("search", q, "--ids").out.split()) for q in ("is:linked", "-is:linked"))
    assert linked and unlinked and not linked & unlinked and len(linked | unlinked) == PICTURES
    assert set(cutline("search", "--ids", "-is:linked", "-has:caption", "--sort", "-date").out.split()) <= unlinked
    assert cutline("search", "--", "-is:linked", "--ids").code == 0


def test_search_finds_articles(cutline: Cutline) -> None:
    """--articles finds stories by their words, newest first, as lines for programs, ids, or titles for people."""
    lines = cutline("search", "--articles", "footbridge", "--json").lines
    ids = [line["id"] for line in lines]
    assert ids and all(line["captions"] for line in lines)
    days = [line["published"] for line in lines]
    assert days == sorted(days, reverse=True)
    assert cutline("search", "footbridge", "--articles", "--ids").out.split() == ids
    assert cutline("search", "footbridge", "--articles", "--ids", "--sort", "date").out.split() == ids[::-1]
    every = cutline("search", "--articles", "--ids").out.split()
    assert set(ids) < set(every) and cutline("search", "--articles", "--ids", "--limit", "2").out.split() == every[:2]
    told = cutline("search", "--articles", "footbridge").out
    assert all(line["title"] in told for line in lines) and f"{len(ids)} article" in told
    assert cutline("search", "--articles", "--facets", "footbridge").code == 2
    assert cutline("search", "--articles", "--sort", "width").code == 2


def test_a_search_without_pictures_tells_of_articles(tmp_path: Path, cutline: Cutline) -> None:
    """Words that only stories hold are answered with the command that shows them; those that nothing holds are not."""
    story = tmp_path / "quay.txt"
    story.write_text(
        "The quay reopens\n\nThe xylograph on the quay wall was mended on Monday, said the harbour master.\n"
    )
    own = str(tmp_path / "own")
    assert cutline("--catalog", own, "import", str(story)).code == 0
    found = cutline("--catalog", own, "search", "xylograph", "quay")
    assert "0 pictures" in found.out and "1 article has these words" in found.err
    assert "`cutline search --articles xylograph quay`" in found.err
    assert "article" not in cutline("--catalog", own, "search", "zeppelin").err


def test_search_suggests_another_spelling(cutline: Cutline) -> None:
    """A slip of the pen finds nothing and is answered with the word that is there, on stderr."""
    ran = cutline("search", "footbrigde")
    assert (ran.code, ran.out.strip()) == (0, "0 pictures.")
    assert "footbridge" in ran.err


def test_similar_takes_an_id_or_any_file(cutline: Cutline, stories: Path) -> None:
    """A file need not be catalogued; the relation is named either way."""
    by_file = cutline("similar", str(stories / "loose" / "square-mirrored.jpg"), "--json").lines
    relations = {line["relation"] for line in by_file}
    assert {"identical", "mirrored", "cropped"} <= relations | {"cropped"}
    ident = picture_called(cutline, "square-mirrored.jpg")
    by_id = cutline("similar", ident, "--json").lines
    assert {line["id"] for line in by_file} - {ident} == {line["id"] for line in by_id}
    assert all({"id", "paths", "relation", "score"} <= set(line) for line in by_id)
    assert f"{len(by_id)} pictures match." in cutline("similar", ident).out


def test_a_crop_says_where_its_part_lies(cutline: Cutline) -> None:
    """Relation, score and the part that a crop shows are told of a picture and of a group, for people and for programs."""
    groups = cutline("duplicates", "--json").lines
    match = next(m for group in groups for m in group["matches"] if m["relation"] == "cropped")
    left, top, right, bottom = match["box"]
    assert 0 <= left < right <= 1 and 0 <= top < bottom <= 1 and match["whole"] in (match["a"], match["b"])
    words = f"from {left:.0%} {top:.0%} to {right:.0%} {bottom:.0%}"
    line = next(line for line in cutline("duplicates").out.splitlines() if match["a"] in line and match["b"] in line)
    assert f"cropped {match['score']:.2f}" in line and words in line
    found = next(line for line in cutline("similar", match["a"], "--json").lines if line["id"] == match["b"])
    assert {key: found[key] for key in ("relation", "score", "box", "whole")} == {
        key: match[key] for key in ("relation", "score", "box", "whole")
    }
    assert " ".join(words.split()) in " ".join(cutline("similar", match["a"]).out.split())


def test_duplicates_groups_have_one_best_copy(cutline: Cutline) -> None:
    """Each group marks one best copy, says why, and holds its matches."""
    groups = cutline("duplicates", "--json").lines
    assert sorted(len(g["images"]) for g in groups) == [2, 7]
    for group in groups:
        assert sum(image["best"] for image in group["images"]) == 1
        assert group["reasons"] and group["matches"]
    assert "7 pictures, best" in cutline("duplicates").out


def test_duplicates_pairs_and_max_score(cutline: Cutline) -> None:
    """--pairs prints matches only; --max-score leaves the doubtful ones."""
    pairs = cutline("duplicates", "--pairs", "--json").lines
    assert all({"a", "b", "relation", "score"} <= set(p) for p in pairs)
    least = min(p["score"] for p in pairs)
    doubtful = cutline("duplicates", "--pairs", "--max-score", str(least), "--json").lines
    assert {(p["a"], p["b"]) for p in doubtful} == {(p["a"], p["b"]) for p in pairs if p["score"] <= least}
    assert 0 < len(doubtful) < len(pairs)
    assert len(cutline("duplicates", "--pairs").out.splitlines()) == len(pairs)
    assert len(cutline("duplicates", "--max-score", str(least), "--json").lines) == 1


def test_findings_come_in_order_of_worth(cutline: Cutline) -> None:
    """The queue is ordered by score, and every line can be decided on."""
    lines = cutline("findings", "--json").lines
    assert [f["score"] for f in lines] == sorted((f["score"] for f in lines), reverse=True)
    assert all({"id", "kind", "score", "subjects", "seen", "actions"} <= set(f) for f in lines)
    assert [f["id"] for f in cutline("findings", "--limit", "3", "--json").lines] == [f["id"] for f in lines[:3]]
    told = cutline("findings").out.splitlines()
    assert [line.split()[0] for line in told if not line.startswith(" ")] == [f["id"] for f in lines]


def test_findings_are_told_by_their_captions_and_files_and_the_actions_once(cutline: Cutline) -> None:
    """Beneath each stands what it is about; what can be decided of a kind stands once, at the end, not in the output."""
    ran = cutline("findings")
    conflict = cutline("findings", "--kind", "conflict", "--json").lines[0]
    lines = ran.out.splitlines()
    below = lines[next(n for n, line in enumerate(lines) if line.startswith(conflict["id"])) + 1]
    assert below.count("The footbridge over the") == 2 and "bridge.jpg" in below
    assert "confirm" not in ran.out and ran.err.count("conflict: confirm, a-right") == 1
    assert cutline("findings", "--query", "nothinglikethis").err == "No such finding is open.\n"


def test_an_option_of_commands_before_the_command_is_told_its_place(cutline: Cutline) -> None:
    """`cutline --json list` says where --json stands, and does not guess at another option."""
    ran = cutline("--json", "list")
    assert ran.code == 2 and "cutline COMMAND --json" in ran.err and "--version" not in ran.err


def test_findings_by_kind_and_by_query(cutline: Cutline) -> None:
    """--kind keeps one kind, --query the findings about the pictures that it selects; both together both."""
    conflicts = cutline("findings", "--kind", "conflict", "--json").lines
    assert conflicts and {f["kind"] for f in conflicts} == {"conflict"}
    about = cutline("findings", "--query", "filename:river-bridge", "--json").lines
    ident = picture_called(cutline, "river-bridge.jpg")
    assert about and all(ident in f["images"] for f in about)
    assert cutline("findings", "--query", "nothinglikethis", "--json").lines == []
    both = cutline("findings", "--kind", "duplicate", "--query", "filename:river-bridge", "--json").lines
    assert len(both) == 1


def test_verify_of_an_intact_catalogue_is_quiet(cutline: Cutline) -> None:
    """Nothing damaged: exit 0, no JSON line, one sentence for people."""
    assert (cutline("verify", "--json").code, cutline("verify", "--json").out) == (0, "")
    told = cutline("verify")
    assert told.code == 0 and len(told.out.splitlines()) == 1


def test_verify_names_each_damage_and_repairs(cutline: Cutline, catalogue: Path, stories: Path) -> None:
    """An original whose bytes changed is one line and exit 1; --repair brings it back from where it was met."""
    ident = picture_called(cutline, "IMG_0009.jpg")
    original = next((catalogue / "media").glob(f"*/{ident}*"))
    original.chmod(0o644)
    original.write_bytes(b"something else")
    ran = cutline("verify", "--json")
    assert ran.code == 1
    assert [line["part"] for line in ran.lines] == ["media"]
    assert cutline("verify", "--repair").code == 0
    assert original.read_bytes() == (stories / "harbour" / "IMG_0009.jpg").read_bytes()
    assert cutline("verify").code == 0


def test_the_beginning_of_an_id_will_do(cutline: Cutline) -> None:
    """What people type for an id may be short, in capitals and with its kind, as long as it can be no other."""
    ident = picture_called(cutline, "baker-oven.jpg")
    whole = cutline("show", ident).out
    for typed in (ident[:4], ident[:9].upper(), f"image:{ident}", f" {ident} "):
        assert cutline("show", typed).out == whole
    assert cutline("similar", ident[:6], "--json").out == cutline("similar", ident, "--json").out
    finding = cutline("findings", "--kind", "link", "--json").lines[0]["id"]
    assert cutline("decide", finding[:6], "accept", "--json").lines[0]["subject"] == finding
    assert cutline("hide", f"image:{ident[:5]}").code == 0
    assert cutline("search", "is:hidden", "--ids").out.split() == [ident]


def test_an_id_of_something_else_or_of_several_is_said_so(cutline: Cutline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither is guessed at: what it is the id of is named, and what begins so is listed."""
    finding = cutline("findings", "--json").lines[0]["id"]
    ran = cutline("show", finding)
    assert (ran.code, ran.err) == (
        2, f"cutline: There is no picture “{finding}” in this catalogue: that is the id of a finding.\n"
    )  # fmt: skip
    monkeypatch.setattr("catalog.naming.LEAST", 0)
    ran = cutline("show", "image:")
    assert ran.code == 2
    assert (
        ran.err.startswith(f"cutline: {PICTURES} pictures have ids that begin with “”: ")
        and "Give more of it" in ran.err
    )


def test_help_shows_every_command_by_what_it_is_for(cutline: Cutline) -> None:
    """Each command stands in one group, with a summary that is not cut off."""
    assert sorted(n for names in GROUPS.values() for n in names) == sorted(cli.commands)
    shown = cutline("--help", catalog=None).out
    assert all(f"\n{title}:\n" in shown for title in GROUPS) and "..." not in shown.partition("Reading:")[2]


@pytest.mark.parametrize("width", [40, 60, 80])
def test_ids_stay_whole_on_narrow_terminals(catalogue: Path, stories: Path, width: int) -> None:
    """An id can be copied however narrow the terminal is, and no line is wider than it."""
    for args in (("list",), ("similar", str(stories / "loose" / "square-small.jpg"))):
        shown = on_terminal(width, "--catalog", str(catalogue), *args)
        assert shown.count("699959a7777507c2") >= 1, shown
        assert max(len(line) for line in shown.splitlines()) <= width, shown
    listed = on_terminal(width, "--catalog", str(catalogue), "list")
    assert len(re.findall(r"^[0-9a-f]{16}\b", listed, re.M)) == PICTURES
    assert "Skipper" in listed


def on_terminal(width: int, *args: str) -> str:
    """Run a command with a terminal of this width for stdout; return what it shows, without what steers it."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (50, width))
    env = {**os.environ, "TERM": "xterm", "NO_COLOR": "1"}
    env.pop("COLUMNS", None)
    command = [sys.executable, "-m", "catalog.cli", *args]
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=subprocess.DEVNULL, env=env)
    os.close(slave)
    seen = b""
    try:
        while part := os.read(master, 65_536):
            seen += part
    except OSError:  # Linux says so when the other end is closed
        pass
    os.close(master)
    assert process.wait() == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", seen.decode()).replace("\r", "")
