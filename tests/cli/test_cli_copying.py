"""`cutline copy`: a whole catalogue and its pictures from a folder to PostgreSQL and back, and what it says when it cannot."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PIL import Image

from tests.cli.clirunning import Cutline


def files(folder: Path) -> dict[str, bytes]:
    """The files below a folder, by name, without what can be made anew."""
    return {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file() and "thumbs" not in p.parts}


def test_a_catalogue_and_its_pictures_are_copied(
    cutline: Cutline, catalogue: Path, postgres: str, tmp_path: Path
) -> None:
    """To a server, its pictures to the place that --media names, and back to a folder: everything is equal, and counted."""
    place = tmp_path / "shared"
    there = cutline("copy", str(catalogue), postgres, "--media", f"file://{place}", "--json", catalog=None)
    assert there.code == 0
    *kinds, summary = there.lines
    assert {"kind", "documents", "sha256"} <= kinds[0].keys() and summary["summary"]["originals_missing"] == 0
    assert sum(line["documents"] for line in kinds) == summary["summary"]["documents"]
    originals = files(catalogue / "media")
    assert originals and files(place) == originals
    back = cutline("copy", postgres, str(tmp_path / "back"), catalog=None)
    assert back.code == 0 and "both sides are equal" in back.out
    assert files(tmp_path / "back" / "media") == originals
    exports = [
        cutline("export", "--everything", catalog=where).out for where in (catalogue, postgres, tmp_path / "back")
    ]
    assert exports[0] and exports[0] == exports[1] == exports[2]


def test_what_cannot_be_copied_is_said(cutline: Cutline, catalogue: Path, postgres: str, tmp_path: Path) -> None:
    """Onto itself, into a catalogue that holds something, and originals that the source lacks: a sentence and an exit code."""
    assert cutline("copy", str(catalogue), str(catalogue), catalog=None).code == 2
    picture = tmp_path / "gone.png"
    Image.radial_gradient("L").save(picture)
    digest = hashlib.sha256(picture.read_bytes()).hexdigest()
    assert cutline("import", str(picture)).code == 0
    picture.unlink()
    next((catalogue / "media").rglob(f"{digest}*")).unlink()
    lacking = cutline("copy", str(catalogue), postgres, "--media", str(tmp_path / "shared"), catalog=None)
    assert lacking.code == 1 and "1 originals are not in the source" in lacking.out
    again = cutline("copy", str(catalogue), postgres, catalog=None)
    assert again.code == 2 and "already holds a catalogue" in again.err
