"""C2PA: what a manifest (content credentials) states, read by the optional extra ``c2pa`` (c2pa-python), offline only.

Nothing is fetched: no remote manifest, no trust list, no revocation answers; the library is also given an empty list of hosts
that it may speak to. So the name of a signer is a name that somebody wrote, and every field is worded "states ...": a manifest
that fits its file says who claims what, not what is so.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from .text import Notes

__all__ = ["available", "read"]

GROUP = "C2PA"
MAX_REPORT = 4 << 20

_MIME = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "TIFF": "image/tiff",
    "GIF": "image/gif",
    "AVIF": "image/avif",
    "HEIF": "image/heif",
}

#: Settings of c2pa-rs. Of a certificate only its form is looked at: whom to trust is a list, and lists come from the network.
SETTINGS = {
    "verify": {
        "remote_manifest_fetch": False,
        "ocsp_fetch": False,
        "verify_trust": False,
        "verify_timestamp_trust": False,
    },
    "core": {"allowed_network_hosts": [], "max_decompressed_manifest_size_in_mb": 16},
}
_CHECKED = "hashes and signature only; nobody's identity was checked"


@cache
def _library() -> Any:
    """The module c2pa and a context with :data:`SETTINGS`, or ``None`` when it is not installed or cannot be loaded."""
    try:
        import c2pa

        return c2pa, c2pa.Context.from_dict(SETTINGS)
    except (ImportError, OSError, RuntimeError):
        # The package raises RuntimeError when its shared library does not fit this machine.
        return None


def available() -> bool:
    """Return whether manifests can be read."""
    return _library() is not None


def read(form: str, data: bytes, notes: Notes) -> None:
    """Add to ``notes`` that the picture ``data`` of format ``form`` has a manifest, and what that states.

    A manifest that cannot be read is a warning. Without the extra only its presence is said.
    """
    notes.add(GROUP, "manifest", "present")
    if not available() or form not in _MIME:
        return
    try:
        store = _report(_MIME[form], data)
    except (ValueError, RecursionError) as error:
        notes.warn(f"The C2PA manifest could not be read ({str(error)[:200]}).")
        return
    for name, value in _statements(store):
        notes.add(GROUP, f"states {name}", value)


def _report(mime: str, data: bytes) -> dict[str, Any]:
    """The manifest store as the library reports it. Raises ValueError with the library's reason."""
    c2pa, context = _library()
    try:
        with c2pa.Reader(mime, io.BytesIO(data), context=context) as reader:
            text = reader.json()
    except c2pa.C2paError as error:
        raise ValueError(str(error)) from error
    if len(text) > MAX_REPORT:
        raise ValueError(f"its report is {len(text) / 1e6:,.0f} MB long")
    return _mapping(json.loads(text))


def _statements(store: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(what, value) of everything that the active manifest states, in the order in which a person asks."""
    manifest = _mapping(_mapping(store.get("manifests")).get(_text(store.get("active_manifest"))))
    for generator in _mappings(manifest.get("claim_generator_info")):
        yield "generator", f"{_text(generator.get('name'))} {_text(generator.get('version'))}"
    yield "generator", _text(manifest.get("claim_generator"))
    signature = _mapping(manifest.get("signature_info"))
    yield "signer", ", ".join(filter(None, (_text(signature.get(key)) for key in ("common_name", "issuer"))))
    yield "signing time", _text(signature.get("time"))
    yield "title", _text(manifest.get("title"))
    for assertion in _mappings(manifest.get("assertions")):
        if _text(assertion.get("label")).startswith("c2pa.actions"):
            for action in _mappings(_mapping(assertion.get("data")).get("actions")):
                yield from _action(action)
    for ingredient in _mappings(manifest.get("ingredients")):
        yield "ingredient", _text(ingredient.get("title")) or _text(ingredient.get("instance_id"))
    yield from _validation(store)


def _action(action: dict[str, Any]) -> Iterator[tuple[str, str]]:
    agent = action.get("softwareAgent")
    by = _text(agent) or " ".join(_text(_mapping(agent).get(key)) for key in ("name", "version")).strip()
    parts = (_text(action.get("action")), by and f"by {by}", _text(action.get("when")))
    yield "action", " ".join(filter(None, parts))
    yield "digital source type", _text(action.get("digitalSourceType"))


def _validation(store: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The library's own words for what it checked. They are about the manifest and its file, not about what is shown."""
    state = _text(store.get("validation_state"))
    yield "validation", state and f"{state} ({_CHECKED})"
    for failure in _mappings(_mapping(_mapping(store.get("validation_results")).get("activeManifest")).get("failure")):
        parts = (_text(failure.get("code")), _text(failure.get("explanation")))
        yield "failure", ": ".join(filter(None, parts))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _mappings(value: Any) -> list[dict[str, Any]]:
    return [_mapping(item) for item in value] if isinstance(value, list) else []
