"""An address taken apart, and put into the one form in which it is asked for (RFC 3986, RFC 9110 section 4.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import quote, urljoin, urlsplit

from .failure import FetchFailed

MAX_URL = 4096
_PORTS = {"http": 80, "https": 443}
#: What may stand in a path or query as it is; all else is percent-encoded. ``%`` stays: it is encoded already.
_SAFE = "/:@!$&'()*+,;=~-._%?"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_.])?")


@dataclass(frozen=True, slots=True)
class Target:
    """One address: ``host`` is ASCII and lower-case, ``path`` begins with ``/`` and ends with the query; no fragment."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The host as a ``Host`` header names it: with its port where that is not the scheme's."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: that to which a robots.txt applies."""
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        """The whole address."""
        return self.origin + self.path


def parse(url: str, base: str = "") -> Target:
    """Return the Target of an address, made absolute against ``base``.

    Raises FetchFailed for what is no http or https address, and for one that holds a password or names a port below 1024
    that is not the web's.
    """
    if len(url) > MAX_URL:
        raise FetchFailed("The address is longer than any that is fetched.")
    try:
        whole = urljoin(base, url.strip()) if base else url.strip()
        parts = urlsplit(whole)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise FetchFailed("The address is malformed.") from None
    if parts.scheme not in _PORTS:
        raise FetchFailed(f"Only http and https are fetched, not {(parts.scheme or 'a path')[:20]}.")
    if _CONTROL.search(whole) or "\\" in parts.netloc or not host:
        raise FetchFailed("The address is malformed.")
    if "@" in parts.netloc:
        raise FetchFailed("Addresses with a name or password in them are not fetched.")
    port = port if port is not None else _PORTS[parts.scheme]
    if port < 1024 and port not in _PORTS.values():
        raise FetchFailed(f"Port {port} is not one that web pages are served from.")
    path = quote(parts.path or "/", safe=_SAFE.replace("?", ""))
    query = "?" + quote(parts.query, safe=_SAFE) if parts.query else ""
    return Target(parts.scheme, _ascii(host), port, path + query)


def _ascii(host: str) -> str:
    """A host name in the form that name servers know (IDNA)."""
    try:
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    name = name.lower()
    if not (_is_ipv6(name) if ":" in name else _HOST.fullmatch(name)):
        raise FetchFailed("The address names no host.")
    return name


def _is_ipv6(name: str) -> bool:
    try:
        return not IPv6Address(name).scope_id
    except ValueError:
        return False
