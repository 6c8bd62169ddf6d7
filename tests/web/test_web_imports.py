"""Importing through the browser: files and folders, one outcome for each, nothing outside, nothing left behind."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage

from catalog.errors import NotAllowed
from catalog.library import Library, Scratch
from web.uploads import received, relative


def _picture(shade: int) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((96, 64)).point(lambda v: (v * shade) % 256).save(out, "PNG")
    return out.getvalue()


def test_a_folder_is_imported_with_one_outcome_for_each_file(client: FlaskClient, library: Library) -> None:
    """A story and its picture arrive together; a broken file is rejected with its reason."""
    figure = "<figure><img src='kite.png'><figcaption>A kite over the dunes</figcaption></figure>"
    story = f"<title>Kites</title><article>{figure}</article>"
    files = [
        (io.BytesIO(story.encode()), "kites/kites.html"),
        (io.BytesIO(_picture(3)), "kites/kite.png"),
        (io.BytesIO(b"\x89PNG\r\n\x1a\nbroken"), "kites/broken.png"),
    ]
    answer = client.post("/api/v1/import", data={"files": files})
    assert answer.status_code == 200
    found = {item["path"]: item for item in answer.get_json()["items"]}
    assert {p: found[p]["result"] for p in found} == {
        "kites/kites.html": "new", "kites/kite.png": "new", "kites/broken.png": "rejected",
    }  # fmt: skip
    assert found["kites/broken.png"]["reason"] and library.search("kite").total == 1
    assert not (Path(library.url) / "uploads").exists()


def test_outcomes_come_as_lines_while_it_runs(client: FlaskClient) -> None:
    """Asked for JSON Lines, every outcome is a line and the summary the last."""
    data = {"files": [(io.BytesIO(_picture(5)), "one.png")]}
    answer = client.post("/api/v1/import", data=data, headers={"Accept": "application/x-ndjson"})
    lines = [json.loads(line) for line in answer.data.splitlines()]
    assert lines[0]["result"] == "new" and "summary" in lines[-1]


def test_the_same_upload_again_changes_nothing(client: FlaskClient, library: Library) -> None:
    """An upload that was sent before is known again."""
    for expected in ("new", "unchanged"):
        answer = client.post("/api/v1/import", data={"files": [(io.BytesIO(_picture(7)), "again.png")]})
        assert [i["result"] for i in answer.get_json()["items"]] == [expected]


def test_the_form_shows_what_became_of_each_file(client: FlaskClient) -> None:
    """Without scripts the page lists the outcomes, and the run appears in the history."""
    page = client.post("/import", data={"files": [(io.BytesIO(_picture(9)), "plain.png")]}).get_data(as_text=True)
    assert "plain.png" in page and "outcome new" in page and "Imports before" in page
    assert "files from a browser" in page  # not the folder that they were kept in


def test_a_path_on_this_machine_is_imported(client: FlaskClient, tmp_path: Path) -> None:
    """At one's own machine a folder can be named instead of sent."""
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "a.png").write_bytes(_picture(11))
    answer = client.post("/api/v1/import", json={"path": str(tmp_path / "here")})
    assert [i["result"] for i in answer.get_json()["items"]] == ["new"]


def test_nothing_sent_is_said(client: FlaskClient) -> None:
    """An empty form is refused in words."""
    assert client.post("/api/v1/import", data={}).status_code == 422
    assert client.post("/import", data={}).status_code == 422


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd", "etc/passwd"), ("/abs/x.jpg", "abs/x.jpg"), ("a\\b.jpg", "a/b.jpg"), ("..", "unnamed"),
     ("C:\\x\\y.png", "C_/x/y.png"), ("a/\x00b.jpg", "a/_b.jpg")],
)  # fmt: skip
def test_names_stay_below_the_upload_folder(name: str, kept: str) -> None:
    """A browser's file name never leads out of the folder."""
    assert str(relative(name)) == kept


def test_two_files_of_one_name_are_both_kept(tmp_path: Path) -> None:
    """Equal names are told apart by a number, and the folder is gone afterwards."""
    files = [FileStorage(io.BytesIO(data), filename="a.txt") for data in (b"one", b"two")]
    with received(files, lambda: Scratch(tmp_path / "uploads")) as folder:
        assert sorted(p.name for p in folder.iterdir()) == ["a-2.txt", "a.txt"]
    assert not folder.exists()
    with pytest.raises(NotAllowed), received([], lambda: Scratch(tmp_path)):
        pass
