"""Pages of series that a desk draws again every day: the same map, pitch, table or chamber, other marks. Part of
``bench/templating.py``."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from bench.changing import Picture, Random, jpeg
from bench.drawn_pages import fixed, says


def traffic(rng: Random) -> Picture:
    """The streets of a town, with the closures and delays of the day."""
    page = Image.new("RGB", (900, 640), (236, 232, 222))
    pen, ground = ImageDraw.Draw(page), fixed(31)
    for _ in range(5):
        x, y = ground.uniform(60, 700), ground.uniform(90, 520)
        pen.rounded_rectangle((x, y, x + 130, y + 80), 20, fill=(200, 222, 190))
    river = [(x, 380 + 60 * math.sin(x / 130)) for x in range(0, 910, 10)]
    pen.line(river, fill=(160, 195, 226), width=34)
    for _ in range(16):
        (x, y), (u, v) = ground.uniform((0, 70), (900, 640), (2, 2))
        pen.line((x, y, u, v), fill=(255, 255, 255), width=int(ground.integers(5, 13)))
    for x, y in ground.uniform((60, 110), (780, 580), (9, 2)):
        if rng.random() < 0.5:
            pen.polygon([(x, y - 26), (x + 28, y + 22), (x - 28, y + 22)], fill="white", outline=(200, 20, 30), width=7)
        else:
            pen.ellipse((x - 25, y - 25, x + 25, y + 25), fill=(200, 20, 30))
            pen.rectangle((x - 16, y - 5, x + 16, y + 5), fill="white")
        pen.rounded_rectangle((x + 32, y - 15, x + 96, y + 15), 6, fill=(30, 40, 60))
        pen.text((x + 38, y - 14), f"{int(rng.integers(5, 60))} min", "white", font_size=20)
    pen.rectangle((0, 0, 900, 60), fill=(30, 40, 60))
    pen.text((20, 10), "On the road: " + says(rng, 2, 2).title(), "white", font_size=34)
    return jpeg(page, 80)


def line_up(rng: Random) -> Picture:
    """Who plays where, before every match."""
    page = Image.new("RGB", (800, 900), (40, 120, 60))
    pen = ImageDraw.Draw(page)
    for at in range(0, 900, 120):
        pen.rectangle((0, at, 800, at + 60), fill=(48, 134, 68))
    pen.rectangle((40, 110, 760, 870), outline="white", width=4)
    pen.ellipse((300, 390, 500, 590), outline="white", width=4)
    pen.line((40, 490, 760, 490), fill="white", width=4)
    for top in (110, 770):
        pen.rectangle((220, top, 580, top + 100), outline="white", width=4)
    shirt, number = (tuple(int(c) for c in rng.integers(0, 256, 3)) for _ in range(2))
    for row, many in enumerate((1, 4, 3, 3)):
        for at in range(many):
            x, y = 400 + (at - (many - 1) / 2) * 175, 800 - 185 * row
            pen.polygon([(x - 34, y - 30), (x + 34, y - 30), (x + 26, y + 30), (x - 26, y + 30)], fill=shirt)
            pen.text((x - 14, y - 22), str(int(rng.integers(1, 30))), number, font_size=30)
            pen.text((x - 60, y + 34), says(rng, 1, 1).title()[:9], "white", font_size=24)
    pen.rectangle((0, 0, 800, 84), fill=(16, 20, 40))
    pen.text((24, 16), "Starting eleven", "white", font_size=44)
    pen.text((420, 26), says(rng, 2, 2).title()[:20], (240, 200, 60), font_size=32)
    return jpeg(page, 80)


def fact_sheet(rng: Random) -> Picture:
    """Six figures with their signs."""
    page = Image.new("RGB", (840, 900), (242, 246, 250))
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 840, 110), fill=(0, 90, 120))
    pen.text((30, 26), "The month in figures", "white", font_size=52)
    colours = ((230, 90, 60), (40, 150, 140), (240, 180, 40), (90, 80, 170), (60, 140, 220), (150, 60, 110))
    for place, colour in enumerate(colours):
        x, y = 30 + 400 * (place % 2), 140 + 235 * (place // 2)
        pen.rounded_rectangle((x, y, x + 380, y + 215), 18, fill="white", outline=(200, 210, 220), width=3)
        pen.ellipse((x + 20, y + 30, x + 120, y + 130), fill=colour)
        pen.regular_polygon((x + 70, y + 80, 34), 3 + place, fill="white", rotation=20 * place)
        pen.text((x + 145, y + 36), f"{int(rng.integers(2, 999))},{int(rng.integers(0, 9))}", colour, font_size=72)
        pen.text((x + 24, y + 150), says(rng, 2, 4)[:26], (70, 80, 90), font_size=28)
    pen.text((30, 855), "Source: Statistical Office of Example", (110, 120, 130), font_size=24)
    return jpeg(page, 80)


def league(rng: Random) -> Picture:
    """The table after every round."""
    page = Image.new("RGB", (820, 860), (250, 250, 252))
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 820, 96), fill=(60, 20, 90))
    pen.text((28, 20), "First Division", "white", font_size=50)
    for at, word in enumerate(("P", "W", "D", "L", "Pts")):
        pen.text((470 + 66 * at, 108), word, (90, 90, 100), font_size=26)
    crests = [tuple(int(c) for c in colour) for colour in fixed(33).integers(0, 256, (14, 3))]
    for row, club in enumerate(rng.permutation(14)):
        y = 146 + 50 * row
        pen.rectangle((0, y, 820, y + 50), fill=(238, 240, 246) if row % 2 else "white")
        pen.text((24, y + 10), str(row + 1), (120, 120, 130), font_size=26)
        pen.regular_polygon((92, y + 25, 18), 4 + int(club) % 4, fill=crests[club])
        pen.text((130, y + 9), says(fixed(50 + int(club)), 1, 2).title()[:18], (20, 20, 30), font_size=28)
        for at, value in enumerate(rng.integers(0, 34, 5)):
            pen.text((470 + 66 * at, y + 9), str(int(value)), (20, 20, 30), font_size=28)
    return jpeg(page, 80)


def chamber(rng: Random) -> Picture:
    """The seats of a parliament after an election."""
    page = Image.new("RGB", (900, 600), "white")
    pen = ImageDraw.Draw(page)
    pen.text((30, 18), "Seats in the chamber", (20, 20, 30), font_size=44)
    colours = ((200, 30, 40), (30, 90, 180), (40, 150, 70), (240, 190, 40), (110, 50, 130))
    bounds = np.sort(rng.uniform(0, math.pi, 4))
    for row in range(7):
        radius, many = 150 + 42 * row, 16 + 4 * row
        for turn in np.linspace(0, math.pi, many):
            x, y = 450 - radius * math.cos(turn), 520 - radius * math.sin(turn)
            pen.ellipse((x - 13, y - 13, x + 13, y + 13), fill=colours[int((turn > bounds).sum())])
    for at, colour in enumerate(colours):
        pen.rectangle((40 + 170 * at, 550, 62 + 170 * at, 572), fill=colour)
        pen.text((70 + 170 * at, 546), f"Party {at + 1}  {int(rng.integers(2, 90))}", (40, 40, 50), font_size=22)
    return page


def scoreboard(rng: Random) -> Picture:
    """What hangs above the court."""
    page = Image.linear_gradient("L").resize((960, 540)).convert("RGB")
    page = Image.blend(page, Image.new("RGB", page.size, (10, 16, 40)), 0.8)
    pen = ImageDraw.Draw(page)
    for left in (40, 500):
        pen.rounded_rectangle((left, 120, left + 420, 400), 24, fill=(18, 28, 60), outline=(90, 120, 200), width=4)
        pen.text((left + 30, 136), says(rng, 1, 2).upper()[:14], (255, 220, 90), font_size=40)
        pen.text((left + 110, 190), f"{int(rng.integers(0, 120)):03d}", "white", font_size=130)
        for at in range(5):
            pen.ellipse(
                (left + 60 + 64 * at, 350, left + 96 + 64 * at, 386),
                fill=(230, 60, 40) if rng.random() < 0.5 else (60, 60, 80),
            )
    pen.text((330, 20), f"QUARTER {int(rng.integers(1, 5))}", (140, 220, 255), font_size=60)
    pen.rectangle((340, 430, 620, 516), fill="black", outline=(90, 120, 200), width=4)
    pen.text((372, 434), f"{int(rng.integers(0, 13)):02d}:{int(rng.integers(0, 60)):02d}", (255, 60, 40), font_size=72)
    return jpeg(page, 80)


def departures(rng: Random) -> Picture:
    """A list in an application: the same signs, other lines."""
    page = Image.new("RGB", (560, 1040), "white")
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 560, 120), fill=(200, 40, 50))
    pen.text((28, 44), "Departures", "white", font_size=48)
    for row in range(9):
        y = 140 + 96 * row
        pen.rounded_rectangle((24, y + 10, 92, y + 76), 12, fill=(30, 70, 140))
        pen.rectangle((38, y + 24, 78, y + 54), fill="white")
        pen.text((114, y + 10), says(rng, 1, 2).title()[:16], (20, 20, 20), font_size=32)
        pen.text((114, y + 50), says(rng, 2, 3)[:24], (120, 120, 120), font_size=22)
        pen.text(
            (450, y + 20), f"{int(rng.integers(5, 24)):02d}:{int(rng.integers(0, 60)):02d}", (20, 20, 20), font_size=34
        )
        pen.line((24, y + 92, 536, y + 92), fill=(225, 225, 225), width=2)
    return jpeg(page, 80)


def pressure(rng: Random) -> Picture:
    """Coasts under the pressure of the day."""
    page = Image.new("RGB", (880, 640), (214, 232, 246))
    pen, ground = ImageDraw.Draw(page), fixed(36)
    for _ in range(7):
        x, y = ground.uniform((80, 80), (800, 560))
        reach = ground.uniform(40, 150, 24)
        reach = (reach + np.roll(reach, 1) + np.roll(reach, 2)) / 3
        coast = [
            (x + r * math.cos(t), y + 0.7 * r * math.sin(t))
            for t, r in zip(np.linspace(0, 2 * math.pi, 24, False), reach, strict=True)
        ]
        pen.polygon(coast, fill=(196, 210, 160), outline=(110, 120, 80), width=3)
    for at in range(0, 880, 110):
        pen.line((at, 0, at, 640), fill=(180, 200, 216), width=1)
        pen.line((0, at, 880, at), fill=(180, 200, 216), width=1)
    for _ in range(4):
        x, y = rng.uniform((100, 100), (780, 540))
        for ring in range(1, 4):
            pen.ellipse((x - 60 * ring, y - 42 * ring, x + 60 * ring, y + 42 * ring), outline=(60, 60, 80), width=3)
        high = rng.random() < 0.5
        pen.text((x - 18, y - 30), "H" if high else "L", (30, 60, 200) if high else (210, 30, 40), font_size=54)
    return jpeg(page, 80)


def tiles(rng: Random) -> Picture:
    """Every district as a hexagon, in the colour of who won it."""
    page = Image.new("RGB", (860, 720), (248, 248, 246))
    pen, ground = ImageDraw.Draw(page), fixed(37)
    pen.text((30, 20), "Who won where", (20, 20, 30), font_size=46)
    colours = ((196, 38, 46), (44, 96, 170), (238, 196, 60), (60, 150, 90))
    lean = rng.uniform(0, 1, 2)
    for row in range(9):
        for column in range(11):
            if ground.random() < 0.25:
                continue
            x, y = 90 + 66 * column + 33 * (row % 2), 130 + 60 * row
            winner = int(
                rng.choice(4, p=[0.45 * lean[0], 0.45 * (1 - lean[0]), 0.3 + 0.1 * lean[1], 0.25 - 0.1 * lean[1]])
            )
            pen.regular_polygon((x, y, 36), 6, rotation=30, fill=colours[winner], outline="white")
            pen.text(
                (x - 15, y - 13), "".join(chr(65 + int(i)) for i in ground.integers(0, 26, 2)), "white", font_size=22
            )
    return jpeg(page, 80)


def risk(rng: Random) -> Picture:
    """Regions of one outline, each in the step of a scale that it has reached today."""
    page = Image.new("RGB", (820, 860), "white")
    pen, ground = ImageDraw.Draw(page), fixed(38)
    pen.text((28, 18), "Risk by region", (20, 20, 30), font_size=46)
    scale = ((255, 240, 200), (252, 196, 120), (240, 128, 70), (190, 50, 40), (110, 16, 30))
    at = [
        [
            (90 + 128 * c + float(ground.uniform(-34, 34)), 120 + 112 * r + float(ground.uniform(-30, 30)))
            for c in range(6)
        ]
        for r in range(7)
    ]
    for row in range(6):
        for column in range(5):
            corners = [at[row][column], at[row][column + 1], at[row + 1][column + 1], at[row + 1][column]]
            pen.polygon(corners, fill=scale[int(rng.integers(0, 5))], outline=(70, 70, 70), width=3)
    for step, colour in enumerate(scale):
        pen.rectangle((28 + 160 * step, 816, 62 + 160 * step, 842), fill=colour, outline=(70, 70, 70))
        pen.text((70 + 160 * step, 816), f"step {step + 1}", (60, 60, 60), font_size=24)
    return page
