"""Many findings decided as one step: what waits for some pictures, what would be said of it, and saying it.

A step takes what still holds and leaves the rest, each with the reason: one finding that somebody else was faster with does not
keep the others from being decided. One undo takes back the whole step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .. import resolve
from ..catalogue import Catalogue
from ..errors import CatalogError, NotAllowed, NotFound, Stale
from ..inferences import inferring
from ..model import Decision, Finding, FindingKind
from ..screens import subjects
from ..stores.base import WHOLE, Store
from ..views import DecidedTogether, Plan, Planned, Said, Skipped, pair_action
from . import deciding

#: What each finding suggests, whatever that is.
SUGGESTED = "suggested"
#: What can be said of many findings of a kind: what needs no object, or whose object the finding names.
ACTIONS: dict[FindingKind, tuple[str, ...]] = {
    "conflict": (SUGGESTED, "confirm", "a-right", "b-right", "harmless"),
    "link": (SUGGESTED, "accept", "reject", "none", resolve.DISMISS),
    "duplicate": (SUGGESTED, "same", "crop", "same-scene", "not-same"),
    "metadata": (SUGGESTED, "noted", "iptc", "xmp", "exif"),
    "image-without-caption": (SUGGESTED, "none"),
}
#: Findings that one step may decide.
MAX_FINDINGS = 2_000


def waiting(cat: Catalogue, images: Sequence[str]) -> list[Finding]:
    """Return what waits for a person of these pictures, what is worth most first.

    A link waits for the picture that is suggested, not for the others it might be.
    """
    found: dict[str, Finding] = {}
    for ident in images:
        for finding in cat.findings("images", ident):
            mine = finding.kind != "link" or finding.subjects[1:2] == (ident,)
            if mine and finding.status != "decided" and finding.kind in ACTIONS:
                found[finding.id] = finding
    hidden = {i for i in {i for f in found.values() for i in f.images} if cat.is_hidden(f"image:{i}")}
    return sorted((f for f in found.values() if not hidden & set(f.images)), key=lambda f: (-f.score, f.id))


def plan(cat: Catalogue, images: Sequence[str], wanted: Mapping[str, str]) -> Plan:
    """Return what saying ``wanted`` (kind of finding -> action, or :data:`SUGGESTED`) of what waits for ``images`` would decide.

    Raises NotFound for an unknown picture, NotAllowed for an action that cannot be said of many, and for too many findings.
    """
    for kind, action in wanted.items():
        known = {str(k): v for k, v in ACTIONS.items()}.get(kind)
        if known is None or action not in known:
            raise NotAllowed(
                f"“{action[:40]}” cannot be said of all findings of the kind “{kind[:40]}” at once: "
                + (f"choose one of {', '.join(known)}." if known else f"the kinds are {', '.join(ACTIONS)}."),
                field="decide",
            )
    for ident in images:
        if cat.image(ident) is None:
            raise NotFound("picture", ident)
    found = waiting(cat, images)
    counts: dict[str, int] = {kind: n for kind in ACTIONS if (n := sum(f.kind == kind for f in found))}
    asked = [f for f in found if f.kind in wanted]
    if len(asked) > MAX_FINDINGS:
        raise NotAllowed(
            f"{len(asked):,} findings wait there; one step decides {MAX_FINDINGS:,}. Take fewer kinds, or narrow the search.",
            field="decide",
        )
    names = subjects.told(cat, (f.subjects for f in asked))
    planned: list[Planned] = []
    skipped: list[Skipped] = []
    given: set[str] = set()
    for finding, about in zip(asked, names, strict=True):
        said = _said(finding, wanted[finding.kind])
        reason = _unfit(cat, finding, said)
        if finding.kind == "image-without-caption" and finding.subjects[0] in given:
            skipped.append(
                Skipped(finding.id, finding.kind, "covered", "Another of these decisions gives it a caption.", about)
            )
        elif reason:
            skipped.append(Skipped(finding.id, finding.kind, "not-allowed", reason, about))
        else:
            planned.append(Planned(said, finding.kind, about, _shown(finding)))
            given |= {said.values["image"]} if said.action == "accept" else set()
    return Plan(len(images), counts, {k: ACTIONS[k] for k in ACTIONS if k in counts}, tuple(planned), tuple(skipped))


def _said(finding: Finding, action: str) -> Said:
    """What an action says of one finding, with its object."""
    if action == SUGGESTED:
        action = (
            pair_action(str(finding.detail.get("relation", ""))) if finding.kind == "duplicate" else finding.actions[0]
        )
    values: dict[str, str] = {}
    if finding.kind == "link" and action in ("accept", "reject"):
        values["image"] = finding.subjects[1]
    elif finding.kind == "duplicate" and action in resolve.JOINING:
        values["best"] = str(finding.detail.get("best", finding.subjects[0]))
    return Said(finding.id, action, values, finding.seen)


def _shown(finding: Finding) -> tuple[str, ...]:
    """The pictures that show what a decision is about."""
    return finding.subjects[1:2] if finding.kind == "link" else finding.images[:2]


def _unfit(cat: Catalogue, finding: Finding, said: Said) -> str:
    """Why an action does not fit a finding, ``""`` when it does."""
    if finding.kind == "metadata" and said.action != finding.actions[0]:
        image = cat.image(finding.subjects[0])
        odds = image.metadata.disagreements if image else ()
        if said.action.upper() not in {value.group.upper() for one in odds for value in one.values}:
            return f"{said.action.upper()} says nothing of what is at odds there."
    return ""


def decide(store: Store, said: Sequence[Said], *, note: str, who: str) -> DecidedTogether:
    """Append a decision on each finding that still is as it was seen, as one step. The others are left, and told.

    Raises the reason of the first one (Stale, Gone, NotFound, NotAllowed) when none is left to decide.
    """
    if not said:
        raise NotAllowed("Choose at least one finding.", field="decisions")
    if len(said) > MAX_FINDINGS:
        raise NotAllowed(f"One step decides {MAX_FINDINGS:,} findings.", field="decisions")
    left: list[Skipped] = []

    def named(cat: Catalogue) -> set[str]:
        whole = {WHOLE} if any(one.action == resolve.DISMISS for one in said) else set()
        return whole | {
            i for one in said for i in (one.finding, *one.values.values(), *deciding.about(cat, one.finding))
        }

    def made(cat: Catalogue) -> list[Decision]:
        left.clear()
        batch = inferring.digest("batch", deciding.now(), *(one.finding for one in said)) if len(said) > 1 else ""
        decisions: dict[str, Decision] = {}
        refused: CatalogError | None = None
        for one in said:
            try:
                if one.finding in decisions:
                    raise NotAllowed("It is named twice: the first holds.", field="decisions")
                decisions[one.finding] = deciding.decision_on(
                    cat, one.finding, one.action, seen=one.seen, note=note, who=who, values=one.values, batch=batch
                )
            except (Stale, NotFound, NotAllowed) as error:
                refused = refused or error
                finding = cat.finding(one.finding)
                left.append(Skipped(one.finding, finding.kind if finding else "", error.code, str(error)))
        if not decisions and refused is not None:
            raise refused
        return list(decisions.values())

    decided = deciding.append(store, named, made)
    return DecidedTogether(tuple(decided), _told(Catalogue(store), left))


def _told(cat: Catalogue, left: Sequence[Skipped]) -> tuple[Skipped, ...]:
    """What was left, each with what it is about."""
    found = [cat.finding(one.finding) for one in left]
    names = subjects.told(cat, (finding.subjects if finding else () for finding in found))
    return tuple(replace(one, about=about) for one, about in zip(left, names, strict=True))
