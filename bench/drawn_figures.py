"""Figures of series whose drawing is nearly all that they show: lines, heat, quotes of the exchange, rooms and days. Part of
``bench/templating.py``."""

from __future__ import annotations

import colorsys

import numpy as np
from PIL import Image, ImageDraw

from bench.changing import Picture, Random, jpeg
from bench.drawn_pages import fixed, says


def _heat(share: float) -> tuple[int, int, int]:
    """A colour of a scale from blue over yellow to red."""
    red, green, blue = colorsys.hsv_to_rgb(0.62 * (1 - share), 0.75, 0.6 + 0.35 * share)
    return round(255 * red), round(255 * green), round(255 * blue)


def thin_lines(rng: Random) -> Picture:
    """Four thin lines over a grid of years, the same title and source below every one."""
    page = Image.new("RGB", (1200, 760), "white")
    pen = ImageDraw.Draw(page)
    pen.text((60, 20), "Prices against last year", (20, 20, 20), font_size=52)
    for at in range(9):
        pen.line((80, 130 + 65 * at, 1160, 130 + 65 * at), fill=(170, 170, 170), width=3)
        pen.text((20, 112 + 65 * at), f"{20 - 5 * at}", (60, 60, 60), font_size=30)
    for at in range(10):
        pen.line((80 + 120 * at, 130, 80 + 120 * at, 650), fill=(170, 170, 170), width=3)
        pen.text((60 + 115 * at, 664), str(2015 + at), (60, 60, 60), font_size=30)
    for colour in ((30, 90, 170), (220, 120, 30), (30, 140, 60), (160, 30, 120)):
        values = np.clip(390 + np.cumsum(rng.normal(0, 30, 55)), 135, 645)
        pen.line([(80 + 20.0 * x, float(y)) for x, y in enumerate(values)], fill=colour, width=4)
    pen.text((60, 712), "Source: Statistical Office of Example", (120, 120, 120), font_size=28)
    return jpeg(page, 85)


def heat_map(rng: Random) -> Picture:
    """How much of something there was in each hour of each day."""
    page = Image.new("RGB", (1000, 640), (20, 24, 40))
    pen = ImageDraw.Draw(page)
    pen.text((30, 14), "By hour and day", "white", font_size=44)
    for row, day in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")):
        pen.text((24, 96 + 74 * row), day, "white", font_size=34)
        for hour in range(24):
            x, y = 110 + 36 * hour, 84 + 74 * row
            pen.rectangle((x, y, x + 33, y + 70), fill=_heat(float(rng.random())))
    return jpeg(page, 85)


def smooth_heat(rng: Random) -> Picture:
    """The same, drawn smoothly, beside its scale."""
    field = np.cumsum(np.cumsum(rng.normal(0, 1, (9, 14)), axis=0), axis=1)
    field = (field - field.min()) / (np.ptp(field) + 1e-6)
    small = Image.fromarray(np.array([[_heat(float(v)) for v in row] for row in field], np.uint8))
    page = Image.new("RGB", (960, 680), "white")
    page.paste(small.resize((780, 520), Image.Resampling.BICUBIC), (70, 90))
    pen = ImageDraw.Draw(page)
    pen.text((70, 20), "Deviation from the mean", (20, 20, 20), font_size=46)
    for at in range(10):
        pen.rectangle((880, 90 + 52 * at, 930, 142 + 52 * at), fill=_heat(1 - at / 9))
        pen.text((80 + 78 * at, 620), str(1 + at), (40, 40, 40), font_size=30)
        pen.line((70, 90 + 58 * at, 850, 90 + 58 * at), fill=(60, 60, 60), width=1)
    return jpeg(page, 85)


def shares(rng: Random) -> Picture:
    """A card of the exchange: the day's line, its arrow and its figures."""
    page = Image.new("RGB", (820, 480), (14, 18, 24))
    pen = ImageDraw.Draw(page)
    pen.rounded_rectangle((24, 24, 110, 110), 18, fill=(60, 120, 240))
    pen.polygon([(40, 92), (62, 56), (76, 76), (94, 42), (94, 92)], fill="white")
    pen.text((130, 30), "Example Index", "white", font_size=44)
    pen.text((130, 84), "today", (140, 150, 160), font_size=24)
    steps = np.cumsum(rng.normal(0, 14, 60))
    line = np.clip(300 + steps - steps.mean(), 170, 430)
    colour = (40, 200, 120) if line[-1] < line[0] else (235, 70, 70)
    for at in range(5):
        pen.line((24, 170 + 65 * at, 796, 170 + 65 * at), fill=(44, 52, 62), width=2)
    pen.line([(24 + 9.2 * x, float(y)) for x, y in enumerate(line)], fill=colour, width=5)
    pen.text((600, 190), f"{int(rng.integers(9000, 20000)):,}", "white", font_size=56)
    pen.text((600, 262), f"{float(rng.normal(0, 2)):+.2f} %", colour, font_size=42)
    return jpeg(page, 85)


def month(rng: Random) -> Picture:
    """A calendar's month, with the days on which something is."""
    page = Image.new("RGB", (860, 760), (250, 248, 244))
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 860, 104), fill=(180, 40, 60))
    pen.text((30, 22), "What is on this month", "white", font_size=54)
    for at in range(35):
        x, y = 26 + 116 * (at % 7), 124 + 124 * (at // 7)
        pen.rectangle((x, y, x + 112, y + 120), fill="white", outline=(190, 186, 180), width=2)
        pen.text((x + 8, y + 4), str(at + 1 if at < 31 else at - 30), (90, 90, 90), font_size=28)
        if rng.random() < 0.3:
            fill = ((60, 120, 200), (230, 150, 40), (70, 160, 90))[int(rng.integers(0, 3))]
            pen.rounded_rectangle((x + 6, y + 50, x + 106, y + 112), 8, fill=fill)
            pen.text((x + 12, y + 64), says(rng, 1, 1)[:6], "white", font_size=26)
    return jpeg(page, 85)


def temperatures(rng: Random) -> Picture:
    """A coast with the day's temperature at each town."""
    page = Image.new("RGB", (860, 700), (150, 196, 226))
    pen, ground = ImageDraw.Draw(page), fixed(71)
    edge = 420 + np.cumsum(ground.normal(0, 22, 36))
    pen.polygon([(0, 0), *((float(x), 20.0 * y) for y, x in enumerate(edge)), (0, 700)], fill=(226, 220, 190))
    pen.line([(float(x), 20.0 * y) for y, x in enumerate(edge)], fill=(120, 110, 90), width=4)
    for x, y in ground.uniform((30, 110), (340, 620), (9, 2)).tolist():
        pen.ellipse((x - 6, y - 6, x + 6, y + 6), fill=(60, 50, 40))
        pen.text((x + 12, y - 14), says(ground, 1, 1).title()[:8], (60, 50, 40), font_size=24)
        pen.text((x + 12, y + 10), f"{int(rng.integers(-9, 36))}°", (170, 20, 30), font_size=44)
    pen.rectangle((0, 0, 860, 80), fill=(20, 50, 90))
    pen.text((24, 14), "Tomorrow at noon", "white", font_size=48)
    return jpeg(page, 85)


def hall(rng: Random) -> Picture:
    """The seats of a hall, those that are taken filled."""
    page = Image.new("RGB", (900, 680), (245, 245, 248))
    pen = ImageDraw.Draw(page)
    pen.rounded_rectangle((200, 20, 700, 84), 20, fill=(60, 60, 70))
    pen.text((390, 28), "STAGE", "white", font_size=42)
    for row in range(11):
        pen.text((20, 116 + 49 * row), chr(65 + row), (90, 90, 100), font_size=28)
        for seat in range(18):
            x, y = 70 + 44 * seat + (20 if seat > 8 else 0), 112 + 49 * row
            taken = bool(rng.random() < 0.5)
            fill = (200, 60, 60) if taken else (245, 245, 248)
            pen.rounded_rectangle((x, y, x + 34, y + 36), 8, fill=fill, outline=(130, 130, 140), width=3)
    return jpeg(page, 85)


def candles(rng: Random) -> Picture:
    """A month of the exchange, each day a candle."""
    page = Image.new("RGB", (1000, 640), "white")
    pen = ImageDraw.Draw(page)
    pen.text((40, 14), "Crude oil, dollars a barrel", (20, 20, 30), font_size=44)
    for at in range(8):
        pen.line((40, 100 + 64 * at, 930, 100 + 64 * at), fill=(214, 214, 220), width=2)
        pen.text((940, 84 + 64 * at), str(95 - 5 * at), (70, 70, 80), font_size=26)
    value = 320.0
    for day in range(22):
        opened, value = value, float(np.clip(value + rng.normal(0, 34), 130, 520))
        x, colour = 54 + 40 * day, (30, 150, 90) if value < opened else (210, 50, 50)
        high, low = min(opened, value) - float(rng.uniform(4, 30)), max(opened, value) + float(rng.uniform(4, 30))
        pen.line((x + 13, high, x + 13, low), fill=colour, width=3)
        pen.rectangle((x, min(opened, value), x + 26, max(opened, value) + 2), fill=colour)
    pen.text((40, 600), "Source: Exchange of Example", (120, 120, 120), font_size=24)
    return jpeg(page, 85)


def layers(rng: Random) -> Picture:
    """What makes up the whole, year by year, as areas on each other."""
    page = Image.new("RGB", (960, 640), (252, 252, 252))
    pen = ImageDraw.Draw(page)
    pen.text((40, 14), "Electricity by source", (20, 20, 30), font_size=46)
    parts = np.abs(np.cumsum(rng.normal(0, 0.25, (5, 20)), axis=1) + rng.uniform(0.6, 2, (5, 1))) + 0.1
    tops = np.cumsum(parts / parts.sum(axis=0), axis=0)
    colours = ((60, 60, 70), (150, 110, 80), (240, 200, 60), (70, 150, 200), (90, 170, 90))
    below = np.zeros(20)
    for top, colour in zip(tops, colours, strict=True):
        upper = [(50 + 38.0 * x, 540 - 440 * float(y)) for x, y in enumerate(top)]
        lower = [(50 + 38.0 * x, 540 - 440 * float(y)) for x, y in enumerate(below)]
        pen.polygon([*upper, *reversed(lower)], fill=colour)
        below = top
    for at, (word, colour) in enumerate(zip(("Coal", "Oil", "Sun", "Wind", "Water"), colours, strict=True)):
        pen.rectangle((800, 130 + 60 * at, 834, 164 + 60 * at), fill=colour)
        pen.text((846, 128 + 60 * at), word, (40, 40, 50), font_size=32)
        pen.text((50 + 170 * at, 556), str(2004 + 4 * at), (70, 70, 80), font_size=30)
    return jpeg(page, 85)
