"""Measure the captions found in plain texts whose caption lines are known.

    python -m bench.plaintext FOLDER [--variant clean|raw] [--lines]

FOLDER as for ``bench.train_plaintext``, or one of articles that are written down as those of ``bench/articles``, such as
``bench/articles/unseen``, from which nothing was learned. Precision, recall and F1 are over texts with captions, by line; then
the false lines per text without captions, what kinds of lines the false ones are, the calibration of ``confidence`` and the
speed. ``--lines`` prints each false and each missed line. On the texts that the weights were fitted on these figures flatter:
the cross-validated ones are in the weights file and printed by the training.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from catalog.captions import plaintext
from catalog.sources import Document, entry, read

from .own_articles import articles
from .train_plaintext import VARIANTS, print_calibration, texts

CAPTION = "caption"


@dataclass(frozen=True)
class Case:
    """A text, and what each of its lines is, by number."""

    name: str
    document: Document
    kinds: dict[int, str]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--variant", choices=VARIANTS)
    parser.add_argument("--lines", action="store_true", help="print each false and each missed line")
    args = parser.parse_args()
    confidences: list[float] = []
    truths: list[bool] = []
    kinds: Counter[tuple[str, bool, str]] = Counter()
    print("| variant | captions | P | R | F1 | false lines per text without captions | texts/s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for variant in [args.variant] if args.variant else VARIANTS:
        count: Counter[str] = Counter()
        seconds = 0.0
        for case in cases(args.folder, variant):
            want = {n for n, kind in case.kinds.items() if kind == CAPTION}
            before = time.perf_counter()
            found = {c.line: c.confidence for c in plaintext.read(case.document).captions}
            seconds += time.perf_counter() - before
            confidences += found.values()
            truths += [n in want for n in found]
            kinds.update((variant, bool(want), case.kinds.get(n, "other")) for n in found.keys() - want)
            count["texts"] += 1
            if want:
                count.update(right=len(want & found.keys()), found=len(found), wanted=len(want))
            else:
                count.update(empty=1, false=len(found))
            if args.lines:
                print_lines(case, want, found)
        precision, recall = count["right"] / max(1, count["found"]), count["right"] / max(1, count["wanted"])
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        print(
            f"| {variant} | {count['wanted']} | {100 * precision:.1f} | {100 * recall:.1f} | {100 * f1:.1f} "
            f"| {count['false'] / max(1, count['empty']):.2f} | {count['texts'] / seconds:.0f} |"
        )
    print("\n| variant | texts | false lines by kind |\n| --- | --- | --- |")
    for (variant, has_captions), group in groupby(sorted(kinds), key=lambda k: k[:2]):
        told = ", ".join(f"{key[2]} {kinds[key]}" for key in sorted(group, key=lambda k: -kinds[k]))
        print(f"| {variant} | {'with' if has_captions else 'without'} captions | {told} |")
    print_calibration(np.array(confidences), np.array(truths))


def cases(folder: Path, variant: str) -> Iterator[Case]:
    """Yield the texts of a folder in one variant."""
    if (folder / "gold.json").exists():
        gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
        for page, path in texts(folder, variant, gold):
            yield Case(page, _document(path), {int(n): kind for n, kind in gold[page]["labels"].items()})
        return
    for article in articles(folder):
        text, kinds = article.printed(credits_too=variant == "raw")
        # The headline stands in line 1, with blank lines between all.
        numbered = {2 * n + 3: kind for n, kind in enumerate(kinds)}
        yield Case(article.name, Document(article.name, "plaintext", text, "utf-8", "0" * 64), numbered)


def print_lines(case: Case, want: set[int], found: dict[int, float]) -> None:
    """Print the lines of a text that are found and no captions, and those that are captions and not found."""
    lines = case.document.text.splitlines()
    for n in sorted(want ^ found.keys()):
        told = f"FALSE {found[n]:.2f}" if n in found else "MISSED"
        print(f"  {told} {case.name} {n} {case.kinds.get(n, 'other')}: {lines[n - 1][:160]}")


def _document(path: Path) -> Document:
    (item,) = read(entry(path))
    if not isinstance(item, Document):
        raise SystemExit(f"{path.name} is no text")
    return item


if __name__ == "__main__":
    main()
