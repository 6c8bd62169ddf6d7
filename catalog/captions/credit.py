"""Cut the credit from a caption as printed: "Photo by X / Y", "(Foto: X)", "© X | Y", "X/AFP via Getty Images", "[写真=…]".

Works on pages and plain text alike, by the words of ``data/credits.toml`` and by form, so that languages outside the lists
are served too: a bracket or last clause with an agency in it, a label and a colon in brackets, names joined by a slash.

Only the first and last 400 characters of a caption are looked at, so the cost is bounded for any input.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ..model import Evidence
from .data import load

REACH = 400
MAX_CREDIT = 160
#: Weights in log-odds of the ways in which a credit was told.
WEIGHTS = {
    "credit-element": 4.0,
    "credit-marker": 3.5,
    "credit-bracket": 3.0,
    "credit-agency": 2.5,
    "credit-first": 3.0,
    "credit-after-word": 2.0,
    "credit-whole": 3.0,
}


@dataclass(frozen=True, slots=True)
class Cut:
    """A caption cut in two. Spans are (start, end) in the printed text; the credit's is (0, 0) when there is none.

    ``credit`` comes without marker words and brackets; ``text`` is the caption without the credit and its marker.
    """

    text: str
    credit: str
    text_span: tuple[int, int]
    credit_span: tuple[int, int]
    reasons: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class _Tables:
    before: re.Pattern[str]
    alone: re.Pattern[str]
    after: re.Pattern[str]
    agency: re.Pattern[str]
    brackets: frozenset[str]


_OPEN, _CLOSE = "([（［【〔", ")]）］】〕"
_BRACKETS = re.compile(
    r"[(\[（［【〔]([^()\[\]（）［］【】〔〕]{1,200}(?:\([^()]{1,60}\)[^()\[\]]{0,60})?)[)\]）］】〕]"
)
_SEPARATOR = r"\s{0,3}(?::|：|=|／|/|\||-|–|—|\bby\b|\bvia\b|\bvon\b)\s{0,3}"
_TRIM = " \t\n\r\u00a0|/–—-:;,=·•：／"
_SENTENCE_END = re.compile(r"[.!?…。！？»”\"’')\]）】](?=\s|$)|[。！？]|\s[|•·–—]\s|\s{2,}|\n|\|")
_LABEL = re.compile(r"\s*(\w[\w .'’/-]{1,28}?)\s{0,2}[:：=]\s*(\S.{0,150})", re.S)


def _alternatives(words: list[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(set(words), key=lambda w: (-len(w), w)))


def _split(text: str) -> list[str]:
    return [" ".join(w.split()) for w in text.split(";") if w.strip()]


@cache
def _tables() -> _Tables:
    data = load("credits")
    before = [w for words in data["before"].values() for w in _split(words)]
    agency = _alternatives(_split(data["agencies"]["exact"]))
    folded = _alternatives(_split(data["agencies"]["folded"]))
    edge = r"(?<![^\W_])"
    return _Tables(
        re.compile(rf"{edge}(?:{_alternatives(before)})(?:\(?s\)?)?\.?{_SEPARATOR}", re.I),
        re.compile(
            rf"{edge}(?:{_alternatives(_split(data['alone']['words']))})(?![^\W_])\s{{0,3}}[:：/]?\s{{0,3}}", re.I
        ),
        re.compile(rf"\s{{0,2}}(?:{_alternatives(_split(data['after']['words']))})[.\s]{{0,3}}$", re.I),
        re.compile(rf"{edge}(?:(?:{agency})|(?i:{folded}))(?![^\W_])"),
        frozenset(w.casefold() for w in _split(data["caption_brackets"]["words"])),
    )


def has_agency(text: str) -> bool:
    """Tell whether a short text names an agency or picture house."""
    return bool(_tables().agency.search(text[:REACH]))


def has_marker(text: str) -> bool:
    """Tell whether a text holds a credit marker ("Foto:", "©", "Photo by")."""
    text = text[:REACH]
    tables = _tables()
    return bool(tables.before.search(text) or tables.alone.search(text))


def cut(printed: str, language: str = "") -> Cut:
    """Return ``printed`` cut into caption and credit; ``credit`` is ``""`` when it holds none.

    ``language`` (BCP 47, or ``""``) is reserved for markers that mean different things in different languages.
    """
    start = len(printed) - len(printed.lstrip())
    end = len(printed.rstrip())
    for way in (
        _whole,
        _bracket_end,
        _marker_end,
        _bracket_start,
        _agency_first,
        _agency_end,
        _after_word,
        _marker_start,
    ):
        found = way(printed, start, end)
        if found is not None:
            return found
    return Cut(printed[start:end], "", (start, end), (0, 0))


def strip_marker(text: str) -> tuple[int, int]:
    """Return the span of the agencies and persons in a text that is nothing but a credit: markers and brackets left out."""
    tables = _tables()
    start, end = _trimmed(text, 0, len(text))
    for _ in range(4):
        while (
            end - start > 1
            and text[start] in _OPEN
            and text[end - 1] in _CLOSE
            and _balanced(text[start + 1 : end - 1])
        ):
            start, end = _trimmed(text, start + 1, end - 1)
        match = tables.alone.match(text, start, end) or tables.before.match(text, start, end)
        if match is None or match.end() >= end:
            break
        start, end = _trimmed(text, match.end(), end)
    after = tables.after.search(text, max(start, end - 60), end)
    if after and after.start() - start > 1:
        start, end = _trimmed(text, start, after.start())
    return start, end


def _balanced(text: str) -> bool:
    depth = 0
    for letter in text:
        depth += (letter in _OPEN) - (letter in _CLOSE)
        if depth < 0:
            return False
    return depth == 0


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _TRIM:
        start += 1
    while end > start and text[end - 1] in _TRIM:
        end -= 1
    if end - start > 4 and text[end - 1] == "." and " " in text[start:end] and text[end - 3] not in " .":
        end -= 1
    if end - start > 1 and text[end - 1] in _CLOSE and not _balanced(text[start:end]):
        end -= 1
    if end - start > 1 and text[start] in _OPEN and not _balanced(text[start:end]):
        start += 1
    return start, end


def _made(printed: str, text: tuple[int, int], credit: tuple[int, int], name: str) -> Cut:
    """A cut with the credit's markers taken off and the caption's loose ends trimmed."""
    inner = strip_marker(printed[credit[0] : credit[1]])
    credit = (credit[0] + inner[0], credit[0] + inner[1])
    first, last = text
    while first < last and printed[first] in _TRIM:
        first += 1
    while last > first and printed[last - 1] in " \t\n\r\u00a0|/–—-=·•／([":
        last -= 1
    return Cut(
        printed[first:last],
        printed[credit[0] : credit[1]],
        (first, last),
        credit,
        (Evidence(name, WEIGHTS[name], printed[credit[0] : credit[1]][:80]),),
    )


def _is_credit(inside: str) -> bool:
    """Tell whether a bracket's or last clause's text is a credit."""
    tables = _tables()
    if inside.strip(" .").casefold() in tables.brackets:
        return False
    if tables.before.match(inside.lstrip()) or tables.alone.match(inside.lstrip()):
        return True
    return _is_agency_clause(inside)


def _is_agency_clause(text: str) -> bool:
    """Tell whether a text is names and an agency and nothing else: short, no sentence, the agency standing alone."""
    text = text.strip(_TRIM + ".")
    tables = _tables()
    match = tables.agency.search(text)
    if match is None or len(text) > 100:
        return False
    parts = [p for p in re.split(r"\s*(?:/|／|\||,|;|–|—| - |\bvia\b|\bfor\b|\bby\b|：|:)\s*", text) if p]
    if not any(tables.agency.match(p) for p in parts) and not tables.agency.search(parts[-1]):
        return False
    return all(_is_name(p) for p in parts)


def _is_name(part: str) -> bool:
    """Tell whether a text may be a person's or a house's name: few words, capitals or a script without them."""
    part = part.strip("()[] .")
    words = part.split()
    if not words or len(words) > 6:
        return False
    small = sum(
        1 for w in words if w[:1].islower() and w.casefold() not in _PARTICLES and not _tables().agency.search(w)
    )
    return small == 0 or (small == 1 and len(words) > 2) or bool(_tables().agency.fullmatch(part))


_PARTICLES = frozenset(
    ["van", "von", "de", "der", "den", "del", "di", "da", "dos", "das", "la", "le", "el", "al", "bin", "ibn", "y", "e", "und", "and", "&", "the", "of", "for", "via", "by", "zu", "zum", "ten", "ter"]
)


def _whole(printed: str, start: int, end: int) -> Cut | None:
    """The printed words are a credit and nothing else."""
    text = printed[start:end]
    tables = _tables()
    if len(text) > 120 or not text:
        return None
    match = tables.before.match(text.lstrip(_OPEN)) or tables.alone.match(text.lstrip(_OPEN))
    inside = text.strip(_OPEN + _CLOSE + _TRIM)
    if (
        match
        and len(inside.split()) <= 10
        and not _SENTENCE_END.search(inside[match.end() : -1] if "|" in inside else "")
    ):
        rest = inside[match.end() :]
        if len(rest.split()) <= 8 and not re.search(r"[.!?。]\s", rest):
            return _made(printed, (end, end), (start, end), "credit-whole")
    if not match and _is_agency_clause(inside) and len(inside.split()) <= 8:
        return _made(printed, (end, end), (start, end), "credit-whole")
    return None


def _bracket_end(printed: str, start: int, end: int) -> Cut | None:
    """Brackets at the end: "… in Rom. (Foto: X/dpa)"; a full stop or a caption bracket may follow."""
    tail = max(start, end - REACH)
    matches = list(_BRACKETS.finditer(printed, tail, end))
    for match in reversed(matches[-2:]):
        after = printed[match.end() : end].strip(_TRIM + ".。")
        follows = match is not matches[-1] and after.strip(_OPEN + _CLOSE).casefold() in _tables().brackets
        inside = match.group(1)
        if after and not follows:
            continue
        label = _LABEL.fullmatch(inside)
        if _is_credit(inside) or (label and len(label.group(1).split()) <= 3 and not label.group(1).isdigit()):
            return _made(printed, (start, match.start()), match.span(1), "credit-bracket")
    return None


def _marker_end(printed: str, start: int, end: int) -> Cut | None:
    """A marker in running text near the end: "… in Rom. Foto: X/dpa", "… © X"."""
    tables = _tables()
    tail = max(start, end - REACH)
    found = [m for p in (tables.alone, tables.before) for m in p.finditer(printed, tail, end)]
    for match in sorted(found, key=lambda m: (m.start(), -m.end())):
        before, rest = printed[start : match.start()].rstrip(), printed[match.end() : end]
        if not before or not rest.strip(_TRIM) or len(rest) > MAX_CREDIT:
            continue
        if _ends_clause(before, match, printed) and _is_rest(rest):
            return _made(printed, (start, match.start()), (match.start(), end), "credit-marker")
    return None


def _ends_clause(before: str, match: re.Match[str], printed: str) -> bool:
    """Tell whether a credit may begin here: after a sentence, a separator or a bracket, or with a capital or sign."""
    if before[-1] in ".!?…。！？»”\"’'“)]）】|/–—-,;:·•([（【«›":
        return True
    return match.group()[0].isupper() or not match.group()[0].isalpha() or not printed[match.start()].isascii()


def _is_rest(rest: str) -> bool:
    """Tell whether what follows a marker is names: no sentence goes on."""
    rest = rest.strip(_TRIM)
    sentences = [s for s in re.split(r"(?<=[^\W\d_]{3})[.!?]\s+(?=\w)|[。！？]", rest) if s.strip()]
    if len(sentences) > 1 and len(sentences[-1].split()) > 5:
        return False
    words = rest.split()
    small = sum(1 for w in words if w[:1].islower() and w.casefold() not in _PARTICLES)
    return len(words) <= 16 and small <= max(2, len(words) // 2)


def _bracket_start(printed: str, start: int, end: int) -> Cut | None:
    """Brackets at the beginning: "(Foto: X) Der Kanzler …", "[写真=X] …"."""
    match = _BRACKETS.match(printed, start, min(end, start + REACH))
    if match and _is_credit(match.group(1)) and match.end() < end:
        return _made(printed, (match.end(), end), match.span(1), "credit-first")
    return None


def _marker_start(printed: str, start: int, end: int) -> Cut | None:
    """A marker at the very beginning, the caption after a separator: "© X/dpa | Der Kanzler …"."""
    tables = _tables()
    match = tables.alone.match(printed, start, end) or tables.before.match(printed, start, end)
    if match is None:
        return None
    stop = re.compile(r"\s\|\s?|\s[–—•·-]\s|\n").search(printed, match.end(), min(end, match.end() + MAX_CREDIT))
    if stop and end - stop.end() > 10:
        return _made(printed, (stop.end(), end), (start, stop.start()), "credit-first")
    return None


def _agency_first(printed: str, start: int, end: int) -> Cut | None:
    """The agency first, the caption after a separator: "X/AFP via Getty Images | …", "AFP – …"."""
    stop = re.compile(r"\s?\|\s?|\s[–—•·]\s|\n").search(printed, start, min(end, start + 120))
    if stop and end - stop.end() > 20 and _is_agency_clause(printed[start : stop.start()]):
        return _made(printed, (stop.end(), end), (start, stop.start()), "credit-first")
    return None


def _agency_end(printed: str, start: int, end: int) -> Cut | None:
    """The last clause is names and an agency: "… på lördagen. Dan Bashakov/AP", "… | Reuters"."""
    tail = max(start, end - MAX_CREDIT)
    breaks = [m.end() for m in _SENTENCE_END.finditer(printed, tail, end) if m.end() < end]
    for place in reversed(breaks[-4:]):
        clause = printed[place:end].strip()
        if clause and place > start and _is_agency_clause(clause):
            return _made(printed, (start, place), (place, end), "credit-agency")
    return None


def _after_word(printed: str, start: int, end: int) -> Cut | None:
    """A last clause that a marker closes: "… J. Petraitis / X nuotr.", "…（共同撮影）", "…. 김철수 기자"."""
    match = _tables().after.search(printed, max(start, end - 40), end)
    if match is None:
        return None
    tail = max(start, end - MAX_CREDIT)
    breaks = [m.end() for m in _SENTENCE_END.finditer(printed, tail, match.start()) if m.end() < match.start()]
    for place in reversed(breaks[-3:]):
        clause = printed[place : match.start()].strip()
        if clause and place > start and len(clause) < 60 and _is_name(clause.replace("/", " ")):
            return _made(printed, (start, place), (place, end), "credit-after-word")
    return None
