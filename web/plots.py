"""Small plots as numbers: templates draw them as inline SVG, without any script or style attribute."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MOST_BARS = 240
_YEAR = re.compile(r"\d{4}")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar in a box of 100 x 100: label, count, left, width, height (from the bottom) and the query that selects it."""

    label: str
    count: int
    x: float
    width: float
    height: float
    query: str = ""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars beside each other, with the labels of the first and last and the highest count."""

    bars: tuple[Bar, ...]
    first: str
    last: str
    most: int


def _filled(counts: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Fill the years or months that nothing was found in, so that distance on the plot is distance in time."""
    labels = [label for label, _ in counts]
    months = all(_MONTH.fullmatch(label) for label in labels)
    if len(counts) < 2 or not (months or all(_YEAR.fullmatch(label) for label in labels)):
        return counts
    low, high = (_number(label) if months else int(label) for label in (labels[0], labels[-1]))
    if not 0 < high - low < MOST_BARS:
        return counts
    known = dict(counts)
    every = [f"{n // 12:04d}-{n % 12 + 1:02d}" if months else f"{n:04d}" for n in range(low, high + 1)]
    return [(label, known.get(label, 0)) for label in every]


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def histogram(counts: Iterable[tuple[str, int]]) -> Histogram | None:
    """Return bars for counts by year or month in order of time, None when there is nothing to show."""
    dated = _filled([(label, count) for label, count in counts if label])
    if not dated or not any(count for _, count in dated):
        return None
    most, step = max(count for _, count in dated), 100 / len(dated)
    gap = min(step * 0.15, 1.0)
    bars = tuple(
        Bar(label, count, round(n * step + gap / 2, 2), round(min(step - gap, 14), 2), round(_height(count, most), 1),
            f"date:{label}")
        for n, (label, count) in enumerate(dated)
    )  # fmt: skip
    return Histogram(bars, dated[0][0], dated[-1][0], most)


def _height(count: int, most: int) -> float:
    """Return the height of a bar; one that counts anything is never too low to be seen."""
    return max(100 * count / most, 3) if count else 0


def shares(counts: Mapping[str, int]) -> list[Bar]:
    """Return one horizontal bar per label, its width the share of the largest."""
    most = max(counts.values(), default=0) or 1
    return [Bar(label, n, 0, round(max(100 * n / most, 1.0 if n else 0), 1), 100) for label, n in counts.items()]
