"""How addresses of a page find files."""

from __future__ import annotations

import pytest

from catalog.linking import link
from catalog.linking.evidence import resolves
from catalog.linking.views import Names

from .linkingfakes import article, captions, picture

LONG = "long-name-" * 12


@pytest.mark.parametrize(
    ("url", "path", "how"),
    [
        ("./page_files/storm.jpg", "in/page_files/storm.jpg", "same address"),
        ("https://n.example/2024/page_files/storm(1).jpg", "in/page_files/storm(1).jpg", "same address"),
        ("https://n.example/2024/page_files/storm(1).jpg", "in/page_files/storm.jpg", ""),
        ("https://cdn.example/a/Stürm%20am%20Hafen.jpg?w=800", "in/page_files/Stürm am Hafen.jpg", "same file name"),
        ("https://cdn.example/a/harbour-vigo.jpg", "in/page_files/harbour-vigo(2).jpg", "similar file name"),
        ("https://cdn.example/a/harbour-vigo-1024x768.webp", "in/harbour-vigo.jpg", "similar file name"),
        (f"https://cdn.example/a/{LONG}1.jpg", f"in/page_files/{LONG[:90]}.jpg", "similar file name"),
        (f"https://cdn.example/a/{LONG}1.jpg", f"in/{LONG}2.jpg", ""),
        ("https://cdn.example/a/storm.jpg", "in/page_files/calm.jpg", ""),
    ],
)  # fmt: skip
def test_names_resolve_as_surely_as_they_can(url: str, path: str, how: str) -> None:
    """Exact names are told from renditions, browser copies and names that were cut; other names find nothing."""
    assert resolves(Names([url]), Names([path])) == how


def test_a_captions_own_figure_is_certain_and_anothers_counts_against() -> None:
    """The picture in the caption's figure wins, even where the other has the better words."""
    page = article("https://n.example/IMG_1.jpg", "https://n.example/IMG_2.jpg", source="page.html")
    mine = captions("Boats in the harbour", "The mayor of Vigo", pictures=[0, 1])
    files = [picture("page_files/IMG_1.jpg", scope="document"), picture("page_files/IMG_2.jpg", scope="document")]
    links = link(page, mine, files)
    assert [(x.caption, x.image, x.band) for x in links] == [
        ("c0", files[0].image.id, "certain"),
        ("c1", files[1].image.id, "certain"),
    ]


def test_copies_that_a_browser_numbered_are_not_told_apart_by_name() -> None:
    """image.jpg and image(1).jpg may both be the picture at .../image.jpg: a person decides."""
    page = article("https://n.example/a/image.jpg", "https://n.example/b/image.jpg", source="page.html")
    mine = captions("Boats in the harbour", "The mayor of Vigo", pictures=[0, 1])
    files = [picture("page_files/image.jpg", scope="document"), picture("page_files/image(1).jpg", scope="document")]
    assert "certain" not in {x.band for x in link(page, mine, files)}


def test_a_missing_file_links_to_nothing_else() -> None:
    """A figure whose picture was not saved gets no other picture of the page."""
    page = article("https://n.example/storm.jpg", "https://n.example/harbour.jpg", source="page.html")
    mine = captions("Boats in the harbour", "The mayor of Vigo", pictures=[0, 1])
    links = link(
        page, mine, [picture("page_files/harbour.jpg", scope="document"), picture("page_files/x.jpg", scope="document")]
    )
    assert [x.caption for x in links] == ["c1"]


def test_a_telling_name_of_the_figure_is_met_in_another_import() -> None:
    """It makes the link likely, not certain; a camera's name, or another name, tells nothing across imports."""
    page = article("https://n.example/wharf-storm.jpg", source="page.html")

    def linked(path: str) -> list[tuple[str, str]]:
        found = link(page, captions("Boats", pictures=[0]), [picture(path, scope="catalogue")])
        return [(x.band, e.name) for x in found for e in x.evidence if e.name.startswith("same figure")]

    assert linked("photos/wharf-storm.jpg") == [("likely", "same figure, name met elsewhere")]
    assert linked("photos/wharf-storm-2.jpg") == []
    page = article("https://n.example/DSC_2041.jpg", source="page.html")
    assert linked("photos/DSC_2041.jpg") == []


def test_a_catalogue_picture_is_not_found_by_its_page_name() -> None:
    """A generic name in another import is no evidence for this page's figure."""
    page = article("https://n.example/storm.jpg", source="page.html")
    links = link(page, captions("Boats", pictures=[0]), [picture("old/page_files/storm.jpg", scope="catalogue")])
    assert links == []
