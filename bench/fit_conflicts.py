"""Fit how what only one caption has is told from house style, and measure that on batches of pairs that the fit did not see.

    python -m bench.fit_conflicts PAIRS... [--write]

PAIRS are tables of pairs as ``tests/conflicts/pairs.tsv`` (batch, class, kind, lang, a, b) or as ``bench/conflicts.py`` takes them.
The tables of words know most of the pairs that they were made after, so they are taken away (short forms, labels, synonyms,
numerals, irregular forms): what is left over then looks like what captions from elsewhere leave over. Weights are fitted by
logistic regression with a normal prior around 0; those of sorts that can only be news are held at 0 or above, those that can
only be style at 0 or below. For each batch they are fitted on all others, and the shares of cosmetic and additive pairs told
right are printed without and with them. ``--write`` fits on all and puts the weights into ``catalog/conflicts/data/residue.tsv``.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bench import weights
from catalog.conflicts import data, forms, languages, phrases, residue, roles
from catalog.conflicts.judging import Judge
from catalog.conflicts.reading import read
from catalog.conflicts.sheet import UNRELATED

Floats = NDArray[np.float64]
OUT = Path(data.__file__).with_name("residue.tsv")
PRIOR = 1.0
"""The inverse of the variance of the prior around each weight."""
NEWS = ("place", "name", "figure", "side", "instead", "short", "added", "part")
STYLE = ("again", "form", "in letters", "small")
KEPT = ("multiplier", "about", "over")
"""Lists of the table "numbers" that say how numbers are built; the others are the numerals of one language each."""


@dataclass(frozen=True, slots=True)
class Left:
    """One cosmetic or additive pair: its batch, whether one caption says more, and what is left over (none: nothing is)."""

    batch: str
    more: bool
    counts: dict[str, float] | None
    lost: bool


def pairs(path: Path) -> list[tuple[str, str, str, str]]:
    """Return (batch, class, a, b) of a table of pairs."""
    if path.suffix == ".json":
        listed = json.loads(path.read_text(encoding="utf-8"))["pairs"]
        return [(path.stem, p["class"], p["a"], p["b"]) for p in listed]
    head, *rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    named = [dict(zip(head, row, strict=True)) for row in rows]
    return [(p["batch"], p["class"], p["a"], p["b"]) for p in named]


@contextmanager
def without_tables() -> Iterator[None]:
    """Take away what the tables know of words, as long as this lasts. Only before any caption was compared."""
    table = data.words()
    none = {
        "same": {"groups": "photo photo"},
        "boilerplate": dict.fromkeys(table["boilerplate"], "photo"),
        "numbers": {n: text if n in KEPT else "photo=2" for n, text in table["numbers"].items()},
    }
    opposites = data.lines("opposites.txt")
    with (
        patch.dict(table, none),
        patch.object(forms, "lines", lambda name: []),
        patch.object(phrases, "lines", lambda name: []),
        patch.object(roles, "lines", lambda name: opposites if name == "opposites.txt" else []),
    ):
        yield


def left_over(batch: str, relation: str, a: str, b: str) -> Left:
    """Lay two captions against each other and return what is left over."""
    one, other = read(a), read(b)
    judge = Judge(one, other)
    verdict = judge.verdict()
    lost = bool(verdict.found) or verdict.overlap < UNRELATED or languages.apart(one.items, other.items)
    more = verdict.only_x or verdict.only_y
    counts = residue.features(*judge.sides(), judge.pairs, german=judge.german) if more else None
    return Left(batch, relation == "additive", counts, lost)


def design(rows: list[Left]) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the counts and the truths of pairs of which something is left over."""
    counted = [(row.counts, row.more) for row in rows if row.counts is not None]
    x = np.array([[counts[name] for name in residue.NAMES] for counts, _ in counted])
    return x, np.array([more for _, more in counted])


def fit(rows: list[Left]) -> Floats:
    """Return the weights of ``residue.NAMES`` and the start that make the truths likeliest."""
    x, y = design([row for row in rows if not row.lost])
    x = np.hstack([x, np.ones((len(x), 1))])
    sign = np.where(y, 1.0, -1.0)
    held = np.append(np.full(len(residue.NAMES), PRIOR), 0.0)

    def loss(w: Floats) -> tuple[float, Floats]:
        odds = sign * (x @ w)
        slope = -(x.T @ (sign / (1 + np.exp(np.clip(odds, -35, 35)))))
        return float(np.logaddexp(0, -odds).sum() + 0.5 * (held * w * w).sum()), slope + held * w

    bounds = [(0 if name in NEWS else None, 0 if name in STYLE else None) for name in residue.NAMES]
    found = minimize(loss, np.zeros(x.shape[1]), jac=True, bounds=[*bounds, (None, None)], method="L-BFGS-B")
    return np.asarray(found.x)


def told(rows: list[Left], w: Floats | None) -> Counter[tuple[bool, bool]]:
    """Count pairs by whether one caption says more and whether that is told, by these weights or by anything left over."""
    counted: Counter[tuple[bool, bool]] = Counter()
    for row in rows:
        more = row.counts is not None
        if row.counts is not None and w is not None:
            more = float(np.array([*(row.counts[n] for n in residue.NAMES), 1.0]) @ w) >= 0
        counted[row.more, not row.lost and more == row.more] += 1
    return counted


def share(counts: Counter[tuple[bool, bool]], more: bool) -> float:
    """Return how many of a hundred are told right."""
    return 100 * counts[more, True] / max(1, counts[more, True] + counts[more, False])


def main() -> None:
    """Fit, measure each batch by the others, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help="put the weights into the table")
    args = parser.parse_args()
    listed = [p for path in args.pairs for p in pairs(path) if p[1] in ("cosmetic", "additive")]
    with without_tables():
        rows = [left_over(*p) for p in listed]
    print(f"{'batch':10}{'pairs':>6}{'cosmetic without, with %':>28}{'additive without, with %':>28}")
    for batch in dict.fromkeys(row.batch for row in rows):
        mine = [row for row in rows if row.batch == batch]
        plain, weighed = told(mine, None), told(mine, fit([row for row in rows if row.batch != batch]))
        cells = [f"{share(plain, more):18.1f} {share(weighed, more):8.1f} " for more in (False, True)]
        print(f"{batch:10}{len(mine):6}{cells[0]:>28}{cells[1]:>28}")
    w = fit(rows)
    print("\n" + "\n".join(f"{name:12}{x + 0.0:6.2f}" for name, x in zip((*residue.NAMES, "start"), w, strict=True)))
    if args.write:
        weights.write(OUT, dict(zip((*residue.NAMES, "start"), w, strict=True)))


if __name__ == "__main__":
    main()
