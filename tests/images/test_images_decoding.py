"""Opening and reducing pictures: formats, limits, orientation, colours, and what is said of broken files."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from catalog.errors import Rejected
from catalog.images import decoding, files, heif
from catalog.images.decoding import Limits, open_guarded, reduced, sniff
from tests.images.drawn import encoded, packets, picture

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF")


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean absolute difference of two pictures, of 255."""
    arrays = [np.asarray(p.convert("RGB").resize((60, 60)), np.float32) for p in (one, other)]
    return float(np.abs(arrays[0] - arrays[1]).mean())


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_told_by_its_content_and_decoded(form: str) -> None:
    """Each catalogued format is recognised without a name and gives the picture that was encoded."""
    data = encoded(form)
    assert sniff(data) == form
    assert difference(reduced(open_guarded(data)), picture()) < 8


@pytest.mark.parametrize(
    "data", [b"", b"plain words", b"%PDF-1.7", b"<svg xmlns='x'/>", b"\0" * 64, b"RIFF\0\0\0\0WAVEfmt "]
)
def test_other_content_is_no_picture(data: bytes) -> None:
    """What is not one of the formats is refused with a sentence, whatever it is."""
    assert sniff(data) is None
    with pytest.raises(Rejected, match=r"\.$"):
        open_guarded(data)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("part", [0.5, 0.9])
def test_a_truncated_picture_is_rejected(form: str, part: float) -> None:
    """Half a file gives a rejection in one sentence that says it is cut short or damaged, never a grey half."""
    data = encoded(form)
    with pytest.raises(Rejected, match=r"cut short|damaged"):
        reduced(open_guarded(data[: int(len(data) * part)]))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int) -> None:
    """A picture stored turned or mirrored, with its orientation tag, comes out as it was seen."""
    stored = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
    }[orientation]  # fmt: skip
    turned = picture() if stored is None else picture().transpose(stored)
    for form in ("JPEG", "PNG", "WEBP", "TIFF"):
        exif = Image.Exif()
        exif[274] = orientation
        seen = reduced(open_guarded(encoded(form, turned, exif=exif)))
        assert seen.size == picture().size
        assert difference(seen, picture()) < 8, form


def test_a_large_jpeg_is_decoded_reduced() -> None:
    """The short side of a reduced picture is at least what was asked for and less than twice that."""
    large = open_guarded(encoded("JPEG", picture().resize((3000, 2000))))
    small = reduced(large, 256)
    assert 256 <= min(small.size) < 512
    assert abs(small.width / small.height - 1.5) < 0.02


def test_a_small_picture_keeps_its_size() -> None:
    """Nothing is enlarged."""
    assert reduced(open_guarded(encoded("PNG")), 320).size == (300, 200)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_way_of_storing_pixels_gives_rgb_or_grey(mode: str) -> None:
    """One bit, palettes, alpha, CMYK and deep grey all come out as the picture they show."""
    grey = picture().convert("L")
    if mode == "I;16":
        stored = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    else:
        stored = (grey if mode in ("I", "F", "LA", "L") else picture()).convert(mode)
    seen = reduced(open_guarded(encoded("TIFF", stored)))
    assert seen.mode in ("RGB", "L")
    expected = picture() if mode in ("P", "RGBA", "CMYK") else ImageOps.autocontrast(grey) if mode == "F" else grey
    assert difference(seen, expected) < (40 if mode in ("1", "P") else 12)


def test_transparency_is_laid_on_white() -> None:
    """Fully transparent parts are white, in palettes too."""
    clear = picture().convert("RGBA")
    clear.putalpha(0)
    for data in (encoded("PNG", clear), encoded("WEBP", clear, lossless=True)):
        assert reduced(open_guarded(data)).convert("L").getextrema() == (255, 255)
    palette = Image.new("P", (50, 50), 0)
    palette.putpalette([200, 10, 10, 0, 0, 0])
    assert reduced(open_guarded(encoded("PNG", palette, transparency=0))).convert("L").getextrema() == (255, 255)


def test_animated_pictures_give_their_first_frame() -> None:
    """Of a GIF with several frames the first is decoded."""
    frames = [picture().convert("P"), Image.new("P", (300, 200))]
    data = encoded("GIF", frames[0], save_all=True, append_images=frames[1:])
    assert difference(reduced(open_guarded(data)), picture()) < 20


def test_colours_come_out_in_srgb() -> None:
    """A picture with another colour profile is converted; a broken profile is passed over."""
    linear = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (linear, b"nonsense" * 40):
        assert reduced(open_guarded(encoded("JPEG", icc_profile=profile))).mode == "RGB"


def _png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    parts = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


def test_pixels_are_limited_before_decoding() -> None:
    """A header that claims too many pixels is refused, with both numbers, and none of them is allocated."""
    with pytest.raises(Rejected, match="million pixels"):
        open_guarded(_png(60_000, 60_000))
    with pytest.raises(Rejected, match="million pixels"):
        open_guarded(encoded("PNG"), Limits(pixels=1000))


def test_bytes_and_frames_are_limited(tmp_path: Path) -> None:
    """Larger files and longer animations than the limits allow are refused with a sentence."""
    file = tmp_path / "a.png"
    file.write_bytes(encoded("PNG"))
    with pytest.raises(Rejected, match="limit is"):
        open_guarded(file, Limits(file_bytes=1000))
    frames = [Image.new("L", (20, 20), n * 8) for n in range(12)]
    for form in ("GIF", "WEBP", "PNG", "TIFF"):
        data = encoded(form, frames[0], save_all=True, append_images=frames[1:])
        assert open_guarded(data, Limits(frames=12)).size == (20, 20)
        with pytest.raises(Rejected, match="more than 5 frames"):
            open_guarded(data, Limits(frames=5))


def test_decoding_memory_is_foreseen() -> None:
    """A reduced JPEG is counted smaller than the same picture as PNG."""
    large = picture().resize((2400, 1600))
    jpeg, png = (decoding.memory_needed(open_guarded(encoded(form, large)), 256) for form in ("JPEG", "PNG"))
    assert png == 2400 * 1600 * 4
    assert jpeg < png / 10


@pytest.mark.parametrize("kind", ["folder", "link", "pipe", "missing"])
def test_only_regular_files_are_opened(tmp_path: Path, kind: str) -> None:
    """Folders, links and pipes are refused at once; nothing is followed or waited for."""
    import os

    target = tmp_path / "x.jpg"
    if kind == "folder":
        target.mkdir()
    elif kind == "link":
        (tmp_path / "y.jpg").write_bytes(encoded())
        target.symlink_to(tmp_path / "y.jpg")
    elif kind == "pipe":
        os.mkfifo(target)
    with pytest.raises(Rejected):
        files.read(target, 1 << 20)


def test_a_jpeg_with_much_metadata_still_decodes() -> None:
    """Packets do not get in the way of the picture."""
    data = packets.into_jpeg(encoded(), xmp=packets.xmp({"dc:description": "x" * 50_000}))
    assert difference(reduced(open_guarded(data)), picture()) < 8


def test_heic_is_read_with_its_extra_or_refused_with_advice() -> None:
    """Without the extra a HEIC file is rejected with what to install; with it, it is a picture like others."""
    if not heif.available():
        with pytest.raises(Rejected, match="heic"):
            open_guarded(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
        return
    assert difference(reduced(open_guarded(encoded("HEIF"))), picture()) < 8
