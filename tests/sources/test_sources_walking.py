"""Walking finds everything once, in a fixed order, opens nothing and waits on nothing."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from catalog.library import open_library
from catalog.sources import Document, Entry, LeftAside, PictureFile, entry, read, walk

NOBODY = 65534


def picture(path: Path, colour: str = "red") -> Path:
    """Draw a small picture at ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (16, 12), colour).save(path)
    return path


def paths(entries: list[Entry], root: Path) -> list[str]:
    return [e.path.removeprefix(f"{root}/") for e in entries]


def asides(root: Path) -> dict[str, tuple[str, str]]:
    found = [item for e in walk([root]) for item in read(e)]
    return {i.path.removeprefix(f"{root}/"): (i.result, i.reason) for i in found if isinstance(i, LeftAside)}


def test_entries_come_sorted_with_size_time_and_inode(tmp_path: Path) -> None:
    """The same tree gives the same order, and each entry what is needed to skip it unopened."""
    for name in ("b/2.txt", "b/1.txt", "a.txt", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("words")
    found = list(walk([tmp_path]))
    assert sorted(paths(found, tmp_path)) == ["a.txt", "b/1.txt", "b/2.txt", "c.txt"]
    assert paths(found, tmp_path) == paths(list(walk([str(tmp_path)])), tmp_path)
    info = (tmp_path / "a.txt").stat()
    first = next(e for e in found if e.path.endswith("a.txt"))
    assert (first.size, first.mtime_ns, first.inode) == (info.st_size, info.st_mtime_ns, info.st_ino)
    assert str(info.st_mtime_ns) in first.stamp


def test_paths_are_spelt_as_the_user_gave_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative folder with a slash at its end gives relative paths without a double slash."""
    picture(tmp_path / "story" / "a.png")
    monkeypatch.chdir(tmp_path)
    assert [e.path for e in walk(["./story/", "story/a.png"])] == ["./story/a.png", "story/a.png"]


def test_pipes_sockets_and_links_are_reported_and_not_opened(tmp_path: Path) -> None:
    """What is no regular file ends as ignored with its kind; no link in a folder is followed."""
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "secret.txt").write_text("outside")
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "link.txt").symlink_to(tmp_path / "secret.txt")
    (inside / "loop").symlink_to(inside)
    (inside / "dead").symlink_to("nowhere")
    (inside / "zero.png").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as bound:
        previous = Path.cwd()
        os.chdir(inside)
        bound.bind("s.sock")
        os.chdir(previous)
        found = asides(tmp_path)
    assert {p: r for p, (_, r) in found.items()} == {
        "pipe.jpg": "a named pipe, not a file",
        "in/s.sock": "a socket, not a file",
        "in/link.txt": "a symbolic link to a file; links inside a folder are not followed",
        "in/loop": "a symbolic link to a folder; links inside a folder are not followed",
        "in/dead": "a symbolic link to nothing or to itself",
        "in/zero.png": "a symbolic link to a character device; links inside a folder are not followed",
    }
    assert {r for r, _ in found.values()} == {"ignored"}


def test_an_input_that_is_not_there_is_rejected(tmp_path: Path) -> None:
    """A missing file, a dead link and an impossible name each give one rejection."""
    (tmp_path / "dead").symlink_to("nowhere")
    for name in ("missing.jpg", "dead", "nul\0byte"):
        (found,) = walk([str(tmp_path / name)])
        assert found.aside is not None
        assert found.aside.result == "rejected"


@contextmanager
def as_nobody() -> Iterator[Path]:
    """A folder, and what is done here is done without root's right to read everything."""
    with tempfile.TemporaryDirectory() as name:
        folder, user = Path(name), os.geteuid()
        folder.chmod(0o755)  # where tests keep their folders, nobody else may look
        if user == 0:
            os.chown(folder, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(user)


def test_an_unreadable_folder_is_rejected_and_the_rest_goes_on() -> None:
    """A closed folder is one rejection; its neighbours are read."""
    with as_nobody() as folder:
        (folder / "closed").mkdir(mode=0)
        picture(folder / "open.png")
        assert asides(folder)["closed"] == ("rejected", "the folder cannot be read: permission denied")
        assert [e.path for e in walk([folder]) if e.aside is None] == [str(folder / "open.png")]


def test_a_name_that_is_not_utf8_is_read_like_any_other(tmp_path: Path) -> None:
    """A picture with a Latin-1 name yields a PictureFile that opens."""
    raw = os.fsencode(tmp_path) + b"/caf\xe9.png"
    picture(tmp_path / "x.png").rename(os.fsdecode(raw))
    (found,) = walk([tmp_path])
    (item,) = read(found)
    assert isinstance(item, PictureFile)
    assert item.path.endswith("caf\uf7e9.png")
    assert item.file is not None
    assert item.file.read_bytes()[:4] == b"\x89PNG"


def test_sidecars_attach_to_their_picture_and_are_reported(tmp_path: Path) -> None:
    """Both sidecar spellings belong to the picture, change its stamp and are ignored themselves."""
    picture(tmp_path / "a.jpg")
    before = next(iter(walk([tmp_path]))).stamp
    for name in ("a.jpg.xmp", "a.xmp", "lost.xmp"):
        (tmp_path / name).write_text("<x:xmpmeta xmlns:x='adobe:ns:meta/'></x:xmpmeta>")
    found = {e.path.rpartition("/")[2]: e for e in walk([tmp_path])}
    (item,) = read(found["a.jpg"])
    assert isinstance(item, PictureFile)
    assert [p.name for p in item.sidecars] == ["a.jpg.xmp", "a.xmp"]
    assert found["a.jpg"].stamp != before
    assert entry(tmp_path / "a.jpg").stamp == found["a.jpg"].stamp
    assert asides(tmp_path) == {
        "a.jpg.xmp": ("ignored", "sidecar of a.jpg"),
        "a.xmp": ("ignored", "sidecar of a.jpg"),
        "lost.xmp": ("ignored", "an XMP sidecar without its picture"),
    }


def test_what_systems_leave_behind_is_ignored(tmp_path: Path) -> None:
    """Thumbnail caches, folder settings and resource forks are no inputs."""
    (tmp_path / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
    (tmp_path / "._a.jpg").write_bytes(b"\0\x05\x16\x07")
    (tmp_path / "__MACOSX").mkdir()
    picture(tmp_path / "__MACOSX" / "a.jpg")
    assert set(asides(tmp_path)) == {"Thumbs.db", "._a.jpg", "__MACOSX"}


def test_a_catalogue_among_the_inputs_is_no_input(tmp_path: Path) -> None:
    """What a catalogue keeps is copies of what was imported; its folder is named and left alone, given or found."""
    picture(tmp_path / "story" / "a.png")
    with open_library(tmp_path / "story" / "catalogue") as library:
        list(library.import_([tmp_path / "story" / "a.png"], workers=1))
        assert asides(tmp_path) == {
            "story/catalogue": ("ignored", "a catalogue of Cutline; `cutline copy` takes over what one holds")
        }
    assert [e.aside is not None for e in walk([tmp_path / "story" / "catalogue"])] == [True]
    assert paths(list(walk([tmp_path])), tmp_path) == ["story/a.png", "story/catalogue"]


def test_files_of_a_saved_page_belong_to_it(tmp_path: Path) -> None:
    """Frames and scripts in a page's folder are parts of the page, its pictures stay inputs of their own."""
    (tmp_path / "story.html").write_text("<html><img src='story_files/p.png'></html>")
    picture(tmp_path / "story_files" / "p.png")
    (tmp_path / "story_files" / "frame.html").write_text("<html><p>advert</p></html>")
    found = [item for e in walk([tmp_path]) for item in read(e)]
    assert [i.path.rpartition("/")[2] for i in found if isinstance(i, PictureFile)] == ["p.png"]
    (page,) = [i for i in found if isinstance(i, Document)]
    assert page.kind == "savedpage"
    assert [p.path for p in page.pictures] == [f"{tmp_path}/story_files/p.png"]
    assert asides(tmp_path)["story_files/frame.html"][1].startswith("part of the saved page")


def test_deep_folders_are_walked_without_recursion(tmp_path: Path) -> None:
    """A tree of 300 folders within folders is walked to its end."""
    where = tmp_path
    for _ in range(300):
        where = where / "d"
    where.mkdir(parents=True)
    (where / "end.txt").write_text("words")
    assert [e.file.name for e in walk([tmp_path])] == ["end.txt"]
