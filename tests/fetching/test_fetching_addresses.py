"""Which hosts may be reached."""

from __future__ import annotations

import pytest

from catalog.fetching import Fetcher, FetchFailed
from catalog.fetching.addresses import checked, may_reach, resolve
from catalog.fetching.failure import HostRefused
from catalog.fetching.target import parse
from tests.fetching.fetching_site import Page, Site

INNER = [
    "127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "169.254.1.1",
    "0.0.0.0", "0.1.2.3", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.88.99.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1",
    "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:10.0.0.1", "::10.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::8.8.8.8", "64:ff9b:1::1", "2002:7f00:1::1", "2001:0:4136:e378::1", "2001:db8::1", "3fff::1", "100::1",
    "5f00::1", "not an address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", INNER)
def test_no_machine_off_the_public_internet_is_reached(address: str) -> None:
    """Private, local, reserved, documentation, multicast and IPv4-carrying addresses are refused."""
    assert not may_reach(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111"])
def test_public_machines_are_reached(address: str) -> None:
    """Ordinary public addresses are allowed."""
    assert may_reach(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1", "fd12:3456::1", "fe80::1", "::ffff:10.0.0.1"])
def test_the_own_network_is_reached_when_allowed(address: str) -> None:
    """With leave, loopback, private and link-local addresses are allowed."""
    assert may_reach(address, private=True)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "fd00:ec2::254",
        "224.0.0.1",
        "0.0.0.0",
        "ff02::1",
    ],
)
def test_some_are_never_reached(address: str) -> None:
    """What hands out a cloud's keys, multicast and the unspecified address are refused even with leave."""
    assert not may_reach(address, private=True)


def test_of_a_mixed_answer_only_what_is_public_is_used() -> None:
    """When a name has public and inner addresses, the inner ones are left out; with none left the host is refused."""
    assert checked("h.example", 80, resolver=lambda *_: ["10.0.0.1", "8.8.8.8", "::1"]) == ["8.8.8.8"]
    with pytest.raises(HostRefused):
        checked("h.example", 80, resolver=lambda *_: ["10.0.0.1", "::1"])


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:7f00:1]"]
)
def test_other_spellings_of_this_machine_are_refused(fetcher: Fetcher, site: Site, host: str) -> None:
    """However loopback is spelt, it is not asked."""
    strict = Fetcher(fetcher.shelf)
    with pytest.raises(FetchFailed):
        strict.fetch(site.url("/", host))
    assert site.asked == []


def test_a_name_that_changes_its_address_gains_nothing(fetcher: Fetcher, site: Site) -> None:
    """Each connection goes to an address that was checked: the name is resolved once for it, and never by the socket."""
    answers = [["127.0.0.1"], ["127.0.0.1"], ["10.9.9.9"]]
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    site.pages["/a"] = Page(b"here")
    moving = Fetcher(fetcher.shelf, fetcher.rules, resolver=rebinding)
    kept = moving.fetch(site.url("/a", "rebind.example"))
    assert kept.path.read_bytes() == b"here"
    assert asked == ["rebind.example"] * len(site.asked) == ["rebind.example"] * 2
    assert {headers["host"] for _, headers in site.asked} == {f"rebind.example:{site.port}"}


@pytest.mark.parametrize(
    "url",
    [
        "ftp://h.example/x", "file:///etc/passwd", "gopher://h.example/", "//h.example/x", "/etc/passwd", "http://", "http:///x",
        "http://user:pw@h.example/", "http://h.example:22/", "http://h.example:0/", "http://h.example:99999/", "http://[::1/",
        "http://a b/", "http://h\\@i.example/", "http://[fe80::1%25eth0]/", "http://../", "http://h.example/" + "a" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    """Other schemes, passwords, odd ports and malformed addresses are refused before anything is asked."""
    with pytest.raises(FetchFailed):
        parse(url)


def test_addresses_are_put_into_one_form() -> None:
    """Hosts become ASCII and lower-case, paths and queries are percent-encoded once, fragments fall away."""
    assert (
        parse("HTTP://Bücher.Example:80/ä b?q=ö&x=%20#part").url
        == "http://xn--bcher-kva.example/%C3%A4%20b?q=%C3%B6&x=%20"
    )
    assert parse("../b?c", "https://h.example:8443/a/x/y").url == "https://h.example:8443/a/b?c"
    assert parse("http://[2606:4700:4700::1111]/").authority == "[2606:4700:4700::1111]"


def test_no_header_can_be_smuggled_in(fetcher: Fetcher, site: Site) -> None:
    """Line ends in an address never reach the server as header lines."""
    with pytest.raises(FetchFailed):
        fetcher.fetch(site.url("/a\r\nX-Evil: 1"))
    site.pages["/a"] = Page(status=302, headers={"Location": "/b\x0bX-Evil: 1"})
    with pytest.raises(FetchFailed):
        fetcher.fetch(site.url("/a"))
    assert all("x-evil" not in headers for _, headers in site.asked)


def test_an_unknown_host_is_said_to_be_unknown() -> None:
    """A name without address is a failure that may pass (this one is too long to be asked of any name server)."""
    with pytest.raises(FetchFailed) as failure:
        resolve(f"{'a' * 70}.example", 80)
    assert failure.value.again
