"""The web: pages and the JSON API over one open :class:`catalog.library.Library`."""

from __future__ import annotations

from .app import create_app
from .serving import serve

__all__ = ["create_app", "serve"]
