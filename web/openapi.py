"""The API's OpenAPI 3.1 document. Schemas of the model come from its types; this file says which answer holds which.

One line per operation in :data:`OPERATIONS`; a test compares them with the routes, another validates answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import msgspec
from flask import Flask

from catalog.library import EXPORT_FORMATS
from catalog.model import Decision, Finding, Group, ImportResult, ImportSummary, Match, Record
from catalog.views import (
    ArticleHit,
    ArticleView,
    BulkPreview,
    CompareView,
    DecidedTogether,
    FindingView,
    GroupView,
    Hit,
    Overview,
    Plan,
    RunView,
    SearchPage,
    Similar,
    Suggestion,
)

from . import words

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
BOOL: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NEXT: Schema = {"type": ["string", "null"]}
TEXTS: Schema = {"type": "array", "items": TEXT}

TYPES = (
    ArticleHit, ArticleView, BulkPreview, CompareView, DecidedTogether, Decision, Finding, FindingView, Group,
    GroupView, Hit, ImportResult, ImportSummary, Match, Overview, Plan, Record, RunView, SearchPage, Similar, Suggestion,
)  # fmt: skip


def ref(name: str) -> Schema:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def obj(required: dict[str, Schema], **optional: Schema) -> Schema:
    """Return the schema of an object."""
    return {"type": "object", "properties": {**required, **optional}, "required": list(required)}


def listing(item: Schema, **more: Schema) -> Schema:
    """Return the schema of a list answer."""
    return obj({"items": {"type": "array", "items": item}, "total": COUNT, "next": NEXT, **more})


def query(name: str, description: str, **schema: Any) -> Schema:
    """Return a query parameter."""
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema or TEXT}


Q = query("q", "A query in Cutline's query language.")
CURSOR = query("cursor", "`next` of the page before.")
FILE = {"type": "string", "format": "binary"}
WRITE_ERRORS = (401, 403, 409, 413, 415, 422)


def limit(most: int, default: int = 50) -> Schema:
    """Return the parameter that bounds a list."""
    return query("limit", "How many at most.", type="integer", minimum=1, maximum=most, default=default)


SAID: Schema = {"type": "string", "enum": ["same", "crop", "same-scene", "not-same", "open"]}
SAID_OF = obj({"finding": TEXT, "action": TEXT}, seen=TEXT, values={"type": "object", "additionalProperties": TEXT})
LIST = obj({"id": TEXT, "images": TEXTS})
EDIT = obj({}, caption=TEXT, credit=TEXT, tags=TEXTS, note=TEXT)
OBJECT: Schema = {"type": "object"}
HIT = {"allOf": [ref("Hit"), obj({"thumb": TEXT})]}
RECORD = {
    "allOf": [
        ref("Record"),
        obj(
            {
                "sha256": TEXT,
                "paths": TEXTS,
                "width": COUNT,
                "height": COUNT,
                "format": TEXT,
                "thumb": TEXT,
                "file": TEXT,
            }
        ),
    ]
}
FACETS = {"type": "object", "additionalProperties": {"type": "array", "items": ref("FacetValue")}}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. ``answer`` is a JSON schema, or content types of a file; ``body`` maps types to schemas."""

    method: str
    path: str
    summary: str
    answer: Schema | tuple[str, ...]
    params: tuple[Schema, ...] = ()
    body: dict[str, Schema] | None = None
    errors: tuple[int, ...] = (400,)


def _json(schema: Schema) -> dict[str, Schema]:
    return {"application/json": schema}


IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/tiff", "image/bmp", "image/avif",
               "application/octet-stream")  # fmt: skip

OPERATIONS: tuple[Operation, ...] = (
    Operation("get", "/images", "Search pictures.",
              listing(HIT, facets=FACETS, capped={"type": "boolean"}, did_you_mean=TEXT, query=TEXT),
              (Q, query("sort", "Order, e.g. `-date`."), limit(500), CURSOR,
               query("facets", f"Facets to count, separated by commas: {', '.join(words.FACETS)}.")), None, (400, 422)),
    Operation("get", "/images/{ident}", "One picture with everything that is known of it.", RECORD,
              (query("as_of", "As it stood at the end of a day, or at a time (ISO 8601)."),), None, (400, 404)),
    Operation("patch", "/images/{ident}", "Edit caption, credit, tags or note: a decision; the facts stay.", RECORD, (),
              _json({**EDIT, "properties": {**EDIT["properties"], "seen": TEXT}}), (400, 404, *WRITE_ERRORS)),
    Operation("get", "/images/{ident}/file", "The original file.", IMAGE_TYPES, (query("download", "Send as attachment."),),
              None, (400, 404, 416)),
    Operation("get", "/images/{ident}/thumb", "A thumbnail.", ("image/webp",),
              (query("size", "Longer side in pixels.", type="integer", minimum=32, maximum=2048, default=320),), None,
              (400, 404, 416, 422)),
    Operation("get", "/images/{ident}/similar", "Pictures that match this one.", listing(ref("Similar")), (), None, (404,)),
    Operation("post", "/images/bulk", "Preview or make one change of many pictures.",
              {"anyOf": [ref("BulkPreview"), obj({"changed": COUNT})]}, (),
              _json(obj({"values": EDIT}, images=TEXTS, query=TEXT, preview={"type": "boolean"})),
              (400, 404, *WRITE_ERRORS)),
    Operation("post", "/similar", "Pictures that match one that is sent.", listing(ref("Similar")), (),
              {"multipart/form-data": obj({"picture": FILE})}, (400, *WRITE_ERRORS)),
    Operation("get", "/articles", "Search articles, newest first.",
              listing(ref("ArticleHit"), capped={"type": "boolean"}, did_you_mean=TEXT, query=TEXT),
              (Q, query("sort", "`-date` or `date`."), limit(500), CURSOR), None, (400, 422)),
    Operation("get", "/articles/{ident}", "One article with its captions, links and pictures.", ref("ArticleView"), (),
              None, (404,)),
    Operation("post", "/articles/{ident}/captions", "Say that a line of an article's text is a caption.", ref("Caption"), (),
              _json(obj({"line": {"type": "integer"}}, note=TEXT)), (400, 404, *WRITE_ERRORS)),
    Operation("get", "/captions/{ident}", "One caption with its links.",
              {"allOf": [ref("Caption"), obj({"links": {"type": "array", "items": ref("Link")}, "title": TEXT, "url": TEXT})]},
              (), None, (404,)),
    Operation("get", "/duplicates", "Groups of pictures that show one photograph; `total` is exact unless `capped`.",
              listing(ref("Group"), capped={"type": "boolean"}), (limit(1000, 100), CURSOR), None, (400, 422)),
    Operation("get", "/groups/{ident}", "The group of copies around a picture.", ref("GroupView"), (), None, (404,)),
    Operation("post", "/groups/{ident}/decision", "Decide the group around a picture, as one step.",
              listing(ref("Decision")), (),
              _json(obj({"best": TEXT, "members": {"type": "object", "additionalProperties": SAID}}, seen=TEXT, note=TEXT,
                        values=obj({}, caption=TEXT, credit=TEXT))), (400, 404, *WRITE_ERRORS)),
    Operation("get", "/compare/{a}/{b}", "Two pictures beside each other.", ref("CompareView"), (), None, (404, 422)),
    Operation("post", "/compare/{a}/{b}/decision", "Say what any two pictures are to each other.", ref("Decision"), (),
              _json(obj({"action": {"type": "string", "enum": ["same", "crop", "same-scene", "not-same"]}}, seen=TEXT,
                        note=TEXT, best=TEXT)), (400, 404, *WRITE_ERRORS)),
    Operation("get", "/findings", "What waits for a person, what is worth most first.",
              listing(ref("Finding"), kinds={"type": "object", "additionalProperties": COUNT}),
              (query("kind", "One kind only.", type="string", enum=["", *words.KINDS]), Q,
               query("status", "Which of them.", type="string", enum=["open", "decided", "changed", "all"]), limit(500),
               CURSOR)),
    Operation("post", "/findings/plan", "What would be decided of all that waits for some pictures.", ref("Plan"), (),
              _json(obj({}, images=TEXTS, query=TEXT, decide={"type": "object", "additionalProperties": TEXT})),
              (400, 404, *WRITE_ERRORS)),
    Operation("post", "/findings/bulk", "Decide many findings as one step.", ref("DecidedTogether"), (),
              _json(obj({"decisions": {"type": "array", "items": SAID_OF}}, note=TEXT)), (400, 404, *WRITE_ERRORS)),
    Operation("get", "/findings/{ident}", "One finding with what is needed to decide it.", ref("FindingView"), (), None,
              (404,)),
    Operation("post", "/findings/{ident}/decision", "Decide a finding.", ref("Decision"), (),
              _json(obj({"action": TEXT}, seen=TEXT, note=TEXT,
                        values={"type": "object", "additionalProperties": TEXT})), (400, 404, *WRITE_ERRORS)),
    Operation("post", "/captions/{ident}/decision", "Say which picture a caption belongs to, or that it is none.",
              ref("Decision"), (),
              _json(obj({"action": {"type": "string", "enum": ["link", "reject", "none", "not-caption"]}}, image=TEXT, note=TEXT)),
              (400, 404, *WRITE_ERRORS)),
    Operation("post", "/undo", "Take back the last `n` steps (`mine`: one's own), or the decisions named, each as a whole step.",
              listing(ref("Decision")), (),
              _json(obj({}, n={"type": "integer", "minimum": 1, "maximum": 100}, mine=BOOL, decisions=TEXTS)),
              (400, *WRITE_ERRORS)),
    Operation("get", "/log", "Decisions, latest first.",
              listing(ref("Decision"), undone=TEXTS, steps={"type": "object", "additionalProperties": COUNT}),
              (limit(500), CURSOR, query("who", "Whose."),
               query("action", "Which.", type="string", enum=["", *words.DONE]))),
    Operation("get", "/suggest", "Completions of a query.", listing(ref("Suggestion")), (Q, limit(50, 10))),
    Operation("get", "/saved", "The saved searches.", listing(obj({"name": TEXT, "query": TEXT}))),
    Operation("post", "/saved", "Save a search.", ref("Decision"), (), _json(obj({"name": TEXT, "query": TEXT})),
              (400, *WRITE_ERRORS)),
    Operation("post", "/lists", "Keep a list of pictures that were picked.", LIST, (), _json(obj({"images": TEXTS})),
              (400, 404, *WRITE_ERRORS)),
    Operation("get", "/lists/{ident}", "The pictures of a kept list.", LIST, (), None, (404,)),
    Operation("get", "/overview", "Counts of what is held and what waits.", ref("Overview")),
    Operation("get", "/imports", "The imports before, latest first.", listing(ref("RunView")), (limit(200, 20),)),
    Operation("post", "/import", "Import uploaded files, or a path of the server's machine.",
              listing(ref("ImportResult"), summary={"anyOf": [ref("ImportSummary"), {"type": "null"}]}), (),
              {"multipart/form-data": obj({}, files={"type": "array", "items": FILE}, path=TEXT),
               "application/json": obj({"path": TEXT})}, (400, *WRITE_ERRORS)),
    Operation("get", "/export", "What a query selects, as a file.",
              ("text/csv", "application/x-ndjson", "application/zip", "application/ld+json", "application/json"),
              (Q, query("format", "Format.", type="string",
                        enum=["", *EXPORT_FORMATS]))),
    Operation("get", "/health", "Whether the server answers.", obj({"status": TEXT}), (), None, ()),
    Operation("get", "/openapi.json", "This document.", OBJECT, (), None, ()),
)  # fmt: skip


def schemas() -> dict[str, Schema]:
    """Return the schemas of the model's types and of errors, by name."""
    _, components = msgspec.json.schema_components(TYPES, ref_template="#/components/schemas/{name}")
    error = obj({"code": TEXT, "message": TEXT}, field=TEXT, column=COUNT)
    return {**components, "Error": obj({"error": error})}


def _content(answer: Schema | tuple[str, ...]) -> dict[str, Schema]:
    if isinstance(answer, tuple):
        return {kind: {"schema": {} if kind.endswith("json") and "ndjson" not in kind else FILE} for kind in answer}
    return {"application/json": {"schema": answer}}


def _operation(one: Operation) -> Schema:
    names = [part[1:-1] for part in one.path.split("/") if part.startswith("{")]
    path = [{"name": n, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}} for n in names]
    errors = sorted({400, 401, 403, 414, 421, 503, *one.errors, *([404] if names else [])})
    content = _content(one.answer)
    if one.path == "/import":
        content["application/x-ndjson"] = {"schema": TEXT}
    answers: dict[str, Schema] = {"200": {"description": "Done.", "content": content}}
    if 416 in one.errors:
        answers["206"] = {"description": "A part of it.", "content": content}
        answers["304"] = {"description": "Not modified."}
    for status in errors:
        answers[str(status)] = {"description": "Refused.", "content": _content(ref("Error"))}
    made: Schema = {
        "operationId": one.method + re.sub(r"[^a-z]+", "-", one.path).rstrip("-"),
        "summary": one.summary,
        "parameters": [*path, *one.params],
        "responses": answers,
    }
    if one.body:
        content_in = {kind: {"schema": schema} for kind, schema in one.body.items()}
        made["requestBody"] = {"required": one.path not in ("/undo", "/import"), "content": content_in}
    return made


def document(app: Flask) -> Schema:
    """Return the whole document."""
    paths: dict[str, Schema] = {}
    for one in OPERATIONS:
        paths.setdefault("/api/v1" + one.path, {})[one.method] = _operation(one)
    access = app.extensions["cutline-access"]
    made: Schema = {
        "openapi": "3.1.0",
        "info": {
            "title": "Cutline",
            "version": "1",
            "description": "A catalogue of news pictures and their captions. Writes need a page of the same origin or a "
            "bearer token.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
    if access.required:
        made["security"] = [{"token": []}]
    return made
