"""Rows for a small catalogue: something in every field, several scripts."""

from __future__ import annotations

from dataclasses import replace

from catalog.search.row import Row

_CAPTIONS = (
    "Iraqi forces in the old city of Mosul",
    "A girl crosses the bridge, old and broken",
    "Premiér Łukasz Wałęsa w Łodzi",
    "東京都庁で会見する知事",
    "أحمد في الكويت",
    "Зелёная ёлка в Москве",
    "นายกรัฐมนตรีเยือนประเทศไทย",
    "",
)
_CREDITS = ("AFP/Getty Images", "EPA", "", "Jane O'Brien / Reuters")
_DATES = ("2017-03-04", "2017-04-30T10:00:00", "2016", "", "not a date", "2017-12-31")
_SIZES = ((1600, 900), (900, 1600), (500, 500), (0, 0), (4000, 3000))


def make_rows(count: int = 120) -> list[Row]:
    """Return rows that mix the values above with different periods, so that most combinations occur."""
    rows = []
    for n in range(count):
        caption = _CAPTIONS[n % 8]
        width, height = _SIZES[n % 5]
        flags = {
            w for w, k in (("linked", 2), ("reviewed", 3), ("duplicate", 7), ("conflict", 11), ("gps", 4)) if n % k == 0
        }
        flags |= {"hidden"} if n % 13 == 5 else set()
        rows.append(
            Row(
                id=f"{n * 0x9E3779B97F4A7C15 & (1 << 64) - 1:016x}",
                paths=(f"in/IMG_{n}.jpg",),
                filenames=(f"IMG_{n}.jpg",),
                captions=tuple(c for c in (caption, "Second words of city" if n % 6 == 0 else "") if c),
                credit=_CREDITS[n % 4],
                bylines=("Zoë Müller",) if n % 5 == 0 else (),
                titles=(f"The battle, day {n % 10}",) if n % 2 else (),
                article="It began in the old quarter. " * (n % 3),
                places=("Mosul", "Iraq") if n % 8 == 0 else ("Kraków",) if n % 8 == 2 else (),
                persons=("Ångström Nguyễn",) if n % 9 == 0 else (),
                tags=("war", "Städte") if n % 4 == 1 else (),
                note="ask the desk" if n % 10 == 3 else "",
                publishers=("The Example",) if n % 2 else (),
                format="png" if n % 7 == 3 else "jpeg",
                kinds=("webpage",) if n % 2 else ("picture",),
                date=_DATES[n % 6],
                imported="2026-11-22T10:00:00Z" if n % 2 else "2026-11-21T10:00:00Z",
                width=width,
                height=height,
                size=n * 10_000,
                copies=n % 3,
                colours=("#ff0000", "#202020") if n % 3 == 0 else ("#00aa00",),
                phash="" if n % 10 == 9 else f"{(n // 4) * 0x0101010101010101:016x}",
                articles=(f"a{n // 3}",) if n % 2 else (),
                flags=frozenset(flags),
            )
        )
    return rows


def make_stories() -> list[Row]:
    """Return rows of articles with the same words, and nothing of what only a picture has."""
    return [
        replace(
            row, id=f"a{row.id[1:]}", format="", width=0, height=0, size=0, copies=0, colours=(), phash="", paths=(),
            kinds=("webpage",) if n % 2 else ("plaintext",), flags=row.flags & {"hidden"}, articles=(f"a{row.id[1:]}",),
        )
        for n, row in enumerate(make_rows())
    ]  # fmt: skip
