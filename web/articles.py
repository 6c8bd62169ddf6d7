"""The page of one article: its text with the captions where they stood, and the pictures beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from catalog.errors import NotAllowed, NotFound
from catalog.model import Article, Caption, Decision, Finding, Link
from catalog.views import ArticleView

from .context import library, who
from .inputs import form_text

pages = Blueprint("articles", __name__)
#: Characters of an article's text that its page shows.
MAX_SHOWN = 200_000
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the text: plain, a caption (with it) or a caption's credit."""

    text: str
    caption: Caption | None = None
    credit: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text with its number, counted from 1; ``apart`` when a blank one stands before it.

    Number 0 is a caption that the source prints there, and that the text of a page leaves out.
    """

    number: int
    stretches: tuple[Stretch, ...]
    apart: bool = False

    @property
    def begins(self) -> Caption | None:
        """The caption of which this is the first line."""
        first = next((s.caption for s in self.stretches if s.caption), None)
        return first if first and (not self.number or not first.line or first.line == self.number) else None


@dataclass(frozen=True, slots=True)
class Card:
    """One caption with the links that hold or are proposed for it, its finding, and the decision that settled that, if one did."""

    caption: Caption
    links: tuple[tuple[Link, str], ...]
    finding: Finding | None
    decided: Decision | None = None


def stretches(article: Article, captions: tuple[Caption, ...]) -> list[Stretch]:
    """Return the text cut at the captions, for sources whose offsets count in the text that is shown."""
    text = article.text[:MAX_SHOWN]
    out: list[Stretch] = []
    at = 0
    for caption in sorted((c for c in captions if 0 <= c.start < c.end <= len(text)), key=lambda c: c.start):
        if caption.start < at or (caption.printed and text[caption.start : caption.end] != caption.printed):
            continue
        out.append(Stretch(text[at : caption.start]))
        inner = caption.start <= caption.credit_start < caption.credit_end <= caption.end
        if inner:
            out.append(Stretch(text[caption.start : caption.credit_start], caption))
            out.append(Stretch(text[caption.credit_start : caption.credit_end], caption, credit=True))
            out.append(Stretch(text[caption.credit_end : caption.end], caption))
        else:
            out.append(Stretch(text[caption.start : caption.end], caption))
        at = caption.end
    out.append(Stretch(text[at:]))
    return [s for s in out if s.text]


def lines(found: Iterable[Stretch]) -> list[Line]:
    """Return the lines that are not blank, each with its stretches."""
    made: list[Line] = []
    number, apart, here = 1, False, list[Stretch]()

    def end() -> None:
        nonlocal number, apart
        if any(s.text.strip() for s in here):
            made.append(Line(number, tuple(here), apart))
            apart = False
        else:
            apart = True
        here.clear()
        number += 1

    for stretch in found:
        first, *rest = _LINE_END.split(stretch.text)
        here += [replace(stretch, text=first)] if first else []
        for text in rest:
            end()
            here += [replace(stretch, text=text)] if text else []
    end()
    return made


def in_place(found: list[Line], captions: Iterable[Caption]) -> list[Line]:
    """Return the lines of a page's text with the captions between them where the page prints them.

    A caption whose words are the next line's is that line.
    """
    waiting = sorted((c for c in captions if c.after >= 0), key=lambda c: (c.after, c.position))
    made: list[Line] = []
    for line in found:
        while waiting and waiting[0].after < line.number:
            caption = waiting.pop(0)
            if caption.after == line.number - 1 and "".join(s.text for s in line.stretches) == caption.printed:
                line = replace(line, number=line.number, stretches=_parted(caption))
                break
            made.append(Line(0, _parted(caption), apart=True))
        made.append(line)
    return [*made, *(Line(0, _parted(c), apart=True) for c in waiting)]


def _parted(caption: Caption) -> tuple[Stretch, ...]:
    """A caption as printed, its credit apart."""
    printed = caption.printed or caption.text
    at = printed.rfind(caption.credit) if caption.credit else -1
    if at < 0:
        return (Stretch(printed, caption),)
    end = at + len(caption.credit)
    parts = ((printed[:at], False), (printed[at:end], True), (printed[end:], False))
    return tuple(Stretch(text, caption, credit) for text, credit in parts if text)


def cards(view: ArticleView) -> list[Card]:
    """Return the captions in the article's order, with their links, best first, but for those that a person said are none."""
    findings = {s: f for f in view.findings for s in f.subjects if f.kind in ("link", "caption-without-image")}
    made = []
    for caption in (c for c in view.captions if c.id not in view.dismissed):
        links = tuple((x, view.statuses.get(x.id, "proposed")) for x in view.links if x.caption == caption.id)
        finding = findings.get(caption.id)
        made.append(Card(caption, links, finding, _settled(finding)))
    return made


def _settled(finding: Finding | None) -> Decision | None:
    """Return the decision that settled a finding last, None while it waits."""
    if finding is None or finding.status == "open":
        return None
    return next(reversed(library().finding(finding.id).decisions), None)


def went_on(view: ArticleView) -> dict[str, str]:
    """Return, by the id of a caption of today or of a replaced revision, the id of the caption that it is today."""
    worded = {w.caption.id: ident for ident, earlier in view.earlier.items() for w in earlier}
    return worded | {c.id: c.id for c in view.captions}


@pages.get("/articles/<ident>")
def article(ident: str) -> str:
    """Show one article."""
    view = library().article(ident)
    made = cards(view)
    captions = tuple(card.caption for card in made)
    held = {x.image for card in made for x, status in card.links if status == "linked"}
    pictures = list(dict.fromkeys(i for ids in view.pictures.values() for i in ids if i in view.records))
    loose = [i for i in (*pictures, *view.records) if i not in held]
    return render_template(
        "article.html", view=view, article=view.article, cards=made,
        lines=in_place(lines(stretches(view.article, captions)), captions),
        loose=list(dict.fromkeys(loose)), pictures=pictures, went_on=went_on(view),
    )  # fmt: skip


@pages.post("/articles/<ident>/link")
def link(ident: str) -> Response:
    """Link a caption to a picture, or take a link back, as a decision on the caption's finding."""
    view = library().article(ident)
    caption, picture = form_text("caption", 120), form_text("image", 120)
    action = form_text("action", 20)
    card = next((c for c in cards(view) if c.caption.id == caption), None)
    if card is None:
        raise NotFound("caption", caption)
    if action not in ("link", "reject", "none", "not-caption"):
        raise NotAllowed("A caption can be linked, unlinked, or said to have no picture or to be none.", field="action")
    values = {"image": picture} if picture else {}
    if card.finding is not None and action in card.finding.actions:
        library().decide(card.finding.id, action, values=values, who=who())
    else:
        library().link(caption, action, picture, who=who())
    return redirect(
        f"/articles/{view.article.id}#{'captions-title' if action == 'not-caption' else f'c-{caption}'}", 303
    )


@pages.post("/articles/<ident>/caption")
def mark(ident: str) -> Response:
    """Take a line of the text as a caption, by a person's word."""
    line = form_text("line", 12).strip()
    if not (line.isascii() and line.isdecimal()):
        raise NotAllowed("Give the number of a line, as it stands beside the text.", field="line")
    _, made = library().mark(ident, int(line), who=who())
    return redirect(f"/articles/{made.article}#c-{made.id}", 303)
