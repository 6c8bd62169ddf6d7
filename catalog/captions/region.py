"""Where the story is on a page: its text blocks, its container, and whether an element belongs to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from .dom import SILENT, Element, Page, letters, names, says, tidy, words

MIN_BLOCK = 40
#: Letters of the shortest headlines in scripts that say a word with one or two.
DENSE_HEADLINE = 9
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ASIDES = frozenset({"aside", "header"})
_OUTSIDE_TAGS = frozenset({"nav", "footer", "dialog", "form"})
_INLINE = frozenset({"img", "source", "picture", "span", "a", "p", "amp-img"})
_NO_PROSE = SILENT | {"a", "figure", "figcaption", "nav", "footer"}


@dataclass(slots=True)
class Region:
    """The story's part of a page. ``first``/``last`` are the places in document order of its first and last text block.

    ``container`` is the smallest element that holds most of its text, ``end`` the place after all that is in it; ``root``
    the one around it that also holds the headline; ``elements`` those from there downwards in document order; ``mass`` the
    characters of story text below an element.
    """

    blocks: list[tuple[Element, str]]
    container: Element
    root: Element
    order: dict[Element, int]
    elements: list[Element]
    first: int
    last: int
    end: int
    mass: dict[Element, int]
    total: int
    heading: Element | None
    kept: set[Element]
    memo: dict[Element, bool] = field(default_factory=dict)
    doubts: dict[Element, bool] = field(default_factory=dict)
    captioned: dict[Element, bool] = field(default_factory=dict)

    def is_outside(self, element: Element) -> bool:
        """Tell whether an element stands in a part that is not the story (navigation, related stories, comments…)."""
        return self._under(element, self.memo, self._excludes)

    def is_doubtful(self, element: Element) -> bool:
        """Tell whether an element stands in a part whose name is given to teasers, and sometimes to parts of stories."""
        return self._under(element, self.doubts, self._doubts)

    def _under(self, element: Element, memo: dict[Element, bool], test: Callable[[Element], bool]) -> bool:
        path: list[Element] = []
        node: Element | None = element
        answer = False
        while node is not None and node is not self.root:
            if node in memo:
                answer = memo[node]
                break
            path.append(node)
            node = node.getparent()
        for node in reversed(path):
            answer = answer or test(node)
            memo[node] = answer
        return answer

    def _excludes(self, node: Element) -> bool:
        """Tell whether ``node`` by itself is a part that is not the story: never one that holds much of its text."""
        return node not in self.kept and marked_outside(node)

    def _doubts(self, node: Element) -> bool:
        return node not in self.kept and node.tag not in _INLINE and "doubtful" in says(node)

    def place(self, element: Element) -> int:
        """Return the place of an element among those of the region, -1 outside."""
        return self.order.get(element, -1)


def marked_outside(node: Element) -> bool:
    """Tell whether an element's tag, class, id or role names a part that is not the story."""
    tag = node.tag
    return tag in _OUTSIDE_TAGS or (tag not in _INLINE and _names_outside(says(node)))


def _names_outside(said: frozenset[str]) -> bool:
    """Tell the same of what the names of an element say that is none of running text."""
    return "outside" in said and "inside" not in said and "caption" not in said


@lru_cache(maxsize=128)
def weigh(text: str) -> int:
    """Return the length of ``text``, letters of scripts without spaces counted double."""
    return len(text) + (0 if text.isascii() else len(_CJK.findall(text)))


def says_much(text: str) -> bool:
    """Tell whether a text of a script without spaces has the letters of a headline."""
    return not text.isascii() and len(_CJK.findall(text)) >= DENSE_HEADLINE


def find(page: Page, title: str) -> Region:
    """Find the (main) story of a page: by the mass of its prose, not by names."""
    return find_all(page, title)[0]


def find_all(page: Page, title: str) -> tuple[Region, list[Region]]:
    """Find the main story of a page and the other whole stories on it (``article`` elements with a headline of their own)."""
    prose = _prose(page)
    raw = _mass(prose)
    whole = raw.get(page.root, 0)
    parts = _whole_stories(page, raw, whole)
    heading = _heading(page, title)
    if len(parts) < 2:
        return _region(page, prose, raw, page.root, heading), []
    main = next((p for p in parts if heading is not None and p in heading.iterancestors()), parts[0])
    regions = {}
    for part in parts:
        inner = [(b, t) for b, t in prose if part in b.iterancestors()]
        own = next((h for h in part.iter("h1") if words(h)), None)
        regions[part] = _region(
            page, inner, _mass(inner), part, heading if part is main and heading is not None else own
        )
    return regions[main], [r for p, r in regions.items() if p is not main]


def _whole_stories(page: Page, raw: dict[Element, int], whole: int) -> list[Element]:
    """The ``article`` elements that are stories in themselves: with an ``h1`` and a fair share of the page's prose."""
    found: list[Element] = []
    for element in page.all("article")[:200]:
        is_whole = raw.get(element, 0) >= max(300, 0.08 * whole) and next(element.iter("h1"), None) is not None
        if is_whole and not any(f in element.iterancestors() for f in found):
            found.append(element)
    return found[:50]


def _region(
    page: Page, prose: list[tuple[Element, str]], raw: dict[Element, int], top: Element, heading: Element | None
) -> Region:
    whole = raw.get(top, 0)
    # What holds the headline or half of all prose is no side part, whatever its name.
    kept = {e for e, m in raw.items() if m > 0.5 * whole and not (m < whole and _is_comments(e))}
    if heading is not None:
        kept.update(heading.iterancestors())
    memo: dict[Element, bool] = {}
    blocks = [(b, t) for b, t in prose if not _in_part(b, memo, kept)]
    mass = _mass(blocks) if len(blocks) < len(prose) else raw
    total = mass.get(top, 0)
    container = _whole_of_parts(_descend(top, mass, 0.75), top, mass)
    kept.update(e for e, m in mass.items() if m > 0.3 * total)
    root = _around(container, heading) if top is page.root else top
    elements = list(root.iter("*"))
    order = dict(zip(elements, range(len(elements)), strict=True))
    begins, ends = order[container], order[_last_within(container)]
    inner = [(b, t) for b, t in blocks if begins <= order.get(b, -1) <= ends]
    first = order[inner[0][0]] if inner else 0
    last = order[_last_within(inner[-1][0])] if inner else len(elements)
    return Region(inner, container, root, order, elements, first, last, ends + 1, mass, total, heading, kept)


def _last_within(element: Element) -> Element:
    """The last element in document order at or below ``element``."""
    while len(element):
        element = element[-1]
    return element


def _mass(blocks: list[tuple[Element, str]]) -> dict[Element, int]:
    """The weight of prose at and below each element, summed from the leaves up in one pass."""
    mass: dict[Element, int] = {}
    for block, text in blocks:
        mass[block] = mass.get(block, 0) + weigh(text)
    depths: dict[Element, int] = {}
    for element in mass:
        path: list[Element] = []
        node: Element | None = element
        while node is not None and node not in depths:
            path.append(node)
            node = node.getparent()
        above = depths[node] if node is not None else 0
        depths.update(zip(reversed(path), range(above + 1, above + 1 + len(path)), strict=True))
    for element in sorted(depths, key=depths.__getitem__, reverse=True):
        if (parent := element.getparent()) is not None:
            mass[parent] = mass.get(parent, 0) + mass[element]
    return mass


def _is_comments(node: Element) -> bool:
    return any(word in names(node).lower() for word in ("comment", "disqus"))


def _prose(page: Page) -> list[tuple[Element, str]]:
    """The blocks of running text of the whole page, links and cards left out."""
    found: list[tuple[Element, str]] = []
    memo: dict[Element, bool] = {}
    for block in page.all("p"):
        if (len(block) == 0 and len(block.text or "") < MIN_BLOCK / 2) or _in_card(block, memo):
            continue
        text = words(block)
        if weigh(text) >= MIN_BLOCK and _link_share(block, text) < 0.5:
            found.append((block, text))
    if sum(weigh(t) for _, t in found) >= 400:
        return found
    # Pages without paragraphs: text straight inside containers, broken by <br>.
    paragraphs = dict(found)
    found = []
    for block in page.all("p", "div", "td", "section", "article", "span", "li", "blockquote", "main"):
        if block.tag == "p":
            found += [(block, paragraphs[block])] if block in paragraphs else []
            continue
        own = tidy((block.text or "") + " ".join(c.tail or "" for c in block))
        if weigh(own) >= 2 * MIN_BLOCK and _link_share(block, own) < 0.5 and not _in_card(block, memo):
            found.append((block, own))
    return found


def _in_card(element: Element, memo: dict[Element, bool]) -> bool:
    """Tell whether an element stands inside a link, a figure or a silent part: no prose of a story does."""
    path: list[Element] = []
    node: Element | None = element
    answer = False
    while node is not None:
        if node in memo:
            answer = memo[node]
            break
        path.append(node)
        node = node.getparent()
    for node in reversed(path):
        answer = answer or node.tag in _NO_PROSE
        memo[node] = answer
    return answer


def _in_part(element: Element, memo: dict[Element, bool], kept: set[Element]) -> bool:
    """Tell whether an element stands in a part marked as not the story, a caption or an aside."""
    path: list[Element] = []
    node: Element | None = element
    answer = False
    while node is not None:
        if node in memo:
            answer = memo[node]
            break
        path.append(node)
        node = node.getparent()
    for node in reversed(path):
        if not answer and node not in kept:
            tag = node.tag
            answer = tag in _ASIDES or tag in _OUTSIDE_TAGS
            if not answer and (said := says(node)):
                answer = "caption" in said or (tag not in _INLINE and _names_outside(said))
        memo[node] = answer
    return answer


def _link_share(block: Element, text: str) -> float:
    linked = sum(len(words(a)) for a in block.iter("a")) if len(block) else 0
    return linked / max(1, len(text))


def _descend(root: Element, mass: dict[Element, int], share: float) -> Element:
    """Go down from ``root`` while one child holds at least ``share`` of the text."""
    node = root
    while True:
        best = max((c for c in node if c in mass), key=lambda c: mass[c], default=None)
        if best is None or best.tag == "p" or mass[best] < share * mass[node]:
            return node
        node = best


def _whole_of_parts(container: Element, top: Element, mass: dict[Element, int]) -> Element:
    """What holds the story where ``container`` is one of several blocks of one kind, each with some of its text, else itself.

    Systems of blocks wrap each few paragraphs and each picture in an element of the same class.
    """
    around, kind = container.getparent(), (container.get("class") or "").split()[:1]
    if container is top or around is None or not kind:
        return container
    is_one_of_several = any(
        c is not container and mass.get(c, 0) and c.tag == container.tag and (c.get("class") or "").split()[:1] == kind
        for c in around
    )
    return around if is_one_of_several else container


def _heading(page: Page, title: str) -> Element | None:
    """The story's headline: the first h1 (or early h2) that resembles the title, else the only h1."""
    key = letters(title)
    candidates = [*page.all("h1")[:50], *page.all("h2")[:20]]
    for heading in candidates:
        own = letters(words(heading))
        if own and key and (own in key or key in own):
            return heading
    h1s = [h for h in page.all("h1") if words(h)]
    return h1s[0] if len(h1s) == 1 else None


def _around(container: Element, heading: Element | None) -> Element:
    """The element in which to look for pictures: holds container and headline, and is an article where there is one."""
    over = set(heading.iterancestors()) if heading is not None else set()
    around = [container, *container.iterancestors()]
    start = next((i for i, e in enumerate(around) if not over or e in over), 0)
    for names_ in (("article",), ("main",)):
        for node in around[start:]:
            if node.tag in names_ or node.get("role") == names_[0]:
                return node
    node = around[start]
    above = node.getparent()
    return above if above is not None and above.tag not in ("body", "html") else node
