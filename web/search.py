"""The search page: a query, its filters and facets, the pictures; and what is done to many pictures at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from catalog.errors import NotAllowed, QueryError
from catalog.library import EXPORT_FORMATS
from catalog.views import Said, SearchPage

from . import selection, words
from .compare import address
from .context import library, who
from .inputs import choice_arg, clean, cursor_arg, form_text, idents, number_arg, tags_of, text_arg
from .plots import histogram
from .security import needs, upload
from .selection import Selection

pages = Blueprint("search", __name__)
FACETS = words.FACETS_SHOWN
PAGE = 60
EXPORTS = tuple(EXPORT_FORMATS)


@pages.get("/")
@pages.get("/search")
def search() -> Response | str:
    """Show the pictures that a query selects; with ``X-Part: more`` only the next page of them."""
    query = text_arg("q")
    sort = text_arg("sort", 40)
    view = choice_arg("view", ("grid", "list", "articles"), "grid")
    limit = number_arg("limit", PAGE, 1, 200)
    more = request.headers.get("X-Part") == "more"
    try:
        if view == "articles":
            return _articles(query, sort, limit, more=more)
        found = library().search(
            query, sort=sort or None, limit=limit, cursor=cursor_arg(), facets=() if more else FACETS
        )
    except QueryError as error:
        return _mistake(query, sort, view, error)
    if more:
        return render_template("_hits.html", page=found, view=view, query=query, picked=Selection())
    told = library().search_articles(query, limit=1).total if query and not found.items else 0
    picked = selection.read(text_arg("picked"))
    return render_template(
        "search.html", page=found, query=query, sort=sort, view=view, saved=library().saved(),
        years=histogram(found.histogram), first="cursor" not in request.args, exports=EXPORTS, told=told,
        picked=picked, picked_text=selection.written(picked),
    )  # fmt: skip


def _articles(query: str, sort: str, limit: int, *, more: bool) -> str:
    """Show the articles that a query selects."""
    order = sort if sort in words.ARTICLE_SORTS else ""
    found = library().search_articles(query, sort=order or "-date", limit=limit, cursor=cursor_arg())
    if more:
        return render_template("_articles.html", page=found, query=query)
    return render_template("search.html", page=found, query=query, sort=order, view="articles", saved=library().saved())


def _mistake(query: str, sort: str, view: str, error: QueryError) -> Response:
    """Show the search page with what was not understood, pointing at it, and the query still there to be mended."""
    page = SearchPage(items=(), total=0, query=query)
    text = render_template(
        "search.html", page=page, query=query, sort=sort, view=view, saved=library().saved(), years=None,
        mistake=str(error), column=error.column, first=True,
    )  # fmt: skip
    return make_response(text, error.http_status)


@pages.get("/search/suggest")
def suggest() -> str:
    """Show completions of a query that is being typed, as the options of the box's list."""
    return render_template("_suggestions.html", found=library().suggest(text_arg("q", 1000)))


@pages.post("/search/save")
def save() -> BaseResponse:
    """Save the query under a name."""
    name, query = form_text("name", 80).strip(), form_text("q", 8000)
    if not name:
        raise NotAllowed("Give the search a name.", field="name")
    library().save_search(name, query, who=who())
    return redirect("/search?" + urlencode({"q": query}), 303)


@pages.post("/search/similar")
@needs("viewer")
@upload
def similar() -> str:
    """Show the pictures that match one that was sent. The picture is not kept."""
    sent = request.files.get("picture")
    if sent is None or not sent.filename:
        raise NotAllowed("Choose a picture first.", field="picture")
    return render_template("similar.html", found=library().similar(sent.read()), name=sent.filename)


def selected() -> tuple[Selection, str]:
    """Return what a bulk form is about, and its query: what was picked before, and what is ticked of the pictures that it shows."""
    before = selection.read(form_text("picked"))
    if request.form.get("scope") == "all":
        before = Selection(before.images if before.everything else frozenset(), everything=True)
    ticked = idents(request.form.getlist("images"), "images")
    shown = idents([i for i in form_text("shown").split(".") if i], "shown")
    chosen = before.changed(shown or (() if before.everything else ticked), ticked)
    if not chosen:
        raise NotAllowed("Select some pictures first.", field="images")
    return chosen, form_text("q", 8000)


def bulk_values() -> dict[str, Any]:
    """Return the fields that a bulk form sets: only those that were ticked or filled in."""
    values: dict[str, Any] = {}
    if tags := tags_of(form_text("tags", 4000)):
        values["tags"] = tags
    for name in ("credit", "note", "caption"):
        if value := form_text(name).strip():
            values[name] = value
    return values


@pages.post("/bulk")
def bulk() -> str | BaseResponse | tuple[str, int]:
    """Preview a change of many pictures, or decisions on what waits for them, then make it; or export them, or compare two."""
    chosen, query = selected()
    images, step = chosen.of(query), request.form.get("step")
    if step == "export":
        return _file(form_text("format", 10) or "csv", images)
    if step == "compare":
        return _compare(images, query)
    picked = selection.written(chosen)
    if step in ("findings", "decide"):
        return _findings(images, query, picked, decide=step == "decide")
    values = bulk_values()
    if not values:
        raise NotAllowed("Say what to change: tags, credit or note.", field="tags")
    if step == "apply":
        library().bulk_edit(images, values, who=who())
        return redirect("/search?" + urlencode({"q": query}), 303)
    preview = library().bulk_preview(images, values)
    return render_template("bulk.html", preview=preview, picked=picked, values=values, query=query)


def _findings(
    images: list[str] | str, query: str, picked: str, *, decide: bool
) -> str | BaseResponse | tuple[str, int]:
    """Show what would be decided of what waits for these pictures; with ``decide`` decide the lines that are ticked."""
    if decide:
        said = [_said(line) for line in request.form.getlist("say")]
        done = library().decide_together(said, note=form_text("note", 2000), who=who())
        if not done.skipped:
            return redirect("/log", 303)
        return render_template("decided.html", done=done, query=query)
    wanted = {kind: action for kind in words.KINDS if (action := form_text(f"decide-{kind}", 40))}
    first = library().plan(images, {})
    if "decide-asked" not in request.form:
        wanted = {kind: actions[0] for kind, actions in first.actions.items()}
    plan = library().plan(images, {kind: action for kind, action in wanted.items() if kind in first.waiting})
    return render_template("plan.html", plan=plan, wanted=wanted, picked=picked, query=query)


def _said(line: str) -> Said:
    """Return what one line of the form says: finding, action and its values, and what was seen, as a query string."""
    given = dict(parse_qsl(clean(line, "say", 500)))
    finding, action, seen = given.pop("finding", ""), given.pop("action", ""), given.pop("seen", None)
    return Said(finding, action, given, seen)


def _compare(images: list[str] | str, query: str) -> BaseResponse:
    if isinstance(images, str) or len(images) != 2:
        raise NotAllowed("Select two pictures to compare.", field="images")
    return redirect(f"{address(*images)}?{urlencode({'back': '/search?' + urlencode({'q': query})})}", 303)


@pages.get("/export")
def export() -> Response:
    """Send what a query selects as a file."""
    return _file(choice_arg("format", EXPORTS, "csv"), text_arg("q"))


def _file(format_: str, chosen: list[str] | str) -> Response:
    if format_ not in EXPORTS:
        raise NotAllowed(f"Choose one of the formats {', '.join(EXPORTS)}.", field="format")
    form = EXPORT_FORMATS[format_]
    pieces = library().export(format_, chosen, base=request.url_root)
    answer = Response(pieces, content_type=form.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{form.file_name}"'
    return answer
