"""What a catalogue answers: searches, records, articles, copies, findings, its log, and exports of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from . import naming
from .codec import from_dict
from .errors import NotFound, WrongType
from .later import later
from .model import Article, Finding, Group, Match, Record
from .opened import Opened

if TYPE_CHECKING:
    from . import export, search, views
    from .images import worker
    from .inferences import grouping
    from .screens import asof, searching, showing, subjects, wordings
    from .views import (
        ArticlePage,
        ArticleView,
        CompareView,
        FindingPage,
        FindingView,
        GroupView,
        LogPage,
        Overview,
        Place,
        RunView,
        SearchPage,
        Similar,
        Suggestion,
        Wording,
    )
else:
    asof, export, grouping, search, searching, showing, subjects, views, wordings, worker = later(
        ".screens.asof",
        ".export",
        ".inferences.grouping",
        ".search",
        ".screens.searching",
        ".screens.showing",
        ".screens.subjects",
        ".views",
        ".screens.wordings",
        ".images.worker",
    )

#: Groups of copies that are counted; each has to be put together from its matches and what people said.
MAX_COUNTED = 250


class Asking(Opened):
    """Questions to an open catalogue. None of them changes anything."""

    # ---------------------------------------------------------------- searching

    def search(
        self,
        query: str = "",
        *,
        sort: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
        facets: Sequence[str] = (),
    ) -> SearchPage:
        """Return one page of pictures. Raises QueryError (with its column) or UsageError for a bad sort, limit or cursor."""
        return searching.search(self.index, query, sort=sort, limit=limit, cursor=cursor, facets=facets)

    def search_articles(
        self, query: str = "", *, sort: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> ArticlePage:
        """Return one page of articles, newest first unless ``sort`` is ``date``. Raises as :meth:`search`."""
        return searching.articles(self.index, query, sort=sort, limit=limit, cursor=cursor)

    def ids(self, query: str = "", sort: str | None = None) -> Iterator[str]:
        """Yield the ids of all pictures that a query selects, in rank order."""
        return searching.ids(self.index, query, sort)

    def suggest(self, text: str, limit: int = 10) -> list[Suggestion]:
        """Return completions of the last word of a query: fields, values, saved searches."""
        return searching.suggest(self.index, self.saved(), text, limit)

    def record(self, image: str, as_of: str = "") -> Record:
        """Return one picture's record, as it stood at the end of a day or at a time when ``as_of`` gives one.

        See :mod:`catalog.screens.asof`.
        Raises NotFound (also for a picture that was not known by then), UsageError for a time that is none.
        """
        self.store.refresh()
        cat = asof.Past(self.store, asof.moment(as_of)) if as_of else self.cat
        record = cat.record(image)
        if record is None:
            raise NotFound(f"picture known by {as_of[:25]}" if as_of else "picture", image)
        return record

    def earlier(self, record: Record) -> dict[str, tuple[Wording, ...]]:
        """Return how a picture's captions were worded before their articles changed: the latest first, by caption."""
        used = {usage.caption.id for usage in record.usages}
        found: dict[str, tuple[Wording, ...]] = {}
        for ident in dict.fromkeys(usage.article for usage in record.usages):
            if revisions := self.cat.revisions_of(ident):
                found |= wordings.earlier(self.cat.captions_of(ident), revisions)
        return {ident: worded for ident, worded in found.items() if ident in used}

    def named(self, kind: str, typed: str) -> str:
        """Return the id of the image, article, caption or finding that ``typed`` names: an id, or the beginning of only one.

        Raises NotFound, or UsageError when several ids begin so.
        """
        self.store.refresh()
        return naming.named(self.store, kind, typed)

    def records(self, query: str | Sequence[str] = "") -> Iterator[Record]:
        """Return the records that a query selects, in rank order; all pictures, in the order of ids, when it is empty.

        ``query`` may be ids instead. Raises QueryError at once, not when the first record is taken.
        """
        self.store.refresh()
        idents: Iterable[str] = query
        if isinstance(query, str):
            idents = self.ids(query) if query.strip() else self.store.ids("image")
        return (record for ident in idents if (record := self.cat.record(ident)) is not None)

    def article(self, ident: str) -> ArticleView:
        """Return everything on an article's page. Raises NotFound."""
        self.store.refresh()
        return showing.article(self.cat, ident)

    def articles(self) -> Iterator[Article]:
        """Yield every article, in the order of ids."""
        self.store.refresh()
        return (from_dict(doc, Article) for _, doc in self.store.iter("article"))

    def caption(self, ident: str) -> ArticleView:
        """Return the article of a caption, with that caption alone and its links. Raises NotFound."""
        self.store.refresh()
        return showing.caption(self.cat, ident)

    # ---------------------------------------------------------------- duplicates

    def similar(self, what: str | Path | bytes) -> list[Similar]:
        """Return the pictures that match one: an id of the catalogue, a file's path, or a picture's bytes. Imports nothing.

        Raises NotFound, or WrongType when the file or bytes are no picture that can be read.
        """
        self.store.refresh()
        if isinstance(what, str) and self.store.get("image", what) is not None:
            matches = self.record(what).matches
            others = [(m.b if m.a == what else m.a, m) for m in matches]
        else:
            others = self._unknown(what)
        images = self.cat.images(i for i, _ in others)
        return [views.Similar(i, images[i].paths, m) for i, m in others if i in images]

    def _unknown(self, what: str | Path | bytes) -> list[tuple[str, Match]]:
        if not isinstance(what, bytes) and not Path(what).is_file():
            raise NotFound("picture or file", str(what))
        file, data = (None, what) if isinstance(what, bytes) else (str(what), None)
        done = next(iter(self._workers().map([worker.Task(path="this picture", file=file, data=data)])))
        if isinstance(done, worker.Failed):
            raise WrongType(done.reason)
        return showing.matches_of(self.neighbours, self.store, done)

    def groups(self, after: str = "") -> Iterator[Group]:
        """Yield the duplicate groups, each once, in the order of their smallest id; copies of the same bytes included.

        ``after`` is the smallest id of a group: those that follow it are yielded.
        """
        copies = self.index.ids(search.parse("is:duplicate"))
        return grouping.groups(self.cat, copies, after)

    def group_count(self) -> tuple[int, bool]:
        """Return how many groups :meth:`groups` yields, counted up to MAX_COUNTED, and whether there are more.

        Counted once for each state of the catalogue.
        """
        self.store.refresh()
        position = self.store.position()
        if self._group_count[0] != position:
            self._group_count = (position, sum(1 for _ in islice(self.groups(), MAX_COUNTED + 1)))
        return min(self._group_count[1], MAX_COUNTED), self._group_count[1] > MAX_COUNTED

    def group(self, image: str) -> GroupView:
        """Return the duplicate group around a picture, with what is needed to decide it. Raises NotFound."""
        self.store.refresh()
        return grouping.view(self.cat, image)

    def matches(self, *, max_score: float | None = None) -> Iterator[Match]:
        """Yield every match that no person has denied (same scenes left out), and each picture met in two places as identical."""
        self.store.refresh()
        return showing.matches(self.cat, max_score)

    def compare(self, a: str, b: str) -> CompareView:
        """Return two pictures side by side; if no match is known it is worked out now. Raises NotFound."""
        return showing.compare(self.cat, self.record(a), self.record(b), self.neighbours)

    # ---------------------------------------------------------------- findings

    def findings(
        self, kind: str = "", query: str = "", *, status: str = "open", limit: int = 50, cursor: str | None = None
    ) -> FindingPage:
        """Return one page of the queue in order of worth.

        ``status`` is open (those that changed since they were decided come back) or decided.
        """
        return searching.findings(self.index, self.store, kind, query, status=status, limit=limit, cursor=cursor)

    def place(self, finding: str, kind: str = "", query: str = "") -> Place:
        """Return where an open finding stands in the queue; for ``""``, how long the queue is and which is first."""
        return searching.place(self.index, finding, kind, query)

    def all_findings(self, kind: str = "", query: str = "", *, status: str = "open") -> Iterator[Finding]:
        """Yield the whole queue in order of worth; with ``status`` all, the decided ones after the open ones."""
        for state in ("open", "decided") if status == "all" else (status,):
            cursor: str | None = None
            while True:
                page = self.findings(kind, query, status=state, limit=200, cursor=cursor)
                yield from page.items
                cursor = page.next
                if cursor is None:
                    break

    def told(self, about: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
        """Return what the subjects of findings or decisions are called, for each in turn.

        See :func:`catalog.screens.subjects.told`.
        """
        return subjects.told(self.cat, about)

    def finding(self, ident: str) -> FindingView:
        """Return a finding with what is needed to decide it. Raises NotFound."""
        self.store.refresh()
        return showing.finding(self.cat, ident)

    def log(self, *, limit: int = 50, cursor: str | None = None, who: str = "", action: str = "") -> LogPage:
        """Return decisions, latest first. Raises UsageError for a bad cursor."""
        self.store.refresh()
        return showing.log(self.cat, limit=limit, cursor=cursor, who=who, action=action)

    def saved(self) -> dict[str, str]:
        """Return the saved searches, name -> query, by name."""
        self.store.refresh()
        return showing.saved(self.cat)

    def runs(self, limit: int = 20) -> list[RunView]:
        """Return the latest imports, latest first."""
        self.store.refresh()
        return showing.runs(self.cat, limit)

    def overview(self) -> Overview:
        """Return what the catalogue holds and what waits."""
        return showing.overview(self.cat, self.index)

    def export(
        self, format_: str, query: str | Sequence[str] = "", *, everything: bool = False, base: str = ""
    ) -> Iterator[bytes]:
        """Yield an export of what a query (or ids) selects piece by piece; ``base`` is the server's address.

        Raises UsageError for an unknown format, QueryError.
        """
        return export.export(self.cat, format_, self.records(query), everything=everything, base=base)

    def export_files(self, format_: str, query: str = "", *, base: str = "") -> Iterator[tuple[str, bytes]]:
        """Yield (name, content) of one file a picture. Raises UsageError for a format that is one file for all, QueryError."""
        return export.export_files(format_, self.records(query), base=base)
