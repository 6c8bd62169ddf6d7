"""Kinds of change that pictures suffer when people hand them on: in messengers, reels, memes, before-and-afters, and on paper."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from bench import framing
from bench.changing import (
    BEST,
    Made,
    Others,
    Picture,
    Random,
    contained,
    fitted,
    jpeg,
    laid,
    scaled,
    text,
    warped,
)


def messenger(picture: Picture, rng: Random) -> Picture:
    """Sent on three times: each application scales and saves it its own way."""
    for side, quality in ((1280, 72), (960, 60), (800, 50)):
        picture = jpeg(scaled(picture, min(side, max(picture.size))), quality)
    return picture


def upscaled(picture: Picture, rng: Random) -> Picture:
    """Enlarged by a program that paints what it guesses: flat areas smoothed, edges drawn hard."""
    small = np.asarray(scaled(picture, 400))
    smooth = cv2.bilateralFilter(small, 7, 40, 5)
    large = scaled(Image.fromarray(smooth), 1600)
    return large.filter(ImageFilter.UnsharpMask(3, 180, 2))


def blurred_faces(picture: Picture, rng: Random) -> Picture:
    """Three round parts blurred until nobody is known."""
    w, h = picture.size
    blurred, mask = picture.filter(ImageFilter.GaussianBlur(max(w, h) / 30)), Image.new("L", picture.size, 0)
    for _ in range(3):
        r = round(min(w, h) * rng.uniform(0.08, 0.14))
        x, y = int(rng.integers(r, w - r)), int(rng.integers(r, h - r))
        ImageDraw.Draw(mask).ellipse((x - r, y - r, x + r, y + r), fill=255)
    return Image.composite(blurred, picture, mask.filter(ImageFilter.GaussianBlur(3)))


def colourised(picture: Picture, rng: Random) -> Picture:
    """Black and white, then coloured by a program: soft colours that are not the photograph's."""
    lab = cv2.cvtColor(np.asarray(picture.convert("L").convert("RGB")), cv2.COLOR_RGB2LAB).astype(np.float32)
    for channel in (1, 2):
        patches = rng.normal(128, 22, (5, 6)).astype(np.float32)
        lab[..., channel] = cv2.resize(patches, picture.size, interpolation=cv2.INTER_CUBIC)
    return Image.fromarray(cv2.cvtColor(lab.clip(0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB))


def upright_reel(picture: Picture, others: Others, rng: Random) -> Made:
    """The upright middle of the picture on 16:9, its blurred enlargement at both sides."""
    part, cut = fitted(picture, (405, 720))
    page = fitted(picture, (1280, 720))[0].filter(ImageFilter.GaussianBlur(24))
    made, onto = laid(page, part, 437, 0)
    return jpeg(made, 70), cut @ onto


def before_and_after(picture: Picture, others: Others, rng: Random) -> Made:
    """Half of a split screen, another photograph in the other half, a white line between them."""
    other = others[int(rng.integers(len(others)))]
    page = Image.new("RGB", (1200, 700), "white")
    left = int(rng.integers(2))
    page.paste(fitted(other, (596, 700))[0], (604 * left, 0))
    part, cut = fitted(picture, (596, 700))
    made, onto = laid(page, part, 604 * (1 - left), 0)
    pen = ImageDraw.Draw(made)
    for x, word in ((20, "BEFORE"), (1030, "AFTER")):
        pen.text((x, 640), word, "white", font_size=40, stroke_width=3, stroke_fill="black")
    return jpeg(made, 75), cut @ onto


def captioned_meme(picture: Picture, others: Others, rng: Random) -> Made:
    """Words on white above and below, the mark of a site, saved small."""
    part = scaled(picture, 640)
    page = Image.new("RGB", (part.width, part.height + 230), "white")
    text(page, (14, 12, part.width - 10, 130), rng, 34, (0, 0, 0))
    made, matrix = laid(page, part, 0, 140)
    text(made, (14, part.height + 150, part.width - 10, part.height + 225), rng, 30, (0, 0, 0))
    ImageDraw.Draw(made).text((part.width - 150, part.height + 110), "memes.example", "white", font_size=18)
    return jpeg(made, 60), matrix


def photographed_newspaper(picture: Picture, others: Others, rng: Random) -> Made:
    """A page of a newspaper photographed on a table, from a little aside."""
    page, onto = framing.clipping(picture, others, rng)
    turn = rng.uniform(-0.05, 0.05, (4, 2))
    table = Image.new("RGB", page.size, (96, 74, 52))
    made, matrix = warped(page, np.array([[0.06, 0.06], [0.94, 0.06], [0.94, 0.94], [0.06, 0.94]]) + turn, table)
    return jpeg(made.filter(ImageFilter.GaussianBlur(0.8)), 70), onto @ matrix


def in_conversation(picture: Picture, others: Others, rng: Random) -> Made:
    """The screen of a telephone with a conversation that the picture was sent in."""
    page = Image.new("RGB", (720, 1480), (236, 229, 221))
    part = contained(picture, (520, 620))
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 720, 130), fill=(7, 94, 84))
    pen.text((120, 60), "Sam Example", "white", font_size=36)
    for top, left in ((170, 30), (300, 170), (1080, 30), (1220, 170)):
        pen.rounded_rectangle((left, top, left + 520, top + 110), 16, fill="white" if left < 100 else (220, 248, 198))
        text(page, (left + 16, top + 14, left + 500, top + 100), rng, 28, (20, 20, 20))
    pen.rounded_rectangle((24, 424, 36 + part.width, 440 + part.height), 16, fill="white")
    made, matrix = laid(page, part, 30, 430)
    return jpeg(made, 80), matrix


def bordered_turned(picture: Picture, others: Others, rng: Random) -> Made:
    """A white border around it, laid askew on a colour."""
    part = ImageOps.expand(picture.resize((800, round(800 * picture.height / picture.width)), BEST), 30, "white")
    w, h = part.size
    inner = np.array([[w / (w - 60), 0, -30 / (w - 60)], [0, h / (h - 60), -30 / (h - 60)], [0, 0, 1]])
    angle = np.radians(rng.uniform(3, 9)) * (1 if rng.random() < 0.5 else -1)
    unit = (np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) - 0.5) * (w * 0.84, h * 0.84)
    turned = unit @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / (w, h) + 0.5
    made, matrix = warped(part, turned, Image.new("RGB", (w, h), tuple(int(c) for c in rng.integers(30, 220, 3))))
    return jpeg(made, 80), inner @ matrix


def still(picture: Picture, others: Others, rng: Random) -> Made:
    """A still of a film of it: slowly zoomed in, the player's bar and time below."""
    part, cut = fitted(picture, (1280, 720))
    w, h = part.size
    share = float(rng.uniform(0.75, 0.9))
    left, top = rng.uniform(0, 1 - share, 2)
    box = (round(left * w), round(top * h), round((left + share) * w), round((top + share) * h))
    made = part.crop(box).resize((1280, 720), BEST)
    pen = ImageDraw.Draw(made)
    pen.rectangle((0, 668, 1280, 720), fill=(15, 15, 15))
    pen.rectangle((40, 680, 1240, 686), fill=(110, 110, 110))
    pen.rectangle((40, 680, 420, 686), fill=(230, 30, 30))
    pen.text((40, 690), "0:41 / 2:07", "white", font_size=22)
    inner = np.array([[(box[2] - box[0]) / w, 0, box[0] / w], [0, (box[3] - box[1]) / h, box[1] / h], [0, 0, 1]])
    return jpeg(made, 60), cut @ inner
