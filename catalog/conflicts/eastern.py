"""Names in Chinese and Japanese, which have no capitals: told by what stands beside them, and by how they begin."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from .data import words
from .tokens import Item

#: What follows the name of a place ("函館市", "朝阳区").
_PLACE = frozenset("市県县區区町村郡省州道都府港駅站山镇鎮乡鄉旗路街桥橋峡峽島岛川河湖湾")
#: Those that hardly stand in other words: what follows is a part of the place.
_WITHIN = frozenset("市県縣郡镇鎮")
LONGEST = 8
#: A name differs in one of its letters only: so many others may stand between it and the title before or behind.
SHARED = 2


@cache
def _listed(name: str) -> tuple[str, ...]:
    return tuple(words()["eastern"][name].split())


def _ideographs(items: Sequence[Item]) -> bool:
    return all(i.kind in ("word", "place") and ("\u30a0" <= i.text[:1] <= "\u9fff" or i.text == "々") for i in items)


def kind_of(x: Sequence[Item], y: Sequence[Item], before: Sequence[Item], after: Sequence[Item]) -> str:
    """Return "place" or "person" where both stretches are names by their last letters, by what stands beside them in both
    ("岸田首相", "大使谢锋"), or by the family names that they begin with, "role" for offices ("財務大臣"), else "".
    """
    if not (0 < len(x) <= LONGEST and 0 < len(y) <= LONGEST and _ideographs(x) and _ideographs(y)):
        return ""
    if x[0].kind == y[0].kind == "place" and x[0].key != y[0].key:
        return "place"  # "河北涿州", "河南郑州": each begins with a known province
    following = "".join(i.text for i in after)
    if following[:1] in ("務", "务") and following[1:].startswith(_listed("titles_after")):
        return "role"  # "財務大臣", "外務大臣"
    if _titled(x, y, before) or _followed(x, y, after) or all(_begins_as_name(run) for run in (x, y)):
        return "person"
    if all(any(i.text in _WITHIN for i in run) for run in (x, y)):
        return "place"  # "熱海市伊豆山", "沼津市戸田"
    ends = {(run[-1].text or "")[-1:] for run in (x, y) if run[-1].kind != "place"}
    placed = ends <= _PLACE or following[:1] in _PLACE or following.startswith(_listed("places_after"))
    return "place" if placed else ""


def _titled(x: Sequence[Item], y: Sequence[Item], before: Sequence[Item]) -> bool:
    """Tell whether a title stands before two names, of which both may begin alike: "家属李建国", "家属李建军"."""
    said = "".join(i.text for i in before)
    if said.endswith(_listed("titles_before")):
        return all(2 <= len(run) <= 4 for run in (x, y))
    for shared in range(1, SHARED + 1):
        whole = all(2 <= len(run) + shared <= 3 for run in (x, y))
        if whole and said[:-shared].endswith(_listed("titles_before")) and said[-shared] in _surnames():
            return True
    return False


def _followed(x: Sequence[Item], y: Sequence[Item], after: Sequence[Item]) -> bool:
    """Tell whether a title stands behind two names, of which both may end alike: "山中首相", "田中首相"."""
    following = "".join(i.text for i in after)
    if following.startswith(_listed("titles_after")):
        return True
    return any(
        following[shared:].startswith(_listed("titles_after")) and _ideographs(after[:shared])
        for shared in range(1, SHARED + 1)
        if len(x) == len(y) and len(x) + shared < 4
    )


def _begins_as_name(run: Sequence[Item]) -> bool:
    """Tell whether a stretch has the length of a whole Chinese name and begins with a family name that is no other word."""
    return 2 <= len(run) <= 3 and all(i.kind == "word" and len(i.text) == 1 for i in run) and run[0].text in _surnames()


@cache
def _surnames() -> frozenset[str]:
    return frozenset(words()["eastern"]["surnames"])
