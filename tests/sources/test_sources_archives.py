"""Pages with what came with them: saved pages, inline pictures, MHTML, web archives, news items."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import random
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from catalog.sources import Document, Item, LeftAside, Limits, PictureFile, entry, read
from catalog.sources.webpage import address_of, data_key


def drawn(seed: int = 1, size: int = 60) -> bytes:
    """A noisy PNG of a few kilobytes; each seed gives another one."""
    pixels = (zlib.crc32(bytes([seed & 255, i & 255, i >> 8])).to_bytes(4, "big")[:3] for i in range(size * size))
    buffer = BytesIO()
    Image.frombytes("RGB", (size, size), b"".join(pixels)).save(buffer, "PNG")
    return buffer.getvalue()


def items(folder: Path, name: str, data: bytes, limits: Limits | None = None) -> list[Item]:
    (folder / name).write_bytes(data)
    return list(read(entry(folder / name), limits=limits or Limits()))


def only_document(found: list[Item]) -> Document:
    (item,) = found
    assert isinstance(item, Document)
    return item


# ---------------------------------------------------------------- saved pages


def test_a_saved_page_brings_the_pictures_of_its_folder(tmp_path: Path) -> None:
    """Named files, collisions and files named by absolute address are found, with the reference the page uses."""
    folder = tmp_path / "story-Dateien"
    folder.mkdir()
    for name in ("a b.png", "photo(1).png", "x.png", "unnamed.png"):
        (folder / name).write_bytes(drawn())
    (folder / "style.css").write_text("p {}")
    page = """<!-- saved from url=(0027)https://news.example/story -->
    <html><img src="./story-Dateien/a%20b.png"><img data-src="https://cdn.example/i/photo.png?w=3">
    <img srcset="https://cdn.example/x.png 1x, https://cdn.example/y.png 2x"></html>"""
    document = only_document(items(tmp_path, "story.html", page.encode()))
    assert (document.kind, document.url) == ("savedpage", "https://news.example/story")
    assert {p.path.rpartition("/")[2]: p.url for p in document.pictures} == {
        "a b.png": "./story-Dateien/a%20b.png",
        "photo(1).png": "https://cdn.example/i/photo.png?w=3",
        "x.png": "https://cdn.example/x.png",
        "unnamed.png": "",
    }
    assert all(p.file is not None and p.data is None for p in document.pictures)


def test_references_never_lead_out_of_the_pages_folder(tmp_path: Path) -> None:
    """Upward, absolute and linked references bring no picture."""
    (tmp_path / "out.png").write_bytes(drawn())
    site = tmp_path / "site"
    (site / "img").mkdir(parents=True)
    (site / "img" / "in.png").write_bytes(drawn())
    (site / "img" / "linked.png").symlink_to(tmp_path / "out.png")
    (site / "way").symlink_to(tmp_path)
    page = f"""<html><img src="../out.png"><img src="%2e%2e/out.png"><img src="img/../../out.png">
    <img src="{tmp_path}/out.png"><img src="file://{tmp_path}/out.png">
    <img src="img/linked.png"><img src="way/out.png"><img src="img/in.png"></html>"""
    document = only_document(items(site, "page.html", page.encode()))
    assert [os.path.relpath(p.path, site) for p in document.pictures] == ["img/in.png"]


def test_inline_pictures_are_members_and_placeholders_are_not(tmp_path: Path) -> None:
    """A data: picture is a member named by its place, once; tiny and vector ones are left out."""
    address = "data:image/png;base64," + base64.b64encode(drawn()).decode()
    tiny = "data:image/gif;base64," + base64.b64encode(b"GIF89a" + bytes(30)).decode()
    svg = "data:image/svg+xml," + "%3Csvg%3E" * 400
    page = f"<html><img src='{address}'><img src=\"{address}\"><img src={tiny}><img src='{svg}'></html>"
    document = only_document(items(tmp_path, "p.html", page.encode()))
    (member,) = document.pictures
    assert member.path == f"{tmp_path}/p.html!/inline-1"
    assert (member.data, member.url) == (drawn(), data_key(address))


def test_a_page_tells_its_address() -> None:
    """The canonical link counts when no browser left a note; addresses that are no web addresses do not."""
    assert address_of('<link href="https://a.example/x?a=1&amp;b=2" rel=canonical>') == "https://a.example/x?a=1&b=2"
    assert address_of('<link rel="canonical" href="javascript:alert(1)">') == ""


# ---------------------------------------------------------------- MHTML


def mhtml(page: bytes, picture: bytes, charset: str = "") -> bytes:
    kind = f"text/html{charset}"
    head = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://news.example/a/story\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="--=b"\r\n\r\n'
    )
    parts = [
        f"----=b\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".encode() + page,
        b"----=b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Location: ../img/one.png\r\n\r\n" + base64.encodebytes(picture),
        b"----=b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <two@x>\r\n\r\n"
        + base64.encodebytes(drawn(2)),
        b"----=b\r\nContent-Type: text/css\r\n\r\np {}\r\n----=b--\r\n",
    ]
    return head.encode() + b"\r\n".join(parts)


def test_an_mhtml_page_reads_with_its_parts(tmp_path: Path) -> None:
    """Quoted-printable text without a charset decodes; pictures are members with absolute or cid: addresses."""
    document = only_document(items(tmp_path, "s.mhtml", mhtml(b"<html>Stra=C3=9Fe =\r\nund</html>", drawn())))
    assert (document.kind, document.url) == ("mhtml", "https://news.example/a/story")
    assert "Straße und" in document.text
    assert [(p.path.removeprefix(f"{tmp_path}/"), p.url) for p in document.pictures] == [
        ("s.mhtml!/2-one.png", "https://news.example/img/one.png"),
        ("s.mhtml!/3", "cid:two@x"),
    ]
    assert document.pictures[0].data == drawn()


def test_an_mhtml_file_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """Cut inside its picture the page is still there; cut inside its headers it is rejected."""
    whole = mhtml(b"<html>words</html>", drawn())
    assert "words" in only_document(items(tmp_path, "cut.mhtml", whole[:900])).text
    (item,) = items(tmp_path, "head.mhtml", whole[:120])
    assert isinstance(item, LeftAside)
    assert item.result == "rejected"


def test_parts_within_parts_end_at_a_depth(tmp_path: Path) -> None:
    """A message nested beyond the limit neither recurses nor hangs."""
    head = b"".join(b"Content-Type: multipart/related; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(500))
    (item,) = items(tmp_path, "deep.mht", b"MIME-Version: 1.0\n" + head)
    assert isinstance(item, LeftAside)


# ---------------------------------------------------------------- WARC


def record(kind: str, url: str, block: bytes, content_type: str = "application/http") -> bytes:
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nContent-Type: {content_type}\r\n"
    return head.encode() + f"Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def response(url: str, body: bytes, headers: str, status: str = "200 OK") -> bytes:
    return record("response", url, f"HTTP/1.1 {status}\r\n{headers}\r\n\r\n".encode() + body)


def chunked(data: bytes) -> bytes:
    parts = [data[i : i + 1000] for i in range(0, len(data), 1000)]
    return b"".join(b"%x;ext=1\r\n%s\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"


SITE = "https://news.example"
RECORDS = [
    record("warcinfo", "", b"software: test\r\n", "application/warc-fields"),
    record("request", f"{SITE}/one", b"GET /one HTTP/1.1\r\n\r\n"),
    response(
        f"{SITE}/one",
        chunked(gzip.compress("<html>Grüße <img src='/i/p1.png'></html>".encode("cp1252"))),
        "Content-Type: text/html; charset=iso-8859-1\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip",
    ),
    response(f"{SITE}/i/p1.png", drawn(1), "Content-Type: image/png"),
    response(f"{SITE}/i/gone.png", drawn(9), "Content-Type: image/png", "404 Not Found"),
    response(f"{SITE}/i/lost.png", drawn(3), "Content-Type: application/octet-stream"),
    record("resource", f"{SITE}/i/p4.png", drawn(4), "image/png"),
]


@pytest.mark.parametrize("pack", ["plain", "members", "whole"])
def test_a_web_archive_reads_however_it_is_packed(tmp_path: Path, pack: str) -> None:
    """Plain, gzipped record by record, or gzipped whole: the page, its picture, then the pictures no page names."""
    data = b"".join(gzip.compress(r) if pack == "members" else r for r in RECORDS)
    found = items(tmp_path, "a.warc.gz", gzip.compress(data) if pack == "whole" else data)
    page, *loose = found
    assert isinstance(page, Document)
    assert (page.path, page.kind, page.url) == (f"{tmp_path}/a.warc.gz", "warc", f"{SITE}/one")
    assert "Grüße" in page.text
    assert [(p.path.rpartition("!/")[2], p.url, p.data) for p in page.pictures] == [
        ("4-p1.png", f"{SITE}/i/p1.png", drawn(1))
    ]
    assert [i.path.rpartition("!/")[2] for i in loose if isinstance(i, PictureFile)] == ["6-lost.png", "7-p4.png"]


def test_several_pages_in_one_archive_are_members(tmp_path: Path) -> None:
    """Each page is a document of its own, named inside the archive, with the pictures that it names."""
    pages = [
        response(f"{SITE}/{n}/", b"<html><img src='/i/p%d.png'></html>" % n, "Content-Type: text/html") for n in (1, 2)
    ]
    pictures = [response(f"{SITE}/i/p{n}.png", drawn(n), "Content-Type: image/png") for n in (1, 2)]
    found = items(tmp_path, "b.warc", b"".join(pages + pictures))
    documents = [i for i in found if isinstance(i, Document)]
    assert [d.path.rpartition("/b.warc")[2] for d in documents] == ["!/1-1", "!/2-2"]
    assert [[p.url for p in d.pictures] for d in documents] == [[f"{SITE}/i/p1.png"], [f"{SITE}/i/p2.png"]]


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_a_cut_archive_gives_what_it_still_holds(tmp_path: Path, cut: float) -> None:
    """Cut anywhere after its page, a gzipped archive gives the page and says that it is cut."""
    whole = b"".join(gzip.compress(r) for r in RECORDS)
    start = sum(len(gzip.compress(r)) for r in RECORDS[:3])
    found = items(tmp_path, "c.warc.gz", whole[: start + int(cut * (len(whole) - start))])
    assert isinstance(found[0], Document)
    assert found[0].warnings


def test_an_archive_that_unpacks_without_end_is_stopped(tmp_path: Path) -> None:
    """A bomb of zeros ends at the limit with a rejection."""
    bomb = gzip.compress(b"WARC/1.0\r\n" + bytes(3 << 20))
    (item,) = items(tmp_path, "bomb.warc.gz", bomb, Limits(inflate=1 << 20))
    assert isinstance(item, LeftAside)


def test_an_archive_is_searched_for_its_next_record_only_so_far(tmp_path: Path) -> None:
    """Junk between records is passed over; where there is more of it than a member may have, the rest is left out and said so."""
    first, second = (response(f"{SITE}/{n}", b"<html>words</html>", "Content-Type: text/html") for n in (1, 2))
    small = items(tmp_path, "e.warc", first + b"\nWAR\n WARC/1.0\n" * 9 + second)
    assert [d.url for d in small if isinstance(d, Document)] == [f"{SITE}/1", f"{SITE}/2"]
    for name, pack in (("f.warc", bytes), ("f.warc.gz", gzip.compress)):
        (page,) = items(tmp_path, name, pack(first + b"\n" * (3 << 20) + second), Limits(member=1 << 20))
        assert isinstance(page, Document) and "more than 1 MB stand where a record should" in page.warnings[0]


@pytest.mark.parametrize("length", [1 << 40, (1 << 40) + 2000], ids=["whole", "cut"])
def test_what_is_not_kept_of_a_record_is_not_read(tmp_path: Path, length: int) -> None:
    """A record of a terabyte, which no disk reads while somebody waits, is passed over; what follows it is read."""
    file = tmp_path / "g.warc"
    page = response(f"{SITE}/1", b"<html>words</html>", "Content-Type: text/html")
    head = f"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: {length}\r\n\r\n".encode()
    with file.open("wb") as out:
        out.write(page + head)
        out.seek(1 << 40, 1)
        out.write(b"\r\n\r\n" + page.replace(b"/1\r", b"/2\r"))
    found = [d.url for d in read(entry(file)) if isinstance(d, Document)]
    assert found == ([f"{SITE}/1", f"{SITE}/2"] if length == 1 << 40 else [f"{SITE}/1"])


def test_member_names_are_never_paths(tmp_path: Path) -> None:
    """A served address that climbs gives a harmless member name."""
    data = response(f"{SITE}/..%2f..%2fetc%2fpasswd%00.png", drawn(), "Content-Type: image/png")
    (item,) = items(tmp_path, "d.warc", data)
    assert isinstance(item, PictureFile)
    assert item.path == f"{tmp_path}/d.warc!/1-passwd_.png"


def test_random_damage_never_raises(tmp_path: Path) -> None:
    """Archives and saved pages with flipped bytes give items or a rejection."""
    for name, whole in (("w.warc", b"".join(RECORDS)), ("m.mhtml", mhtml(b"<html>x</html>", drawn()))):
        for n in range(60):
            at = zlib.crc32(bytes([n])) % len(whole)
            for item in items(tmp_path, name, whole[:at] + bytes([n * 4]) * 3 + whole[at + 2 :]):
                assert isinstance(item, Document | PictureFile | LeftAside)


# ---------------------------------------------------------------- ninjs


def test_a_news_item_brings_the_pictures_its_renditions_name(tmp_path: Path) -> None:
    """Renditions of associations name files beside the item; nothing outside its folder is taken."""
    (tmp_path / "p1.jpg").write_bytes(drawn())
    item = {
        "uri": "https://agency.example/item/1",
        "headline": "A headline",
        "body_text": "Words.",
        "associations": {"main": {"type": "picture", "renditions": {"big": {"href": "https://agency.example/p1.jpg"}}}},
        "renditions": [{"href": "../../etc/passwd"}, {"href": ".."}],
    }
    document = only_document(items(tmp_path, "item.json", json.dumps(item).encode()))
    assert (document.kind, document.url) == ("ninjs", "https://agency.example/item/1")
    assert [(p.path, p.url) for p in document.pictures] == [(f"{tmp_path}/p1.jpg", "https://agency.example/p1.jpg")]


def test_deep_json_is_rejected_without_a_crash(tmp_path: Path) -> None:
    """Lists within lists beyond what can be parsed are a rejection."""
    (item,) = items(tmp_path, "deep.json", b"[" * 200_000)
    assert isinstance(item, LeftAside)


# ---------------------------------------------------------------- web archives packed in a ZIP file


def wacz(members: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    """A ZIP file of these members."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return buffer.getvalue()


PAGE = gzip.compress(
    response(f"{SITE}/story", b"<html><p>words</p><img src='/i/a.png'></html>", "Content-Type: text/html")
)


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_packed_web_archive_reads_as_one_archive(tmp_path: Path, how: int) -> None:
    """The page of one WARC file has the picture of another; index and logs are passed over."""
    picture = gzip.compress(response(f"{SITE}/i/a.png", drawn(), "Content-Type: image/png"))
    members = {
        "archive/b.warc.gz": picture,
        "archive/a.warc.gz": PAGE,
        "indexes/index.cdx": b"x",
        "datapackage.json": b"{}",
    }
    document = only_document(items(tmp_path, "crawl.zip", wacz(members, how)))
    assert (document.kind, document.url, document.warnings) == ("warc", "https://news.example/story", ())
    assert [(p.path.rpartition("/")[2], p.data) for p in document.pictures] == [("2-a.png", drawn())]


def test_a_damaged_packed_web_archive_gives_what_is_left_or_says_why(tmp_path: Path) -> None:
    """Cut off, locked, or with damaged members: rejected with its reason, or read as far as it goes."""
    whole = wacz({"archive/a.warc.gz": PAGE, "archive/b.warc.gz": PAGE * 40})
    (item,) = items(tmp_path, "cut.wacz", whole[: len(whole) // 2])
    assert isinstance(item, LeftAside)
    assert (item.result, item.reason) == ("rejected", "a packed web archive (WACZ) that is cut off or damaged")
    at = whole.index(PAGE * 40) + len(PAGE) * 20
    document = only_document(items(tmp_path, "hurt.wacz", whole[:at] + bytes(40) + whole[at + 40 :]))
    assert document.text.startswith("<html><p>words")
    assert document.warnings
    locked = bytearray(wacz({"archive/a.warc.gz": PAGE}))
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    locked[6] |= 1
    (item,) = items(tmp_path, "locked.wacz", bytes(locked))
    assert isinstance(item, LeftAside)
    assert (item.result, item.reason) == ("rejected", "a packed web archive (WACZ) that is locked by a password")


def test_a_member_that_cannot_be_unpacked_costs_only_itself(tmp_path: Path) -> None:
    """Its head damaged, its first packed byte wrong, or packed in an unknown way: the other WARC files are read, with a warning."""
    for hurt in ("head", "data", "way"):
        whole = bytearray(
            wacz({"archive/a.warc.gz": PAGE * 9, "archive/b.warc": gzip.decompress(PAGE)}, zipfile.ZIP_DEFLATED)
        )
        if hurt == "head":
            whole[30:37] = b"archivX"  # not the name that the table gives it
        elif hurt == "data":
            whole[30 + len("archive/a.warc.gz")] = 0xFF
        else:
            whole[whole.index(b"PK\x01\x02") + 10] = 77
        document = only_document(items(tmp_path, f"{hurt}.wacz", bytes(whole)))
        assert document.text.startswith("<html><p>words")
        assert document.warnings == ("the file cannot be read to its end",)


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_no_damage_of_a_packed_web_archive_raises(tmp_path: Path, how: int) -> None:
    """Whatever bytes are other than they were, its table, heads and data included, it is read or left aside with a reason."""
    whole = wacz({"archive/a.warc.gz": PAGE, "archive/é.warc": gzip.decompress(PAGE)}, how)
    chance = random.Random(11)
    for _ in range(300):
        hurt = bytearray(whole)
        for _ in range(chance.choice((1, 2, 5, 20))):
            hurt[chance.randrange(len(hurt))] = chance.randrange(256)
        found = items(tmp_path, "hurt.wacz", bytes(hurt))
        assert found
        assert all(item.reason for item in found if isinstance(item, LeftAside))


def test_all_members_together_unpack_to_no_more_than_one_archive_may(tmp_path: Path) -> None:
    """Many small members of zeros are a bomb like one: reading ends at the bound for the whole file."""
    filler = record("metadata", "", bytes(300_000))
    members = {"archive/a.warc": gzip.decompress(PAGE), **{f"archive/b{n:02}.warc": filler for n in range(20)}}
    data = wacz(
        {**members, "archive/c.warc": gzip.decompress(PAGE).replace(b"/story", b"/other")}, zipfile.ZIP_DEFLATED
    )
    document = only_document(items(tmp_path, "bomb.wacz", data, Limits(inflate=1 << 20)))
    assert document.url == f"{SITE}/story"
    assert document.warnings == ("it unpacks to more than is read",)


def test_other_zip_files_are_ignored_and_a_huge_table_is_not_read(tmp_path: Path) -> None:
    """Office documents and folders of pictures stay archives; a table of members beyond the limit is refused unread."""
    for name, member, reason in (
        ("a.zip", "photos/a.png", "a ZIP archive or office document"),
        ("b.zip", "archive/a.png", "a ZIP archive without a web archive in it"),
    ):
        (item,) = items(tmp_path, name, wacz({member: drawn()}))
        assert isinstance(item, LeftAside)
        assert (item.result, item.reason) == ("ignored", reason)
    swollen = bytearray(wacz({"archive/a.warc.gz": PAGE}))
    at = swollen.rindex(b"PK\x05\x06") + 12
    swollen[at : at + 4] = (1 << 30).to_bytes(4, "little")
    (item,) = items(tmp_path, "swollen.wacz", bytes(swollen))
    assert isinstance(item, LeftAside)
    assert item.reason == "a packed web archive (WACZ) with more members than are read"


# ---------------------------------------------------------------- packed by gzip


def test_a_packed_page_reads_as_the_page_and_keeps_the_files_own_hash(tmp_path: Path) -> None:
    """Words are those of the page, pictures beside it are found, and a run tells by the hash that the file is unchanged."""
    (tmp_path / "a.png").write_bytes(drawn())
    page = b"<!DOCTYPE html><html><head><title>Flood</title></head><body><img src='a.png'></body></html>"
    packed = gzip.compress(page, mtime=0)
    document = only_document(items(tmp_path, "story.html.gz", packed))
    assert (document.kind, document.text) == ("savedpage", page.decode())
    assert [p.path.rpartition("/")[2] for p in document.pictures] == ["a.png"]
    assert document.sha256 == hashlib.sha256(packed).hexdigest()


def test_packed_texts_and_saved_pages_are_read_and_members_join(tmp_path: Path) -> None:
    """Several gzip members are one text; an MHTML file and a web archive are read by what they hold, under any name."""
    packed = gzip.compress(b"One line.\n") + gzip.compress(b"Two lines.\n") + bytes(64)
    document = only_document(items(tmp_path, "wire.txt.gz", packed))
    assert (document.kind, document.text, document.warnings) == ("plaintext", "One line.\nTwo lines.\n", ())
    mhtml = (
        b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=B\r\n\r\n"
        b"--B\r\nContent-Type: text/html\r\n\r\n<html><p>words</p></html>\r\n--B--\r\n"
    )
    assert only_document(items(tmp_path, "page.mhtml.gz", gzip.compress(mhtml))).kind == "mhtml"
    record = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://news.example/\r\nContent-Type: application/http\r\n"
        b"Content-Length: 64\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>words</html>\r\n\r\n\r\n"
    )
    assert only_document(items(tmp_path, "crawl.gz", gzip.compress(record))).kind == "warc"


@pytest.mark.parametrize("keep", [-9, -4, 3000])
def test_a_damaged_packed_page_gives_what_stands_before_the_damage(tmp_path: Path, keep: int) -> None:
    """Cut off, or with a wrong check sum: the words that can be unpacked are read, with a warning."""
    page = b"<html><p>" + base64.b64encode(drawn()) + b"</p></html>"
    packed = gzip.compress(page)
    packed = packed[:keep] if keep != -4 else packed[:-8] + bytes(4) + packed[-4:]
    document = only_document(items(tmp_path, "story.html.gz", packed))
    assert page.decode().startswith(document.text)
    assert len(document.text) > 1000
    assert document.warnings == ("its compressed data is cut off or damaged",)


def test_many_empty_members_and_padding_are_read_at_once(tmp_path: Path) -> None:
    """A million members of nothing take no longer than a page (the suite's time limit would tell); zero bytes may follow."""
    nothing = gzip.compress(b"", mtime=0)
    text = gzip.compress(b"One line of words.\n")
    (item,) = items(tmp_path, "a.txt.gz", nothing * 1_000_000)
    assert isinstance(item, LeftAside)
    assert item.result == "ignored"
    document = only_document(items(tmp_path, "b.txt.gz", text + nothing * 1_000_000 + text))
    assert (document.text, document.warnings) == (
        "One line of words.\n",
        ("its compressed data is cut off or damaged",),
    )
    padded = only_document(items(tmp_path, "c.txt.gz", text + bytes(5000) + text + bytes(3000)))
    assert (padded.text, padded.warnings) == ("One line of words.\n" * 2, ())


def test_other_packed_files_stay_archives_and_bombs_stay_small(tmp_path: Path) -> None:
    """A packed table, picture or tar archive is ignored as an archive; what unpacks to more than is read is rejected."""
    for name, data in {
        "a.csv.gz": b"a,b\n1,2\n",
        "a.png.gz": drawn(),
        "a.gz": b"",
        "b.txt.gz": bytes(range(256)) * 9,
    }.items():
        (item,) = items(tmp_path, name, gzip.compress(data))
        assert isinstance(item, LeftAside)
        assert (item.result, item.reason) == ("ignored", "a gzip archive")
    (item,) = items(tmp_path, "bomb.html.gz", gzip.compress(b"<html>" + b" " * (9 << 20)), Limits(document=1 << 20))
    assert isinstance(item, LeftAside)
    assert (item.result, item.reason) == ("rejected", "unpacks to more than 1 MB")
