"""What picture agencies wrap around a caption, taken off: datelines, archive marks, credits, terms of use.

:func:`core` is for comparing. It never empties a text: when nothing would be left, the text comes back whole.
The forms follow the style books of the agencies (AP, Reuters, AFP, Getty, dpa, EPA) and hold for their imitators.
"""

from __future__ import annotations

import re
from functools import lru_cache

from . import tokens

_MONTH = (
    r"(?:jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|januar|februar|märz|janvier|février|mars|avril|"
    r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|janeiro|fevereiro|março|maio|junho|julho)[a-zéû]{0,8}\.?"
)
_DATE = (
    rf"(?:\d{{1,2}}\.? ?{_MONTH}|{_MONTH} ?\d{{1,2}}|\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}|\d{{4}}-\d\d-\d\d)"
    r"(?:,? ?(?:19|20)\d\d)?"
)
_FLAGS = re.IGNORECASE

_HEAD = [
    re.compile(
        r"^(?:file(?: ?(?:photo|picture|image|pic))?|archivbild|archivfoto|archiv|foto de archivo|archivo|arquivo|archives?|"
        r"handout(?: photo)?|undated|undatiert)\b ?[-:.,] ?",
        _FLAGS,
    ),
    # 12.03.2024, Berlin: / ARCHIV - 12.03.2024, Hessen, Hanau: / March 12, 2024:
    re.compile(rf"^{_DATE}(?:, [^:.!?]{{2,60}}?)? ?: ", _FLAGS),
    # BERLIN, GERMANY - MARCH 12: / LONDON (AP) - / Paris, March 12, 2024 (Handout) --
    re.compile(
        rf"^[^\W\d_][^:.!?()]{{1,60}}?,? ?(?:- ?)?{_DATE} ?(?:\([^()]{{1,30}}\) ?)?(?::|-{{1,2}}) ?",
        _FLAGS,
    ),
    re.compile(r"^[^\W\d_][^:.!?()]{1,60}? ?\([^()]{2,30}\) ?-{1,2} ?"),
    re.compile(r"^[A-ZÀ-Þ][A-ZÀ-Þ .,'-]{2,50}? ?(?:--|-|:) (?=[^\W\d_a-z])"),
    # In this photo taken on 3 May / Auf diesem Foto vom
    re.compile(
        rf"^(?:in|on) this (?:undated )?(?:file )?(?:photo|picture|image)[^,]{{0,60}}, ?(?:{_DATE}, ?)?", _FLAGS
    ),
]
_TAIL = [
    re.compile(r" ?\*\*\* ?local caption.*$", _FLAGS),
    re.compile(r" ?\+\+\+.*$"),
    re.compile(r" ?\(zu dpa[^()]{0,160}\).*$", _FLAGS),
    re.compile(r" ?[-–|.] ?(?:honorarpflichtig|verwendung weltweit|nur redaktionell|usage worldwide).*$", _FLAGS),
    re.compile(
        r"(?:^|(?<=[.!?\"') ]))(?:editorial use only|no sales|mandatory credit|for editorial use|no archives?)\b.*$",
        _FLAGS,
    ),
    # (AP Photo/Jane Doe), (Photo by Jane Doe/Getty Images), (© Jane Doe), (Jane Doe/AFP)
    re.compile(
        r" ?[(\[](?:[^()\[\]]{0,60}\b)?(?:photo|foto|photograph|picture|image|bild|credit|crédit|quelle|source|©|copyright)"
        r"[^()\[\]]{0,120}[)\]]\W*$",
        _FLAGS,
    ),
    re.compile(r" ?\((?:©|[^()/]{2,60}/)[^()]{0,80}\)\W*$"),
    re.compile(
        r"(?:^|(?<=[.!?\"')| ]))[|-]? ?"
        r"(?:photo(?: by|graph by|:)|foto(?: von|:| ?©)|bild:|picture:|image:|credit:|quelle:|source:|©)"
        r"[^.!?]{2,90}\W*$",
        _FLAGS,
    ),
    re.compile(r"(?:^|(?<=[.!?] ))[^.!?:]{2,60}/(?:file photo|file|handout|pool|archiv\w*)\W*$", _FLAGS),
    re.compile(rf" ?\| ?[^|]{{2,60}}, ?{_DATE}\W*$", _FLAGS),
    re.compile(rf"(?<=[.!?\"']) ?[^\W\d_][^.!?]{{1,40}},? {_DATE}\W*$", _FLAGS),
    re.compile(r"(?<=[.!?\"']) ?\([^()]{2,60}\)\W*$"),
]
_ROUNDS = 3


@lru_cache(maxsize=4096)
def core(text: str) -> str:
    """The words of a caption without what an agency put before and after them."""
    whole = tokens.normal(text)
    kept = whole
    for _ in range(_ROUNDS):
        before = kept
        for pattern in (*_HEAD, *_TAIL):
            shorter = pattern.sub("", kept, count=1).strip(" |")
            if shorter != kept and _enough(shorter):
                kept = shorter
        if kept == before:
            break
    return kept


def _enough(text: str) -> bool:
    """Whether something is left to compare: two words, or three characters of a script without spaces."""
    return len(tokens.words(text)) >= 2
