"""One caption to one picture and one picture to one caption, within an article, or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

Pair = tuple[int, int]


def assign(scores: Mapping[Pair, float]) -> set[Pair]:
    """The pairs (row, column) whose log-odds add up to the most, each row and column once; no pair below 0 is taken.

    Rows and columns that no pair connects are solved apart, so that the matrices stay small.
    """
    from scipy.optimize import linear_sum_assignment  # a second of start-up that only linking needs

    worth = {pair: score for pair, score in scores.items() if score > 0}
    chosen: set[Pair] = set()
    for block in _blocks(worth):
        rows = sorted({r for r, _ in block})
        columns = sorted({c for _, c in block})
        at_row, at_column = {r: i for i, r in enumerate(rows)}, {c: j for j, c in enumerate(columns)}
        gain = np.zeros((len(rows), len(columns)))
        for r, c in block:
            gain[at_row[r], at_column[c]] = worth[r, c]
        for i, j in zip(*linear_sum_assignment(gain, maximize=True), strict=True):
            if gain[i, j] > 0:
                chosen.add((rows[i], columns[j]))
    return chosen


def _blocks(pairs: Mapping[Pair, float]) -> list[list[Pair]]:
    """The pairs by connected component, in order."""
    by_row: dict[int, list[Pair]] = defaultdict(list)
    by_column: dict[int, list[Pair]] = defaultdict(list)
    for pair in sorted(pairs):
        by_row[pair[0]].append(pair)
        by_column[pair[1]].append(pair)
    seen: set[Pair] = set()
    blocks = []
    for start in sorted(pairs):
        if start in seen:
            continue
        seen.add(start)
        ahead, block = [start], []
        while ahead:
            pair = ahead.pop()
            block.append(pair)
            for near in (*by_row[pair[0]], *by_column[pair[1]]):
                if near not in seen:
                    seen.add(near)
                    ahead.append(near)
        blocks.append(sorted(block))
    return blocks


def rivals(pairs: Iterable[Pair], same: Sequence[int]) -> dict[Pair, list[Pair]]:
    """For each pair the others of its row and of its column.

    ``same`` gives each row a number; rows with the same number print the same words, and are no rivals for a column.
    """
    by_row: dict[int, list[Pair]] = defaultdict(list)
    by_column: dict[int, list[Pair]] = defaultdict(list)
    every = sorted(pairs)
    for pair in every:
        by_row[pair[0]].append(pair)
        by_column[pair[1]].append(pair)
    return {
        (r, c): [p for p in by_row[r] if p[1] != c] + [p for p in by_column[c] if same[p[0]] != same[r]]
        for r, c in every
    }
