"""Whether pages of one template are called copies of each other, and whether what they show is still found.

    python -m bench.templates [POOL] [--half dev|held|all] [--most N]

POOL is a folder with ``sources`` and ``distractors`` of photographs; without it, those that scikit-image and scikit-learn ship are
taken (see ``bench/blind.py``). A template (``bench/templating.py``) is in one half: what is mended is chosen on ``dev`` (A) and
reported on ``held`` (B).

For each template: of the pairs of its pages (other photographs, other words) those called copies; of the pages, those that are
found to show their photograph; and of the pages come back (re-saved small, cropped, under a mark, with a bar, in another tone),
those found.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from bench import blind, changed, changing
from bench.templating import TEMPLATES
from catalog.duplicates import Sample

#: Pages of each template that are brought back changed.
_BACK = 6
#: What is counted of a template's pairs.
_COLUMNS = ("pages joined", "photograph found", "page come back found")


@dataclass(frozen=True)
class Page:
    """A page of a template, the photograph (its sample) that it was given, and the page come back in several ways."""

    template: str
    sample: Sample
    photograph: Sample
    back: tuple[Sample, ...]


def come_back(page: Image.Image) -> Iterator[Image.Image]:
    """The page as others hand it on."""
    width, height = page.size
    yield changing.jpeg(changing.scaled(page, 420), 50)
    yield changing.cut(page, 0.06, 0.05, 0.94, 0.9)[0]
    marked = page.copy()
    pen = ImageDraw.Draw(marked)
    pen.rectangle((width * 0.7, height * 0.72, width * 0.95, height * 0.95), fill=(250, 250, 250))
    pen.ellipse((width * 0.75, height * 0.76, width * 0.9, height * 0.92), fill=(200, 20, 40))
    yield marked
    yield ImageOps.expand(page, (0, 0, 0, height // 6), "black")
    yield ImageEnhance.Contrast(ImageEnhance.Brightness(page).enhance(0.8)).enhance(0.8)


def pages(job: tuple[str, list[changed.Photograph]]) -> list[Page]:
    """The pages of a template, one of each photograph."""
    name, photographs = job
    made: list[Page] = []
    for one in photographs:
        rng = np.random.default_rng(list(hashlib.sha256(f"{one.name} {name}".encode()).digest()[:8]))
        page = TEMPLATES[name].draw(changed.loaded(one.path), rng)
        back = come_back(page) if len(made) < _BACK else ()
        known = tuple(blind.sample(again, f"{one.name} {name} {place}") for place, again in enumerate(back))
        made.append(Page(name, blind.sample(page, f"{one.name} {name}"), changed.plain(one), known))
    return made


def pairs(made: list[Page]) -> Iterator[tuple[str, tuple[Sample, Sample]]]:
    """What is compared of one template, with the column that it counts in."""
    for one, other in combinations(made, 2):
        yield _COLUMNS[0], (one.sample, other.sample)
    for page in made:
        if TEMPLATES[page.template].shows:
            yield _COLUMNS[1], (page.sample, page.photograph)
        for again in page.back:
            yield _COLUMNS[2], (page.sample, again)


def run(arguments: argparse.Namespace, into: Path) -> None:
    """Print the table."""
    shipped = [] if arguments.pool else changed.shipped(into)
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for half in ("dev", "held") if arguments.half == "all" else (arguments.half,):
        chosen = [p for folder in ("sources", "distractors") for p in changed.photographs(arguments.pool, folder, 0)]
        chosen = [one for one in chosen if one.half == half] or shipped
        random.Random(3).shuffle(chosen)
        names = [name for name, template in TEMPLATES.items() if template.half == half]
        with ProcessPoolExecutor(2) as pool:
            made = list(pool.map(pages, [(name, chosen[: arguments.most]) for name in names]))
        print(f"\n| template, half {'A' if half == 'dev' else 'B'} | {' | '.join(_COLUMNS)} |\n|" + " --- |" * 4)
        for name, some in zip(names, made, strict=True):
            asked = list(pairs(some))
            hits = changed.judged_all(pair for _, pair in asked)
            counts = {column: [0, 0] for column in _COLUMNS}
            for (column, _), hit in zip(asked, hits, strict=True):
                for count in (counts[column], totals[column]):
                    count[0], count[1] = count[0] + (hit is not None), count[1] + 1
            print(_line(name, counts), flush=True)
    print(_line("**all**", totals))


def _line(title: str, counts: dict[str, list[int]]) -> str:
    return f"| {title} | " + " | ".join(f"{counts[column][0]}/{counts[column][1]}" for column in _COLUMNS) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pool", type=Path, nargs="?")
    parser.add_argument("--half", choices=("all", "dev", "held"), default="all")
    parser.add_argument("--most", type=int, default=14, help="photographs")
    with tempfile.TemporaryDirectory() as folder:
        run(parser.parse_args(), Path(folder))


if __name__ == "__main__":
    main()
