"""Secure connections: made to the checked address, in the name of the host."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

from catalog.fetching import Fetcher, FetchFailed, Rules, Shelf

openssl = shutil.which("openssl")
pytestmark = pytest.mark.skipif(
    openssl is None and not os.environ.get("CI"), reason="makes its certificate with openssl: apt-get install openssl"
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for ``secure.example`` that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            openssl or "", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-keyout", str(key), "-out", str(cert), "-subj", "/CN=secure.example",
            "-addext", "subjectAltName=DNS:secure.example",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return cert, key


def serve(certificate: tuple[Path, Path], names: list[str | None], requests: list[bytes]) -> int:
    """Answer secure requests in a thread; remember the names that clients ask for. Returns the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    def named(_: ssl.SSLObject, name: str | None, __: ssl.SSLContext) -> None:
        names.append(name)

    context.sni_callback = named
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            plain, _ = listener.accept()
            plain.settimeout(5)
            try:
                with context.wrap_socket(plain, server_side=True) as secure:
                    requests.append(secure.recv(4096))
                    found = b"404 No" if requests[-1].startswith(b"GET /robots.txt") else b"200 OK"
                    secure.sendall(
                        b"HTTP/1.1 " + found + b"\r\nContent-Length: 6\r\nContent-Type: text/plain\r\n\r\nsecret"
                    )
            except OSError:
                plain.close()

    threading.Thread(target=answer, daemon=True).start()
    return int(listener.getsockname()[1])


def test_the_certificate_is_checked_against_the_name(
    certificate: tuple[Path, Path], tmp_path: Path, quick: Rules
) -> None:
    """The connection goes to the address, the handshake and the Host header to the name; another name is refused."""
    names: list[str | None] = []
    requests: list[bytes] = []
    port = serve(certificate, names, requests)
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    fetcher = Fetcher(Shelf(tmp_path), quick, resolver=lambda *_: ["127.0.0.1"], tls=trusting)
    kept = fetcher.fetch(f"https://secure.example:{port}/a")
    assert kept.path.read_bytes() == b"secret"
    assert set(names) == {"secure.example"}
    assert f"Host: secure.example:{port}\r\n".encode() in requests[-1]
    with pytest.raises(FetchFailed, match="certificate"):
        fetcher.fetch(f"https://other.example:{port}/a")


def test_a_certificate_that_no_one_vouches_for_is_refused(
    certificate: tuple[Path, Path], tmp_path: Path, quick: Rules
) -> None:
    """By default only certificates that the system trusts are accepted, and nothing is sent otherwise."""
    requests: list[bytes] = []
    port = serve(certificate, [], requests)
    fetcher = Fetcher(Shelf(tmp_path), quick, resolver=lambda *_: ["127.0.0.1"])
    with pytest.raises(FetchFailed, match="not trusted"):
        fetcher.fetch(f"https://secure.example:{port}/a")
    assert requests == []
