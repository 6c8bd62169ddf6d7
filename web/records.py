"""The page of one picture, and its edits."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from catalog.errors import NotFound
from catalog.library import Library
from catalog.model import Caption, Conflict, Decision, MetaField, Record, Usage
from catalog.views import Similar

from . import diff
from .context import library, who
from .inputs import form_text, tags_of, text_arg
from .present import contradicted, image_url

pages = Blueprint("records", __name__)


@dataclass(frozen=True, slots=True)
class Run:
    """One usage on the timeline: its caption's words against those of the run before, and what it contradicts."""

    usage: Usage
    words: tuple[diff.Piece, ...]
    added: int
    removed: int
    kinds: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


def _spans(conflicts: tuple[Conflict, ...], caption: Caption) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
    kinds: list[str] = []
    spans: list[tuple[int, int]] = []
    for conflict in conflicts:
        if caption.id not in (conflict.a, conflict.b):
            continue
        kinds += conflict.comparison.kinds
        side = "a" if caption.id == conflict.a else "b"
        spans += contradicted(caption.text, conflict.comparison.contradictions, side)
    return tuple(dict.fromkeys(kinds)), tuple(spans)


def timeline(record: Record) -> list[Run]:
    """Return the usages in order of time, each with what its caption changed against the one before."""
    runs: list[Run] = []
    before = ""
    ordered = sorted(record.usages, key=lambda u: (u.status == "rejected", u.published or "9999", u.caption.id))
    for usage in ordered:
        text = usage.caption.text
        words = diff.inline(before, text) if before and before != text else ()
        added, removed = diff.tally(words)
        kinds, spans = _spans(record.conflicts, usage.caption)
        runs.append(Run(usage, words if added + removed else (), added, removed, kinds, spans))
        if usage.status != "rejected":
            before = text
    return runs


def metadata_groups(record: Record) -> dict[str, list[tuple[MetaField, bool]]]:
    """Return the embedded fields by group, each with whether another group says something else."""
    odd = {(v.group, v.name) for d in record.image.metadata.disagreements for v in d.values}
    groups: dict[str, list[tuple[MetaField, bool]]] = {}
    for value in record.image.metadata.fields[:400]:
        groups.setdefault(value.group, []).append((value, (value.group, value.name) in odd))
    return groups


def others(lib: Library, record: Record) -> list[Similar]:
    """Return the matches of a picture that hold, best first, with where the other pictures lie."""
    made = []
    for match in sorted(record.matches, key=lambda m: -m.score)[:60]:
        other = match.b if match.a == record.id else match.a
        try:
            made.append(Similar(other, lib.record(other).image.paths, match))
        except NotFound:
            continue
    return made


def undone(decisions: tuple[Decision, ...]) -> set[str]:
    """Return the ids of the decisions that later ones took back."""
    return {ident for d in decisions if d.action == "undo" for ident in d.undoes}


@pages.get("/images/<ident>")
def image(ident: str) -> str:
    """Show one picture with everything that is known of it."""
    lib, as_of = library(), text_arg("as_of", 40)
    record = lib.record(ident, as_of)
    # A query also selects what waits elsewhere in the picture's articles: here only what is asked of the picture itself.
    found = () if as_of else lib.findings(query=f"id:{record.id}", limit=50).items
    waiting = [f for f in found if record.id in (*f.images, *f.subjects)]
    return render_template(
        "image.html", record=record, as_of=as_of, image=record.image, runs=timeline(record), groups=metadata_groups(record),
        matches=others(lib, record), waiting=waiting, undone=undone(record.decisions),
        spoken={u.caption.id: u.caption.text for u in record.usages}, earlier={} if as_of else lib.earlier(record),
    )  # fmt: skip


@pages.post("/images/<ident>")
def edit(ident: str) -> Response:
    """Make an edit of the fields that the form changed. Each is a decision; the facts stay as they are."""
    record = library().record(ident)
    given = {"caption": form_text("caption").strip(), "credit": form_text("credit", 500).strip(),
             "note": form_text("note").strip(), "tags": tags_of(form_text("tags", 4000))}  # fmt: skip
    shown = {"caption": str(record.edited.get("caption", "")), "credit": record.credit, "note": record.note,
             "tags": list(record.tags)}  # fmt: skip
    changed = {name: value for name, value in given.items() if value != shown[name]}
    if changed:
        library().edit(record.id, changed, seen=form_text("seen", 100) or None, who=who())
    return redirect(image_url(record.id) + "#edit", 303)


@pages.post("/images/<ident>/hide")
def hide(ident: str) -> Response:
    """Take a picture out of searches, or bring it back."""
    record = library().record(ident)
    step = library().restore if record.hidden else library().hide
    step(f"image:{record.id}", who=who())
    return redirect(image_url(record.id), 303)
