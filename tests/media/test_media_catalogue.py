"""A catalogue whose pictures are shared: chosen once, imported, served in parts, verified, repaired, purged."""

from __future__ import annotations

import importlib.util
import io
import shutil
from pathlib import Path

import pytest
from PIL import Image

from catalog import filesystems
from catalog.errors import CatalogueUnusable, NotFound, UsageError
from catalog.images import worker
from catalog.library import Library, open_library
from catalog.model import ImportResult, ImportSummary
from catalog.stores.base import Transaction
from catalog.upkeep.doctoring import checks
from tests.cluster.dask_processes import Dask
from tests.media.s3_server import S3Server
from web import create_app

PLACE = "s3://desk/pictures"


def run(library: Library, *inputs: Path) -> list[ImportResult]:
    """Import and return the results, without the summary."""
    return [r for r in library.import_(inputs, workers=1) if isinstance(r, ImportResult)]


@pytest.fixture
def shared(s3: S3Server, stories: Path, tmp_path: Path) -> Path:
    """A closed catalogue with one story, whose pictures are on S3 only: the files they came from are gone."""
    source = tmp_path / "source"
    shutil.copytree(stories / "market", source)
    with open_library(tmp_path / "catalogue", media=PLACE) as library:
        run(library, source)
    shutil.rmtree(source)
    return tmp_path / "catalogue"


def test_the_place_is_remembered(shared: Path) -> None:
    """Later openings need not name the place, and find the pictures there; nothing of them is in the folder."""
    assert not (shared / "media").exists() and not (shared / "thumbs").exists()
    with open_library(shared) as library:
        ident = library.store.ids("image")[0]
        blob = library.open_original(ident)
        assert blob.path is None and blob.address.startswith(PLACE)
        with Image.open(io.BytesIO(blob.content())) as opened:
            assert opened.size[0] == library.record(ident).image.width
        with pytest.raises(NotFound, match="on this machine"):
            library.original(ident)


def test_another_place_is_refused(shared: Path, tmp_path: Path) -> None:
    """A setting that differs from what a catalogue remembers is refused with both addresses, and so is one that comes too late."""
    with pytest.raises(UsageError, match=r"at s3://desk/pictures, not at s3://desk/other"):
        open_library(shared, media="s3://desk/other")
    with open_library(shared, media=PLACE + "/"):
        pass
    with open_library(tmp_path / "own") as library:
        Image.new("RGB", (64, 64), "red").save(tmp_path / "a.png")
        run(library, tmp_path / "a.png")
    with pytest.raises(UsageError, match="in its own folder"):
        open_library(tmp_path / "own", media=PLACE)


def test_originals_and_thumbnails_are_streamed(shared: Path) -> None:
    """The server answers whole, in parts, not modified and out of range as it does for files, with the same tags."""
    with open_library(shared) as library:
        client = create_app(library).test_client()
        image = library.record(library.store.ids("image")[0]).image
        path = f"/api/v1/images/{image.id}/file"
        whole = client.get(path)
        assert whole.status_code == 200 and len(whole.data) == image.size and whole.headers["Accept-Ranges"] == "bytes"
        assert whole.headers["ETag"] == f'"{image.sha256}"' and "immutable" in whole.headers["Cache-Control"]
        part = client.get(path, headers={"Range": "bytes=10-19"})
        assert part.status_code == 206 and part.data == whole.data[10:20]
        assert part.headers["Content-Range"] == f"bytes 10-19/{image.size}"
        last = client.get(path, headers={"Range": "bytes=-7"})
        assert last.status_code == 206 and last.data == whole.data[-7:]
        assert client.get(path, headers={"Range": f"bytes={image.size}-"}).status_code == 416
        assert client.get(path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
        assert client.head(path).headers["Content-Length"] == str(image.size)
        for size in (320, 640):
            thumb = client.get(f"/api/v1/images/{image.id}/thumb?size={size}")
            assert thumb.mimetype == "image/webp" and thumb.data[:4] == b"RIFF"
            assert client.get(thumb.request.path, headers={"If-None-Match": thumb.headers["ETag"]}).status_code in (
                200,
                304,
            )


def test_verify_finds_and_mends_what_is_wrong(shared: Path, stories: Path, tmp_path: Path) -> None:
    """Missing and changed originals are named with their address, and restored from where they were met."""
    with open_library(shared) as library:
        assert not list(library.verify())
        first, second = (library.record(i).image.sha256 for i in library.store.ids("image")[:2])
        filesystems.file_system("s3").pipe_file(f"desk/pictures/media/{first[:2]}/{first}", b"no picture")
        library.media.remove(second)
        found = {d.where: d.what for d in library.verify()}
        assert set(found) == {library.media.name(first), library.media.name(second)}
        assert found[f"{PLACE}/media/{second[:2]}/{second}"] == "the original is missing"
        shutil.copytree(stories / "market", tmp_path / "source")
        assert all(d.repaired for d in library.verify(repair=True))
        assert not list(library.verify())


def test_purge_removes_from_the_shared_place(shared: Path) -> None:
    """A purged picture's original and thumbnails are gone from the bucket."""
    with open_library(shared) as library:
        ident = library.store.ids("image")[0]
        library.thumbnail(ident, 640)
        library.hide(f"image:{ident}")
        library.purge(f"image:{ident}")
        fs = filesystems.file_system("s3")
        fs.invalidate_cache()
        assert not [p for p in fs.find("desk/pictures") if ident in p]


def test_derived_fingerprints_come_back_from_the_shared_place(shared: Path) -> None:
    """An index of fingerprints that was deleted is filled again, in worker processes, from originals read where they are."""
    shutil.rmtree(shared / "fingerprints")
    with open_library(shared) as library:
        before = library.store.count("image")
        run(library)
        assert library.neighbours.count() == before


def test_workers_of_a_cluster_read_at_the_shared_place(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker is told where an original is and reads it there: nothing is read here, and no bytes travel with the task."""
    cluster = Dask(tmp_path)
    cluster.start(workers=1, nanny=False)
    for reading in (filesystems, worker):
        monkeypatch.setattr(reading, "read", lambda *_: pytest.fail("read here"))
    try:
        with open_library(shared) as library:
            known = dict(library.store.iter("image"))
            change = Transaction()
            for ident, doc in known.items():
                change.put("image", ident, {**doc, "fingerprint": None})
            library.store.commit(change)
            *_, summary = library.recompute("rehash", cluster=cluster.address)
            assert isinstance(summary, ImportSummary) and not summary.counts["rejected"]
            assert dict(library.store.iter("image")) == known
            assert all(doc["fingerprint"] for doc in known.values()) and known
    finally:
        cluster.stop()


def test_an_import_without_the_service_commits_nothing(
    s3: S3Server, stories: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When S3 goes away in the middle, the import ends with one sentence and no record names an original that is not kept."""
    with open_library(tmp_path / "catalogue", media=PLACE) as library:
        fs = filesystems.file_system("s3")

        def refused(*_: object, **__: object) -> None:
            raise ConnectionError("connection reset by peer")

        with monkeypatch.context() as lost:
            lost.setattr(fs, "pipe_file", refused)
            with pytest.raises(CatalogueUnusable, match="connection reset"):
                run(library, stories / "market")
        assert library.store.count("image") == 0
        assert {r.result for r in run(library, stories / "market")} <= {"new", "ignored", "duplicate"}
        assert not list(library.verify())


def test_doctor_asks_the_shared_place(shared: Path, s3: S3Server) -> None:
    """`doctor` says where the pictures are, and whether that place answers."""
    assert [c for c in checks(str(shared)) if c.name == "pictures" and c.state == "fine" and PLACE in c.found]


def test_doctor_and_verify_say_that_the_shared_place_is_gone(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that does not answer is wrong for `doctor`, and ends `verify`: pictures nobody can ask for are not missing."""
    import s3fs

    monkeypatch.setenv("AWS_ENDPOINT_URL", S3Server().url)
    filesystems.file_system.cache_clear()
    s3fs.S3FileSystem.clear_instance_cache()
    [check] = [c for c in checks(str(shared)) if c.name == "pictures"]
    assert check.state == "wrong" and "cannot be reached" in check.found and check.mend
    with open_library(shared) as library, pytest.raises(CatalogueUnusable, match="cannot be reached"):
        list(library.verify())


def test_a_copy_takes_its_pictures_along(shared: Path, s3: S3Server, tmp_path: Path) -> None:
    """From one shared place to another, and back to a folder: each remembers its own place; its pictures are whole."""
    other = "s3://desk/other"
    with open_library(shared) as source, open_library(tmp_path / "other", media=other) as target:
        list(source.copy_to(target))
        images = source.store.ids("image")
        assert images and target.store.ids("image") == images and not list(target.verify())
    with open_library(shared) as source, open_library(tmp_path / "other") as target:
        assert source.open_original(images[0]).address.startswith(PLACE)
        assert target.open_original(images[0]).address.startswith(other)
        with open_library(tmp_path / "own") as own:
            list(target.copy_to(own))
            assert own.original(images[0]).is_file() and not list(own.verify())


def test_doctor_says_what_is_not_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without s3fs, `doctor` names what is missing and the command that installs it."""
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "s3fs" else found(name, *a))
    check = next(c for c in checks(str(tmp_path / "none")) if c.name == "originals on S3")
    assert check.state == "missing" and "cutline[s3]" in check.mend
