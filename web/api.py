"""The JSON API: everything that the pages do. :mod:`web.openapi` describes it, and a test holds the two together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from typing import Any

import msgspec
from flask import Blueprint, Response, current_app, request, stream_with_context

from catalog.errors import CatalogError, NotAllowed
from catalog.model import Decision, ImportResult, ImportSummary
from catalog.views import Hit, Said

from . import imports, openapi, words
from .answers import json, plain, plain_with
from .context import library, who
from .inputs import (
    choice_arg,
    clean,
    cursor_arg,
    flag_arg,
    form_text,
    idents,
    json_body,
    list_arg,
    number_arg,
    text_arg,
    text_list,
)
from .present import thumb_url
from .search import EXPORTS, export
from .security import needs, public, upload

pages = Blueprint("api", __name__, url_prefix="/api/v1")
#: Pictures of one list that was picked.
MAX_PICKED = 50_000
_lines = msgspec.json.Encoder(order="deterministic")


def _items(items: Any, total: int, next_: str | None, **more: Any) -> Response:
    return json({"items": items, "total": total, "next": next_, **more})


def _hit(hit: Hit) -> msgspec.Raw:
    return plain_with(hit, thumb=thumb_url(hit.id))


def full_record(ident: str, as_of: str = "") -> msgspec.Raw:
    """Return one picture with everything that is known of it; what lists hold of it stands at the top level too."""
    record = library().record(ident, as_of)
    image = record.image
    return plain_with(
        record, sha256=image.sha256, paths=image.paths, width=image.width, height=image.height, format=image.format,
        thumb=thumb_url(image.id), file=f"/api/v1/images/{image.id}/file",
    )  # fmt: skip


@pages.get("/images")
def images() -> Response:
    """Search."""
    page = library().search(
        text_arg("q"),
        sort=text_arg("sort", 40) or None,
        limit=number_arg("limit", 50, 1, 500),
        cursor=cursor_arg(),
        facets=list_arg("facets", tuple(words.FACETS)),
    )
    return _items(
        [_hit(h) for h in page.items], page.total, page.next, facets=page.facets, capped=page.capped,
        did_you_mean=page.did_you_mean, query=page.query,
    )  # fmt: skip


@pages.get("/images/<ident>")
def image(ident: str) -> Response:
    """One picture with everything that is known of it, or that was known when ``as_of`` says."""
    return json(full_record(ident, text_arg("as_of", 40)))


def _edit_values(body: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {k: body[k] for k in ("caption", "credit", "tags", "note") if k in body}
    if "tags" in values:
        values["tags"] = text_list(values["tags"], "tags")
    if not values:
        raise NotAllowed("Send at least one of caption, credit, tags and note.")
    return values


@pages.patch("/images/<ident>")
def edit(ident: str) -> Response:
    """Edit a picture's caption, credit, tags or note. An edit is a decision: the facts beneath stay."""
    body = json_body({"seen": str, "caption": str, "credit": str, "tags": list, "note": str})
    library().edit(ident, _edit_values(body), seen=body.get("seen"), who=who())
    return json(full_record(ident))


@pages.get("/images/<ident>/similar")
def similar(ident: str) -> Response:
    """Pictures that match one of the catalogue."""
    found = library().similar(library().record(ident).id)
    return _items(found, len(found), None)


@pages.post("/similar")
@needs("viewer")
@upload
def similar_to() -> Response:
    """Pictures that match one that is sent as ``picture``. It is not kept."""
    sent = request.files.get("picture")
    if sent is None:
        raise NotAllowed("Send a picture as multipart field `picture`.", field="picture")
    found = library().similar(sent.read())
    return _items(found, len(found), None)


@pages.post("/images/bulk")
def bulk() -> Response:
    """Preview (``preview``: true) or make one change of many pictures, given by ``images`` or by ``query``."""
    body = json_body({"images": list, "query": str, "values": dict, "preview": bool}, ("values",))
    chosen = _chosen(body)
    unknown = set(body["values"]) - {"caption", "credit", "tags", "note"}
    if unknown:
        raise NotAllowed("Only caption, credit, tags and note can be changed.", field="values")
    values = _edit_values(_typed(body["values"]))
    if body.get("preview"):
        return json(library().bulk_preview(chosen, values))
    return json({"changed": library().bulk_edit(chosen, values, who=who())})


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    for name, value in values.items():
        if not isinstance(value, list if name == "tags" else str):
            raise NotAllowed(f"`{name}` has the wrong type.", field=name)
    return values


@pages.get("/articles")
def articles() -> Response:
    """Search articles, those without a picture too."""
    page = library().search_articles(
        text_arg("q"), sort=text_arg("sort", 40) or None, limit=number_arg("limit", 50, 1, 500), cursor=cursor_arg()
    )
    return _items(plain(page.items), page.total, page.next, capped=page.capped, query=page.query,
                  did_you_mean=page.did_you_mean)  # fmt: skip


@pages.get("/articles/<ident>")
def article(ident: str) -> Response:
    """One article with its captions, links and pictures."""
    return json(plain(library().article(ident)))  # its pictures are told by numbers, which JSON has no keys of


@pages.post("/articles/<ident>/captions")
def mark(ident: str) -> Response:
    """Say that a line of an article's text is a caption; the answer is that caption."""
    body = json_body({"line": int, "note": str}, ("line",))
    _, made = library().mark(ident, body["line"], who=who(), note=body.get("note", ""))
    return json(made)


@pages.get("/captions/<ident>")
def caption(ident: str) -> Response:
    """One caption with its links and the article it stood in."""
    view = library().caption(ident)
    own = next(c for c in view.captions if c.id == ident)
    links = [{**plain(x), "status": view.statuses.get(x.id, "proposed")} for x in view.links if x.caption == ident]
    return json({**plain(own), "links": links, "title": view.article.title, "url": view.article.url})


@pages.get("/duplicates")
def duplicates() -> Response:
    """Groups of pictures that show one photograph, in the order of their smallest id."""
    limit = number_arg("limit", 100, 1, 1000)
    after = cursor_arg() or ""
    if after and idents([after], "cursor") != [after]:
        raise NotAllowed("That cursor is not one of this list's.", field="cursor")
    found = list(islice(library().groups(after), limit + 1))
    next_ = found[limit - 1].images[0] if len(found) > limit else None
    whole = not after and next_ is None
    total, capped = (len(found), False) if whole else library().group_count()
    return _items(found[:limit], max(total, len(found)), next_, capped=capped)


@pages.get("/groups/<ident>")
def group(ident: str) -> Response:
    """The group of copies around a picture, with what is needed to decide it."""
    return json(library().group(ident))


@pages.post("/groups/<ident>/decision")
def decide_group(ident: str) -> Response:
    """Decide the group around a picture as one step: the best copy, what each other one is, and the values chosen for the best."""
    body = json_body({"best": str, "members": dict, "values": dict, "seen": str, "note": str}, ("best", "members"))
    for name in ("members", "values"):
        if not all(isinstance(v, str) for v in body.get(name, {}).values()):
            raise NotAllowed(f"`{name}` holds texts.", field=name)
    made = library().decide_group(
        ident, body["best"], body["members"], values=body.get("values", {}), seen=body.get("seen"),
        note=body.get("note", ""), who=who(),
    )  # fmt: skip
    return _decisions(made)


@pages.get("/compare/<a>/<b>")
def compare(a: str, b: str) -> Response:
    """Two pictures beside each other."""
    if a == b:
        raise NotAllowed("Choose two different pictures to compare.", field="b")
    return json(library().compare(a, b))


@pages.post("/compare/<a>/<b>/decision")
def decide_pair(a: str, b: str) -> Response:
    """Say what any two pictures are to each other, also where no finding is about them."""
    body = json_body({"action": str, "best": str, "seen": str, "note": str}, ("action",))
    decision = library().decide_pair(
        a, b, body["action"], best=body.get("best", ""), seen=body.get("seen"), note=body.get("note", ""), who=who()
    )
    return json(decision)


@pages.get("/findings")
def findings() -> Response:
    """What waits for a person, what is worth most first."""
    page = library().findings(
        choice_arg("kind", tuple(words.KINDS)),
        text_arg("q"),
        status=choice_arg("status", ("open", "decided", "changed", "all"), "open"),
        limit=number_arg("limit", 50, 1, 500),
        cursor=cursor_arg(),
    )
    return _items(page.items, page.total, page.next, kinds=page.kinds)


def _chosen(body: dict[str, Any]) -> list[str] | str:
    """The pictures that a bulk request is about: by ids, or by a query."""
    if ("images" in body) == ("query" in body):
        raise NotAllowed("Give either `images` or `query`.", field="images")
    return idents(body["images"], "images") if "images" in body else str(body["query"])


@pages.post("/findings/plan")
def plan() -> Response:
    """What saying ``decide`` (kind of finding -> action) of all that waits for some pictures would decide. Nothing is decided."""
    body = json_body({"images": list, "query": str, "decide": dict})
    return json(library().plan(_chosen(body), _short(body.get("decide", {}), "decide")))


@pages.post("/findings/bulk")
def decide_together() -> Response:
    """Decide many findings as one step. What changed since it was ``seen`` is left and told; 409 when that is all of them."""
    body = json_body({"decisions": list, "note": str}, ("decisions",))
    said = [_said(one) for one in body["decisions"]]
    return json(library().decide_together(said, note=body.get("note", ""), who=who()))


def _said(given: Any) -> Said:
    known = {"finding": str, "action": str, "seen": str, "values": dict}
    if not isinstance(given, dict) or not all(k in known and isinstance(v, known[k]) for k, v in given.items()):
        raise NotAllowed("Each of `decisions` is an object of finding, action, values and seen.", field="decisions")
    if not {"finding", "action"} <= given.keys():
        raise NotAllowed("Each of `decisions` needs `finding` and `action`.", field="decisions")
    [ident] = idents([given["finding"]], "decisions")
    action, seen = clean(given["action"], "decisions", 200), given.get("seen")
    return Said(
        ident,
        action,
        _short(given.get("values", {}), "decisions"),
        clean(seen, "decisions", 200) if seen is not None else None,
    )


def _short(values: dict[str, Any], name: str) -> dict[str, str]:
    """At most ten short texts by name."""
    if len(values) > 10 or not all(isinstance(v, str) and len(v) <= 200 for v in values.values()):
        raise NotAllowed(f"`{name}` holds at most ten short texts.", field=name)
    return {clean(k, name, 200): clean(v, name, 200) for k, v in values.items()}


@pages.get("/findings/<ident>")
def finding(ident: str) -> Response:
    """One finding with what is needed to decide it."""
    return json(library().finding(ident))


@pages.post("/findings/<ident>/decision")
def decide(ident: str) -> Response:
    """Decide a finding. ``seen`` is refused with 409 when the facts or the decisions moved since."""
    body = json_body({"action": str, "seen": str, "note": str, "values": dict}, ("action",))
    decision = library().decide(
        ident, body["action"], seen=body.get("seen"), note=body.get("note", ""), who=who(),
        values=_short(body.get("values", {}), "values"),
    )  # fmt: skip
    return json(decision)


@pages.post("/captions/<ident>/decision")
def link(ident: str) -> Response:
    """Say which picture a caption belongs to, also where nothing was in doubt: link, reject (an image), none, not-caption."""
    body = json_body({"action": str, "image": str, "note": str}, ("action",))
    decision = library().link(ident, body["action"], body.get("image", ""), who=who(), note=body.get("note", ""))
    return json(decision)


def _decisions(made: list[Decision]) -> Response:
    return _items(made, len(made), None)


@pages.post("/undo")
def undo() -> Response:
    """Take back the last ``n`` steps (with ``mine``, of this person), or the ``decisions`` named; the answer lists them."""
    body = json_body({"n": int, "mine": bool, "decisions": list}) if request.content_length else {}
    n = body.get("n", 1)
    if not 1 <= n <= 100:
        raise NotAllowed("`n` must be a whole number from 1 to 100.", field="n")
    named = idents(body.get("decisions", []), "decisions", 100)
    return _decisions(library().undo(n, idents=named, who=who(), own=body.get("mine", False)))


@pages.get("/log")
def log() -> Response:
    """Decisions, latest first."""
    page = library().log(
        limit=number_arg("limit", 50, 1, 500),
        cursor=cursor_arg(),
        who=text_arg("who", 80),
        action=choice_arg("action", tuple(words.DONE)),
    )
    return _items(page.items, page.total, page.next, undone=sorted(page.undone), steps=page.steps)


@pages.get("/suggest")
def suggest() -> Response:
    """Completions of a query that is being typed."""
    found = library().suggest(text_arg("q", 1000), number_arg("limit", 10, 1, 50))
    return _items(found, len(found), None)


@pages.get("/saved")
def saved() -> Response:
    """The saved searches."""
    held = library().saved()
    return _items([{"name": name, "query": query} for name, query in held.items()], len(held), None)


@pages.post("/saved")
def save() -> Response:
    """Save a search under a name."""
    body = json_body({"name": str, "query": str}, ("name", "query"))
    if not 1 <= len(body["name"].strip()) <= 80:
        raise NotAllowed("A name has 1 to 80 characters.", field="name")
    return json(library().save_search(body["name"].strip(), body["query"], who=who()))


@pages.post("/lists")
def keep_list() -> Response:
    """Keep a list of pictures that were picked; its id goes into the address of a search as ``picked=_ID``."""
    body = json_body({"images": list}, ("images",))
    images = idents(body["images"], "images", MAX_PICKED)
    return json({"id": library().keep_list(images), "images": images})


@pages.get("/lists/<ident>")
def kept_list(ident: str) -> Response:
    """The pictures of a kept list."""
    return json({"id": ident, "images": library().kept_list(ident)})


@pages.get("/overview")
def overview() -> Response:
    """Counts of what the catalogue holds and of what waits."""
    return json(library().overview())


@pages.get("/imports")
def runs() -> Response:
    """The imports before, latest first."""
    found = library().runs(number_arg("limit", 20, 1, 200))
    return _items(found, len(found), None)


@pages.post("/import")
@needs("admin")
@upload
def import_() -> Response:
    """Import uploaded ``files``, or a ``path`` of this machine. As JSON Lines while it runs if that is accepted."""
    stack = ExitStack()
    path = str(json_body({"path": str}, ("path",))["path"]) if request.is_json else form_text("path", 4000).strip()
    results = imports.run(stack, path)
    if request.accept_mimetypes.best_match(["application/json", "application/x-ndjson"]) == "application/x-ndjson":
        lines = stream_with_context(_as_lines(stack, results))
        return Response(lines, mimetype="application/x-ndjson")
    with stack:
        done = list(results)
    items = [plain(r) for r in done if isinstance(r, ImportResult)]
    summary = next((plain(r) for r in done if isinstance(r, ImportSummary)), None)
    return _items(items, len(items), None, summary=summary)


def _as_lines(stack: ExitStack, results: Iterator[ImportResult | ImportSummary]) -> Iterator[bytes]:
    with stack:
        try:
            for result in results:
                line = {"summary": plain(result)} if isinstance(result, ImportSummary) else plain(result)
                yield _lines.encode(line) + b"\n"
        except CatalogError as error:
            yield _lines.encode({"error": {"code": error.code, "message": str(error)}}) + b"\n"


@pages.get("/export")
def export_() -> Response:
    """What a query selects, as a file in one of several formats."""
    choice_arg("format", EXPORTS)
    flag_arg("everything")
    return export()


@pages.get("/health")
@public
def health() -> Response:
    """Whether the server answers and its catalogue can be read."""
    library().findings(limit=1)
    return json({"status": "ok"})


@pages.get("/openapi.json")
@public
def description() -> Response:
    """This API's OpenAPI 3.1 document."""
    return json(openapi.document(current_app))
