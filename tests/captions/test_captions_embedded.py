"""What the scripts of a page assign, and the facts that its ``meta`` elements tell."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.captions import markup
from catalog.captions.embedded import _assignments
from catalog.sources import Document

#: A name, what may stand around it, and what is assigned to it: looked for from its beginning.
PLAINLY = re.compile(r"(?:^|[;\s])(?:window\.|var |let |const |self\.)?[\w.$\[\]\"']{1,80}\s{0,3}=\s{0,3}(?=[\[{])")
_parts = st.sampled_from(
    ["a", "=", "= ", "{", "[", ";", " ", "window.", "var ", "\n", 'x["y"]', "(", " " * 4, "b" * 40]
)


@given(st.lists(_parts, max_size=16))
def test_assignments_are_found_from_their_signs_as_from_their_names(parts: list[str]) -> None:
    """Looking backwards from each sign of assignment finds the same places as trying every word for a name."""
    text = "".join(parts)
    assert [m.end() for m in _assignments(text)] == [m.end() for m in PLAINLY.finditer(text)]


@pytest.mark.parametrize(
    "written", ["window.__STATE__ = {};", "var pics={};", 'self["pics"] = {}', "let a = 1, b = 2; const pics = {}"]
)
def test_pictures_of_a_scripts_state_are_read_however_it_is_assigned(written: str) -> None:
    """A page without pictures of its own gives those that its script's state names with a caption."""
    state = '{"photo": {"url": "https://news.example/img/quay.jpg", "caption": "The quay at Larchfield at dawn"}}'
    text = f"<html><body><h1>Quay opens</h1><p>{'The quay opened again. ' * 20}</p><script>{written.replace('{}', state)}</script>"
    found = markup.read(Document("p.html", "webpage", text, "utf-8", "0" * 64, "https://news.example/quay"))
    assert [c.text for c in found.captions] == ["The quay at Larchfield at dawn"]


def test_the_surest_meta_element_tells_a_fact() -> None:
    """Of several names for one fact the surest counts, wherever it stands; one without words is passed over."""
    text = (
        '<html><head><meta name="date" content="2024-01-01"><meta property="article:published_time" content="2024-05-07">'
        '<meta name="author" content=" "><meta name="byl" content="Eva Lund"><meta name="author" content="Jo Hart">'
        f'<meta property="og:site_name" content="The Courier"></head><body><p>{"It rained. " * 30}</p>'
    )
    article = markup.read(Document("p.html", "webpage", text, "utf-8", "0" * 64, "https://news.example/rain")).article
    assert (article.published, article.byline, article.publisher) == ("2024-05-07", "Jo Hart", "The Courier")
