"""Places for pictures keep one promise: written once, whole or not at all, checked when read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog import filesystems
from catalog.errors import CatalogueUnusable, Damaged, Rejected, UsageError
from catalog.media import Media, local, open_media
from tests.media.s3_server import S3Server

DATA = bytes(range(256)) * 9000  # more than one piece
NAME = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(params=["folder", "file", "memory", "s3"])
def media(request: pytest.FixtureRequest, tmp_path: Path) -> Media:
    """An empty place of each kind."""
    match request.param:
        case "folder":
            return open_media("", tmp_path)
        case "file":
            return open_media(f"file://{tmp_path / 'elsewhere'}", tmp_path)
        case "memory":
            return open_media(request.getfixturevalue("memory"), tmp_path)
    request.getfixturevalue("s3")
    return open_media("s3://desk/pictures", tmp_path)


def test_what_is_kept_comes_back(media: Media, tmp_path: Path) -> None:
    """Bytes and files are kept under their hash, and read back whole, in parts and as a stream."""
    assert media.original(NAME) is None and media.intact(NAME) is None and not media.has(NAME)
    source = tmp_path / "source"
    source.write_bytes(DATA)
    media.keep(NAME, source)
    media.sync()
    blob = media.original(NAME)
    assert blob is not None and blob.size == len(DATA) and media.intact(NAME) and media.has(NAME)
    assert blob.content() == DATA and blob.read(300, 310) == DATA[300:310]
    with blob.stream() as stream:
        assert stream.read() == DATA
        stream.seek(1 << 20)
        assert stream.read(4) == DATA[1 << 20 :][:4]
    assert NAME in media.name(NAME)


def test_a_file_that_changed_is_not_kept(media: Media) -> None:
    """Content that does not hash to its name is refused, and nothing of it is left."""
    with pytest.raises(Rejected, match="changed"):
        media.keep(NAME, DATA + b"!")
    media.sync()
    assert not media.has(NAME)


def test_what_was_begun_is_kept_or_leaves_nothing(media: Media, tmp_path: Path) -> None:
    """A copy begun ahead is taken by keeping it, with the same checks; what is not kept is dropped with its folder."""
    files = [tmp_path / f"{n}" for n in range(3)]
    for file in files:
        file.write_bytes(DATA + file.name.encode())
    names = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    files[2].write_bytes(DATA)
    for name, file in zip(names, files, strict=True):
        media.begin(name, file)
    assert not media.has(names[0])
    media.keep(names[0], files[0])
    media.sync()
    assert media.has(names[0]) and media.intact(names[0])
    with pytest.raises(Rejected, match="changed"):
        media.keep(names[2], files[2])
    media.abandon()
    media.sync()
    assert not media.has(names[1]) and not media.has(names[2])
    assert not list(tmp_path.rglob(".incoming"))
    media.begin(names[1], files[1])
    media.keep(names[1], files[1])
    media.sync()
    media.abandon()
    assert media.intact(names[1])


def test_an_original_is_written_once(media: Media) -> None:
    """Keeping an original again changes nothing; removing one that is not there is no error."""
    for _ in range(2):
        media.keep(NAME, DATA)
        media.sync()
    assert media.intact(NAME)
    media.remove(NAME)
    media.remove(NAME)
    assert media.original(NAME) is None


def test_thumbnails_are_replaced_and_removed(media: Media) -> None:
    """A thumbnail is written over an earlier one; those of one picture go together; a torn one is named."""
    whole = b"RIFF" + (8).to_bytes(4, "little") + b"WEBP" + b"data"
    for ident, size in (("a" * 16, 320), ("a" * 16, 640), ("b" * 16, 320)):
        media.keep_thumb(ident, size, b"old")
        media.sync()
        media.keep_thumb(ident, size, whole)
    media.keep_thumb("c" * 16, 320, b"torn")
    media.sync()
    assert list(media.broken_thumbs()) == [f"{'c' * 16}-320.webp"]
    media.drop_thumb(f"{'c' * 16}-320.webp")
    media.remove_thumbs("a" * 16)
    kept = media.thumb("b" * 16, 320)
    assert kept is not None and kept.content() == whole
    assert media.thumb("a" * 16, 640) is None and media.thumb("c" * 16, 320) is None


@pytest.fixture
def damage(s3: S3Server) -> Callable[[str, bytes], None]:
    """Overwrite an object behind Cutline's back."""

    def write(path: str, data: bytes) -> None:
        filesystems.file_system("s3").pipe_file(path, data)

    return write


def test_damage_is_never_given_out_whole(damage: Callable[[str, bytes], None], tmp_path: Path) -> None:
    """An original whose bytes are not those of its name raises when it is read, before its last piece is given out."""
    media = open_media("s3://desk/pictures", tmp_path)
    media.keep(NAME, DATA)
    media.sync()
    damage(f"desk/pictures/media/{NAME[:2]}/{NAME}", DATA[:-1] + b"?")
    blob = media.original(NAME)
    assert blob is not None and media.intact(NAME) is False
    with pytest.raises(Damaged, match="bytes that were imported"):
        blob.content()
    with blob.stream() as stream, pytest.raises(Damaged):
        stream.read()


def test_an_original_that_is_there_is_never_overwritten(damage: Callable[[str, bytes], None], tmp_path: Path) -> None:
    """Even a damaged object keeps its bytes until somebody removes it: writing is conditional."""
    path = f"desk/pictures/media/{NAME[:2]}/{NAME}"
    damage(path, b"somebody else's")
    media = open_media("s3://desk/pictures", tmp_path)
    media.keep(NAME, DATA)
    media.sync()
    assert filesystems.file_system("s3").cat_file(path) == b"somebody else's"


def test_a_lost_service_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When S3 does not answer, reading and writing end in a sentence that names the place, and nothing hangs."""
    pytest.importorskip("s3fs")
    gone = S3Server()
    for name, value in (("ENDPOINT_URL", gone.url), ("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x")):
        monkeypatch.setenv(f"AWS_{name}", value)
    filesystems.file_system.cache_clear()
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    media = open_media("s3://desk/pictures", tmp_path)
    try:
        with pytest.raises(CatalogueUnusable, match="s3://desk/pictures cannot be reached"):
            media.original(NAME)
        media.keep(NAME, DATA)
        with pytest.raises(CatalogueUnusable, match="cannot be reached"):
            media.sync()
        media.sync()  # said once
    finally:
        filesystems.file_system.cache_clear()


def test_a_missing_bucket_is_said_when_writing(s3: S3Server, tmp_path: Path) -> None:
    """A place that does not exist loses no picture silently."""
    media = open_media("s3://nowhere/pictures", tmp_path)
    media.keep(NAME, DATA)
    with pytest.raises(CatalogueUnusable, match="s3://nowhere/pictures"):
        media.sync()


@pytest.mark.parametrize(
    "address", ["s3://key:secret@bucket/x", "s3://bucket/x?secret=1", "no address", "s3://", "://x"]
)
def test_no_secret_is_kept_in_an_address(address: str, tmp_path: Path) -> None:
    """Addresses that hold keys, or are none, are refused before anything is opened."""
    with pytest.raises(UsageError):
        open_media(address, tmp_path)


def test_an_unknown_scheme_is_said(tmp_path: Path) -> None:
    """A scheme that no package knows ends in a sentence."""
    with pytest.raises(CatalogueUnusable, match="nosuch://"):
        open_media("nosuch://host/x", tmp_path)


def test_the_end_of_one_run_loses_nothing_that_another_has_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two imports of one server share a place: a copy that one's end drops while the other waits for it is made again."""
    media = open_media("", tmp_path)
    source = tmp_path / "source"
    source.write_bytes(DATA)
    copied = local._copied
    dropped: list[Path] = []

    def copied_and_dropped(sha256: str, source: Path | bytes, folder: Path) -> Path:
        made = copied(sha256, source, folder)
        if not dropped:
            dropped.append(made)
            made.unlink()
        return made

    monkeypatch.setattr(local, "_copied", copied_and_dropped)
    media.begin(NAME, source)
    media.keep(NAME, source)
    media.sync()
    assert dropped and media.intact(NAME)
    media.abandon()
    assert not list(tmp_path.rglob(".incoming"))
