"""Serving the application with waitress."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from waitress.server import BaseWSGIServer, create_server

from catalog.errors import UsageError
from catalog.library import Library

from .access import Access
from .app import create_app, loaded, seldom_collected
from .channels import Channel
from .lanes import Lanes
from .readers import Readers
from .security import MAX_UPLOAD, is_loopback

SECRET_FILE = "web-secret"
#: Seconds after which a thread hands over to one that waits (Python's own: 0.005), where this process answers questions itself: one
#: reads the index in many short steps, and at each may wait so long for another that draws a page.
SWITCH = 0.001


def session_secret(folder: Path) -> bytes:
    """Return the key that signs sessions, kept in the catalogue's ``folder`` so that a restart logs nobody out.

    Made on first use, readable by its owner only. A catalogue that is no folder gets a new key at each start.
    """
    if not folder.is_dir():
        return os.urandom(32)
    path = folder / SECRET_FILE
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = path.read_bytes()
        return kept if len(kept) >= 32 else os.urandom(32)
    except OSError:
        return os.urandom(32)
    with os.fdopen(handle, "wb") as file:
        secret = os.urandom(32)
        file.write(secret)
    return secret


def _address(host: str, port: int) -> str:
    shown = "localhost" if host in ("", "0.0.0.0", "::") else host
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"


def require_guarded(host: str, access: Access) -> None:
    """Raise :class:`UsageError` for an address beyond this machine when ``access`` names nobody."""
    if not is_loopback(host) and not access.required:
        raise UsageError(
            f"{host} can be reached by others: set a password or token first (CUTLINE_ACCESS, CUTLINE_TOKEN or "
            "CUTLINE_PASSWORD), or serve on 127.0.0.1.",
            field="host",
        )


def require_free(host: str, port: int) -> None:
    """Raise :class:`UsageError` when a server could not listen there: it is asked before anything is made for it."""
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(
            None if host in ("", "*") else host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind(address)
    except OSError as error:
        raise _unusable(host, port, error) from error


def _unusable(host: str, port: int, error: OSError) -> UsageError:
    why = error.strerror or error
    return UsageError(f"Port {port} of {host} cannot be used: {why}. `--port` chooses another.", field="port")


def serve(
    library: Library,
    host: str = "127.0.0.1",
    port: int = 8000,
    access: Access | None = None,
    *,
    ready: Callable[[str], None] | None = None,
    readers: int = 0,
) -> None:
    """Serve ``library`` until interrupted. ``ready`` is called with the address once the port is open; 0 takes a free one.

    So many ``readers`` (:mod:`web.readers`), processes beside this one, answer questions.

    Raises :class:`UsageError` for an address beyond this machine when ``access`` names nobody, and when the port is taken.
    """
    access = access or Access()
    require_guarded(host, access)
    if not access.secret:
        access = replace(access, secret=session_secret(Path(library.url)))
    if not is_loopback(host) and host not in ("0.0.0.0", "::", ""):
        access = replace(access, hosts=access.hosts | {host.lower()})
    app = Readers(loaded(create_app(library, access)), library, access, readers)
    listening: dict[int, Any] = {}
    try:
        server = create_server(
            app,
            listening,
            _dispatcher=Lanes(),
            host=host.strip("[]"),
            port=port,
            ident="Cutline",
            max_request_body_size=MAX_UPLOAD + 1,  # waitress refuses this much and more
            max_request_header_size=65_536,
            inbuf_overflow=1 << 20,
            connection_limit=512,
            channel_timeout=60,
            clear_untrusted_proxy_headers=True,
        )
    except OSError as error:
        raise _unusable(host, port, error) from error
    # A name may be several addresses.
    servers = [one for one in listening.values() if isinstance(one, BaseWSGIServer)]
    for one in servers:
        one.channel_class = Channel
    if not app.count:
        sys.setswitchinterval(SWITCH)
    library.sweep()
    try:
        if ready is not None:
            ready(_address(host, int(servers[0].effective_port)))
        with app.held(), library.following(), seldom_collected():
            server.run()
    finally:
        server.close()
