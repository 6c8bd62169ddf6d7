"""The page of one article: its text with the captions where they stood, and the pictures beside them."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the text: plain, a caption (with it) or a caption's credit."""

    text: str
    caption: Caption | None = None
    credit: bool = False


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


def cards(view: ArticleView) -> list[Card]:
    """Return the captions in the article's order, with their links, best first."""
    findings = {s: f for f in view.findings for s in f.subjects if f.kind in ("link", "caption-without-image")}
    made = []
    for caption in view.captions:
        links = tuple((x, view.statuses.get(x.id, "proposed")) for x in view.links if x.caption == caption.id)
        finding = findings.get(caption.id)
        made.append(Card(caption, links, finding, _settled(finding)))
    return made


def _settled(finding: Finding | None) -> Decision | None:
    """Return the decision that settled a finding last, None while it waits."""
    if finding is None or finding.status == "open":
        return None
    return next(reversed(library().finding(finding.id).decisions), None)


@pages.get("/articles/<ident>")
def article(ident: str) -> str:
    """Show one article."""
    view = library().article(ident)
    made = cards(view)
    held = {x.image for card in made for x, status in card.links if status == "linked"}
    pictures = list(dict.fromkeys(i for ids in view.pictures.values() for i in ids if i in view.records))
    loose = [i for i in (*pictures, *view.records) if i not in held]
    return render_template(
        "article.html", view=view, article=view.article, cards=made, stretches=stretches(view.article, view.captions),
        loose=list(dict.fromkeys(loose)), pictures=pictures,
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
    if action not in ("link", "reject", "none"):
        raise NotAllowed("A caption can be linked, unlinked, or said to have no picture.", field="action")
    values = {"image": picture} if picture else {}
    if card.finding is not None and action in card.finding.actions:
        library().decide(card.finding.id, action, values=values, who=who())
    else:
        library().link(caption, action, picture, who=who())
    return redirect(f"/articles/{view.article.id}#c-{caption}", 303)
