"""Pictures without a caption are findings only where a story shows them."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from PIL import Image, ImageDraw

from catalog.library import Library, open_library

PAGE = """<html><head><title>A new bridge</title></head><body><header><img src="p_files/logo.png"></header><main><article>
<h1>A new bridge for the old town of Selby</h1><p>{body}</p>
<figure><img src="p_files/span.jpg" width="640" height="480"></figure>
<p>{body}</p></article><aside class="related"><div class="teaser"><a href="/x"><img src="p_files/teaser.jpg"></a></div></aside>
</main></body></html>"""
BODY = "The bridge was opened on Monday after eleven years of work, and the town came out to walk across it. " * 3


def _draw(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.new("RGB", (320, 240), (seed * 37 % 256, seed * 91 % 256, 90))
    for n in range(24):
        at = (seed * 53 + n * 71) % 280, (seed * 29 + n * 47) % 200
        ImageDraw.Draw(picture).rectangle(
            (*at, at[0] + 20 + n, at[1] + 12 + n), fill=(n * 9, seed * 17 % 256, 200 - n * 7)
        )
    data = io.BytesIO()
    picture.save(data, "PNG" if path.suffix == ".png" else "JPEG")
    path.write_bytes(data.getvalue())


def _import(library: Library, *inputs: Path) -> set[str]:
    """Import and return the file names of the pictures that wait for a caption."""
    list(library.import_(list(inputs), workers=1))
    found = [library.record(f.subjects[0]) for f in library.all_findings("image-without-caption")]
    return {r.image.paths[0].rsplit("/", 1)[-1] for r in found}


def test_teasers_and_logos_of_a_page_wait_for_no_caption(tmp_path: Path) -> None:
    """Only the picture that the page's story shows is a finding; what stands around the story is not."""
    folder = tmp_path / "in"
    for n, name in enumerate(("span.jpg", "teaser.jpg", "logo.png")):
        _draw(folder / "p_files" / name, n + 1)
    (folder / "p.html").write_text(PAGE.format(body=BODY))
    with open_library(tmp_path / "cat") as library:
        assert _import(library, folder) == {"span.jpg"}


def test_pictures_without_any_text_wait_for_none_until_one_arrives(tmp_path: Path) -> None:
    """A folder of pictures alone fills no queue; a text that is put beside them makes each of them a question."""
    folder = tmp_path / "in"
    for n in range(3):
        _draw(folder / f"IMG_{n}.jpg", n + 5)
    with open_library(tmp_path / "cat") as library:
        assert _import(library, folder) == set()
        (folder / "story.txt").write_text(f"A new bridge for Selby\n\n{BODY}\n\n{BODY}\n")
        assert _import(library, folder) == {"IMG_0.jpg", "IMG_1.jpg", "IMG_2.jpg"}
        list(library.import_([folder], workers=1))
        assert sum(1 for _ in library.all_findings("image-without-caption")) == 3


def test_pictures_of_another_document_are_not_offered_as_lying_beside(tmp_path: Path) -> None:
    """Of two stories saved into one folder, neither is offered what came inside or with the other; loose files both are."""
    folder = tmp_path / "in"
    _draw(folder / "other_files" / "span.jpg", 1)
    _draw(folder / "loose.jpg", 2)
    _draw(folder / "inside.png", 3)
    inside = base64.b64encode((folder / "inside.png").read_bytes()).decode()
    (folder / "inside.png").unlink()
    (folder / "other.html").write_text(PAGE.format(body=f'{BODY}<img src="data:image/png;base64,{inside}">'))
    figure = '<figure><img src="https://cdn.example/far.jpg" width="640"><figcaption>The mayor cuts a ribbon.</figcaption></figure>'
    (folder / "bare.html").write_text(
        f"<html><body><article><h1>News</h1><p>{BODY}</p>{figure}<p>{BODY}</p></article></body></html>"
    )
    with open_library(tmp_path / "cat") as library:
        list(library.import_([folder], workers=1))
        (found,) = library.all_findings("caption-without-image")
        assert [library.record(i).image.paths for i in library.finding(found.id).near] == [(str(folder / "loose.jpg"),)]
        (article,) = (a for a in library.articles() if a.source.endswith("bare.html"))
        assert len(library.article(article.id).near) == 1


def test_the_overview_calls_no_credit_alone_linked(tmp_path: Path) -> None:
    """A credit without words is neither linked nor waiting; it is counted as what it is, and no more when the page loses it."""
    figures = "".join(
        f'<figure><img src="https://cdn.example/{n}.jpg" width="640"><figcaption>{said}</figcaption></figure><p>{BODY}</p>'
        for n, said in enumerate(("The mayor cuts a ribbon.", "Photo: Anna Marsh/Reuters"))
    )
    page = tmp_path / "story.html"
    page.write_text(f"<html><body><article><h1>News</h1><p>{BODY}</p>{figures}</article></body></html>")
    with open_library(tmp_path / "cat") as library:
        list(library.import_([page], workers=1))
        states = library.overview().captions_by_state
        assert states == {
            "linked or settled": 0, "unsure": 0, "without a picture": 1, "a credit without words": 1
        }  # fmt: skip
        page.write_text(page.read_text().replace("Photo: Anna Marsh/Reuters", "Crowds on the new bridge."))
        list(library.import_([page], workers=1))
        assert "a credit without words" not in library.overview().captions_by_state
