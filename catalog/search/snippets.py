"""What matched, shown in its words: pieces of a field as (text, marked) segments, made on the text as written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from .fold import spans
from .memory import occurrences
from .nodes import TEXT_FIELDS, Words
from .row import Row, texts

Segments = tuple[tuple[str, bool], ...]
#: Fields, and what is shown of a text of each.
Snippets = tuple[tuple[str, Segments], ...]
#: How much of a text is shown, and how much of it before the first mark.
WINDOW, LEAD = 240, 60
_MAX_FIELDS, _MAX_TEXT = 4, 20_000
_ALPHANUMERIC = frozenset("0123456789abcdefghijklmnopqrstuvwxyz")


def snippets(row: Row, words: Sequence[Words]) -> Snippets:
    """Return (field, segments) for each text of ``row`` in which any of ``words`` occurs, captions first."""
    return finder(words)(row)


def finder(words: Sequence[Words]) -> Callable[[Row], Snippets]:
    """Return what gives the :func:`snippets` of one row after the other."""
    if not words:
        return lambda row: ()
    if len(words) == 1 and len(words[0].tokens) == 1 and not words[0].prefix and not words[0].field:
        return partial(_of_word, words)
    first = words[0].tokens[0]
    others = {w.tokens[0] for w in words} - {first}
    return partial(_of_words, words, first, others, any(w.field for w in words))


def _of_word(words: Sequence[Words], row: Row) -> Snippets:
    """As :func:`snippets` for a single word in any field: most queries are so, and this takes three fifths."""
    fields = texts(row)
    low = "\n".join([value for values in fields for value in values])
    if low.isascii():
        return _of_plain_word(words, fields, low.lower())
    out: list[tuple[str, Segments]] = []
    word = words[0].tokens[0]
    for field, values in zip(TEXT_FIELDS, fields, strict=True):
        for value in values:
            low = value.lower() if value.isascii() else ""
            if low and word not in low:
                continue
            segments = _of_value(words, value, low)
            if segments:
                out.append((field, segments))
                if len(out) == _MAX_FIELDS:
                    return tuple(out)
    return tuple(out)


def _of_plain_word(words: Sequence[Words], fields: Sequence[Sequence[str]], low: str) -> Snippets:
    """As :func:`_of_word` where all texts are ASCII: ``low`` is all of them in lower case, a line each. Only those are looked at
    in which the word stands."""
    out: list[tuple[str, Segments]] = []
    word = words[0].tokens[0]
    at, begun = low.find(word), 0
    for field, values in zip(TEXT_FIELDS, fields, strict=True):
        for value in values:
            end = begun + len(value)
            if at < 0:
                return tuple(out)
            if at < end:
                segments = _of_value(words, value, low[begun:end])
                if segments:
                    out.append((field, segments))
                    if len(out) == _MAX_FIELDS:
                        return tuple(out)
                at = low.find(word, end)
            begun = end + 1
    return tuple(out)


def _of_value(words: Sequence[Words], value: str, low: str) -> Segments:
    """What is shown of one text for a single word; ``low`` is the text in lower case when it is ASCII."""
    if low and len(value) <= WINDOW:
        return _word_marked(value, low, words[0].tokens[0])
    if low and len(value) <= _MAX_TEXT:
        ranges = _standing(low, words[0], WINDOW)
        return _segments(value, ranges) if ranges else ()
    return _marked(value, low, words) if len(value) <= _MAX_TEXT else marked(value, words)


def _of_words(words: Sequence[Words], first: str, others: set[str], by_field: bool, row: Row) -> Snippets:
    out: list[tuple[str, Segments]] = []
    wanted = words
    for field, values in zip(TEXT_FIELDS, texts(row), strict=True):
        if not values:
            continue
        if by_field:
            wanted = [w for w in words if w.field in ("", field)]
        for value in values if wanted else ():
            plain = value.isascii()
            low = value.lower() if plain else ""
            if plain and first not in low and (not others or not any(other in low for other in others)):
                continue
            segments = _marked(value, low, wanted) if len(value) <= _MAX_TEXT else marked(value, wanted)
            if segments:
                out.append((field, segments))
                if len(out) == _MAX_FIELDS:
                    return tuple(out)
    return tuple(out)


def marked(text: str, words: Sequence[Words]) -> Segments:
    """Return the part of ``text`` around the first match, with all matches in it marked; empty when there is none."""
    text = text[:_MAX_TEXT]
    return _marked(text, text.lower() if text.isascii() else "", words)


def _marked(text: str, low: str, words: Sequence[Words]) -> Segments:
    """As :func:`marked`; ``low`` is ``text`` in lower case when it is ASCII."""
    ranges = [found for word in words for found in _standing(low, word)] if low else _ranges(text, words)
    return _segments(text, _merged(ranges)) if ranges else ()


def _word_marked(text: str, low: str, word: str) -> Segments:
    """As :func:`_marked` for one word and a text that is shown whole: most texts are so, and this takes half."""
    found: list[tuple[str, bool]] = []
    done, length, long = 0, len(low), len(word)
    at = low.find(word)
    while at >= 0:
        end = at + long
        if (at and low[at - 1] in _ALPHANUMERIC) or (end < length and low[end] in _ALPHANUMERIC):
            at = low.find(word, at + 1)
            continue
        if at > done:
            found.append((text[done:at], False))
        found.append((text[at:end], True))
        done = end
        at = low.find(word, end)
    if found and done < length:
        found.append((text[done:], False))
    return tuple(found)


def _standing(low: str, word: Words, reach: int = _MAX_TEXT) -> list[tuple[int, int]]:
    """Where the tokens of ``word`` stand next to each other in folded ASCII text, up to ``reach`` after the first. By hand: a
    pattern for each query takes longer, and so do generators: this is asked for every text that a page shows."""
    token = word.tokens[0]
    alone = len(word.tokens) == 1 and not word.prefix
    found: list[tuple[int, int]] = []
    length, long = len(low), len(token)
    at = low.find(token)
    while at >= 0:
        end = 0
        if not at or low[at - 1] not in _ALPHANUMERIC:
            if not alone:
                end = _end(low, at, word.tokens, word.prefix)
            elif at + long == length or low[at + long] not in _ALPHANUMERIC:
                end = at + long
        if end:
            found.append((at, end))
            if at > found[0][0] + reach:
                break
        at = low.find(token, end or at + 1)
    return found


def _end(low: str, at: int, tokens: tuple[str, ...], prefix: bool) -> int:
    """Where the tokens that begin at ``at`` end, 0 when others stand there."""
    last = len(tokens) - 1
    for n, token in enumerate(tokens):
        while at < len(low) and low[at] not in _ALPHANUMERIC:
            at += 1
        if not low.startswith(token, at):
            return 0
        at += len(token)
        if at < len(low) and low[at] in _ALPHANUMERIC and not (prefix and n == last):
            return 0
    while prefix and at < len(low) and low[at] in _ALPHANUMERIC:
        at += 1
    return at


def _ranges(text: str, words: Sequence[Words]) -> list[tuple[int, int]]:
    found = list(spans(text))
    tokens = [token for token, _, _ in found]
    held = set(tokens)
    ranges: list[tuple[int, int]] = []
    for word in words:
        if held.issuperset(word.tokens[:-1] if word.prefix else word.tokens):
            n = len(word.tokens)
            ranges += [(found[at][1], found[at + n - 1][2]) for at in occurrences(tokens, word)]
    return ranges


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    if len(ranges) == 1:
        return ranges
    out: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def _segments(text: str, ranges: list[tuple[int, int]]) -> Segments:
    first, last = _window(text, ranges[0])
    segments: list[tuple[str, bool]] = [("… ", False)] if first else []
    at = first
    for start, end in ranges:
        if start >= last:
            break
        segments += [(text[at:start], False), (text[start:end], True)]
        at = end
    segments.append((text[at:last], False))
    if last < len(text):
        segments.append((" …", False))
    return tuple([s for s in segments if s[0]])


def _window(text: str, first: tuple[int, int]) -> tuple[int, int]:
    """The part to show: whole when short, else from a blank before the first match to a blank after the window."""
    if len(text) <= WINDOW:
        return 0, len(text)
    start = max(0, first[0] - LEAD)
    if start:
        blank = text.find(" ", start, first[0])
        start = blank + 1 if blank >= 0 else start
    end = max(start + WINDOW, first[1])
    if end < len(text):
        blank = text.rfind(" ", first[1], end)
        end = blank if blank > first[1] else end
    return start, min(end, len(text))
