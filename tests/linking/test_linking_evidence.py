"""Each kind of evidence is named where it is met, and nowhere else; every row of the table has its case here."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.linking import Known, calibration
from catalog.linking.evidence import Scene, judge
from catalog.linking.overlooked import contest, lines_of
from catalog.model import Article, PictureRef

from .linkingfakes import article, captions, picture

HARBOUR = "Fishing boats leave the harbour of Vigo after the storm."
MAYOR = "Mayor Carla Núñez speaks to volunteers outside the town hall."
DATED = "Carla Núñez opens the festival in Lisbon on 3 May 2024."
PAGE, ROOF = "https://example.org/2024/05/fishing-boats-vigo.jpg", "https://example.org/2024/05/roof.jpg"

LONGER = f"{HARBOUR[:-1]}, which had closed the port."

#: The evidence for a file's belonging to the first caption (:data:`HARBOUR`, beside :data:`MAYOR`), and what the file says or is.
FILES: list[tuple[str, dict[str, Any]]] = [
    ("embedded caption equal", {"caption": f"VIGO, Spain (AP) - {HARBOUR} (AP Photo/Jane Doe)"}),
    ("embedded caption contains it", {"caption": LONGER}),
    ("embedded caption near", {"caption": "Fishing boats left the harbour of Vigo when the storm was over."}),
    ("embedded caption similar", {"caption": "The harbour of Vigo, full of yachts, ferries and boats."}),
    ("embedded caption touches", {"caption": "A storm near Vigo felled trees, roofs, masts, signs and fences."}),
    ("embedded caption differs", {"caption": "A cat sleeps on a red chair in a small café."}),
    ("embedded headline agrees", {"headline": "Fishing boats leave Vigo"}),
    ("keywords agree", {"keywords": ("storm", "harbour", "weather")}),
    ("person missing", {"persons": ("Luis Prado",)}),
    ("place agrees", {"city": "Vigo"}),
    ("all file-name words", {"path": "story/fishing-boats-vigo-02.jpg"}),
    ("both file-name words", {"path": "story/boats_vigo.jpg"}),
    ("most file-name words", {"path": "story/boats-vigo-sunset.jpg"}),
    ("some file-name words", {"path": "story/boats-sunset-beach.jpg"}),
    ("file-name words differ", {"path": "story/cat-chair.jpg"}),
    ("known caption equal", {"known": (Known(HARBOUR),)}),
    ("known caption near", {"known": (Known(LONGER),)}),
    ("decided", {"known": (Known(HARBOUR, True, True),)}),
    ("rejected before", {"known": (Known(HARBOUR, False, True),)}),
    ("catalogue", {"path": "old/a.jpg", "scope": "catalogue"}),
    ("another folder", {"path": "other/a.jpg"}),
]


def _names(scene: Scene, caption: int = 0, file: int = 0) -> list[str]:
    return [e.name for e in judge(scene, scene.captions[caption], scene.pictures[file])]


@pytest.mark.parametrize(("name", "said"), FILES, ids=[name for name, _ in FILES])
def test_what_a_file_says_and_is_called_is_named(name: str, said: dict[str, Any]) -> None:
    """One thing is said of the file, and that is the evidence; of a file that says nothing there is none."""
    file = picture(**{"path": "story/a.jpg", **said})
    found = _names(Scene.of(article(), captions(HARBOUR, MAYOR), [file]))
    assert name in found
    assert set(found) <= {name, "known caption equal"}
    assert not _names(Scene.of(article(), captions(HARBOUR, MAYOR), [picture("story/a.jpg")]))


def test_words_of_another_caption_and_words_shared_by_captions() -> None:
    """A file that says what stands below another picture, and a name whose words stand in two captions."""
    both = f"{MAYOR[:-1]} of Vigo near the harbour."
    scene = Scene.of(
        article(), captions("Carla Núñez at the town hall of Vigo.", both), [picture("story/a.jpg", caption=both)]
    )
    assert "embedded caption is another's" in _names(scene)
    scene = Scene.of(article(), captions(HARBOUR, both), [picture("story/vigo-sunset.jpg")])
    assert _names(scene) == ["shared file-name words"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"persons": ("Carla Núñez",)}, "person named in both"),
        ({"created": "2024-05-03T10:00:00"}, "date agrees"),
        ({"created": "2023-01-07T10:00:00"}, "date contradicts"),
        ({"city": "Hamburg"}, "place contradicts"),
        ({"byline": "Jane Doe"}, "credit agrees"),
        ({"byline": "Luis Prado"}, "credit differs"),
    ],
)  # fmt: skip
def test_credit_day_place_and_persons_speak_for_and_against(said: dict[str, Any], name: str) -> None:
    """Who took it, when and where, and who is seen."""
    assert _names(Scene.of(article(), captions(DATED, credit="Jane Doe / AP"), [picture("story/a.jpg", **said)])) == [
        name
    ]


@pytest.mark.parametrize(
    ("path", "urls", "scope", "name"),
    [
        ("story/page_files/x.jpg", (PAGE,), "document", "same figure, same address"),
        ("story/page_files/fishing-boats-vigo.jpg", (), "document", "same figure, same file name"),
        ("story/page_files/fishing-boats-vigo(1).jpg", (), "document", "same figure, similar file name"),
        ("story/page_files/fishing-boats-vigo-300x200.webp", (), "document", "same figure, similar file name"),
        ("old/fishing-boats-vigo.jpg", (), "catalogue", "same figure, name met elsewhere"),
        ("story/page_files/sunset.jpg", (), "document", "figure elsewhere"),
        ("story/page_files/roof.jpg", (), "document", "another figure"),
    ],
)
def test_an_address_resolves_as_far_as_it_does(path: str, urls: tuple[str, ...], scope: Any, name: str) -> None:
    """The very address, the name, a rendition of it or a browser's second copy; another picture of the page counts against."""
    page = article(PAGE, ROOF)
    scene = Scene.of(page, captions(HARBOUR, MAYOR, pictures=[0, 1]), [picture(path, scope=scope, urls=urls)])
    figures = [n for n in _names(scene) if "figure" in n]
    assert figures == ([name] if name != "another figure" else ["another figure", "figure elsewhere"])


def test_the_picture_that_stands_next_and_its_alternative_text() -> None:
    """A caption without a picture of its own goes with the page's free picture; alternative text is compared too."""
    scene = Scene.of(
        article(PAGE), captions(MAYOR), [picture("story/page_files/x.jpg", scope="document", urls=(PAGE,))]
    )
    assert _names(scene) == ["next picture", "file-name words differ"]
    ref = PictureRef(0, PAGE, (PAGE,), alt=HARBOUR)
    page = Article("a1", "story/page.html", "0" * 64, "webpage", pictures=(ref,))
    scene = Scene.of(page, captions(MAYOR, pictures=[0]), [picture("story/x.jpg", caption=HARBOUR)])
    assert "alt text is the embedded caption" in _names(scene)


def test_numbers_of_files_follow_the_order_of_captions() -> None:
    """As many files as captions, and this one's turn; with one file more the numbers tell nothing."""
    files = [picture(f"story/IMG_{n}.jpg") for n in (4411, 4415, 4420)]
    order = sorted(range(2), key=lambda n: files[n].image.id)
    assert _names(Scene.of(article(), captions(HARBOUR, MAYOR), files[:2]), 0, order.index(0)) == ["number order"]
    assert not _names(Scene.of(article(), captions(HARBOUR, MAYOR), files), 0, 0)


def test_looks_of_lines_are_evidence_too() -> None:
    """A line of plain text that looks like little or like prose needs more to be a caption."""
    little = "Residents have opposed the plans for years, and they say that the money has not been found yet."
    prose = "“We were lucky with the weather,” one of the crew said while the boxes were carried ashore."
    first = (
        "The council met on Tuesday evening to discuss the plans for the riverside. The vote was postponed again after two "
        "members fell ill."
    )
    story = article(
        text=f"Storm closes the harbour\n\nBy Ann Author\n\n{first}\n\n{little}\n\n{prose}\n\n{HARBOUR}\n\n{first}\n"
    )
    lines = lines_of(story, ())
    scene = Scene.of(
        story,
        [x.caption for x in lines],
        [picture("story/a.jpg", caption=prose), picture("story/b.jpg", caption=little)],
    )
    said = {
        scene.captions[c].caption.text: {e.name for e in pieces}
        for (c, _), pieces in contest(scene, {x.caption.id: x.looks for x in lines}).items()
        if any(e.name == "embedded caption equal" for e in pieces)
    }
    assert said[little] == {"embedded caption equal", "line looks like little"}
    assert said[prose] == {"embedded caption equal", "line looks like prose"}


def test_every_row_of_the_table_has_a_case_here() -> None:
    """A kind of evidence that is added is tried as well."""
    tried = {name for name, _ in FILES} | set(_SAID)
    assert set(calibration.weights()) - {"base"} == tried


#: The names that the tests behind the table of files ask for.
_SAID = (
    "embedded caption is another's", "shared file-name words", "person named in both", "date agrees", "date contradicts",
    "place contradicts", "credit agrees", "credit differs", "same figure, same address", "same figure, same file name",
    "same figure, similar file name", "same figure, name met elsewhere", "figure elsewhere", "another figure", "next picture",
    "alt text is the embedded caption", "number order", "line looks like little", "line looks like prose",
)  # fmt: skip
