from __future__ import annotations

import math
from dataclasses import replace

import cv2
import imagehash
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from catalog.fingerprinting import features, panels, shrinking
from catalog.fingerprinting.features import extract, pack, unpack
from catalog.fingerprinting.fingerprints import FORMS, content_box, phash, prepare, turned
from fixtures.drawing import scene
from tests.duplicates_drawn import drawn, jpeg

TURNS = {
    "r90": Image.Transpose.ROTATE_270,
    "r180": Image.Transpose.ROTATE_180,
    "r270": Image.Transpose.ROTATE_90,
}


def _form(picture: Image.Image, name: str) -> Image.Image:
    picture = ImageOps.mirror(picture) if name.startswith("m") else picture
    turn = TURNS.get(name.removeprefix("m"))
    return picture if turn is None else picture.transpose(turn)


def _apart(a: str, b: str) -> int:
    return (int(a, 16) ^ int(b, 16)).bit_count()


def test_the_phash_is_imagehashs() -> None:
    """Users can compare our 64-bit phash with that of ImageHash."""
    picture = drawn(1)
    assert prepare(picture).fingerprint.phash == str(imagehash.phash(picture))


def test_the_quick_phash_is_imagehashs_bit_for_bit() -> None:
    """Two matrix products give what ImageHash gives with SciPy, on drawings, bars, ramps and one colour too."""
    ramp = np.tile(np.linspace(0, 255, 90).astype(np.uint8), (70, 1))
    bars = np.where(np.arange(64) % 16 < 8, 255, 0).astype(np.uint8)[None, :].repeat(64, axis=0)
    greys = [drawn(seed, (200 + seed, 150)).convert("L") for seed in range(40)]
    greys += [Image.fromarray(ramp), Image.fromarray(bars), Image.new("L", (40, 30), 7), Image.new("L", (1, 1))]
    assert [phash(np.asarray(grey)) for grey in greys] == [str(imagehash.phash(grey)) for grey in greys]


@pytest.mark.parametrize("size", [(500, 375), (641, 321), (32, 33), (600, 90), (31, 400), (1, 1), (2000, 40)])
def test_pictures_are_shrunk_as_pillow_does(size: tuple[int, int]) -> None:
    """Products of matrices give Pillow's Lanczos filter, every pixel, whatever the shape; noise and extremes included."""
    noise = np.random.default_rng(sum(size)).integers(0, 256, size[::-1], dtype=np.uint8)
    for grey in (noise, noise // 128 * 255, np.full_like(noise, 255)):
        wanted = Image.fromarray(grey).resize((32, 32), Image.Resampling.LANCZOS)
        assert np.array_equal(shrinking.lanczos(grey), np.asarray(wanted))


@pytest.mark.parametrize("step", [1, 2])
def test_a_dithered_picture_has_both_its_colours(step: int) -> None:
    """A large chequered picture is not taken for one of its two colours."""
    fields = np.indices((600, 800)).sum(axis=0) // step % 2
    picture = Image.fromarray(np.where(fields[..., None], (250, 240, 10), (10, 20, 250)).astype(np.uint8))
    [colour] = prepare(picture).fingerprint.colours[:1]
    assert all(100 <= int(colour[at : at + 2], 16) <= 160 for at in (1, 3, 5))


@pytest.mark.parametrize("name", FORMS)
def test_hashes_of_turned_pictures_follow_from_one(name: str) -> None:
    """The hash of each of the eight forms is computed from the hash alone."""
    picture = drawn(2)
    own = prepare(picture).fingerprint.dct
    assert _apart(turned(own)[name], prepare(_form(picture, name)).fingerprint.dct) <= 4


@pytest.mark.parametrize("name", FORMS)
def test_forms_say_where_each_pixel_went(name: str) -> None:
    """The matrix of a form maps its centred coordinates to those of the picture."""
    pixels = np.arange(35, dtype=np.uint8).reshape(5, 7)
    moved = np.asarray(_form(Image.fromarray(pixels), name))
    matrix = np.array(FORMS[name]).reshape(2, 2)
    for y, x in np.ndindex(moved.shape):
        at = matrix @ [(x + 0.5) / moved.shape[1] - 0.5, (y + 0.5) / moved.shape[0] - 0.5] + 0.5
        assert pixels[int(at[1] * 5), int(at[0] * 7)] == moved[y, x]


def test_re_encoding_hardly_moves_the_hash_and_other_pictures_are_far() -> None:
    """JPEG at low quality stays within a few bits; an unrelated picture is about half of them away."""
    own = prepare(drawn(3)).fingerprint.dct
    assert _apart(own, prepare(jpeg(drawn(3), 30)).fingerprint.dct) <= 12
    assert _apart(own, prepare(drawn(4)).fingerprint.dct) > 84


def test_uniform_borders_are_trimmed_for_a_second_hash() -> None:
    """A white frame and black bars leave the trimmed hash near the hash of the picture without them."""
    plain = prepare(drawn(5)).fingerprint
    framed = prepare(jpeg(ImageOps.expand(drawn(5), (0, 60, 0, 60), "black"))).fingerprint
    assert framed.box is not None
    assert framed.box == pytest.approx((0, 60 / 568, 1, 508 / 568), abs=0.01)
    assert _apart(framed.trimmed, plain.dct) <= 24
    assert plain.trimmed == ""


def test_a_picture_that_is_all_border_is_not_trimmed() -> None:
    """Trimming never leaves nothing."""
    assert content_box(np.full((50, 60), 7, np.uint8)) is None


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I", "F", "I;16"])
def test_every_mode_is_read(mode: str) -> None:
    """Palette, transparent, CMYK, 16-bit and floating-point pictures get a fingerprint with structure."""
    grey = drawn(6).convert("L")
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(grey, np.uint16) * 257)
    else:
        picture = grey.convert("RGB").convert(mode) if mode not in ("I", "F") else grey.convert(mode)
    known = prepare(picture)
    assert not known.fingerprint.flat
    assert len(known.fingerprint.dct) == 64 and len(known.fingerprint.phash) == 16
    assert len(unpack(known.features).points) > 100


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (700, 1), (3, 2), (16, 16), (30, 400)])
def test_tiny_and_thin_pictures_do_not_crash(size: tuple[int, int]) -> None:
    """Any size gives a fingerprint and a blob that unpacks."""
    known = prepare(drawn(7, (700, 700)).crop((0, 0, *size)))
    assert unpack(known.features).thumb.size > 0


@pytest.mark.parametrize("colour", ["black", "white", "#804020"])
def test_one_colour_is_flat_and_known_by_its_pixels(colour: str) -> None:
    """A picture without structure is marked, with a hash of its pixels; another colour has another."""
    known = prepare(Image.new("RGB", (400, 300), colour)).fingerprint
    assert known.flat and len(known.pixels) == 64
    assert known.pixels != prepare(Image.new("RGB", (400, 300), "#010203")).fingerprint.pixels


def test_dominant_colours_come_most_frequent_first() -> None:
    """Two thirds red and a third blue read as these two colours in that order."""
    picture = Image.new("RGB", (300, 300), "#c81020")
    picture.paste("#1020c8", (0, 200, 300, 300))
    assert prepare(picture).fingerprint.colours[:2] == ("#c81020", "#1020c8")


def test_features_survive_packing() -> None:
    """Unpacking gives what was packed: bits exactly, places within a fraction of a pixel."""
    found = extract(np.asarray(drawn(8).convert("L")))
    again = unpack(pack(found))
    assert np.array_equal(found.bits, again.bits)
    assert np.array_equal(found.turns, again.turns) and np.array_equal(found.levels, again.levels)
    assert float(np.abs(found.points - again.points).max()) < 0.1


def test_a_blob_is_bounded() -> None:
    """Even a picture of noise, the worst to compress, stays within the limit."""
    noise = np.random.default_rng(1).integers(0, 255, (900, 900), dtype=np.uint8)
    assert len(pack(extract(noise))) <= features.BLOB_LIMIT


@pytest.mark.parametrize("damage", [b"", b"F1", b"XX"])
def test_a_damaged_blob_is_told(damage: bytes) -> None:
    """Cut or foreign bytes raise ValueError."""
    blob = pack(extract(np.asarray(drawn(9).convert("L"))))
    with pytest.raises(ValueError, match="blob"):
        unpack(damage or blob[:-1])


def test_the_small_picture_is_decoded_when_it_is_looked_at() -> None:
    """Corners of a blob whose picture is broken unpack; that picture says so itself. Mirrored, it is mirrored."""
    blob = pack(extract(np.asarray(drawn(9).convert("L"))))
    whole = unpack(blob)
    assert np.array_equal(whole.mirrored.thumb, whole.thumb[:, ::-1])
    broken = unpack(blob[:12] + b"RIFX" + blob[16:])
    assert np.array_equal(broken.points, whole.points)
    with pytest.raises(ValueError, match="does not decode"):
        _ = broken.thumb


def test_features_of_the_mirrored_picture_follow_from_the_picture() -> None:
    """Descriptors computed in a mirrored picture equal the swapped ones of the picture itself."""
    grey = np.asarray(drawn(10, (481, 321)).convert("L"))
    swapped, seen = extract(grey).mirrored, extract(np.ascontiguousarray(grey[:, ::-1]))
    mine = {(*np.rint(p).astype(int), level): bits.tobytes() for p, level, bits in _items(swapped)}
    theirs = {(*np.rint(p).astype(int), level): bits.tobytes() for p, level, bits in _items(seen)}
    common = mine.keys() & theirs.keys()
    assert len(common) > 0.7 * len(mine)
    assert sum(mine[key] == theirs[key] for key in common) > 0.9 * len(common)


def _items(found: features.Features) -> list[tuple[np.ndarray, int, np.ndarray]]:
    return [(p, int(level), bits) for p, level, bits in zip(found.points, found.levels, found.bits, strict=True)]


def test_a_picture_within_a_picture_is_found() -> None:
    """An inset with a thin frame is named as a panel, within a few pixels."""
    page = drawn(11, (480, 320)).copy()
    page.paste(ImageOps.expand(drawn(12, (140, 96)), 2, "white"), (320, 10))
    found = panels.find(np.asarray(page.convert("L")))
    assert any(np.abs(np.subtract(panel, (320, 10, 464, 110))).max() <= 5 for panel in found)


def test_pure_noise_packs_and_unpacks() -> None:
    """A picture whose thumbnail does not fit at its size still gives a blob within its limit that unpacks to its shape."""
    noise = np.random.default_rng(3).integers(0, 256, (220, 320), dtype=np.uint8)
    found = features.extract(noise)
    blob = features.pack(found)
    assert len(blob) <= features.BLOB_LIMIT
    assert features.unpack(blob).thumb.shape == found.thumb.shape


def test_features_are_what_their_definition_gives() -> None:
    """Stored features are compared with new ones: however it is worked out, a corner's direction is the slope of the picture under
    two boxes, and its bits compare pixels of the smoothed picture."""
    grey = np.asarray(scene("street", (427, 320), seed=5).convert("L"), np.uint8)
    found = features.extract(grey)
    finest = found.levels == 0
    assert finest.sum() > 20
    reflect = cv2.BORDER_REFLECT_101
    sums = cv2.boxFilter(grey, cv2.CV_64F, (11, 11), normalize=False, borderType=reflect)
    sums = cv2.boxFilter(sums, cv2.CV_64F, (13, 13), normalize=False, borderType=reflect)
    smooth = cv2.copyMakeBorder(cv2.blur(cv2.blur(grey, (5, 5)), (5, 5)), 16, 16, 16, 16, reflect)
    for (x, y), turn, bits in zip(
        found.points[finest].round().astype(int), found.turns[finest], found.bits[finest], strict=True
    ):
        slope = math.atan2(sums[y + 4, x] - sums[y - 4, x], sums[y, x + 4] - sums[y, x - 4])
        off = (slope / (2 * math.pi) * features.TURNS - turn) % features.TURNS
        assert min(off, features.TURNS - off) <= 0.51
        one, other = (smooth[y + 16 + ends[:, 1], x + 16 + ends[:, 0]].astype(int) for ends in features._tests()[turn])
        assert np.packbits(one < other).tobytes() == bits.tobytes()


def _chart() -> Image.Image:
    page = Image.new("RGB", (600, 400), "white")
    pen = ImageDraw.Draw(page)
    for at, ink in enumerate([(200, 30, 40), (30, 90, 180), (40, 150, 70)]):
        pen.rectangle((60 + 170 * at, 120, 180 + 170 * at, 340), fill=ink)
    return page


def test_drawings_keep_their_colours_and_nothing_else_pays_for_them() -> None:
    """Photographs and grey drawings are written in the form that was there before, which is still read."""
    page = _chart()
    grey = np.asarray(page.convert("L"))
    blob = pack(extract(grey, page))
    found = unpack(blob)
    assert blob[:2] == b"F2" and found.colours is not None
    assert found.colours.shape == (64, 96, 2)
    # T.871: red is strong in Cr, blue in Cb; the ground has no colour.
    assert found.colours[36, 19, 0] > 60 and found.colours[36, 46, 1] > 40 and abs(found.colours[4, 4]).max() < 6
    mirrored = found.mirrored.colours
    assert mirrored is not None and np.array_equal(mirrored, found.colours[:, ::-1])
    old = pack(extract(grey))
    assert old[:2] == b"F1" and unpack(old).colours is None and np.array_equal(unpack(old).bits, found.bits)
    photograph = drawn(9)
    assert pack(extract(np.asarray(photograph.convert("L")), photograph))[:2] == b"F1"
    assert pack(extract(grey, page.convert("L").convert("RGB")))[:2] == b"F1"
    with pytest.raises(ValueError):
        unpack(blob[:-1])
    with pytest.raises(ValueError, match="colours"):
        _ = replace(found, coloured=b"RIFF").colours


@pytest.mark.parametrize("left", [200, 260, 420])
def test_a_blob_with_colours_is_bounded(left: int) -> None:
    """However little room the grey picture and the corners leave, colours take no more than that."""
    rng = np.random.default_rng(4)
    pixels = np.full((400, 600, 3), 250, np.uint8)
    pixels[:, left:] = rng.integers(0, 255, (400, 600 - left, 3), dtype=np.uint8)
    page = Image.fromarray(pixels)
    found = extract(np.asarray(page.convert("L")), page)
    assert len(pack(found)) <= features.BLOB_LIMIT - 20 * (features.POINTS - len(found.points))
