"""The material of each screen, gathered from the catalogue. Reads only; what it says is what the judges and deciders left."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from .. import resolve
from ..catalogue import Catalogue
from ..codec import facts_hash, from_dict
from ..errors import NotFound, UsageError
from ..indexing import CREDIT_ALONE
from ..inferences import grouping
from ..later import later
from ..media import Blob, Media, file_blob
from ..model import Article, Caption, Comparison, Conflict, Decision, Finding, Image, Link, Match, Metadata, Record
from ..paths import to_path
from ..stores.base import COUNTER, Doc, Store
from ..views import ArticleView, BulkPreview, CompareView, Difference, FindingView, LogPage, Overview, RunView

if TYPE_CHECKING:
    from .. import conflicts, marking
    from ..duplicates.base import Neighbours
    from ..images.worker import Prepared
    from ..inferences import inferring
    from ..search.facade import SearchIndex
    from ..sources import savedpage
    from . import wordings
else:
    conflicts, inferring, marking, wordings, savedpage = later(
        ".conflicts", ".inferences.inferring", ".marking", ".screens.wordings", ".sources.savedpage"
    )

_MAX_LOG = 500
#: Pictures of an article's folder that are looked at for its page, and those that are shown where nothing speaks for them.
_MAX_FOLDER, _MAX_BESIDE = 120, 24
#: Characters on either side of a caption that are looked through for the line before and after it.
_MAX_AROUND = 2_000
#: Pictures of that kind that the queue offers.
_MAX_NEAR = 4
_NUMBER = re.compile(r"([0-9]+)")


# ---------------------------------------------------------------- articles


def article(cat: Catalogue, ident: str) -> ArticleView:
    """Return everything on an article's page. Raises NotFound."""
    found = cat.article(ident)
    if found is None:
        raise NotFound("article", ident)
    captions = cat.captions_of(ident)
    links, statuses = cat.article_links(ident)
    about = [ident, f"article:{ident}"]
    findings = _findings(cat, "articles", ident)
    own = inferring.own_pictures(cat, found)
    near = beside(cat, found)
    images = dict.fromkeys([*(link.image for link in links), *own, *near])
    records = {i: r for i in images if (r := cat.record(i)) is not None}
    linked = {link.image for link in links}
    none = marking.dismissed(cat.decisions_about([ident]))
    revisions = tuple(cat.revisions_of(ident))
    return ArticleView(
        article=found,
        captions=tuple(captions),
        links=tuple(sorted(links, key=lambda x: (-x.score, x.id))),
        statuses={k: v[0] for k, v in statuses.items()},
        records=records,
        pictures=inferring.resolved_pictures(found, cat.images(images)),
        findings=tuple(sorted(findings, key=lambda f: -f.score)),
        revisions=revisions,
        seen=resolve.seen_token(facts_hash(found.sha256), cat.decisions_about(about)),
        near=tuple(i for i in near if i not in linked and i in records and not records[i].hidden),
        dismissed={c.id: none[c.id] for c in captions if c.id in none},
        marked=tuple(c.id for c in captions if marking.is_marked(c)),
        earlier=wordings.earlier(captions, revisions) if revisions else {},
    )


def beside(cat: Catalogue, found: Article) -> list[str]:
    """Return pictures that may be an article's though nothing says so: its document's, else its folder's, in the order of names."""
    own = inferring.own_pictures(cat, found)
    folders = (cat.store.get("article", found.id) or {}).get("keys", {}).get("folders", ())
    there = own or [i for folder in folders for i in cat.store.find("image", "keys.folders", folder)[:_MAX_FOLDER]]
    images = cat.images(there)
    if not own:
        images = {i: x for i, x in images.items() if any(_may_belong(path, found.source) for path in x.paths)}
    named = {i: natural(image.paths[0].rpartition("/")[2] if image.paths else i) for i, image in images.items()}
    return sorted(named, key=lambda i: (named[i], i))[:_MAX_BESIDE]


def _may_belong(path: str, source: str) -> bool:
    """Whether a picture met at ``path`` may be of the story read from ``source``: it did not come with another document, in an
    archive or in a page's own folder."""
    document, member, _ = path.partition("!/")
    if member:
        return document == source.partition("!/")[0]
    folder = document.rpartition("/")[0]
    return not folder.endswith(savedpage.FOLDER_SUFFIXES) or folder == source.rpartition("/")[0]


def natural(name: str) -> list[tuple[int, str]]:
    """Return a key by which names sort as people count: ``img2`` before ``img10``."""
    return [(int(part[:18]), "") if part.isdecimal() else (-1, part.casefold()) for part in _NUMBER.split(name) if part]


def caption(cat: Catalogue, ident: str) -> ArticleView:
    """Return the article of a caption with that caption alone. Raises NotFound."""
    found = cat.captions([ident]).get(ident)
    if found is None:
        raise NotFound("caption", ident)
    whole = article(cat, found.article)
    links = tuple(link for link in whole.links if link.caption == ident)
    mine = {link.image for link in links}
    return ArticleView(
        article=whole.article,
        captions=(found,),
        links=links,
        statuses={k: v for k, v in whole.statuses.items() if k.startswith(f"{ident}:")},
        records={i: r for i, r in whole.records.items() if i in mine},
        pictures=whole.pictures,
        findings=tuple(f for f in whole.findings if ident in f.subjects),
        revisions=whole.revisions,
        seen=whole.seen,
        dismissed={i: d for i, d in whole.dismissed.items() if i == ident},
        marked=tuple(i for i in whole.marked if i == ident),
        earlier={i: worded for i, worded in whole.earlier.items() if i == ident},
    )


def _findings(cat: Catalogue, field: str, value: str) -> list[Finding]:
    return [
        from_dict(d, Finding) for d in cat.store.get_many("finding", cat.store.find("finding", field, value)).values()
    ]


# ---------------------------------------------------------------- findings


def finding(cat: Catalogue, ident: str) -> FindingView:
    """Return a finding with what is needed to decide it. Raises NotFound."""
    found = cat.finding(ident)
    if found is None:
        raise NotFound("finding", ident)
    decisions = inferring.decisions_on(cat, found)
    captions = {s: c for s in found.subjects if (c := cat.caption(s)) is not None}
    candidates: list[Link] = []
    near: tuple[str, ...] = ()
    around = ("", "")
    if found.kind in ("link", "caption-without-image") and captions:
        asked = captions[found.subjects[0]]
        links, statuses = cat.article_links(asked.article)
        candidates = sorted((x for x in links if x.caption == asked.id), key=lambda x: (-x.score, x.id))
        article_ = cat.article(asked.article)
        if article_ is not None:
            around = _around(article_, asked)
            held = {x.image for x in links if statuses[x.id][0] == "linked" or x.caption == asked.id}
            if found.kind == "caption-without-image":
                near = tuple(i for i in beside(cat, article_) if i not in held)[:_MAX_NEAR]
    elif found.kind == "image-without-caption":
        candidates, more = _captions_near(cat, found.subjects[0])
        captions |= more
    images = dict.fromkeys(
        [*found.images, *(s for s in found.subjects if s not in captions), *(x.image for x in candidates), *near]
    )
    articles = {*found.articles, *(c.article for c in captions.values() if c.article)}
    records = {i: r for i in images if (r := cat.record(i)) is not None}
    return FindingView(
        finding=found,
        captions=captions,
        records=records,
        articles=cat.articles(articles),
        candidates=tuple(candidates),
        match=cat.match(*found.subjects[:2]) if found.kind == "duplicate" else None,
        conflict=_conflict(cat, found) if found.kind == "conflict" else None,
        decisions=tuple(decisions),
        changed=_changed(found, decisions),
        near=tuple(i for i in near if i in records and not records[i].hidden),
        around=around,
    )


def _around(found: Article, asked: Caption) -> tuple[str, str]:
    """The lines before and after a caption in a plain text, where nothing but these tells a person whether it is one."""
    if not 0 <= asked.start < asked.end <= len(found.text) or found.kind != "plaintext":
        return "", ""
    before = found.text[max(0, asked.start - _MAX_AROUND) : asked.start].strip().rpartition("\n")[2]
    after = found.text[asked.end : asked.end + _MAX_AROUND].strip().partition("\n")[0]
    return before.strip(), after.strip()


def _conflict(cat: Catalogue, found: Finding) -> Conflict | None:
    doc = cat.store.get("conflict", "|".join(sorted(found.subjects[:2])))
    return from_dict(doc, Conflict) if doc else None


def _changed(found: Finding, decisions: Sequence[Decision]) -> tuple[str, ...]:
    if found.status != "changed" or not decisions:
        return ()
    what = {"link": "The caption", "caption-without-image": "The caption", "conflict": "One of the captions"}
    return (
        f"{what.get(found.kind, 'The file')} has other words than when it was decided ({decisions[-1].time[:10]}).",
    )


def _captions_near(cat: Catalogue, image: str) -> tuple[list[Link], dict[str, Caption]]:
    """Open captions of the articles that came with a picture, as weak candidates for it."""
    near = sorted(inferring.interested_articles(cat, [image]))[:5]
    links: list[Link] = []
    captions: dict[str, Caption] = {}
    for ident in near:
        _, statuses = cat.article_links(ident)
        settled = {k.split(":")[0] for k, (status, _) in statuses.items() if status == "linked"}
        for found in cat.captions_of(ident):
            if found.id not in settled and len(links) < 12:
                links.append(Link(f"{found.id}:{image}", found.id, image, ident, 0.0, "unsure"))
                captions[found.id] = found
    return links, captions


# ---------------------------------------------------------------- duplicates


def matches(cat: Catalogue, max_score: float | None) -> Iterator[Match]:
    """Yield the matches that hold, in the order of ids; a picture met in two places matches itself."""
    for ident, doc in cat.store.iter("image"):
        if len(doc.get("paths", ())) > 1 and (max_score is None or max_score >= 1):
            yield Match(f"{ident}:{ident}", ident, ident, "identical", 1.0, "the same bytes in several places")
    for _, doc in cat.store.iter("match"):
        match = from_dict(doc, Match)
        if match.relation == "same scene" or (max_score is not None and match.score > max_score):
            continue
        if (match.a, match.b) not in resolve.denied_pairs(cat.decisions_about([match.a])):
            yield match
    if max_score is None or max_score >= 1:
        yield from _by_hand(cat)


def _by_hand(cat: Catalogue) -> Iterator[Match]:
    """Matches that only a person made; what people said is little beside what was found."""
    said = (from_dict(doc, Decision) for _, doc in cat.store.iter("decision") if doc.get("kind") == "duplicate")
    for first in sorted({min(d.subjects) for d in said if d.action in resolve.JOINING}):
        yield from (m for m in cat.matches_of(first) if m.a == first and resolve.is_by_hand(m))


def matches_of(neighbours: Neighbours, store: Store, done: Prepared) -> list[tuple[str, Match]]:
    """Return (catalogued image, match) for a picture that is not catalogued itself, best first."""
    asked = inferring.sample(done)
    found = neighbours.matches_of(asked)
    pairs = [(m.b if m.a == asked.id else m.a, m) for m in found if m.relation != "same scene"]
    if store.get("image", asked.id) is not None and all(i != asked.id for i, _ in pairs):
        pairs.insert(
            0, (asked.id, Match(f"{asked.id}:{asked.id}", asked.id, asked.id, "identical", 1.0, "the same bytes"))
        )
    return sorted(pairs, key=lambda p: (-p[1].score, p[0]))


#: Of what a file says of itself: what is about the reading of it.
_NOT_COMPARED = frozenset({"fields", "disagreements", "warnings"})


def _told(value: object) -> str:
    """A value of a picture's metadata in words; ``""`` where there is none."""
    match value:
        case None | False:
            return ""
        case True:
            return "yes"
        case tuple():
            return ", ".join(one if isinstance(one, str) else f"{one:.5f}" for one in value)
        case _:
            return str(value)


def differences(a: Record, b: Record) -> tuple[Difference, ...]:
    """Return the fields in which two pictures and their metadata differ; one that only one of them has is among them."""
    one, two = a.image, b.image
    rows = [
        ("size", f"{one.width} × {one.height}", f"{two.width} × {two.height}"),
        ("format", one.format, two.format),
        ("bytes", f"{one.size:,}", f"{two.size:,}"),
        ("quality", str(one.quality or ""), str(two.quality or "")),
        ("tags", ", ".join(a.tags), ", ".join(b.tags)),
        ("note", a.note, b.note),
    ]
    for name in (field.name for field in fields(Metadata) if field.name not in _NOT_COMPARED):
        rows.append((name, _told(getattr(one.metadata, name)), _told(getattr(two.metadata, name))))
    return tuple(Difference(n, x, y) for n, x, y in rows if x != y)


def compare(cat: Catalogue, a: Record, b: Record, neighbours: Neighbours) -> CompareView:
    """Return two pictures beside each other; a match that is not stored is worked out now."""
    match = cat.match(a.id, b.id)
    if match is None:
        # Loaded where a pair is compared: whoever lists, shows or searches does without OpenCV.
        from ..duplicates.verification import verify as verify_pair

        with suppress(KeyError, ValueError):  # lost or damaged: the next import reads the picture again
            one, two = (neighbours.sample(i) for i in sorted((a.id, b.id)))
            match = verify_pair(one, two)
    comparisons: list[tuple[str, str, Comparison]] = []
    for x in a.captions[:5]:
        comparisons += [(x, y, conflicts.compare(x, y)) for y in b.captions[:5]]
    pair = sorted((a.id, b.id))
    group = grouping.around(cat, a.id)
    group = group if group and b.id in group.images else None
    best = group.best if group and group.best in pair else ""
    made = [f for f in _findings(cat, "images", a.id) if f.kind == "duplicate" and sorted(f.subjects) == pair]
    decisions, seen = grouping.pair_decisions(cat, a.id, b.id)
    return CompareView(
        a,
        b,
        match,
        differences(a, b),
        tuple(comparisons),
        made[0] if made else None,
        best,
        group.reasons if group else (),
        len(group.images) if group else 0,
        decisions,
        seen,
    )


# ---------------------------------------------------------------- log, runs, numbers


def log(cat: Catalogue, *, limit: int, cursor: str | None, who: str, action: str) -> LogPage:
    """Return decisions, latest first, from below ``cursor``. Raises UsageError for a cursor that is none."""
    if cursor is not None and not (cursor.isdigit() and cursor.isascii() and len(cursor) <= 12):
        raise UsageError("That cursor is not one of this list's.", field="cursor")
    last = cat.store.last_number(COUNTER)
    at = min(int(cursor) - 1, last) if cursor else last
    limit = max(1, min(limit, _MAX_LOG))
    found: list[Decision] = []
    looked = 0
    while at > 0 and len(found) < limit and looked < 20 * _MAX_LOG:
        decision = cat.decision(f"{at:010d}")
        looked += 1
        if decision and (not who or decision.who == who) and (not action or decision.action == action):
            found.append(decision)
        at -= 1
    undone = frozenset(d.id for d in found if not cat.holds(d))
    steps = {b: len(cat.store.find("decision", "batch", b)) for b in {d.batch for d in found} if b}
    return LogPage(tuple(found), cat.store.count("decision"), str(at + 1) if at > 0 and found else None, undone, steps)


def runs(cat: Catalogue, limit: int) -> list[RunView]:
    """Return the latest imports, latest first."""
    found = []
    for ident in sorted(cat.store.ids("run"), reverse=True)[:limit]:
        doc = cat.store.get("run", ident) or {}
        problems = tuple((str(p[0]), str(p[1]), str(p[2])) for p in doc.get("problems", ()))
        found.append(
            RunView(ident, doc.get("started", ""), tuple(doc.get("inputs", ())), doc.get("counts", {}), doc.get("seconds", 0.0),
                    bool(doc.get("finished")), problems)
        )  # fmt: skip
    return found


def saved(cat: Catalogue) -> dict[str, str]:
    """Return the saved searches by name."""
    names: dict[str, str] = {}
    for decision in cat.decisions_about(["saved"]):
        names[decision.subject.removeprefix("saved:")] = str(decision.values.get("query", ""))
    return {k: v for k, v in sorted(names.items()) if v}


def overview(cat: Catalogue, index: SearchIndex) -> Overview:
    """Return what the catalogue holds and what waits."""
    store = cat.store
    counts = index.numbers()
    latest = runs(cat, 1)
    return Overview(
        images=store.count("image"),
        articles=store.count("article"),
        captions=store.count("caption"),
        bytes=counts.bytes,
        by_year=counts.by_year,
        by_format=counts.by_format,
        captions_by_state=_caption_states(store.count("caption"), index),
        matches_by_relation=index.tallies("match"),
        conflicts_by_kind=index.tallies("conflict"),
        findings_by_kind=counts.findings_by_kind,
        decisions=store.count("decision"),
        last_import=latest[0].started if latest else "",
    )


def _caption_states(captions: int, index: SearchIndex) -> dict[str, int]:
    waiting, bare = index.finding_kinds("open"), index.tallies("caption").get(CREDIT_ALONE, 0)
    unsure, orphans = waiting.get("link", 0), waiting.get("caption-without-image", 0)
    settled = max(0, captions - bare - unsure - orphans)
    states = {"linked or settled": settled, "unsure": unsure, "without a picture": orphans}
    return states | ({"a credit without words": bare} if bare else {})


def bulk_preview(cat: Catalogue, images: Sequence[str], values: Mapping[str, Any]) -> BulkPreview:
    """Return what an edit of these images would change: three examples, and how many values it would overwrite."""
    examples: list[tuple[str, dict[str, str], dict[str, str]]] = []
    overwrites = 0
    for ident in images:
        record = cat.record(ident)
        if record is None:
            raise NotFound("picture", ident)
        before = {k: _shown(record, k) for k in values}
        after = {k: ", ".join(v) if isinstance(v, list) else str(v) for k, v in values.items()}
        overwrites += any(before[k] and before[k] != after[k] for k in values)
        if len(examples) < 3:
            examples.append((ident, before, after))
    return BulkPreview(len(images), tuple(examples), overwrites)


def _shown(record: Record, field: str) -> str:
    match field:
        case "tags":
            return ", ".join(record.tags)
        case "caption":
            return record.captions[0] if record.captions else ""
        case "credit":
            return record.credit
    return record.note


def original(media: Media, doc: Doc) -> Blob | None:
    """Return what holds an image's original: the catalogue's copy, else a file where it was met that still has its size."""
    kept = None if doc.get("in_place") else media.original(str(doc["sha256"]))
    if kept is not None:
        return kept
    image = from_dict(doc, Image)
    for path in map(to_path, image.paths):
        if path.is_file() and path.stat().st_size == image.size:
            return file_blob(path, image.sha256)
    return None
