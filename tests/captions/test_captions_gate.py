"""The quality gate: the reader on the project's own frozen pages, against floors that only a flag lowers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from catalog.addresses import keys, stem
from catalog.captions import extract_documents
from catalog.model import Extraction
from catalog.sources.base import Document

PAGES = Path(__file__).resolve().parents[2] / "fixtures" / "pages"
FLOORS = Path(__file__).with_name("gate_floors.json")
FACTS = {"title": "title", "byline": "byline", "published": "published", "language": "language", "canonical": "url"}


@dataclass
class Tally:
    """Counts over pages, and the names of pages that are not read as expected."""

    found: int = 0
    wanted: int = 0
    given: int = 0
    pairs: int = 0
    pairs_wanted: int = 0
    pairs_given: int = 0
    credits: int = 0
    credits_wanted: int = 0
    facts: int = 0
    facts_wanted: int = 0
    spans: int = 0
    spans_wanted: int = 0
    wrong: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        """The figures of the gate, in percent."""
        return {
            "picture_f1": _f1(self.found, self.given, self.wanted),
            "exact_pair_f1": _f1(self.pairs, self.pairs_given, self.pairs_wanted),
            "credit_recall": round(100 * self.credits / self.credits_wanted, 1),
            "facts": round(100 * self.facts / self.facts_wanted, 1),
            "spans": round(100 * self.spans / self.spans_wanted, 1),
        }


def _f1(right: int, given: int, wanted: int) -> float:
    return round(200 * right / max(1, given + wanted), 1)


def read(name: str, text: str, url: str) -> tuple[Extraction, ...]:
    """Read one page from memory."""
    return extract_documents(Document(name, "webpage", text, "utf-8", "0" * 64, url))


def _score(tally: Tally, name: str, expected: dict[str, Any], text: str) -> None:
    stories = read(name, text, expected["url"])
    extraction = stories[0]
    article = extraction.article
    captions = {c.picture: c for c in extraction.captions}
    want = {i["stem"]: (i["caption"], i["credit"]) for i in expected["images"]}
    got = {_named(p.url, want): captions.get(p.position) for p in article.pictures}
    right = list(got) == list(want) and len(stories) == expected.get("stories", 1)
    tally.found += len(set(got) & set(want))
    tally.given += len(got)
    tally.wanted += len(want)
    tally.pairs_given += sum(1 for c in got.values() if c is not None and c.text)
    for key, (caption, credit) in want.items():
        have = got.get(key)
        text_right = (have.text if have else "") == caption
        credit_right = (have.credit if have else "") == credit
        tally.pairs_wanted += bool(caption)
        tally.pairs += bool(caption) and text_right
        tally.credits_wanted += bool(credit)
        tally.credits += bool(credit) and credit_right
        right = right and text_right and credit_right
    for key, attribute in FACTS.items():
        if key in expected:
            tally.facts_wanted += 1
            tally.facts += getattr(article, attribute) == expected[key]
            right = right and getattr(article, attribute) == expected[key]
    if "largest" in expected:
        right = right and bool(article.pictures) and article.pictures[0].url == expected["largest"]
    printed = [c for c in extraction.captions if not any(r.name in _DATA for r in c.reasons)]
    tally.spans_wanted += len(printed)
    tally.spans += sum(0 <= c.start < c.end <= len(text) for c in printed)
    if not right:
        tally.wrong.append(name)


def _named(url: str, stems: Iterable[str]) -> str:
    """The stem of an address, or of the one that a resizing proxy carries inside its own."""
    names = keys(url)
    return next((s for s in stems if f"f:{s}" in names), stem(url))


_DATA = {"json-ld", "script-json", "data-caption", "title-attribute", "link-title"}


@pytest.fixture(scope="module")
def tally() -> Tally:
    """The tally over all frozen pages."""
    counted = Tally()
    for path in sorted(PAGES.glob("*.json")):
        expected = json.loads(path.read_text(encoding="utf-8"))
        _score(counted, path.stem, expected, path.with_suffix(".html").read_text(encoding="utf-8"))
    return counted


def settled(
    figures: dict[str, float], floors: dict[str, float], *, raising: bool = False, lowering: bool = False
) -> dict[str, float]:
    """Return the floors after a run: as they were, raised where figures are better, or (``lowering``) the figures themselves."""
    if lowering:
        return dict(figures)
    return {n: max(v, floors.get(n, 0.0)) for n, v in figures.items()} if raising else dict(floors)


def below(figures: dict[str, float], floors: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Return the figures that are below their floors, each with its floor."""
    return {name: (value, floors[name]) for name, value in figures.items() if value < floors.get(name, 0.0)}


def test_no_figure_is_below_its_floor(tally: Tally, pytestconfig: pytest.Config) -> None:
    """The reader is as good on the frozen pages as it has ever been, unless someone lowered the floors on purpose."""
    floors: dict[str, float] = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    figures = tally.figures()
    raising = bool(pytestconfig.getoption("--raise-floors", False))
    lowering = bool(pytestconfig.getoption("--lower-floors", False))
    floors = settled(figures, floors, raising=raising, lowering=lowering)
    if raising or lowering:
        FLOORS.write_text(json.dumps(floors, indent=2) + "\n", encoding="utf-8")
    low = below(figures, floors)
    assert not low, f"below the floor (figure, floor): {low}; pages not read as expected: {tally.wrong}"


def test_without_a_flag_floors_stay_and_a_worse_figure_fails() -> None:
    """A better figure alone moves no floor, and one below its floor is named with it."""
    floors = settled({"a": 91.0, "b": 70.0}, {"a": 90.0, "b": 80.0})
    assert floors == {"a": 90.0, "b": 80.0}
    assert below({"a": 91.0, "b": 70.0}, floors) == {"b": (70.0, 80.0)}


def test_raising_never_lowers_a_floor() -> None:
    """``--raise-floors`` takes over better figures and new ones; a worse figure keeps its floor, and still fails."""
    floors = settled({"a": 91.0, "b": 70.0, "c": 5.0}, {"a": 90.0, "b": 80.0}, raising=True)
    assert floors == {"a": 91.0, "b": 80.0, "c": 5.0}
    assert below({"a": 91.0, "b": 70.0, "c": 5.0}, floors) == {"b": (70.0, 80.0)}


def test_only_the_explicit_flag_lowers_a_floor() -> None:
    """``--lower-floors`` takes the figures as they are, also where both flags are given."""
    for raising in (False, True):
        assert settled({"a": 50.0}, {"a": 90.0}, raising=raising, lowering=True) == {"a": 50.0}


def test_there_are_enough_frozen_pages() -> None:
    """At least forty structures are frozen, each page with its expectation."""
    pages = {p.stem for p in PAGES.glob("*.html")}
    assert len(pages) >= 40
    assert pages == {p.stem for p in PAGES.glob("*.json")}


def test_every_expectation_says_what_it_shows() -> None:
    """Each expectation names the structure that its page is there for."""
    for path in PAGES.glob("*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["shows"], path.name


@pytest.mark.parametrize("name", ["figcaption", "srcset-commas", "two-stories", "script-state"])
def test_reading_again_gives_the_same_ids(name: str) -> None:
    """Article and caption ids, and everything else, are the same when a page is read again."""
    text = (PAGES / f"{name}.html").read_text(encoding="utf-8")
    url = "https://courier.example/news/ferry-last-crossing"
    assert read(name, text, url) == read(name, text, url)


def test_spans_slice_the_source_to_the_printed_words() -> None:
    """``start`` and ``end`` cut the caption as printed out of the page's source, the credit's span the credit."""
    text = (PAGES / "credit-photo-by.html").read_text(encoding="utf-8")
    caption = read("x", text, "https://courier.example/a")[0].captions[0]
    assert text[caption.start : caption.end] == caption.printed
    assert text[caption.credit_start : caption.credit_end] == caption.credit == "Mara Voss / Coast News"
    assert text.split("\n")[caption.line - 1].count(caption.text) == 1
