"""Facts + inferences + decisions -> what holds. Pure functions; the same input always gives the same record.

A decision is *effective* unless a later effective decision undoes it; only effective decisions are passed in here,
oldest first. Nothing is overwritten: a decision changes what a record shows, never the facts beneath.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from .codec import facts_hash
from .model import (
    Article,
    Caption,
    Conflict,
    Decision,
    Evidence,
    Finding,
    Image,
    Link,
    Match,
    Record,
    Usage,
)

LinkStatus = Literal["linked", "proposed", "rejected"]

#: The evidence of a link that only a person made.
BY_HAND = "a person linked them"
#: The evidence of a match that only a person made.
JOINED_BY_HAND = "a person said that they show one photograph"
#: Actions that settle a link for one image of the caption.
CHOOSING = frozenset({"accept", "choose", "link"})
#: "This line is a caption": ``values`` hold its words and its line, ``subjects`` the article and the caption's id.
MARK = "caption"
#: "This is no caption": ``subjects`` name the caption and its article.
DISMISS = "not-caption"
#: Actions that turn all links of a caption down: it has no picture, or is no caption at all.
DENYING_ALL = frozenset({"none", DISMISS})
#: Actions by which a person says that two pictures are not the same photograph.
DENYING = frozenset({"same-scene", "not-same"})
#: Actions by which a person says that they are.
JOINING = frozenset({"same", "crop"})
#: Fields that an edit may set, and the type of each.
EDITABLE: Mapping[str, type] = {"caption": str, "credit": str, "note": str, "tags": list}


def effective(decisions: Sequence[Decision]) -> list[Decision]:
    """Return the decisions that hold, oldest first, without the undo entries themselves.

    ``decisions`` must hold every undo that names one of them. Undoing an undo brings the decision back.
    """
    undone: set[str] = set()
    for decision in sorted(decisions, key=lambda d: d.id, reverse=True):
        if decision.action == "undo" and decision.id not in undone:
            undone.update(decision.undoes)
    return sorted((d for d in decisions if d.action != "undo" and d.id not in undone), key=lambda d: d.id)


def link_statuses(links: Sequence[Link], decisions: Sequence[Decision]) -> dict[str, tuple[LinkStatus, str]]:
    """Return link id -> (status, id of the decision that settled it) for the links of one article.

    Without a decision a `certain` link is linked, any other proposed. A choice links that image and turns the caption's other
    links down; `none` and `not-caption` turn all down; `reject` one. An image that a person gave to one caption is not
    proposed for another of the article.
    """
    state: dict[str, tuple[LinkStatus, str]] = {
        link.id: ("linked" if link.band == "certain" else "proposed", "") for link in links
    }
    by_caption: dict[str, list[Link]] = {}
    for link in links:
        by_caption.setdefault(link.caption, []).append(link)
    taken: dict[str, str] = {}
    for decision in decisions:
        caption = next((s for s in decision.subjects if s in by_caption), "")
        if not caption:
            continue
        image = str(decision.values.get("image", ""))
        for link in by_caption[caption]:
            if decision.action in CHOOSING:
                state[link.id] = ("linked" if link.image == image else "rejected", decision.id)
            elif (decision.action in DENYING_ALL and decision.kind != "image-without-caption") or (
                decision.action == "reject" and link.image == image
            ):
                state[link.id] = ("rejected", decision.id)
        if decision.action in CHOOSING and image:
            taken[image] = caption
    for link in links:
        if taken.get(link.image, link.caption) != link.caption and not state[link.id][1]:
            state[link.id] = ("rejected", "")
    return state


def decided_links(captions: Iterable[Caption], links: Sequence[Link], decisions: Sequence[Decision]) -> list[Link]:
    """Return the links that only a person made: a choice of an image that no inference proposed."""
    known = {(link.caption, link.image) for link in links}
    by_id = {c.id: c for c in captions}
    made: dict[str, Link] = {}
    for decision in decisions:
        image = str(decision.values.get("image", ""))
        caption = next((by_id[s] for s in decision.subjects if s in by_id), None)
        if decision.action in CHOOSING and caption and image and (caption.id, image) not in known:
            ident = f"{caption.id}:{image}"
            made[ident] = Link(ident, caption.id, image, caption.article, 1.0, "certain", (Evidence(BY_HAND, 10.0),))
    return list(made.values())


def said_of_pairs(decisions: Iterable[Decision]) -> dict[tuple[str, str], Decision]:
    """Return the last decision on each pair of images; a pair stands in the order of its ids."""
    last: dict[tuple[str, str], Decision] = {}
    for decision in decisions:
        if decision.kind == "duplicate" and len(decision.subjects) >= 2:
            a, b = sorted(decision.subjects[:2])
            last[(a, b)] = decision
    return last


def denied_pairs(decisions: Iterable[Decision]) -> frozenset[tuple[str, str]]:
    """Return the pairs of images, in order of id, of which the last decision says that they are not one photograph."""
    return frozenset(pair for pair, said in said_of_pairs(decisions).items() if said.action in DENYING)


def decided_matches(image: str, matches: Sequence[Match], decisions: Iterable[Decision]) -> list[Match]:
    """Return the matches of ``image`` that only a person made: pairs said to be one photograph, unknown to ``matches``."""
    known = {(m.a, m.b) for m in matches if m.relation != "same scene"}
    return [
        Match(
            f"{a}:{b}", a, b, "cropped" if said.action == "crop" else "edited", 1.0, "a person said so",
            whole=str(said.values.get("best", "")) if said.action == "crop" else "",
            evidence=(Evidence(JOINED_BY_HAND, 10.0),),
        )
        for (a, b), said in said_of_pairs(decisions).items()
        if said.action in JOINING and image in (a, b) and (a, b) not in known
    ]  # fmt: skip


def is_by_hand(match: Match) -> bool:
    """Return whether only a person made a match."""
    return any(e.name == JOINED_BY_HAND for e in match.evidence)


def joined_by_hand(matches: Iterable[Match]) -> frozenset[tuple[str, str]]:
    """Return the pairs among ``matches`` that only a person said to be the same photograph as a whole."""
    return frozenset((m.a, m.b) for m in matches if m.relation != "cropped" and is_by_hand(m))


def usage(article: Article, caption: Caption, link: Link, status: LinkStatus, decided: str) -> Usage:
    """Return the usage that a link makes of its caption."""
    return Usage(
        image=link.image,
        article=article.id,
        title=article.title,
        url=article.url,
        published=article.published,
        publisher=article.publisher,
        caption=caption,
        link=link,
        status=status,
        decided=decided,
    )


def _edits(decisions: Sequence[Decision], subject: str) -> dict[str, object]:
    fields: dict[str, object] = {}
    for decision in decisions:
        if decision.action == "edit" and decision.subject == subject:
            fields.update({k: v for k, v in decision.values.items() if k in EDITABLE})
    return fields


def _hidden(decisions: Sequence[Decision], subject: str) -> bool:
    state = False
    for decision in decisions:
        if decision.subject == subject and decision.action in ("hide", "restore"):
            state = decision.action == "hide"
    return state


def seen_token(facts: str, decisions: Iterable[Decision]) -> str:
    """Return what a page sends back with a decision: the facts' hash and the last decision made on them."""
    return f"{facts}.{max((d.id for d in decisions), default='')}"


def flags_of(
    image: Image,
    usages: Sequence[Usage],
    matches: Sequence[Match],
    conflicts: Sequence[Conflict],
    reviewed: bool,
    hidden: bool,
) -> frozenset[str]:
    """Return the words that ``is:`` knows of a record."""
    flags = set()
    if any(u.status == "linked" for u in usages):
        flags.add("linked")
    elif not any(u.status == "proposed" for u in usages):
        flags.add("unlinked")
    else:
        flags.update(("unlinked", "unsure"))
    if any(u.status == "rejected" and u.decided for u in usages):
        flags.add("rejected")
    if any(m.relation != "same scene" for m in matches) or len(image.paths) > 1:
        flags.add("duplicate")
    if conflicts:
        flags.add("conflict")
    if reviewed:
        flags.add("reviewed")
    if hidden:
        flags.add("hidden")
    return frozenset(flags)


def record(
    image: Image,
    usages: Sequence[Usage],
    matches: Sequence[Match],
    conflicts: Sequence[Conflict],
    decisions: Sequence[Decision],
) -> Record:
    """Return the record of ``image``: what its facts and inferences come to under the effective ``decisions`` about it."""
    subject = f"image:{image.id}"
    edits = _edits(decisions, subject)
    hidden = _hidden(decisions, subject)
    denied = denied_pairs(decisions)
    kept = tuple(m for m in matches if (m.a, m.b) not in denied)
    settled = {tuple(sorted(d.subjects[:2])) for d in decisions if d.kind == "conflict" and d.action == "harmless"}
    real = tuple(c for c in conflicts if tuple(sorted((c.a, c.b))) not in settled)
    ordered = sorted(usages, key=lambda u: (u.status != "linked", u.published or "9999", -u.link.score, u.link.id))
    linked = [u for u in ordered if u.status == "linked"]
    texts: list[str] = []
    for text in (str(edits.get("caption", "")), *(u.caption.text for u in linked), image.metadata.caption):
        if text and text not in texts:
            texts.append(text)
    credited = (
        str(edits.get("credit", "")),
        *(u.caption.credit for u in linked),
        image.metadata.credit,
        image.metadata.byline,
    )
    own = [d for d in decisions if d.subject == subject]
    tags = edits.get("tags", ())
    return Record(
        id=image.id,
        image=image,
        captions=tuple(texts),
        credit=next((c for c in credited if c), ""),
        tags=tuple(str(t) for t in tags) if isinstance(tags, list | tuple) else (),
        note=str(edits.get("note", "")),
        usages=tuple(ordered),
        matches=kept,
        conflicts=real,
        decisions=tuple(decisions),
        flags=flags_of(image, ordered, kept, real, bool(decisions), hidden),
        seen=seen_token(facts_hash(image.sha256, image.metadata), own),
        hidden=hidden,
        edited=dict(edits),
    )


def finding_status(finding: Finding, facts: str, decisions: Sequence[Decision]) -> Finding:
    """Return ``finding`` as the effective ``decisions`` about it leave it: open, decided, or changed since."""
    if not decisions:
        return replace(finding, seen=seen_token(facts, ()), status="open")
    status: Literal["decided", "changed"] = "decided" if decisions[-1].seen == facts else "changed"
    return replace(finding, seen=seen_token(facts, decisions), status=status)
