"""Where the story is on a page: its text blocks, its container, and whether an element belongs to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .dom import SILENT, Element, Page, ancestors, says, tidy, words

MIN_BLOCK = 40
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_OUTSIDE_TAGS = frozenset({"nav", "footer", "dialog", "form"})
_TEXT_TAGS = ("p", "blockquote", "h2", "h3", "h4", "li")


@dataclass(slots=True)
class Region:
    """The story's part of a page. ``first``/``last`` are the places in document order of its first and last text block.

    ``container`` is the smallest element that holds most of its text; ``root`` the one around it that also holds the
    headline; ``mass`` the characters of story text below an element.
    """

    page: Page
    blocks: list[tuple[Element, str]]
    container: Element
    root: Element
    first: int
    last: int
    mass: dict[Element, int]
    total: int
    heading: Element | None
    memo: dict[Element, bool]

    def is_outside(self, element: Element) -> bool:
        """Tell whether an element stands in a part that is not the story (navigation, teasers, comments, adverts…)."""
        path: list[Element] = []
        node: Element | None = element
        answer = False
        while node is not None and node is not self.root:
            if node in self.memo:
                answer = self.memo[node]
                break
            path.append(node)
            node = node.getparent()
        for node in reversed(path):
            answer = answer or self._excludes(node)
            self.memo[node] = answer
        return answer

    def _excludes(self, node: Element) -> bool:
        """Tell whether ``node`` by itself is a part that is not the story: never one that holds much of its text."""
        if self.total and self.mass.get(node, 0) > 0.3 * self.total:
            return False
        return marked_outside(node)

    def place(self, element: Element) -> int:
        """Return the place of an element in document order."""
        return self.page.order.get(element, -1)


def marked_outside(node: Element) -> bool:
    """Tell whether an element's tag, class, id or role names a part that is not the story."""
    if node.tag in _OUTSIDE_TAGS:
        return True
    said = says(node)
    if "outside" not in said:
        return False
    return "inside" not in said and "caption" not in said


def weigh(text: str) -> int:
    """Return the length of ``text``, letters of scripts without spaces counted double."""
    return len(text) + (len(_CJK.findall(text)) if not text.isascii() else 0)


def find(page: Page, title: str) -> Region:
    """Find the story of a page: by the mass of its prose, not by names."""
    blocks = _prose(page)
    mass: dict[Element, int] = {}
    for block, text in blocks:
        weight = weigh(text)
        mass[block] = mass.get(block, 0) + weight
        for above in ancestors(block):
            mass[above] = mass.get(above, 0) + weight
    total = mass.get(page.root, 0)
    container = _descend(page.root, mass, 0.75)
    heading = _heading(page, title, container)
    inner = [(b, t) for b, t in blocks if b is container or container in b.iterancestors()]
    first = page.order[inner[0][0]] if inner else 0
    last = page.order[inner[-1][0]] if inner else len(page.elements)
    root = _around(container, heading)
    return Region(page, inner, container, root, first, last, mass, total, heading, {})


def _prose(page: Page) -> list[tuple[Element, str]]:
    """The blocks of running text that stand in no part marked as something else."""
    found: list[tuple[Element, str]] = []
    memo: dict[Element, bool] = {}
    for block in page.all("p"):
        text = words(block)
        if weigh(text) >= MIN_BLOCK and not _in_marked(block, memo) and _link_share(block, text) < 0.5:
            found.append((block, text))
    if sum(weigh(t) for _, t in found) >= 400:
        return found
    # Pages without paragraphs: text straight inside containers, broken by <br>.
    for block in page.all("div", "td", "section", "article", "span", "li", "blockquote", "main"):
        own = tidy((block.text or "") + " ".join(c.tail or "" for c in block))
        if weigh(own) >= 2 * MIN_BLOCK and not _in_marked(block, memo) and _link_share(block, own) < 0.5:
            found.append((block, own))
    found.sort(key=lambda b: page.order[b[0]])
    return found


def _in_marked(element: Element, memo: dict[Element, bool]) -> bool:
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
        if not answer:
            answer = node.tag in ("aside", "figure", "header") or node.tag in SILENT or _is_part(node)
        memo[node] = answer
    return answer


def _is_part(node: Element) -> bool:
    return node.tag not in ("body", "html", "main", "article") and (marked_outside(node) or "caption" in says(node))


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


def _heading(page: Page, title: str, container: Element) -> Element | None:
    """The story's headline: the first h1 that resembles the title, else the last h1 before the text."""
    key = _letters(title)
    candidates = page.all("h1") or page.all("h2")[:20]
    for heading in candidates:
        own = _letters(words(heading))
        if own and key and (own in key or key in own):
            return heading
    place = page.order[container]
    before = [h for h in page.all("h1") if page.order[h] <= place or container in h.iterancestors()]
    return before[0] if before else None


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _around(container: Element, heading: Element | None) -> Element:
    """The nearest element that holds both the container and the headline."""
    if heading is None:
        for above in ancestors(container):
            if above.tag in ("article", "main"):
                return above
        return container.getparent() if container.getparent() is not None else container  # type: ignore[return-value]
    node: Element | None = container
    over = set(heading.iterancestors())
    while node is not None:
        if node in over:
            return node
        node = node.getparent()
    return container
