"""Kinds of change that pictures suffer on their way through the world, each with where the photograph ends up.

Every change takes a photograph, other photographs (for collages) and a random generator, and gives the changed picture with
a matrix that maps fractional coordinates of it to those of the photograph. ``KINDS`` names them all, with the relations
that say rightly what happened. Used by ``bench/changed.py``; none of them is a kind of the development set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from bench import framing, handing_on
from bench.changing import (
    BEST,
    WHOLE,
    Change,
    Made,
    Others,
    Picture,
    Random,
    cut,
    fitted,
    jpeg,
    mirrored,
    scaled,
    some_part,
    text,
    warped,
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A kind of change: its family, what it does, and the relations that name it rightly."""

    family: str
    change: Change
    names: frozenset[str]


def keep(change: Callable[[Picture, Random], Picture]) -> Change:
    """A change that moves nothing."""
    return lambda picture, others, rng: (change(picture, rng), WHOLE)


def table_of(values: npt.ArrayLike) -> Callable[[Picture], Picture]:
    """A change of each channel by one table of 256."""
    table = np.clip(np.asarray(values, np.float64), 0, 255).astype(np.uint8)
    return lambda picture: picture.point(list(table) * 3)


# ---------------------------------------------------------------- tone, colour, filter


def _hard(picture: Picture, rng: Random) -> Picture:
    return table_of((np.arange(256) - 128.0) * 1.9 + 128)(picture.convert("L").convert("RGB"))


def _duotone(picture: Picture, rng: Random) -> Picture:
    dark, light = rng.integers(0, 90, 3), rng.integers(170, 256, 3)
    return ImageOps.colorize(picture.convert("L"), tuple(map(int, dark)), tuple(map(int, light)))


def _halftone(picture: Picture, rng: Random) -> Picture:
    """A newspaper's dots: a screen at 45 degrees, black on greyish paper."""
    grey = np.asarray(scaled(picture, 1000).convert("L"), np.float32)
    y, x = np.mgrid[: grey.shape[0], : grey.shape[1]]
    pitch = 6.0
    screen = 127.5 + 63 * (np.cos((x + y) * 2 * np.pi / pitch / 1.414) + np.cos((x - y) * 2 * np.pi / pitch / 1.414))
    dots = np.where(grey > screen, 225, 40).astype(np.uint8)
    return scaled(Image.fromarray(dots).filter(ImageFilter.GaussianBlur(0.8)).convert("RGB"), 700)


def _vignette(picture: Picture, rng: Random) -> Picture:
    w, h = picture.size
    y, x = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j]
    light = np.clip(1.25 - 0.75 * (x * x + y * y), 0.03, 1)[..., None]
    return Image.fromarray((np.asarray(picture) * light).astype(np.uint8))


def _faded(picture: Picture, rng: Random) -> Picture:
    """An old print: lifted blacks, a yellow cast, weak colours."""
    values = np.asarray(Image.blend(picture.convert("L").convert("RGB"), picture, 0.4), np.float32)
    return Image.fromarray((values * (0.65, 0.58, 0.45) + (70, 60, 45)).clip(0, 255).astype(np.uint8))


def _grain(picture: Picture, rng: Random) -> Picture:
    values = np.asarray(picture, np.float32) + rng.normal(0, 32, (*picture.size[::-1], 1))
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def _local_tone(picture: Picture, rng: Random) -> Picture:
    """What phones call HDR: contrast raised place by place."""
    lab = cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(4.0, (8, 8)).apply(lab[..., 0])
    return Image.fromarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB))


def _palette(picture: Picture, rng: Random) -> Picture:
    return picture.quantize(24, Image.Quantize.FASTOCTREE, dither=Image.Dither.FLOYDSTEINBERG).convert("RGB")


def _pencil(picture: Picture, rng: Random) -> Picture:
    grey = np.asarray(picture.convert("L"), np.float32)
    soft = cv2.GaussianBlur(255 - grey, (0, 0), 8)
    return Image.fromarray(np.clip(grey * 256 / np.maximum(255 - soft, 1), 0, 255).astype(np.uint8)).convert("RGB")


# ---------------------------------------------------------------- laid over it


def _tiled_mark(picture: Picture, rng: Random) -> Picture:
    w, h = picture.size
    mark = Image.new("L", (2 * w, 2 * h), 0)
    pen = ImageDraw.Draw(mark)
    for row, y in enumerate(range(0, 2 * h, max(30, h // 8))):
        for x in range(-row % 3 * w // 8, 2 * w, w // 3):
            pen.text((x, y), "agency sample", 110, font_size=max(12, h // 18))
    mark = mark.rotate(30).crop((w // 2, h // 2, w // 2 + w, h // 2 + h))
    return Image.composite(Image.new("RGB", (w, h), "white"), picture, mark)


def _big_bar(picture: Picture, rng: Random) -> Picture:
    picture = picture.copy()
    w, h = picture.size
    top = round(h * 0.62)
    ImageDraw.Draw(picture).rectangle((0, top, w, h), fill=(150, 10, 20))
    text(picture, (w // 20, top + h // 30, w - w // 20, h), rng, max(14, h // 12), (255, 255, 255))
    return picture


def _censored(picture: Picture, rng: Random) -> Picture:
    picture = picture.copy()
    w, h = picture.size
    for number in range(3):
        bw, bh = round(w * rng.uniform(0.12, 0.2)), round(h * rng.uniform(0.1, 0.2))
        x, y = int(rng.integers(0, w - bw)), int(rng.integers(0, h - bh))
        part = picture.crop((x, y, x + bw, y + bh))
        hidden = part.resize((6, 6), Image.Resampling.BOX).resize(part.size, Image.Resampling.NEAREST)
        picture.paste(hidden if number else Image.new("RGB", part.size), (x, y))
    return picture


def _inpainted(picture: Picture, rng: Random) -> Picture:
    small = np.asarray(scaled(picture, 600))
    h, w = small.shape[:2]
    mask = np.zeros((h, w), np.uint8)
    middle = (int(w * rng.uniform(0.3, 0.7)), int(h * rng.uniform(0.3, 0.7)))
    cv2.ellipse(mask, middle, (w // 9, h // 5), 0, 0, 360, 255, -1)
    return Image.fromarray(cv2.inpaint(small, mask, 5, cv2.INPAINT_TELEA))


def _stickers(picture: Picture, rng: Random) -> Picture:
    picture = picture.copy()
    w, h = picture.size
    pen = ImageDraw.Draw(picture)
    for _ in range(6):
        r = round(min(w, h) * rng.uniform(0.06, 0.11))
        x, y = int(rng.integers(r, w - r)), int(rng.integers(r, h - r))
        pen.ellipse((x - r, y - r, x + r, y + r), fill=(255, 210, 40), outline=(120, 80, 0), width=max(1, r // 12))
        for side in (-1, 1):
            pen.ellipse((x + side * r // 3 - r // 8, y - r // 3, x + side * r // 3 + r // 8, y), fill=(60, 40, 0))
        pen.arc((x - r // 2, y - r // 3, x + r // 2, y + r * 2 // 3), 20, 160, fill=(60, 40, 0), width=max(2, r // 8))
    return picture


def _meme(picture: Picture, rng: Random) -> Picture:
    picture = picture.copy()
    w, h = picture.size
    pen = ImageDraw.Draw(picture)
    for y, words in ((0.03, "WHEN THE VOTE IS OVER"), (0.83, "AND NOBODY COUNTED")):
        pen.text(
            (w * 0.05, y * h),
            words,
            "white",
            font_size=round(w * 0.068),
            stroke_width=max(2, w // 200),
            stroke_fill="black",
        )
    return picture


def _creased(picture: Picture, rng: Random) -> Picture:
    """A scanned old print: folds, scratches and stains."""
    picture = picture.copy()
    w, h = picture.size
    pen = ImageDraw.Draw(picture)
    for at in rng.uniform(0.2, 0.8, 2):
        pen.line([(w * at, 0), (w * (at + 0.02), h)], fill=(235, 230, 220), width=max(2, w // 150))
    pen.line([(0, h * 0.5), (w, h * 0.52)], fill=(235, 230, 220), width=max(2, h // 120))
    for _ in range(60):
        x, y, dx, dy = rng.uniform(0, w), rng.uniform(0, h), *rng.normal(0, 0.06, 2)
        pen.line([(x, y), (x + dx * w, y + dy * h)], fill=(240, 240, 235), width=1)
    return picture


def _blended(picture: Picture, others: Others, rng: Random) -> Made:
    other, _ = fitted(others[int(rng.integers(len(others)))], picture.size)
    return Image.blend(picture, other, 0.3), WHOLE


# ---------------------------------------------------------------- moved


def _crop_mirror(picture: Picture, others: Others, rng: Random) -> Made:
    part, a = some_part(picture, 0.4, rng)
    part, b = mirrored(part)
    return jpeg(part, 35), a @ b


def _strip(picture: Picture, others: Others, rng: Random) -> Made:
    left = rng.uniform(0, 0.6)
    return cut(picture, left, 0, left + 0.4, 1)


def _cropped(removed: float) -> Change:
    return lambda picture, others, rng: some_part(picture, removed, rng)


def _turned(low: float, high: float, expand: bool) -> Change:
    def change(picture: Picture, others: Others, rng: Random) -> Made:
        degrees = float(rng.uniform(low, high)) * (1 if rng.random() < 0.5 else -1)
        w, h = picture.size
        made = picture.rotate(degrees, Image.Resampling.BICUBIC, expand=expand, fillcolor=(255, 255, 255))
        angle = np.radians(degrees)
        turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
        centre = np.array([[made.width, 0, -made.width / 2], [0, made.height, -made.height / 2], [0, 0, 1]])
        return made, np.linalg.inv(np.array([[w, 0, -w / 2], [0, h, -h / 2], [0, 0, 1]])) @ turn @ centre

    return change


def _sheared(picture: Picture, others: Others, rng: Random) -> Made:
    page = Image.new("RGB", picture.size, (20, 20, 20))
    return warped(picture, np.array([[0.12, 0], [1, 0], [0.88, 1], [0, 1]]), page)


def _circle(picture: Picture, others: Others, rng: Random) -> Made:
    side = min(picture.size)
    part, matrix = fitted(picture, (side, side))
    mask = Image.new("L", part.size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, side, side), fill=255)
    return Image.composite(part, Image.new("RGB", part.size, "white"), mask), matrix


def _turned_mirrored(picture: Picture, others: Others, rng: Random) -> Made:
    # Transposing swaps x and y.
    return picture.transpose(Image.Transpose.TRANSPOSE), np.array([[0, 1.0, 0], [1, 0, 0], [0, 0, 1]])


# ---------------------------------------------------------------- several at once


def _resaved(picture: Picture, others: Others, rng: Random) -> Made:
    for side, quality in ((900, 60), (640, 50), (720, 55), (500, 45), (600, 40)):
        picture = jpeg(scaled(picture, side), quality)
    return picture, WHOLE


def _grey_card(picture: Picture, others: Others, rng: Random) -> Made:
    part, a = some_part(picture.convert("L").convert("RGB"), 0.3, rng)
    made, b = framing.card(part, others, rng)
    return jpeg(made, 40), a @ b


def _mirrored_story(picture: Picture, others: Others, rng: Random) -> Made:
    part, a = mirrored(picture)
    made, b = framing.story(part, others, rng)
    return made, a @ b


def _meme_crop(picture: Picture, others: Others, rng: Random) -> Made:
    part, a = some_part(_meme(picture, rng), 0.25, rng)
    return jpeg(scaled(part, 480), 45), a


_CARD = "edited collage"
_LEVELS = np.arange(256)
_TABLE: dict[str, tuple[str, Change, str]] = {
    "black and white, hard": ("tone", keep(_hard), "edited"),
    "duotone": ("tone", keep(_duotone), "edited"),
    "vignette": ("tone", keep(_vignette), "edited"),
    "faded print": ("tone", keep(_faded), "edited"),
    "local tone": ("tone", keep(_local_tone), "edited re-encoded"),
    "overexposed": ("tone", keep(lambda p, r: table_of(_LEVELS * 2.2)(p)), "edited"),
    "very dark": ("tone", keep(lambda p, r: table_of(_LEVELS * 0.25)(p)), "edited"),
    "colours swapped": ("tone", keep(lambda p, r: Image.merge("RGB", p.split()[::-1])), "edited re-encoded"),
    "inverted": ("tone", keep(lambda p, r: ImageOps.invert(p)), "edited"),
    "halftone": ("filter", keep(_halftone), "edited resized"),
    "oversharpened": ("filter", keep(lambda p, r: p.filter(ImageFilter.UnsharpMask(4, 400, 0))), "edited re-encoded"),
    "grain": ("filter", keep(_grain), "edited re-encoded"),
    "blurred": ("filter", keep(lambda p, r: p.filter(ImageFilter.GaussianBlur(max(p.size) / 110))), "edited re-encoded"),
    "palette, dithered": ("filter", keep(_palette), "edited re-encoded"),
    "one bit, dithered": ("filter", keep(lambda p, r: p.convert("1").convert("RGB")), "edited re-encoded"),
    "four levels": ("filter", keep(lambda p, r: ImageOps.posterize(p, 2)), "edited re-encoded"),
    "pencil drawing": ("filter", keep(_pencil), "edited re-encoded"),
    "tiled mark": ("overlay", keep(_tiled_mark), "edited"),
    "big bar": ("overlay", keep(_big_bar), "edited"),
    "censored": ("overlay", keep(_censored), "edited"),
    "inpainted": ("overlay", keep(_inpainted), "edited resized"),
    "stickers": ("overlay", keep(_stickers), "edited"),
    "meme": ("overlay", keep(_meme), "edited"),
    "creased print": ("overlay", keep(_creased), "edited re-encoded"),
    "blended with another": ("overlay", _blended, "edited"),
    "re-saved five times": ("size", _resaved, "resized"),
    "100 pixels": ("size", keep(lambda p, r: jpeg(scaled(p, 100), 75)), "resized"),
    "64 pixels": ("size", keep(lambda p, r: scaled(p, 64)), "resized"),
    "enlarged": ("size", keep(lambda p, r: scaled(scaled(p, 300), 1800)), "resized"),
    "stretched 15 %": ("size", keep(lambda p, r: p.resize((round(p.width * 1.15), p.height), BEST)), "edited"),
    "squeezed 20 %": ("size", keep(lambda p, r: p.resize((round(p.width * 0.8), p.height), BEST)), "edited"),
    "trimmed 4 %": ("crop", lambda p, o, r: cut(p, 0.04, 0.04, 0.96, 0.96), "cropped"),
    "cropped 60 %": ("crop", _cropped(0.6), "cropped"),
    "cropped 75 %": ("crop", _cropped(0.75), "cropped"),
    "cropped 85 %": ("crop", _cropped(0.85), "cropped"),
    "strip of 40 %": ("crop", _strip, "cropped"),
    "circle": ("crop", _circle, "cropped edited"),
    "cropped 40 %, mirrored": ("turn", _crop_mirror, "mirrored"),
    "turned over": ("turn", _turned_mirrored, "mirrored"),
    "turned 10-30, cut off": ("turn", _turned(10, 30, False), "rotated"),
    "turned 10-30, filled": ("turn", _turned(10, 30, True), "rotated"),
    "turned 45, filled": ("turn", _turned(40, 50, True), "rotated"),
    "sheared": ("turn", _sheared, "edited rotated"),
    "photographed print": ("photographed", framing.photographed_print, "edited collage cropped rotated"),
    "photographed screen": ("photographed", framing.monitor, "edited collage cropped rotated"),
    "polaroid": ("frame", framing.polaroid, "edited cropped"),
    "film": ("frame", framing.film, _CARD),
    "round corners on colour": ("frame", framing.rounded, _CARD),
    "social card": ("page", framing.card, _CARD),
    "story": ("page", framing.story, _CARD),
    "telephone": ("page", framing.phone, _CARD),
    "broadcast": ("page", framing.broadcast, _CARD + " resized"),
    "newspaper page": ("page", framing.clipping, _CARD),
    "one of six": ("collage", lambda p, o, r: framing.among(p, o, r, 3, 2), "collage"),
    "one of nine": ("collage", lambda p, o, r: framing.among(p, o, r, 3, 3), "collage"),
    "one of two, turned": ("collage", lambda p, o, r: framing.among(p, o, r, 2, 1, turn=True), "collage"),
    "picture in picture": ("collage", framing.in_picture, "collage"),
    "grey crop on a card": ("several", _grey_card, _CARD),
    "mirrored story": ("several", _mirrored_story, _CARD + " mirrored"),
    "meme, cropped, small": ("several", _meme_crop, "cropped"),
    "sent on three times": ("size", keep(handing_on.messenger), "resized re-encoded"),
    "enlarged by guesses": ("filter", keep(handing_on.upscaled), "resized edited"),
    "blurred faces": ("overlay", keep(handing_on.blurred_faces), "edited re-encoded"),
    "colourised": ("tone", keep(handing_on.colourised), "edited re-encoded"),
    "upright on a wide screen": ("page", handing_on.upright_reel, _CARD + " cropped"),
    "before and after": ("collage", handing_on.before_and_after, "collage"),
    "words above and below": ("frame", handing_on.captioned_meme, _CARD),
    "photographed newspaper": ("photographed", handing_on.photographed_newspaper, _CARD + " rotated"),
    "in a conversation": ("page", handing_on.in_conversation, _CARD),
    "bordered and turned": ("frame", handing_on.bordered_turned, _CARD + " rotated"),
    "still of a film": ("several", handing_on.still, "cropped edited"),
}  # fmt: skip

KINDS: Mapping[str, Kind] = MappingProxyType(
    {name: Kind(family, change, frozenset(names.split())) for name, (family, change, names) in _TABLE.items()}
)
