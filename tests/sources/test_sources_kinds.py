"""What a file holds is told by its content; its name only breaks ties."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from catalog.sources import Document, LeftAside, Limits, PictureFile, entry, read
from catalog.sources.kinds import sniff


def drawn(kind: str) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (9, 7), "navy").save(buffer, kind)
    return buffer.getvalue()


def one(folder: Path, name: str, data: bytes) -> Document | PictureFile | LeftAside:
    """Read one file of this name and content."""
    (folder / name).write_bytes(data)
    (item,) = read(entry(folder / name))
    return item


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF"])
def test_pictures_are_pictures_under_any_name(tmp_path: Path, kind: str) -> None:
    """Every picture format is recognised, also when named as text."""
    assert isinstance(one(tmp_path, "x.txt", drawn(kind)), PictureFile)


@pytest.mark.parametrize(
    ("name", "data", "result", "reason"),
    [
        ("a.jpg", b"Only words, no picture at all.", "rejected", "named .jpg but holds text"),
        ("a.png", b"<!doctype html><title>404</title>", "rejected", "named .png but holds a web page"),
        ("a.jpeg", bytes(range(256)) * 4, "rejected", "named .jpeg but holds no picture data"),
        ("a.webp", b"%PDF-1.7 ...", "rejected", "named .webp but holds a PDF"),
        ("a.jpg", b"", "rejected", "an empty file"),
        ("a.txt", b" \r\n\t ", "rejected", "holds nothing but white space"),
        ("a.html", bytes(range(256)) * 4, "rejected", "named .html but holds binary data"),
        ("a.pdf", b"%PDF-1.4", "ignored", "a PDF"),
        ("a.css", b"body { color: red }", "ignored", "a style sheet"),
        ("a.js", b"alert('</p></p></p></p></p>')", "ignored", "a script"),
        ("a.woff2", b"wOF2\0\0", "ignored", "a font"),
        ("a.docx", b"PK\x03\x04\x14\0", "ignored", "a ZIP archive or office document"),
        ("a.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "ignored", "a video or sound file"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "ignored", "an SVG drawing"),
        ("a.nef", b"II*\0" + bytes(60), "ignored", "a camera raw file"),
        ("a.json", b'{"name": "package"}', "ignored", "JSON data that is no news item (ninjs)"),
        ("a.json", b'{"name": ', "rejected", "JSON that cannot be parsed"),
        ("blob", bytes(range(256)) * 4, "ignored", "binary data of no kind that is catalogued"),
    ],
)
def test_what_is_left_aside_says_why(tmp_path: Path, name: str, data: bytes, result: str, reason: str) -> None:
    """Each file that is no picture and no story is ignored or rejected with a reason that names what it holds."""
    item = one(tmp_path, name, data)
    assert isinstance(item, LeftAside)
    assert (item.result, item.reason) == (result, reason)


@pytest.mark.parametrize(
    "start",
    [
        b"\xef\xbb\xbf<!DOCTYPE html>",
        b"<!-- a note --> <!-- two --><html lang=de>",
        b"<?xml version='1.0'?>\n<html xmlns='http://www.w3.org/1999/xhtml'>",
        "\ufeff<html>".encode("utf-16-le"),
        b"  \n<p>words",
    ],
)
def test_pages_are_recognised_by_their_start(start: bytes) -> None:
    """Pages with marks, comments, declarations and wide characters are pages under any name."""
    assert sniff(start, "page").holds == "page"


def test_prose_is_text_and_keeps_its_line_ends(tmp_path: Path) -> None:
    """A text file becomes a plain-text document with its characters as they are."""
    item = one(tmp_path, "a.txt", "Überschrift\r\n\r\nEin Satz.\r\n".encode())
    assert isinstance(item, Document)
    assert (item.kind, item.text) == ("plaintext", "Überschrift\r\n\r\nEin Satz.\r\n")


def test_a_document_beyond_the_limit_is_rejected(tmp_path: Path) -> None:
    """Beyond the stated limit a text is rejected, not cut."""
    (tmp_path / "a.txt").write_text("words " * 400)
    (item,) = read(entry(tmp_path / "a.txt"), limits=Limits(document=1 << 10))
    assert isinstance(item, LeftAside)
    assert item.reason.startswith("larger than")


@pytest.mark.parametrize(
    "piece", ["<!-- -->", "<link rel=canonical ", "data:image/png,", "<?xml ", 'src="', "x,y ", "<meta charset"]
)
def test_hostile_repetition_is_read_to_its_end(tmp_path: Path, piece: str) -> None:
    """A megabyte of what tempts a backtracking expression is read as one page (the suite's time limit would tell)."""
    data = b"<html>" + piece.encode() * ((1 << 20) // len(piece))
    assert isinstance(one(tmp_path, "a.html", data), Document)


def test_much_is_told_by_a_part_of_it() -> None:
    """Of a long beginning some signs are looked at: controls all over are no text, and a page may begin after a long comment."""
    assert sniff(b"<html>" + bytes(range(1, 32)) * 2000, "x.html").holds == "unknown"
    assert sniff(b"<html>" + b"words and words\n" * 4000, "x.html").holds == "page"
    assert sniff(b"<!-- " + b"words and words\n" * 2000 + b"--><html><body>", "x").holds == "page"
