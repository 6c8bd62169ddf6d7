"""Every page shows what it is for, without any script, and says what to do when it has nothing to show."""

from __future__ import annotations

import gzip
import hashlib
import html
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from catalog.library import Library, open_library
from catalog.model import Record
from web import create_app
from web.present import STATIC

Find = Callable[[str], Record]


def test_search_shows_every_picture_with_a_place_of_its_size(client: FlaskClient, library: Library) -> None:
    """A picture's size is in the page before it loads, and its caption is its alternative text."""
    page = client.get("/").get_data(as_text=True)
    assert page.count('class="hit ') == library.search(limit=200).total
    assert re.search(
        r'<img src="/api/v1/images/[0-9a-f]{16}/thumb\?size=320" width="\d+" height="\d+" alt="[^"]+', page
    )


def test_search_finds_by_words_and_keeps_the_query(client: FlaskClient) -> None:
    """The address holds the whole state: the query stands in the box and the pictures are those it selects."""
    page = client.get("/search?q=caption:tray").get_data(as_text=True)
    assert 'value="caption:tray"' in page and page.count('class="hit ') == 1
    assert "lifts the last tray of rye loaves" in page


def test_search_lists_captions_in_the_list_view(client: FlaskClient) -> None:
    """The list view shows captions in full, beside the pictures, with the words that were looked for marked."""
    page = client.get("/search?view=list&q=depot").get_data(as_text=True)
    assert 'class="entry"' in page and re.search("Stalls fill the former tram (<mark>)?depot", page)
    assert "<mark>depot</mark>" in page


def test_search_lists_articles(client: FlaskClient, library: Library) -> None:
    """The articles view shows every story that has the words, a link to it, and where the words stand; then the next page."""
    page = client.get("/search?view=articles&q=depot").get_data(as_text=True)
    found = library.search_articles("depot")
    assert found.total and page.count('class="entry told"') == found.total
    assert all(f'href="/articles/{hit.id}"' in page for hit in found.items) and "<mark>depot</mark>" in page
    assert {*re.findall(r'class="label">([^<]*)<', page)} <= {"Text", "Caption", "Headline"}
    first = client.get("/search?view=articles&limit=2&sort=-width").get_data(as_text=True)
    link = re.search(r'href="([^"]+)" data-more', first)
    assert link and "view=articles" in link[1]
    more = client.get(link[1].replace("&amp;", "&"), headers={"X-Part": "more"}).get_data(as_text=True)
    ids = re.compile(r'href="/articles/([^"]+)"')
    assert "<html" not in more and len(ids.findall(first)) == len(ids.findall(more)) == 2
    assert not set(ids.findall(first)) & set(ids.findall(more))
    assert client.get("/search?view=articles&q=%28mosul").status_code == 400
    assert "Nothing matches" in client.get("/search?view=articles&q=zzqqxx").get_data(as_text=True)


def test_a_search_without_pictures_says_which_articles_have_the_words(tmp_path: Path) -> None:
    """Words that only an article without pictures has lead to it, and to what waits there."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ferry.html").write_text(
        "<html><title>Ferry resumes</title><body><article><p>The council said so.</p><figure><img src='quay.jpg'>"
        "<figcaption>The quay seen from the north bank on Monday. Photo: Ana Ruiz</figcaption></figure></article></body></html>"
    )
    with open_library(tmp_path / "catalogue") as library:
        list(library.import_([tmp_path / "in"], workers=1))
        client = create_app(library).test_client()
        page = client.get("/search?q=quay").get_data(as_text=True)
        assert "1 article has" in page and "/search?q=quay&amp;view=articles" in page
        assert "seen from the north bank" in client.get("/search?q=quay&view=articles").get_data(as_text=True)
        assert "The quay seen from" in client.get("/review?q=quay").get_data(as_text=True)
        assert "The quay seen from" not in client.get("/review?q=tram").get_data(as_text=True)


def test_search_loads_more_from_a_cursor(client: FlaskClient) -> None:
    """The next page comes from the cursor in the link, without the frame around it, and repeats nothing."""
    first = client.get("/?limit=5").get_data(as_text=True)
    link = re.search(r'href="([^"]+)" data-more', first)
    assert link
    more = client.get(link[1].replace("&amp;", "&"), headers={"X-Part": "more"}).get_data(as_text=True)
    ids = re.compile(r'data-id="([0-9a-f]{16})"')
    assert "<html" not in more and len(ids.findall(more)) == 5
    assert not set(ids.findall(first)) & set(ids.findall(more))


def test_a_query_that_does_not_parse_stays_in_the_box(client: FlaskClient) -> None:
    """A mistake is pointed at, and the query is still there to be mended."""
    answer = client.get("/search?q=%28mosul")
    assert answer.status_code == 400
    page = answer.get_data(as_text=True)
    assert 'value="(mosul"' in page and "column" in page and "Traceback" not in page


def test_nothing_found_says_what_to_do(client: FlaskClient) -> None:
    """An empty result offers the way out."""
    assert "Nothing matches" in client.get("/search?q=zzqqxx").get_data(as_text=True)


def test_an_empty_catalogue_says_how_to_fill_it(tmp_path: Path) -> None:
    """Every page of a new catalogue answers, and says what to do next."""
    with open_library(tmp_path / "new") as library:
        client = create_app(library).test_client()
        for path, words in (
            ("/", "No pictures yet"), ("/review", "Nothing waits"), ("/log", "Nothing decided yet"),
            ("/overview", "Nothing here yet"), ("/import", "Drop files"),
        ):  # fmt: skip
            answer = client.get(path)
            assert answer.status_code == 200 and words in answer.get_data(as_text=True), path


def test_a_picture_shows_what_it_ran_with(client: FlaskClient, picture: Find) -> None:
    """The page holds the caption, the article, the credit, the evidence, the matches and the history."""
    page = client.get(f"/images/{picture('market_files/river-bridge.jpg').id}").get_data(as_text=True)
    for words in ("footbridge over the Lark", "The Larchfield Courier", "Why this picture", "The same photograph elsewhere",
                  "contradicts: place", "In the file", "Nobody has decided"):  # fmt: skip
        assert words in page, words


def test_a_crop_is_drawn_as_a_box_on_the_whole(client: FlaskClient, picture: Find) -> None:
    """On the page of the whole picture, the part that the crop shows is marked."""
    page = client.get(f"/images/{picture('market_files/river-bridge.jpg').id}").get_data(as_text=True)
    assert 'class="boxed"' in page and "/compare/" in page


def test_an_article_marks_its_captions_in_the_text(client: FlaskClient, library: Library) -> None:
    """Captions stand in the text as they were printed, each a link to its card."""
    article = next(a for a in library.articles() if a.source.endswith("harbour.txt"))
    page = client.get(f"/articles/{article.id}").get_data(as_text=True)
    captions = library.article(article.id).captions
    assert captions and page.count('class="card') == len(captions)
    for caption in captions:
        assert re.search(rf'<a class="span" href="#c-{caption.id}" id="t-{caption.id}"', page)


def test_captions_say_which_language_they_are_in(client: FlaskClient, library: Library) -> None:
    """What an article says is set in its language, for those who read it aloud or hyphenate it."""
    article = next(a for a in library.articles() if a.language == "en" and library.article(a.id).captions)
    page = client.get(f"/articles/{article.id}").get_data(as_text=True)
    assert re.search(r'<p class="caption" lang="en"', page) and re.search(r'<ol class="source" lang="en"', page)


def test_compare_shows_two_pictures_and_only_what_differs(client: FlaskClient, picture: Find) -> None:
    """The pair, its relation, the words that differ and the decisions are on one page."""
    a, b = picture("flood_files/bridge.jpg").id, picture("river-bridge.jpg").id
    page = client.get(f"/compare/{a}/{b}").get_data(as_text=True)
    assert "Only what differs" in page and "<del>" in page and "<ins>" in page and "data-transform" in page
    assert "Crop or rendition" in page


def test_compare_names_relation_and_score_and_marks_the_part(client: FlaskClient, library: Library) -> None:
    """Of a crop, the page tells relation and score, and which part of which picture the other shows."""
    match = next(m for m in library.matches() if m.relation == "cropped" and m.box)
    assert match.box is not None
    page = client.get(f"/compare/{match.a}/{match.b}").get_data(as_text=True)
    told = re.search(r'<p class="relation"><strong>(.+?)</strong> <span class="num quiet">(\d+) %</span>', page)
    assert told is not None and told[1].lower() == "cropped" and int(told[2]) == round(match.score * 100)
    place = re.search(r'data-box="([^"]+)" data-whole="([ab])"', page)
    assert place is not None and (match.a, match.b)["ab".index(place[2])] == match.whole
    assert [float(side) for side in place[1].split(",")] == pytest.approx(match.box)


def test_a_picture_is_not_compared_with_itself(client: FlaskClient, picture: Find) -> None:
    """Comparing a picture with itself is refused in words."""
    ident = picture("baker-oven.jpg").id
    assert client.get(f"/compare/{ident}/{ident}").status_code == 422


@pytest.mark.parametrize(
    "path", ["/images/0000000000000000", "/articles/none", "/review/none", "/compare/a/b", "/nowhere"]
)
def test_what_is_not_there_is_a_plain_404(client: FlaskClient, path: str) -> None:
    """Unknown addresses answer 404 with a page that leads on."""
    answer = client.get(path)
    assert answer.status_code == 404
    assert 'href="/search"' in answer.get_data(as_text=True)


def test_a_refused_form_leads_back(client: FlaskClient) -> None:
    """From a page that says what is wrong with a form one comes back to where it was sent; to no other site."""
    sent = {"q": "bridge", "step": "preview"}
    for referrer, back in (
        ("http://localhost/search?q=bridge&sort=date", 'href="/search?q=bridge&amp;sort=date">Go back</a>'),
        ("http://localhost//elsewhere.example/", 'href="/">Go back</a>'),
        ("http://elsewhere.example/search", None),
        ("http://[", None),
        ("", None),
    ):
        answer = client.post("/bulk", data=sent, headers={"Referer": referrer} if referrer else {})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422 and "Select some pictures first." in page
        assert back in page if back else "Go back" not in page
    refused = client.post("/bulk", data=sent, foreign=True, headers={"Origin": "http://elsewhere.example"})
    assert refused.status_code == 403 and "Open the page on this server" in refused.get_data(as_text=True)


def test_overview_counts_what_is_held(client: FlaskClient, library: Library) -> None:
    """The overview shows plots, each count leading to what it counts."""
    page = client.get("/overview").get_data(as_text=True)
    assert f">{library.overview().images}<" in page and "/review?kind=duplicate" in page and "<svg" in page
    assert f'<a href="/search?view=articles">{library.overview().articles}<' in page


def test_text_of_sources_is_escaped(client: FlaskClient, picture: Find) -> None:
    """What people or sources wrote is text, never markup."""
    ident = picture("baker-oven.jpg").id
    client.post(f"/images/{ident}", data={"note": "<script>alert(1)</script>", "caption": '"><img src=x>', "tags": ""})
    page = client.get(f"/images/{ident}").get_data(as_text=True)
    assert "<script>alert" not in page and "<img src=x" not in page and "&lt;script&gt;" in page


def test_pages_hold_no_inline_script_or_style(client: FlaskClient, picture: Find) -> None:
    """The policy forbids inline code, so no page has any."""
    for path in ("/", "/review", "/import", "/log", "/overview", f"/images/{picture('baker-oven.jpg').id}"):
        page = client.get(path).get_data(as_text=True)
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style", page), path


def test_the_first_load_is_small(client: FlaskClient) -> None:
    """Page, style sheet and all scripts together are below 120 kB as they are sent, and unpack to what they are."""
    packed = {"Accept-Encoding": "gzip"}
    page = client.get("/", headers=packed)
    total = len(page.data)
    for path in [*STATIC.glob("*.js"), *STATIC.glob("*.css")]:
        answer = client.get(f"/static/{path.name}", headers=packed)
        assert answer.headers["Content-Encoding"] == "gzip" and gzip.decompress(answer.data) == path.read_bytes()
        assert client.get(f"/static/{path.name}").data == path.read_bytes()
        total += len(answer.data)
    assert total < 120_000


def test_htmx_is_the_one_that_was_published(client: FlaskClient) -> None:
    """The file has its version in its name and in itself, and the hash beside it; the page loads it under a policy that evaluates
    nothing, adds no style, and asks this server only."""
    [file] = STATIC.glob("htmx-*.min.js")
    digest, name = (STATIC / f"{file.name}.sha256").read_text().split()
    assert name == file.name and hashlib.sha256(file.read_bytes()).hexdigest() == digest
    version = file.name.removeprefix("htmx-").removesuffix(".min.js")
    assert (
        f'version:"{version}"' in file.read_text()
        and "Zero-Clause BSD" in (STATIC / f"htmx-{version}.LICENSE").read_text()
    )
    assert f"htmx {version} " in (STATIC.parent.parent / "NOTICE").read_text()
    page = client.get("/").get_data(as_text=True)
    told = re.search(r"<meta name=\"htmx-config\" content='([^']+)'>", page)
    assert told and f"/static/{file.name}?v=" in page
    config = json.loads(told[1])
    assert (
        config["allowEval"] is False
        and config["includeIndicatorStyles"] is False
        and config["selfRequestsOnly"] is True
    )


def test_chips_and_facets_are_links(client: FlaskClient, library: Library) -> None:
    """Without scripts too: a facet's link finds as many pictures as it says, and a chip's link is the query without that term."""
    page = client.get("/search?q=bridge&sort=date").get_data(as_text=True)
    facets = re.findall(r'<li><a href="([^"]+)"><span dir="auto">[^<]*</span><span class="num">([\d,]+)</span>', page)
    assert len(facets) > 5
    for link, count in facets[:12]:
        found = client.get(html.unescape(link)).get_data(as_text=True)
        assert f"<strong>{count}</strong>" in found, link
        chips = re.findall(r'<a class="chip" href="([^"]+)"', found)
        assert len(chips) == 2 and any(
            parse_qs(urlsplit(html.unescape(chip)).query) == {"q": ["bridge"], "sort": ["date"]} for chip in chips
        )


def test_metadata_at_odds_is_marked(client: FlaskClient, library: Library) -> None:
    """On a picture's page each disagreement is told with all its values, and in the list of fields those of them are marked."""
    record = next(r for r in library.records() if r.image.metadata.disagreements)
    page = client.get(f"/images/{record.id}").get_data(as_text=True)
    odd = {(v.group, v.name) for d in record.image.metadata.disagreements for v in d.values}
    assert page.count("At odds about") == len(record.image.metadata.disagreements)
    for one in record.image.metadata.disagreements:
        for value in one.values:
            assert (
                f'<dt>{value.group} {value.name}</dt><dd dir="auto">{html.escape(value.value, quote=False)}</dd>'
                in page
            )
    marks = re.findall(r'<dt class="warn">([^<]+) <span class="hidden">\(at odds\)</span></dt>', page)
    fields = [(f.group, f.name) for f in record.image.metadata.fields]
    assert sorted(marks) == sorted(name for group, name in fields if (group, name) in odd) and marks


def test_a_picture_lists_what_is_asked_of_it(client: FlaskClient, library: Library) -> None:
    """A picture's page leads to the findings about that picture alone, not to those about others of its articles."""
    finding = next(f for f in library.all_findings("link") if f.status == "open")
    image = finding.images[0]
    page = client.get(f"/images/{image}").get_data(as_text=True)
    listed = set(re.findall(r'href="/review/(\w+)\?q=id:', page))
    assert finding.id in listed
    assert all(image in (*f.images, *f.subjects) for i in listed for f in [library.finding(i).finding])


def test_no_link_of_an_article_leads_nowhere(client: FlaskClient, library: Library) -> None:
    """A caption leads to its line where the text shows it; where a page keeps captions beside its text, there is no such link."""
    for article in library.articles():
        page = client.get(f"/articles/{article.id}").get_data(as_text=True)
        for target in re.findall(r'href="#([^"]+)"', page):
            assert f'id="{target}"' in page, (article.source, target)


def test_words_are_marked_in_captions_that_are_shown_whole(client: FlaskClient, library: Library) -> None:
    """In the list view the searched words are marked within the caption, wherever they stand in it, and nothing else is changed."""
    page = client.get("/search?q=footbridge&view=list").get_data(as_text=True)
    shown = re.findall(r'<a class="words"[^>]*>(.*?)</a>', page, re.DOTALL)
    captions = [h.captions[0] for h in library.search("footbridge").items if h.captions]
    assert any("<mark>" in text for text in shown)
    for caption, text in zip(captions, shown, strict=False):
        assert html.unescape(re.sub(r"</?mark>", "", text)) == caption
        words = len(re.findall(r"(?<!\w)footbridge(?!\w)", caption, re.IGNORECASE))
        assert len(re.findall(r"<mark>footbridge</mark>", text, re.IGNORECASE)) == words


def test_words_far_down_in_a_long_caption_are_marked(client: FlaskClient, library: Library) -> None:
    """A caption is shown whole and its words are marked to its end, though the index tells of a stretch of it only."""
    ident = next(iter(library.ids()))
    caption = f"A zebra{' and more of it' * 40}, zebra again{' and so on' * 60}. The last Zebra & <friends>, no zebras."
    library.edit(ident, {"caption": caption})
    page = client.get("/search?q=zebra&view=list").get_data(as_text=True)
    assert re.findall(r"<mark>(\w+)</mark>", page) == ["zebra", "zebra", "Zebra"]
    assert "The last <mark>Zebra</mark> &amp; &lt;friends&gt;, no zebras." in page


def test_an_uploaded_file_has_the_name_it_came_with(client: FlaskClient, library: Library, stories: Path) -> None:
    """Neither the picture's page, its article nor the list of imports shows where the server kept an upload meanwhile."""
    copy = (stories / "harbour" / "DSC_2077.jpg").read_bytes() + b"\0"
    files = [(io.BytesIO(copy), "quay/my picture.jpg"), (io.BytesIO(b"\xff\xd8\xffno"), "quay/broken.jpg")]
    items = client.post("/api/v1/import", data={"files": files}).get_json()["items"]
    ident = next(i["id"] for i in items if i["path"] == "quay/my picture.jpg")
    for path, name in ((f"/images/{ident}", "quay/my picture.jpg"), ("/import", "quay/broken.jpg")):
        page = client.get(path).get_data(as_text=True)
        assert f">{name}<" in page and "uploads/" not in page
