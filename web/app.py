"""The application: blueprints over one library."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import cast

from flask import Flask
from flask.json.provider import JSONProvider

from catalog.library import Library

from . import api, articles, compare, desk, groups, imports, log, login, overview, pictures, records, review, search
from .access import Access
from .answers import FastJSON, compress
from .limits import Attempts
from .present import prepare
from .problems import handle
from .security import MAX_UPLOAD, guard

#: New objects after which Python looks for circles among them, and how many such looks make one among older ones.
_COLLECTED = 5_000, 20, 50


def create_app(library: Library, access: Access | None = None) -> Flask:
    """Return the WSGI application for ``library``. Without ``access`` everybody who reaches it may do everything."""
    access = access or Access()
    app = Flask("web", static_folder="static", template_folder="templates")
    app.config.update(
        SECRET_KEY=access.secret or os.urandom(32),
        SESSION_COOKIE_NAME="cutline",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=access.secure,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=MAX_UPLOAD,
        MAX_FORM_PARTS=5000,
        LOGIN=access.required,
        TRAP_HTTP_EXCEPTIONS=False,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.json = cast(JSONProvider, FastJSON(app))
    app.url_map.merge_slashes = False
    app.extensions["cutline"] = library
    app.extensions["cutline-access"] = access
    app.extensions["cutline-attempts"] = Attempts()
    prepare(app)
    guard(app, access)
    handle(app)
    app.after_request(compress)
    for module in (
        pictures,
        search,
        records,
        articles,
        review,
        compare,
        groups,
        imports,
        log,
        overview,
        login,
        desk,
        api,
    ):
        app.register_blueprint(module.pages)
    return app


def loaded(app: Flask) -> Flask:
    """Return ``app`` with its templates read, so that no one's first page waits for them."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    return app


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Let Python look for circles of objects seldom, and among new ones only: a page makes thousands, hardly any of them in
    circles, and a catalogue holds many that stay."""
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTED)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
