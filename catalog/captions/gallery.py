"""Captions that several pictures share, and captions that stand apart from theirs in the same order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice

from ..model import Evidence
from . import hidden
from .credit import cut
from .dom import Element, letters, says, words
from .holder import MAX_CAPTION, MAX_CREDIT, Found, read

#: Log-odds that a caption so placed is the pictures'.
WEIGHTS = {"caption-shared": 2.0, "caption-by-order": 1.5}
#: Pictures of one row, collage or comparison that may share a caption; more are a list of something.
MOST_SHARED = 6
REACH = 6
#: Letters of a caption in a cell of a table below its picture's.
LONGEST_CELL = 400
#: Letters of the shortest words below a row of pictures that are its caption.
LEAST_BELOW = 12
_LISTS = ("ul", "ol", "div", "dl")
#: What may hold the one credit of such a block.
_LINES = ("figcaption", "p", "div", "small", "span", "cite", "footer")
_NO_CAPTION = frozenset({"img", "picture", "source", "button", "input", "meta", "figure"})
_STOPS = frozenset({"body", "html", "article", "main"})


def complete(
    silent: dict[int, Element],
    shown: dict[Element, set[int]],
    mass: dict[Element, int],
    named: dict[Element, list[Element]],
    known: tuple[str, ...],
) -> Iterator[tuple[int, Found]]:
    """Yield the captions of pictures that have none of their own.

    ``silent``: element by number of the pictures without caption; ``shown``: the pictures below an element; ``mass``: the
    story's text below an element; ``named``: a memo of the caption elements below one.
    """
    for number, element in silent.items():
        if (below := _celled(element, shown, known)) is not None:
            yield number, below
            continue
        for node in _groups(element, shown, mass):
            group = shown[node]
            found = None
            if group <= silent.keys():
                found = _ordered(node, sorted(group).index(number), len(group), shown, known)
                if found is None and len(group) <= MOST_SHARED:
                    found = (
                        _shared(node, shown, named, known) or _after(node, shown, known) or _below(node, shown, known)
                    )
            if found is not None:
                yield number, found
            if found is not None or not group <= silent.keys():
                break


def share_below(found: list[Found | None], shown: dict[Element, set[int]], known: tuple[str, ...]) -> None:
    """Give a caption that stands below a row of pictures, in the own block of none of them, to all of the row."""
    for last, one in enumerate(found):
        if one is None or one.element is None or not one.text:
            continue
        # The nearest block of pictures; what holds the picture itself is its own.
        around = next((a for a in chain((one.element,), one.element.iterancestors()) if a in shown), None)
        if around is None or around.tag in _STOPS or not 1 < len(row := shown[around]) <= MOST_SHARED:
            continue
        if max(row) != last or any(found[n] is not None for n in row - {last}):
            continue
        told, own = letters(words(around)), letters(one.text)
        if not told.startswith(own) or len(told) > len(own) + MAX_CREDIT:
            continue
        if not one.credit and (asked := hidden.credit_in(around, known)):
            hidden.add(one, asked)
        for number in row - {last}:
            found[number] = replace(one, reasons=list(one.reasons))


def _celled(element: Element, shown: dict[Element, set[int]], known: tuple[str, ...]) -> Found | None:
    """The words in the cell below a picture's, where a row of a table holds pictures alone and the next one a text for each."""
    cell = next(element.iterancestors("td"), None)
    row = cell.getparent() if cell is not None else None
    below = row.getnext() if row is not None else None
    if cell is None or row is None or below is None or below.tag != "tr" or len(row) != len(below) or len(row) < 2:
        return None
    if words(row) or below in shown or any(c not in shown or len(shown[c]) != 1 for c in row):
        return None
    if not all(0 < len(words(c)) < LONGEST_CELL for c in below) or next(below.iter("a"), None) is not None:
        return None
    return read([below[row.index(cell)]], None, Evidence("caption-by-order", WEIGHTS["caption-by-order"]), known)


def _groups(element: Element, shown: dict[Element, set[int]], mass: dict[Element, int]) -> Iterator[Element]:
    """The elements around a picture that show others too and hold none of the story's text, nearest first."""
    steps = 0
    for node in element.iterancestors():
        if node.tag in _STOPS or mass.get(node, 0) or steps > REACH:
            return
        if len(shown.get(node, ())) > 1:
            steps += 1
            yield node


def captions_below(node: Element) -> list[Element]:
    """Return the outermost elements below ``node`` that are named as captions and have words."""
    found: list[Element] = []
    taken: set[Element] = set()
    for element in islice(node.iter("*"), 1, None):
        if taken and element.getparent() in taken:
            taken.add(element)
        elif is_caption(element) and words(element):
            found.append(element)
            taken.add(element)
    return found


def is_caption(element: Element) -> bool:
    """Tell whether an element is named as a caption and shows no picture."""
    tag = element.tag
    if tag in ("figcaption", "caption"):
        return True
    if tag in _NO_CAPTION:
        return False
    return "caption" in says(element) and next(element.iter("img", "picture"), None) is None


def _shared(
    node: Element, shown: dict[Element, set[int]], named: dict[Element, list[Element]], known: tuple[str, ...]
) -> Found | None:
    """The only caption element in a group of pictures, when it stands with none of them alone."""
    if node not in named:
        named[node] = captions_below(node)
    captions = named[node]
    if len(captions) != 1 or not 0 < len(words(captions[0])) < MAX_CAPTION:
        return None
    first = next((a for a in captions[0].iterancestors() if a in shown), None)
    if first is None or shown[first] != shown[node]:
        return None
    return read(captions, node, Evidence("caption-shared", WEIGHTS["caption-shared"]), known)


def credit_around(
    element: Element,
    shown: dict[Element, set[int]],
    mass: dict[Element, int],
    lines: dict[Element, str],
    known: tuple[str, ...],
) -> str:
    """Return the credit that a block of several pictures prints once, in a line of its own that is nothing else; or ``""``.

    ``lines``: a memo of what the blocks print so.
    """
    for node in _groups(element, shown, mass):
        if node not in lines:
            lines[node] = next(_credit_lines(node, shown, known), "")
        if lines[node]:
            return lines[node]
    return ""


def _credit_lines(node: Element, shown: dict[Element, set[int]], known: tuple[str, ...]) -> Iterator[str]:
    for line in node.iterchildren(*_LINES):
        if line not in shown and 0 < len(text := words(line)) <= MAX_CREDIT:
            told = cut(text, known=known)
            if told.credit and not told.text:
                yield told.credit


def _after(node: Element, shown: dict[Element, set[int]], known: tuple[str, ...]) -> Found | None:
    """The caption element right after a row of pictures."""
    after = node.getnext()
    if after is None or after in shown or after.tag in ("ul", "ol", "dl") or not is_caption(after):
        return None
    if not 0 < len(words(after)) < MAX_CAPTION:
        return None
    return read([after], None, Evidence("caption-shared", WEIGHTS["caption-shared"]), known)


def _below(row: Element, shown: dict[Element, set[int]], known: tuple[str, ...]) -> Found | None:
    """The only words of a row of pictures, in one block after the last of them."""
    last = row[-1]
    if last in shown or last.tag not in _LINES or _leads(last):
        return None
    text = words(last)
    if not LEAST_BELOW < len(text) < LONGEST_CELL or len(words(row)) > len(text):
        return None
    return read([last], None, Evidence("caption-shared", WEIGHTS["caption-shared"]), known)


def _leads(block: Element) -> bool:
    return next(block.iter("a", "button", "input", "h1", "h2", "h3", "h4", "h5"), None) is not None


def _ordered(
    node: Element, index: int, count: int, shown: dict[Element, set[int]], known: tuple[str, ...]
) -> Found | None:
    """The caption at the same place in a list among or right after the pictures that has as many entries with words as there
    are pictures.
    """
    after = node.getnext()
    beside = () if after is None or after in shown or not is_caption(after) else after.iter(*_LISTS)
    for holder in chain(node.iter(*_LISTS), beside):
        if holder in shown or len(holder) != count or next(holder.iter("a"), None) is not None:
            continue
        texts = [words(child) for child in holder]
        if not _is_list(holder) and not any(cut(text, known=known).credit for text in texts):
            continue
        if all(8 < len(t) < 600 for t in texts) and len(set(texts)) == count:
            return read([holder[index]], None, Evidence("caption-by-order", WEIGHTS["caption-by-order"]), known)
    return None


def _is_list(holder: Element) -> bool:
    """Tell whether an element is named as holding captions, itself or each of its children."""
    return "caption" in says(holder) or all("caption" in says(child) for child in holder)
