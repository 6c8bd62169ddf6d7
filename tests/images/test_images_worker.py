"""What a worker gives for one picture, and what it says when there is none."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image, ImageFile

from catalog.errors import Rejected
from catalog.images import thumbnails
from catalog.images.decoding import Limits
from catalog.images.worker import Failed, Prepared, Task, prepare
from tests.images.drawn import encoded, packets, picture


def good(task: Task) -> Prepared:
    """The prepared picture of a task that must succeed."""
    result = prepare(task)
    assert isinstance(result, Prepared), result
    return result


def bad(task: Task) -> Failed:
    """The failure of a task that must fail."""
    result = prepare(task)
    assert isinstance(result, Failed), result
    return result


def test_a_picture_gives_everything_that_is_kept_of_it(tmp_path: Path) -> None:
    """Identity, size, fingerprint, features, thumbnail and metadata come from one reading."""
    data = packets.with_metadata(encoded("JPEG", quality=80), caption="Boats at anchor", credit="Coastline")
    file = tmp_path / "boats.jpg"
    file.write_bytes(data)
    result = good(Task("boats.jpg", str(file)))
    image = result.image
    assert image.sha256 == hashlib.sha256(data).hexdigest()
    assert image.id == image.sha256[:16]
    assert (image.width, image.height, image.format, image.mode, image.size) == (300, 200, "JPEG", "RGB", len(data))
    assert image.paths == ("boats.jpg",) and result.path == "boats.jpg"
    assert image.quality == 80
    assert image.metadata.caption == "Boats at anchor"
    assert image.fingerprint is not None and len(image.fingerprint.phash) == 16
    assert result.features
    with Image.open(io.BytesIO(result.thumbnail)) as small:
        assert small.format == "WEBP" and max(small.size) <= 320


def test_size_is_that_of_the_upright_picture() -> None:
    """Width and height are swapped where the orientation says so, and the tag is kept."""
    exif = Image.Exif()
    exif[274] = 6
    image = good(Task("a", data=encoded("JPEG", exif=exif))).image
    assert (image.width, image.height, image.orientation) == (200, 300, 6)


def test_frames_are_counted() -> None:
    """An animation says how many frames it has."""
    frames = [picture(), picture("forest")]
    assert good(Task("a", data=encoded("WEBP", frames[0], save_all=True, append_images=frames[1:]))).image.frames == 2
    assert good(Task("a", data=encoded("GIF", frames[0], save_all=True, append_images=frames[1:]))).image.frames == 2


@pytest.mark.parametrize(
    ("path", "data", "ignored"),
    [
        ("a.jpg", b"just words", False),
        ("a.jpg", b"", False),
        ("style.css", b"body {}", True),
        ("paper.pdf", b"%PDF-1.4", True),
        ("story.warc!/img.png", b"<html>", False),
    ],
)
def test_no_picture_is_rejected_if_its_name_promised_one(path: str, data: bytes, ignored: bool) -> None:
    """Other content is ignored, unless the name says it is a picture: then it is rejected. Both with a reason."""
    failed = bad(Task(path, data=data))
    assert failed.ignored is ignored
    assert failed.reason.endswith(".")


def test_nothing_escapes_a_worker() -> None:
    """Damaged bytes of every format become a failure in one line, or a picture, never an exception."""
    for form in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF"):
        data = bytearray(encoded(form))
        for step in range(12, len(data), max(1, len(data) // 12)):
            data[step] ^= 0xFF
            result = prepare(Task("x.jpg", data=bytes(data)))
            if isinstance(result, Failed):
                assert result.reason.endswith(".") and "\n" not in result.reason


def test_limits_are_those_of_the_task() -> None:
    """Memory, bytes and pixels are limited for each task, and the reason gives the limit."""
    data = encoded("PNG")
    for limits in (Limits(file_bytes=100), Limits(pixels=100), Limits(memory_bytes=1000)):
        assert "limit" in bad(Task("x.png", data=data, limits=limits)).reason


@pytest.mark.parametrize("size", thumbnails.SIZES)
def test_thumbnails_have_the_size_asked_for(size: int) -> None:
    """The longer side is the size, unless the picture is smaller, and the proportions stay."""
    with Image.open(io.BytesIO(thumbnails.make(encoded("JPEG", picture().resize((1500, 1000))), size))) as small:
        assert small.width == size and abs(small.height - size / 1.5) < 1
    with Image.open(io.BytesIO(thumbnails.make(encoded(), 1280))) as small:
        assert small.size == (300, 200)


def test_thumbnails_of_other_sizes_are_refused() -> None:
    """Only the fixed sizes exist, so that nobody can fill the disk with others."""
    with pytest.raises(Rejected):
        thumbnails.make(encoded(), 321)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "TIFF"])
def test_a_picture_is_decoded_once(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes, features and the thumbnail come from one decoding of the file."""
    begun: list[str] = []
    load = ImageFile.ImageFile.load

    def counted(self: ImageFile.ImageFile) -> object:
        if self.tile:  # else its pixels are there already
            begun.append(self.format or "")
        return load(self)

    monkeypatch.setattr(ImageFile.ImageFile, "load", counted)
    data = encoded(form, picture().resize((1500, 1000)))
    result = good(Task("boats", data=data))
    assert result.features and result.thumbnail and result.image.fingerprint is not None
    assert begun == [form]
