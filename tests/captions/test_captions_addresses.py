"""Picture addresses: keys, stems and renditions."""

from __future__ import annotations

import random

import pytest

from catalog.addresses import is_placeholder, keys, resolve, same_picture, stem
from catalog.captions import srcset


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("https://h.example/u/Storm-at-sea-1024x768.jpg", "https://h.example/u/Storm-at-sea.jpg?w=300"),
        ("https://h.example/u/storm-at-sea-scaled.jpg", "https://cdn.example/x/storm-at-sea.webp"),
        (
            "https://r.example/fit/800/https%3A%2F%2Fh.example%2Fu%2Fstorm-at-sea.jpg",
            "https://h.example/u/storm-at-sea.jpg",
        ),
        (
            "https://h.example/i/83e0240d-b792-412d-bb42-3ce71a5b6ca0/w800/large",
            "https://x.example/83e0240d-b792-412d-bb42-3ce71a5b6ca0.jpg",
        ),
        ("storm-at-sea (1).jpg", "https://h.example/u/storm-at-sea.jpg"),
        (
            "https://r.example/p.php?u=https://h.example/u/storm-at-sea.jpg&x=0&w=9",
            "https://h.example/u/storm-at-sea.jpg",
        ),
    ],
)
def test_renditions_of_one_picture_are_recognised(a: str, b: str) -> None:
    """Size suffixes, query parameters, proxies, identifiers and saved copies name the same picture."""
    assert same_picture(a, b) and same_picture(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("https://h.example/u/storm-at-sea.jpg", "https://h.example/u/storm-at-night.jpg"),
        ("https://h.example/img/1.jpg", "https://x.example/img/1.jpg"),
        ("https://h.example/show?id=7001", "https://h.example/show?id=7002"),
        (
            "https://h.example/83e0240d-b792-412d-bb42-3ce71a5b6ca0/1.jpg",
            "https://h.example/83e0240d-b792-412d-bb42-3ce71a5b6ca0/2.jpg",
        ),
        (
            "https://r.example/p.php?u=https://h.example/show?a=1&id=7001",
            "https://r.example/p.php?u=https://h.example/show?a=1&id=7002",
        ),
        ("", ""),
    ],
)
def test_different_pictures_stay_apart(a: str, b: str) -> None:
    """Other names, generic names on other hosts, and numbered pictures of one article are not joined."""
    assert not same_picture(a, b)


@pytest.mark.parametrize(
    "name",
    [
        "https://h/a/Storm-1024x768.jpg?w=3",
        "Storm-scaled (1).jpeg",
        "storm.webp",
        "C:\\saved\\Storm_small.jpg",
        "storm@2x.png",
    ],
)
def test_stems_drop_copy_numbers_and_sizes(name: str) -> None:
    """Browser copies, content-system suffixes and extensions do not change the stem."""
    assert stem(name) == "storm"


def test_stand_ins_have_no_keys() -> None:
    """Placeholders and ``data:`` addresses name no picture."""
    assert is_placeholder("https://h.example/static/blank.gif")
    assert keys("https://h.example/static/blank.gif") == keys("data:image/png;base64,AAAA") == frozenset()


def test_addresses_are_resolved_against_the_page() -> None:
    """Relative, protocol-relative and padded addresses become absolute; a malformed one comes back as it is."""
    assert resolve(" ../p/a b.jpg\n", "https://h.example/news/x") == "https://h.example/p/a%20b.jpg"
    assert resolve("//c.example/a.jpg", "https://h.example/") == "https://c.example/a.jpg"
    assert resolve("http://[bad", "https://h.example/") == "http://[bad"


@pytest.mark.parametrize("unit", ["-1x1", "_w", "https://a/", "%3A", "/a", "(1)", "?a=b&"])
def test_hostile_addresses_are_answered(unit: str) -> None:
    """Very long and repetitive addresses are cut and answered."""
    long = "https://h.example/" + unit * 50_000
    assert isinstance(keys(long), frozenset)
    assert isinstance(stem(long), str)


@pytest.mark.parametrize(
    "name",
    [
        "blank.gif",
        "spacer-1.png",
        "pixel.gif",
        "placeholder-16x9.svg",
        "lazyload.png",
        "empty.png",
        "trans_1x1.gif",
        "grey-300.jpg",
    ],
)
def test_names_of_stand_ins(name: str) -> None:
    """Words for nothing, alone or with a size, name a stand-in."""
    assert is_placeholder(f"https://h.example/static/{name}")


@pytest.mark.parametrize(
    "name",
    [
        "empty-shelves.jpg",
        "transport-strike.jpg",
        "blanket-drive.jpg",
        "clear-skies.jpg",
        "loading-dock.jpg",
        "graylag-goose.jpg",
    ],
)
def test_names_that_begin_like_a_stand_in(name: str) -> None:
    """A photograph of empty shelves or of a transport strike is one, whatever its name begins with."""
    assert not is_placeholder(f"https://h.example/2024/05/{name}")


def test_a_srcset_without_parentheses_is_read_as_one_with() -> None:
    """The short way for nearly all values gives what the whole algorithm gives."""
    chance = random.Random(7)
    parts = ["a.jpg", "b,c.png", " ", "\n", ",", ",,", "1x", "640w", "2h", "1.5x", "\t", "\x0b"]
    for _ in range(3000):
        value = "".join(chance.choices(parts, k=chance.randrange(12)))
        # An empty pair of parentheses at the end is one more address, or a descriptor that says nothing.
        whole = [tuple(c) for c in srcset.parse(value + ", ()")]
        assert [tuple(c) for c in srcset.parse(value)] == [c for c in whole if c[0] != "()"], value
