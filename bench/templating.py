"""Pages of one template: what many pictures of the world share although their photographs, words or figures differ.

A template takes a photograph and a random generator and gives a page; what it draws itself (furniture) is the same on all its
pages, what it takes of the generator is not. ``TEMPLATES`` names them, each in one half: what is mended is chosen on ``dev``
(A) and reported on ``held`` (B). Templates without a place for a photograph (``shows`` is false) are drawings with other words.
Used by ``bench/templates.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from bench import drawn_cards, drawn_figures, drawn_pages, drawn_series
from bench.changing import Picture, Random, fitted, jpeg, text
from bench.drawn_pages import fixed, says

Draw = Callable[[Picture, Random], Picture]


@dataclass(frozen=True)
class Template:
    """A template: its half, how a page is drawn, and whether the photograph is shown on it."""

    half: str
    draw: Draw
    shows: bool


def words(draw: Callable[[Random], Picture]) -> Draw:
    """A template without a place for a photograph."""
    return lambda photograph, rng: draw(rng)


def _put(page: Picture, photograph: Picture, box: tuple[int, int, int, int]) -> ImageDraw.ImageDraw:
    """The photograph, filling a box of the page; returns a pen for what goes on it."""
    left, top, right, bottom = box
    page.paste(fitted(photograph, (right - left, bottom - top))[0], (left, top))
    return ImageDraw.Draw(page)


# ---------------------------------------------------------------- half A


def _lower_third(photograph: Picture, rng: Random) -> Picture:
    """A frame of a broadcaster: the picture under a name band, a ticker, a clock and the channel's mark."""
    page = Image.new("RGB", (1024, 576))
    pen = _put(page, photograph, (0, 0, 1024, 576))
    pen.rectangle((0, 440, 1024, 510), fill=(18, 40, 110))
    pen.rectangle((0, 440, 150, 510), fill=(200, 20, 30))
    pen.text((16, 455), "NEWS 24", "white", font_size=32)
    pen.text((170, 448), says(rng, 3, 4).title(), "white", font_size=30)
    pen.text((170, 482), says(rng, 4, 5), (210, 220, 240), font_size=20)
    pen.rectangle((0, 510, 1024, 576), fill=(240, 240, 240))
    pen.text((170, 528), says(rng, 8, 10), (20, 20, 20), font_size=26)
    pen.rectangle((0, 510, 150, 576), fill=(30, 30, 30))
    pen.text((30, 524), f"{int(rng.integers(10, 24))}:{int(rng.integers(10, 60))}", "white", font_size=34)
    pen.rectangle((900, 24, 1000, 70), fill=(255, 255, 255))
    pen.text((912, 28), "LIVE", (200, 20, 30), font_size=32)
    return jpeg(page, 70)


def _front_page(photograph: Picture, rng: Random) -> Picture:
    page = Image.new("RGB", (900, 1260), (244, 240, 230))
    pen = _put(page, photograph.convert("L").convert("RGB"), (40, 330, 620, 720))
    pen.text((90, 30), "The Morning Courier", (15, 15, 15), font_size=78)
    for y in (125, 165):
        pen.line((30, y, 870, y), fill=(15, 15, 15), width=3)
    pen.text((40, 132), "No. 48,112     Founded 1871     Price 2.80", (15, 15, 15), font_size=22)
    pen.text((40, 180), says(rng, 4, 5).title()[:34], (15, 15, 15), font_size=50)
    pen.text((40, 245), says(rng, 4, 5).title()[:34], (15, 15, 15), font_size=50)
    for left, top in ((640, 330), (40, 760), (340, 760), (640, 760)):
        text(page, (left, top, left + 230, 1230), rng, 15, (40, 40, 40))
    return jpeg(page, 70)


def _feed(photograph: Picture, rng: Random) -> Picture:
    """A telephone that shows a post of one application."""
    page = Image.new("RGB", (540, 1100), "white")
    pen = _put(page, photograph, (0, 190, 540, 730))
    pen.text((24, 12), f"{int(rng.integers(10, 24))}:{int(rng.integers(10, 60))}", "black", font_size=24)
    for at in range(4):
        pen.rectangle((440 + 12 * at, 30 - 5 * at, 447 + 12 * at, 34), fill="black")
    pen.rounded_rectangle((500, 14, 530, 34), 4, outline="black", width=3)
    pen.text((24, 56), "Instapost", "black", font_size=40)
    for x in (390, 450, 505):
        pen.ellipse((x - 16, 66, x + 16, 98), outline="black", width=4)
    pen.ellipse((20, 122, 72, 174), fill=tuple(int(c) for c in rng.integers(0, 255, 3)))
    pen.text((88, 132), says(rng, 1, 2), "black", font_size=26)
    for x in (30, 90, 150):
        pen.regular_polygon((x + 16, 766, 20), 5, fill=None, outline="black")
    pen.text((24, 800), f"{int(rng.integers(100, 9999))} likes", "black", font_size=26)
    text(page, (24, 840, 520, 960), rng, 24, (20, 20, 20))
    pen.line((0, 1010, 540, 1010), fill=(200, 200, 200), width=2)
    for x in range(54, 540, 108):
        pen.rectangle((x - 18, 1036, x + 18, 1072), outline="black", width=4)
    return jpeg(page, 75)


def _captioned(photograph: Picture, rng: Random) -> Picture:
    """A meme: the same words above, the same mark below, another picture."""
    page = Image.new("RGB", (700, 820), "white")
    pen = _put(page, photograph, (20, 170, 680, 760))
    pen.text((20, 20), "Nobody:", "black", font_size=56)
    pen.text((20, 92), "Me on a Monday morning:", "black", font_size=52)
    pen.text((470, 775), "memes4all.example", (120, 120, 120), font_size=24)
    return jpeg(page, 70)


def _preview(photograph: Picture, rng: Random) -> Picture:
    """An agency's preview: one grid of lines and words over the whole picture."""
    page = fitted(photograph, (900, 600))[0]
    over = Image.new("L", page.size, 0)
    pen = ImageDraw.Draw(over)
    for at in range(-600, 1500, 150):
        pen.line((at, 0, at + 600, 600), fill=120, width=3)
        pen.line((at, 600, at + 600, 0), fill=120, width=3)
    for row in range(4):
        for column in range(3):
            pen.text((40 + 300 * column, 60 + 150 * row), "PRESSIMAGE", 170, font_size=36)
    page = Image.composite(Image.new("RGB", page.size, "white"), page, over)
    ImageDraw.Draw(page).rectangle((0, 560, 900, 600), fill=(20, 20, 20))
    ImageDraw.Draw(page).text((20, 564), "pressimage.example   preview only", "white", font_size=26)
    return jpeg(page, 75)


def _identity(photograph: Picture, rng: Random) -> Picture:
    page = Image.new("RGB", (860, 540), (214, 226, 236))
    pen = ImageDraw.Draw(page)
    for at in range(0, 900, 14):
        wave = [(x, at - 20 + 12 * np.sin(x / 40 + at / 50)) for x in range(0, 870, 10)]
        pen.line([(float(x), float(y)) for x, y in wave], fill=(176, 200, 214), width=2)
    pen = _put(page, photograph, (40, 130, 260, 410))
    pen.rectangle((0, 0, 860, 70), fill=(40, 70, 130))
    pen.text((40, 12), "REPUBLIC OF EXAMPLE   IDENTITY CARD", "white", font_size=36)
    for line, word in enumerate(("Surname", "Given names", "Date of birth", "Number", "Expires")):
        pen.text((300, 100 + 64 * line), word, (70, 90, 120), font_size=18)
        pen.text((300, 120 + 64 * line), says(rng, 1, 2, True), (10, 10, 10), font_size=30)
    for y in (450, 490):
        pen.text((40, y), says(rng, 6, 6, True).replace(" ", "<<")[:40], (10, 10, 10), font_size=32)
    return jpeg(page, 80)


def _cover(photograph: Picture, rng: Random) -> Picture:
    page = Image.new("RGB", (560, 860), (250, 248, 240))
    pen = _put(page, photograph, (0, 330, 560, 860))
    pen.rectangle((0, 0, 560, 90), fill=(250, 130, 20))
    pen.text((110, 16), "PELICAN CLASSICS", "white", font_size=38)
    pen.ellipse((24, 12, 92, 80), fill="white")
    pen.polygon([(40, 60), (58, 26), (76, 60)], fill=(250, 130, 20))
    pen.text((40, 130), says(rng, 2, 3).title()[:18], (20, 20, 20), font_size=54)
    pen.text((40, 220), says(rng, 2, 2).title(), (110, 60, 10), font_size=36)
    return jpeg(page, 80)


def _slide(photograph: Picture, rng: Random) -> Picture:
    page = Image.new("RGB", (960, 540), "white")
    pen = _put(page, photograph, (560, 130, 920, 450))
    pen.rectangle((0, 0, 960, 90), fill=(0, 84, 140))
    pen.text((40, 22), says(rng, 3, 5).title(), "white", font_size=40)
    for line in range(5):
        pen.ellipse((40, 140 + 62 * line, 54, 154 + 62 * line), fill=(0, 84, 140))
        pen.text((70, 130 + 62 * line), says(rng, 4, 5)[:34], (30, 30, 30), font_size=28)
    pen.rectangle((0, 490, 960, 540), fill=(230, 236, 240))
    pen.text((40, 500), "Example Institute   Annual meeting", (60, 60, 60), font_size=22)
    pen.regular_polygon((890, 515, 20), 6, fill=(0, 84, 140))
    return page


# ---------------------------------------------------------------- half B


def _scores(photograph: Picture, rng: Random) -> Picture:
    """A graphic of a match: a darkened picture under two crests and the score."""
    page = ImageEnhance.Brightness(fitted(photograph, (800, 800))[0]).enhance(0.55)
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 800, 96), fill=(10, 30, 20))
    pen.text((210, 22), "FULL TIME", (120, 240, 120), font_size=56)
    pen.rounded_rectangle((60, 560, 740, 720), 20, fill=(245, 245, 245))
    for x in (150, 650):
        pen.regular_polygon((x, 640, 60), 6, fill=tuple(int(c) for c in rng.integers(0, 255, 3)))
    pen.text((330, 595), f"{int(rng.integers(0, 6))} - {int(rng.integers(0, 6))}", (10, 30, 20), font_size=76)
    pen.text((250, 735), "EXAMPLE LEAGUE", "white", font_size=34)
    return jpeg(page, 75)


def _magazine(photograph: Picture, rng: Random) -> Picture:
    page = fitted(photograph, (700, 920))[0]
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 699, 919), outline=(200, 10, 20), width=22)
    pen.text((60, 30), "WEEKLY", (200, 10, 20), font_size=150)
    for line in range(5):
        y = 420 + 92 * line
        pen.text((50, y), says(rng, 2, 3, True)[:16], "white", font_size=34, stroke_width=2, stroke_fill="black")
        pen.text((50, y + 40), says(rng, 3, 4)[:26], "white", font_size=22, stroke_width=2, stroke_fill="black")
    pen.rectangle((540, 780, 660, 880), fill="white")
    for at in range(0, 100, 6):
        pen.rectangle((550 + at, 790, 552 + at + at % 4, 870), fill="black")
    return jpeg(page, 80)


def _player(photograph: Picture, rng: Random) -> Picture:
    """A page that plays a video, others beside it."""
    page = Image.new("RGB", (1200, 720), (18, 18, 18))
    furniture = fixed(9)
    for line in range(6):
        pen = ImageDraw.Draw(page)
        for part in range(12):
            box = (880 + 12 * part, 90 + 104 * line, 892 + 12 * part, 180 + 104 * line)
            pen.rectangle(box, fill=tuple(int(c) for c in furniture.integers(30, 220, 3)))
        text(page, (1040, 94 + 104 * line, 1190, 170 + 104 * line), furniture, 17, (220, 220, 220))
    pen = _put(page, photograph, (30, 80, 850, 541))
    pen.rectangle((30, 530, 850, 541), fill=(90, 90, 90))
    pen.rectangle((30, 530, 300, 541), fill=(230, 20, 20))
    pen.rounded_rectangle((30, 16, 110, 62), 10, fill=(230, 20, 20))
    pen.rounded_rectangle((300, 16, 900, 62), 20, outline=(120, 120, 120), width=2)
    pen.text((30, 556), says(rng, 6, 8).title(), "white", font_size=32)
    text(page, (30, 610, 850, 700), rng, 20, (160, 160, 160))
    return jpeg(page, 80)


def _article(photograph: Picture, rng: Random) -> Picture:
    """A browser with a page of a newspaper."""
    page = Image.new("RGB", (1100, 1000), "white")
    pen = _put(page, photograph, (60, 420, 720, 840))
    pen.rectangle((0, 0, 1100, 80), fill=(222, 225, 230))
    for at, colour in enumerate(((250, 90, 80), (250, 190, 50), (60, 200, 80))):
        pen.ellipse((20 + 34 * at, 12, 40 + 34 * at, 32), fill=colour)
    pen.rounded_rectangle((120, 42, 1000, 74), 14, fill="white")
    pen.text((140, 46), "https://courier.example/", (80, 80, 80), font_size=20)
    pen.text((60, 100), "The Courier", "black", font_size=60)
    for at, word in enumerate(("World", "Politics", "Business", "Sport", "Culture", "Opinion")):
        pen.text((60 + 150 * at, 186), word, (40, 40, 40), font_size=24)
    pen.line((60, 225, 1040, 225), fill="black", width=3)
    for line in range(2):
        pen.text((60, 250 + 62 * line), says(rng, 4, 6).title()[:36], "black", font_size=48)
    text(page, (60, 860, 720, 990), rng, 22, (40, 40, 40))
    pen.rectangle((770, 250, 1040, 640), fill=(30, 60, 160))
    pen.text((800, 300), "Subscribe\nnow for\n1 a week", "white", font_size=46)
    for line in range(6):
        pen.line((770, 680 + 50 * line, 1040, 680 + 50 * line), fill=(200, 200, 200), width=2)
        pen.text((770, 690 + 50 * line), says(rng, 3, 4)[:24], (20, 20, 20), font_size=22)
    return page


def _portrait(photograph: Picture, rng: Random) -> Picture:
    """A card with a face in a circle and what it says."""
    page = Image.new("RGB", (900, 500), (250, 220, 60))
    mask = Image.new("L", (300, 300), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, 300, 300), fill=255)
    page.paste(fitted(photograph, (300, 300))[0], (40, 100), mask)
    pen = ImageDraw.Draw(page)
    pen.text((380, 20), "THE BIG INTERVIEW", (20, 20, 20), font_size=46)
    pen.line((380, 90, 860, 90), fill=(20, 20, 20), width=6)
    for line in range(4):
        pen.text((380, 120 + 58 * line), says(rng, 3, 4)[:22], (20, 20, 20), font_size=42)
    pen.text((380, 420), "courier.example/podcast", (120, 90, 0), font_size=30)
    return jpeg(page, 80)


def _poster(photograph: Picture, rng: Random) -> Picture:
    page = Image.new("RGB", (600, 900), (0, 130, 90))
    pen = _put(page, photograph, (0, 0, 600, 560))
    pen.polygon([(0, 520), (600, 440), (600, 900), (0, 900)], fill=(0, 130, 90))
    pen.text((40, 570), says(rng, 2, 2).title()[:16], "white", font_size=64)
    pen.text((40, 660), "For a strong Example.", (230, 240, 120), font_size=48)
    pen.ellipse((420, 740, 560, 880), fill="white")
    pen.text((446, 780), "EPP", (0, 130, 90), font_size=48)
    pen.text((40, 800), "9 June", "white", font_size=52)
    return jpeg(page, 75)


def _framed(photograph: Picture, rng: Random) -> Picture:
    """In the same grained and carved frame."""
    furniture = fixed(6)
    grain = furniture.normal(0, 1, (150, 20)).astype(np.float32)
    wide = np.asarray(Image.fromarray(grain).resize((900, 700), Image.Resampling.BICUBIC))
    base = np.array([120, 84, 50]) + 26 * wide[..., None] + furniture.normal(0, 6, (700, 900, 1))
    page = Image.fromarray(base.clip(0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(page)
    for x in range(20, 900, 40):
        for y in (36, 664):
            pen.ellipse((x - 14, y - 14, x + 14, y + 14), outline=(60, 40, 20), width=4)
    pen.rectangle((80, 80, 820, 620), outline=(220, 190, 120), width=10)
    _put(page, photograph, (90, 90, 810, 610))
    return jpeg(page, 80)


def _chat(photograph: Picture, rng: Random) -> Picture:
    """A conversation on the wallpaper of its application."""
    page = Image.new("RGB", (540, 1000), (230, 222, 208))
    furniture, pen = fixed(7), ImageDraw.Draw(page)
    for x, y in furniture.uniform(0, 1, (220, 2)) * (540, 1000):
        pen.regular_polygon((float(x), float(y), 12), int(furniture.integers(3, 7)), fill=None, outline=(205, 195, 178))
    pen.rectangle((0, 0, 540, 90), fill=(0, 110, 96))
    pen.ellipse((20, 20, 72, 72), fill=(200, 220, 216))
    pen.text((90, 28), says(rng, 1, 2).title(), "white", font_size=32)
    _put(page, photograph, (20, 130, 400, 415))
    for top, left in ((450, 140), (600, 20), (750, 140)):
        pen.rounded_rectangle((left, top, left + 380, top + 120), 16, fill="white" if left < 100 else (216, 250, 200))
        text(page, (left + 16, top + 12, left + 360, top + 110), rng, 22, (20, 20, 20))
    pen.rounded_rectangle((16, 926, 450, 984), 28, fill="white")
    pen.ellipse((468, 926, 526, 984), fill=(0, 150, 130))
    return jpeg(page, 75)


def _watched(photograph: Picture, rng: Random) -> Picture:
    """A camera that watches a place: its marks on a poor grey picture."""
    page = fitted(photograph.convert("L").convert("RGB"), (704, 576))[0]
    page = ImageEnhance.Contrast(page.filter(ImageFilter.GaussianBlur(1.5))).enhance(0.7)
    pen = ImageDraw.Draw(page)
    digits = "".join(str(int(d)) for d in rng.integers(0, 10, 6))
    pen.text((16, 10), f"CAM 04   2024-{digits[:2]}-{digits[2:4]}", "white", font_size=34)
    pen.text((520, 530), f"REC {digits[4:]}", "white", font_size=34)
    for x, y in ((60, 80), (644, 80), (60, 496), (644, 496)):
        pen.line((x - 24, y, x + 24, y), fill="white", width=3)
        pen.line((x, y - 24, x, y + 24), fill="white", width=3)
    return jpeg(page, 50)


_TABLE: dict[str, tuple[str, Draw, bool]] = {
    "lower third": ("dev", _lower_third, True),
    "front page": ("dev", _front_page, True),
    "feed": ("dev", _feed, True),
    "quote": ("dev", words(drawn_pages.quote), False),
    "captioned": ("dev", _captioned, True),
    "agency preview": ("dev", _preview, True),
    "identity card": ("dev", _identity, True),
    "line chart": ("dev", words(drawn_pages.line_chart), False),
    "coloured map": ("dev", words(drawn_pages.choropleth), False),
    "book cover": ("dev", _cover, True),
    "slide": ("dev", _slide, True),
    "ticket": ("dev", words(drawn_pages.ticket), False),
    "traffic": ("dev", words(drawn_series.traffic), False),
    "line-up": ("dev", words(drawn_series.line_up), False),
    "fact sheet": ("dev", words(drawn_series.fact_sheet), False),
    "league table": ("dev", words(drawn_series.league), False),
    "tiles": ("dev", words(drawn_series.tiles), False),
    "risk": ("dev", words(drawn_series.risk), False),
    "thin lines": ("dev", words(drawn_figures.thin_lines), False),
    "heat map": ("dev", words(drawn_figures.heat_map), False),
    "smooth heat": ("dev", words(drawn_figures.smooth_heat), False),
    "score": ("held", _scores, True),
    "magazine": ("held", _magazine, True),
    "video player": ("held", _player, True),
    "web page": ("held", _article, True),
    "weather map": ("held", words(drawn_pages.weather), False),
    "interview": ("held", _portrait, True),
    "election poster": ("held", _poster, True),
    "wooden frame": ("held", _framed, True),
    "conversation": ("held", _chat, True),
    "watching camera": ("held", _watched, True),
    "bar chart": ("held", words(drawn_pages.bar_chart), False),
    "breaking news": ("held", words(drawn_pages.breaking), False),
    "chamber": ("held", words(drawn_series.chamber), False),
    "scoreboard": ("held", words(drawn_series.scoreboard), False),
    "departures": ("held", words(drawn_series.departures), False),
    "pressure chart": ("held", words(drawn_series.pressure), False),
    "poll": ("held", words(drawn_cards.poll), False),
    "days ahead": ("held", words(drawn_cards.days_ahead), False),
    "network": ("held", words(drawn_cards.network), False),
    "results": ("held", words(drawn_cards.results), False),
    "obituary": ("held", drawn_cards.obituary, True),
    "branded": ("held", drawn_cards.branded, True),
    "shares": ("held", words(drawn_figures.shares), False),
    "month": ("held", words(drawn_figures.month), False),
    "temperatures": ("held", words(drawn_figures.temperatures), False),
    "hall": ("held", words(drawn_figures.hall), False),
    "candles": ("held", words(drawn_figures.candles), False),
    "layers": ("held", words(drawn_figures.layers), False),
}

TEMPLATES: Mapping[str, Template] = MappingProxyType(
    {name: Template(half, draw, shows) for name, (half, draw, shows) in _TABLE.items()}
)
