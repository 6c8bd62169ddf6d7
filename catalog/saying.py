"""What people say of a catalogue: decisions, edits, what is hidden and purged, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import resolve
from .asking import Asking
from .errors import UsageError
from .later import later

if TYPE_CHECKING:
    from . import lists
    from .decisions import correcting, deciding, purging, together, undoing
    from .model import Caption, Decision
    from .screens import searching, showing
    from .views import BulkPreview, DecidedTogether, Plan, Said
else:
    correcting, deciding, lists, purging, searching, showing, together, undoing = later(
        ".decisions.correcting",
        ".decisions.deciding",
        ".lists",
        ".decisions.purging",
        ".screens.searching",
        ".screens.showing",
        ".decisions.together",
        ".decisions.undoing",
    )

#: Pictures that one bulk step may change.
MAX_BULK = 5_000


class Saying(Asking):
    """Decisions of people. Each is on disk, and seen by searches, when its method returns."""

    # ---------------------------------------------------------------- decisions

    def decide(
        self,
        finding: str,
        action: str,
        *,
        seen: str | None = None,
        note: str = "",
        who: str = "",
        values: Mapping[str, Any] | None = None,
    ) -> Decision:
        """Append a decision on a finding; on disk and in the index when this returns.

        See :func:`catalog.decisions.deciding.decide`.
        """
        with self._committing():
            return deciding.decide(self.store, finding, action, seen=seen, note=note, who=who, values=values or {})

    def plan(self, images: Sequence[str] | str, wanted: Mapping[str, str]) -> Plan:
        """Return what saying ``wanted`` (kind of finding -> action) of all that waits for some pictures would decide; nothing is.
        ``images`` are ids, or a query. See :func:`catalog.decisions.together.plan`."""
        selected = self._selected(images)
        self.store.refresh()
        return together.plan(self.cat, selected, wanted)

    def decide_together(self, said: Sequence[Said], *, note: str = "", who: str = "") -> DecidedTogether:
        """Decide many findings as one step, undone by one undo; what changed since it was seen is left. See
        :func:`catalog.decisions.together.decide`."""
        with self._committing():
            return together.decide(self.store, said, note=note, who=who)

    def decide_group(
        self,
        image: str,
        best: str,
        said: Mapping[str, str],
        *,
        values: Mapping[str, str] | None = None,
        seen: str | None = None,
        note: str = "",
        who: str = "",
    ) -> list[Decision]:
        """Decide the group around a picture as one step, undone by one undo.

        See :func:`catalog.decisions.deciding.decide_group`.
        """
        with self._committing():
            return deciding.decide_group(
                self.store, image, best, said, values=values or {}, seen=seen, note=note, who=who
            )  # fmt: skip

    def decide_pair(
        self,
        a: str,
        b: str,
        action: str,
        *,
        best: str = "",
        seen: str | None = None,
        note: str = "",
        who: str = "",
    ) -> Decision:
        """Say of any two pictures what they are to each other. See :func:`catalog.decisions.deciding.decide_pair`."""
        with self._committing():
            return deciding.decide_pair(self.store, a, b, action, best=best, seen=seen, note=note, who=who)

    def link(self, caption: str, action: str, image: str = "", *, who: str = "", note: str = "") -> Decision:
        """Say of a caption that it belongs to a picture (``link``), not to one (``reject``), to ``none``, or that it is no caption
        (``not-caption``): also of certain links. Raises NotFound, NotAllowed. See :func:`catalog.decisions.correcting.link`.
        """
        with self._committing():
            return correcting.link(self.store, caption, action, image, who=who, note=note)

    def mark(self, article: str, line: int, *, who: str = "", note: str = "") -> tuple[Decision, Caption]:
        """Say that a line of an article is a caption; it is linked at once. See :func:`catalog.decisions.correcting.mark`."""
        with self._committing():
            return correcting.mark(self.store, article, line, who=who, note=note)

    def dismiss(self, article: str, line: int, *, who: str = "", note: str = "") -> Decision:
        """Say that the caption at a line of an article is none. Raises NotFound, NotAllowed where no caption stands there."""
        return self.link(correcting.at(self.store, article, line), resolve.DISMISS, who=who, note=note)

    def edit(
        self, image: str, values: Mapping[str, Any], *, seen: str | None = None, who: str = "", note: str = ""
    ) -> Decision:
        """Append an edit (caption, credit, tags, note) of one picture. Raises NotFound, Stale, NotAllowed."""
        with self._committing():
            return deciding.edit(self.store, [image], values, seen=seen, who=who, note=note)[0]

    def bulk_preview(self, images: Sequence[str] | str, values: Mapping[str, Any]) -> BulkPreview:
        """Return what :meth:`bulk_edit` would change. ``images`` are ids, or a query."""
        return showing.bulk_preview(self.cat, self._selected(images), deciding.checked_values(values))

    def bulk_edit(self, images: Sequence[str] | str, values: Mapping[str, Any], *, who: str = "") -> int:
        """Append the same edit to several pictures as one step; return how many. Raises UsageError above MAX_BULK."""
        selected = self._selected(images)
        if selected:
            with self._committing():
                deciding.edit(self.store, selected, values, seen=None, who=who, note="")
        return len(selected)

    def _selected(self, images: Sequence[str] | str) -> list[str]:
        found = list(self.ids(images)) if isinstance(images, str) else list(dict.fromkeys(images))
        if len(found) > MAX_BULK:
            raise UsageError(
                f"That selects {len(found):,} pictures; one step may change {MAX_BULK:,}. Narrow the search."
            )
        return found

    def hide(self, subject: str, *, who: str = "") -> Decision:
        """Hide a picture or article (``image:ID``, ``article:ID``): it leaves searches and queues, and can be restored."""
        return self._say(subject, "hide", who)

    def restore(self, subject: str, *, who: str = "") -> Decision:
        """Show a hidden picture or article again."""
        return self._say(subject, "restore", who)

    def purge(self, subject: str) -> int:
        """Remove something hidden for good; return how many documents went. Raises NotFound, NotAllowed when it is not hidden."""
        gone = purging.purge(self.store, self.media, subject)
        if subject.startswith("image:"):
            self.neighbours.discard([subject.removeprefix("image:")])
            self.neighbours.flush()
        self._level()
        return gone

    def _say(self, subject: str, action: str, who: str, values: Mapping[str, Any] | None = None) -> Decision:
        with self._committing():
            return deciding.say(self.store, subject, action, who=who, values=values)

    def undo(self, n: int = 1, *, idents: Sequence[str] = (), who: str = "", own: bool = False) -> list[Decision]:
        """Take back the last ``n`` steps (``own``: those of ``who``), or named decisions; return what was taken back.

        Raises NotAllowed when there is none.
        """
        if n < 1:
            raise UsageError("Undo at least one step.", field="n")
        with self._committing():
            return undoing.undo(self.store, n, idents=idents, who=who, own=own)

    def save_search(self, name: str, query: str, *, who: str = "") -> Decision:
        """Save a query under a name; an empty query forgets the name. Raises QueryError, UsageError."""
        searching.check_saved(name, query)
        return self._say(f"saved:{name}", "save", who, {"query": query})

    def keep_list(self, images: Sequence[str]) -> str:
        """Keep a list of pictures that were picked and return its name. Raises NotFound, NotAllowed. See :mod:`catalog.lists`."""
        with self._committing():
            return lists.keep(self.store, images)

    def kept_list(self, name: str) -> tuple[str, ...]:
        """Return the pictures of a kept list. Raises NotFound."""
        self.store.refresh()
        return lists.pictures(self.store, name)
