"""Kinds of change that put a photograph into another picture: photographed, framed, on cards and pages, among others."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from bench.changing import WHOLE, Made, Others, Picture, Random, contained, fitted, jpeg, laid, scaled, text, warped

# ---------------------------------------------------------------- photographed


def _desk(rng: Random, size: tuple[int, int]) -> Picture:
    """Wood or cloth: streaked noise of one colour."""
    streaks = rng.normal(0, 1, (size[1] // 4, size[0] // 40))
    grain = cv2.resize(streaks.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)[..., None]
    base = rng.integers(60, 190, 3)
    return Image.fromarray((base + 14 * grain + rng.normal(0, 4, (size[1], size[0], 1))).clip(0, 255).astype(np.uint8))


def _quad(rng: Random, inset: float, shake: float) -> npt.NDArray[np.float64]:
    low, high = inset, 1 - inset
    corners = np.array([[low, low], [high, low], [high, high], [low, high]])
    return corners + rng.uniform(-shake, shake, (4, 2))


def _lit(picture: Picture, rng: Random) -> Picture:
    """Uneven light and the camera's own blur and noise."""
    w, h = picture.size
    y, x = np.mgrid[0 : 1 : h * 1j, 0 : 1 : w * 1j]
    light = 0.75 + 0.4 * (x if rng.random() < 0.5 else 1 - x) - 0.15 * y
    values = np.asarray(picture.filter(ImageFilter.GaussianBlur(1.2)), np.float32) * light[..., None]
    return Image.fromarray((values + rng.normal(0, 4, values.shape)).clip(0, 255).astype(np.uint8))


def photographed_print(picture: Picture, others: Others, rng: Random) -> Made:
    size = (900, round(900 * picture.height / picture.width))
    page, matrix = warped(picture, _quad(rng, 0.12, 0.06), _desk(rng, size))
    return jpeg(_lit(page, rng), 75), matrix


def monitor(picture: Picture, others: Others, rng: Random) -> Made:
    """A screen photographed so near that it fills the picture, with the moire of both grids."""
    size = (900, round(900 * picture.height / picture.width))
    page, matrix = warped(picture, _quad(rng, -0.06, 0.05), Image.new("RGB", size))
    y, x = np.mgrid[: size[1], : size[0]]
    waves = 1 + 0.18 * np.cos(0.21 * x + 0.05 * y + 3 * np.sin(x / 300)) + 0.12 * np.cos(0.06 * x - 0.24 * y)
    values = (np.asarray(page) * waves[..., None]).clip(0, 255).astype(np.uint8)
    return jpeg(_lit(Image.fromarray(values), rng), 70), matrix


# ---------------------------------------------------------------- framed, on cards and pages


def polaroid(picture: Picture, others: Others, rng: Random) -> Made:
    part, matrix = fitted(picture, (800, 800))
    made, onto = laid(Image.new("RGB", (900, 1080), (244, 240, 230)), part, 50, 60)
    return made, matrix @ onto


def film(picture: Picture, others: Others, rng: Random) -> Made:
    part = scaled(picture, 900)
    w, h = part.size
    page = Image.new("RGB", (w + 40, h + 200), (12, 10, 10))
    pen = ImageDraw.Draw(page)
    for x in range(10, w + 40, 62):
        for y in (24, h + 126):
            pen.rounded_rectangle((x, y, x + 34, y + 50), 8, fill=(250, 248, 240))
    return laid(page, part, 20, 100)


def card(picture: Picture, others: Others, rng: Random) -> Made:
    """A post of a social network."""
    part = scaled(picture, 640)
    w, h = part.size
    page = Image.new("RGB", (w + 40, h + 330), "white")
    pen = ImageDraw.Draw(page)
    pen.ellipse((20, 18, 84, 82), fill=(40, 110, 190))
    pen.text((100, 22), "The Daily Example", (15, 20, 25), font_size=24)
    pen.text((100, 52), "@example - 3h", (100, 110, 120), font_size=20)
    text(page, (20, 100, w + 20, 200), rng, 24, (15, 20, 25))
    made = laid(page, part, 20, 210)
    for x in range(40, w, 150):
        pen.ellipse((x, h + 240, x + 30, h + 270), outline=(100, 110, 120), width=3)
        pen.text((x + 40, h + 242), str(int(rng.integers(10, 999))), (100, 110, 120), font_size=20)
    return jpeg(made[0], 80), made[1]


def story(picture: Picture, others: Others, rng: Random) -> Made:
    """9:16, over a blurred enlargement of itself."""
    back, _ = fitted(picture, (540, 960))
    part = contained(picture, (540, 760))
    page = back.filter(ImageFilter.GaussianBlur(20))
    made, matrix = laid(page, part, (540 - part.width) // 2, (960 - part.height) // 2)
    return jpeg(made, 75), matrix


def rounded(picture: Picture, others: Others, rng: Random) -> Made:
    part = scaled(picture, 800)
    mask = Image.new("L", part.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *part.size), 60, fill=255)
    w, h = part.size
    page = Image.linear_gradient("L").resize((w + 200, h + 200))
    return laid(ImageOps.colorize(page, (120, 40, 140), (250, 150, 90)), part, 100, 100, mask)


def phone(picture: Picture, others: Others, rng: Random) -> Made:
    """The screen of a telephone that shows the picture on black."""
    page = Image.new("RGB", (540, 1170))
    pen = ImageDraw.Draw(page)
    pen.text((30, 14), "09:41", "white", font_size=24)
    pen.rectangle((470, 18, 510, 36), outline="white", width=2)
    for x in (60, 200, 340, 470):
        pen.ellipse((x, 1090, x + 36, 1126), outline="white", width=3)
    part = contained(picture, (540, 900))
    made, matrix = laid(page, part, (540 - part.width) // 2, 100 + (900 - part.height) // 2)
    return jpeg(made, 80), matrix


def broadcast(picture: Picture, others: Others, rng: Random) -> Made:
    """A frame of a news channel: pillars or bars, a ticker, a logo."""
    part = contained(picture, (1280, 720))
    made, matrix = laid(Image.new("RGB", (1280, 720)), part, (1280 - part.width) // 2, (720 - part.height) // 2)
    pen = ImageDraw.Draw(made)
    pen.rectangle((0, 620, 1280, 690), fill=(20, 40, 120))
    text(made, (140, 635, 1280, 690), rng, 34, (255, 255, 255))
    pen.rectangle((40, 560, 420, 620), fill=(190, 20, 30))
    pen.text((60, 572), "LIVE  NEWS 24", "white", font_size=32)
    pen.rectangle((1130, 40, 1230, 100), fill=(230, 230, 230))
    return jpeg(made, 60), matrix


def clipping(picture: Picture, others: Others, rng: Random) -> Made:
    """A page of a newspaper with the picture over two of its columns."""
    page = Image.new("RGB", (1100, 1400), (238, 234, 222))
    ImageDraw.Draw(page).text((60, 40), "THE EXAMPLE HERALD", (20, 20, 20), font_size=84)
    for left in range(60, 1000, 250):
        text(page, (left, 170, left + 225, 1360), rng, 18, (40, 40, 40))
    part = contained(picture.convert("L").convert("RGB"), (725, 560))
    ImageDraw.Draw(page).rectangle((300, 170, 310 + part.width + 10, 190 + part.height), fill=(238, 234, 222))
    made, matrix = laid(page, part, 310, 180)
    return jpeg(made, 70), matrix


# ---------------------------------------------------------------- among others


def among(picture: Picture, others: Others, rng: Random, across: int, down: int, turn: bool = False) -> Made:
    w, h = 1080 // across, 720 // down
    page = Image.new("RGB", (w * across, h * down), "white")
    place = int(rng.integers(across * down))
    at, chosen = np.eye(3), rng.permutation(len(others))
    for number in range(across * down):
        one = others[int(chosen[number % len(others)])] if number != place else picture
        matrix = WHOLE
        if number == place and turn:
            # Turned clockwise: what is right in it was up.
            one, matrix = one.transpose(Image.Transpose.ROTATE_270), np.array([[0, 1.0, 0], [-1, 0, 1], [0, 0, 1]])
        part, fit = fitted(one, (w - 8, h - 8))
        page, onto = laid(page, part, number % across * w + 4, number // across * h + 4)
        at = matrix @ fit @ onto if number == place else at
    return jpeg(page, 80), at


def in_picture(picture: Picture, others: Others, rng: Random) -> Made:
    """In the corner of another photograph, with round corners."""
    page = scaled(others[int(rng.integers(len(others)))], 1200)
    part = scaled(picture, round(min(page.size) * 0.5))
    mask = Image.new("L", part.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *part.size), 16, fill=255)
    left = 24 if rng.random() < 0.5 else page.width - part.width - 24
    made, matrix = laid(page, part, left, 24, mask)
    return jpeg(made, 80), matrix
