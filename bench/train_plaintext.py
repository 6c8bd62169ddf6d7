"""Fit the scorer of caption lines in plain text; print its figures on publishers it has not seen.

    python -m bench.train_plaintext FOLDER [--families FILE] [--out WEIGHTS.json]

FOLDER holds ``gold.json`` ({page: {"labels": {line: label}}}) and the texts as ``clean/*/PAGE.txt`` (captions without credit)
and ``raw/*/PAGE.txt`` (as printed); PAGE is ``Publisher_year_month_day``. ``--families`` is a JSON object that maps
publishers to the family they share a template with. Needs scikit-learn, which Cutline itself does not.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from catalog.captions.plaintext import headline
from catalog.captions.textcontext import NAMES, context
from catalog.captions.textfeatures import Measure, story
from catalog.captions.textlines import blocks

WEIGHTS = Path(__file__).parents[1] / "catalog" / "captions" / "data" / "plaintext_weights.json"
VARIANTS = ("clean", "raw")
#: The least standard deviation by which a feature is divided.
LEAST_SPREAD = 0.2
_DATE = re.compile(r"_\d{4}_.*$")
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass
class Lines:
    """All lines of all pages: features, labels, and the page and publisher family of each."""

    names: list[str]
    x: Array
    y: Array
    page: Array
    family: Array


def load(folder: Path, variant: str, families: dict[str, str]) -> Lines:
    """Return the lines below the headline of each text of one variant."""
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    rows: list[dict[str, float]] = []
    labels: list[bool] = []
    pages: list[str] = []
    groups: list[str] = []
    for page, path in texts(folder, variant, gold):
        found = blocks(path.read_bytes().decode("utf-8"))
        title, used = headline(found)
        measure = Measure(story(found[used:], title))
        publisher = _DATE.sub("", page)
        for i, block in enumerate(found[used:]):
            rows.append(measure.of(i))
            labels.append(gold[page]["labels"].get(str(block.line)) == "caption")
            pages.append(page)
            groups.append(families.get(publisher, publisher))
    names = list(rows[0])
    x = np.array([[row[n] for n in names] for row in rows])
    return Lines(names, x, np.array(labels), np.array(pages), np.array(groups))


def texts(folder: Path, variant: str, gold: dict[str, Any]) -> Iterator[tuple[str, Path]]:
    """Yield each page that has a text of this variant, with its path, in the order of names."""
    for page in sorted(gold):
        for path in sorted(folder.glob(f"{variant}/*/{page}.txt")):
            yield page, path


def fit(x: Array, y: Array, page: Array, strength: float) -> tuple[Array, Array, float]:
    """Return (weights per unit, means, intercept) of a logistic regression on standardised features.

    Features that seldom differ are not blown up, and a page of many lines counts by the root of their number.
    """
    from sklearn.linear_model import LogisticRegression

    mean, scale = x.mean(axis=0), np.maximum(x.std(axis=0), LEAST_SPREAD)
    _, index, count = np.unique(page, return_inverse=True, return_counts=True)
    share = count[index] ** -0.5
    model = LogisticRegression(C=strength, max_iter=3000)
    model.fit((x - mean) / scale, y, sample_weight=share / share.mean())
    return model.coef_[0] / scale, mean, float(model.intercept_[0])


def out_of_fold(data: dict[str, Lines], strength: float, folds: int, seed: int) -> dict[str, Array]:
    """Return for each variant the log-odds of its lines by models that have not seen their publisher's family."""
    first = data[VARIANTS[0]]
    families = sorted(set(first.family))
    order = np.random.RandomState(seed).permutation(len(families))
    fold_of = {families[k]: n % folds for n, k in enumerate(order)}
    result = {v: np.zeros(len(d.y)) for v, d in data.items()}
    for k in range(folds):
        held = {v: np.array([fold_of[f] == k for f in d.family]) for v, d in data.items()}
        x = np.vstack([d.x[~held[v]] for v, d in data.items()])
        y = np.concatenate([d.y[~held[v]] for v, d in data.items()])
        page = np.concatenate([d.page[~held[v]] for v, d in data.items()])
        weights, mean, intercept = fit(x, y, page, strength)
        for v, d in data.items():
            result[v][held[v]] = (d.x[held[v]] - mean) @ weights + intercept
    return result


def f1(chosen: Array, lines: Lines) -> tuple[float, float, float]:
    """Return precision, recall and F1 over the pages that have captions."""
    with_captions = set(lines.page[lines.y])
    counted = chosen & np.array([p in with_captions for p in lines.page])
    right = float((counted & lines.y).sum())
    precision, recall = right / max(1, counted.sum()), right / max(1, lines.y.sum())
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def second(data: dict[str, Lines], odds: dict[str, Array]) -> dict[str, Array]:
    """Return the context features of all lines, text by text."""
    result = {}
    for v, lines in data.items():
        is_open = (lines.x[:, lines.names.index("ending.open_long")] > 0).astype(float)
        length = lines.x[:, lines.names.index("length.log")]
        result[v] = np.zeros((len(lines.y), len(NAMES)))
        for page in np.unique(lines.page):
            at = lines.page == page
            result[v][at] = context(odds[v][at], is_open[at], length[at])
    return result


def fit_context(features: list[Array], truth: list[Array], pages: list[Array]) -> Array:
    """Return the weights of the context features and, last, the offset."""
    from sklearn.linear_model import LogisticRegression

    _, index, count = np.unique(np.concatenate(pages), return_inverse=True, return_counts=True)
    model = LogisticRegression(C=0.3, max_iter=1000)
    model.fit(np.vstack(features), np.concatenate(truth), sample_weight=(count[index] / np.median(count)) ** -0.5)
    return np.append(model.coef_[0], model.intercept_[0])


def judged(data: dict[str, Lines], runs: list[dict[str, Array]], folds: int) -> list[dict[str, Array]]:
    """Return final probabilities of all lines, the context weights too fitted without the publisher's family."""
    families = sorted(set(data[VARIANTS[0]].family))
    fold_of = {f: n % folds for n, f in enumerate(np.random.RandomState(99).permutation(families))}
    result = []
    for run in runs:
        features = second(data, run)
        chance = {v: np.zeros(len(d.y)) for v, d in data.items()}
        for k in range(folds):
            held = {v: np.array([fold_of[f] == k for f in d.family]) for v, d in data.items()}
            parts = [(features[v][~held[v]], d.y[~held[v]], d.page[~held[v]]) for v, d in data.items()]
            weights = fit_context(*(list(p) for p in zip(*parts, strict=True)))
            for v in data:
                chance[v][held[v]] = 1 / (1 + np.exp(-(features[v][held[v]] @ weights[:-1] + weights[-1])))
        result.append(chance)
    return result


def print_calibration(probability: Array, y: Array) -> None:
    """Print for each band of confidence how many lines there are and how many of them are captions."""
    print("\n| confidence | lines | mean | captions among them |\n| --- | --- | --- | --- |")
    edges = [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01]
    for low, high in pairwise(edges):
        inside = (probability >= low) & (probability < high)
        if inside.any():
            print(
                f"| {low:.2f}-{min(high, 1):.2f} | {inside.sum()} | {probability[inside].mean():.2f} | {y[inside].mean():.2f} |"
            )


def main() -> None:
    """Cross-validate, print, fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--families", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--strength", type=float, default=0.05, help="inverse strength of the L2 penalty")
    parser.add_argument("--folds", type=int, default=8)
    parser.add_argument("--seeds", type=int, default=3, help="how often families are dealt into folds anew")
    args = parser.parse_args()
    families = json.loads(args.families.read_text()) if args.families else {}
    data = {v: load(args.folder, v, families) for v in VARIANTS}
    runs = [out_of_fold(data, args.strength, args.folds, seed) for seed in range(args.seeds)]
    truth = {v: np.tile(data[v].y, args.seeds) for v in VARIANTS}
    chance = judged(data, runs, args.folds)
    threshold = max(
        np.arange(0.1, 0.7, 0.02), key=lambda t: sum(f1(run[v] >= t, data[v])[2] for run in chance for v in VARIANTS)
    )
    measured = {}
    print("| variant (unseen publishers) | P | R | F1 |\n| --- | --- | --- | --- |")
    for v in VARIANTS:
        p, r, f = np.mean([f1(run[v] >= threshold, data[v]) for run in chance], axis=0)
        measured[v] = {"precision": round(float(p), 3), "recall": round(float(r), 3), "f1": round(float(f), 3)}
        print(f"| {v} | {100 * p:.1f} | {100 * r:.1f} | {100 * f:.1f} |")
    everything = [np.concatenate([run[v] for run in chance]) for v in VARIANTS]
    print_calibration(np.concatenate(everything), np.concatenate([truth[v] for v in VARIANTS]))
    features = [second(data, run) for run in runs]
    parts = [(f[v], data[v].y, data[v].page) for f in features for v in VARIANTS]
    weights = fit_context(*(list(p) for p in zip(*parts, strict=True)))
    write(args.out, data, args.strength, weights, float(threshold), measured)


def write(
    out: Path, data: dict[str, Lines], strength: float, around: Array, threshold: float, measured: dict[str, Any]
) -> None:
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
