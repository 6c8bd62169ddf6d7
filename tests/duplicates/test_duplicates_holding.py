"""What holds from end to end: decisions outlast hashing and importing anew, strange pictures join nobody, and adding is cheap."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catalog.duplicates import Sample, verification
from catalog.duplicates.verification import verify as verify_pair
from catalog.fingerprinting import colours
from catalog.fingerprinting.features import unpack
from catalog.library import Library, open_library
from catalog.model import ImportResult, ImportSummary, Match
from catalog.runs.recomputing import What
from tests.duplicates_drawn import drawn, plan

Change = Callable[[Image.Image], Image.Image]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a photograph and two copies of it, and another photograph."""
    folder = tmp_path / "in"
    folder.mkdir()
    drawn(80).save(folder / "one.png")
    drawn(80).save(folder / "two.jpg", quality=70)
    drawn(80).resize((320, 224)).save(folder / "three.jpg", quality=85)
    drawn(81).save(folder / "other.jpg", quality=85)
    return folder


def _import(library: Library, folder: Path) -> dict[str, str]:
    """Import a folder here; return the ids of its pictures by file name."""
    results = [r for r in library.import_([folder], workers=0) if isinstance(r, ImportResult)]
    assert not [r for r in results if r.result == "rejected"], results
    return {Path(path).name: i for i, doc in library.store.iter("image") for path in doc["paths"]}


def _groups(library: Library) -> set[frozenset[str]]:
    return {frozenset(group.images) for group in library.groups()}


def test_what_was_decided_outlasts_everything(tmp_path: Path, desk: Path) -> None:
    """Not a duplicate stays so, and no finding opens again: by hashing anew, comparing anew, importing the same files again from
    another place, and an unrelated picture."""
    with open_library(tmp_path / "catalogue") as library:
        names = _import(library, desk)
        one, two, three = names["one.png"], names["two.jpg"], names["three.jpg"]
        assert _groups(library) == {frozenset((one, two, three))}
        library.decide_pair(one, two, "not-same")
        library.decide_pair(one, three, "same", best=one)
        decided = sorted(f.id for f in library.findings("duplicate", limit=100).items)

        def holds() -> None:
            assert all(not {one, two} <= group for group in _groups(library))
            assert not [m for m in library.record(one).matches if two in (m.a, m.b)]
            assert sorted(f.id for f in library.findings("duplicate", limit=100).items) == decided

        holds()
        steps: tuple[What, ...] = ("rehash", "regroup")
        for what in steps:
            change = library.store.get("image", two)
            assert change is not None
            for _ in library.recompute(what, workers=0):
                pass
            holds()
        shutil.rmtree(library.folder / "fingerprints", ignore_errors=True)
    with open_library(tmp_path / "catalogue") as library:
        shutil.copytree(desk, tmp_path / "again")
        _import(library, tmp_path / "again")
        holds()
        (tmp_path / "new").mkdir()
        drawn(82).save(tmp_path / "new" / "unrelated.jpg")
        _import(library, tmp_path / "new")
        holds()
        assert library.neighbours.count() == 5


def test_rehash_gives_old_catalogues_the_colours_of_drawings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans that were read before colours were kept are one photograph; read anew they are none, but where a person said so."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(1, 4):
        plan(number).save(folder / f"{number}.png")
    with open_library(tmp_path / "catalogue") as library:
        with monkeypatch.context() as before:
            before.setattr(colours, "packed", lambda picture, small, most: b"")
            names = _import(library, folder)
        one, two, three = (names[f"{number}.png"] for number in range(1, 4))
        assert all(unpack(library.neighbours.sample(i).features).colours is None for i in names.values())
        assert _groups(library) == {frozenset((one, two, three))}
        library.decide_pair(one, two, "same", best=two)
        *_, summary = library.recompute("rehash", workers=0)
        assert isinstance(summary, ImportSummary) and summary.images == 3
        assert all(unpack(library.neighbours.sample(i).features).colours is not None for i in names.values())
        assert _groups(library) == {frozenset((one, two))}
        assert [group.best for group in library.groups()] == [two]


def test_adding_compares_only_what_is_new(tmp_path: Path, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the import of one more picture no two old ones are compared again, whether it is a copy or a stranger."""
    compared: list[set[str]] = []

    def verify(a: Sample, b: Sample) -> Match | None:
        compared.append({a.id, b.id})
        return verify_pair(a, b)

    with open_library(tmp_path / "catalogue") as library:
        _import(library, desk)
        monkeypatch.setattr(verification, "verify", verify)
        for number, picture in enumerate((drawn(83), drawn(80).crop((60, 40, 600, 420)))):
            compared.clear()
            folder = tmp_path / f"more{number}"
            folder.mkdir()
            picture.save(folder / "new.jpg", quality=90)
            known = set(library.store.ids("image"))
            new = set(_import(library, folder).values()) - known
            assert all(pair & new for pair in compared)
            assert len(compared) <= len(known)
        assert len(compared) >= 3


def test_strange_pictures_join_nobody(tmp_path: Path) -> None:
    """Animated, 16-bit, CMYK, palette, transparent, tiny, dark and one-colour pictures are all taken, and form no false group."""
    folder = tmp_path / "in"
    folder.mkdir()
    frames = [drawn(90, (200, 160)).convert("P"), drawn(91, (200, 160)).convert("P")]
    frames[0].save(folder / "moving.gif", save_all=True, append_images=frames[1:], duration=100)
    deep = np.asarray(drawn(92).convert("L"), np.uint16) * 257
    Image.fromarray(deep).save(folder / "deep.png")
    drawn(93).convert("CMYK").save(folder / "ink.jpg")
    drawn(94).convert("P").save(folder / "palette.png")
    clear = drawn(95).convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    clear.save(folder / "clear.png")
    Image.new("RGBA", (300, 200), (0, 0, 0, 0)).save(folder / "nothing.png")
    for size in (1, 2, 9):
        drawn(96 + size, (64, 64)).crop((0, 0, size, size)).save(folder / f"tiny{size}.png")
    for number, level in enumerate((0, 1, 2, 128, 255)):
        Image.new("RGB", (400, 300), (level,) * 3).save(folder / f"plain{number}.png")
    Image.new("RGB", (400, 301)).save(folder / "black taller.png")
    noise = np.random.default_rng(5)
    for number in range(3):
        dark = np.clip(noise.normal(3, 2, (300, 400)), 0, 255).astype(np.uint8)
        Image.fromarray(dark).save(folder / f"night{number}.png")
    with open_library(tmp_path / "catalogue") as library:
        names = _import(library, folder)
        assert len(names) == len(list(folder.iterdir()))
        assert _groups(library) == set()


def test_black_pictures_are_one_only_with_the_same_pixels(tmp_path: Path) -> None:
    """Two black files of the same pixels are a group; a black picture of another size, or black but for one grey value, is not."""
    folder = tmp_path / "in"
    folder.mkdir()
    Image.new("RGB", (400, 300)).save(folder / "a.png")
    Image.new("RGB", (400, 300)).save(folder / "b.bmp")
    Image.new("RGB", (300, 400)).save(folder / "c.png")
    Image.new("RGB", (400, 300), (1, 0, 0)).save(folder / "d.png")
    with open_library(tmp_path / "catalogue") as library:
        names = _import(library, folder)
        assert _groups(library) == {frozenset((names["a.png"], names["b.bmp"]))}


def _page(picture: Image.Image) -> Image.Image:
    """A screenshot of a site: its header, the picture, which takes about half of it, and under it text of its own."""
    page = Image.new("RGB", (700, 820), (250, 250, 250))
    rng = np.random.default_rng(1)
    header = Image.fromarray(rng.integers(0, 255, (8, 80, 3), dtype=np.uint8)).resize(
        (700, 90), Image.Resampling.NEAREST
    )
    page.paste(header, (0, 0))
    rng = np.random.default_rng(list(picture.tobytes()[:64]))
    for top in range(600, 800, 22):
        for left in range(30, 660, 14):
            if rng.random() < 0.7:
                page.paste((40, 40, 40), (left, top, left + 9, top + 12))
    page.paste(picture.resize((640, 448)), (30, 130))
    return page


def _bar(picture: Image.Image) -> Image.Image:
    """A caption bar with a station's logo, the same for all."""
    picture = picture.copy()
    rng = np.random.default_rng(2)
    picture.paste((20, 20, 60), (0, 370, 640, 448))
    for left in range(20, 600, 14):
        if rng.random() < 0.8:
            picture.paste((240, 240, 240), (left, 390, left + 9, 404))
    logo = Image.fromarray(rng.integers(0, 255, (9, 9, 3), dtype=np.uint8)).resize((90, 90), Image.Resampling.NEAREST)
    picture.paste(logo, (530, 15))
    return picture


@pytest.mark.parametrize("template", [_page, _bar])
def test_a_template_shared_by_many_joins_nobody(tmp_path: Path, template: Change) -> None:
    """Six photographs on the same page or under the same bar are no group, and each still goes with its own photograph."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(6):
        template(drawn(100 + number)).save(folder / f"page{number}.jpg", quality=85)
    for number in range(2):
        drawn(100 + number).save(folder / f"photo{number}.jpg", quality=90)
    with open_library(tmp_path / "catalogue") as library:
        names = _import(library, folder)
        assert _groups(library) == {frozenset((names[f"page{n}.jpg"], names[f"photo{n}.jpg"])) for n in range(2)}
