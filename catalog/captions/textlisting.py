"""A plain text that is a list of captions: one a line, perhaps numbered, with file names or credits before or after them.

No article stands around such lines, so they are told by what they have in common: most name a picture's file, carry a
credit or are labelled; or the heading calls them captions; or each says, in the present, what is seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..model import Evidence
from .credit import Cut
from .textcredits import credit_of
from .textkind import is_coded, is_furniture, is_row, is_wordy
from .textlines import Block
from .textviews import View, view
from .textwords import phrases, word_list

#: What the list says of each of its lines, and what a line's own file name, credit or label adds (log-odds; set, not learned).
LISTED, SIGNED = 1.5, 1.2
#: Captions of such a list at least: where they have signs of their own, and where they have none.
_FEWEST_SIGNED, _FEWEST = 2, 3
#: Words of a caption, and the most sentences; and of a heading among captions.
_SHORTEST, _LONGEST, _SENTENCES, _HEADING = 4, 90, 4, 4
#: The least share of the lines with a sign of their own, of those that say what is seen, and of captions among all words.
_MOST_SIGNED, _MOST_SEEN, _MOST_CAPTIONS = 0.7, 0.75, 0.8
#: The most of those that tell what was said or go on from another line.
_MOST_TOLD = 0.15
_FILE = r"[\w(][\w.()@+-]{0,80}\.(?:jpe?g|png|tiff?|webp|heic|gif|bmp|dng|cr[23]|nef|arw|psd|raw)"
_FILE_LINE = re.compile(
    r"(?:file|datei|fichier|archivo|bild|foto|photo)?[\s:]{0,3}(?:[\w()-]{1,40} ){0,4}" + _FILE + r"[\s:]{0,3}", re.I
)
_FILE_FIRST = re.compile(rf"[(\[\"]?{_FILE}[)\]\"]?(?:\s{{0,3}}[:|;,=–—-]{{1,2}}\s{{0,3}}|\s{{1,4}})(?=\S)", re.I)
_FILE_LAST = re.compile(rf"\s{{0,3}}(?:[(\[|–—-]\s{{0,2}}|\s){_FILE}[)\]]?$", re.I)
_MARK = re.compile(r"(?:[(\[#№]?\d{1,3}[.):\]]{1,2}|[#№]\s?\d{1,3}|\d{1,3}\s?[–—-]|[-–—•·*▪■►])\s{1,4}(?=\S)")
_NUMBER_LINE = re.compile(r"[(\[#№]?\s?\d{1,3}\s?[.):\]]{0,2}(?:\s?/\s?\d{1,3})?")
_NUMBERED = re.compile(
    r"([^\W\d_]{2,24}(?: [^\W\d_]{2,24})?)\.?\s?(?:n[or]\.?\s|[#№]\s?)?\d{1,3}(?:\s?[/a-z]\s?\d{0,3})?"
    r"\s{0,2}(?:[.:)–—|-]\s{0,3}|$)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One caption of a list: its words without number and file name, how they are cut, and the line of a credit apart."""

    block: Block
    parts: Cut
    credit: Block | None = None
    signed: bool = False

    @property
    def reasons(self) -> tuple[Evidence, ...]:
        """What says that the line is a caption."""
        own = (Evidence("a file name, credit or label of its own", SIGNED),) if self.signed else ()
        return (Evidence("one of a list of captions", LISTED), *own)


def listed(found: Sequence[Block], language: str) -> list[Listed]:
    """Return the captions of a text given as blocks, where it is a list of captions and nothing else; else none."""
    if any(is_row(b.text) for b in found) or is_coded([b.text for b in found]):
        return []
    entries, heads = _entries(found, language)
    entries, heads = _without_heading(entries, heads)
    views = [view(e.block) for e in entries]
    if not entries or not all(map(_is_one, views)) or not is_wordy("".join(e.block.text for e in entries)):
        return []
    told = sum(v.width for v in views)
    if told < _MOST_CAPTIONS * (told + sum(view(h).width for h in heads)):
        return []
    signed = sum(e.signed for e in entries)
    if signed >= _FEWEST_SIGNED and signed >= _MOST_SIGNED * len(entries):
        return entries
    is_named = any(_names_captions(h.text) for h in heads[:2])
    is_list = len(entries) >= _FEWEST and (is_named or _are_seen(views, [e.signed for e in entries]))
    return entries if is_list else []


def _is_one(line: View) -> bool:
    """Whether a line is as long as captions are."""
    return _SHORTEST <= line.width <= _LONGEST and line.sentences <= _SENTENCES


def _entries(found: Sequence[Block], language: str) -> tuple[list[Listed], list[Block]]:
    """The lines that may be captions, with the file names, numbers and credits on lines between them, and all other lines.

    None where one of them, not the first, which may be a heading, is a paragraph: most texts are no lists, and soon told.
    """
    entries: list[Listed] = []
    heads: list[Block] = []
    named: list[bool] = []
    announced = False
    before: Block | None = None
    for block in found:
        text = block.text
        if _FILE_LINE.fullmatch(text) or _is_label(text) or (_NUMBER_LINE.fullmatch(text) and entries):
            announced = True
            continue
        cut = credit_of(text, language)
        if cut.credit and not cut.text:
            last = entries[-1] if entries else None
            if last is not None and not announced and not last.parts.credit and last.credit is None:
                entries[-1] = replace(last, credit=block, signed=True)
            else:
                before = block
            continue
        one = _entry(block, language)
        if one is None or is_furniture(text):
            heads.append(block)
            continue
        if entries and not _is_one(view(one.block)):
            return [], []
        credit = before if before is not None and not one.parts.credit else None
        entries.append(replace(one, credit=credit, signed=one.signed or credit is not None))
        named.append(announced)
        announced, before = False, None
    if announced and named and not named[0]:
        # File names stand below the captions, not above them.
        named = [*named[1:], True]
    return [replace(e, signed=e.signed or has_name) for e, has_name in zip(entries, named, strict=True)], heads


def _entry(block: Block, language: str) -> Listed | None:
    """A line as a caption: its mark, label and file name taken off; ``None`` for one too short to be more than a heading."""
    text = block.text
    start, end = 0, len(text)
    signed = False
    if mark := _MARK.match(text):
        start = mark.end()
    if (label := _NUMBERED.match(text, start)) and _is_label_word(label.group(1)) and label.end() < end:
        start, signed = label.end(), True
    if file := _FILE_FIRST.match(text, start):
        start, signed = file.end(), True
    if file := _FILE_LAST.search(text, max(start, end - 100), end):
        end, signed = file.start(), True
    inner = replace(block, text=text[start:end], start=block.start + start, end=block.start + end)
    if not inner.text or view(inner).width < _SHORTEST or text.endswith((":", "：")):
        return None
    cut = credit_of(inner.text, language)
    return Listed(inner, cut, None, signed or bool(cut.credit)) if cut.text else None


def _without_heading(entries: list[Listed], heads: list[Block]) -> tuple[list[Listed], list[Block]]:
    """The same without the first line where it alone has no sign of its own: the list's heading."""
    if len(entries) > 1 and not entries[0].signed and all(e.signed for e in entries[1:]):
        return entries[1:], [entries[0].block, *heads]
    if len(entries) > 1 and not entries[0].signed and _names_captions(entries[0].block.text):
        return entries[1:], [entries[0].block, *heads]
    return entries, heads


def _is_label(text: str) -> bool:
    """Whether a line is a label and a number alone ("Photo 3", "Bild 2:")."""
    label = _NUMBERED.fullmatch(text)
    return label is not None and _is_label_word(label.group(1))


def _is_label_word(word: str) -> bool:
    return word.casefold() in word_list("labels", "caption")


def _names_captions(text: str) -> bool:
    """Whether a heading says that captions follow."""
    words = text.casefold()
    return len(words.split()) <= 12 and any(w in words for w in word_list("labels", "captions"))


def _are_seen(views: Sequence[View], signed: Sequence[bool]) -> bool:
    """Whether nearly all lines say what is seen or have a sign of their own, and few go on from another or tell what was said."""
    seen = told = 0
    for v, has_sign in zip(views, signed, strict=True):
        words = phrases("cues", "prose").count(v.folded, v.text.casefold())
        starts = phrases("starts").leads(v.folded)
        # All languages are read together: "a" joins in one what it introduces in another.
        goes_on = "indefinite" not in starts and not starts.isdisjoint(("pronoun", "connector"))
        told += not has_sign and (goes_on or words["said"] > 0 or v.end in ("ask", "quote") or v.sentences > 2)
        seen += has_sign or words["scene"] > 0 or words["picture"] > 0 or words["place"] > 0
    return seen >= _MOST_SEEN * len(views) and told <= _MOST_TOLD * len(views)
