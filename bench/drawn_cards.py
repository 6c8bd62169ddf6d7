"""Pages of one template that were drawn after the limits were chosen: cards, signs and tables. Part of ``bench/templating.py``."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from bench.changing import Picture, Random, fitted, jpeg
from bench.drawn_pages import fixed, says


def poll(rng: Random) -> Picture:
    """Who would win on Sunday, as parts of a circle."""
    page = Image.new("RGB", (860, 620), (252, 252, 248))
    pen = ImageDraw.Draw(page)
    pen.text((36, 22), "If they voted on Sunday", (20, 20, 30), font_size=46)
    colours = ((30, 90, 170), (210, 50, 50), (60, 150, 80), (240, 180, 50), (120, 120, 130))
    ends = np.concatenate([[0.0], np.sort(rng.uniform(20, 340, 4)), [360.0]])
    for at, colour in enumerate(colours):
        pen.pieslice((60, 120, 500, 560), float(ends[at]), float(ends[at + 1]), fill=colour, outline="white", width=3)
        pen.rectangle((560, 160 + 70 * at, 600, 200 + 70 * at), fill=colour)
        pen.text(
            (620, 162 + 70 * at), f"Party {at + 1}: {(ends[at + 1] - ends[at]) / 3.6:.0f} %", (30, 30, 40), font_size=30
        )
    pen.text((36, 580), "Example Polling, 1,004 people asked", (120, 120, 120), font_size=22)
    return jpeg(page, 80)


def days_ahead(rng: Random) -> Picture:
    """The weather of the next five days, each under its sign."""
    page = Image.linear_gradient("L").resize((960, 520)).convert("RGB")
    page = Image.blend(page, Image.new("RGB", page.size, (50, 120, 200)), 0.7)
    pen = ImageDraw.Draw(page)
    pen.text((36, 20), "Five days ahead", "white", font_size=52)
    for at, day in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri")):
        x = 30 + 184 * at
        pen.rounded_rectangle((x, 120, x + 164, 480), 22, fill=(240, 246, 252))
        pen.text((x + 50, 132), day, (30, 60, 110), font_size=36)
        if rng.random() < 0.5:
            pen.ellipse((x + 42, 200, x + 122, 280), fill=(255, 200, 30))
        else:
            pen.rounded_rectangle((x + 30, 220, x + 134, 280), 30, fill=(150, 165, 185))
            for drop in range(3):
                pen.line((x + 54 + 28 * drop, 290, x + 46 + 28 * drop, 312), fill=(60, 110, 200), width=5)
        pen.text((x + 46, 330), f"{int(rng.integers(-5, 34))}°", (30, 60, 110), font_size=56)
        pen.text((x + 36, 420), f"{int(rng.integers(0, 100))} % rain", (90, 110, 140), font_size=24)
    return jpeg(page, 80)


def network(rng: Random) -> Picture:
    """The lines of a town, with the stops that are closed today."""
    page = Image.new("RGB", (900, 640), "white")
    pen, ground = ImageDraw.Draw(page), fixed(41)
    pen.text((30, 16), "Today on the network", (20, 20, 30), font_size=42)
    for colour in ((220, 30, 50), (20, 110, 190), (20, 150, 80), (240, 150, 20)):
        stops = np.stack([np.linspace(60, 840, 8), np.clip(340 + np.cumsum(ground.normal(0, 70, 8)), 110, 590)], axis=1)
        pen.line([(float(x), float(y)) for x, y in stops], fill=colour, width=12, joint="curve")
        for x, y in stops.tolist():
            pen.ellipse((x - 12, y - 12, x + 12, y + 12), fill="white", outline=(30, 30, 30), width=4)
            pen.text((x - 24, y + 14), says(ground, 1, 1).title()[:7], (60, 60, 60), font_size=18)
            if rng.random() < 0.2:
                pen.line((x - 18, y - 18, x + 18, y + 18), fill=(200, 0, 0), width=8)
                pen.line((x - 18, y + 18, x + 18, y - 18), fill=(200, 0, 0), width=8)
    return jpeg(page, 80)


def obituary(photograph: Picture, rng: Random) -> Picture:
    """A face in a black border, with a name and years."""
    page = Image.new("RGB", (640, 860), (250, 250, 246))
    pen = ImageDraw.Draw(page)
    pen.rectangle((14, 14, 625, 845), outline="black", width=12)
    page.paste(fitted(photograph.convert("L").convert("RGB"), (360, 440))[0], (140, 70))
    pen.text((140, 550), says(rng, 2, 2).title()[:18], (10, 10, 10), font_size=46)
    pen.text(
        (200, 620), f"{int(rng.integers(1920, 1960))} to {int(rng.integers(2000, 2026))}", (60, 60, 60), font_size=36
    )
    for line in range(3):
        pen.text((70, 690 + 40 * line), says(rng, 4, 6)[:36], (40, 40, 40), font_size=26)
    return jpeg(page, 80)


def branded(photograph: Picture, rng: Random) -> Picture:
    """A photograph with its agency's mark and bar, which every one has."""
    page = fitted(photograph, (960, 640))[0]
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 560, 960, 640), fill=(16, 24, 48))
    pen.rectangle((0, 552, 960, 560), fill=(230, 190, 40))
    pen.text((150, 576), "EXAMPLE PRESS AGENCY", "white", font_size=40)
    pen.regular_polygon((80, 600, 34), 5, fill=(230, 190, 40))
    for ring in range(3):
        pen.ellipse((820 - 12 * ring, 30 - 8 * ring, 930 + 4 * ring, 140), outline="white", width=6)
    pen.text((832, 58), "EPA", (230, 190, 40), font_size=44)
    return jpeg(page, 80)


def results(rng: Random) -> Picture:
    """The evening's results, row by row, with the winner's mark."""
    page = Image.new("RGB", (760, 900), (18, 30, 44))
    pen = ImageDraw.Draw(page)
    pen.text((30, 20), "Results of the evening", (255, 210, 90), font_size=50)
    for row in range(8):
        y = 120 + 94 * row
        pen.rounded_rectangle((24, y, 736, y + 80), 14, fill=(34, 50, 70))
        pen.text((44, y + 20), says(rng, 1, 1).upper()[:9], "white", font_size=36)
        pen.text((500, y + 20), says(rng, 1, 1).upper()[:9], "white", font_size=36)
        pen.text((330, y + 14), f"{int(rng.integers(0, 6))} : {int(rng.integers(0, 6))}", (255, 210, 90), font_size=48)
        side = 26 + 694 * int(rng.integers(0, 2))
        pen.polygon([(side, y + 20), (side + 14, y + 40), (side, y + 60)], fill=(90, 220, 130))
    return jpeg(page, 80)
