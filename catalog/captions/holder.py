"""Read the element that holds a caption: its words line by line, and the credit in it or beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

from ..model import Evidence
from .buttons import is_button
from .counters import is_counter
from .credit import bare_credit, cut, is_credit, strip_marker
from .creditwords import MOST_WORDS, OPEN, is_name, is_person, is_slashed, marker, may_end_in_marker, parts_of, reads_on
from .data import load
from .dom import Element, says, tidy, words

MAX_CAPTION = 2500
MAX_CREDIT = 160
_BUTTONS = frozenset({"a", "span", "div", "p", "label", "b", "strong", "em", "i", "small"})
_FRAMES = frozenset({"table", "tbody", "tr", "td", "font", "center"})
#: In a figure, beside its caption, what reads as a credit is one, whatever its name.
_ASIDE = frozenset({"small", "cite", "span", "p", "div", "footer"})
#: Signs that an element of their own holds between a caption and its credits.
_PARTING = frozenset("•·|/–—-‖│")
#: Letters and words of a house or person that such a sign sets off.
MAX_NAME, MOST_NAMES = 60, 5
_CREDIT_TAGS = frozenset({"small", "cite", "span", "em", "i", "p", "div", "strong", "b", "a"})


@dataclass(slots=True)
class Found:
    """Words found with a picture. ``element`` is where they stand (``None``: an attribute or script).

    ``printed`` is caption and credit as printed, ``text`` and ``credit`` its parts.
    """

    printed: str
    text: str
    credit: str
    element: Element | None
    reasons: list[Evidence] = field(default_factory=list)

    @property
    def weight(self) -> float:
        """The sum of the evidence, in log-odds."""
        return sum(r.weight for r in self.reasons)


def read(holders: list[Element], scope: Element | None, way: Evidence, known: tuple[str, ...] = ()) -> Found | None:
    """Read caption and credit from the elements ``holders``; a credit beside them within ``scope`` counts as theirs.

    ``known`` are houses and persons known to be credited on this page. ``None`` when there are no words, or too many.
    """
    furniture, marked = _parts(holders)
    whole = "\n".join(w for h in holders if (w := words(h, furniture, lines=True)))
    if len(holders) == 1 and (alone := _only_credit(whole, holders[0], way, known)) is not None:
        return alone
    tails = _tails(marked)
    if len(whole) > MAX_CAPTION:
        return None
    leave = furniture | set(marked)
    text = "\n".join(w for h in holders if (w := words(h, leave, lines=True))) if marked else whole
    if not marked and scope is not None and scope not in holders:
        marked = list(islice(_beside(scope, holders, known), 2))
        furniture |= _parts(marked)[0]
    if not marked and whole:
        marked = _unmarked(holders, furniture, known)
        leave = furniture | set(marked)
        text = "\n".join(w for h in holders if (w := words(h, leave, lines=True))) if marked else whole
    said = list(dict.fromkeys(w + tails.get(c, "") for c in marked if (w := words(c, furniture))))
    for tail in tails.values():
        text = tidy(text).removesuffix(tail.strip()).rstrip() if tail else text
    if not whole and not said:
        return None
    if not said:
        return from_text(whole, holders[0], way, known)
    printed = tidy(whole if all(s in tidy(whole) for s in said) else " ".join([whole, *said]))
    if not text:
        # An element named after the credit may hold the caption too.
        found = cut(" ".join(said), known=known)
        if found.text and found.credit:
            return Found(printed, found.text, found.credit, holders[0], [way, *found.reasons])
    names = list(dict.fromkeys(n for s in said if any(map(str.isalpha, n := s[slice(*strip_marker(s))]))))
    inner = cut(text, known=known)
    if inner.credit and inner.text and inner.reasons[0].name != "credit-whole":
        if not any(inner.credit in n for n in names):
            names.insert(0, inner.credit)
        text = inner.text
    credit = " / ".join(n for n in names if not any(n != m and n in m for m in names))
    # A sign for copyright alone, which tells who when somebody asks.
    reasons = [way, Evidence("credit-element", 4.0, credit[:80])] if credit else [way]
    return Found(printed, _loose(_unlabelled(tidy(text))), credit, holders[0], reasons)


def _only_credit(text: str, holder: Element, way: Evidence, known: tuple[str, ...]) -> Found | None:
    """What is read where all words are one credit, its names perhaps links: "Photo by <a>X</a> on <a>Y</a>"."""
    if not text or len(text) > MAX_CREDIT or "\n" in text:
        return None
    if text[0] not in OPEN and len(text.split()) > MOST_WORDS and marker(text) is None:
        return None
    done = cut(text, known=known)
    return from_text(text, holder, way, known) if done.credit and not done.text else None


def from_text(printed: str, element: Element | None, way: Evidence, known: tuple[str, ...] = ()) -> Found:
    """Cut the credit out of running text; line breaks in ``printed`` part credit from caption."""
    done = cut(printed, known=known)
    return Found(tidy(printed), _unlabelled(tidy(done.text)), tidy(done.credit), element, [way, *done.reasons])


def _parts(holders: list[Element]) -> tuple[set[Element], list[Element]]:
    """The furniture (buttons, counters, "show more") and the elements named as credits inside caption elements."""
    furniture: set[Element] = set()
    marked: list[Element] = []
    taken: set[Element] = set()
    for holder in holders:
        for child in islice(holder.iter("*"), 1, None):
            if taken and child.getparent() in taken:
                taken.add(child)
                if child.tag in _BUTTONS and is_button(words(child)):
                    furniture.add(child)
                continue
            said = says(child)
            if (
                "credit" in said
                and "caption" not in said
                and len(named := words(child)) <= MAX_CREDIT
                and not is_button(named)
            ):
                marked.append(child)
                taken.add(child)
            elif (
                ("furniture" in said and "caption" not in said and len(words(child)) < 40)
                or _folds_out(child, holder)
                or child.get("role") == "button"
                or (child.get("aria-hidden") == "true" and not any(map(str.isalnum, words(child))))
                or (child.tag in _BUTTONS and (is_button(own := words(child)) or is_counter(own)))
            ):
                furniture.add(child)
                taken.add(child)
    return furniture, marked


def _folds_out(child: Element, holder: Element) -> bool:
    """Tell whether a part of a caption is shown only when somebody asks: a description beside the caption itself."""
    return child.tag == "details" and bool(words(holder, {child}))


def _beside(scope: Element, holders: list[Element], known: tuple[str, ...]) -> Iterator[Element]:
    """Elements named as credits in the same wrapper as the caption."""
    inside = {e for h in holders for e in h.iter("*")}
    # What holds the caption too is read part by part.
    around = {e for h in holders for e in h.iterancestors()}
    taken: set[Element] = set()
    for element in scope.iter("*"):
        if element in inside or element in around or element.tag in ("img", "figure", "picture", "meta", "source"):
            continue
        if taken and element.getparent() in taken:
            taken.add(element)
            continue
        said = says(element)
        if (
            (
                ("credit" in said and "caption" not in said)
                or (element.tag in _ASIDE and is_credit(words(element), known))
            )
            and len(text := words(element)) < MAX_CREDIT
            and any(map(str.isalnum, text))
            and next(element.iter("img"), None) is None
        ):
            taken.add(element)
            yield element


def _unmarked(holders: list[Element], furniture: set[Element], known: tuple[str, ...]) -> list[Element]:
    """A first or last child that by its words is a credit and nothing else: ``<p>…</p><small>Foto: X</small>``."""
    for holder in holders:
        node = holder
        for _ in range(8):
            children = [
                c for c in node if (c.tag in _CREDIT_TAGS or c.tag in _FRAMES) and c not in furniture and words(c)
            ]
            if len(children) == 1 and len(words(children[0])) >= 0.98 * len(words(node, furniture)):
                node = children[0]
                continue
            break
        own = tidy(node.text or "") + "".join(tidy(c.tail or "") for c in node)
        if parted := _parted(children, known):
            return parted
        if not own and len(children) > 1 and _is_name_above(children[0]):
            return children[:1]
        for child in (*children[-1:], *children[:1]):
            text = words(child)
            if len(text) > MAX_CREDIT or not (own or len(children) > 1) or _goes_on(child):
                continue
            rest = words(node, {child})
            pair = len(children) == 2 and not own and len(text) < 0.7 * len(rest) and len(rest.split()) > 2
            if not (child.tail or "").strip(" \n\t.)|]") and (
                is_credit(text, known) or is_slashed(text) or bare_credit(text, apart=True)
            ):
                return [child]
            apart = child.tag in ("small", "cite") or (
                child.tag in ("p", "div", "span") and (pair or rest.endswith((".", "!", "?", "。")))
            )
            if child is children[-1] and (line := child.getprevious()) is not None and line.tag == "br":
                # A line of its own in capitals, below words that are not.
                apart = apart or (text.isupper() and not rest.isupper()) or is_person(text)
            if (
                child is children[-1]
                and apart
                and not (child.tail or "").strip()
                and is_credit(text, known, apart=True)
            ):
                return [child]
    return []


def _parted(children: list[Element], known: tuple[str, ...]) -> list[Element]:
    """The last children that elements of a sign alone part from the caption ("… • Jane Doe • CC BY 4.0"), with those signs."""
    found: list[Element] = []
    while len(children) > 2 and words(children[-2]) in _PARTING:
        text = words(children[-1])
        is_short = len(text) <= MAX_NAME and text[:1].isupper() and not reads_on(text) and text[-1] not in ".!?"
        if not (is_short and len(text.split()) <= MOST_NAMES) and not is_credit(text, known, apart=True):
            break
        found = [*children[-2:], *found]
        children = children[:-2]
    return found


def _is_name_above(child: Element) -> bool:
    """Tell whether an element is a name alone right above a picture: its photographer, where the caption stands below it."""
    after = child.getnext()
    if after is None or child.tag not in _ASIDE or not is_person(words(child)):
        return False
    return after.tag in ("img", "picture", "amp-img") or (
        next(after.iter("img"), None) is not None and not words(after)
    )


def _goes_on(link: Element) -> bool:
    """Tell whether a link stands within a credit: "Photo by <a>X</a> on <a>Y</a>"."""
    before, parent = link.getprevious(), link.getparent()
    text = (before.tail if before is not None else parent.text if parent is not None else "") or ""
    return link.tag == "a" and text.split()[-1:] != [] and text.split()[-1].isalpha() and text.split()[-1].islower()


def _tails(marked: list[Element]) -> dict[Element, str]:
    """What goes on after a credit element within the same line: ``<span>Jane Doe</span>/Postmedia``."""
    found = {}
    for element in marked:
        tail = tidy(element.tail or "")
        if tail[:1] in ("/", "|") and len(tail) < 60 and all(is_name(p) for p in parts_of(tail)):
            found[element] = tail
    return found


@cache
def _labels() -> re.Pattern[str]:
    words_ = sorted((" ".join(w.split()) for w in load("pagewords")["labels"].split(";")), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, words_))})\s*[:,،，：]\s*", re.I)


def _unlabelled(text: str) -> str:
    """A caption without the label that says that it is one ("Image caption, …", "Legende: …")."""
    label = _labels().match(text)
    return text[label.end() :] if label and label.end() < len(text) else text


def _loose(text: str) -> str:
    """A caption whose credit was an element of its own, without the marker or separator left at its end."""
    text = text.rstrip(" |/–—-=·•([")
    if not may_end_in_marker(text):
        return text
    last = cut(text + " X")
    return last.text if last.credit == "X" else text
