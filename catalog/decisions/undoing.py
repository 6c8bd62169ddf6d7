"""Taking decisions back: one more decision, which names those that hold no longer. Nothing is removed from the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..catalogue import Catalogue
from ..errors import NotAllowed, NotFound
from ..later import later
from ..model import Decision
from ..stores.base import COUNTER, WHOLE, Store
from . import deciding

if TYPE_CHECKING:
    from .. import marking
else:
    (marking,) = later(".marking")

#: Decisions among which the last ones of one person are looked for.
FAR = 1000


def last_effective(store: Store, n: int, by: str | None = None) -> list[Decision]:
    """Return the decisions that the last ``n`` steps made and that still hold, latest first; a bulk step counts once.

    With ``by``, only steps of that person, and only where the first stands among the last :data:`FAR` decisions.
    """
    cat = Catalogue(store)
    at = store.last_number(COUNTER)
    found: list[Decision] = []
    steps: set[str] = set()
    end = 0 if by is None else max(at - FAR, 0)
    while at > end or (found and at > 0):
        decision = cat.decision(f"{at:010d}")
        at -= 1
        if decision is None or decision.action == "undo" or by not in (None, decision.who) or not cat.holds(decision):
            continue
        step = decision.batch or decision.id
        if step not in steps:
            if len(steps) == n:
                break
            steps.add(step)
        found.append(decision)
    return found


def undo(store: Store, n: int, *, idents: Sequence[str] = (), who: str, own: bool = False) -> list[Decision]:
    """Take back the last ``n`` steps (``own``: of ``who``), or those named (undos may be); return what was taken back.

    A bulk step is one step, whichever of its decisions is named.

    Raises NotFound for an unknown decision, NotAllowed when there is nothing left to undo or it is undone already.
    """
    by = who[:200] if own else None

    def named(cat: Catalogue) -> set[str]:
        spoken = deciding.spoken_of(cat, _to_undo(cat, n, idents, by))
        return deciding.named_by(cat, spoken) | ({WHOLE} if marking.articles_of(spoken) else set())

    taken: list[Decision] = []

    def mark(cat: Catalogue) -> list[Decision]:
        taken[:] = _to_undo(cat, n, idents, by)
        return [Decision("", deciding.now(), "log", "undo", who[:200], undoes=tuple(sorted(d.id for d in taken)))]

    deciding.append(store, named, mark)
    return taken


def _to_undo(cat: Catalogue, n: int, idents: Sequence[str], by: str | None) -> list[Decision]:
    taken = [] if idents else last_effective(cat.store, n, by)
    steps: set[str] = set()
    for ident in idents:
        decision = cat.decision(ident)
        if decision is None:
            raise NotFound("decision", ident)
        if not cat.holds(decision):
            raise NotAllowed(f"Decision {ident} is undone already.")
        if not decision.batch:
            taken.append(decision)
        elif decision.batch not in steps:
            steps.add(decision.batch)
            taken += cat.step(decision)
    if not taken:
        raise NotAllowed(
            "There is nothing to undo."
            if by is None
            else "There is nothing of yours to undo; the log undoes any decision."
        )
    return taken
