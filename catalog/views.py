"""What the library hands to its doors: pages of results and the material of one screen. Frozen, ready to show."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .model import (
    Article,
    Caption,
    Comparison,
    Conflict,
    Decision,
    Finding,
    Group,
    Link,
    Match,
    Record,
    Revision,
)


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of one field that matched: segments of (text, is it a match)."""

    field: str
    segments: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """One picture in a list of results. ``flags`` are the words that ``is:`` and ``has:`` know."""

    id: str
    sha256: str
    paths: tuple[str, ...]
    width: int
    height: int
    format: str
    captions: tuple[str, ...]
    credit: str
    tags: tuple[str, ...]
    note: str
    date: str
    flags: frozenset[str]
    copies: int = 0
    language: str = ""
    snippets: tuple[Snippet, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet, how many pictures of the result have it, and the query term that selects it."""

    value: str
    count: int
    term: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of a search. ``capped`` says that there are at least ``total``; ``next`` is the cursor of the next page.

    ``histogram`` counts pictures by year (or month when the range is narrow). ``chips`` are the query's terms, each with
    the query that is left when it is taken away.
    """

    items: tuple[Hit, ...]
    total: int
    capped: bool = False
    next: str | None = None
    facets: dict[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    histogram: tuple[tuple[str, int], ...] = ()
    chips: tuple[tuple[str, str], ...] = ()
    query: str = ""
    did_you_mean: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ArticleHit:
    """One article in a list of results. ``published`` is the day; ``captions`` are its captions' words, in order."""

    id: str
    title: str
    byline: str
    publisher: str
    published: str
    language: str
    kind: str
    source: str
    captions: tuple[str, ...]
    snippets: tuple[Snippet, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """One page of a search for articles, newest first. ``chips`` as on a :class:`SearchPage`."""

    items: tuple[ArticleHit, ...]
    total: int
    capped: bool = False
    next: str | None = None
    chips: tuple[tuple[str, str], ...] = ()
    query: str = ""
    did_you_mean: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One completion of the query box: what it is (field, value, saved search) and the whole query it makes."""

    kind: str
    label: str
    query: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Similar:
    """A picture that matches one that was asked for. ``match`` holds relation, score, box and transformation."""

    id: str
    paths: tuple[str, ...]
    match: Match

    @property
    def told(self) -> str:
        """The match's detail as told of the picture that was asked for: "a part of the other", "this picture turned 4°"."""
        return told_of(self.match, other=self.id)


def told_of(match: Match, *, other: str) -> str:
    """Return a match's detail with "this picture" and "the other" for its first and second, or the other way round."""
    return name_sides(
        match.detail, *(("the other", "this picture") if match.a == other else ("this picture", "the other"))
    )


def name_sides(detail: str, first: str, second: str) -> str:
    """Return a match's detail with these names for its "first" and "second" picture."""
    names = {"first": first, "second": second}
    return re.sub(r"\b(?:the )?(first|second)\b", lambda found: names[found[1]], detail)


@dataclass(frozen=True, slots=True)
class Wording:
    """A caption as revision ``n`` of its article had it, until other words were read (UTC)."""

    caption: Caption
    n: int
    until: str


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article with everything on its page. ``links`` are all of its captions' links, best first.

    ``pictures`` maps the position of a picture in the source to the ids of the images it resolves to.
    ``statuses`` says of each link id: linked, proposed or rejected. ``findings`` are those about it, the decided ones too.
    ``near`` are pictures for which nothing speaks, but which came with the article or lie in its folder. ``dismissed`` are the
    captions that a person said are none, with the decision; ``marked`` are those that are captions by a person's word alone.
    ``earlier`` has, by caption, how it was worded in replaced revisions, the latest first.
    """

    article: Article
    captions: tuple[Caption, ...]
    links: tuple[Link, ...]
    statuses: dict[str, str]
    records: dict[str, Record]
    pictures: dict[int, tuple[str, ...]]
    findings: tuple[Finding, ...]
    revisions: tuple[Revision, ...]
    seen: str
    near: tuple[str, ...] = ()
    dismissed: dict[str, Decision] = field(default_factory=dict)
    marked: tuple[str, ...] = ()
    earlier: dict[str, tuple[Wording, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding stands in the queue of open ones: ``n`` is 1-based, 0 when it does not wait or is too far down a search.

    ``previous`` and ``next`` are the ids beside it; without ``n``, ``next`` is the first of the queue.
    """

    n: int
    total: int
    previous: str = ""
    next: str = ""
    kinds: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class FindingPage:
    """One page of the queue, in order of worth. ``total`` counts what the filter selects; ``kinds`` all open ones by kind."""

    items: tuple[Finding, ...]
    total: int
    next: str | None = None
    kinds: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding with what is needed to decide it. What does not apply to its kind is empty.

    ``candidates`` are links of the caption in question, best first; ``near`` pictures beside its article that no caption has and
    for which nothing speaks; ``records`` the pictures by id; ``articles`` the articles by id; ``captions`` by id
    (``embedded:IMAGE`` for a picture's own caption); ``around`` the lines of the text before and after the caption.
    ``decisions`` are those made on it before. ``changed`` lists what moved since the last of them.
    """

    finding: Finding
    captions: dict[str, Caption]
    records: dict[str, Record]
    articles: dict[str, Article]
    candidates: tuple[Link, ...] = ()
    match: Match | None = None
    conflict: Conflict | None = None
    decisions: tuple[Decision, ...] = ()
    changed: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    around: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field on which two pictures differ; ``""`` on one side means that it has none."""

    field: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class CompareView:
    """Two pictures beside each other: their match (found or worked out now), what differs, and what they ran with.

    ``copies`` is how many pictures the group has that both belong to, 0 when they share none. ``decisions`` are those on the
    pair, also where no finding is about it; ``seen`` goes back with the next one.
    """

    a: Record
    b: Record
    match: Match | None
    differences: tuple[Difference, ...]
    comparisons: tuple[tuple[str, str, Comparison], ...]
    finding: Finding | None
    best: str
    reasons: tuple[str, ...]
    copies: int = 0
    decisions: tuple[Decision, ...] = ()
    seen: str = ""


@dataclass(frozen=True, slots=True)
class GroupView:
    """A duplicate group with what is needed to decide it at once.

    ``group.best`` is the copy that holds as the best: a person's choice, else the rules'. ``records`` are the members, the best
    first; ``matches`` says by member how it relates to the best, ``said`` what a person said of the two. ``differing`` holds
    the single values (caption, credit) of which members have others than the best: each with the members that carry it.
    ``apart`` are pictures that match a member and that a person said are not the same photograph.
    """

    group: Group
    records: dict[str, Record]
    matches: dict[str, Match]
    said: dict[str, str]
    differing: dict[str, tuple[tuple[str, tuple[str, ...]], ...]]
    apart: dict[str, Record]
    seen: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """Decisions, latest first. ``undone`` are the ids that a later one took back; ``steps`` says how many each bulk step made."""

    items: tuple[Decision, ...]
    total: int
    next: str | None = None
    undone: frozenset[str] = frozenset()
    steps: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunView:
    """One import: when, what was asked for, its tally, and the results that were rejected or ignored with reasons."""

    id: str
    started: str
    inputs: tuple[str, ...]
    counts: dict[str, int]
    seconds: float
    finished: bool
    problems: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """What the catalogue holds and what waits. Every mapping is label -> count, in the order to be shown."""

    images: int
    articles: int
    captions: int
    bytes: int
    by_year: dict[str, int]
    by_format: dict[str, int]
    captions_by_state: dict[str, int]
    matches_by_relation: dict[str, int]
    conflicts_by_kind: dict[str, int]
    findings_by_kind: dict[str, int]
    decisions: int
    last_import: str = ""


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """What a bulk step would change: how many pictures, a few of them before and after, and what it would overwrite."""

    count: int
    examples: tuple[tuple[str, dict[str, str], dict[str, str]], ...]
    overwrites: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of one finding of many: ``action`` may carry its object, as in one decision. ``seen`` is the finding's
    when it was shown, ``None`` where nobody looked."""

    finding: str
    action: str
    values: dict[str, str] = field(default_factory=dict)
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What a bulk step would say of one finding, and what that is about in words that a person knows it by."""

    said: Said
    kind: str
    about: tuple[str, ...]
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A finding that a bulk step leaves as it is: ``code`` is stale, not-found, not-allowed or covered, ``reason`` a sentence."""

    finding: str
    kind: str
    code: str
    reason: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a bulk step would decide of what waits for some pictures. ``waiting`` counts that by kind, ``actions`` are those that
    can be said of many findings of a kind, the first of them what each finding suggests."""

    pictures: int
    waiting: dict[str, int]
    actions: dict[str, tuple[str, ...]]
    planned: tuple[Planned, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class DecidedTogether:
    """What a bulk step decided, as one step, and what it left."""

    decisions: tuple[Decision, ...]
    skipped: tuple[Skipped, ...] = ()


def pair_action(relation: str) -> str:
    """Return what a match of this relation suggests to say of its two pictures."""
    if relation == "same scene":
        return "same-scene"
    return "crop" if relation in ("cropped", "collage") else "same"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one kind of long work is: ``done`` of ``total``."""

    what: str
    done: int
    total: int
