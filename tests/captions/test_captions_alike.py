"""Credits that only the page's other captions tell, and pictures that only their neighbours tell."""

from __future__ import annotations

from catalog.captions import extract_document
from catalog.model import Extraction
from catalog.sources.base import Document

STORY = (
    "<p>The council of Larkmouth met on Monday evening and talked about the old ferry for two hours and more.</p>" * 3
)


def read(body: str) -> Extraction:
    """Read a page of that body."""
    return extract_document(Document("page.html", "webpage", f"<html><body>{body}</body></html>", "utf-8", "0" * 64))


def figure(name: str, caption: str) -> str:
    """A picture and its caption."""
    return f"<figure><img src='/{name}.jpg'><figcaption>{caption}</figcaption></figure>"


def told(page: Extraction) -> list[tuple[str, str]]:
    """Captions and credits in their order."""
    return [(c.text, c.credit) for c in page.captions]


def test_an_unknown_house_is_told_by_the_captions_beside_it() -> None:
    """A house that no list knows is a credit where another caption of the page ends in one set off alike."""
    unknown = figure("council-meets", "The council meets (Küstenblatt)")
    assert told(read(f"<h1>Ferry</h1>{STORY}{unknown}")) == [("The council meets (Küstenblatt)", "")]
    known = figure("ferry-at-dawn", "The ferry at dawn (dpa)")
    assert told(read(f"<h1>Ferry</h1>{STORY}{known}{unknown}")) == [
        ("The ferry at dawn", "dpa"),
        ("The council meets", "Küstenblatt"),
    ]


def test_what_no_house_is_called_stays_in_the_caption() -> None:
    """Directions, ages and sentences in brackets are no credits, whatever the page's other captions hold."""
    known = figure("ferry-at-dawn", "The ferry at dawn (dpa)")
    for end in ("(left)", "(64)", "(he came by boat)"):
        page = read(f"<h1>Ferry</h1>{STORY}{known}{figure('council-meets', f'The mayor of Larkmouth {end}')}")
        assert told(page)[1] == (f"The mayor of Larkmouth {end}", "")


def test_a_house_that_all_captions_end_in_is_their_credit() -> None:
    """A house of several words in brackets after every caption of a page is told by that; one word may be a party's."""
    for end, credit in (("City of Larkmouth", "City of Larkmouth"), ("Norway", "")):
        captions = ("The ferry at dawn", "The mayor on the quay")
        page = read(f"<h1>Ferry</h1>{STORY}" + "".join(figure(c[4:9], f"{c} ({end})") for c in captions))
        assert told(page) == [(c if credit else f"{c} ({end})", credit) for c in captions]
    one = read(f"<h1>Ferry</h1>{STORY}{figure('ferry-at-dawn', 'The ferry at dawn (City of Larkmouth)')}")
    assert told(one)[0][1] == ""


def test_items_of_a_gallery_after_the_text_are_the_storys() -> None:
    """Pictures in blocks of one kind, each with words and no link, are the story's; cards that lead elsewhere are not."""
    item = "<li>{0}<div><img src='/{1}.jpg'></div><div>The {1} at noon, seen from the quay.</div>{2}</li>"
    names = ("empty-slip", "last-whistle")
    gallery = "<ol>" + "".join(item.format("", n, "") for n in names) + "</ol>"
    page = read(f"<div><h1>Ferry</h1>{STORY}{gallery}</div>")
    assert [c.text for c in page.captions] == [f"The {n} at noon, seen from the quay." for n in names]
    cards = "<ol>" + "".join(item.format(f"<a href='/{n}.html'>", n, "</a>") for n in names) + "</ol>"
    assert not read(f"<div><h1>Ferry</h1>{STORY}{cards}</div>").article.pictures


def test_signposts_within_the_page_show_no_pictures_of_the_story() -> None:
    """A picture in a link with words to a place on the same page is none of the story's; a lightbox's link has no words."""
    post = "<div><a href='#ten'><img src='/horn-sounds.jpg'>{0}</a></div>"
    assert not read(f"<h1>Ferry</h1>{STORY}{post.format('<span>The horn sounds</span>')}{STORY}").article.pictures
    assert read(f"<h1>Ferry</h1>{STORY}{post.format('')}{STORY}").article.pictures


def test_links_for_licences_are_no_words_of_a_caption() -> None:
    """What a screen reader adds to a button after a comma leaves it a button."""
    caption = "A sign on the quay. <a href='/buy'>Purchase Licensing Rights, opens new tab</a>"
    assert told(read(f"<h1>Ferry</h1>{STORY}{figure('sign-on-quay', caption)}")) == [("A sign on the quay.", "")]


def test_a_link_that_sells_the_picture_is_no_part_of_its_credit() -> None:
    """Beside the house stands where its picture can be bought, in an element of the credit's own name."""
    sold = "<div class='media__copyright'><div><a href='/h'>© Хроника / Илья Морозов</a></div><div><a>Купить медиа</a></div></div>"
    picture = f"<div class='media'><img src='/quay.jpg' alt=''>{sold}<div class='media__description'>Жители на пристани</div></div>"
    assert told(read(f"<h1>Ferry</h1>{picture}{STORY}")) == [("Жители на пристани", "Хроника / Илья Морозов")]
