"""C2PA manifests: what they state, read without a network, and never more than stated."""

from __future__ import annotations

import io
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.images import metadata
from catalog.images.metadata import provenance
from catalog.images.metadata.text import Notes
from catalog.images.worker import Prepared, Task, prepare
from catalog.model import Metadata
from tests.images.drawn import encoded
from tests.images.signed import SOURCE_TYPE, library, signed

ROOT = Path(__file__).resolve().parents[2]


def stated(meta: Metadata) -> dict[str, str]:
    """The fields of the manifest by name; several of one name as the last."""
    return {field.name: field.value for field in meta.fields if field.group == "C2PA"}


class Listener:
    """A server on this machine that counts who asks it."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/m.c2pa"
        self.asked = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.asked += 1
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def close(self) -> None:
        """Stop listening."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A listening server."""
    server = Listener()
    yield server
    server.close()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_a_manifest_is_read_as_what_it_states(form: str) -> None:
    """Generator, signer, action, source type and the library's words are fields of the picture, each worded as a statement."""
    meta = metadata.read(signed(form))
    assert meta.c2pa and not meta.warnings
    said = stated(meta)
    assert said.pop("manifest") == "present"
    assert all(name.startswith("states ") for name in said)
    assert said["states generator"].startswith("Cutline tests 1")
    assert said["states signer"] == "Harbour Desk, Coastline Pictures"
    assert said["states action"] == "c2pa.created by Imagined 3"
    assert said["states digital source type"] == SOURCE_TYPE
    assert said["states title"] == "harbour.jpg"
    assert said["states validation"] == "Valid (hashes and signature only; nobody's identity was checked)"
    assert "states failure" not in said


def test_a_picture_changed_after_signing_states_a_failure() -> None:
    """Other pixels under the manifest give the library's own word for it, not a warning and not an error."""
    data = bytearray(signed())
    data[-200] ^= 0x55
    meta = metadata.read(bytes(data))
    assert stated(meta)["states validation"].startswith("Invalid")
    assert stated(meta)["states failure"].startswith("assertion.dataHash.mismatch")


def test_a_broken_manifest_is_a_warning() -> None:
    """A manifest damaged anywhere gives a warning or a failure that is stated; the other groups are read all the same."""
    data = signed()
    start, end = data.index(b"jumb"), data.rindex(b"c2pa.signature")  # after it stands padding that nothing covers
    silent = []
    for at in range(start, end, 499):
        broken = data[:at] + b"\xff\x00\xff\xfe" * 4 + data[at + 16 :]
        meta = metadata.read(broken)
        said = stated(meta)
        if meta.c2pa and not meta.warnings and not said.get("states validation", "").startswith("Invalid"):
            silent.append(at)
    assert not silent


def test_hostile_words_of_a_manifest_are_cleaned_and_cut() -> None:
    """Escapes are removed, and long values cut with a note, as in every other group."""
    said = metadata.read(signed(title="a\x1b[31m<b>" + "x" * 40_000, agent="=cmd()"))
    assert stated(said)["states title"].startswith("a[31m<b>xxx")
    assert len(stated(said)["states title"]) <= 16_384 and any("was cut" in warning for warning in said.warnings)


def test_nothing_is_asked_of_the_network(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a manifest elsewhere, nor revocation, nor trust is looked up: not by Python, and not by the library itself.

    That the listener would notice is shown by the library's own settings, which do fetch.
    """
    c2pa = library()
    elsewhere, here = signed(remote=listener.address), signed()

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    with monkeypatch.context() as patched:
        patched.setattr(socket, "socket", forbidden)
        patched.setattr(socket, "getaddrinfo", forbidden)
        done = prepare(Task("here.jpg", data=here)), prepare(Task("elsewhere.jpg", data=elsewhere))
        notes = Notes()
        provenance.read("JPEG", elsewhere, notes)
    assert all(isinstance(one, Prepared) for one in done)
    assert any("could not be read" in warning for warning in notes.warnings)
    assert listener.asked == 0
    with pytest.raises(c2pa.C2paError):
        c2pa.Reader("image/jpeg", io.BytesIO(elsewhere), context=c2pa.Context.from_dict({}))
    assert listener.asked == 1


def test_without_the_extra_only_its_presence_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A manifest that cannot be read for want of the library is still said to be there."""
    data = signed()
    monkeypatch.setattr(provenance, "_library", lambda: None)
    meta = metadata.read(data)
    assert meta.c2pa and stated(meta) == {"manifest": "present"} and not meta.warnings


def test_a_picture_without_a_manifest_does_not_load_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is loaded when there is something to read with it, never before."""
    monkeypatch.setattr(provenance, "_library", lambda: pytest.fail("loaded for nothing"))
    assert not metadata.read(encoded()).c2pa


def test_no_text_of_the_product_calls_a_picture_authentic() -> None:
    """Neither code nor pages have the word: a manifest states, and what is so is for people to judge."""
    files = [*(ROOT / "catalog").rglob("*.py"), *(ROOT / "web").rglob("*.py"), *(ROOT / "web" / "templates").rglob("*")]
    files += [*(ROOT / "web" / "static").rglob("*.js"), *(ROOT / "catalog").rglob("*.t*")]
    word = re.compile(r"\b(?:in)?authentic(?:ity)?\b|\bgenuine\b", re.IGNORECASE)
    assert len(files) > 100
    assert [path.name for path in files if path.is_file() and word.search(path.read_text("utf-8", "ignore"))] == []
