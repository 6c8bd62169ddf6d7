"""Ids of articles and captions."""

from __future__ import annotations

from catalog.captions.ids import article_id, caption_id, caption_ids


def test_article_ids_follow_the_address_and_else_the_path() -> None:
    """The page's address decides, whatever its case, fragment or last slash; without one the path does."""
    assert article_id("https://Courier.example/a/", "x.html") == article_id("https://courier.example/a#top", "y.html")
    assert article_id("", "x.html") != article_id("", "y.html")
    assert article_id("file:///tmp/x.html", "x.html") == article_id("", "x.html")
    assert len(article_id("", "x")) == 16


def test_caption_ids_ignore_white_space_and_count_repetitions() -> None:
    """The same words laid out otherwise keep their id; the second time they are printed they get another."""
    assert caption_id("a", "Boats  at\ndawn") == caption_id("a", "Boats at dawn")
    ids = list(caption_ids("a", ["Boats", "Nets", "Boats"]))
    assert len(set(ids)) == 3 and ids[0] == caption_id("a", "Boats", 0) and ids[2] == caption_id("a", "Boats", 1)
