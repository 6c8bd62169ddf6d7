"""Two captions of one photograph: do they say the same, more, or what cannot both be true?

The texts are laid against each other word by word (:mod:`.alignment`) and every stretch in which they differ is judged
(:mod:`.judging`): places, persons, dates, numbers, roles; the credits apart (:mod:`.credits`). Captions in two languages
are compared only by their names, numbers and dates (:mod:`.multilingual`), and the note says so.
"""

from __future__ import annotations

from dataclasses import replace

from ..model import Comparison, Contradiction
from . import credits as crediting
from . import languages, multilingual, names
from .judging import judge
from .reading import Reading, read
from .sheet import UNRELATED, Verdict

__all__ = ["cities", "compare"]

NOTE_CUT = "only the first part of the longer caption was compared"


def compare(
    a: str, b: str, *, a_credit: str = "", b_credit: str = "", a_published: str = "", b_published: str = ""
) -> Comparison:
    """Return how two captions of one photograph stand to each other, with both spans of every contradiction.

    Args:
        a, b: the captions, with or without their credits.
        a_credit, b_credit: the credits, where they were split off.
        a_published, b_published: ISO 8601 times of the articles; weekdays are told by them.
    """
    if a == b and a_credit == b_credit and a_published[:10] == b_published[:10]:
        return Comparison("identical", score=1.0)
    if (b, b_credit, b_published) < (a, a_credit, a_published):  # which of two is named first never matters
        turned = compare(b, a, a_credit=b_credit, b_credit=a_credit, a_published=b_published, b_published=a_published)
        return replace(turned, contradictions=tuple(map(_turned, turned.contradictions)))
    one, other = read(a, a_credit, a_published), read(b, b_credit, b_published)
    verdict, notes = _judge(one, other)
    if verdict.overlap < UNRELATED and (one.swallowed or other.swallowed):
        one, other = _entire(one, a, a_credit, a_published), _entire(other, b, b_credit, b_published)
        verdict, notes = _judge(one, other)
    note = "; ".join(notes if one.whole and other.whole else (*notes, NOTE_CUT))
    found = [_with_words(c, a, b) for c in verdict.found]
    return _result(a, b, one, other, verdict, found, note)


def _turned(found: Contradiction) -> Contradiction:
    """Return a contradiction with its captions in the other order."""
    return Contradiction(found.kind, found.b, found.a, found.b_span, found.a_span)


def _judge(one: Reading, other: Reading) -> tuple[Verdict, tuple[str, ...]]:
    """Lay two readings against each other, word by word or by what every language shares, and say which."""
    if languages.apart(one.items, other.items):
        return multilingual.judge(one, other), (multilingual.NOTE,)
    return judge(one, other), ()


def _entire(reading: Reading, text: str, credited: str, published: str) -> Reading:
    """Read a caption anew without looking for a credit where the credit took most of it: "Kuvituskuva: A car in Tampere"."""
    return read(text, credited, published, entire=True) if reading.swallowed else reading


def cities(text: str) -> frozenset[str]:
    """Return the cities of the gazetteer that a caption names, or a field that holds a place, whatever language it is in."""
    return frozenset(
        str(item.value) for item in read(text).items if item.kind == "place" and item.value in names.cities()
    )


def _result(
    a: str, b: str, one: Reading, other: Reading, verdict: Verdict, found: list[Contradiction], note: str
) -> Comparison:
    """Put the relation together from what was found."""
    if verdict.overlap < UNRELATED and (one.items or other.items) and not (found and verdict.overlap > 0.2):
        return Comparison("unrelated", score=round(verdict.overlap, 3), note=note)
    if crediting.conflict(one.credit, other.credit):
        found.append(Contradiction("credit", one.credit, other.credit, one.credit_span, other.credit_span))
    if found:
        kinds = tuple(dict.fromkeys(c.kind for c in found))
        return Comparison("contradictory", kinds, tuple(found), _score(verdict, found), note)
    said_more = verdict.only_x or verdict.only_y
    if said_more and verdict.news >= 0.5:
        return Comparison("additive", score=round(verdict.overlap, 3), note=note)
    if a == b and one.credit == other.credit:
        return Comparison("identical", score=1.0, note=note)
    return Comparison("cosmetic", score=round(1 - verdict.news, 3) if said_more else 1.0, note=note)


def _with_words(found: Contradiction, a: str, b: str) -> Contradiction:
    """Give a contradiction the words that its spans slice."""
    (p, q), (r, s) = found.a_span, found.b_span
    return Contradiction(found.kind, a[p:q], b[r:s], found.a_span, found.b_span)


def _score(verdict: Verdict, found: list[Contradiction]) -> float:
    """How sure a contradiction is, 0 to 1: the more the rest of the captions agrees, the surer."""
    sure = 0.45 + 0.5 * min(1.0, verdict.overlap) if any(c.kind != "credit" for c in found) else 0.5
    return round(min(0.99, sure + 0.03 * (len(found) - 1)), 3)
