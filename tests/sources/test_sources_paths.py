"""Paths as text: nothing lost, nothing dangerous shown."""

from __future__ import annotations

import json
import os

from hypothesis import given
from hypothesis import strategies as st

from catalog.paths import display, plain, to_path, to_text


def test_a_name_that_is_not_utf8_comes_back_to_its_bytes() -> None:
    """A Latin-1 file name becomes text without surrogates and returns to the same bytes."""
    name = os.fsdecode(b"caf\xe9.jpg")
    text = to_text(name)
    assert text == "caf\uf7e9.jpg"
    assert os.fsencode(to_path(text)) == b"caf\xe9.jpg"
    json.dumps(text).encode("utf-8")


@given(st.binary(min_size=1, max_size=60).filter(lambda b: b"\0" not in b and b"/" not in b and b != b"."))
def test_every_name_is_kept_and_two_names_never_meet(name: bytes) -> None:
    """Any bytes that can be a name survive, also those that UTF-8 decodes to the characters used as stand-ins."""
    for raw in (name, name + "\uf7e9".encode(), name + b"\xe9"):
        text = to_text(os.fsdecode(raw))
        text.encode("utf-8")
        assert os.fsencode(to_path(text)) == raw


def test_plain_and_display_show_what_cannot_be_decoded_and_hide_controls() -> None:
    """Undecodable bytes show as U+FFFD; only display escapes what a terminal would act on."""
    text = to_text(os.fsdecode(b"a\xe9\x1b[31m\n.jpg"))
    assert plain(text) == "a\ufffd\x1b[31m\n.jpg"
    assert display(text) == "a\ufffd\\x1b[31m\\x0a.jpg"
    assert display("x\u202egpj.exe") == "x\\u202egpj.exe"
