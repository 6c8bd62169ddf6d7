"""Fetching from a server that may mean ill: redirects, sizes, times, robots.txt, waiting, and what is kept."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from catalog.fetching import Fetcher, FetchFailed, Rules, Shelf, addresses
from tests.fetching.fetching_site import Page, Site, redirect


def refused(fetcher: Fetcher, url: str) -> FetchFailed:
    """The failure that fetching ends in."""
    with pytest.raises(FetchFailed) as failure:
        fetcher.fetch(url)
    return failure.value


# ---------------------------------------------------------------- plain fetching


def test_an_answer_is_kept_with_a_sidecar(fetcher: Fetcher, site: Site) -> None:
    """The bytes lie under the host's name, and the sidecar says what they are and where they came from."""
    site.pages["/a?x=1"] = Page(b"<p>hello", headers={"ETag": '"1"'})
    kept = fetcher.fetch(site.url("/a?x=1#part"))
    assert kept.path.read_bytes() == b"<p>hello" and kept.path.suffix == ".html"
    assert kept.path.parent == fetcher.shelf.folder / "127.0.0.1"
    said = json.loads((kept.path.parent / f"{kept.path.stem}.meta.json").read_bytes())
    assert said["final"] == site.url("/a?x=1") and said["status"] == 200 and said["sha256"] == kept.sha256
    assert said["headers"]["etag"] == '"1"' and kept.charset == "utf-8"
    assert not list(fetcher.shelf.folder.rglob(".*")), "no temporary file stays"


def test_the_environments_proxies_are_ignored(fetcher: Fetcher, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment is not used: the checked address is what is connected to."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.pages["/a"] = Page(b"x")
    assert fetcher.fetch(site.url("/a")).size == 1


def test_the_request_says_who_asks_and_nothing_more(fetcher: Fetcher, site: Site) -> None:
    """Requests name Cutline and the host, and carry no cookies, credentials or referrer."""
    site.pages["/a"] = Page(b"x", headers={"Set-Cookie": "a=b"})
    site.pages["/b"] = Page(b"x")
    fetcher.fetch(site.url("/a"))
    fetcher.fetch(site.url("/b"))
    headers = site.asked[-1][1]
    assert headers["user-agent"].startswith("Cutline/") and headers["host"] == f"127.0.0.1:{site.port}"
    assert set(headers) == {"host", "user-agent", "accept", "accept-encoding", "connection"}


@pytest.mark.parametrize(("status", "again"), [(404, False), (410, False), (403, False), (500, True), (503, True)])
def test_errors_say_what_the_server_answered(fetcher: Fetcher, site: Site, status: int, again: bool) -> None:
    """An error status is a failure that names it, worth another try or not."""
    site.pages["/a"] = Page(b"x", status=status)
    failure = refused(fetcher, site.url("/a"))
    assert str(status) in str(failure) and failure.again is again


# ---------------------------------------------------------------- redirects


def test_redirects_lead_to_the_final_address(fetcher: Fetcher, site: Site) -> None:
    """Relative and absolute redirects of every kind are followed; the answer knows both addresses."""
    site.pages |= {
        "/a": redirect("b/c", 301), "/b/c": redirect("../d?ü".encode().decode("latin-1"), 303),
        "/d?%C3%BC": redirect(site.url("/e"), 307),
        "/e": redirect(f"//127.0.0.1:{site.port}/f", 308), "/f": Page(b"end"),
    }  # fmt: skip
    kept = fetcher.fetch(site.url("/a"))
    assert kept.final == site.url("/f") and kept.url == site.url("/a") and kept.path.read_bytes() == b"end"


@pytest.mark.parametrize(
    "where",
    ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://127.0.0.1:22/", "http://a:b@127.0.0.1/", "data:text/html,x"],
)
def test_redirects_elsewhere_than_the_web_are_refused(fetcher: Fetcher, site: Site, where: str) -> None:
    """A redirect is checked like an address that the user gave."""
    site.pages["/a"] = redirect(where)
    assert "sends elsewhere" in str(refused(fetcher, site.url("/a")))


@pytest.mark.parametrize(
    "where", ["http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://in.example/"]
)
def test_redirects_into_a_private_network_are_refused(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """A host that was allowed cannot send the request on to one that is not."""
    inner = {"out.example": ["127.0.0.1"], "in.example": ["192.168.0.1"]}

    fetcher = Fetcher(Shelf(tmp_path), Rules(delay=0), resolver=lambda host, _: inner.get(host, [host]))
    site.pages["/a"] = redirect(where)
    strict = addresses.may_reach
    # Loopback passes for a public host here, so that this machine can play one.
    monkeypatch.setattr(addresses, "may_reach", lambda text, **allow: text == "127.0.0.1" or strict(text, **allow))
    assert "not on the public internet" in str(refused(fetcher, site.url("/a", "out.example")))
    assert site.paths() == ["/a"]


def test_loops_and_long_chains_end(fetcher: Fetcher, site: Site) -> None:
    """An address that leads back to itself, or on and on, is given up."""
    site.pages |= {"/a": redirect("/b"), "/b": redirect("/a")}
    assert "back to itself" in str(refused(fetcher, site.url("/a")))
    site.pages |= {f"/n{n}": redirect(f"/n{n + 1}") for n in range(50)}
    assert "leads on" in str(refused(fetcher, site.url("/n0")))
    assert len(site.paths()) < 20


# ---------------------------------------------------------------- sizes and times


def test_an_announced_size_is_believed(fetcher: Fetcher, site: Site, quick: Rules) -> None:
    """A body that is announced as too large is not even begun."""
    site.pages["/a"] = Page(b"x" * 5000)
    small = Fetcher(fetcher.shelf, replace(quick, size=1000))
    assert "larger than" in str(refused(small, site.url("/a")))


def test_an_endless_body_is_cut_off(fetcher: Fetcher, site: Site, quick: Rules) -> None:
    """A body without announced length, sent for ever, ends at the limit."""
    sent = 0

    def endless(to: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        to.send_response(200)
        to.end_headers()
        while sent < 100 << 20:
            to.wfile.write(b"x" * 65536)
            sent += 65536

    site.pages["/a"] = Page(serve=endless)
    assert "larger than 1 MB" in str(refused(Fetcher(fetcher.shelf, replace(quick, size=1 << 20)), site.url("/a")))
    assert sent < 50 << 20


@pytest.mark.parametrize("packing", ["gzip", "deflate"])
def test_a_bomb_stays_small(fetcher: Fetcher, site: Site, quick: Rules, packing: str) -> None:
    """A few bytes that unpack to many megabytes are unpacked to the limit and no further."""
    pack = zlib.compressobj(9, wbits=31 if packing == "gzip" else 15)
    bomb = b"".join(pack.compress(bytes(1 << 20)) for _ in range(32)) + pack.flush()
    site.pages["/a"] = Page(bomb, headers={"Content-Encoding": packing})
    assert "larger than 2 MB" in str(refused(Fetcher(fetcher.shelf, replace(quick, size=2 << 20)), site.url("/a")))
    assert fetcher.fetch(site.url("/a")).size == 32 << 20, "within its limit it is read whole"


def test_what_is_packed_is_unpacked_or_refused(fetcher: Fetcher, site: Site) -> None:
    """gzip is read; broken or cut gzip and packings that were not asked for are failures."""
    packed = gzip.compress(b"<p>words" * 1000)
    for path, body, name in (
        ("/good", packed, "gzip"), ("/cut", packed[:-9], "gzip"), ("/bad", b"no gzip", "gzip"), ("/br", b"..", "br"),
    ):  # fmt: skip
        site.pages[path] = Page(body, headers={"Content-Encoding": name})
    assert fetcher.fetch(site.url("/good")).path.read_bytes() == b"<p>words" * 1000
    for path in ("/cut", "/bad", "/br"):
        refused(fetcher, site.url(path))


def test_a_dripping_server_runs_out_of_time(fetcher: Fetcher, site: Site, quick: Rules) -> None:
    """Neither headers nor a body sent byte by byte hold a fetch longer than its time."""

    def drip(to: BaseHTTPRequestHandler) -> None:
        if to.path == "/body":
            to.send_response(200)
            to.send_header("Content-Length", "100000")
            to.end_headers()
        for _ in range(200):
            to.wfile.write(b"H")
            time.sleep(0.05)

    site.pages |= {"/body": Page(serve=drip), "/headers": Page(serve=drip)}
    hurried = Fetcher(fetcher.shelf, replace(quick, seconds=0.4))
    for path in ("/body", "/headers"):
        failure = refused(hurried, site.url(path))
        assert "too slow" in str(failure) and failure.again


def test_a_silent_server_runs_out_of_patience(fetcher: Fetcher, site: Site, quick: Rules) -> None:
    """A server that accepts and says nothing is given up after the longest silence."""
    site.pages["/a"] = Page(serve=lambda to: time.sleep(3))
    assert "too slow" in str(refused(Fetcher(fetcher.shelf, replace(quick, silence=0.2)), site.url("/a")))


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", b"HTTP/1.1 999999 x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    ],
)  # fmt: skip
def test_broken_answers_are_failures(fetcher: Fetcher, site: Site, raw: bytes) -> None:
    """Whatever a server sends that is no whole HTTP answer ends as a failure with a sentence, and nothing is kept of it."""

    def send(to: BaseHTTPRequestHandler) -> None:
        to.wfile.write(raw)

    site.pages["/a"] = Page(serve=send)
    assert str(refused(fetcher, site.url("/a"))).endswith(".")
    assert not list(fetcher.shelf.folder.rglob("*.bin"))


def test_a_host_that_keeps_failing_is_left_alone(fetcher: Fetcher, site: Site) -> None:
    """After some failures in a row a host is not asked again in the run, so that a dead one costs little."""
    site.pages["/robots.txt"] = Page(b"")
    for n in range(6):
        site.pages[f"/{n}"] = Page(serve=lambda to: None)
        refused(fetcher, site.url(f"/{n}"))
    assert len(site.paths()) == 3


# ---------------------------------------------------------------- robots.txt and politeness


def test_robots_txt_is_obeyed(fetcher: Fetcher, site: Site) -> None:
    """What robots.txt forbids to Cutline is not asked for; it is itself asked for once."""
    site.pages["/robots.txt"] = Page(
        b"\xef\xbb\xbfUser-agent: cutline\nDisallow: /private\n\nUser-agent: *\nDisallow: /\n"
    )
    site.pages |= {"/a": Page(b"x"), "/private/b": Page(b"x"), "/c": redirect("/private/b")}
    assert fetcher.fetch(site.url("/a")).size == 1
    for path in ("/private/b", "/c"):
        assert "robots.txt" in str(refused(fetcher, site.url(path)))
    assert [p for p, _ in site.asked] == ["/robots.txt", "/a", "/c"]


def test_robots_txt_that_is_not_there_allows_all_and_one_that_fails_nothing(fetcher: Fetcher, site: Site) -> None:
    """RFC 9309: a missing file allows everything, a server error or an endless file nothing."""
    site.pages["/a"] = Page(b"x")
    for page, allowed in (
        (Page(status=404), True), (Page(status=403), True), (Page(status=500), False), (redirect("/rules"), False),
        (Page(b"#" * (2 << 20)), False), (Page(serve=lambda to: None), False),
    ):  # fmt: skip
        site.pages |= {"/robots.txt": page, "/rules": Page(b"User-agent: *\nDisallow: /a")}
        fresh = Fetcher(Shelf(fetcher.shelf.folder / str(len(site.asked))), fetcher.rules)
        if allowed:
            assert fresh.fetch(site.url("/a")).size == 1
        else:
            refused(fresh, site.url("/a"))


@pytest.mark.parametrize(
    "line", ["Disallow: http://[bad", "Crawl-delay: ²", "Crawl-delay: " + "9" * 5000, "Request-rate: ²/³", "\0"]
)
def test_odd_lines_of_robots_txt_count_for_nothing(fetcher: Fetcher, site: Site, line: str) -> None:
    """A line that makes no sense neither ends the run nor hides the rules around it."""
    site.pages["/robots.txt"] = Page(f"User-agent: *\n{line}\nDisallow: /private\n".encode())
    site.pages |= {"/a": Page(b"x"), "/private": Page(b"x")}
    assert fetcher.fetch(site.url("/a")).size == 1
    assert "robots.txt" in str(refused(fetcher, site.url("/private")))


@pytest.mark.parametrize(
    "value", ["²", "9" * 5000, "Fri, 99 Foo 0000", "-5", "\x00", "Mon, 01 Jan 9999999 00:00:00 GMT"]
)
def test_odd_headers_are_survived(fetcher: Fetcher, site: Site, value: str) -> None:
    """Dates and numbers that make no sense in an answer's headers are as if they were not there."""
    names = ("Expires", "Date", "Age", "Last-Modified")
    latin = value.encode().decode("latin-1")
    site.pages["/a"] = Page(b"x", headers={**dict.fromkeys(names, latin), "Cache-Control": f"max-age={latin}"})
    site.pages["/b"] = Page(status=503, headers={"Retry-After": latin})
    for _ in range(2):
        assert fetcher.fetch(site.url("/a")).size == 1
    assert refused(fetcher, site.url("/b")).again


def test_a_host_is_not_asked_faster_than_it_wants(site: Site, tmp_path: Path, quick: Rules) -> None:
    """Between two requests to a host lies the delay, or what its robots.txt asks for if that is longer, within reason."""
    now, naps = 0.0, [0.0]

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        naps[-1] += seconds

    fetcher = Fetcher(Shelf(tmp_path), replace(quick, delay=2.0), clock=lambda: now, sleep=sleep)
    site.pages |= {f"/{n}": Page(b"x") for n in range(3)}
    for n in range(2):
        naps.append(0.0)
        fetcher.fetch(site.url(f"/{n}"))
    assert naps[-1] == pytest.approx(2.0)
    site.pages["/robots.txt"] = Page(b"User-agent: *\nCrawl-delay: 7")
    fetcher = Fetcher(Shelf(tmp_path / "b"), replace(quick, delay=2.0), clock=lambda: now, sleep=sleep)
    for n in range(2):
        naps.append(0.0)
        fetcher.fetch(site.url(f"/{n}"))
    assert naps[-1] == pytest.approx(7.0)


def test_retry_after_is_waited_for_or_taken_as_no(site: Site, tmp_path: Path, quick: Rules) -> None:
    """A short Retry-After is waited for; a long one ends the host's turn in this run, without a further request."""
    slept: list[float] = []
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        slept.append(seconds)

    fetcher = Fetcher(Shelf(tmp_path), quick, clock=lambda: now, sleep=sleep)
    site.pages["/a"] = [Page(status=429, headers={"Retry-After": "9"}), Page(b"x")]
    assert fetcher.fetch(site.url("/a")).size == 1
    assert sum(slept) == pytest.approx(9.0)
    late = "Fri, 31 Dec 2199 23:59:59 GMT"
    for n, value in enumerate(("100000", late)):
        fetcher = Fetcher(Shelf(tmp_path), quick, clock=lambda: now, sleep=sleep)
        site.pages[f"/b{n}"] = Page(status=503, headers={"Retry-After": value})
        before = len(site.asked)
        for _ in range(2):
            assert refused(fetcher, site.url(f"/b{n}")).again
        assert len(site.asked) == before + 1
    site.pages["/c"] = Page(status=429, headers={"Retry-After": "1"})
    before = len(site.asked)
    refused(Fetcher(Shelf(tmp_path), quick, clock=lambda: now, sleep=sleep), site.url("/c"))
    assert len(site.asked) == before + quick.tries, "a server that always asks to wait is given up"


# ---------------------------------------------------------------- what is kept


def test_what_is_fresh_is_not_asked_for_again(site: Site, tmp_path: Path, quick: Rules) -> None:
    """Within its lifetime an answer comes from the shelf; after it, a conditional request renews it without a new body."""
    now = 1_000_000.0
    shelf = Shelf(tmp_path, clock=lambda: now)
    site.pages |= {
        "/age": Page(b"x", headers={"Cache-Control": "max-age=3000", "ETag": '"1"'}),
        "/since": Page(b"x", headers={"Last-Modified": "Mon, 02 Jan 2017 00:00:00 GMT"}),
        "/no": Page(b"x", headers={"Cache-Control": "no-cache", "ETag": '"2"'}),
    }
    for path in site.pages:
        first = Fetcher(shelf, quick).fetch(site.url(path))
        assert Fetcher(shelf, quick).fetch(site.url(path)).sha256 == first.sha256
    assert site.paths() == ["/age", "/since", "/no", "/no"]
    assert "if-none-match" in site.asked[-1][1]
    now += 2000
    site.asked.clear()
    for path in ("/age", "/since"):
        kept = Fetcher(shelf, quick).fetch(site.url(path))
        assert kept.path.read_bytes() == b"x"
    assert site.paths() == ["/since"] and site.asked[0][1]["if-modified-since"].startswith("Mon, 02 Jan")
    site.asked.clear()
    Fetcher(shelf, quick).fetch(site.url("/since"))
    assert site.asked == []


def test_changed_content_takes_the_place_of_the_old(site: Site, tmp_path: Path, quick: Rules) -> None:
    """A new body replaces the old one, also when its kind and so its file's name changes; the same body is not rewritten."""
    now = 1_000_000.0
    fetcher = Fetcher(Shelf(tmp_path, clock=lambda: now), quick)
    site.pages["/a"] = Page(b"one")
    first = fetcher.fetch(site.url("/a"))
    stamp = first.path.stat().st_mtime_ns
    now += 5000
    assert fetcher.fetch(site.url("/a")).path.stat().st_mtime_ns == stamp
    now += 5000
    site.pages["/a"] = Page(b"two", kind="text/plain")
    second = fetcher.fetch(site.url("/a"))
    assert second.path.read_bytes() == b"two" and not first.path.exists()


@pytest.mark.parametrize("damage", ["body", "sidecar", "nonsense"])
def test_what_is_damaged_on_disk_is_fetched_again(fetcher: Fetcher, site: Site, damage: str) -> None:
    """A cut body or sidecar counts as not there."""
    site.pages["/a"] = Page(b"whole")
    kept = fetcher.fetch(site.url("/a"))
    sidecar = kept.path.parent / f"{kept.path.stem}.meta.json"
    if damage == "body":
        kept.path.write_bytes(b"wh")
    else:
        sidecar.write_bytes(sidecar.read_bytes()[:40] if damage == "sidecar" else b'{"url": 3}')
    assert fetcher.fetch(site.url("/a")).path.read_bytes() == b"whole"
    assert site.paths() == ["/a", "/a"]


def test_a_stopped_fetcher_asks_nothing_more(fetcher: Fetcher, site: Site) -> None:
    """After stop, what is under way ends and nothing new begins; what was kept stays."""
    site.pages |= {"/a": Page(b"x"), "/b": Page(b"x")}
    fetcher.fetch(site.url("/a"))
    fetcher.stop()
    assert refused(fetcher, site.url("/b")).again
    assert fetcher.fetch(site.url("/a")).size == 1
    assert site.paths() == ["/a"]
