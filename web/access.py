"""Who may do what: names, passwords, tokens and roles, read from a small TOML file or the environment.

Without any of them a server is for one person at one machine: it listens on a loopback address only and whoever
reaches it may do everything. With them every request needs a session (from the log-in page) or a bearer token.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from werkzeug.security import check_password_hash, generate_password_hash

from catalog.errors import UsageError

#: What each role adds to the one before: read; decide, edit and undo; import.
ROLES = ("viewer", "reviewer", "admin")

#: A hash that no password has, checked when the name is unknown so that both answers take equally long.
_NOBODY = generate_password_hash(os.urandom(16).hex(), "scrypt:16384:8:1")


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who is known to the server: the name for the log, and the role."""

    name: str
    role: str

    def may(self, role: str) -> bool:
        """Tell whether this person's role includes ``role``."""
        return ROLES.index(self.role) >= ROLES.index(role)


#: Whoever sits at the machine when no access is configured.
LOCAL = Person("", "admin")


def hash_password(password: str) -> str:
    """Return the scrypt hash of ``password``, for the file's ``password`` entries."""
    return generate_password_hash(password, "scrypt:16384:8:1")


def hash_token(token: str) -> str:
    """Return the SHA-256 of ``token`` in hexadecimal. Tokens are long and random, so that a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Access:
    """The people, tokens and host names of a server. Empty: loopback only, no log-in.

    ``passwords`` maps a name to its scrypt hash, ``tokens`` the SHA-256 of a token to its person. ``hosts`` are names
    accepted in the Host header besides the loopback ones. ``secret`` signs sessions. ``secure`` marks the cookie for
    HTTPS only, for a server behind a proxy that ends TLS.
    """

    people: Mapping[str, Person] = field(default_factory=dict)
    passwords: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, Person] = field(default_factory=dict)
    hosts: frozenset[str] = frozenset()
    secret: bytes = b""
    secure: bool = False

    @property
    def required(self) -> bool:
        """Whether anybody has to say who they are."""
        return bool(self.passwords or self.tokens)

    def login(self, name: str, password: str) -> Person | None:
        """Return the person of ``name`` when ``password`` is theirs. Takes as long when the name is unknown."""
        stored = self.passwords.get(name, _NOBODY)
        good = check_password_hash(stored, password[:1024])
        return self.people.get(name) if good and name in self.passwords else None

    def bearer(self, token: str) -> Person | None:
        """Return the person whose token this is."""
        given = hash_token(token[:1024])
        found = None
        for stored, person in self.tokens.items():
            if hmac.compare_digest(stored, given):
                found = person
        return found


def _person(where: str, name: object, role: object) -> Person:
    if not isinstance(name, str) or not name.strip() or len(name) > 80:
        raise UsageError(f"{where}: every entry needs a `name` of at most 80 characters.", field="access")
    if role not in ROLES:
        raise UsageError(f"{where}: the role of {name} must be one of {', '.join(ROLES)}.", field="access")
    return Person(name.strip(), str(role))


def _table(where: str, data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    entries = data.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise UsageError(f"{where}: `{key}` must be a list of tables ([[{key}]]).", field="access")
    return entries


def load_access(path: Path) -> Access:
    """Return the access that a TOML file describes. Raises :class:`UsageError` saying what is wrong with it.

    ::

        hosts = ["desk.example.org"]
        secure_cookies = true
        [[user]]
        name = "anna"
        role = "reviewer"           # viewer, reviewer or admin
        password = "scrypt:..."     # from `cutline password`
        [[token]]
        name = "nightly import"
        role = "admin"
        token_sha256 = "..."
    """
    where = str(path)
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"The access file {where} cannot be read: {error}", field="access") from error
    people, passwords, tokens = {}, {}, {}
    for entry in _table(where, data, "user"):
        person = _person(where, entry.get("name"), entry.get("role"))
        stored = entry.get("password")
        if not isinstance(stored, str) or not stored.startswith("scrypt:"):
            raise UsageError(f"{where}: the password of {person.name} must be an scrypt hash.", field="access")
        people[person.name], passwords[person.name] = person, stored
    for entry in _table(where, data, "token"):
        person = _person(where, entry.get("name"), entry.get("role"))
        digest = str(entry.get("token_sha256", "")).lower()
        if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise UsageError(f"{where}: `token_sha256` of {person.name} must be 64 hexadecimal digits.", field="access")
        tokens[digest] = person
    hosts = data.get("hosts", [])
    if not isinstance(hosts, list) or not all(isinstance(h, str) for h in hosts):
        raise UsageError(f"{where}: `hosts` must be a list of host names.", field="access")
    return Access(people, passwords, tokens, frozenset(h.lower() for h in hosts), b"", bool(data.get("secure_cookies")))


def access_from_environment(environ: Mapping[str, str] = os.environ) -> Access:
    """Return the access that the environment gives.

    ``CUTLINE_ACCESS`` names a file; else ``CUTLINE_TOKEN`` is a token and ``CUTLINE_PASSWORD`` the password of the user
    `admin`, both with every right, and ``CUTLINE_HOSTS`` lists host names, separated by commas.
    """
    if environ.get("CUTLINE_ACCESS"):
        return load_access(Path(environ["CUTLINE_ACCESS"]))
    admin = Person("admin", "admin")
    token, password = environ.get("CUTLINE_TOKEN", ""), environ.get("CUTLINE_PASSWORD", "")
    for name, value in (("CUTLINE_TOKEN", token), ("CUTLINE_PASSWORD", password)):
        if value and len(value) < 12:
            raise UsageError(f"{name} must have at least 12 characters.", field=name)
    hosts = frozenset(h.strip().lower() for h in environ.get("CUTLINE_HOSTS", "").split(",") if h.strip())
    return Access(
        people={"admin": admin} if password else {},
        passwords={"admin": hash_password(password)} if password else {},
        tokens={hash_token(token): admin} if token else {},
        hosts=hosts,
    )
