"""What people say: checked, appended, and carried through to the findings it settles, in one transaction.

Every function takes the real store, lays its changes over it, and commits them together; when it returns, the decision and
all it changes are on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .. import findings, resolve
from ..catalogue import Catalogue
from ..codec import facts_hash, to_dict
from ..errors import Gone, NotAllowed, NotFound, Stale
from ..inferences import grouping, inferring, markers
from ..inferences.remembering import Remembering
from ..later import later
from ..model import Decision, Finding, Group
from ..stores.base import COUNTER, WHOLE, Store, Transaction
from ..stores.overlay import Overlay

if TYPE_CHECKING:
    from .. import marking
else:
    (marking,) = later(".marking")

#: What may be said of a kind of finding beyond its own actions.
_VALUES = {"choose": "image", "link": "image"}
MAX_TEXT = 20_000
MAX_TAGS = 100
#: Pairs of pictures that one decision on a group may speak of.
MAX_PAIRS = 2_000
#: Subjects of a decision above which it is quicker to hold off everyone than to find out what they touch.
MAX_NAMED = 50
#: Kinds of findings whose decisions settle them and bear on nothing else: neither links nor groups follow from them.
_SETTLING = frozenset({"conflict", "metadata"})


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _append(store: Overlay, decisions: Sequence[Decision]) -> list[Decision]:
    """Give each decision its number and put it into the overlay."""
    change = Transaction()
    numbers = store.numbers(COUNTER, len(decisions), change)
    numbered = [replace(d, id=f"{n:010d}") for n, d in zip(numbers, decisions, strict=True)]
    for decision in numbered:
        change.put("decision", decision.id, to_dict(decision))
    store.commit(change)
    return numbered


def spoken_of(cat: Catalogue, decisions: Iterable[Decision]) -> list[Decision]:
    """Decisions, and those that they undo."""
    spoken: list[Decision] = []
    ahead = list(decisions)
    while ahead:
        decision = ahead.pop()
        ahead += [d for i in decision.undoes if (d := cat.decision(i))]
        spoken.append(decision)
    return spoken


def named_by(cat: Catalogue, spoken: Iterable[Decision]) -> set[str]:
    """What decisions speak of, and what asks about a picture that they hide or show again."""
    named: set[str] = set()
    for decision in spoken:
        named.update(filter(None, (*decision.subjects, str(decision.values.get("image", "")))))
        if decision.action in ("hide", "restore"):
            named |= _asking(cat, decision.subject)
    return named


def _asking(cat: Catalogue, subject: str) -> set[str]:
    """The articles that ask whether a picture is theirs: they ask no more while it is hidden."""
    return {link.article for link in cat.links_of_image(subject.removeprefix("image:")) if link.band != "certain"}


def commit(store: Store, decisions: Sequence[Decision], known: Remembering | None = None) -> list[Decision]:
    """Append decisions, and recompute the findings that they (or what they undo) bear on. ``known`` is what was read for them."""
    overlay = Overlay(store)
    numbered = _append(overlay, decisions)
    cat = known.over(overlay) if known else Remembering(overlay)
    if all(d.action == "edit" or d.kind in _SETTLING for d in numbered):
        overlay.commit(inferring.restate_findings(cat, numbered))
    else:
        spoken = spoken_of(cat, numbered)
        articles, images = inferring.bearing(cat, named_by(cat, spoken))
        if marked := cat.articles(marking.articles_of(spoken)):
            change, touched = inferring.infer_links(cat, sorted(marked))
            overlay.commit(change)
            cat = Remembering(overlay)
            images |= touched
        overlay.commit(inferring.infer_findings(cat, articles, images))
        overlay.commit(markers.taught(cat, spoken))
    store.commit(overlay.transaction)
    return numbered


def append(
    store: Store, named: Callable[[Catalogue], Collection[str]], made: Callable[[Catalogue], Sequence[Decision]]
) -> list[Decision]:
    """Append the decisions that ``made`` makes of the catalogue as it stands (perhaps more than once), and return them.

    Nobody who touches what they bear on comes between: ``named`` tells the captions, images, articles and other subjects.
    Everybody is held off where WHOLE is among them: links are inferred anew, and what that touches is not known before.
    """
    known: list[Remembering] = []

    def touches() -> set[str]:
        cat = Remembering(store)
        known[:] = [cat]
        idents = set(named(cat)) - {""}
        if len(idents) > MAX_NAMED or WHOLE in idents:
            return {WHOLE}
        return idents | inferring.touched(cat, *inferring.bearing(cat, idents))

    def work() -> list[Decision]:
        cat = known[0] if known else Remembering(store)
        return commit(store, made(cat), cat)

    return store.working(work, touches, COUNTER)


# ---------------------------------------------------------------- decisions on findings


def decide(
    store: Store, ident: str, action: str, *, seen: str | None, note: str, who: str, values: Mapping[str, Any]
) -> Decision:
    """Append a decision on a finding and return it.

    ``action`` may carry its object: ``choose:IMAGE``, ``link:CAPTION``, ``reject:IMAGE``, ``same:BEST``. Raises NotFound,
    Stale when ``seen`` is not what the finding now says (Gone when it is not there any more), NotAllowed when the action or its
    object does not fit.
    """
    verb, _, target = action.partition(":")
    chosen = {target, *(v for v in values.values() if isinstance(v, str))}
    whole = {WHOLE} if verb == resolve.DISMISS else set()

    def made(cat: Catalogue) -> list[Decision]:
        return [decision_on(cat, ident, action, seen=seen, note=note, who=who, values=values)]

    return append(store, lambda cat: {ident, *chosen, *about(cat, ident), *whole}, made)[0]


def decision_on(
    cat: Catalogue,
    ident: str,
    action: str,
    *,
    seen: str | None,
    note: str,
    who: str,
    values: Mapping[str, Any],
    batch: str = "",
) -> Decision:
    """Return the decision on a finding, checked and without a number yet. Raises as :func:`decide`."""
    verb, _, target = action.partition(":")
    finding = cat.finding(ident)
    if finding is None:
        raise NotFound("finding", ident) if seen is None else Gone("finding", ident, seen)
    if seen is not None and seen != finding.seen:
        raise Stale("finding", ident, seen, finding.seen)
    if verb not in finding.actions:
        raise NotAllowed(
            f"“{verb[:40]}” cannot be said of a {finding.kind} finding: choose one of {', '.join(finding.actions)}.",
            field="action",
        )
    subjects, settled = _object(cat, finding, verb, target, values)
    return Decision(
        id="", time=now(), subject=ident, action=verb, who=who[:200], note=note[:MAX_TEXT], kind=finding.kind,
        subjects=subjects, values=settled, seen=finding.seen.split(".", 1)[0], batch=batch,
    )  # fmt: skip


def about(cat: Catalogue, ident: str) -> tuple[str, ...]:
    """Return what a finding is about: captions, pictures, articles; nothing for one that is not there."""
    finding = cat.finding(ident)
    return (*finding.subjects, *finding.images, *finding.articles) if finding else ()


def _object(
    cat: Catalogue, finding: Finding, verb: str, target: str, values: Mapping[str, Any]
) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The subjects of a decision and what was chosen, checked."""
    given = {k: str(v) for k, v in values.items() if isinstance(v, str) and v}
    if finding.kind in ("link", "caption-without-image"):
        caption = finding.subjects[0]
        if verb == "none":
            return (caption,), {}
        if verb == resolve.DISMISS:
            return (caption, *finding.articles), {}
        image = (
            target
            or given.get("image", "")
            or (finding.subjects[1] if len(finding.subjects) > 1 and verb != "choose" else "")
        )
        if not image or cat.image(image) is None:
            raise NotAllowed("Say which picture: give the id of one in this catalogue.", field="image")
        return (caption, image), {"image": image}
    if finding.kind == "image-without-caption":
        image = finding.subjects[0]
        if verb == "none":
            return (image,), {}
        caption = target or given.get("caption", "")
        if not caption or not cat.captions([caption]):
            raise NotAllowed("Say which caption: give the id of one in this catalogue.", field="caption")
        return (caption, image), {"image": image}
    if finding.kind == "duplicate":
        best = target or given.get("best", "") or str(finding.detail.get("best", ""))
        if verb == "same" and best not in finding.subjects:
            raise NotAllowed("The best copy must be one of the two pictures.", field="best")
        return finding.subjects, {"best": best} if verb == "same" else {}
    return finding.subjects, {}


def decide_pair(
    store: Store, a: str, b: str, action: str, *, best: str, seen: str | None, note: str, who: str
) -> Decision:
    """Append what a person says of any two pictures: same, crop, same-scene or not-same, also where no finding is about them.

    It is the decision that a duplicate finding of the two would take: where nothing was found, it joins the groups of both, or
    keeps them apart whatever is found later. ``best`` is the better of the two; only `same` needs it. Raises NotFound, Stale,
    NotAllowed.
    """
    pair = _sorted(a, b)
    if action not in (*resolve.JOINING, *resolve.DENYING):
        raise NotAllowed("Two pictures are same, crop, same-scene or not-same.", field="action")
    if a == b or (best not in pair and (best or action == "same")):
        raise NotAllowed("Name two different pictures, and as the better copy one of the two.", field="best")

    def made(cat: Catalogue) -> list[Decision]:
        for ident in pair:
            if cat.image(ident) is None:
                raise NotFound("picture", ident)
        _, token = grouping.pair_decisions(cat, *pair)
        if seen is not None and seen != token:
            raise Stale("pair", ":".join(pair), seen, token)
        decision = Decision(
            "", now(), findings.finding_id("duplicate", *pair), action, who[:200], note[:MAX_TEXT], "duplicate", pair,
            {"best": best} if best and action in resolve.JOINING else {}, facts_hash(list(pair)),
        )  # fmt: skip
        return [decision]

    return append(store, lambda _: pair, made)[0]


# ---------------------------------------------------------------- groups


def decide_group(
    store: Store,
    image: str,
    best: str,
    said: Mapping[str, str],
    *,
    values: Mapping[str, str],
    seen: str | None,
    note: str,
    who: str,
) -> list[Decision]:
    """Append decisions on the duplicate group around ``image``, as one step, and return them.

    ``best`` is the copy that shall hold as the best. ``said`` tells of other members: same, crop, same-scene, not-same, or
    open (nothing is said); a member that it does not name stays open. Who is parted from the best is parted from every member
    that is said to be the same, so that no chain brings it back. ``values`` (caption, credit) are what the person chose where
    the copies differ: an edit of the best copy, whose facts stay. Raises NotFound, Stale, NotAllowed.
    """

    def decided(cat: Catalogue) -> list[Decision]:
        view = grouping.view(cat, image)
        group = view.group
        if seen is not None and seen != view.seen:
            raise Stale("group", group.id, seen, view.seen)
        _check_group(group, best, said, values)
        time, batch = now(), inferring.digest("batch", now(), *group.images)
        made = [
            Decision(
                "", time, findings.finding_id("duplicate", *pair), action, who[:200], note[:MAX_TEXT], "duplicate", pair,
                {"best": best} if action in resolve.JOINING else {}, facts_hash(list(pair)), batch,
            )
            for pair, action in _pairs(group, best, said).items()
        ]  # fmt: skip
        if changed := {k: v for k, v in values.items() if v != grouping.single_values(view.records[best]).get(k)}:
            facts = cat.images([best])[best]
            made.append(
                Decision(
                    "", time, f"image:{best}", "edit", who[:200], note[:MAX_TEXT], "", (best,), checked_values(changed),
                    facts_hash(facts.sha256, facts.metadata), batch,
                )
            )  # fmt: skip
        if not made:
            raise NotAllowed("Say of at least one copy what it is.", field="members")
        return made

    return append(store, lambda _: {image, best, *said}, decided)


def _check_group(group: Group, best: str, said: Mapping[str, str], values: Mapping[str, str]) -> None:
    if best not in group.images:
        raise NotAllowed("The best copy must be one of the group.", field="best")
    for member, action in said.items():
        if member not in group.images or action not in (*resolve.JOINING, *resolve.DENYING, "open"):
            raise NotAllowed(
                "Say of each copy of the group that it is same, crop, same-scene, not-same or open.", field="members"
            )
    if set(values) - set(grouping.SINGLE):
        raise NotAllowed(f"Only {' and '.join(grouping.SINGLE)} are chosen here.", field="values")


def _pairs(group: Group, best: str, said: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """What a decision on a group says of its pairs: with the best, with the copy its findings name, and who is parted from whom."""
    alike = [i for i in group.images if i == best or said.get(i) in resolve.JOINING]
    pairs: dict[tuple[str, str], str] = {}
    for member in alike:
        for other in {best, group.best} & set(alike) - {member}:
            pairs[_sorted(member, other)] = said.get(member if member != best else other, "same")
    for member in (i for i in group.images if i != best and said.get(i) in resolve.DENYING):
        pairs |= {_sorted(member, other): said[member] for other in alike}
    if len(pairs) > MAX_PAIRS:
        raise NotAllowed(
            f"That parts {len(pairs):,} pairs; one step takes {MAX_PAIRS:,}. Leave some open.", field="members"
        )
    return dict(sorted(pairs.items()))


def _sorted(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


# ---------------------------------------------------------------- edits


def checked_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an edit, cleaned. Raises NotAllowed, naming the field, for one that cannot be edited or set so."""
    clean: dict[str, Any] = {}
    for key, value in values.items():
        if key not in resolve.EDITABLE:
            raise NotAllowed(f"“{key[:40]}” cannot be edited: only {', '.join(resolve.EDITABLE)}.", field=key[:40])
        if key == "tags":
            if not isinstance(value, list | tuple) or not all(isinstance(t, str) for t in value):
                raise NotAllowed("Tags are a list of words.", field="tags")
            tags = list(dict.fromkeys(t.strip() for t in value if t.strip()))
            if len(tags) > MAX_TAGS or any(len(t) > 200 for t in tags):
                raise NotAllowed(f"At most {MAX_TAGS} tags of at most 200 characters.", field="tags")
            clean[key] = [_text(t, "tags") for t in tags]
        elif isinstance(value, str):
            clean[key] = _text(value, key)
        else:
            raise NotAllowed(f"The {key} must be a text.", field=key)
    if not clean:
        raise NotAllowed("Nothing to change was given.")
    return clean


def _text(value: str, field: str) -> str:
    if len(value) > MAX_TEXT:
        raise NotAllowed(f"The {field} is longer than {MAX_TEXT:,} characters.", field=field)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise NotAllowed(f"The {field} holds characters that are not Unicode text.", field=field) from None
    return value


def edit(
    store: Store, images: Sequence[str], values: Mapping[str, Any], *, seen: str | None, who: str, note: str
) -> list[Decision]:
    """Append an edit of each image, as one step. Raises NotFound, Stale (for a single image), NotAllowed."""
    clean = checked_values(values)

    def edits(cat: Catalogue) -> list[Decision]:
        made = []
        batch = inferring.digest("batch", now(), *images) if len(images) > 1 else ""
        for ident in images:
            image = cat.image(ident)
            if image is None:
                raise NotFound("picture", ident)
            facts = facts_hash(image.sha256, image.metadata)
            if seen is not None:
                own = [d for d in cat.decisions_about([f"image:{ident}"]) if d.subject == f"image:{ident}"]
                token = resolve.seen_token(facts, own)
                if token != seen:
                    raise Stale("picture", ident, seen, token)
            made.append(
                Decision(
                    "",
                    now(),
                    f"image:{ident}",
                    "edit",
                    who[:200],
                    note[:MAX_TEXT],
                    "",
                    (ident,),
                    dict(clean),
                    facts,
                    batch,
                )
            )
        return made

    return append(store, lambda _: images, edits)


def say(store: Store, subject: str, action: str, *, who: str, values: Mapping[str, Any] | None = None) -> Decision:
    """Append a decision that settles no finding: hide, restore, save a search, forget it. Raises NotFound, NotAllowed."""
    kind, _, ident = subject.partition(":")
    if action in ("hide", "restore") and kind not in ("image", "article"):
        raise NotAllowed("Name what you mean as image:ID or article:ID.", field="subject")

    def made(cat: Catalogue) -> list[Decision]:
        if kind in ("image", "article") and cat.store.get(kind, ident) is None:
            raise NotFound("picture" if kind == "image" else "article", ident)
        subjects = (ident,) if kind in ("image", "article") else (kind,)
        return [Decision("", now(), subject, action, who[:200], "", "", subjects, dict(values or {}))]

    return append(store, lambda cat: {subject, ident, *_asking(cat, subject)}, made)[0]
