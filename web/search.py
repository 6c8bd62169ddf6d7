"""The search page: a query, its filters and facets, the pictures; and what is done to many pictures at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from catalog.errors import NotAllowed, QueryError
from catalog.library import EXPORT_FORMATS
from catalog.views import SearchPage

from . import words
from .compare import address
from .context import library, who
from .inputs import choice_arg, cursor_arg, form_text, idents, number_arg, tags_of, text_arg
from .plots import histogram
from .security import needs, upload

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
        return _mistake(query, error)
    if more:
        return render_template("_hits.html", page=found, view=view, query=query)
    told = library().search_articles(query, limit=1).total if query and not found.items else 0
    return render_template(
        "search.html", page=found, query=query, sort=sort, view=view, saved=library().saved(),
        years=histogram(found.histogram), first="cursor" not in request.args, exports=EXPORTS, told=told,
    )  # fmt: skip


def _articles(query: str, sort: str, limit: int, *, more: bool) -> str:
    """Show the articles that a query selects."""
    order = sort if sort in words.ARTICLE_SORTS else ""
    found = library().search_articles(query, sort=order or "-date", limit=limit, cursor=cursor_arg())
    if more:
        return render_template("_articles.html", page=found, query=query)
    return render_template("search.html", page=found, query=query, sort=order, view="articles", saved=library().saved())


def _mistake(query: str, error: QueryError) -> Response:
    """Show the search page with what was not understood, pointing at it, and the query still there to be mended."""
    page = SearchPage(items=(), total=0, query=query)
    text = render_template(
        "search.html", page=page, query=query, sort="", view="grid", saved=library().saved(), years=None,
        mistake=str(error), column=error.column, first=True,
    )  # fmt: skip
    return make_response(text, error.http_status)


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


def selected() -> tuple[list[str] | str, str]:
    """Return what a bulk form is about: the chosen ids, or the query of the whole result."""
    query = form_text("q", 8000)
    if request.form.get("scope") == "all":
        return query, query
    chosen = idents(request.form.getlist("images"), "images")
    if not chosen:
        raise NotAllowed("Select some pictures first.", field="images")
    return chosen, query


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
def bulk() -> str | BaseResponse:
    """Preview a change of many pictures, then (``step=apply``) make it; or export them."""
    images, query = selected()
    if request.form.get("step") == "export":
        return _file(form_text("format", 10) or "csv", images)
    if request.form.get("step") == "compare":
        return _compare(images, query)
    values = bulk_values()
    if not values:
        raise NotAllowed("Say what to change: tags, credit or note.", field="tags")
    if request.form.get("step") == "apply":
        library().bulk_edit(images, values, who=who())
        return redirect("/search?" + urlencode({"q": query}), 303)
    preview = library().bulk_preview(images, values)
    return render_template("bulk.html", preview=preview, images=images, values=values, query=query)


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
