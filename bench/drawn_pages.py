"""Pages of one template without a photograph: quotations, charts, maps, tickets. Part of ``bench/templating.py``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from bench.changing import Picture, Random, jpeg


def says(rng: Random, least: int, most: int, capitals: bool = False) -> str:
    """Some made-up words."""
    letters = list("eeeeaaaiiooutnrslhdcmpgbfvwkyz")
    words = ["".join(rng.choice(letters, int(rng.integers(2, 9)))) for _ in range(int(rng.integers(least, most + 1)))]
    return " ".join(words).upper() if capitals else " ".join(words)


def fixed(seed: int) -> Random:
    return np.random.default_rng(seed)


def quote(rng: Random) -> Picture:
    page = Image.new("RGB", (800, 800), (22, 64, 92))
    pen = ImageDraw.Draw(page)
    pen.rectangle((30, 30, 770, 770), outline=(240, 200, 80), width=6)
    pen.text((60, 30), "\u201c", (240, 200, 80), font_size=260)
    for line in range(4):
        pen.text((80, 250 + 70 * line), says(rng, 3, 4)[:22], "white", font_size=54)
    pen.text((80, 590), says(rng, 2, 2).title(), (240, 200, 80), font_size=36)
    pen.rectangle((560, 680, 740, 740), fill=(240, 200, 80))
    pen.text((580, 690), "Courier", (22, 64, 92), font_size=36)
    return jpeg(page, 80)


def _axes(pen: ImageDraw.ImageDraw, title: str) -> None:
    pen.text((60, 20), title, (20, 20, 20), font_size=40)
    pen.line((60, 14, 160, 14), fill=(200, 20, 30), width=10)
    for at in range(6):
        pen.line((90, 120 + 80 * at, 860, 120 + 80 * at), fill=(205, 205, 205), width=2)
        pen.text((40, 106 + 80 * at), str(100 - 20 * at), (60, 60, 60), font_size=22)
    for at in range(8):
        pen.text((100 + 100 * at, 540), str(2017 + at), (60, 60, 60), font_size=22)
    pen.text((60, 585), "Source: Statistical Office of Example", (120, 120, 120), font_size=22)


def line_chart(rng: Random) -> Picture:
    page = Image.new("RGB", (900, 630), "white")
    pen = ImageDraw.Draw(page)
    _axes(pen, "Share of households, per cent")
    pen.text((60, 66), says(rng, 4, 6), (80, 80, 80), font_size=26)
    for colour in ((30, 90, 170), (220, 120, 30)):
        values = np.clip(300 + np.cumsum(rng.normal(0, 45, 24)), 120, 520)
        pen.line([(100 + 32.0 * x, float(y)) for x, y in enumerate(values)], fill=colour, width=6)
    return page


def _regions(seed: int, size: tuple[int, int]) -> npt.NDArray[np.intp]:
    """Which of some regions each pixel of a drawn country lies in; 0 is outside."""
    rng = fixed(seed)
    seeds = rng.uniform(0.1, 0.9, (34, 2)) * size
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float64)
    x, y = x + 14 * np.sin(y / 23) + 9 * np.sin(y / 7), y + 14 * np.sin(x / 27) + 9 * np.sin(x / 9)
    apart = (x[..., None] - seeds[:, 0]) ** 2 + (y[..., None] - seeds[:, 1]) ** 2
    inside = ((x / size[0] - 0.5) / 0.42) ** 2 + ((y / size[1] - 0.5) / 0.44) ** 2 < 1
    return np.where(inside, apart.argmin(axis=2) + 1, 0)


def choropleth(rng: Random) -> Picture:
    """A map of one series: the same borders, other values."""
    where = _regions(4, (640, 640))
    shades = np.array([[250, 240, 220], [240, 190, 150], [220, 120, 90], [170, 50, 50]])
    values = np.concatenate([[[225, 235, 245]], shades[rng.integers(0, 4, 34)]])[where].astype(np.uint8)
    edge = (where != np.roll(where, 1, 0)) | (where != np.roll(where, 1, 1))
    values[edge] = 90
    page = Image.new("RGB", (900, 700), "white")
    page.paste(Image.fromarray(values), (20, 50))
    pen = ImageDraw.Draw(page)
    pen.text((20, 8), says(rng, 4, 6), (20, 20, 20), font_size=34)
    for line, shade in enumerate(shades):
        pen.rectangle((690, 200 + 60 * line, 740, 240 + 60 * line), fill=tuple(int(c) for c in shade))
        pen.text((750, 206 + 60 * line), f"{25 * line} to {25 * line + 25}", (20, 20, 20), font_size=24)
    return page


def ticket(rng: Random) -> Picture:
    """A ticket with its square code."""
    page = Image.new("RGB", (900, 400), (246, 246, 240))
    code = rng.integers(0, 2, (29, 29))
    for y, x in ((0, 0), (0, 22), (22, 0)):
        code[y : y + 7, x : x + 7] = 1
        code[y + 1 : y + 6, x + 1 : x + 6] = 0
        code[y + 2 : y + 5, x + 2 : x + 5] = 1
    made = Image.fromarray(((1 - code) * 255).astype(np.uint8)).resize((290, 290), Image.Resampling.NEAREST)
    page.paste(made.convert("RGB"), (580, 55))
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 24, 400), fill=(0, 120, 80))
    pen.text((50, 24), "Example Railways", (0, 120, 80), font_size=44)
    for line, word in enumerate(("From", "To", "Date", "Seat")):
        pen.text((50, 100 + 70 * line), word, (110, 110, 110), font_size=18)
        pen.text((50, 122 + 70 * line), says(rng, 1, 2).title(), (10, 10, 10), font_size=32)
    for at in range(0, 400, 16):
        pen.line((550, at, 550, at + 8), fill=(150, 150, 150), width=3)
    return page


def weather(rng: Random) -> Picture:
    """The map of every evening, with other weather."""
    where = _regions(8, (800, 600))
    shade = fixed(3).integers(90, 150, 35)
    values = np.stack([shade[where] - 60, shade[where] + 30, shade[where] - 40], axis=-1)
    values[where == 0] = (40, 90, 160)
    page = Image.fromarray(values.astype(np.uint8)).filter(ImageFilter.GaussianBlur(1))
    pen = ImageDraw.Draw(page)
    for x, y in fixed(5).uniform(0.2, 0.8, (12, 2)) * (800, 560):
        x, y = float(x), float(y)
        if rng.random() < 0.5:
            pen.ellipse((x - 22, y - 22, x + 22, y + 22), fill=(255, 210, 40))
        else:
            pen.rounded_rectangle((x - 30, y - 16, x + 30, y + 16), 14, fill=(235, 235, 240))
        pen.text((x - 14, y + 22), str(int(rng.integers(-5, 35))), "white", font_size=28)
    pen.rectangle((0, 0, 800, 56), fill=(10, 30, 80))
    pen.text((20, 8), "Weather for " + says(rng, 1, 1).title(), "white", font_size=36)
    return page


def bar_chart(rng: Random) -> Picture:
    page = Image.new("RGB", (900, 630), (248, 246, 240))
    pen = ImageDraw.Draw(page)
    _axes(pen, "Votes by party, per cent")
    colours = ((20, 20, 20), (220, 30, 30), (30, 140, 60), (240, 200, 30), (120, 30, 120), (30, 110, 200))
    for at, colour in enumerate(colours):
        pen.rectangle((110 + 125 * at, int(rng.integers(130, 480)), 190 + 125 * at, 520), fill=colour)
    pen.text((60, 66), says(rng, 3, 4), (80, 80, 80), font_size=26)
    return page


def breaking(rng: Random) -> Picture:
    page = Image.linear_gradient("L").resize((1000, 560)).convert("RGB")
    page = Image.blend(page, Image.new("RGB", page.size, (160, 0, 10)), 0.75)
    pen = ImageDraw.Draw(page)
    for at in range(-400, 1200, 60):
        pen.line((at, 0, at + 300, 560), fill=(190, 20, 30), width=6)
    pen.text((60, 60), "BREAKING", "white", font_size=140)
    pen.rectangle((60, 250, 940, 258), fill="white")
    for line in range(3):
        pen.text((60, 290 + 76 * line), says(rng, 4, 5).title()[:32], "white", font_size=56)
    return jpeg(page, 75)
