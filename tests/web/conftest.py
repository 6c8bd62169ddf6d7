"""The application over a catalogue of the example stories, and clients that write as a page of it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from catalog.library import Library
from catalog.model import Record
from web import create_app

OWN = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}


class Page(FlaskClient):
    """A client whose writes carry what a browser sends from a page of the same server."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request; ``foreign=True`` leaves the headers of our own pages out."""
        if not kwargs.pop("foreign", False) and kwargs.get("method", "GET") not in ("GET", "HEAD"):
            kwargs["headers"] = {**OWN, **dict(kwargs.get("headers") or {})}
        return super().open(*args, **kwargs)


@pytest.fixture
def app(library: Library) -> Flask:
    """The application without log-in, as at one's own machine."""
    made = create_app(library)
    made.test_client_class = Page
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser at one's own machine."""
    return app.test_client()


@pytest.fixture
def picture(library: Library) -> Callable[[str], Record]:
    """Finds the record of a picture by the end of its path."""

    def find(name: str) -> Record:
        return next(r for r in library.records() if any(p.endswith(name) for p in r.image.paths))

    return find
