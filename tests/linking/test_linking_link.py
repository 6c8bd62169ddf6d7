"""What linking promises of whole articles."""

from __future__ import annotations

import random
from typing import Any

from catalog.linking import Known, link, orphans
from catalog.model import Caption, Evidence, Link

from .linkingfakes import article, captions, picture

HARBOUR = "Fishing boats leave the harbour of Vigo after the storm on Tuesday."
MAYOR = "Mayor Carla Núñez speaks to volunteers outside the town hall."
BRIDGE = "The damaged bridge over the river near Lugo."


def _by_caption(links: list[Link]) -> dict[str, Link]:
    best: dict[str, Link] = {}
    for x in links:
        if x.caption not in best or x.score > best[x.caption].score:
            best[x.caption] = x
    return best


def _names(link_: Link) -> list[str]:
    return [e.name for e in link_.evidence]


def test_equal_embedded_captions_are_certain_whatever_the_agency_put_around_them() -> None:
    """A caption in a dateline, a credit and terms of use still is the caption."""
    wrapped = f"VIGO, Spain (AP) - {HARBOUR} (AP Photo/Jane Doe)"
    links = link(article(), captions(HARBOUR, MAYOR), [picture("story/a.jpg", caption=wrapped), picture("story/b.jpg")])
    assert [(x.caption, x.band) for x in links] == [("c0", "certain")]
    assert _names(links[0]) == ["embedded caption equal"]


def test_order_of_numbers_alone_is_never_more_than_unsure() -> None:
    """As many numbered files as captions is a hint, and a trap looks just like it."""
    files = [picture(f"story/IMG_{n}.jpg") for n in (4411, 4415, 4420)]
    links = link(article(), captions(HARBOUR, MAYOR, BRIDGE), files)
    assert {x.band for x in links} == {"unsure"}
    assert _by_caption(links)["c1"].image == files[1].image.id


def test_weak_evidence_together_is_never_more_than_unsure() -> None:
    """Order, a credit, a place and keywords do not add up to a link that nobody checks."""
    said: dict[str, Any] = {"city": "Vigo", "byline": "Jane Doe", "keywords": ("harbour", "storm", "boats")}
    files = [picture("story/001.jpg", **said), picture("story/002.jpg")]
    links = link(article(), captions(HARBOUR, MAYOR, credit="Jane Doe / AP"), files)
    mine = next(x for x in links if x.caption == "c0")
    assert mine.score > 0.5
    assert mine.band == "unsure"


def test_words_of_a_page_that_may_be_no_caption_are_linked_by_a_person() -> None:
    """A teaser stands with its picture as a caption does: what is doubted to be a caption is never certain."""
    page = article("https://example.org/a.jpg")
    file = picture("story/page_files/a.jpg", scope="document", urls=("https://example.org/a.jpg",))
    bands = {
        doubt: link(page, captions(HARBOUR, pictures=[0], confidence=doubt), [file])[0].band for doubt in (0.5, 0.9)
    }
    assert bands == {0.5: "unsure", 0.9: "certain"}


def test_words_beside_a_film_are_linked_by_a_person() -> None:
    """They speak of the film, and its still may show anything; a file that says the same settles that."""
    page = article("https://example.org/a.jpg")
    beside = captions(HARBOUR, pictures=[0], confidence=0.9, reasons=(Evidence("beside-film", -2.0),))
    still, told = (
        picture("story/page_files/a.jpg", scope="document", urls=("https://example.org/a.jpg",), caption=caption)
        for caption in ("", HARBOUR)
    )
    assert link(page, beside, [still])[0].band == "likely"
    assert link(page, beside, [told])[0].band == "certain"


def test_a_file_that_says_the_same_proves_words_of_a_page_a_caption() -> None:
    """What a photographer wrote into the file is its caption, however unlike one it looks on the page."""
    page = article("https://example.org/a.jpg")
    file = picture("story/page_files/a.jpg", scope="document", urls=("https://example.org/a.jpg",), caption=HARBOUR)
    assert link(page, captions(HARBOUR, pictures=[0], confidence=0.4), [file])[0].band == "certain"


def test_no_evidence_gives_no_link() -> None:
    """Pictures named by a hash, beside an article, belong to no caption in particular."""
    files = [picture(f"story/{n}.jpg") for n in ("391a53123a5d7a8c", "cf8928c7ac", "2b3b3d95da")]
    assert link(article(), captions(HARBOUR, MAYOR), files) == []


def test_a_picture_goes_to_one_caption_and_a_caption_to_one_picture() -> None:
    """Two captions that share their words part where one fits another picture better."""
    one, two = "Carla Núñez at the town hall.", "Carla Núñez at the town hall of Vigo, with volunteers."
    files = [picture("story/1.jpg", caption=two), picture("story/2.jpg", caption=one)]
    best = _by_caption(link(article(), captions(one, two), files))
    assert (best["c0"].image, best["c1"].image) == (files[1].image.id, files[0].image.id)


def test_two_equally_good_pictures_share_and_neither_is_certain() -> None:
    """A small gap to the runner-up caps the band."""
    files = [picture("story/1.jpg", caption=HARBOUR), picture("story/2.jpg", caption=HARBOUR)]
    links = link(article(), captions(HARBOUR), files)
    assert [x.band for x in links] == ["unsure", "unsure"]
    assert all(x.score < 0.55 for x in links)


def test_the_order_in_which_pictures_come_does_not_matter() -> None:
    """The same facts give the same links, in the same order."""
    files = [picture(f"story/IMG_{n}.jpg", caption=c) for n, c in ((3, HARBOUR), (1, MAYOR), (2, ""))]
    mixed = files[:]
    random.Random(3).shuffle(mixed)
    assert link(article(), captions(HARBOUR, MAYOR), files) == link(article(), captions(HARBOUR, MAYOR), mixed)


def test_words_of_another_picture_speak_against() -> None:
    """A file that has a caption of its own is not taken for its number."""
    files = [picture("story/1.jpg", caption="A cat sleeps on a red chair."), picture("story/2.jpg")]
    links = link(article(), captions(HARBOUR, MAYOR), files)
    assert files[0].image.id not in {x.image for x in links if x.score > 0.2}


def test_known_captions_of_a_match_are_evidence_and_rejections_count_against() -> None:
    """What a person said of one rendition holds for the others."""
    yes = picture("old/x.jpg", scope="catalogue", known=(Known(HARBOUR, True, True, "other"),))
    links = link(article(), captions(HARBOUR), [yes])
    assert "known caption equal" in _names(links[0])
    assert links[0].band in ("likely", "certain")
    no = picture("story/y.jpg", caption=HARBOUR, known=(Known(HARBOUR, False, True),))
    refused = link(article(), captions(HARBOUR), [no])
    assert all(x.band == "unsure" for x in refused)


def test_other_day_and_other_person_count_against() -> None:
    """The same event on another day, and a portrait of someone else, lose what their words gain."""
    text = "Carla Núñez opens the harbour festival in Vigo on 3 May 2024."
    plain = link(
        article(), captions(text), [picture("story/a.jpg", caption="Harbour festival in Vigo opens with fireworks")]
    )
    other: dict[str, Any] = {"created": "2023-05-01T10:00:00", "persons": ("Luis Prado",)}
    against = link(
        article(),
        captions(text),
        [picture("story/a.jpg", caption="Harbour festival in Vigo opens with fireworks", **other)],
    )
    assert plain
    lower = against[0].score if against else 0.0
    assert lower < plain[0].score
    if against:
        assert {"date contradicts", "person missing"} <= set(_names(against[0]))


def test_descriptive_file_names_link_across_spellings() -> None:
    """Umlauts as ae, oe, ue, hyphens, camel case and romanised Cyrillic are the same words."""
    texts = ["Bürgermeister Jürgen Köhler vor dem Rathaus", "Владимир Зеленский в Одессе", "Feuerwehr in der Altstadt"]
    files = [
        picture("story/buergermeister-koehler-rathaus-02.jpg"),
        picture("story/Zelenskii_Odesse_1200x800.jpg"),
        picture("story/FeuerwehrAltstadt.jpg"),
    ]
    best = _by_caption(link(article(), captions(*texts), files))
    assert [best[f"c{i}"].image for i in range(3)] == [f.image.id for f in files]
    assert best["c0"].band != "unsure"


def test_scripts_without_spaces_are_compared() -> None:
    """A shortened Japanese caption finds its picture, another text does not."""
    text = "イオン銀行などは経営陣を刷新すると発表した。"
    files = [
        picture("story/1.jpg", caption="イオン銀行などは経営陣を刷新する"),
        picture("story/2.jpg", caption="東京駅前の再開発工事"),
    ]
    links = link(article(), captions(text), files)
    assert links[0].image == files[0].image.id
    assert links[0].band != "unsure"
    assert len(links) == 1


def test_orphans_are_captions_and_story_pictures_without_any_link() -> None:
    """Teasers of a saved page are no orphans; pictures beside a text are."""
    page = article(*(f"https://n.example/{n}.jpg" for n in ("storm", "mayor", "bridge")), source="page.html")
    mine = captions(HARBOUR, MAYOR, pictures=[0, 1])
    files = [picture(f"page_files/{n}.jpg", scope="document") for n in ("storm", "bridge", "teaser")]
    found = orphans(page, mine, files, link(page, mine, files))
    assert found.captions == ("c1",)
    assert found.images == (files[1].image.id,)
    beside = [picture("story/1.jpg", caption=HARBOUR), picture("story/0f3c.jpg"), picture("elsewhere/2.jpg")]
    alone = orphans(article(), captions(HARBOUR), beside, link(article(), captions(HARBOUR), beside))
    assert alone.images == (beside[1].image.id,)


def test_hostile_texts_neither_break_nor_stall() -> None:
    """Megabyte captions, brackets without end and odd characters are compared by their beginning."""
    nasty = [
        "(" * 100_000,
        "a (b " * 50_000,
        "photo by " * 20_000,
        "\x00\u202e\ufeff" * 1000,
        "1" * 100_000,
        "/" * 50_000,
    ]
    files = [picture(f"story/{i}.jpg", caption=t, headline=t, keywords=(t,) * 3) for i, t in enumerate(nasty)]
    made = [Caption(f"c{i}", "a1", i, t, credit=t) for i, t in enumerate(nasty)]
    assert isinstance(link(article(), made, files), list)


def _evidence_names(caption: str, city: str, location: str = "") -> set[str]:
    """The evidence between a caption and a picture whose file name agrees with it."""
    file = picture("story/harbour-master-opens-market.jpg", city=city, location=location)
    return {e.name for x in link(article(), captions(caption), [file]) for e in x.evidence}


def test_another_city_speaks_against_and_the_same_in_another_language_does_not() -> None:
    """The embedded city is held against the one city that a caption names, by the gazetteer; unknown towns say nothing."""
    text = "The harbour master opens the market in Lisbon"
    assert "place contradicts" in _evidence_names(text, "Madrid")
    assert not {"place contradicts", "place agrees"} & _evidence_names(text, "Lissabon")
    assert "place agrees" in _evidence_names(text, "Lisbon")
    assert "place contradicts" not in _evidence_names(text, "Port Selby")
    assert "place contradicts" not in _evidence_names("The harbour master opens the market in Portugal", "Madrid")
    assert "place contradicts" not in _evidence_names(
        "The harbour master of Porto opens the market in Lisbon", city="Madrid"
    )
    assert "place contradicts" not in _evidence_names(text, "Madrid", location="Lisbon harbour")


def test_a_day_in_a_file_name_is_evidence_and_no_more() -> None:
    """A file named after the day of the caption is offered for it before one of another day, and is left to a person."""
    texts = [
        "Demonstrators march on May 12, 2024.",
        "Police stand by on May 13, 2024.",
        "Streets are cleaned on May 14, 2024.",
    ]
    files = [
        picture(f"story/{name}.jpg")
        for name in ("IMG-20240513-WA0003", "2024-05-12", "photo_2024_05_14", "20240515", "2024-13-40")
    ]
    best = _by_caption(link(article(), captions(*texts), files))
    assert [best[f"c{i}"].image for i in range(3)] == [files[n].image.id for n in (1, 0, 2)]
    assert {x.band for x in best.values()} == {"unsure"}
    assert [(e.name, e.detail) for e in best["c0"].evidence] == [("date agrees", "2024-05-12")]
    many = [picture(f"story/IMG-20240512-WA000{n}.jpg") for n in range(5)]
    assert not link(article(), captions(texts[0]), many), "a day of many files tells none of them apart"
    told = picture("story/2024-05-12.jpg", created="2024-05-13T10:00:00")
    assert not link(article(), captions(texts[0]), [told]), "what the file says of itself counts more than its name"
