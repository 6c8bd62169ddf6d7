"""Measure the captions found in plain texts whose caption lines are known.

    python -m bench.plaintext FOLDER [--variant clean|raw]

FOLDER as for ``bench.train_plaintext``. Precision, recall and F1 are over pages with captions, by line; then the false
lines per page without captions, the calibration of ``confidence`` and the speed. On the texts that the weights were
fitted on these figures flatter: the cross-validated ones are in the weights file and printed by the training.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path

import numpy as np

from catalog.captions import plaintext
from catalog.sources import Document, entry, read

from .train_plaintext import VARIANTS, print_calibration, texts


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--variant", choices=VARIANTS)
    args = parser.parse_args()
    gold = json.loads((args.folder / "gold.json").read_text(encoding="utf-8"))
    confidences: list[float] = []
    truths: list[bool] = []
    print("| variant | captions | P | R | F1 | false lines per page without captions | pages/s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for variant in [args.variant] if args.variant else VARIANTS:
        count: Counter[str] = Counter()
        before = time.perf_counter()
        for page, path in texts(args.folder, variant, gold):
            want = {int(n) for n, label in gold[page]["labels"].items() if label == "caption"}
            found = captions_of(path)
            confidences += found.values()
            truths += [n in want for n in found]
            count["pages"] += 1
            if want:
                count.update(right=len(want & found.keys()), found=len(found), wanted=len(want))
            else:
                count.update(empty=1, false=len(found))
        seconds = time.perf_counter() - before
        precision, recall = count["right"] / max(1, count["found"]), count["right"] / max(1, count["wanted"])
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        print(
            f"| {variant} | {count['wanted']} | {100 * precision:.1f} | {100 * recall:.1f} | {100 * f1:.1f} "
            f"| {count['false'] / max(1, count['empty']):.2f} | {count['pages'] / seconds:.0f} |"
        )
    print_calibration(np.array(confidences), np.array(truths))


def captions_of(path: Path) -> dict[int, float]:
    """Return the confidence of each caption found, by line."""
    (item,) = read(entry(path))
    if not isinstance(item, Document):
        raise SystemExit(f"{path.name} is no text")
    return {c.line: c.confidence for c in plaintext.read(item).captions}


if __name__ == "__main__":
    main()
