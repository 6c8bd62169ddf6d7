"""What changed while someone looked: shown with a refused decision, beside what they were about to say, so that nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs

from flask import request

from catalog.errors import CatalogError
from catalog.model import Decision

from . import words
from .context import library
from .inputs import local_path
from .queue import address

#: Fields of the forms that carry words of the person.
_WORDS = ("note", "caption", "credit", "tags")


@dataclass(frozen=True, slots=True)
class Changed:
    """``decisions`` came since the page was made (none: facts changed); ``sent`` was refused; ``now`` is where to look.

    ``gone`` says that what it was about is not there any more.
    """

    decisions: tuple[Decision, ...]
    sent: tuple[tuple[str, str], ...]
    now: str
    gone: bool = False


def _about(kind: str, ident: str, other: str) -> Iterable[Decision]:
    if kind == "compare":
        return library().compare(ident, other).decisions
    if kind == "review":
        return library().finding(ident).decisions
    if kind == "groups":
        records = library().group(ident).records.values()
        made = {d.id: d for r in records for d in r.decisions if d.kind == "duplicate" or d.action == "edit"}
        return [made[i] for i in sorted(made)]
    return [d for d in library().record(ident).decisions if d.subject == f"image:{ident}"]


def changed() -> Changed | None:
    """Return what this refused request came too late for, None for requests that are about nothing that can be shown."""
    kind = (request.endpoint or "").partition(".")[0]
    names = request.view_args or {}
    ident, other = str(names.get("ident", names.get("a", ""))), str(names.get("b", ""))
    if kind not in ("review", "groups", "records", "compare") or not ident:
        return None
    gone, now = False, local_path(request.path)
    decisions: Iterable[Decision] = ()
    try:
        decisions = _about(kind, ident, other)
    except CatalogError:
        gone = True
        now = address("", request.form.get("kind", ""), request.form.get("q", "")) if kind == "review" else "/"
    last = request.form.get("seen", "").rpartition(".")[2]
    action = parse_qs(request.form.get("choice", "")).get("action", [""])[0]
    sent = [("Decision", words.DONE[action])] if action in words.DONE else []
    sent += [(words.FIELDS[name], text) for name in _WORDS if (text := request.form.get(name, "").strip())]
    return Changed(tuple(d for d in decisions if d.id > last), tuple(sent), now, gone)
