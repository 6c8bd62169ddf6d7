"""Refits the weights of linking on cases with known answers, and prints how well its scores are calibrated.

  python -m bench.linking CASES/dev/gold.json            # fit, cross-validate by publisher, compare with the table
  python -m bench.linking CASES/dev/gold.json --write    # and write the fitted weights into the table
  python -m bench.linking CASES/dev/gold.json --end-to-end 20    # import 20 cases of each kind as files, and judge that
  python -m bench.linking --size 500x5000                        # seconds and memory for one large article

``gold.json`` lists cases: ``{"cases": [{"id", "kind", "page", "captions": [{"text", "file"}], "files": {...}}]}``; the
folder of a case is ``cases/ID`` beside it. Exit 1 when a weight of the table is further from the fitted one than publishers
alone make it differ, or the calibration error is above 0.05. How much that is follows from the weights fitted without a tenth
of the publishers each (the jackknife): a weight that hangs on a few of them may differ by more than one that all agree on.

The weights maximise the likelihood of the right pairs under the probability that linking itself gives (a pair among its
rivals and no link), held by a normal prior around the table's ``prior`` column. Each case of plain text is also seen
among the pictures of other cases, as in a larger import.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bench import linking_cases, weights
from catalog import captions, sources
from catalog.images import metadata
from catalog.linking import Candidate, assignment, calibration, overlooked, tokens
from catalog.linking.evidence import Scene, judge
from catalog.linking.selection import choose
from catalog.linking.views import same_words
from catalog.model import Article, Caption, Evidence, Image
from catalog.sources.base import Document, PictureFile

Floats = NDArray[np.float64]
TABLE = Path(calibration.__file__).with_name("weights.tsv")
PRIOR_SPREAD = 1.5
"""Standard deviation of the prior around each weight, in log-odds."""
BASE_SPREAD = 0.25
"""The same for the base: how seldom an unknown pair is right is known from desks, not from cases made of answers."""
LEAST = 0.1
"""No evidence is worth less, so that what is shown to a reviewer means something."""
FOLDS = 10
ERRORS = 3.0
"""A weight may differ by so many standard errors of the difference between two fits of this size."""
ROUNDING = 0.05
"""And by this, whatever the cases: the table has two places, and the search for the most probable weights ends near them."""
STRANGERS = 8
"""Other cases whose pictures are mixed into a plain-text case."""


@dataclass(frozen=True, slots=True)
class Case:
    """One folder as it was read: its articles with their captions and candidates, and which file each caption has."""

    kind: str
    page: str
    scenes: list[tuple[Article, tuple[Caption, ...]]]
    candidates: list[tuple[Candidate, str]]
    gold: list[dict[str, Any]]
    prefix: str
    roles: dict[str, str]
    unjudged: list[str]


@dataclass(slots=True)
class Pairs:
    """All judged pairs: evidence counts (pairs x evidence), right or wrong, rivals as index lists, group for folds."""

    x: Floats
    y: Floats
    rivals: list[list[int]]
    group: list[str]
    judged: NDArray[np.bool_]


def read_case(root: Path, case: dict[str, Any]) -> Case:
    """Read one case folder with the rooms of the catalogue. Captions of plain text are the known ones, in order."""
    folder = root / "cases" / case["id"]
    documents, files = [], dict[str, tuple[Candidate, str]]()
    for entry in sources.walk([str(folder)]):
        for item in sources.read(entry):
            if isinstance(item, Document):
                documents.append(item)
                for picture in item.pictures:
                    _add(files, picture, item.path)
            elif isinstance(item, PictureFile):
                _add(files, item, "")
    scenes: list[tuple[Article, tuple[Caption, ...]]] = []
    for document in documents:
        if document.kind == "plaintext":
            article = Article(document.path, document.path, document.sha256, document.kind, text=document.text)
            texts = enumerate(c["text"] for c in case["captions"])
            scenes.append((article, tuple(Caption(f"c{i}", article.id, i, t) for i, t in texts)))
        else:
            read = captions.extract_document(document)
            scenes.append((read.article, read.captions))
    roles = {path: str(file["role"]) for path, file in case["files"].items()}
    unjudged = [
        *case.get("ignore", []),
        *(f["embedded"] for f in case["files"].values() if f["role"] == "decoy" and "embedded" in f),
    ]
    return Case(
        case["kind"], case["page"], scenes, list(files.values()), case["captions"], str(folder) + "/", roles, unjudged
    )


def _add(files: dict[str, tuple[Candidate, str]], picture: PictureFile, owner: str) -> None:
    data = picture.data if picture.data is not None else (picture.file or Path()).read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    image = Image(digest[:16], digest, len(data), 1, 1, "", (picture.path,), metadata=metadata.read(data))
    urls = (picture.url,) if picture.url else ()
    files[picture.path] = (Candidate(image, "document" if owner else "import", urls), owner)


def _views(case: Case, others: Sequence[Case]) -> Iterator[tuple[Article, tuple[Caption, ...], list[Candidate]]]:
    """The articles of a case with their candidates; plain text a second time among the pictures of other cases."""
    for article, found in case.scenes:
        mine = [
            Candidate(c.image, "document" if owner == article.source else "import", c.urls)
            for c, owner in case.candidates
        ]
        yield article, found, mine
        if article.kind == "plaintext" and others:
            home = case.prefix
            strange = [
                Candidate(_moved(c.image, home, o.prefix), "import", folder="below")
                for o in others
                for c, _ in o.candidates
                if o.roles.get(c.image.paths[0].removeprefix(o.prefix)) == "gold"  # decoys may be of this very page
            ]
            yield article, found, mine + strange


def _moved(image: Image, home: str, away: str) -> Image:
    paths = tuple(home + "more/" + p.removeprefix(away).rsplit("/", 1)[-1] for p in image.paths)
    return Image(image.id, image.sha256, image.size, 1, 1, "", paths, metadata=image.metadata)


class _Gathering:
    """Rows of pairs as they are met, scene by scene."""

    def __init__(self) -> None:
        self.names = {name: i for i, name in enumerate(calibration.weights())}
        self.rows: list[Floats] = []
        self.right: list[float] = []
        self.rivals: list[list[int]] = []
        self.group: list[str] = []
        self.known: list[bool] = []

    def add(
        self, case: Case, scene: Scene, pieces: dict[assignment.Pair, tuple[Evidence, ...]], *, lines: bool
    ) -> None:
        """Take in a scene's pairs. A line that is no known caption is wrong; on a page it is only not known."""
        printed = {tokens.key(c.caption.text) for c in scene.captions}
        at = {pair: len(self.rows) + i for i, pair in enumerate(pieces)}
        beaten = assignment.rivals(pieces, same_words(scene.captions))
        for pair, evidence in pieces.items():
            row = np.zeros(len(self.names))
            row[self.names["base"]] = 1
            for piece in evidence:
                row[self.names[piece.name]] += 1
            text = scene.captions[pair[0]].caption.text
            gold = [g for g in case.gold if _stands_for(text, g["text"], printed)]
            files = {case.prefix + g["file"] for g in gold if g["file"]}
            paths = {p.replace("page.html!/", "") for p in scene.pictures[pair[1]].image.paths}
            self.rows.append(row)
            self.right.append(float(bool(files & paths)))
            self.known.append(bool(gold) or (lines and not any(_same(t, text) for t in case.unjudged)))
            self.rivals.append([at[p] for p in beaten[pair]])
            self.group.append(case.page.split("_", 1)[0])


def gather(cases: Sequence[Case]) -> Pairs:
    """Judge the short-listed pairs of all cases and note which are right.

    Plain text is seen with its captions given, among strangers, and line by line as :mod:`catalog.linking.overlooked` does.
    """
    all_pairs = _Gathering()
    texts = [c for c in cases if c.scenes and c.scenes[0][0].kind == "plaintext"]
    for n, case in enumerate(cases):
        step = 7 + n % 5
        others = [o for o in texts[n % 11 :: step] if o.page != case.page][:STRANGERS]
        for article, found, candidates in _views(case, others):
            scene = Scene.of(article, found, candidates)
            pieces = {(c, p): judge(scene, scene.captions[c], scene.pictures[p]) for c, p in choose(scene).pairs}
            pieces = {pair: e for pair, e in pieces.items() if any(map(calibration.favours, e))}
            all_pairs.add(case, scene, pieces, lines=False)
            if article.kind == "plaintext":
                lines = overlooked.lines_of(article, ())
                scene = Scene.of(article, [x.caption for x in lines], candidates)
                all_pairs.add(
                    case, scene, overlooked.contest(scene, {x.caption.id: x.looks for x in lines}), lines=True
                )
    g = all_pairs
    return Pairs(np.array(g.rows), np.array(g.right), g.rivals, g.group, np.array(g.known))


def _stands_for(text: str, known: str, printed: set[str]) -> bool:
    """Whether a found caption is a known one: the same words, or (where no other has them) most of them."""
    return tokens.key(text) == tokens.key(known) or (tokens.key(known) not in printed and _same(text, known))


def _same(a: str, b: str) -> bool:
    one, two = tokens.key(a), tokens.key(b)
    short, long = sorted((one, two), key=len)
    return one == two or (short in long and 2 * len(short) >= len(long) > 8)


def _denominators(z: Floats, pairs: Pairs, flat: NDArray[np.int64], owner: NDArray[np.int64]) -> Floats:
    e = np.exp(np.clip(z, -60, 60))
    total = 1.0 + e
    np.add.at(total, owner, e[flat])
    return total


def fit(pairs: Pairs, use: NDArray[np.bool_]) -> Floats:
    """The most probable weights for the judged pairs in ``use``, in the order of the table."""
    table = list(calibration.weights().values())
    prior = np.array([w.prior for w in table])
    flat = np.array([j for r in pairs.rivals for j in r], dtype=np.int64)
    owner = np.array([i for i, r in enumerate(pairs.rivals) for _ in r], dtype=np.int64)
    mask = (use & pairs.judged).astype(float)
    spread = np.array([BASE_SPREAD if w.name == "base" else PRIOR_SPREAD for w in table])

    def loss(w: Floats) -> tuple[float, Floats]:
        z = pairs.x @ w
        e = np.exp(np.clip(z, -60, 60))
        total = _denominators(z, pairs, flat, owner)
        p = np.clip(e / total, 1e-12, 1 - 1e-12)
        value = -np.sum(mask * (pairs.y * np.log(p) + (1 - pairs.y) * np.log1p(-p)))
        slope = mask * (p - pairs.y)  # d loss / d own log-odds
        gradient = slope.copy()
        share = mask * (pairs.y - p) / (1 - p)  # d loss / d log(total without its own part), spread over rivals
        np.add.at(gradient, flat, share[owner] * e[flat] / total[owner])
        held = (w - prior) / spread
        return float(value + 0.5 * held @ held), pairs.x.T @ gradient + held / spread

    bounds = [(None, None) if w.name == "base" else (LEAST, None) if w.prior > 0 else (None, -LEAST) for w in table]
    result = minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2000})
    return np.asarray(np.round(result.x, 2))


def scores(pairs: Pairs, w: Floats) -> Floats:
    """The score of each pair under these weights."""
    z = pairs.x @ w
    flat = np.array([j for r in pairs.rivals for j in r], dtype=np.int64)
    owner = np.array([i for i, r in enumerate(pairs.rivals) for _ in r], dtype=np.int64)
    return np.asarray(np.exp(np.clip(z, -60, 60)) / _denominators(z, pairs, flat, owner))


def calibration_error(p: Floats, y: Floats, bins: int = 10) -> tuple[float, list[tuple[float, float, int]]]:
    """The expected calibration error, and (mean score, part right, pairs) of each tenth of the scale."""
    rows, error = [], 0.0
    for low in np.linspace(0, 1, bins, endpoint=False):
        inside = (p >= low) & (p < low + 1 / bins) if low < 1 - 1 / bins - 1e-9 else (p >= low)
        if inside.any():
            rows.append((float(p[inside].mean()), float(y[inside].mean()), int(inside.sum())))
            error += abs(rows[-1][0] - rows[-1][1]) * inside.sum() / len(p)
    return error, rows


def cross_validated(pairs: Pairs) -> tuple[Floats, Floats]:
    """The score of each pair under weights fitted without its publisher, and those weights, fold by fold."""
    fold = np.array([hashlib.sha256(g.encode()).digest()[0] % FOLDS for g in pairs.group])
    out = np.zeros(len(pairs.y))
    fitted = []
    for k in range(FOLDS):
        fitted.append(fit(pairs, fold != k))
        out[fold == k] = scores(pairs, fitted[-1])[fold == k]
    return out, np.array(fitted)


def tolerances(fitted: Floats) -> Floats:
    """How far each weight of the table may be from the fitted one, by the weights fitted without a part of the publishers each.

    Their spread gives the standard error of a fit (the jackknife of Tukey, 1958); between two fits of that size it is the square
    root of two larger.
    """
    folds = len(fitted)
    error = np.sqrt((folds - 1) / folds * ((fitted - fitted.mean(axis=0)) ** 2).sum(axis=0))
    return np.asarray(ERRORS * np.sqrt(2) * error + ROUNDING)


def main() -> int:
    """Fit, print and compare; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="?")
    parser.add_argument("--write", action="store_true", help="write the fitted weights into the table")
    parser.add_argument(
        "--end-to-end", type=int, metavar="N", help="import N cases of each kind as files, and judge that"
    )
    parser.add_argument("--size", metavar="CAPTIONSxPICTURES", help="seconds and memory for one article of this size")
    options = parser.parse_args()
    if options.size:
        print(linking_cases.large(*map(int, options.size.split("x"))))
        return 0
    if options.gold is None:
        parser.error("name the cases, or give --size")
    if options.end_to_end:
        tally = linking_cases.run(options.gold, options.end_to_end)
        error, _ = calibration_error(*linking_cases.arrays(tally.scores)) if tally.scores else (0.0, [])
        print("\n".join(linking_cases.table(tally, error)))
        return 0
    listed = json.loads(options.gold.read_text(encoding="utf-8"))["cases"]
    pairs = gather([read_case(options.gold.parent, c) for c in listed])
    w = fit(pairs, np.ones(len(pairs.y), dtype=bool))
    counts = pairs.x[pairs.judged].sum(axis=0)
    unseen, fitted = cross_validated(pairs)
    far = 0
    print(f"{'evidence':34} {'table':>7} {'fitted':>7} {'may differ':>10} {'pairs':>7}")
    for row, new, n, most in zip(calibration.weights().values(), w, counts, tolerances(fitted), strict=True):
        away = abs(row.weight - new) > most
        far += away
        print(f"{row.name:34} {row.weight:7.2f} {new:7.2f} {most:10.2f} {int(n):7}{'   differs' if away else ''}")
    keep = pairs.judged
    error = 0.0
    for name, p in (("table", scores(pairs, np.array([r.weight for r in calibration.weights().values()]))),
                    ("cross-validated by publisher", unseen)):  # fmt: skip
        shown = keep & (p >= 0.05)
        error, rows = calibration_error(p[shown], pairs.y[shown])
        print(f"\n{name}: {int(shown.sum())} pairs, expected calibration error {error:.3f}")
        print("".join(f"  {mean:5.2f} -> {part:5.2f} right of {n}\n" for mean, part, n in rows), end="")
        top = shown & (p >= calibration.CERTAIN)
        print(f"  at {calibration.CERTAIN} and above: {100 * pairs.y[top].mean():.2f} % right of {int(top.sum())}")
        wrong = Counter(
            n
            for i in np.flatnonzero(top & (pairs.y == 0))
            for n, v in zip(calibration.weights(), pairs.x[i], strict=True)
            if v
        )
        print(f"  wrong there: {dict(wrong.most_common(6))}")
    if options.write:
        weights.write(TABLE, dict(zip(calibration.weights(), w, strict=True)))
        return 0
    return int(far > 0 or error > 0.05)


if __name__ == "__main__":
    sys.exit(main())
