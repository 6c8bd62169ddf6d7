"""Measure reading captions from web pages: pictures, pairs, credits, cost; in all, by half and by publisher.

    python -m bench.captions                      # the project's own frozen pages
    python -m bench.captions FOLDER               # pages of publishers: <group>/<Publisher>_<date>.html.gz, <Publisher>.json
    python -m bench.captions FOLDER --publishers  # one line per publisher as well

A folder of publishers holds, per group, ``meta.info`` (file name -> {"url"}) and per publisher a JSON of versions, oldest
first, one for each of its pages in order of their names; each with ``images``: [{"versions": [{"url"}], "caption",
"authors"}]. No rule is fitted to pages, so there is nothing to leave out: the spread over publishers (two halves by a hash
of the name, the mean over publishers and its standard error) says what to expect of publishers not seen.

The last table tells whether confidence means what it says: of captions given 0.9 about nine in ten should be right
(:mod:`bench.confidence` fits it).

Figures in percent. *exact*: the caption equals the expected one once white space, quotes and dashes are alike; *bare*: the
same without punctuation at the ends, the expected credits taken off on both sides; *credit*: one of the expected names is
in what was given. Cost: seconds of processor time over those of a bare lxml parse of the same pages, of what a user calls
(``catalog.extract`` on a file in a folder of its own), and how much of it goes into finding and decoding the file; what a
process loads once is told apart.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import re
import tempfile
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from lxml import etree

import catalog
from catalog.addresses import keys, stem
from catalog.captions import extract_document
from catalog.extracting import documents
from catalog.sources.base import Document

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "pages"
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.01)
_ALIKE = str.maketrans(
    {**dict.fromkeys("‘’‚‛`´′‹›", "'"), **dict.fromkeys("“”„‟«»″", '"'), **dict.fromkeys("‐‑‒–—−―", "-")}
)


@dataclass(frozen=True, slots=True)
class Expected:
    """One picture that a page should give."""

    names: frozenset[str]
    captions: tuple[str, ...]
    credits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page with what is expected of it."""

    publisher: str
    url: str
    text: str
    expected: tuple[Expected, ...]


@dataclass(slots=True)
class Tally:
    """Counts over pages; ``+`` joins two."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, other: Tally) -> None:
        """Add another tally's counts."""
        for name, count in other.counts.items():
            self.counts[name] += count

    def figures(self) -> dict[str, float]:
        """The figures of the table, in percent; NaN where nothing was expected or given."""
        c = self.counts
        return {
            "pages": c["pages"],
            "picture P": _share(c["found"], c["given"]),
            "picture R": _share(c["found"], c["wanted"]),
            "picture F1": _f1(c["found"], c["given"], c["wanted"]),
            "exact F1": _f1(c["exact"], c["pairs given"], c["pairs"]),
            "bare F1": _f1(c["bare"], c["pairs given"], c["pairs"]),
            "credit R": _share(c["credit"], c["credits"]),
        }


def _share(part: int, whole: int) -> float:
    return 100 * part / whole if whole else math.nan


def _f1(right: int, given: int, wanted: int) -> float:
    return 200 * right / (given + wanted) if given + wanted else math.nan


def _alike(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).translate(_ALIKE).replace("…", "..."))


def _bare(text: str, names: tuple[str, ...]) -> str:
    text = _alike(text)
    for credit in sorted(map(_alike, names), key=len, reverse=True):
        place = text.rfind(credit)
        if place > 0 and len(text) - place - len(credit) < 4:
            text = re.sub(r"[\W_]*\w{0,12}[:/©(]*$", "", text[:place]) if text[:place][-1:] in ":/©" else text[:place]
    return re.sub(r"^[\W_]+|[\W_]+$", "", text)


def fixture_pages(folder: Path) -> Iterator[Page]:
    """Yield the frozen pages of ``fixtures/pages``, each a publisher of its own."""
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        expected = tuple(
            Expected(frozenset({f"s:{i['stem']}", f"f:{i['stem']}"}), _some(i["caption"]), _some(i["credit"]))
            for i in data["images"]
        )
        yield Page(path.stem, data["url"], path.with_suffix(".html").read_text(encoding="utf-8"), expected)


def _some(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def publisher_pages(folder: Path) -> Iterator[Page]:
    """Yield the pages of a folder of publishers that say which pictures they have."""
    for info in sorted(folder.glob("*/meta.info")):
        meta = json.loads(info.read_text(encoding="utf-8"))
        by_publisher: dict[str, list[str]] = defaultdict(list)
        for name in sorted(meta):
            if (info.parent / name).exists():
                by_publisher[name.split("_", 1)[0]].append(name)
        for publisher, names in sorted(by_publisher.items()):
            gold = json.loads((info.parent / f"{publisher}.json").read_text(encoding="utf-8"))
            versions = sorted(gold, key=lambda v: [int(n) for n in re.findall(r"\d+", v)])
            for name, version in zip(names, versions, strict=True):
                images = gold[version].get("images")
                if images is not None:
                    url = meta[name]["url"]
                    text = gzip.decompress((info.parent / name).read_bytes()).decode("utf-8", "replace")
                    yield Page(publisher, url, text, tuple(_expected(images, url)))


def _expected(images: list[dict[str, Any]], base: str) -> Iterator[Expected]:
    """The expected pictures, those with a common address joined; those without any address left out."""
    joined: list[Expected] = []
    for image in images:
        names = frozenset[str]().union(*(keys(v["url"], base) for v in image["versions"]))
        captions, people = _some(image.get("caption") or ""), tuple(image.get("authors") or ())
        same = next((e for e in joined if e.names & names), None)
        if same is not None:
            joined.remove(same)
            names, captions, people = names | same.names, (*same.captions, *captions), (*same.credits, *people)
        if names:
            joined.append(Expected(names, tuple(dict.fromkeys(captions)), tuple(dict.fromkeys(people))))
    yield from joined


def match(page: Page, images: list[dict[str, Any]]) -> list[tuple[Expected, dict[str, Any]]]:
    """Return the expected pictures with those given that share most addresses with them, each at most once."""
    matched: dict[int, dict[str, Any]] = {}
    for image in images:
        # The project's own pages name pictures by their stems ("s:").
        names = frozenset(f"s:{stem(u)}" for u in image["urls"]).union(*(keys(u, page.url) for u in image["urls"]))
        shared = [
            (len(e.names & names), -n) for n, e in enumerate(page.expected) if e.names & names and n not in matched
        ]
        if shared:
            matched[-max(shared)[1]] = image
    return [(page.expected[n], image) for n, image in matched.items()]


def right_words(text: str, expected: Expected) -> bool:
    """Tell whether a caption's words are those expected, punctuation at the ends and the expected credits left aside."""
    given = _bare(text, expected.credits)
    return bool(given) and any(given == _bare(e, expected.credits) for e in expected.captions)


def confidences(page: Page, answer: dict[str, Any]) -> list[tuple[float, bool]]:
    """Return the confidence of each picture's caption and whether its words are right."""
    sure = {c["image_url"]: c["confidence"] for c in reversed(answer["captions"]) if c["text"]}
    images = [i for i in answer["images"] if i["caption"]]
    expected = {i["position"]: e for e, i in match(page, images)}
    return [
        (sure.get(i["url"], 0.0), i["position"] in expected and right_words(i["caption"], expected[i["position"]]))
        for i in images
    ]


def score(page: Page, answer: dict[str, Any]) -> Tally:
    """Compare what the reader gave for a page (as ``extract`` prints it) with what is expected."""
    tally = Tally()
    c = tally.counts
    c["pages"] += 1
    c["wanted"] += len(page.expected)
    for image in answer["images"]:
        c["given"] += 1
        c["pairs given"] += bool(image["caption"])
    matched = {page.expected.index(e): image for e, image in match(page, answer["images"])}
    c["found"] += len(matched)
    for number, expected in enumerate(page.expected):
        got = matched.get(number, {"caption": "", "credit": ""})
        c["pairs"] += bool(expected.captions)
        c["credits"] += bool(expected.credits)
        c["exact"] += any(_alike(got["caption"]) == _alike(e) for e in expected.captions)
        c["bare"] += right_words(got["caption"], expected)
        c["credit"] += any(_alike(e).casefold() in _alike(got["credit"]).casefold() for e in expected.credits)
    return tally


def _row(name: str, figures: dict[str, float]) -> str:
    cells = (f"{v:.0f}" if k == "pages" else "-" if math.isnan(v) else f"{v:.1f}" for k, v in figures.items())
    return f"| {name} | " + " | ".join(cells) + " |"


def half(publisher: str) -> str:
    """Return ``first`` or ``second``: a fixed function of the name."""
    return ("first", "second")[hashlib.sha256(publisher.encode()).digest()[0] % 2]


def run(pages: list[Page], *, by_publisher: bool) -> str:
    """Read all pages and return the tables as text."""
    total = Tally()
    halves: dict[str, Tally] = defaultdict(Tally)
    publishers: dict[str, Tally] = defaultdict(Tally)
    told: list[tuple[float, bool]] = []
    calling = finding = parsing = 0.0
    loading = time.process_time()
    for page in pages[:3]:  # word lists and weights are loaded with the first pages, once for a process
        extract_document(Document(page.publisher, "webpage", page.text, "utf-8", "0" * 64, page.url))
    loading = time.process_time() - loading
    for page in pages:
        data = page.text.encode("utf-8", "replace")
        begun = time.process_time()
        etree.fromstring(data, etree.HTMLParser(encoding="utf-8"))
        parsing += time.process_time() - begun
        answer, called, found = _call(data, page.url)
        calling += called
        finding += found
        tally = score(page, answer)
        told += confidences(page, answer)
        for group in (total, halves[half(page.publisher)], publishers[page.publisher]):
            group.add(tally)
    lines = ["| | " + " | ".join(total.figures()) + " |", "|---" * (len(total.figures()) + 1) + "|"]
    lines.append(_row("all pages", total.figures()))
    lines += [_row(f"{name} half of the publishers", halves[name].figures()) for name in sorted(halves)]
    lines += _spread(list(publishers.values()))
    if by_publisher:
        lines += [_row(name, tally.figures()) for name, tally in sorted(publishers.items())]
    lines.append(
        f"\nextract {1000 * calling / len(pages):.1f} ms a page, bare lxml parse {1000 * parsing / len(pages):.1f} ms, "
        f"ratio {calling / parsing:.2f}, of which finding and decoding the file {finding / parsing:.2f}; "
        f"the first three pages of a process, {1000 * loading:.0f} ms\n"
    )
    lines.append(calibration(told))
    return "\n".join(lines)


def _call(data: bytes, url: str) -> tuple[dict[str, Any], float, float]:
    """What a user's call answers for a page in a folder of its own, its seconds of processor time, and those of its file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "page.html")
        file.write_bytes(data)
        begun = time.process_time()
        answer = catalog.extract(file, url or None)
        called = time.process_time()
        list(documents(file, url))
        return answer, called - begun, time.process_time() - called


def calibration(told: list[tuple[float, bool]]) -> str:
    """Return the calibration table of (confidence, right) pairs: bins, how many, how many right, mean confidence."""
    lines = ["| confidence | captions | mean confidence | right, % |", "|---|---|---|---|"]
    for low, high in pairwise(BINS):
        inside = [(p, r) for p, r in told if low <= p < high]
        if inside:
            mean, share = sum(p for p, _ in inside) / len(inside), 100 * sum(r for _, r in inside) / len(inside)
            lines.append(f"| {low:.2f} to {min(high, 1.0):.2f} | {len(inside)} | {mean:.2f} | {share:.1f} |")
    brier = sum((p - r) ** 2 for p, r in told) / max(1, len(told))
    pairs = [(a, b) for a, r in told if r for b, s in told if not s]
    order = sum((a > b) + 0.5 * (a == b) for a, b in pairs) / len(pairs) if pairs else math.nan
    lines.append(
        f"\nBrier score {brier:.3f}; a right caption stands above a wrong one in {100 * order:.0f} of 100 pairs"
    )
    return "\n".join(lines)


def _spread(tallies: list[Tally]) -> list[str]:
    """The mean over publishers and its standard error."""
    means: dict[str, float] = {"pages": math.nan}
    errors: dict[str, float] = {"pages": math.nan}
    for name in list(tallies[0].figures())[1:]:
        values = [v for t in tallies if not math.isnan(v := t.figures()[name])]
        means[name] = sum(values) / len(values) if values else math.nan
        variance = sum((v - means[name]) ** 2 for v in values) / max(1, len(values) - 1)
        errors[name] = math.sqrt(variance / len(values)) if values else math.nan
    means["pages"] = errors["pages"] = len(tallies)
    return [_row("mean over publishers", means), _row("its standard error", errors)]


def main() -> None:
    """Read the arguments and print the tables."""
    parser = argparse.ArgumentParser(description="Measure reading captions from web pages.")
    parser.add_argument(
        "folder", nargs="?", type=Path, default=FIXTURES, help="pages to measure on (default: fixtures/pages)"
    )
    parser.add_argument("--publishers", action="store_true", help="one line per publisher as well")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    pages = list(publisher_pages(folder) if any(folder.glob("*/meta.info")) else fixture_pages(folder))
    if not pages:
        parser.error(f"no pages in {folder}")
    run(pages[:1], by_publisher=False)
    print(run(pages, by_publisher=arguments.publishers))


if __name__ == "__main__":
    main()
