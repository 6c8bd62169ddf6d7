"""Reading what a request sends: bounded numbers, text without control characters, JSON of the expected shape."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from flask import request

from catalog.errors import NotAllowed, UsageError, WrongType

#: Characters of a query, a caption, a note.
MAX_TEXT = 20_000
MAX_QUERY_TEXT = 8_000
_IDENT = re.compile(r"[\w.:~-]{1,120}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def text_arg(name: str, limit: int = MAX_QUERY_TEXT) -> str:
    """Return the query parameter ``name`` as text, ``""`` when absent. Raises :class:`UsageError` when it is too long."""
    value = request.args.get(name, "")
    if len(value) > limit:
        raise UsageError(f"`{name}` is longer than {limit:,} characters.", field=name)
    return value


def number_arg(name: str, default: int, low: int, high: int) -> int:
    """Return the query parameter ``name`` as a whole number from ``low`` to ``high``."""
    raw = request.args.get(name)
    if raw is None or raw == "":
        return default
    if not re.fullmatch(r"-?[0-9]{1,9}", raw) or not low <= int(raw) <= high:
        raise UsageError(f"`{name}` must be a whole number from {low} to {high}.", field=name)
    return int(raw)


def list_arg(name: str, allowed: Sequence[str]) -> list[str]:
    """Return the comma-separated words of the query parameter ``name``, each of ``allowed``."""
    given = [w.strip() for w in request.args.get(name, "").split(",") if w.strip()]
    unknown = [w for w in given if w not in allowed]
    if unknown:
        raise UsageError(f"`{name}` knows {', '.join(allowed)}; not {unknown[0][:40]!r}.", field=name)
    return list(dict.fromkeys(given))


def choice_arg(name: str, allowed: Sequence[str], default: str = "") -> str:
    """Return the query parameter ``name``, which must be one of ``allowed`` or absent."""
    value = request.args.get(name, "") or default
    if value and value not in allowed:
        raise UsageError(f"`{name}` must be one of {', '.join(allowed)}.", field=name)
    return value


def flag_arg(name: str) -> bool:
    """Return whether the query parameter ``name`` is set to something that means yes."""
    return request.args.get(name, "").lower() in ("1", "true", "yes", "on")


def cursor_arg() -> str | None:
    """Return the cursor of a list, None for its first page."""
    return text_arg("cursor", 1000) or None


def clean(value: str, name: str, limit: int = MAX_TEXT) -> str:
    """Return ``value`` with newlines unified; raises :class:`NotAllowed` when too long or holding control characters."""
    if len(value) > limit:
        raise NotAllowed(f"`{name}` is longer than {limit:,} characters.", field=name)
    value = value.replace("\r\n", "\n")
    if _CONTROL.search(value) or any("\ud800" <= c <= "\udfff" for c in value):
        raise NotAllowed(f"`{name}` holds characters that are not text.", field=name)
    return value


def form_text(name: str, limit: int = MAX_TEXT) -> str:
    """Return a form field as clean text, ``""`` when absent."""
    return clean(request.form.get(name, ""), name, limit)


def json_body(known: Mapping[str, type | tuple[type, ...]], required: Sequence[str] = ()) -> dict[str, Any]:
    """Return the JSON object of the request, checked against the ``known`` fields and their types.

    Raises :class:`WrongType` for another content type, :class:`UsageError` for what is not JSON, and
    :class:`NotAllowed` for an unknown field, a wrong type or a missing one.
    """
    if request.mimetype != "application/json":
        raise WrongType("Send JSON, with Content-Type: application/json.")
    try:
        body = msgspec.json.decode(request.get_data(cache=False) or b"null")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError("The body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise NotAllowed("The body must be a JSON object.")
    for name, value in body.items():
        if name not in known:
            raise NotAllowed(f"There is no field `{name[:40]}` here. Known: {', '.join(known)}.", field=name[:40])
        kinds = known[name]
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in _kinds(kinds)):
            raise NotAllowed(f"`{name}` has the wrong type.", field=name)
        if isinstance(value, str):
            body[name] = clean(value, name)
    for name in required:
        if name not in body:
            raise NotAllowed(f"`{name}` is missing.", field=name)
    return body


def _kinds(kinds: type | tuple[type, ...]) -> tuple[type, ...]:
    return kinds if isinstance(kinds, tuple) else (kinds,)


def text_list(value: Sequence[Any], name: str, most: int = 200) -> list[str]:
    """Return ``value`` as a list of distinct clean texts, empty ones left out."""
    if len(value) > most or not all(isinstance(v, str) for v in value):
        raise NotAllowed(f"`{name}` must be a list of at most {most} texts.", field=name)
    return list(dict.fromkeys(t for v in value if (t := clean(v, name, 200).strip())))


def tags_of(raw: str) -> list[str]:
    """Return the tags of a form field: separated by commas or lines."""
    return text_list(re.split(r"[,\n]", raw), "tags")


def idents(value: Sequence[Any], name: str, most: int = 5000) -> list[str]:
    """Return ``value`` as a list of ids."""
    if len(value) > most or not all(isinstance(v, str) and _IDENT.fullmatch(v) for v in value):
        raise NotAllowed(f"`{name}` must be a list of at most {most:,} ids.", field=name)
    return list(dict.fromkeys(value))


def local_path(value: str) -> str:
    """Return ``value`` when it can be the address of a page of this server: never another site's."""
    good = re.fullmatch(r"/(?![/\\])[^\\\x00-\x20]{0,2000}", value)
    return value if good else "/"
