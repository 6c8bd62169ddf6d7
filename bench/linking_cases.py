"""Linking as a user meets it: whole folders imported through the library, and a very large article.

  python -m bench.linking CASES/dev/gold.json --end-to-end 20    # the first 20 cases of each kind, imported as files
  python -m bench.linking --size 500x5000                        # 500 captions beside 5,000 pictures: seconds and memory

A case's captions are judged by what the catalogue then says: the surest link that nobody rejected. A file that is known to show the
same photograph as the expected one counts as that one when the catalogue says so too.
"""

from __future__ import annotations

import json
import random
import re
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np

from catalog.library import Library, open_library
from catalog.linking import Candidate, link, tokens
from catalog.model import Article, Caption, Image, Metadata

#: Classes of captions of which nothing tells the picture, or only the order does.
UNKNOWABLE = ("none", "none_trap", "missing", "saved_missing")
BY_ORDER = ("order", "saved_ambiguous")
_RANK = {"unsure": 0, "likely": 1, "certain": 2}


@dataclass(slots=True)
class Said:
    """What a catalogue says of a case: links as (caption text, paths, band, score), orphaned captions, files of one photograph."""

    links: list[tuple[str, tuple[str, ...], str, float]] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    same: set[frozenset[str]] = field(default_factory=set)


@dataclass(slots=True)
class Tally:
    """Counts over all cases, and (score, right) of every link that can be judged."""

    by_class: Counter[tuple[str, str]] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    scores: list[tuple[float, bool]] = field(default_factory=list)


def run(gold: Path, number: int) -> Tally:
    """Import ``number`` cases of each kind, each into a catalogue of its own, and count what was right."""
    tally, seen = Tally(), Counter[str]()
    for case in json.loads(gold.read_text(encoding="utf-8"))["cases"]:
        seen[case["kind"]] += 1
        if seen[case["kind"]] <= number:
            folder = gold.parent / "cases" / case["id"]
            with tempfile.TemporaryDirectory() as scratch, open_library(Path(scratch) / "cat") as library:
                for _ in library.import_([folder], workers=1):
                    pass
                judge(case, said(library, folder), tally)
    return tally


def said(library: Library, folder: Path) -> Said:
    """Read what a catalogue holds of the case in ``folder``, with paths relative to it."""
    texts, paths, answer = dict[str, str](), dict[str, tuple[str, ...]](), Said()
    lines = [json.loads(line) for line in b"".join(library.export("jsonl", everything=True)).splitlines()]
    for line in lines:
        if line["type"] == "caption":
            texts[line["id"]] = line["text"]
        elif line["type"] == "image":
            paths[line["id"]] = tuple(_relative(path, folder) for path in line["paths"])
    for line in lines:
        if line["type"] == "link" and line["caption"] in texts and line.get("status") != "rejected":
            answer.links.append((texts[line["caption"]], paths[line["image"]], line["band"], line["score"]))
        elif line["type"] == "match" and line["relation"] != "same scene":
            answer.same.update(frozenset((a, b)) for a in paths[line["a"]] for b in paths[line["b"]])
    found = library.all_findings("caption-without-image")
    answer.orphans = [texts[finding.subjects[0]] for finding in found if finding.subjects[0] in texts]
    return answer


def _relative(path: str, folder: Path) -> str:
    """A path as the cases name it; a member of a page lies in ``page_files`` beside it."""
    page, _, member = path.partition("!/")
    if member:
        name = "page_files/" + unquote(urlsplit(member).path.rsplit("/", 1)[-1]) if "://" in member else member
        page = page.rpartition("/")[0] + "/" + re.sub(r"^\./", "", name)
    return page.removeprefix(f"{folder}/")


def judge(case: dict[str, Any], answer: Said, tally: Tally) -> None:
    """Add to ``tally`` how one case was answered."""
    gold = case["captions"]
    best: dict[int, tuple[int, float, bool]] = {}
    for text, files, band, score in answer.links:
        stands = [n for n, known in enumerate(gold) if _same(text, known["text"])]
        if not stands:
            known_file = any(case["files"].get(path, {}).get("role") == "gold" for path in files)
            judged = known_file or not case["kind"].startswith(("saved", "shared"))
            if judged and not any(_same(text, other) for other in case.get("ignore", [])):
                tally.total["wrong " + band] += 1
            continue
        right = [n for n in stands if _shows(gold[n]["file"], files, case, answer)]
        number, known_by = (right or stands)[0], gold[(right or stands)[0]]["class"]
        tally.total[
            ("luck " if known_by in ("none", "none_trap") else "right ") + band if right else "wrong " + band
        ] += 1
        if known_by not in UNKNOWABLE + BY_ORDER:
            tally.scores.append((score, bool(right)))
        best[number] = max(best.get(number, (-1, 0.0, False)), (_RANK[band], score, bool(right)))
    for number, known in enumerate(gold):
        _caption(known, best.get(number), any(_same(text, known["text"]) for text in answer.orphans), tally)
    if "same" in case:
        linked = {known["class"] for n, known in enumerate(gold) if n in best and best[n][2]}
        pairs = {frozenset(pair) for pair in case["same"]}
        tally.total["shared"] += 1
        tally.total["shared on one"] += {"shared_first", "shared_second"} <= linked and pairs <= answer.same


def _caption(known: dict[str, Any], best: tuple[int, float, bool] | None, orphaned: bool, tally: Tally) -> None:
    kind = known["class"]
    tally.by_class[kind, "all"] += 1
    if best is not None:
        tally.by_class[kind, "right"] += best[2]
        tally.by_class[kind, "certain"] += best[0] == _RANK["certain"]
    if known["file"] is not None and kind not in UNKNOWABLE + BY_ORDER:
        tally.total["knowable"] += 1
        tally.total["orphaned"] += orphaned


def _shows(wanted: str | None, files: Sequence[str], case: dict[str, Any], answer: Said) -> bool:
    pairs = {frozenset(pair) for pair in case.get("same", ())} & answer.same
    return wanted is not None and any(path == wanted or frozenset((path, wanted)) in pairs for path in files)


def _same(a: str, b: str) -> bool:
    """Whether two texts are one caption: the same words, or the credit cut differently."""
    short, long = sorted((tokens.key(a), tokens.key(b)), key=len)
    return short == long or (short in long and 2 * len(short) >= len(long) > 8)


def table(tally: Tally, calibration: float) -> Iterator[str]:
    """The lines of the table; ``calibration`` is the expected error of the scores."""
    yield f"{'captions known by':24}{'n':>6}{'recall %':>10}{'certain %':>11}"
    for kind in sorted({kind for kind, what in tally.by_class if what == "all"}):
        count, right, certain = (tally.by_class[kind, what] for what in ("all", "right", "certain"))
        yield f"{kind:24}{count:6}{100 * right / count:10.1f}{100 * certain / count:11.1f}"
    total = tally.total
    for band in _RANK:
        parts = [total[f"{how} {band}"] for how in ("right", "wrong", "luck")]
        if sum(parts):
            share = 100 * parts[0] / sum(parts)
            yield f"precision of {band}: {share:.1f} % ({parts[0]} right, {parts[1]} wrong, {parts[2]} by luck)"
    blind = sum(tally.by_class[kind, "certain"] for kind in UNKNOWABLE + BY_ORDER[:1])
    yield f"certain with no evidence, or by order alone: {blind}"
    if total["knowable"]:
        yield f"captions wrongly called orphans: {100 * total['orphaned'] / total['knowable']:.1f} % of {total['knowable']}"
    if total["shared"]:
        yield f"both usages on one photograph: {100 * total['shared on one'] / total['shared']:.1f} % of {total['shared']}"
    yield f"expected calibration error: {calibration:.3f} of {len(tally.scores)} links"


_SYLLABLES = ("ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu", "pa", "de", "gi", "ho", "ju")


def large(captions: int, pictures: int) -> str:
    """Link a made article of so many captions to so many pictures, and say what it took. All texts share their common words."""
    chance = random.Random(7)

    def text() -> str:
        words = ["".join(chance.choice(_SYLLABLES) for _ in range(4)) for _ in range(12)]
        return " ".join(["The", "storm", "on", "Monday", "in", "Lisbon", *words])

    texts = [text() for _ in range(captions)]
    files = []
    for number in range(pictures):
        meta = Metadata(caption=texts[number] if number < captions else text(), city="Lisbon", created="2024-02-15")
        image = Image(
            f"{number:016x}", f"{number:064x}", 1, 640, 480, "JPEG", (f"story/{number:05}.jpg",), metadata=meta
        )
        files.append(Candidate(image, "import"))
    article = Article("a", "story/article.txt", "0" * 64, "plaintext")
    asked = [Caption(f"c{n}", "a", n, one) for n, one in enumerate(texts)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    links = link(article, asked, files)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    right = sum(one.band == "certain" and int(one.image, 16) == int(one.caption[1:]) for one in links)
    return (
        f"{captions} captions x {pictures} pictures: {seconds:.1f} s of one core, {(peak - before) / 1024:.0f} MB more "
        f"({peak / 1024:.0f} MB in all), {right} linked rightly as certain"
    )


def arrays(scores: Sequence[tuple[float, bool]]) -> tuple[Any, Any]:
    """Scores and whether each was right, as arrays."""
    return np.array([score for score, _ in scores]), np.array([float(right) for _, right in scores])
