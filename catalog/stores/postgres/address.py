"""Addresses of shared catalogues: ``postgresql://user@host/database?schema=desk&media=s3://bucket/originals``.

``schema`` and ``media`` are Cutline's own; everything else is libpq's and goes to the server as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from ...errors import CatalogueUnusable

#: The PostgreSQL schema in which a catalogue lies when its address names none.
SCHEMA = "cutline"
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_SECRET = frozenset({"password", "sslpassword", "sslkey", "passfile"})


@dataclass(frozen=True, slots=True)
class Address:
    """An address taken apart. ``conninfo`` is for libpq; ``shown`` may be printed and kept: it carries no password."""

    conninfo: str
    schema: str
    media: str
    shown: str
    password: str

    @classmethod
    def parse(cls, url: str) -> Address:
        """Take an address apart. Raises CatalogueUnusable when it is not one, without repeating what may be secret."""
        try:
            parts = urlsplit(url)
            pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
            password = parts.password or ""
        except ValueError:
            raise CatalogueUnusable(
                "The catalogue's address is not a postgresql:// address: write postgresql://user@host/database."
            ) from None
        own = {k: v for k, v in pairs if k in ("schema", "media")}
        schema = own.get("schema", SCHEMA)
        if not _NAME.fullmatch(schema):
            raise CatalogueUnusable(f"schema={schema[:40]} is no name for a schema: use small letters, digits and _.")
        rest = [(k, v) for k, v in pairs if k not in own]
        user = parts.netloc.rpartition("@")[0].partition(":")[0]
        host = parts.netloc.rpartition("@")[2]
        kept = [(k, v) for k, v in rest if k not in _SECRET]
        if schema != SCHEMA:
            kept.append(("schema", schema))
        shown = _joined(f"{user}@{host}" if user else host, parts.path, kept)
        password = password or dict(rest).get("password", "")
        return cls(_joined(parts.netloc, parts.path, rest), schema, own.get("media", ""), shown, password)

    def scrubbed(self, message: str) -> str:
        """Return a message of the server or of libpq on one line, the password blacked out should it stand in it."""
        line = " ".join(message.split())
        return line.replace(self.password, "***") if self.password else line


def _joined(netloc: str, path: str, pairs: list[tuple[str, str]]) -> str:
    joined = urlunsplit(("postgresql", netloc, path, urlencode(pairs, quote_via=quote, safe="/:"), ""))
    # urlunsplit leaves out the empty authority of postgresql:///database, which libpq asks for.
    return joined if joined.startswith("postgresql://") else joined.replace("postgresql:", "postgresql://", 1)
