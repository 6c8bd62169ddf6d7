"""The example stories come out as their expected.json says: the whole way from files to links, duplicates and conflicts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import catalog
from catalog.library import Library


def expected(stories: Path, name: str) -> Any:
    """What is expected of a story."""
    return json.loads((stories / name / "expected.json").read_text())


def linked(library: Library) -> dict[str, str]:
    """Caption text -> file name of the picture it is linked to without a person."""
    found = {}
    for article in library.articles():
        view = library.article(article.id)
        texts = {c.id: c.text for c in view.captions}
        for link in view.links:
            if view.statuses[link.id] == "linked":
                found[texts[link.caption]] = name(library, link.image)
    return found


def name(library: Library, image: str) -> str:
    """The file name of a picture's first location."""
    return library.record(image).image.paths[0].rsplit("/", 1)[-1]


def by_name(library: Library) -> dict[str, str]:
    """File name -> image id, for every location."""
    return {p.rsplit("/", 1)[-1]: r.id for r in library.records() for p in r.image.paths}


def test_unmarked_captions_of_plain_text_are_found(stories: Path) -> None:
    """Exactly the caption lines of the hard plain text are captions, and their spans slice the file to them."""
    path = stories / "harbour" / "harbour.txt"
    want = expected(stories, "harbour")
    found = catalog.extract(path)
    assert [c["line"] for c in found["captions"]] == want["caption_lines"]
    assert found["article"]["title"] == want["title"]
    text = path.read_text()
    for caption in found["captions"]:
        assert text[caption["start"] : caption["end"]] == text.split("\n")[caption["line"] - 1]


def test_captions_of_plain_text_are_linked_by_evidence(library: Library, stories: Path) -> None:
    """Embedded captions link for certain; what has weaker evidence is proposed, not taken; what has none stays open."""
    want = expected(stories, "harbour")
    lines = (stories / "harbour" / "harbour.txt").read_text().split("\n")
    best = {}
    for article in library.articles():
        if article.source.endswith("harbour.txt"):
            view = library.article(article.id)
            for caption in view.captions:
                mine = [x for x in view.links if x.caption == caption.id]
                if mine:
                    best[caption.text] = name(library, mine[0].image)
    for line, picture in want["links"].items():
        assert best[lines[int(line) - 1]] == picture
    sure = linked(library)
    assert sure[lines[8]] == "DSC_2041.jpg" and sure[lines[14]] == "DSC_2077.jpg"
    orphans = {f.subjects[0] for f in library.all_findings("caption-without-image")}
    texts = {c.text for i in orphans for c in library.caption(i).captions}
    assert {lines[n - 1] for n in want["captions_without_image"]} <= texts


def test_a_saved_page_gives_its_captions_credits_and_pictures(library: Library, stories: Path) -> None:
    """Figure, classed paragraph and lazy picture are linked; the teasers' pictures belong to nothing."""
    want = expected(stories, "market")
    sure = linked(library)
    for text, picture in want["links"].items():
        assert sure[text] == picture
    assert not set(want["not_of_the_story"]) & set(sure.values())
    page = catalog.extract(stories / "market" / "market.html")
    assert [c["credit"] for c in page["captions"]] == want["credits"]


def test_one_photograph_under_two_places_is_a_conflict(library: Library, stories: Path) -> None:
    """The crop in the second story is matched, its usage stays its own, and the contradiction comes first in the queue."""
    want = expected(stories, "flood")
    assert set(want["links"].items()) <= set(linked(library).items())
    ids = {p.split("stories/", 1)[1]: r.id for r in library.records() for p in r.image.paths}
    for a, b, relation in want["same_photograph"]:
        assert [s.match.relation for s in library.similar(ids[a]) if s.id == ids[b]] == [relation]
    first = next(library.all_findings())
    assert first.kind == "conflict" and set(want["conflict_kinds"]) <= set(first.detail["kinds"])


def test_loose_copies_are_recognised_with_their_relation(library: Library, stories: Path) -> None:
    """Each copy is named for what it is, different pictures of one scene are no copies, and broken files are rejected."""
    want = expected(stories, "loose")
    ids = by_name(library)
    matches = {s.id: s.match for s in library.similar(ids[want["of"]])}
    for copy, relation in want["relations"].items():
        assert matches[ids[copy]].relation == relation, copy
    for a, b in want["identical"]:
        assert ids[a] == ids[b]
    for a, b in want["not_the_same"]:
        assert ids[b] not in {s.id for s in library.similar(ids[a])}
    rejected = {p.rsplit("/", 1)[-1] for p, result, _ in library.runs()[0].problems if result == "rejected"}
    assert rejected == set(want["rejected"])


def test_metadata_that_disagree_are_a_finding_that_names_the_fields(library: Library, stories: Path) -> None:
    """The groups of one file that say different things are shown beside each other; neither is dropped."""
    want = expected(stories, "orchard")
    finding = next(library.all_findings("metadata"))
    assert sorted(set(finding.detail["fields"])) == want["metadata_disagree"]
    assert name(library, finding.subjects[0]) == want["picture"]
    groups = {v.group for d in library.record(finding.subjects[0]).image.metadata.disagreements for v in d.values}
    assert groups == {"IPTC", "XMP"}
