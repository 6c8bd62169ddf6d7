"""Bytes become text without failing, by the order of the encoding standard, and without touching line ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.sources.encoding import charset_of, declared_in, decode

RUSSIAN = "Солдаты проверяют документы у беженцев на окраине города. Фото: агентство.\r\n" * 6
GERMAN = "Ein Löschzug fährt über die Brücke — „Straße“ gesperrt"
JAPANESE = "イラク軍のヘリコプターが市内の上空を飛ぶ。写真は共同。\n" * 4


def test_a_byte_order_mark_wins_and_is_taken_off() -> None:
    """A UTF-16 file with a mark reads as UTF-16 whatever else is said, without the mark in its text."""
    decoded = decode("\ufeffStraße".encode("utf-16-le"), hint="utf-8")
    assert (decoded.text, decoded.encoding) == ("Straße", "utf-16-le")


def test_utf16_without_a_mark_is_recognised_by_its_zero_bytes() -> None:
    """Western UTF-16 without a mark reads in both byte orders."""
    for codec in ("utf-16-le", "utf-16-be"):
        assert decode("A street in Mosul".encode(codec)).text == "A street in Mosul"


@given(st.text("aé字😀\r\n", min_size=1, max_size=9), st.integers(0, 8), st.binary(max_size=3))
def test_long_pages_read_as_short_ones_do(some: str, shift: int, end: bytes) -> None:
    """A page longer than what is decoded at once is read alike wherever that ends, within a character too; so is a broken one."""
    data = b"<" * shift + some.encode() * (20_000 // len(some.encode())) + end
    try:
        expected = data.decode()
    except UnicodeDecodeError:
        assert decode(data, hint="utf-8").warnings
    else:
        assert decode(data, hint="utf-8") == (expected, "utf-8", ())


def test_the_transport_is_believed_before_the_document() -> None:
    """An HTTP charset outranks a declared one."""
    data = RUSSIAN.encode("koi8_r")
    assert decode(data, hint="koi8-r", declared="windows-1251").text == RUSSIAN


def test_latin1_means_windows_1252_and_never_loses_a_byte() -> None:
    """A page declared as ISO-8859-1 shows typographic quotes; undefined bytes stay as control characters."""
    assert decode(GERMAN.encode("cp1252"), declared="iso-8859-1").text == GERMAN
    assert decode(b"\x81\xe9", declared="latin1").text == "\x81é"


def test_utf8_declared_as_latin1_is_read_as_utf8() -> None:
    """Text that is valid UTF-8 beyond ASCII is read so, with a warning."""
    decoded = decode(GERMAN.encode(), declared="iso-8859-1")
    assert decoded.text == GERMAN
    assert "declared as cp1252" in decoded.warnings[0]


@pytest.mark.parametrize("codec", ["cp1251", "koi8_r"])
def test_an_undeclared_legacy_encoding_is_guessed(codec: str) -> None:
    """Cyrillic text in a legacy encoding is read right, and the guess is told."""
    decoded = decode(RUSSIAN.encode(codec))
    assert decoded.text == RUSSIAN
    assert decoded.warnings


@pytest.mark.parametrize("label", ["shift_jis", "euc-jp", "iso-2022-jp"])
def test_japanese_encodings_are_read_by_their_labels(label: str) -> None:
    """The three Japanese legacy encodings read by the names pages use."""
    assert decode(JAPANESE.encode(label.replace("-", "_")), declared=label).text == JAPANESE


def test_a_cut_utf8_file_keeps_all_but_its_last_character() -> None:
    """A file cut inside a character is still UTF-8, with a warning."""
    decoded = decode((GERMAN * 20).encode()[:-1] + b"\xc3")
    assert decoded.encoding == "utf-8"
    assert decoded.text.startswith(GERMAN)
    assert decoded.warnings


def test_names_of_codecs_that_are_no_charsets_mean_nothing() -> None:
    """Python codecs that unpack or execute cannot be reached by a page."""
    for label in ("zip", "rot13", "unicode_escape", "utf-7", "idna", "undefined", "base64"):
        assert decode(b"+ADw-plain\\x41", declared=label).text == "+ADw-plain\\x41"


def test_declarations_are_found_in_the_head_of_a_page() -> None:
    """XML declarations, both meta forms and Content-Type headers name their charset; a UTF-16 meta means UTF-8."""
    assert declared_in(b"<?xml version='1.0' encoding='koi8-r'?><html>") == "koi8-r"
    assert declared_in(b"<html><meta charset=gb2312>") == "gb2312"
    assert declared_in(b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">') == "windows-1251"
    assert declared_in(b"<meta charset='utf-16'>") == "utf-8"
    assert charset_of('text/html; Charset="ISO-8859-2"') == "ISO-8859-2"


@given(st.binary(max_size=400), st.sampled_from(["", "utf-8", "gb2312", "shift_jis", "nonsense", "utf-16"]))
def test_any_bytes_give_text(data: bytes, label: str) -> None:
    """Decoding never fails."""
    assert isinstance(decode(data, declared=label).text, str)


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200).filter(
        lambda t: "\0" not in t and "\x1b" not in t
    )
)
def test_utf8_text_comes_back_character_by_character(text: str) -> None:
    """Line ends and odd characters of a UTF-8 file are kept exactly, so that spans slice it."""
    assert decode(text.encode()).text == text.removeprefix("\ufeff")
