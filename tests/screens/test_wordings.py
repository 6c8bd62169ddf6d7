"""What a caption said before its article changed stands with the picture that it ran with."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from catalog.library import Library, open_library
from catalog.model import Article, Caption, Revision
from catalog.screens.wordings import earlier
from tests.cli.clirunning import run
from web import create_app

BODY = "The bridge was opened on Monday after eleven years of work, and the town came out to walk across it. " * 3
WORDINGS = (
    "The mayor opens the bridge in Selby on Monday.",
    "The mayor opens the bridge in Orme on Monday.",
    "Anna Poe, the mayor, opens the bridge in Orme.",
)


def _caption(ident: str, text: str, url: str = "") -> Caption:
    return Caption(ident, "story", 0, text, image_url=url)


def _revision(n: int, *captions: Caption) -> Revision:
    return Revision(
        f"story-{n}", Article("story", "s.html", "0" * 64, "webpage"), captions, n, f"2024-05-0{n}T10:00:00Z"
    )


def test_a_reworded_caption_is_followed_through_all_revisions() -> None:
    """By its words where nothing else tells, also where a revision in between has it as it is today."""
    cat = _caption("c", "A cat sleeps on a warm roof in Derry.")
    first = _revision(1, _caption("1", WORDINGS[0]), cat)
    second = _revision(2, _caption("2", WORDINGS[1]), cat)
    now = [cat, _caption("3", WORDINGS[2])]
    found = earlier(now, [first, second])
    assert {ident: [(w.caption.text, w.n) for w in worded] for ident, worded in found.items()} == {
        "3": [(WORDINGS[1], 2), (WORDINGS[0], 1)]
    }
    assert found["3"][1].until == "2024-05-01T10:00:00Z"


def test_one_picture_tells_more_than_words() -> None:
    """Two captions that changed places, and new words altogether, go with the picture they are printed with."""
    old = [_caption("a", "The quay at dawn.", "https://x.example/i/quay-at-dawn-1200.jpg"),
           _caption("b", "The pier at dusk.", "https://x.example/i/pier-at-dusk-1200.jpg")]  # fmt: skip
    new = [_caption("d", "The quay at dusk, said the harbour.", "https://x.example/i/pier-at-dusk-640.jpg"),
           _caption("e", "Nobody is up yet.", "https://x.example/i/quay-at-dawn-640.jpg")]  # fmt: skip
    found = earlier(new, [_revision(1, *old)])
    assert {ident: worded[0].caption.id for ident, worded in found.items()} == {"d": "b", "e": "a"}


def test_what_is_new_or_gone_has_no_earlier_wording() -> None:
    """Captions with nothing in common are two."""
    assert earlier([_caption("n", "Snow on the hills.")], [_revision(1, _caption("o", WORDINGS[0]))]) == {}


def _imported(library: Library, folder: Path, caption: str) -> None:
    (folder / "p.html").write_text(
        f"<title>A new bridge</title><article><h1>A new bridge</h1><p>{BODY}</p><figure>"
        f'<img src="p_files/span.jpg"><figcaption>{caption}</figcaption></figure><p>{BODY}</p></article>'
    )
    list(library.import_([folder], workers=0))


def test_pages_and_commands_show_what_it_said_before(tmp_path: Path) -> None:
    """The picture's timeline and its article's page mark word by word what changed; `show` tells it, too."""
    folder = tmp_path / "in"
    (folder / "p_files").mkdir(parents=True)
    Image.effect_noise((320, 240), 60).save(folder / "p_files" / "span.jpg")
    with open_library(tmp_path / "cat") as library:
        for caption in WORDINGS[:2]:
            _imported(library, folder, caption)
        (record,) = library.records()
        (usage,) = record.usages
        assert [w.caption.text for w in library.earlier(record)[usage.caption.id]] == [WORDINGS[0]]
        client = create_app(library).test_client()
        for page in (f"/images/{record.id}", f"/articles/{usage.article}"):
            text = client.get(page).text
            assert "<del>Selby</del><ins>Orme</ins>" in text and "Until " in text
        assert f'<a href="#c-{usage.caption.id}">{WORDINGS[0]}</a>' in text
        told = client.get(f"/api/v1/articles/{usage.article}").get_json()["earlier"][usage.caption.id]
        assert [w["caption"]["text"] for w in told] == [WORDINGS[0]]
        assert "Until " not in client.get(f"/images/{record.id}?as_of=2999-01-01").text
    shown = run(tmp_path / "cat", ("show", record.id), None, None)
    assert f"“{WORDINGS[0]}”" in shown.out and "until 20" in shown.out
