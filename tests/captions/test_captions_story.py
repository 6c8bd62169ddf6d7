"""What a page says of its story."""

from __future__ import annotations

from pathlib import Path

import pytest

import catalog


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Flood in Derry | The Courier", "Flood in Derry"),
        ("Flood in Derry - Politics - The Courier", "Flood in Derry - Politics"),
        ("Flood in Derry – courier.example", "Flood in Derry"),
        ("Flood in Derry | News-Courier", "Flood in Derry | News-Courier"),
        ("The Courier", "The Courier"),
        ("Mayor: &amp;quot;No &amp;amp; never&amp;quot;", 'Mayor: "No & never"'),
        ("Sinn Féin – a history", "Sinn Féin – a history"),
    ],
)
def test_a_title_is_told_without_the_sites_name_and_without_escapes(tmp_path: Path, title: str, expected: str) -> None:
    """Only the publisher's own name behind a bar or dash is taken off, never the last words of a headline."""
    page = tmp_path / "story.html"
    page.write_text(
        f'<html><head><title>{title}</title><meta property="og:site_name" content="The Courier"></head>'
        "<body><article><p>The river rose over its banks on Monday morning, and the town was cut off.</p></article></body></html>"
    )
    assert catalog.extract(page, "https://www.courier.example/flood")["article"]["title"] == expected
