"""Names in Chinese and Japanese, which have no capitals: told by what follows them."""

from __future__ import annotations

from collections.abc import Sequence

from .tokens import Item

#: What follows the name of a place ("函館市", "朝阳区"), and what follows that of a person ("岸田首相", "王选手").
_PLACE = frozenset("市県县區区町村郡省州道都府港駅站山島岛川河湖湾")
_PERSON = (
    "首相",
    "総理",
    "总理",
    "總理",
    "主席",
    "大統領",
    "总统",
    "總統",
    "選手",
    "选手",
    "監督",
    "教练",
    "議員",
    "议员",
    "知事",
    "氏",
    "先生",
    "女士",
    "さん",
    "部长",
    "外相",
    "市长",
    "市長",
)
#: Chinese offices, which stand before the name.
_TITLES = (
    "人",
    "总统",
    "總統",
    "主席",
    "总理",
    "總理",
    "部长",
    "部長",
    "市长",
    "市長",
    "书记",
    "外长",
    "队长",
    "记者",
    "教授",
    "演员",
    "导演",
    "歌手",
    "选手",
    "博士",
)
LONGEST = 8


def _ideographs(items: Sequence[Item]) -> bool:
    return all(i.kind in ("word", "place") and "\u30a0" <= i.text[:1] <= "\u9fff" for i in items)


def kind_of(x: Sequence[Item], y: Sequence[Item], before: Sequence[Item], after: Sequence[Item]) -> str:
    """Return "place" or "person" where both stretches are names by their last letters or by what follows in both, else ""."""
    if not (0 < len(x) <= LONGEST and 0 < len(y) <= LONGEST and _ideographs(x) and _ideographs(y)):
        return ""
    if x[0].kind == y[0].kind == "place" and x[0].key != y[0].key:
        return "place"  # "河北涿州", "河南郑州": each begins with a known province
    titled = "".join(i.text for i in before).endswith(_TITLES) and all(2 <= len(run) <= 4 for run in (x, y))
    following = "".join(i.text for i in after)
    if titled or following.startswith(_PERSON):
        return "person"
    ends = {(run[-1].text or "")[-1:] for run in (x, y)}
    return "place" if ends <= _PLACE or following[:1] in _PLACE else ""
