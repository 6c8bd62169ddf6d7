"""Fit and measure the confidence of captions read from web pages: does 0.9 mean nine in ten?

    python -m bench.confidence FOLDER            # the calibration table, cross-validated by publisher
    python -m bench.confidence FOLDER --write    # fit on all pages and write catalog/captions/data/page_weights.json

``FOLDER`` is as for :mod:`bench.captions`; without it the project's own frozen pages are measured with the weights as they
are. A caption is right when its words are those expected for its picture (credit and punctuation left aside). The model is a
sum of log-odds, one per named reason, through the logistic: fitted by gradient steps on the likelihood with a normal prior
(ways to find a caption around +1.5, everything else around 0), so that a reason seen seldom stays near it.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from bench.captions import FIXTURES, Page, calibration, fixture_pages, match, publisher_pages, right_words
from catalog.captions import credit, extract_document, extraction_to_json, films, gallery, markup, placement
from catalog.captions.weighing import WEIGHTS, probability
from catalog.sources.base import Document

OUT = Path(__file__).resolve().parent.parent / "catalog" / "captions" / "data" / "page_weights.json"
FOLDS = 5
STEPS, RATE, SPREAD = 3000, 0.02, 1.2
#: All reasons there are, so that those which no page shows get their prior too.
KNOWN = (placement.WEIGHTS, gallery.WEIGHTS, markup.DATA_WEIGHTS, credit.WEIGHTS, films.WEIGHTS, WEIGHTS)
#: Reasons that come beside a way to find a caption.
SUPPORT = frozenset({"same-as-alt", "set-apart", films.BESIDE})
Sample = tuple[str, tuple[str, ...], bool]


def samples(pages: Iterable[Page]) -> list[Sample]:
    """Return, for each caption with words that is read from pages: publisher, names of its reasons, whether it is right."""
    found = []
    for page in pages:
        document = Document(page.publisher, "webpage", page.text, "utf-8", "0" * 64, page.url)
        extraction = extract_document(document)
        by_picture = {c.picture: c for c in reversed(extraction.captions)}
        images = [i for i in extraction_to_json(extraction)["images"] if i["caption"]]
        expected = {i["position"]: e for e, i in match(page, images)}
        for image in images:
            want = expected.get(image["position"])
            is_right = want is not None and right_words(image["caption"], want)
            found.append((page.publisher, tuple(r.name for r in by_picture[image["position"]].reasons), is_right))
    return found


def fit(data: list[Sample]) -> dict[str, float]:
    """Return the weight of each reason that maximises the likelihood under the prior."""
    names = sorted({n for _, reasons, _ in data for n in reasons}.union(*KNOWN))
    prior = {n: 0.0 if n.startswith("credit-") or n in SUPPORT else 1.5 for n in names}
    weights = dict(prior)
    for _ in range(STEPS):
        slope = {n: (prior[n] - weights[n]) / SPREAD**2 for n in names}
        for _, reasons, is_right in data:
            error = is_right - 1 / (1 + math.exp(-sum(weights[n] for n in reasons)))
            for name in reasons:
                slope[name] += error
        for name in names:
            weights[name] += RATE * slope[name]
    return {n: round(w, 2) for n, w in weights.items()}


def crossed(data: list[Sample]) -> list[tuple[float, bool]]:
    """Return (confidence, right) of each sample, told by weights that were fitted without its publisher."""
    folds: dict[int, list[Sample]] = defaultdict(list)
    for number, publisher in enumerate(sorted({p for p, _, _ in data})):
        folds[number % FOLDS] += [s for s in data if s[0] == publisher]
    told = []
    for number, held in folds.items():
        weights = fit([s for other, part in folds.items() if other != number for s in part])
        told += [(probability(sum(weights.get(n, 0.0) for n in reasons)), right) for _, reasons, right in held]
    return told


def main() -> None:
    """Read the arguments, print the table, and write the weights where asked."""
    parser = argparse.ArgumentParser(description="Measure and fit the confidence of captions from web pages.")
    parser.add_argument("folder", nargs="?", type=Path, default=FIXTURES, help="pages (default: fixtures/pages)")
    parser.add_argument("--write", action="store_true", help="fit on all pages and write the weights")
    arguments = parser.parse_args()
    is_publishers = any(arguments.folder.glob("*/meta.info"))
    data = samples(publisher_pages(arguments.folder) if is_publishers else fixture_pages(arguments.folder))
    print("with the weights as they are:")
    print(calibration([(probability(sum(WEIGHTS.get(n, 0.0) for n in reasons)), right) for _, reasons, right in data]))
    if is_publishers:
        print(f"\nfitted without the publisher that is measured ({FOLDS} folds):")
        print(calibration(crossed(data)))
    if arguments.write:
        OUT.write_text(json.dumps(fit(data), indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
