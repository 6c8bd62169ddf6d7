"""How well contradictions between captions are told: ``python bench/conflicts.py PAIRS.json [--misses N]``.

PAIRS.json is ``{"pairs": [{"a", "b", "class", "kind"}, ...]}``: two captions of one photograph, what they are to each other
(identical, cosmetic, additive, contradictory, unrelated; natural for pairs in which only false alarms count), and of what
kind (place, person, date, number, credit, role).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from catalog import conflicts

RELATIONS = ("identical", "cosmetic", "additive", "contradictory", "unrelated")
KINDS = ("place", "person", "date", "number", "credit", "role")


def percent(part: int, whole: int) -> str:
    """A share for the table, "-" of nothing."""
    return f"{100 * part / whole:.1f}" if whole else "-"


def main() -> None:
    """Compare every pair and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--misses", type=int, default=0, help="print so many pairs that were judged wrong")
    args = parser.parse_args()
    pairs: list[dict[str, Any]] = json.loads(args.pairs.read_text(encoding="utf-8"))["pairs"]
    started = time.perf_counter()
    judged = [(p, conflicts.compare(p["a"], p["b"])) for p in pairs]
    seconds = time.perf_counter() - started
    said = Counter((str(p["class"]), str(r.relation)) for p, r in judged)
    total = Counter(p["class"] for p in pairs)
    print(f"{len(pairs)} pairs, {len(pairs) / seconds:.0f} a second")
    print(f"{'is / said':14}" + "".join(f"{r:>14}" for r in RELATIONS) + f"{'recall %':>10}")
    for row in (*RELATIONS, "natural"):
        recall = percent(said[row, row], total[row]) if row != "natural" else ""
        print(f"{row:14}" + "".join(f"{said[row, r]:14}" for r in RELATIONS) + f"{recall:>10}")
    named = Counter(p["kind"] for p, r in judged if p["class"] == "contradictory" and p["kind"] in r.kinds)
    kinds = Counter(p["kind"] for p in pairs if p["class"] == "contradictory")
    print("kind named right, %: " + ", ".join(f"{k} {percent(named[k], kinds[k])}" for k in KINDS))
    quiet = ("identical", "cosmetic", "additive")
    wrong = sum(said[c, "contradictory"] for c in quiet)
    print(f"false alarms, %: {percent(wrong, sum(total[c] for c in quiet))} of {', '.join(quiet)}", end="; ")
    print(f"{percent(said['natural', 'contradictory'], total['natural'])} of natural")
    for p, r in [m for m in judged if m[0]["class"] not in (m[1].relation, "natural")][: args.misses]:
        print(f"\n{p['class']} {p['kind']}, said {r.relation} {' '.join(r.kinds)}\n  {p['a']}\n  {p['b']}")


if __name__ == "__main__":
    main()
