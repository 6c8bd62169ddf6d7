"""Numbers that stand in each other's place: other amounts, one measure in two units, numerals that are other words as well."""

from __future__ import annotations

from collections.abc import Sequence

from . import forms, languages, numbers, numerals
from .sheet import Sheet, is_content
from .tokens import Item


def settle(sheet: Sheet, xs: Sequence[int], ys: Sequence[int]) -> None:
    """Judge the numbers of one stretch in which the captions differ."""
    nx = [i for i in xs if i in sheet.gone_x and isinstance(sheet.x[i].value, numbers.Amount)]
    ny = [j for j in ys if j in sheet.gone_y and isinstance(sheet.y[j].value, numbers.Amount)]
    if xs and ys and not (nx and ny):
        _in_words(sheet, xs[0], ys[0])
        return
    for i, j in zip(nx, ny, strict=False):
        one, other = sheet.x[i].value, sheet.y[j].value
        assert isinstance(one, numbers.Amount) and isinstance(other, numbers.Amount)
        if numbers.convertible(one, other):
            _measures(sheet, i, j, same=numbers.converted(one, other))
            continue
        if not sheet.anchored(i, j, i + 1, j + 1):
            continue
        if numbers.conflict(one, other):
            sheet.add(numbers.contradicted(sheet.x, i, sheet.y, j), [i], [j])
        else:
            sheet.gone_x.discard(i)
            sheet.gone_y.discard(j)


def _in_words(sheet: Sheet, i: int, j: int) -> None:
    """Judge two numerals of which one at least is another word or an article elsewhere: "Három", "Hét"; "A man", "Four men"."""
    words = [item for item in (sheet.x[i], sheet.y[j]) if item.kind == "word"]
    if not _counts_the_same(sheet, i, j) or (len(words) == 2 and sheet.language in _NO_NUMERALS):
        return
    one, other = (_value(item, sheet.language) for item in (sheet.x[i], sheet.y[j]))
    if one and other and one != other:
        sheet.add("number", [i], [j])
    elif one and other:
        sheet.gone_x.discard(i)
        sheet.gone_y.discard(j)


#: Languages in which two of those words in one place are no numerals: "hat", "pet".
_NO_NUMERALS = ("en", "de")
#: Articles before one thing that are no numerals.
_ONE = frozenset(("a", "an", "ein", "eine", "einen", "einem", "einer", "une", "een"))


def _counts_the_same(sheet: Sheet, i: int, j: int) -> bool:
    """Tell whether two words stand behind the same word or at the heads of both captions, each before a form of one noun."""
    if (i - 1, j - 1) not in sheet.pair_set and i + j > 0:
        return False
    if i + 1 >= len(sheet.x) or j + 1 >= len(sheet.y):
        return False
    x, y = sheet.x[i + 1], sheet.y[j + 1]
    same = (i + 1, j + 1) in sheet.pair_set or (x.kind == y.kind == "word" and _forms_of_one(x.key, y.key))
    return same and x.glued and y.glued and is_content(x)


def _forms_of_one(a: str, b: str) -> bool:
    """Tell whether two folded nouns, each behind what counts it, are singular and plural of one: "bateau", "bateaux"."""
    shared = next((n for n, (p, q) in enumerate(zip(a, b, strict=False)) if p != q), min(len(a), len(b)))
    more = 3 if shared == min(len(a), len(b)) else 0  # "man", "mannen"
    return forms.inflected(a, b) or shared >= max(3, 0.6 * max(len(a), len(b)) - more)


def _value(item: Item, language: str) -> float:
    """Return what an item counts, be it by a word that is another one elsewhere; 0 for no number and for a rounded one."""
    if isinstance(item.value, numbers.Amount):
        return 0.0 if item.value.loose or item.value.clock else item.value.value
    if item.kind != "word":
        return 0.0
    value = 1.0 if item.key in _ONE | numerals.first() else numerals.other_words().get(item.key, 0.0)
    small = item.text.casefold() in languages.function_words() and not languages.is_foreign(item.key, language)
    return 0.0 if small and value > 1 else value  # the Dutch "het" is no seven, the Hungarian "hét" is


def _measures(sheet: Sheet, i: int, j: int, *, same: bool) -> None:
    """Settle two numbers in different units of one measure, with the words of their units."""
    ends = [
        n + 1 + (n + 1 in gone and items[n + 1].glued and items[n].end < items[n + 1].start + 1)
        for n, gone, items in ((i, sheet.gone_x, (*sheet.x, sheet.x[-1])), (j, sheet.gone_y, (*sheet.y, sheet.y[-1])))
    ]
    if same:
        sheet.gone_x -= set(range(i, ends[0]))
        sheet.gone_y -= set(range(j, ends[1]))
    elif sheet.anchored(i, j, ends[0], ends[1]):
        sheet.add("number", list(range(i, ends[0])), list(range(j, ends[1])))
