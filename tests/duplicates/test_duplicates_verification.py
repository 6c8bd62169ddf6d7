from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from catalog.duplicates import Sample, blocks, correlation, judgement, matching, places, recoloured, redrawn
from catalog.duplicates.blocks import Agreement, compare
from catalog.duplicates.geometry import apply
from catalog.duplicates.photographic import Photographic, agreement
from catalog.duplicates.verification import verify
from catalog.fingerprinting.features import pack, unpack
from catalog.model import Match
from tests.duplicates_drawn import drawn, jpeg, plan, sample

Change = Callable[[Image.Image], Image.Image]
WHOLLY = Photographic(1.0, 1.0, 1.0)


def _logo(picture: Image.Image) -> Image.Image:
    picture = picture.copy()
    pen = ImageDraw.Draw(picture)
    pen.rectangle((500, 320, 620, 430), fill=(200, 16, 30))
    pen.ellipse((520, 340, 600, 410), fill="white")
    return picture


def _page(picture: Image.Image) -> Image.Image:
    page = Image.new("RGB", (760, 760), (246, 246, 246))
    ImageDraw.Draw(page).rectangle((0, 0, 760, 60), fill=(30, 34, 44))
    ImageDraw.Draw(page).text((20, 600), "Readers' pictures of the week", (10, 10, 10), font_size=40)
    page.paste(picture.resize((640, 448)), (60, 90))
    return page


def _telephone(picture: Image.Image) -> Image.Image:
    """A screen that is black but for its marks above and below, and the picture."""
    page = Image.new("RGB", (540, 1170))
    pen = ImageDraw.Draw(page)
    pen.text((30, 14), "09:41", "white", font_size=24)
    pen.rectangle((470, 18, 510, 36), outline="white", width=2)
    for x in (60, 200, 340, 470):
        pen.ellipse((x, 1090, x + 36, 1126), outline="white", width=3)
    page.paste(picture.resize((540, 378)), (0, 400))
    return page


CHANGES: dict[str, tuple[Change, str]] = {
    "jpeg": (lambda p: jpeg(p, 40), "re-encoded"),
    "half": (lambda p: p.resize((320, 224)), "resized"),
    "thumbnail": (lambda p: p.resize((128, 90)), "resized"),
    "crop": (lambda p: p.crop((60, 40, 500, 380)), "cropped"),
    "strong crop": (lambda p: p.crop((300, 60, 600, 300)), "cropped"),
    "mirrored": (ImageOps.mirror, "mirrored"),
    "mirrored crop": (lambda p: ImageOps.mirror(p.crop((100, 50, 560, 400))), "mirrored"),
    "upside down": (ImageOps.flip, "mirrored"),
    "turned": (lambda p: p.transpose(Image.Transpose.ROTATE_90), "rotated"),
    "tilted": (lambda p: p.rotate(4, Image.Resampling.BICUBIC).crop((30, 30, 610, 418)), "rotated"),
    "grey": (lambda p: p.convert("L"), "edited"),
    "dark": (lambda p: ImageEnhance.Brightness(p).enhance(0.6), "edited"),
    "posterised": (lambda p: ImageOps.posterize(p, 3), "edited re-encoded"),
    "blurred": (lambda p: p.filter(ImageFilter.GaussianBlur(8)), "edited re-encoded"),
    "logo": (_logo, "edited"),
    "frame": (lambda p: ImageOps.expand(p, 30, "white"), "edited"),
    "bars": (lambda p: ImageOps.expand(p, (0, 70), "black"), "edited"),
    "screenshot": (_page, "edited collage cropped"),
    "stretched": (lambda p: p.resize((640, 400)), "edited"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_found_and_named(change: str) -> None:
    """Each kind of change is a match under its name."""
    make, names = CHANGES[change]
    found = _match(sample(drawn(20)), sample(make(drawn(20)), change))
    assert found.relation in names, found
    assert found.score >= 0.5


def _match(a: Sample, b: Sample) -> Match:
    found = verify(a, b)
    assert found is not None
    return found


def test_other_pictures_are_no_match() -> None:
    """Unrelated pictures match in no way, whichever comes first."""
    samples = [sample(drawn(seed)) for seed in range(30, 36)]
    assert [verify(a, b) for i, a in enumerate(samples) for b in samples[:i]] == [None] * 15


def test_the_order_of_the_pair_does_not_matter() -> None:
    """A match is written with the smaller id first and reads the same from both sides."""
    one, two = sample(drawn(21)), sample(ImageOps.mirror(drawn(21)))
    assert verify(one, two) == verify(two, one)
    found = _match(one, two)
    assert found.a < found.b and found.id == f"{found.a}:{found.b}"


def test_a_crop_says_where_it_lies() -> None:
    """Box and whole give the part of the larger picture that the crop shows, within one hundredth."""
    whole, part = sample(drawn(22)), sample(drawn(22).crop((128, 112, 512, 400)))
    found = _match(whole, part)
    assert found.whole == whole.id
    assert found.box == pytest.approx((0.2, 0.25, 0.8, 400 / 448), abs=0.012)


def test_the_transform_lays_the_second_on_the_first() -> None:
    """The matrix maps fractional coordinates of b to those of a, also when b is mirrored and cropped."""
    picture = drawn(23)
    one, two = sample(picture), sample(ImageOps.mirror(picture.crop((64, 0, 576, 448))))
    found = _match(one, two)
    matrix = np.array(found.transform).reshape(3, 3)
    if found.a != one.id:
        matrix = np.linalg.inv(matrix)
    corners = apply(matrix, np.array([[0.0, 0.0], [1.0, 1.0]]))
    assert corners == pytest.approx(np.array([[0.9, 0.0], [0.1, 1.0]]), abs=0.012)


def test_a_turn_is_told_from_first_to_second() -> None:
    """The detail says how the second picture is turned against the first."""
    straight, turned = sample(drawn(24)), sample(drawn(24).transpose(Image.Transpose.ROTATE_270))
    found = _match(straight, turned)
    way = "90° clockwise" if found.a == straight.id else "90° anticlockwise"
    assert f"second turned {way}" in found.detail


def test_half_a_turn_has_no_way() -> None:
    """A picture upside down is turned by 180°, neither clockwise nor anticlockwise."""
    found = _match(sample(drawn(24)), sample(drawn(24).transpose(Image.Transpose.ROTATE_180)))
    assert found.relation == "rotated" and "second turned 180°" in found.detail and "clockwise" not in found.detail


def test_a_tilted_copy_that_lacks_only_corners_is_no_crop() -> None:
    """Turned within its frame by a few degrees, a picture is rotated; its box would be all of the other, so there is none."""
    tilted = drawn(29).rotate(5, Image.Resampling.BICUBIC)
    found = _match(sample(drawn(29)), sample(tilted))
    assert found.relation == "rotated" and found.box is None and found.whole == ""


def test_a_collage_holds_both_of_its_pictures() -> None:
    """Both halves of a collage match their photographs, as parts of the collage; the photographs do not match."""
    left, right = drawn(25), drawn(26)
    page = Image.new("RGB", (1050, 448), "white")
    page.paste(left.crop((60, 0, 580, 448)), (0, 0))
    page.paste(right.crop((60, 0, 580, 448)), (530, 0))
    whole = sample(page)
    assert _match(sample(left), whole).relation in ("collage", "cropped")
    assert _match(sample(right), whole).relation in ("collage", "cropped")
    assert verify(sample(left), sample(right)) is None


def test_a_shared_logo_or_template_joins_nobody() -> None:
    """Different photographs under the same logo, frame or page are no copies."""
    one, other = drawn(27), drawn(28)
    for make in (_logo, _page, lambda p: ImageOps.expand(p, 40, "navy")):
        found = verify(sample(make(one)), sample(make(other)))
        assert found is None or found.relation == "same scene"


@pytest.mark.parametrize("seed", range(50, 54))
def test_a_sliver_that_agrees_joins_nobody(seed: int) -> None:
    """Screens laid on each other so that only their marks meet agree in all that meets: which is next to nothing of them."""
    found = verify(sample(_telephone(drawn(seed))), sample(_telephone(drawn(seed + 20))))
    assert found is None or found.relation == "same scene"


def test_equal_bytes_are_identical() -> None:
    """Two files with one hash are identical, whatever they show."""
    black = sample(Image.new("RGB", (300, 200)))
    twin = Sample("f" * 16, black.fingerprint, black.features, 300, 200, black.sha256, 1000)
    assert _match(black, twin).relation == "identical"


@pytest.mark.parametrize("other", [(0, 0, 1), (2, 2, 2), (255, 255, 255)])
def test_black_pictures_match_only_with_the_same_pixels(other: tuple[int, int, int]) -> None:
    """All-black pictures are the same only when their pixels are."""
    black = Image.new("RGB", (640, 480))
    assert _match(sample(black, "one"), sample(black, "two")).relation == "re-encoded"
    assert verify(sample(black, "one"), sample(Image.new("RGB", (640, 480), other))) is None


def test_dark_and_foggy_pictures_do_not_collapse() -> None:
    """Pictures with hardly any contrast are no copies of each other."""
    rng = np.random.default_rng(3)
    dark = [
        sample(Image.fromarray(np.clip(rng.normal(base, 3, (300, 400)), 0, 255).astype(np.uint8)))
        for base in (2, 4, 128, 128, 250)
    ]
    assert all(verify(a, b) is None for i, a in enumerate(dark) for b in dark[:i])


def test_gradients_are_not_copies_of_each_other() -> None:
    """Smooth skies without a single corner join nobody."""
    ramp = np.linspace(80, 200, 400)
    skies = [np.tile(ramp, (300, 1)), np.tile(ramp**1.02, (300, 1)), np.tile(ramp[::-1], (300, 1))]
    samples = [sample(Image.fromarray(sky.astype(np.uint8))) for sky in skies]
    assert all(verify(a, b) is None for i, a in enumerate(samples) for b in samples[:i])


def test_the_weights_are_read_from_their_table() -> None:
    """Every measure has its weight in the table, and what speaks for a copy has a positive one."""
    agreement = Agreement(np.eye(3), 1.0, 1.0, 100.0, 1.0, 1.0, np.ones((2, 2), np.int8), 1.0, 0.0, WHOLLY, 0, 0.0, 0.0)
    assert set(judgement.weights()) == set(judgement.measures(agreement, 1.0))
    assert all(judgement.weights()[name] > 0 for name in ("share", "close", "repeated"))
    assert judgement.score(agreement, 1.0) > 0.97


@pytest.mark.parametrize(("cover", "copy"), [(0.16, False), (0.3, True)])
def test_a_corner_that_agrees_wholly_is_no_copy(cover: float, copy: bool) -> None:
    """Two broadcasts laid on each other mirrored, so that only a strip meets: all of it agrees, and proves nothing."""
    mirrored = np.array([[-1.0, 0, 2 - cover], [0, 1, 0], [0, 0, 1]])
    agreement = Agreement(
        mirrored, 1.0, 0.98, 37.0, cover, cover, np.ones((2, 2), np.int8), 1.0, 0.0, WHOLLY, 0, 0.0, 0.0
    )
    assert (judgement.score(agreement, 0.46) >= judgement.COPY) is copy


def _card(words: str) -> Image.Image:
    """A quotation on the card of its house."""
    page = Image.new("RGB", (800, 800), (22, 64, 92))
    pen = ImageDraw.Draw(page)
    pen.rectangle((30, 30, 770, 770), outline=(240, 200, 80), width=6)
    pen.text((60, 30), "\u201c", (240, 200, 80), font_size=260)
    for line, part in enumerate(words.split("/")):
        pen.text((80, 250 + 70 * line), part, "white", font_size=54)
    pen.rectangle((560, 680, 740, 740), fill=(240, 200, 80))
    pen.text((580, 690), "Courier", (22, 64, 92), font_size=36)
    return page


def _chart(seed: int) -> Image.Image:
    """A chart of one series: the same axes, other bars."""
    page = Image.new("RGB", (900, 630), (248, 246, 240))
    pen = ImageDraw.Draw(page)
    pen.text((60, 20), "Votes by party, per cent", (20, 20, 20), font_size=40)
    for at in range(6):
        pen.line((90, 120 + 80 * at, 860, 120 + 80 * at), fill=(205, 205, 205), width=2)
        pen.text((40, 106 + 80 * at), str(100 - 20 * at), (60, 60, 60), font_size=22)
        top = int(np.random.default_rng([seed, at]).integers(130, 480))
        pen.rectangle((110 + 125 * at, top, 190 + 125 * at, 520), fill=(30, 40 * at, 200 - 30 * at))
        pen.text((100 + 125 * at, 540), f"Party {at}", (60, 60, 60), font_size=22)
    return page


def _article(seed: int) -> Image.Image:
    """A page of one newspaper in a browser, its photograph small on it."""
    page = Image.new("RGB", (1000, 800), "white")
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 1000, 80), fill=(222, 225, 230))
    pen.text((60, 100), "The Morning Courier", "black", font_size=60)
    for at, word in enumerate(("World", "Politics", "Business", "Sport", "Culture", "Opinion")):
        pen.text((60 + 150 * at, 190), word, (40, 40, 40), font_size=26)
        pen.text((640, 300 + 80 * at), f"More from {word}", (20, 20, 20), font_size=32)
        pen.line((640, 350 + 80 * at, 960, 350 + 80 * at), fill=(120, 120, 120), width=3)
    page.paste(drawn(seed).resize((500, 350)), (60, 300))
    return page


def _forecast(seed: int) -> Image.Image:
    """A map of every evening: the same provinces, other signs at the same towns."""
    page = Image.new("RGB", (880, 640), (60, 110, 170))
    pen, ground, rng = ImageDraw.Draw(page), np.random.default_rng(7), np.random.default_rng(seed)
    for place in range(30):
        x, y = 90 + 140 * (place % 6), 90 + 110 * (place // 6)
        shade = int(ground.integers(90, 190))
        corners = [
            (x + dx + int(ground.integers(-30, 30)), y + dy) for dx, dy in ((0, 0), (140, 8), (134, 110), (8, 104))
        ]
        pen.polygon(corners, fill=(shade - 50, shade, shade - 60), outline=(30, 50, 30))
    for town in range(10):
        x, y = 120 + 160 * (town % 5), 160 + 260 * (town // 5)
        if rng.random() < 0.5:
            pen.ellipse((x - 28, y - 28, x + 28, y + 28), fill=(255, 215, 40))
        else:
            pen.rounded_rectangle((x - 40, y - 20, x + 40, y + 20), 18, fill=(240, 240, 246))
        pen.text((x - 18, y + 28), str(int(rng.integers(-9, 36))), "white", font_size=36)
    return page


def _seats(seed: int) -> Image.Image:
    """The seats of a parliament: always at the same places, in the colours of who has them."""
    page = Image.new("RGB", (900, 600), "white")
    pen, bounds = ImageDraw.Draw(page), np.sort(np.random.default_rng(seed).uniform(0, np.pi, 3))
    pen.text((30, 18), "Seats in the chamber", (20, 20, 30), font_size=44)
    for row in range(7):
        for turn in np.linspace(0, np.pi, 16 + 4 * row):
            x, y = 450 - (150 + 42 * row) * np.cos(turn), 520 - (150 + 42 * row) * np.sin(turn)
            colour = ((200, 30, 40), (240, 190, 40), (40, 110, 70), (120, 170, 230))[int((turn > bounds).sum())]
            pen.ellipse((x - 13, y - 13, x + 13, y + 13), fill=colour)
    return page


def _prices(seed: int) -> Image.Image:
    """A line over a dense grid, which is nearly all that the chart of every month shows."""
    page = Image.new("RGB", (1200, 760), "white")
    pen = ImageDraw.Draw(page)
    pen.text((60, 14), "Temperature in the capital", (20, 20, 20), font_size=60)
    for at in range(24):
        pen.line((60 + 46 * at, 120, 60 + 46 * at, 680), fill=(150, 150, 150), width=2)
        pen.line((60, 140 + 24 * at, 1140, 140 + 24 * at), fill=(150, 150, 150), width=2)
        pen.text((60 + 46 * at, 700), str(at), (40, 40, 40), font_size=34)
    values = np.clip(400 + np.cumsum(np.random.default_rng(seed).normal(0, 22, 109)), 130, 670)
    pen.line([(60 + 10.0 * x, float(y)) for x, y in enumerate(values)], fill=(200, 30, 40), width=5)
    return page


PAGES = {
    "prices": (_prices(1), _prices(2)),
    "seats": (_seats(1), _seats(2)),
    "forecast": (_forecast(3), _forecast(4)),
    "card": (
        _card("We shall not build/what nobody needs,/said the minister"),
        _card("Rain fell all night/and the river rose/over its banks"),
    ),
    "chart": (_chart(1), _chart(2)),
    "article": (_article(60), _article(61)),
}


@pytest.mark.parametrize("kind", PAGES)
def test_pages_of_one_template_join_only_with_their_own_copies(kind: str) -> None:
    """What agrees of two pages of a series is drawn on all of them and joins nobody; a copy of such a page is still found."""
    one, other = PAGES[kind]
    found = verify(sample(one), sample(other))
    assert found is None or found.relation == "same scene"
    again = jpeg(one.resize((one.width // 2, one.height // 2)), 60)
    assert _match(sample(one), sample(again)).relation in ("resized", "edited")


@pytest.mark.parametrize("seed", range(5, 9))
def test_issues_of_one_map_join_nobody(seed: int) -> None:
    """A map that differs only in its signs is another issue of the series; under one mark it is the same one still."""
    one, other = _forecast(seed), _forecast(seed + 10)
    found = verify(sample(one), sample(other))
    assert found is None or found.relation == "same scene"
    assert _match(sample(one), sample(_logo(one), "under a mark")).relation == "edited"


def test_a_photograph_under_many_stickers_is_found() -> None:
    """At many places something is laid over a photograph, and it is that photograph still."""
    picture = drawn(64)
    pen = ImageDraw.Draw(picture)
    for x, y in ((80, 90), (250, 70), (520, 110), (130, 330), (360, 250), (560, 360)):
        pen.ellipse((x - 36, y - 36, x + 36, y + 36), fill=(255, 210, 40), outline=(120, 80, 0), width=4)
    assert _match(sample(drawn(64)), sample(picture)).relation == "edited"


@pytest.mark.parametrize(
    ("share", "places", "among", "copy"),
    [
        (0.78, 1, 0.02, True),
        (0.78, 2, 0.02, False),
        (0.98, 2, 0.02, True),
        (0.78, 5, 0.4, True),
        (0.76, 0, 0.02, True),
        (0.72, 0, 0.02, False),
    ],
    ids=["one mark", "two marks", "two marks, else the same", "photographic", "enough drawn", "too little drawn"],
)
def test_drawings_of_one_series_differ_at_two_places_or_too_much(
    share: float, places: int, among: float, copy: bool
) -> None:
    """Two marks on a drawing that also differs a little elsewhere are of another issue, as is a quarter that is drawn otherwise."""
    seen = Photographic(0.1 if among < 0.1 else 0.8, 1.0, among)
    every = np.ones((2, 2), np.int8)
    close = 0.7 if share < 0.9 else 0.95
    agreement = Agreement(np.eye(3), share, close, 400.0, 0.9, 0.9, every, 1.0, 0.0, seen, places, 0.0, 0.0)
    assert (judgement.score(agreement, 0.4) >= judgement.COPY) is copy


def test_drawings_are_recoloured_by_other_colours_and_not_by_light_or_marks() -> None:
    """Seats that others have are drawn alike in another tone; uneven light, a harder contrast and a mark make none of that."""
    one, other = (np.asarray(_seats(seed).convert("L").resize((144, 96)), np.float32) for seed in (1, 2))
    lit = np.clip((one - 128) * 0.8 + 110 + 30 * np.linspace(-1, 1, 144, dtype=np.float32), 0, 255)
    marked = one.copy()
    marked[60:80, 20:50] = 90
    everywhere = np.ones(one.shape, np.bool_)

    def share(second: npt.NDArray[np.float32]) -> float:
        of_one, of_second = (correlation.moments(grey, 9) for grey in (one, second))
        exact, _ = correlation.correlation(one, of_one, second, of_second, 9)
        return recoloured.share(one, second, everywhere, exact)

    assert share(other) > 0.02
    assert max(share(one), share(np.asarray(lit, np.float32)), share(marked)) < 0.005


def test_a_chart_is_drawn_anew_and_no_copy_of_it_is() -> None:
    """Another line where this one has gone is drawn anew; another tone, compression, size and two things laid over are not, and no
    photograph is."""

    def share(first: Image.Image, second: Image.Image) -> float:
        one, other = (
            np.asarray(x.convert("L").resize((144, 92), Image.Resampling.BOX), np.float32) for x in (first, second)
        )
        exact, _ = correlation.correlation(one, correlation.moments(one, 9), other, correlation.moments(other, 9), 9)
        return redrawn.share(one, other, np.ones(one.shape, np.bool_), exact)

    page = _prices(1)
    laid = page.copy()
    pen = ImageDraw.Draw(laid)
    pen.ellipse((700, 420, 900, 620), fill=(240, 200, 0))
    pen.rectangle((100, 160, 460, 230), fill="black")
    assert min(share(page, _prices(2)), share(_prices(2), page)) > 0.01
    faded = ImageEnhance.Contrast(page).enhance(0.6)
    for again in (page.resize((300, 190)).resize(page.size), jpeg(page, 15), faded, laid):
        assert max(share(page, again), share(again, page)) < 0.004
    photograph = drawn(64)
    pen = ImageDraw.Draw(photograph)
    for at, ink in enumerate(("white", "black") * 4):
        pen.ellipse((20 + 70 * at, 40 + 40 * at, 70 + 70 * at, 90 + 40 * at), fill=ink)
    assert share(drawn(64), photograph) == 0


def test_places_are_what_was_laid_on_and_no_change_of_tone() -> None:
    """Each sign that another lies at is a place, and all corners that are gone are one; a darker copy with a harder contrast has
    none."""
    one, other = (np.asarray(_forecast(seed).convert("L").resize((144, 105)), np.float32) for seed in (3, 4))
    alike = np.abs(one - other) < 12
    everywhere = np.ones(one.shape, np.bool_)
    assert 3 <= places.count(one, other, everywhere, ~alike, np.where(alike, 1, 0).astype(np.float32)) <= 10
    dark = np.clip((one - 128) * 1.6 + 90, 0, 255)
    close = np.ones(one.shape, np.float32)
    assert places.count(one, dark, everywhere, everywhere, close) == 0
    for off, count in ((0, 1), (9, 4)):
        marked, exact = one.copy(), close.copy()
        for y, x in ((off, off), (off, 132 - off), (93 - off, off), (93 - off, 132 - off)):
            marked[y : y + 12, x : x + 12] = exact[y : y + 12, x : x + 12] = 0
        assert places.count(one, marked, everywhere, exact < 1, exact) == count


def test_letters_and_stripes_are_not_photographic() -> None:
    """Of a page that agrees in its letters and differs in its photograph, nothing photographic agrees; of the photograph, all."""
    grey = [np.asarray(page.convert("L").resize((144, 115)), np.float32) for page in PAGES["article"]]
    everywhere = np.ones(grey[0].shape, np.bool_)
    alike = np.abs(grey[0] - grey[1]) < 3
    pages = agreement(grey[0], grey[1], everywhere, alike)
    assert pages.at_least < 0.3 and pages.at_most < 0.5
    picture = np.asarray(drawn(60).convert("L").resize((144, 101)), np.float32)
    everywhere = np.ones(picture.shape, np.bool_)
    assert agreement(picture, picture, everywhere, everywhere).at_least > 0.6


def test_a_backdrop_is_a_frame_and_no_more_of_the_photograph() -> None:
    """Upright over a blurred enlargement of itself, or on a gradient, a photograph is framed; cut out of one, it is cropped."""
    picture = drawn(62)
    upright = picture.resize((1372, 960)).crop((416, 0, 956, 960)).filter(ImageFilter.GaussianBlur(20))
    upright.paste(picture.resize((540, 378)), (0, 291))
    gradient = Image.linear_gradient("L").resize((800, 608)).convert("RGB")
    gradient.paste(picture, (80, 80))
    for page in (upright, gradient):
        found = _match(sample(picture), sample(page))
        assert found.relation == "edited" and "frame or bar around it" in found.detail
    assert _match(sample(picture), sample(picture.crop((80, 60, 560, 400)))).relation == "cropped"


def test_strangers_are_passed_over_before_anything_dear(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of which no corners are closely alike are asked for no alignment; what chance lays on each other, and a glance
    tells apart, is not compared block by block. A copy is."""
    asked: list[str] = []

    def noted(name: str, work: Callable[..., object]) -> Callable[..., object]:
        def done(*given: object) -> object:
            asked.append(name)
            return work(*given)

        return done

    monkeypatch.setattr(matching, "_fit", noted("alignment", matching._fit))
    monkeypatch.setattr(blocks, "_Pair", noted("blocks", blocks._Pair))
    some = [sample(drawn(seed), f"s{seed}") for seed in range(40, 45)]
    for a in some:
        for b in some:
            assert a is b or verify(a, b) is None
    one, other = (unpack(sample_.features).thumb for sample_ in some[:2])
    assert compare(one, other, np.eye(3)) is None
    assert not asked
    assert compare(one, one, np.eye(3)) is not None and asked == ["blocks"]
    assert verify(some[0], sample(drawn(40).crop((60, 40, 500, 380)), "crop")) is not None and "alignment" in asked


def test_closely_alike_corners_are_heard_where_a_similarity_seconds_them() -> None:
    """Twelve corners all over the picture say nothing together; with four that one turn and size explains they do, and so do
    three of which none disagrees."""
    rng = np.random.default_rng(5)
    here, there = (rng.uniform(0, 480, (12, 2)).astype(np.float32) for _ in range(2))
    assert not matching._seconded(here, there, 0, 0)
    moved = there.copy()
    moved[:4] = here[:4] + np.array((30, -12), np.float32)
    assert matching._seconded(here, moved, 0, 0)
    assert matching._seconded(here[:3], moved[:3], 0, 0) and not matching._seconded(here[4:7], moved[4:7], 0, 0)


def test_colours_of_one_grey_tell_drawings_apart() -> None:
    """Two plans that only differ by colours of one grey are no copies of each other; without kept colours nothing tells."""
    one, other = sample(plan(1)), sample(plan(2))
    found = verify(one, other)
    assert found is None or found.relation == "same scene"
    bare = [replace(known, features=pack(replace(unpack(known.features), coloured=b""))) for known in (one, other)]
    for pair in (bare, (one, bare[1]), (bare[0], other)):
        found = verify(*pair)
        assert found is not None and found.relation != "same scene"


@pytest.mark.parametrize("way", ["grey", "faded", "vivid", "warm", "toned", "poor", "small", "marked"])
def test_a_drawing_in_other_tones_is_a_copy(way: str) -> None:
    """Greying, saturation, another white, toning, compression and a mark leave a drawing the same."""
    page = plan(3)
    red, green, blue = page.split()
    ways: dict[str, Callable[[], Image.Image]] = {
        "grey": lambda: page.convert("L"),
        "faded": lambda: ImageEnhance.Color(page).enhance(0.4),
        "vivid": lambda: ImageEnhance.Color(page).enhance(1.6),
        "warm": lambda: Image.merge("RGB", (red, green, blue.point([v * 4 // 5 for v in range(256)]))),
        "toned": lambda: ImageOps.colorize(page.convert("L"), (40, 20, 0), (255, 240, 210)),
        "poor": lambda: jpeg(page, 20),
        "small": lambda: page.resize((360, 240)),
        "marked": lambda: ImageOps.expand(page, (0, 0, 0, 60), "navy"),
    }
    found = verify(sample(page, "page"), sample(ways[way](), way))
    assert found is not None and found.relation != "same scene"
