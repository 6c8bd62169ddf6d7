"""Inferences of a whole catalogue, computed anew from its facts: fingerprints, links, or matches and groups.

What is to be done is marked first, and each transaction takes away the markers of what it did: a run that is stopped or killed goes
on where it was when the same is asked for again. Decisions are never touched.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Literal

from ..codec import from_dict, to_dict
from ..duplicates import hamming
from ..duplicates.base import Neighbours
from ..duplicates.joining import join
from ..duplicates.rounds import Problem, compare
from ..images.pool import Pool
from ..images.worker import Failed, Prepared, Task
from ..inferences import inferring
from ..inferences.markers import pending
from ..media import Media
from ..model import Image, ImportResult, ImportSummary
from ..screens import showing
from ..stores.base import Store, Transaction
from ..views import Progress
from .waiting import Waiting

What = Literal["rehash", "relink", "regroup"]
#: What each marks: the kind of work, and the documents that wait for it.
_MARKS = {"rehash": ("hash", "image"), "relink": ("article", "article"), "regroup": ("image", "image")}
#: The mark of a run that compares; ``joined`` is the last pair of the join that was compared.
_REGROUPING = "recomputing:regroup"
#: Pictures of one transaction of fingerprints, and pairs of one of comparing.
_STEP, _PAIRS = 64, 1000
#: From so many pictures on, those with near fingerprints are also joined as a whole; and how near these are, in bits of 64.
JOIN_FROM, JOIN_RADIUS = 100_000, 8


class Recomputing:
    """One run over a whole catalogue, on the workers of ``pool``."""

    def __init__(self, store: Store, media: Media, neighbours: Neighbours, pool: Pool) -> None:
        self.store, self.media, self.neighbours, self.pool = store, media, neighbours, pool
        self.found: Counter[str] = Counter()
        self.waiting = Waiting(store, neighbours, pool.apply, self.found)
        self._started = time.monotonic()

    def stop(self) -> None:
        """End the run after the transaction under way."""
        self.waiting.stopped = True

    def run(self, what: What) -> Iterator[Progress | ImportResult | ImportSummary]:
        """Yield how far the work is, each picture that could not be read again as rejected, and at the end the summary."""
        self._mark(what)
        if what == "rehash":
            yield from self._rehash()
        yield from self.waiting.work_off()
        if what == "regroup" and self.store.count("image") >= JOIN_FROM and not self.waiting.stopped:
            yield from self._join()
            yield from self.waiting.work_off()
        if not self.waiting.stopped:
            change = Transaction()
            change.delete("meta", f"recomputing:{what}")
            self.store.commit(change)
        yield ImportSummary(
            {"rejected": self.found["rejected"]},
            images=self.found["image"],
            links=self.found["link"],
            matches=self.found["match"],
            findings=self.found["finding"],
            seconds=round(time.monotonic() - self._started, 3),
            interrupted=self.waiting.stopped,
            warnings=tuple(f"{path}: {reason}" for path, reason in self.waiting.warnings),
        )

    def _mark(self, what: What) -> None:
        """Let everything wait, unless a run that was stopped has left the rest of it."""
        name = f"recomputing:{what}"
        if (self.store.get("meta", name) or {}).get("marked"):
            return
        work, kind = _MARKS[what]
        self.waiting.mark(work, self.store.ids(kind))
        change = Transaction()
        change.put("meta", name, {"id": name, "marked": True})
        self.store.commit(change)

    # ---------------------------------------------------------------- all pairs

    def _join(self) -> Iterator[Progress]:
        """Compare the pictures whose fingerprints are near in the whole catalogue and that are not matched yet: of a photograph
        with more copies than one picture has candidates, some pairs were not looked at."""
        idents = [i for i, doc in self.store.iter("image") if (doc.get("fingerprint") or {}).get("phash")]
        docs = (self.store.get("image", i) or {} for i in idents)
        codes = hamming.words([doc["fingerprint"]["phash"] for doc in docs])[:, 0]
        left, right, _ = join(codes, JOIN_RADIUS, self.pool.apply)
        pairs = list(zip(left.tolist(), right.tolist(), strict=True))  # in the order of ids
        # What comes between the pairs that a stopped run has compared is new, and was compared when it came.
        last = tuple((self.store.get("meta", _REGROUPING) or {}).get("joined") or ())
        done = bisect_right(pairs, last, key=lambda pair: (idents[pair[0]], idents[pair[1]]))
        for start in range(done, len(pairs), _PAIRS):
            if self.waiting.stopped:
                return
            self._compare([(idents[a], idents[b]) for a, b in pairs[start : start + _PAIRS]])
            yield Progress("join", min(start + _PAIRS, len(pairs)), len(pairs))

    def _compare(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Match some pairs, each with the smaller id first; the transaction notes the last as done."""
        known = self.store.get_many("match", [":".join(p) for p in pairs])
        batches = []
        for a, b in pairs:
            if f"{a}:{b}" not in known:
                with suppress(KeyError):
                    batches.append((self.neighbours.sample(a), (self.neighbours.sample(b),)))
        change = Transaction()
        for outcome, (one, (other,)) in zip(self.pool.apply(compare, batches), batches, strict=True):
            failed = [Problem(one.id, other.id, str(getattr(outcome, "reason", outcome)))]
            for match in outcome if isinstance(outcome, list) else failed:
                if isinstance(match, Problem):
                    self.waiting.warn(match)
                elif match is not None:
                    change.put("match", match.id, to_dict(match))
                    pending(change, "finding", match.a)
                    pending(change, "finding", match.b)
                    self.found["match"] += 1
        self.waiting.read_again(change)
        change.put("meta", _REGROUPING, {"id": _REGROUPING, "marked": True, "joined": list(pairs[-1])})
        self.store.commit(change)

    # ---------------------------------------------------------------- fingerprints

    def _rehash(self) -> Iterator[Progress | ImportResult]:
        waiting = self.waiting.idents("hash")
        missing: list[Failed] = []
        results = self.pool.map(self._tasks(waiting, missing))
        done = 0
        while not self.waiting.stopped and (some := list(islice(results, _STEP))) + missing:
            rejected = self._put([*some, *missing])
            done += len(some) + len(missing)
            missing.clear()
            yield from rejected
            yield Progress("hash", done, len(waiting))

    def _tasks(self, idents: Sequence[str], missing: list[Failed]) -> Iterator[Task]:
        """What the workers are to read; pictures without an original go to ``missing``."""
        for ident in idents:
            doc = self.store.get("image", ident)
            blob = showing.original(self.media, doc) if doc is not None else None
            if blob is None:
                missing.append(Failed(ident, "The original is missing."))
            else:
                yield Task(path=ident, file=str(blob.path or blob.address), thumbnail=0)

    def _put(self, some: Sequence[Prepared | Failed]) -> list[ImportResult]:
        """Replace the fingerprints of some pictures; return those that have none now."""
        change = Transaction()
        rejected: list[ImportResult] = []
        with self.store.writing():
            docs = self.store.get_many("image", [done.path for done in some])
            for done in some:
                change.delete("meta", f"pending:hash:{done.path}")
                if done.path not in docs:
                    continue
                image = from_dict(docs[done.path], Image)
                if isinstance(done, Failed) or done.image.sha256 != image.sha256:
                    changed = "The original does not have the bytes that were imported."
                    reason = done.reason if isinstance(done, Failed) else changed
                    rejected.append(ImportResult(image.paths[0], "rejected", "image", image.id, reason=reason))
                elif self._is_new(image, done):
                    fresh = replace(image, fingerprint=done.image.fingerprint)
                    change.put("image", image.id, inferring.image_doc(fresh))
                    pending(change, "image", image.id)
                    self.neighbours.add([inferring.sample(replace(done, image=fresh))])
                    self.found["image"] += 1
            self.neighbours.flush()
            self.store.commit(change)
        self.found["rejected"] += len(rejected)
        return rejected

    def _is_new(self, image: Image, done: Prepared) -> bool:
        """Whether a picture is recognised by something else than before."""
        if done.image.fingerprint is None:
            return False
        try:
            known = self.neighbours.sample(image.id)
        except KeyError:
            return True
        return known.features != done.features or image.fingerprint != done.image.fingerprint
