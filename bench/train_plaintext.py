"""Fit the scorer of caption lines in plain text; print its figures on publishers it has not seen.

    python -m bench.train_plaintext FOLDER [--families FILE] [--out WEIGHTS.json] [--seeds N] [--first-seed N]

FOLDER holds ``gold.json`` ({page: {"labels": {line: label}}}) and the texts as ``clean/*/PAGE.txt`` (captions without credit)
and ``raw/*/PAGE.txt`` (as printed); PAGE is ``Publisher_year_month_day``. ``--families`` is a JSON object that maps
publishers to the family they share a template with. The articles of ``bench/articles`` are learned from too, never judged;
each of their files is a family.

The figures are of nested cross-validation: weights, context weights and thresholds are all fitted without the family of the
publisher that is judged. Families are dealt into folds anew for each seed; mean and standard deviation are over the seeds.
False lines are counted on the pages without captions, and on the others with their captions taken out.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from catalog.captions.textcontext import NAMES, context
from catalog.captions.textfeatures import APART, Measure, story
from catalog.captions.textlines import Block, blocks
from catalog.captions.textmasthead import headline, layout
from catalog.captions.textscorer import style, taken, told_apart, without_headings

from . import logistic
from .own_articles import articles

WEIGHTS = Path(__file__).parents[1] / "catalog" / "captions" / "data" / "plaintext_weights.json"
VARIANTS = ("clean", "raw")
#: The pages with captions once more, without those: they are judged, not learned from.
BARE = "bare"
#: What a false line of such a text counts where the thresholds are chosen: as if every fourth text had no captions.
BARE_SHARE = 1 / 3
#: What a line of the project's own articles counts, beside one of the publishers'.
OWN_SHARE = 0.4
#: How readily the weights of unclosed lines part from those of all lines: a second model of few lines must not learn by heart.
APART_SHARE = 0.5
#: The least standard deviation by which a feature is divided.
LEAST_SPREAD = 0.2
#: A line counts by this power of the number of lines of its page: short pages are not drowned by long ones.
PAGE_POWER = -0.75
#: Thresholds that are tried for a line, and how far above it an article's best line must be; each table of scores is
#: smoothed, for its highest point alone is chance.
THRESHOLDS = np.arange(0.14, 0.60, 0.02)
ABOVE = np.arange(0.0, 0.32, 0.04)
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

    @cached_property
    def share(self) -> Array:
        """What each line counts, 1 on average."""
        _, index, count = np.unique(self.page, return_inverse=True, return_counts=True)
        share: Array = count[index] ** PAGE_POWER
        mean: Array = share / share.mean()
        return mean


Data = dict[str, Lines]
#: A text to learn from: page, family, headline, the blocks below it, and which of those are captions.
Text = tuple[str, str, str, list[Block], list[bool]]


def load(folder: Path, families: dict[str, str]) -> Data:
    """Return the lines of the publishers' texts by variant, with those of the pages whose captions are taken out."""
    found = {v: list(read_texts(folder, v, families)) for v in VARIANTS}
    found[BARE] = []
    for page, family, title, body, labels in found[VARIANTS[0]]:
        left = [block for block, is_caption in zip(body, labels, strict=True) if not is_caption]
        if any(labels):
            found[BARE].append((page, family, title, left, [False] * len(left)))
    return {v: measured(of) for v, of in found.items()}


def load_own() -> Data:
    """Return the lines of the project's own articles by variant."""
    own: dict[str, list[Text]] = {v: [] for v in VARIANTS}
    for article in articles():
        for v in VARIANTS:
            source, kinds = article.printed(credits_too=v == "raw")
            is_caption = {b.line: kind == "caption" for b, kind in zip(blocks(source)[1:], kinds, strict=True)}
            body = layout(blocks(source)).body
            told = [is_caption[b.line] for b in body]
            own[v].append((f"{article.file}-{article.name}", article.file, article.title, body, told))
    return {v: measured(of) for v, of in own.items()}


def read_texts(folder: Path, variant: str, families: dict[str, str]) -> Iterator[Text]:
    """Yield the publishers' texts of one variant."""
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    for page, path in texts(folder, variant, gold):
        found = blocks(path.read_bytes().decode("utf-8"))
        title, used = headline(found)
        labels = [gold[page]["labels"].get(str(block.line)) == "caption" for block in found[used:]]
        publisher = _DATE.sub("", page)
        yield page, families.get(publisher, publisher), title, found[used:], labels


def measured(of: Sequence[Text]) -> Lines:
    """Return the measured lines of some texts."""
    rows: list[dict[str, float]] = []
    styles: list[Array] = []
    for _, _, title, body, _ in of:
        lines = Measure(story(body, title)).lines()
        rows += lines
        styles.append(np.stack(style(lines), axis=1))
    names = [n for n in rows[0] if n not in APART]
    x = told_apart(rows, names)
    y = np.array([is_caption for *_, labels in of for is_caption in labels])
    page = np.array([page for page, *_, body, _ in of for _ in body])
    family = np.array([family for _, family, _, body, _ in of for _ in body])
    return Lines(names, x, np.vstack(styles), y, page, family)


def texts(folder: Path, variant: str, gold: dict[str, Any]) -> Iterator[tuple[str, Path]]:
    """Yield each page that has a text of this variant, with its path, in the order of names."""
    for page in sorted(gold):
        for path in sorted(folder.glob(f"{variant}/*/{page}.txt")):
            yield page, path


#: Weights per unit, means and intercept of a fit.
Fit = tuple[Array, Array, float]


def fit(
    x: Array, y: Array, weight: Array, strength: float, near: Fit | None = None, held_back: Array | float = 1.0
) -> Fit:
    """Return a logistic regression on standardised features; those that seldom differ are not blown up.

    ``near`` is a fit on nearly the same lines, to begin with; ``held_back`` multiplies the features, so that those of small
    factors get smaller weights.
    """
    mean, scale = x.mean(axis=0), np.maximum(x.std(axis=0), LEAST_SPREAD) / held_back
    start = None if near is None else np.append(near[0] * scale, near[2] + near[0] @ (mean - near[1]))
    weights, intercept = logistic.fit((x - mean) / scale, y, weight, 1 / strength, start)
    return weights / scale, mean, intercept


def dealt(families: Array, folds: int, seed: int) -> dict[str, int]:
    """Return a fold for each family."""
    return {families[k]: n % folds for n, k in enumerate(np.random.RandomState(seed).permutation(len(families)))}


def inside(data: Data, chosen: Callable[[str], bool]) -> dict[str, Array]:
    """Return which lines are of the chosen families."""
    return {v: np.array([chosen(f) for f in d.family], bool) for v, d in data.items()}


@dataclass
class Trainer:
    """The lines of publishers, the project's own ones, and how strongly weights may differ from nothing."""

    data: Data
    own: Data
    strength: float
    near: Fit | None = None

    def fitted(self, train: dict[str, Array], train_own: dict[str, Array]) -> Fit:
        """Return the first judgement as fitted on some of the publishers' lines and some of the project's own."""
        parts = [
            (d.x[at[v]], d.y[at[v]], d.share[at[v]] * counts)
            for data, at, counts in ((self.data, train, 1.0), (self.own, train_own, OWN_SHARE))
            for v, d in data.items()
            if v in VARIANTS
        ]
        x, y, share = (np.concatenate(part) for part in zip(*parts, strict=True))
        held_back = np.repeat([1.0, APART_SHARE], x.shape[1] // 2)
        self.near = fit(x, y.astype(bool), share, self.strength, self.near, held_back)
        return self.near

    def out_of_fold(self, families: Array, folds: int, seed: int) -> tuple[dict[str, Array], dict[str, Array]]:
        """Return the log-odds of the lines of these families, and of the project's own, by models that have not seen a line's
        own family.
        """
        fold_of = dealt(families, folds, seed)
        own_fold = dealt(np.unique(self.own[VARIANTS[0]].family), folds, seed)
        result, own = ({v: np.zeros(len(d.y)) for v, d in data.items()} for data in (self.data, self.own))
        for k in range(folds):
            train = inside(self.data, lambda f, k=k: fold_of.get(f, k) != k)  # type: ignore[misc]
            train_own = inside(self.own, lambda f, k=k: own_fold[f] != k)  # type: ignore[misc]
            first = self.fitted(train, train_own)
            judge(first, self.data, inside(self.data, lambda f, k=k: fold_of.get(f) == k), result)  # type: ignore[misc]
            judge(first, self.own, {v: ~at for v, at in train_own.items()}, own)
        return result, own

    def unseen(self, folds: int, seed: int) -> tuple[dict[str, Array], dict[str, Array]]:
        """Return each line's probability and whether it is taken, all fitted without the publisher's family."""
        data = self.data
        families = np.unique(data[VARIANTS[0]].family)
        fold_of = dealt(families, folds, seed)
        chance = {v: np.zeros(len(d.y)) for v, d in data.items()}
        chosen = {v: np.zeros(len(d.y), bool) for v, d in data.items()}
        for k in range(folds):
            known = np.array([f for f in families if fold_of[f] != k])
            train = inside(data, lambda f, k=k: fold_of[f] != k)  # type: ignore[misc]
            held = {v: ~train[v] for v in data}
            odds, own_odds = self.out_of_fold(known, INNER_FOLDS, 1000 + seed)
            judge(self.fitted(train, inside(self.own, lambda _: True)), data, held, odds)
            features = second(data, odds)
            found = chances(features, self.around([(features, second(self.own, own_odds))], train))
            least = best_thresholds(found, data, train)
            for v, d in data.items():
                chance[v][held[v]] = found[v][held[v]]
                chosen[v][held[v]] = choice(found[v], d, *least)[held[v]]
        return chance, chosen

    def around(self, runs: Sequence[tuple[dict[str, Array], dict[str, Array]]], at: dict[str, Array]) -> Array:
        """Return the weights of the context features and, last, the offset.

        ``runs`` has the context features of the publishers' lines and of the project's own; learned from are the former's lines
        ``at``, and all of the latter.
        """
        parts = []
        for features, own in runs:
            parts += [(features[v][at[v]], self.data[v].y[at[v]], self.data[v].share[at[v]]) for v in VARIANTS]
            parts += [(own[v], self.own[v].y, self.own[v].share * OWN_SHARE) for v in VARIANTS]
        x, y, share = (np.concatenate(part) for part in zip(*parts, strict=True))
        weights, mean, intercept = fit(x, y, share / len(runs), 0.3)
        return np.append(weights, intercept - mean @ weights)


def judge(first: Fit, data: Data, at: dict[str, Array], out: dict[str, Array]) -> None:
    """Write the log-odds of some lines by a first judgement."""
    weights, mean, intercept = first
    for v, d in data.items():
        out[v][at[v]] = (d.x[at[v]] - mean) @ weights + intercept


def second(data: Data, odds: dict[str, Array]) -> dict[str, Array]:
    """Return the context features of all lines, text by text."""
    result = {}
    for v, lines in data.items():
        result[v] = np.zeros((len(lines.y), len(NAMES)))
        for at in lines.rows:
            result[v][at] = context(odds[v][at], *lines.style[at].T)
    return result


def chances(features: dict[str, Array], weights: Array) -> dict[str, Array]:
    """Return the final probability of each line."""
    return {v: 1 / (1 + np.exp(-(x @ weights[:-1] + weights[-1]))) for v, x in features.items()}


def choice(chance: Array, lines: Lines, least: float, least_best: float) -> Array:
    """Return which lines are taken for captions."""
    chosen = np.zeros(len(chance), bool)
    chance = without_headings(chance, *lines.style[:, :3].T)
    for at in lines.rows:
        chosen[at] = taken(chance[at], least, least_best)
    return chosen


def best_thresholds(chance: dict[str, Array], data: Data, train: dict[str, Array]) -> tuple[float, float]:
    """Return the thresholds of a line and of an article's best line that score best on some of the lines.

    The score is the sum of the variants' F1 over pages with captions, with the false lines of pages without theirs.
    """
    table = np.zeros((len(THRESHOLDS), len(ABOVE)))
    counts = {v: _counts(chance[v], d, train[v]) for v, d in data.items()}
    for v in VARIANTS:
        right, said, wanted = counts[v]
        table += 2 * right / np.maximum(1, said + wanted + BARE_SHARE * counts[BARE][1])
    smooth = np.pad(table, 1, mode="edge")
    rows, columns = table.shape
    table = np.sum([smooth[i : i + rows, j : j + columns] for i in range(3) for j in range(3)], axis=0)
    line, above = np.unravel_index(np.argmax(table), table.shape)
    return float(THRESHOLDS[line]), float(THRESHOLDS[line] + ABOVE[above])


def _counts(chance: Array, lines: Lines, train: Array) -> tuple[Array, Array, float]:
    """For each pair of thresholds the right lines and all lines taken; and the captions that there are."""
    counted = train & (lines.illustrated | ~lines.y.any())
    chance = without_headings(chance, *lines.style[:, :3].T)
    best = np.zeros(len(chance))
    for at in lines.rows:
        best[at] = chance[at].max()
    right, said = (np.zeros((len(THRESHOLDS), len(ABOVE))) for _ in range(2))
    for i, least in enumerate(THRESHOLDS):
        over = counted & (chance >= least)
        for j, above in enumerate(ABOVE):
            chosen = over & (best >= least + above)
            right[i, j], said[i, j] = (chosen & lines.y).sum(), chosen.sum()
    return right, said, float((lines.y & counted).sum())


def f1(chosen: Array, lines: Lines) -> tuple[float, float, float]:
    """Return precision, recall and F1 over the pages that have captions."""
    counted = lines.illustrated
    right = float((chosen & lines.y & counted).sum())
    precision, recall = right / max(1, (chosen & counted).sum()), right / max(1, (lines.y & counted).sum())
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def false_lines(chosen: Array, lines: Lines) -> tuple[float, float]:
    """Return the false lines a page without captions, and the share of those pages that have any."""
    pages = [int(chosen[at].sum()) for at in lines.rows if not lines.illustrated[at[0]]]
    return sum(pages) / max(1, len(pages)), sum(1 for n in pages if n) / max(1, len(pages))


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


def measure_unseen(trainer: Trainer, folds: int, seeds: range) -> dict[str, Any]:
    """Print the figures on unseen publishers and return their means."""
    data = trainer.data
    runs = []
    for seed in seeds:
        runs.append(trainer.unseen(folds, seed))
        print(f"seed {seed}:", *(f"{v} {100 * f1(runs[-1][1][v], data[v])[2]:.1f}" for v in VARIANTS), flush=True)
    result: dict[str, Any] = {}
    print()
    print("| variant (unseen publishers) | P | R | F1 | F1 of each seed |\n| --- | --- | --- | --- | --- |")
    for v in VARIANTS:
        scores = np.array([f1(chosen[v], data[v]) for _, chosen in runs])
        p, r, f = scores.mean(axis=0)
        result[v] = {"precision": round(float(p), 3), "recall": round(float(r), 3), "f1": round(float(f), 3)}
        each = " ".join(f"{100 * s:.1f}" for s in scores[:, 2])
        print(f"| {v} | {100 * p:.1f} | {100 * r:.1f} | {100 * f:.1f} ± {100 * scores[:, 2].std():.1f} | {each} |")
    print("\n| texts without captions | false lines a page | pages with any |\n| --- | --- | --- |")
    for v, what in ((VARIANTS[0], "that never had any"), (BARE, "whose captions were taken out")):
        each_run = np.array([false_lines(chosen[v], data[v]) for _, chosen in runs])
        print(f"| {what} | {each_run[:, 0].mean():.2f} | {100 * each_run[:, 1].mean():.0f} % |")
        result[f"{v}_false_lines"] = round(float(each_run[:, 0].mean()), 2)
    everything = np.concatenate([chance[v] for chance, _ in runs for v in VARIANTS])
    print_calibration(everything, np.concatenate([data[v].y for _ in runs for v in VARIANTS]))
    return result


def main() -> None:
    """Cross-validate, print, fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--families", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--strength", type=float, default=0.03, help="inverse strength of the L2 penalty")
    parser.add_argument("--folds", type=int, default=8)
    parser.add_argument("--seeds", type=int, default=5, help="how often families are dealt into folds anew")
    parser.add_argument("--first-seed", type=int, default=0, help="the first of the seeds by which they are dealt")
    args = parser.parse_args()
    families = json.loads(args.families.read_text()) if args.families else {}
    trainer = Trainer(load(args.folder, families), load_own(), args.strength)
    data, seeds = trainer.data, range(args.first_seed, args.first_seed + args.seeds)
    result = measure_unseen(trainer, args.folds, seeds)
    known = np.unique(data[VARIANTS[0]].family)
    everywhere = inside(data, lambda _: True)
    odds = [trainer.out_of_fold(known, args.folds, s) for s in seeds]
    runs = [(second(data, found), second(trainer.own, own)) for found, own in odds]
    around = trainer.around(runs, everywhere)
    least = np.mean([best_thresholds(chances(f, around), data, everywhere) for f, _ in runs], axis=0)
    first = trainer.fitted(everywhere, inside(trainer.own, lambda _: True))
    write(args.out, data[VARIANTS[0]].names, first, around, least, result)


def write(out: Path, names: list[str], first: Fit, around: Array, least: Array, result: dict[str, Any]) -> None:
    """Write the weights file."""
    weights, mean, intercept = first
    content = {
        "about": "Caption lines in plain text, by bench/train_plaintext.py; weights are log-odds per unit.",
        "measured_on_unseen_publishers": result,
        "threshold": round(float(least[0]), 3),
        "threshold_of_best": round(float(least[1]), 3),
        "context": {n: _short(w) for n, w in zip((*NAMES, "offset"), around, strict=True)},
        "intercept": _short(intercept),
        **{
            part: {
                n: {"weight": _short(w), "mean": _short(m)}
                for n, w, m in zip(names, weights[at], mean[at], strict=True)
                if w
            }
            for part, at in (("features", slice(len(names))), ("features_of_unclosed", slice(len(names), None)))
        },
    }
    out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten: {out.name}, thresholds {least[0]:.2f} and {least[1]:.2f}")


def _short(value: float) -> float:
    return float(f"{value:.4g}")


if __name__ == "__main__":
    main()
