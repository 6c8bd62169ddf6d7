"""What can be decided on a finding, as buttons: one key each, the suggested one first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from catalog.views import CompareView, FindingView, pair_action

from . import words


@dataclass(frozen=True, slots=True)
class Choice:
    """One button. ``key`` is what a person presses; the suggested choice is also taken by Enter."""

    action: str
    label: str
    key: str
    hint: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    suggested: bool = False
    picture: str = ""
    caption: str = ""
    quiet: bool = False


#: Candidates that get a key of their own. A number is always the candidate with that number, 0 none, Enter what is suggested.
MAX_CANDIDATES = 4
MAX_CAPTIONS = 3


#: Where a line was taken for a caption by mistake.
_NO_CAPTION = Choice("not-caption", "Not a caption", "c", "it was taken for one by mistake", quiet=True)


def _link(view: FindingView) -> list[Choice]:
    images = [x.image for x in view.candidates] or [i for i in view.finding.images if i in view.records]
    made = []
    for n, image in enumerate(images[:MAX_CANDIDATES], 1):
        action = "accept" if n == 1 else "choose"
        label = "Accept the first" if n == 1 and len(images) > 1 else "Accept" if n == 1 else f"It is picture {n}"
        made.append(Choice(action, label, str(n), values={"image": image}, suggested=n == 1, picture=image))
    made.append(Choice("none", "None of them" if len(images) > 1 else "No picture here", "0", quiet=True))
    made.append(_NO_CAPTION)
    if images:
        made.append(
            Choice(
                "reject",
                "Reject the first" if len(images) > 1 else "Not this one",
                "x",
                values={"image": images[0]},
                quiet=True,
            )
        )
    return made


def duplicate_choices(a: str, b: str, best: str, relation: str) -> list[Choice]:
    """Return the decisions on a pair of pictures; what the match and the best copy suggest is marked."""
    likely = pair_action(relation)
    return [
        Choice("same", "Same, A is best", "1", values={"best": a}, suggested=likely == "same" and best == a),
        Choice("same", "Same, B is best", "2", values={"best": b}, suggested=likely == "same" and best != a),
        Choice("crop", "Crop or rendition", "3", values={"best": best or a}, suggested=likely == "crop"),
        Choice("same-scene", "Same scene only", "4", suggested=likely == "same-scene", quiet=True),
        Choice("not-same", "Not the same", "5", quiet=True),
    ]


def _duplicate(view: FindingView) -> list[Choice]:
    a, b = view.finding.subjects[:2]
    relation = view.match.relation if view.match else ""
    return duplicate_choices(a, b, str(view.finding.detail.get("best", a)), relation)


def _conflict(view: FindingView) -> list[Choice]:
    return [
        Choice("confirm", "They contradict", "1", "keep the contradiction on record", suggested=True),
        Choice("a-right", "A is right", "2"),
        Choice("b-right", "B is right", "3"),
        Choice("harmless", "Both can stand", "4", quiet=True),
    ]


def _metadata(view: FindingView) -> list[Choice]:
    groups = {
        value.group.lower()
        for record in view.records.values()
        for disagreement in record.image.metadata.disagreements
        for value in disagreement.values
    }
    made = [Choice("noted", "Noted, leave it", "1", suggested=True)]
    for n, group in enumerate((g for g in ("iptc", "xmp", "exif") if g in groups), 2):
        made.append(Choice(group, f"{group.upper()} holds", str(n)))
    return made


def _no_image(view: FindingView) -> list[Choice]:
    made = [Choice("none", "It has none", "0", suggested=True)]
    for n, image in enumerate(view.near[:MAX_CANDIDATES], 1):
        made.append(Choice("link", f"It is picture {n}", str(n), values={"image": image}, picture=image, quiet=True))
    return [*made, _NO_CAPTION]


def _no_caption(view: FindingView) -> list[Choice]:
    made = [Choice("none", "It has none", "0", suggested=True)]
    for n, caption in enumerate([c for c in view.captions if not c.startswith("embedded:")][:MAX_CAPTIONS], 1):
        made.append(
            Choice("link", f"It is caption {n}", str(n), values={"caption": caption}, caption=caption, quiet=True)
        )
    return made


_BY_KIND = {
    "link": _link,
    "duplicate": _duplicate,
    "conflict": _conflict,
    "metadata": _metadata,
    "caption-without-image": _no_image,
    "image-without-caption": _no_caption,
}


def choices(view: FindingView) -> list[Choice]:
    """Return what can be decided on the finding of ``view``, limited to what the catalogue accepts for it."""
    made = [c for c in _BY_KIND[view.finding.kind](view) if c.action in view.finding.actions]
    known = {c.action for c in made}
    spare = iter("6789")
    for action in view.finding.actions:
        if action not in known and action not in ("choose", "link", "reject", "iptc", "xmp", "exif"):
            made.append(Choice(action, words.DONE.get(action, action).capitalize(), next(spare, ""), quiet=True))
    return made


def compare_choices(view: CompareView) -> list[Choice]:
    """Return what can be decided on any two pictures. Where they do not match, or were decided, nothing is suggested."""
    a, b = view.a.image, view.b.image
    better = view.best or (a.id if a.width * a.height >= b.width * b.height else b.id)
    made = duplicate_choices(a.id, b.id, better, view.match.relation if view.match else "")
    return made if view.match and not view.decisions else [replace(c, suggested=False) for c in made]
