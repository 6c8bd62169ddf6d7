"""Fit the scorer of caption lines in plain text; print its figures on publishers it has not seen.

    python -m bench.train_plaintext FOLDER [--families FILE] [--out WEIGHTS.json] [--seeds N]

FOLDER holds ``gold.json`` ({page: {"labels": {line: label}}}) and the texts as ``clean/*/PAGE.txt`` (captions without credit)
and ``raw/*/PAGE.txt`` (as printed); PAGE is ``Publisher_year_month_day``. ``--families`` is a JSON object that maps
publishers to the family they share a template with. Needs scikit-learn, which Cutline itself does not.

The figures are of nested cross-validation: weights, context weights and threshold are all fitted without the family of the
publisher that is judged. Families are dealt into folds anew for each seed; mean and standard deviation are over the seeds.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from catalog.captions.plaintext import headline
from catalog.captions.textcontext import NAMES, context
from catalog.captions.textfeatures import CREDITED, Measure, story
from catalog.captions.textlines import blocks
from catalog.captions.textscorer import style

WEIGHTS = Path(__file__).parents[1] / "catalog" / "captions" / "data" / "plaintext_weights.json"
VARIANTS = ("clean", "raw")
#: The least standard deviation by which a feature is divided.
LEAST_SPREAD = 0.2
#: A line counts by this power of the number of lines of its page: short pages are not drowned by long ones.
PAGE_POWER = -0.75
#: Thresholds that are tried; the curve of F1 over them is smoothed, for its highest point alone is chance.
THRESHOLDS = np.arange(0.14, 0.66, 0.02)
SMOOTHED = 5
INNER_FOLDS = 5
_DATE = re.compile(r"_\d{4}_.*$")
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass
class Lines:
    """All lines of all pages: features, what context takes, labels, and the page and publisher family of each."""

    names: list[str]
    x: Array
    style: Array
    y: Array
    page: Array
    family: Array

    @cached_property
    def illustrated(self) -> Array:
        """Which lines are of pages that have captions."""
        return np.isin(self.page, np.unique(self.page[self.y]))

    @cached_property
    def rows(self) -> list[Array]:
        """The lines of each page."""
        return [np.flatnonzero(self.page == page) for page in np.unique(self.page)]


Data = dict[str, Lines]


def load(folder: Path, variant: str, families: dict[str, str]) -> Lines:
    """Return the lines below the headline of each text of one variant."""
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    rows: list[dict[str, float]] = []
    styles: list[Array] = []
    labels: list[bool] = []
    pages: list[str] = []
    groups: list[str] = []
    for page, path in texts(folder, variant, gold):
        found = blocks(path.read_bytes().decode("utf-8"))
        title, used = headline(found)
        measure = Measure(story(found[used:], title))
        measured = [measure.of(i) for i in range(len(found) - used)]
        publisher = _DATE.sub("", page)
        rows += measured
        styles.append(np.stack(style(measured), axis=1))
        labels += [gold[page]["labels"].get(str(block.line)) == "caption" for block in found[used:]]
        pages += [page] * len(measured)
        groups += [families.get(publisher, publisher)] * len(measured)
    names = [n for n in rows[0] if n != CREDITED]
    x = np.array([[row[n] for n in names] for row in rows])
    return Lines(names, x, np.vstack(styles), np.array(labels), np.array(pages), np.array(groups))


def texts(folder: Path, variant: str, gold: dict[str, Any]) -> Iterator[tuple[str, Path]]:
    """Yield each page that has a text of this variant, with its path, in the order of names."""
    for page in sorted(gold):
        for path in sorted(folder.glob(f"{variant}/*/{page}.txt")):
            yield page, path


def fit(x: Array, y: Array, page: Array, strength: float) -> tuple[Array, Array, float]:
    """Return (weights per unit, means, intercept) of a logistic regression on standardised features.

    Features that seldom differ are not blown up, and a page of many lines counts by :data:`PAGE_POWER`.
    """
    from sklearn.linear_model import LogisticRegression

    mean, scale = x.mean(axis=0), np.maximum(x.std(axis=0), LEAST_SPREAD)
    _, index, count = np.unique(page, return_inverse=True, return_counts=True)
    share = count[index] ** PAGE_POWER
    model = LogisticRegression(C=strength, max_iter=3000)
    model.fit((x - mean) / scale, y, sample_weight=share / share.mean())
    return model.coef_[0] / scale, mean, float(model.intercept_[0])


def dealt(families: Array, folds: int, seed: int) -> dict[str, int]:
    """Return a fold for each family."""
    return {families[k]: n % folds for n, k in enumerate(np.random.RandomState(seed).permutation(len(families)))}


def inside(data: Data, chosen: Callable[[str], bool]) -> dict[str, Array]:
    """Return which lines are of the chosen families."""
    return {v: np.array([chosen(f) for f in d.family], bool) for v, d in data.items()}


def first(data: Data, strength: float, train: dict[str, Array], judge: dict[str, Array], out: dict[str, Array]) -> None:
    """Fit the first judgement on some lines and write the log-odds of others."""
    x, y, page = (np.concatenate([getattr(d, part)[train[v]] for v, d in data.items()]) for part in ("x", "y", "page"))
    weights, mean, intercept = fit(x, y, page, strength)
    for v, d in data.items():
        out[v][judge[v]] = (d.x[judge[v]] - mean) @ weights + intercept


def out_of_fold(data: Data, strength: float, families: Array, folds: int, seed: int) -> dict[str, Array]:
    """Return the log-odds of the lines of these families by models that have not seen a line's own family."""
    fold_of = dealt(families, folds, seed)
    result = {v: np.zeros(len(d.y)) for v, d in data.items()}
    for k in range(folds):
        train = inside(data, lambda f, k=k: fold_of.get(f, k) != k)  # type: ignore[misc]
        first(data, strength, train, inside(data, lambda f, k=k: fold_of.get(f) == k), result)  # type: ignore[misc]
    return result


def second(data: Data, odds: dict[str, Array]) -> dict[str, Array]:
    """Return the context features of all lines, text by text."""
    result = {}
    for v, lines in data.items():
        result[v] = np.zeros((len(lines.y), len(NAMES)))
        for at in lines.rows:
            result[v][at] = context(odds[v][at], *lines.style[at].T)
    return result


def fit_context(features: list[Array], truth: list[Array], pages: list[Array]) -> Array:
    """Return the weights of the context features and, last, the offset."""
    weights, mean, intercept = fit(np.vstack(features), np.concatenate(truth), np.concatenate(pages), 0.3)
    return np.append(weights, intercept - mean @ weights)


def chances(features: dict[str, Array], weights: Array) -> dict[str, Array]:
    """Return the final probability of each line."""
    return {v: 1 / (1 + np.exp(-(x @ weights[:-1] + weights[-1]))) for v, x in features.items()}


def best_threshold(chance: dict[str, Array], data: Data, train: dict[str, Array]) -> float:
    """Return the threshold at which the smoothed sum of the variants' F1 is highest on some of the lines."""
    curve = [sum(f1(chance[v] >= t, d, train[v])[2] for v, d in data.items()) for t in THRESHOLDS]
    padded = np.pad(curve, SMOOTHED // 2, mode="edge")
    return float(THRESHOLDS[np.argmax(np.convolve(padded, np.ones(SMOOTHED), "valid"))])


def f1(chosen: Array, lines: Lines, among: Array | None = None) -> tuple[float, float, float]:
    """Return precision, recall and F1 over the pages that have captions."""
    counted = lines.illustrated if among is None else lines.illustrated & among
    right = float((chosen & lines.y & counted).sum())
    precision, recall = right / max(1, (chosen & counted).sum()), right / max(1, (lines.y & counted).sum())
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def unseen(data: Data, strength: float, folds: int, seed: int) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return each line's probability and whether it is taken, all fitted without the publisher's family."""
    families = np.unique(data[VARIANTS[0]].family)
    fold_of = dealt(families, folds, seed)
    chance = {v: np.zeros(len(d.y)) for v, d in data.items()}
    taken = {v: np.zeros(len(d.y), bool) for v, d in data.items()}
    for k in range(folds):
        known = np.array([f for f in families if fold_of[f] != k])
        train = inside(data, lambda f, k=k: fold_of[f] != k)  # type: ignore[misc]
        held = {v: ~train[v] for v in data}
        odds = out_of_fold(data, strength, known, INNER_FOLDS, 1000 + seed)
        first(data, strength, train, held, odds)
        features = second(data, odds)
        weights = fit_context(*_parts(data, features, train))
        found = chances(features, weights)
        threshold = best_threshold(found, data, train)
        for v in data:
            chance[v][held[v]] = found[v][held[v]]
            taken[v][held[v]] = found[v][held[v]] >= threshold
    return chance, taken


def _parts(
    data: Data, features: dict[str, Array], at: dict[str, Array]
) -> tuple[list[Array], list[Array], list[Array]]:
    """Context features, labels and pages of some lines, a list item for each variant."""
    return (
        [features[v][at[v]] for v in data],
        [d.y[at[v]] for v, d in data.items()],
        [d.page[at[v]] for v, d in data.items()],
    )


def print_calibration(probability: Array, y: Array) -> None:
    """Print for each band of confidence how many lines there are and how many of them are captions."""
    print("\n| confidence | lines | mean | captions among them |\n| --- | --- | --- | --- |")
    edges = [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01]
    for low, high in pairwise(edges):
        within = (probability >= low) & (probability < high)
        if within.any():
            print(
                f"| {low:.2f}-{min(high, 1):.2f} | {within.sum()} | {probability[within].mean():.2f} | {y[within].mean():.2f} |"
            )


def measure_unseen(data: Data, strength: float, folds: int, seeds: int) -> dict[str, Any]:
    """Print the figures on unseen publishers and return their means."""
    runs = [unseen(data, strength, folds, seed) for seed in range(seeds)]
    measured = {}
    print("| variant (unseen publishers) | P | R | F1 | F1 of each seed |\n| --- | --- | --- | --- | --- |")
    for v in VARIANTS:
        scores = np.array([f1(taken[v], data[v]) for _, taken in runs])
        p, r, f = scores.mean(axis=0)
        measured[v] = {"precision": round(float(p), 3), "recall": round(float(r), 3), "f1": round(float(f), 3)}
        each = " ".join(f"{100 * s:.1f}" for s in scores[:, 2])
        print(f"| {v} | {100 * p:.1f} | {100 * r:.1f} | {100 * f:.1f} ± {100 * scores[:, 2].std():.1f} | {each} |")
    everything = np.concatenate([chance[v] for chance, _ in runs for v in VARIANTS])
    print_calibration(everything, np.concatenate([data[v].y for _ in runs for v in VARIANTS]))
    return measured


def main() -> None:
    """Cross-validate, print, fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--families", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--strength", type=float, default=0.03, help="inverse strength of the L2 penalty")
    parser.add_argument("--folds", type=int, default=8)
    parser.add_argument("--seeds", type=int, default=5, help="how often families are dealt into folds anew")
    args = parser.parse_args()
    families = json.loads(args.families.read_text()) if args.families else {}
    data = {v: load(args.folder, v, families) for v in VARIANTS}
    measured = measure_unseen(data, args.strength, args.folds, args.seeds)
    everywhere = inside(data, lambda _: True)
    known = np.unique(data[VARIANTS[0]].family)
    features = [second(data, out_of_fold(data, args.strength, known, args.folds, s)) for s in range(args.seeds)]
    parts = [_parts(data, f, everywhere) for f in features]
    weights = fit_context(*([item for part in parts for item in part[n]] for n in range(3)))
    thresholds = [best_threshold(chances(f, weights), data, everywhere) for f in features]
    write(args.out, data, args.strength, weights, float(np.mean(thresholds)), measured)


def write(out: Path, data: Data, strength: float, around: Array, threshold: float, measured: dict[str, Any]) -> None:
    """Fit the first judgement on everything and write the weights file."""
    x, y, page = (np.concatenate([getattr(d, part) for d in data.values()]) for part in ("x", "y", "page"))
    weights, mean, intercept = fit(x, y, page, strength)
    names = next(iter(data.values())).names
    result = {
        "about": "Caption lines in plain text, by bench/train_plaintext.py; weights are log-odds per unit.",
        "measured_on_unseen_publishers": measured,
        "threshold": round(threshold, 3),
        "context": {n: _short(w) for n, w in zip((*NAMES, "offset"), around, strict=True)},
        "intercept": _short(intercept),
        "features": {n: {"weight": _short(w), "mean": _short(m)} for n, w, m in zip(names, weights, mean, strict=True)},
    }
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten: {out.name}, threshold {threshold:.2f}")


def _short(value: float) -> float:
    return float(f"{value:.4g}")


if __name__ == "__main__":
    main()
