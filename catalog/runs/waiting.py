"""What waits for inference, worked off step by step: matches, then links, then conflicts and findings.

A fact that changes leaves a marker in the same transaction, and a step takes its markers away together with what it inferred.
So a run that is stopped, or killed, is taken up by the next one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

from ..catalogue import Catalogue
from ..codec import to_dict
from ..duplicates.base import Neighbours
from ..duplicates.rounds import Apply, Problem
from ..inferences import components, documents, inferring
from ..inferences.markers import pending
from ..model import Match
from ..stores.base import Store, Transaction
from ..views import Progress
from .facts import MAX_PROBLEMS

#: Images or articles per transaction of inferences.
STEP = 40
#: Markers per transaction.
_MARKS = 1000


#: What importers of one catalogue touch: they decode at the same time, and commit one after the other.
COMMITTER = "import"


class Waiting:
    """The markers of one catalogue, and the steps that work them off. ``neighbours`` is ``None`` where no pictures are compared;
    ``apply`` maps the comparing; ``on_commit`` is called after each kind of step; ``found`` counts what was inferred, and
    ``warnings`` name, with the reason, the first pictures that could not be compared."""

    def __init__(
        self,
        store: Store,
        neighbours: Neighbours | None,
        apply: Apply,
        found: Counter[str],
        on_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self.store, self.cat, self.neighbours, self.apply = store, Catalogue(store), neighbours, apply
        self.found, self.on_commit = found, on_commit
        self.stopped = False
        self.warnings: list[tuple[str, str]] = []
        self._damaged: set[str] = set()
        self._uncompared: set[str] = set()

    def idents(self, what: str) -> list[str]:
        """Return what waits for one kind of work (hash, image, article, finding), in the order of ids."""
        prefix = f"pending:{what}:"
        return [i.removeprefix(prefix) for i in self.store.ids("meta") if i.startswith(prefix)]

    def mark(self, what: str, idents: Iterable[str]) -> None:
        """Let ``idents`` wait for one kind of work."""
        ahead = iter(idents)
        while step := list(islice(ahead, _MARKS)):
            change = Transaction()
            for ident in step:
                pending(change, what, ident)
            self.store.commit(change)

    def work_off(self) -> Iterator[Progress]:
        """Infer everything that waits; tell how far it is after each transaction. ``stopped`` ends it after one."""
        for step, what in ((self._matches, "image"), (self._links, "article"), (self._findings, "finding")):
            waiting = self.idents(what)
            done = 0
            # What is found of a picture is found of all its group, so that a group in many steps would be looked at in each.
            ahead = components.together(self.cat, waiting) if what == "finding" else iter(waiting)
            while not self.stopped and (some := list(islice(ahead, STEP))):
                with self.store.writing(partial(self._touches, what, some)):
                    markers = self.store.get_many("meta", [f"pending:{what}:{ident}" for ident in some])
                    change = step(
                        [i for i in some if f"pending:{what}:{i}" in markers]
                    )  # another run may have done some
                    for marker in markers:
                        change.delete("meta", marker)
                    self.read_again(change)
                    self.store.commit(change)
                done += len(some)
                yield Progress(what, done, len(waiting))
            self.on_commit()

    def _touches(self, what: str, idents: Sequence[str]) -> set[str]:
        """Other importers' commits, and for links and findings the decisions on the same."""
        if what == "image":
            return {COMMITTER}
        if what == "article":
            return {COMMITTER, *(f"article:{i}" for i in idents)}
        return {COMMITTER} | inferring.touched(self.cat, self.cat.articles(idents), self.cat.images(idents))

    def _matches(self, idents: list[str]) -> Transaction:
        change = Transaction()
        touched = set(idents)
        neighbours = self.neighbours
        matches = list(neighbours.match_new(idents, self.apply, self.warn)) if neighbours is not None else []
        if neighbours is not None:
            matches = documents.matches(self.cat, neighbours, idents, matches, self.apply, self.warn)
        for gone in self._obsolete(idents, {match.id for match in matches} | self._uncompared):
            change.delete("match", gone.id)
            touched |= {gone.a, gone.b}
        for match in matches:
            change.put("match", match.id, to_dict(match))
            touched |= {match.a, match.b}
            self.found["match"] += 1
        for ident in inferring.interested_articles(self.cat, touched):
            pending(change, "article", ident)
        for ident in touched:
            pending(change, "finding", ident)
        return change

    def warn(self, problem: Problem) -> None:
        """Note that two pictures could not be compared, or that what one is recognised by is damaged."""
        if not problem.b:
            if problem.a in self._damaged:
                return
            self._damaged.add(problem.a)
        else:
            self._uncompared.add(":".join(sorted((problem.a, problem.b))))
        if len(self.warnings) < MAX_PROBLEMS:
            docs = self.store.get_many("image", [i for i in (problem.a, problem.b) if i])
            paths = [str((docs.get(i, {}).get("paths") or [i])[0]) for i in (problem.a, problem.b) if i]
            self.warnings.append((" and ".join(paths), problem.reason))

    def read_again(self, change: Transaction) -> None:
        """Let damaged samples be missing, so that the next run takes them from their originals, and compares them then."""
        if self.neighbours is not None and self._damaged:
            self.neighbours.discard(self._damaged)
            for ident in self.store.get_many("image", self._damaged):
                pending(change, "image", ident)
            self._damaged.clear()

    def _obsolete(self, idents: list[str], found: set[str]) -> Iterator[Match]:
        """Earlier matches of pictures that are compared anew and were not found again. One with a picture that does not wait
        any more stands: that picture was compared after all, and named this one. So does one of a picture that is damaged."""
        for ident in idents if self.neighbours is not None else ():
            for match in self.cat.matches_of(ident):
                other = match.b if match.a == ident else match.a
                if match.id in found or self._damaged & {match.a, match.b}:
                    continue
                if self.store.get("meta", f"pending:image:{other}") is not None:
                    yield match

    def _links(self, idents: list[str]) -> Transaction:
        change, touched = inferring.infer_links(self.cat, idents)
        self.found["link"] += len(change.puts.get("link", ()))
        for ident in (*touched, *idents):
            pending(change, "finding", ident)
        return change

    def _findings(self, idents: list[str]) -> Transaction:
        articles = self.cat.articles(idents)
        change = inferring.infer_findings(self.cat, articles, [i for i in idents if i not in articles])
        self.found["finding"] += len(change.puts.get("finding", ()))
        return change
