"""The caption that a page prints with a picture, found by where it stands.

Ways, the surest first: the figure's ``figcaption``; what ``aria-describedby`` points at; an element named as a caption in
the picture's own wrapper; short text that shares the wrapper; a data attribute; a paragraph beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from ..model import Evidence
from . import alike, attributes, counters, gallery, hidden
from .credit import cut, is_credit
from .creditwords import is_person, strip_marker
from .dom import Element, Page, ends_search, letters, says, words
from .holder import MAX_CAPTION, MAX_CREDIT, Found, from_text, read
from .pictures import Picture
from .region import Region

#: Log-odds that words found in this way are the picture's caption.
WEIGHTS = {
    "figcaption": 4.0,
    "figcaption-near": 3.0,
    "caption-class-figure": 3.5,
    "caption-class": 3.0,
    "aria-describedby": 3.0,
    "data-caption": 2.5,
    "wrapper-text": 1.5,
    "paragraph-beside": 0.5,
    "same-as-alt": 2.0,
    "set-apart": 1.0,
    "title-attribute": 1.0,
    "link-title": 1.0,
}
#: Weight of prose beside a picture beyond which nothing but its place says that it is the caption.
LONGEST_PROSE = 120
#: Letters of a caption that stands outside of the figure whose caption is a name alone.
LONGEST_ASIDE = 300
#: Elements outwards from a picture up to the block that is its own.
BLOCK_REACH = 6
_SMALL = frozenset({"em", "i", "small", "font", "center"})
#: What may hold a caption right after its picture's block; mails are laid out in rows of tables.
_ASIDE = frozenset({"p", "div", "section", "span", "em", "i", "small", "center", "cite", "tr"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5")


def _way(name: str) -> Evidence:
    return Evidence(name, WEIGHTS[name])


class Placer:
    """Finds the captions of one story's pictures."""

    def __init__(self, page: Page, region: Region, pictures: list[Picture], known: tuple[str, ...] = ()) -> None:
        self.page, self.region, self.pictures, self.known = page, region, pictures, known
        shown: dict[Element, set[int]] = defaultdict(set)
        for number, picture in enumerate(pictures):
            for element in picture.elements:
                for above in element.iterancestors():
                    shown[above].add(number)
        self.shown = dict(shown)

    def place(self) -> list[Found | None]:
        """Return what is printed with each picture, in their order."""
        found = [self._of(number, picture) for number, picture in enumerate(self.pictures)]
        silent = {n: self.pictures[n].element for n, f in enumerate(found) if f is None or not f.text}
        for number, shared in gallery.complete(silent, self.shown, self.region.mass, {}, self.known):
            before = found[number]
            if before is None or not before.credit or shared.credit:
                found[number] = shared
        gallery.share_below(found, self.shown, self.known)
        lines: dict[Element, str] = {}
        for number, (picture, one) in enumerate(zip(self.pictures, found, strict=True)):
            if one is not None and one.text and not one.credit:
                block = self._block(number, picture)
                if block is not None and (asked := hidden.credit_in(block, self.known)):
                    hidden.add(one, asked)
                    continue
                around = gallery.credit_around(picture.element, self.shown, self.region.mass, lines, self.known)
                _with_credit_of_group(one, around)
        held = [f for f in found if f is not None]
        alike.complete(held)
        for one, credit in zip(held, counters.without([f.credit for f in held]), strict=True):
            one.credit = credit
        for one, text in zip(held, counters.without([f.text for f in held]), strict=True):
            if text != one.text and not one.credit and (done := cut(text, known=self.known)).credit:
                # What stands before a counter: "… in the harbour. (Jane Doe/Courier) 2/7"
                one.text, one.credit = done.text, done.credit
                one.reasons += done.reasons
                continue
            # A duration or date alone is no caption.
            one.text = text if any(map(str.isalpha, text)) else ""
        return found

    def _block(self, number: int, picture: Picture) -> Element | None:
        """The largest element around a picture that shows no other and holds little of the story's text."""
        block = None
        for above in islice(picture.element.iterancestors(), BLOCK_REACH):
            if ends_search(above) or not self._alone(above, number) or self.region.mass.get(above, 0) > LONGEST_PROSE:
                break
            block = above
            if above.tag == "figure":
                break
        return block

    def _of(self, number: int, picture: Picture) -> Found | None:
        best: Found | None = None
        for element in picture.elements[:6]:
            found = (
                self._under(element, number, self._figure(element, number))
                or self._described(element)
                or self._wrapped(element, number, picture)
                or self._attribute(element, number)
                or self._next(element, number, picture)
            )
            if found and (best is None or (found.text and not best.text)):
                best = found
            if best and best.text:
                break
        return _with_attributes(best, picture, self.known)

    def _alone(self, node: Element, number: int) -> bool:
        shown = self.shown.get(node, set())
        return not shown or (len(shown) == 1 and number in shown)

    def _figure(self, element: Element, number: int) -> Found | None:
        """The ``figcaption`` of the nearest figure that has one with words; a gallery's shared one when no nearer has."""
        for above in element.iterancestors():
            if ends_search(above):
                return None
            if above.tag != "figure":
                continue
            captions = [c for c in above.iter("figcaption") if words(c)]
            own = [c for c in captions if next(c.iterancestors("figure"), None) is above]
            own = [c for c in own if not any(a in own for a in c.iterancestors("figcaption"))]
            if own or (captions and self._alone(above, number)):
                return read(
                    own or captions[:1], above if self._alone(above, number) else None, _way("figcaption"), self.known
                )
        return None

    def _under(self, element: Element, number: int, found: Found | None) -> Found | None:
        """The same, or where the figure's caption is a photographer's name alone, the only words beside the figure, and it."""
        if found is None or (found.text and (found.credit or not is_person(found.text))):
            return found
        figure = next((a for a in element.iterancestors("figure") if self._alone(a, number)), None)
        around = figure.getparent() if figure is not None else None
        if (
            figure is None
            or around is None
            or len(around) != 2
            or ends_search(around)
            or not self._alone(around, number)
        ):
            return found
        after = figure.getnext()
        if after is None or after.tag not in _ASIDE or self.region.mass.get(around, 0) > LONGEST_PROSE:
            return found
        text = words(after)
        # A duration is no caption, nor is a paragraph or what leads elsewhere.
        is_caption = len(text) <= LONGEST_ASIDE and (len(text.split()) > 2 or not text.isascii())
        if not is_caption or next(after.iter("img", "a", "p", *_HEADINGS), None) is not None:
            return found
        told = read([after], None, _way("paragraph-beside"), self.known)
        if told is None or not told.text:
            return found
        if not told.credit:
            told.credit = found.credit or found.text
            told.printed = f"{told.printed} {told.credit}"
            told.reasons.append(Evidence("credit-element", 4.0, told.credit[:80]))
        return told

    def _described(self, element: Element) -> Found | None:
        for ident in (element.get("aria-describedby") or "").split()[:3]:
            target = self.page.by_id(ident)
            if target is not None and 0 < len(words(target)) < MAX_CAPTION:
                return read([target], None, _way("aria-describedby"), self.known)
        return None

    def _wrapped(self, element: Element, number: int, picture: Picture) -> Found | None:
        """Words in the nearest wrappers that hold this picture alone and little prose.

        A wrapper with a credit alone is the picture's own; its caption, named as such, may stand outside of that.
        """
        node = element.getparent()
        steps = 0
        credited: Found | None = None
        while node is not None and steps < 7:
            if ends_search(node) or not self._alone(node, number):
                break
            mass = self.region.mass.get(node, 0)
            if mass > max(min(400, 0.4 * self.region.total), 0.15 * self.region.total):
                break
            is_block = "wrapper" in says(node) and mass <= LONGEST_PROSE if credited else True
            if credited and mass and not is_block:
                break
            steps += node.tag not in ("source", "picture")
            if not any(t.strip() for t in node.itertext()):
                node = node.getparent()
                continue
            found: Found | None
            if named := gallery.captions_below(node)[:3]:
                way = _way("caption-class-figure" if node.tag == "figure" else "caption-class")
                found = read(named, node, way, self.known)
                if found is None:
                    break
            else:
                # Beside a credit alone, few words in a block so named are the caption.
                found = self._plain(node, element, picture) if is_block else None
            if found is not None and found.text:
                return found
            credited = credited or found
            node = node.getparent()
        return credited

    def _plain(self, node: Element, element: Element, picture: Picture) -> Found | None:
        """The words of a wrapper with no names: taken when few and when something says that they are the picture's."""
        text = words(node)
        if not text or len(text) > 600 or any(words(h) for h in node.iter(*_HEADINGS)):
            return None
        linked = sum(len(w) for a in node.iter("a") if not is_credit(w := words(a), self.known))
        if linked > 0.5 * len(text):
            return None
        evidence = [_way("wrapper-text")] if node.tag in ("figure", "table", "dl") or "wrapper" in says(node) else []
        if _same_as_alt(text, picture):
            evidence.append(_way("same-as-alt"))
        if cut(text, known=self.known).credit or _set_apart(node, text):
            evidence.append(_way("set-apart"))
        if not evidence and self.region.mass.get(node, 0) > LONGEST_PROSE:
            # A paragraph of the story that shares a block with the picture.
            return None
        if not evidence and (len(text) > 250 or node.tag not in ("p", "div", "td", "center", "span", "li")):
            return None
        found = read([node], None, evidence[0] if evidence else _way("paragraph-beside"), self.known)
        if found:
            found.reasons += evidence[1:]
        return found

    def _attribute(self, element: Element, number: int) -> Found | None:
        credit = ""
        for node in attributes.around(element):
            if not self._alone(node, number):
                return None
            credit = credit or attributes.credit_of(node)
            way, value = "data-caption", attributes.caption_of(node)
            if not value:
                way, value = "link-title", attributes.link_title(node)
            if not value:
                continue
            found = from_text(value, None, _way(way), self.known)
            if credit and not found.credit and credit not in found.text:
                found.credit = credit[slice(*strip_marker(credit))]
                found.printed = f"{found.printed} {credit}"
                found.reasons.append(Evidence("credit-data", 1.0, found.credit[:80]))
            return found
        return None

    def _next(self, element: Element, number: int, picture: Picture) -> Found | None:
        """A short paragraph right after the picture's block that something sets apart from the story's text."""
        node = element
        for _ in range(8):
            parent = node.getparent()
            if parent is None or not self._alone(parent, number) or self.region.mass.get(parent, 0) > 0:
                break
            node = parent
        after = node.getnext()
        if after is None or self.shown.get(after) or after.tag in _HEADINGS:
            return None
        text = words(after)
        if not text or len(text) > 600 or next(after.iter("img"), None) is not None or self._closes_group(after):
            return None
        evidence: list[Evidence] = []
        if after.tag == "figcaption":
            evidence.append(_way("figcaption-near"))
        elif "caption" in says(after):
            evidence.append(_way("caption-class"))
        if _same_as_alt(text, picture):
            evidence.append(_way("same-as-alt"))
        if len(text) < 400 and after.tag in _ASIDE:
            credited = bool(cut(text, known=self.known).credit)
            if credited or after.tag in _SMALL or _set_apart(after, text):
                evidence.append(_way("set-apart"))
        if not evidence:
            return None
        found = read([after], self._short_after(after), _way("paragraph-beside"), self.known)
        if found:
            found.reasons += evidence
        return found

    def _closes_group(self, caption: Element) -> bool:
        """Tell whether an element named as a caption ends a block of several pictures that has no other: it is shared."""
        around = caption.getparent()
        if around is None or not gallery.is_caption(caption) or ends_search(around) or self.region.mass.get(around, 0):
            return False
        is_last = all(after not in self.shown for after in caption.itersiblings())
        return is_last and len(self.shown.get(around, ())) > 1 and gallery.captions_below(around) == [caption]

    def _short_after(self, caption: Element) -> Element | None:
        """The element after a caption where it is as short as a credit, and shows and leads to nothing."""
        after = caption.getnext()
        if after is None or self.shown.get(after) or after.tag in _HEADINGS or self.region.mass.get(after, 0):
            return None
        is_credit_long = 0 < len(words(after)) <= MAX_CREDIT
        return after if is_credit_long and next(after.iter("img", "a", *_HEADINGS), None) is None else None


def _with_credit_of_group(found: Found, credit: str) -> None:
    if credit:
        found.credit = credit
        found.reasons.append(Evidence("credit-shared", 1.0, credit[:80]))


def _same_as_alt(text: str, picture: Picture) -> bool:
    """Tell whether words repeat the picture's ``alt`` or ``title`` (a credit may follow)."""
    own = letters(text)
    return any(
        len(key) > 15 and (own.startswith(key) or (key.startswith(own) and len(own) > 15))
        for key in (letters(picture.alt), letters(picture.title))
    )


def _set_apart(block: Element, text: str) -> bool:
    """Tell whether a whole block is centred, italic or small, or bold with a full stop (sub-headings have none)."""
    if len(text) < 200 and (block.get("align") == "center" or "text-align:center" in _style(block)):
        return True
    for child in block.iter("em", "i", "small", "strong", "b", "font"):
        if len(words(child)) >= 0.9 * len(text):
            return child.tag in _SMALL or (text.endswith((".", "。")) and len(text) < 200)
    return False


def _style(block: Element) -> str:
    return (block.get("style") or "")[:400].replace(" ", "").lower()


def is_told_beside(element: Element) -> bool:
    """Tell whether a short paragraph right after a picture's own paragraph is set apart as its caption, by form or credit."""
    node = element
    for above in element.iterancestors("p", "div", "center", "span", "a"):
        if above.getparent() is None or len(above) > 1 or words(above):
            break
        node = above
    after = node.getnext()
    if (
        after is None
        or after.tag not in ("p", "div", "section", "center")
        or next(after.iter("img", "a"), None) is not None
    ):
        return False
    text = words(after)
    return 4 < len(text) < 250 and (bool(cut(text).credit) or _set_apart(after, text))


def _of_links(picture: Picture) -> Iterator[str]:
    """What the links around a picture to its large version say of it."""
    yield from (t for a in picture.element.iterancestors("a") if (t := attributes.link_title(a)))


def _with_attributes(found: Found | None, picture: Picture, known: tuple[str, ...]) -> Found | None:
    """Take a credit that only an attribute of the picture says: ``data-credit``, else ``title`` or ``alt`` ("Foto: X")."""
    if found is not None and found.credit:
        return found
    if found is not None and (own := attributes.credit_of(picture.element)):
        found.credit = own[slice(*strip_marker(own))]
        found.reasons.append(Evidence("credit-data", 1.0, found.credit[:80]))
        return found
    for value in (picture.title, picture.alt, *_of_links(picture)):
        if not value or len(value) > 600:
            continue
        done = cut(value, known=known)
        if not done.credit or done.reasons[0].name == "credit-after-word":
            continue
        reason = Evidence("credit-title-attribute", 1.0, done.credit[:80])
        if found is None:
            if done.reasons[0].name in ("credit-whole", "credit-marker", "credit-agency", "credit-bracket"):
                return Found(value, "", done.credit, None, [_way("title-attribute"), reason])
        elif not done.text or letters(done.text)[:40] == letters(found.text)[:40]:
            found.credit = done.credit
            found.reasons.append(reason)
            return found
    return found
