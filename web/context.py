"""What every view needs of the running application: the library, and who is asking."""

from __future__ import annotations

from typing import cast

from flask import current_app, g

from catalog.library import Library


def library() -> Library:
    """Return the library that this application serves."""
    return cast(Library, current_app.extensions["cutline"])


def who() -> str:
    """Return the name under which this request's decisions are logged, ``""`` when nobody gave one."""
    return str(g.person.name)
