"""Fit how duplicates are judged on one half of the photographs, and report it on the other.

    python -m bench.fit_duplicates MANIFEST FOLDER [--every 3] [--write]

MANIFEST and FOLDER as in ``bench/duplicates.py``. A photograph, or a series of one scene, is in the half that a hash of its name
says; a copy goes with its (first) photograph. Pairs: each copy with its photographs; each copy with what the index names besides;
copies of different photographs under the same overlay, frame or page; all pairs within a series. Strangers that agree in
nothing score nothing and need no fitting.

The weights are fitted on half A by logistic regression held near round numbers; hard copies and frames of one scene count
more than the many easy copies. The constant is then the highest with which, of all pairs of half A that score as copies, the share
``PRECISION`` are copies. Half B only reports. ``--every`` takes only so many of the copies.
``--write`` puts the weights into ``catalog/duplicates/weights.tsv``.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench import weights
from bench.duplicates import Row, half_of, rows_of, samples_of
from catalog.duplicates import Sample, judgement
from catalog.duplicates.index import DuplicateIndex
from catalog.duplicates.verification import best_hypothesis

Floats = npt.NDArray[np.float64]
NAMES = ("share", "close", "repeated", "constant")
#: Strangers of each copy that are judged; where the fitting begins, and how much that holds.
STRANGERS, PRIOR, HOLD = 2, (6.0, 6.0, 3.0, -9.0), 2.0
#: What share of the pairs of half A that score as copies must be copies: more than the 0.995 that is asked for, since half of the
#: pairs that are none lie under one template, on purpose.
PRECISION = 0.998
#: A pair of one scene counts as so many copies; a copy that the prior does not find as so many others.
SCENE_COUNTS, HARD_COUNTS = 8.0, 6.0


@dataclass(frozen=True)
class Case:
    """A judged pair: its half, whether it is a copy, of what kind, its measures (``None``: no hypothesis), the guards' log-odds."""

    half: str
    copy: bool
    kind: str
    seen: tuple[float, ...] | None
    guards: float


def pairs_of(rows: list[Row], samples: dict[str, Sample]) -> Iterator[tuple[str, bool, str, Sample, Sample]]:
    """Half, whether it is a copy, kind, and both samples of every pair to judge."""
    originals = {row["sources"][0]: row["file"] for row in rows if row["role"] == "original"}
    by_id = {samples[row["file"]].id: row for row in rows}
    with tempfile.TemporaryDirectory() as folder:
        index = DuplicateIndex(Path(folder))
        index.add(samples[row["file"]] for row in rows if row["role"] != "copy")
        index.flush()
        for row in rows:
            if row["role"] != "copy":
                continue
            own = samples[row["file"]]
            half = half_of(row["sources"][0])
            for place, source in enumerate(row["sources"]):
                if source in originals:
                    yield half, True, row["transform"] + (":guest" if place else ""), own, samples[originals[source]]
            strangers = [x for x in index.candidates(own, 12) if not set(by_id[x]["sources"]) & set(row["sources"])]
            for ident in strangers[:STRANGERS]:
                yield half, False, "stranger", own, samples[by_id[ident]["file"]]
    alike: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row["role"] == "copy" and len(row["sources"]) == 1:
            alike.setdefault((half_of(row["sources"][0]), row["transform"]), []).append(row)
    for (half, _), members in alike.items():
        for one, other in combinations(members, 2):
            if one["sources"] != other["sources"]:
                yield half, False, "same change", samples[one["file"]], samples[other["file"]]
    for one, other in combinations([row for row in rows if row["role"] == "series"], 2):
        if one["transform"] == other["transform"]:
            half = half_of(one["transform"])
            yield half, False, "same scene", samples[one["file"]], samples[other["file"]]


def judged(pair: tuple[str, bool, str, Sample, Sample]) -> Case:
    """The case that a pair is."""
    half, copy, kind, a, b = pair
    found = best_hypothesis(*sorted((a, b), key=lambda sample: sample.id))
    if found is None:
        return Case(half, copy, kind, None, 0.0)
    by = judgement.measures(found.agreement, found.repeated)
    return Case(half, copy, kind, tuple(by[name] for name in NAMES), judgement.guards(found.agreement))


def fitted(cases: list[Case]) -> Floats:
    """Weights for ``cases``: regression by Newton steps, then the constant by precision."""
    known = [case for case in cases if case.seen is not None]
    x = np.array([case.seen for case in known])
    offset = -np.array([case.guards for case in known])
    y = np.array([case.copy for case in known], np.float64)
    prior = np.array(PRIOR)
    missed = y.astype(bool) & (x @ prior + offset < 2)
    count = np.where(
        missed, HARD_COUNTS, np.where(y > 0, 1.0, [SCENE_COUNTS * (c.kind == "same scene") + 1 for c in known])
    )
    w = prior.copy()
    for _ in range(60):
        p = 1 / (1 + np.exp(-np.clip(x @ w + offset, -30, 30)))
        gradient = x.T @ (count * (p - y)) + HOLD * (w - prior)
        step = np.linalg.solve((x.T * (count * p * (1 - p))) @ x + HOLD * np.eye(len(w)), gradient)
        w = w - step
        if float(np.abs(step).max()) < 1e-8:
            break
    w[:3] = np.maximum(w[:3], 0)
    w[3] = _constant(x[:, :3] @ w[:3] + offset, y > 0)
    return np.asarray(w, np.float64)


def _constant(log_odds: Floats, copies: npt.NDArray[np.bool_]) -> float:
    """The highest constant with which the share ``PRECISION`` of what scores as a copy is one; midway between two that are none."""
    order = np.argsort(-log_odds, kind="stable")
    right = np.cumsum(copies[order])
    wrong = np.arange(1, len(order) + 1) - right
    none = np.flatnonzero(~copies[order])
    for place, at in enumerate(none):
        if right[at] < PRECISION * (right[at] + wrong[at]):
            before = float(log_odds[order[none[place - 1]]]) if place else float(log_odds[order[at]]) + 1
            return _logit(judgement.COPY) - (before + float(log_odds[order[at]])) / 2
    return 0.0


def report(cases: list[Case], weights: Mapping[str, Floats]) -> None:
    """Print recall, what is called a copy and is none, and the kinds that are missed, for each set of weights."""
    groups = ((True, ""), (False, "stranger"), (False, "same change"), (False, "same scene"))
    print(
        "| half | weights | recall | strangers | under one template | of one scene | kinds missed most |\n|"
        + " --- |" * 7
    )
    for half in ("dev", "held"):
        for name, w in weights.items():
            mine = [case for case in cases if case.half == half]
            hits = [c.seen is not None and float(np.dot(c.seen, w)) - c.guards >= _logit(judgement.COPY) for c in mine]
            cells = []
            for copy, kind in groups:
                some = [h for h, c in zip(hits, mine, strict=True) if c.copy == copy and (copy or c.kind == kind)]
                cells.append(f"{sum(some) / max(1, len(some)):.4f} ({sum(some)}/{len(some)})")
            missed: dict[str, int] = {}
            for hit, case in zip(hits, mine, strict=True):
                if case.copy and not hit:
                    missed[case.kind] = missed.get(case.kind, 0) + 1
            worst = ", ".join(f"{k} {n}" for k, n in sorted(missed.items(), key=lambda item: -item[1])[:5])
            print(f"| {'A' if half == 'dev' else 'B'} | {name} | {' | '.join(cells)} | {worst} |")


def _logit(score: float) -> float:
    return math.log(score / (1 - score))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    rows = rows_of(arguments.manifest, "all")
    copies = [row for row in rows if row["role"] == "copy"]
    rows = [row for row in rows if row["role"] != "copy"] + copies[:: max(1, arguments.every)]
    samples = samples_of(arguments.folder, [row["file"] for row in rows])
    with ProcessPoolExecutor(2) as pool:
        cases = list(pool.map(judged, pairs_of(rows, samples), chunksize=32))
    present = np.array([judgement.weights()[name] for name in NAMES])
    new = fitted([case for case in cases if case.half == "dev"])
    report(cases, {"in use": present, "fitted on A": new})
    print(", ".join(f"{name} {old:.2f} -> {value:.2f}" for name, old, value in zip(NAMES, present, new, strict=True)))
    if arguments.write:
        weights.write(Path(judgement.__file__).with_name("weights.tsv"), dict(zip(NAMES, new, strict=True)))


if __name__ == "__main__":
    main()
