from __future__ import annotations

from catalog.duplicates.groups import build
from catalog.model import Image, Match, Metadata, Relation


def _match(a: str, b: str, relation: Relation = "re-encoded", score: float = 0.9, whole: str = "") -> Match:
    a, b = sorted((a, b))
    return Match(f"{a}:{b}", a, b, relation, score, whole=whole)


def _image(ident: str, **facts: object) -> Image:
    known = {"sha256": ident, "size": 1000, "width": 100, "height": 100, "format": "JPEG", "paths": (ident,)}
    return Image(id=ident, **{**known, **facts})  # type: ignore[arg-type]


def test_a_group_holds_among_all_members() -> None:
    """a-b and b-c without a-c is no group of three: a chain joins nobody."""
    groups = build("abc", [_match("a", "b", score=0.95), _match("b", "c")], frozenset())
    assert [g.images for g in groups] == [("a", "b")]


def test_three_that_all_match_are_one_group_with_its_matches() -> None:
    """A full triangle is one group, and carries its three matches."""
    [group] = build("abcd", [_match("a", "b"), _match("b", "c"), _match("a", "c")], frozenset())
    assert group.images == ("a", "b", "c") and len(group.matches) == 3


def test_a_denied_pair_never_joins() -> None:
    """What a person has parted stays parted, in either order, also through a third."""
    matches = [_match("a", "b"), _match("b", "c"), _match("a", "c")]
    assert all({"a", "c"} - set(g.images) for g in build("abc", matches, frozenset({("c", "a")})))


def test_another_frame_of_the_scene_is_no_duplicate() -> None:
    """A same-scene match makes no group."""
    assert build("ab", [_match("a", "b", "same scene", 0.99)], frozenset()) == []


def test_a_collage_does_not_join_its_photographs() -> None:
    """The copies of a photograph stay together; the collage of two photographs goes with one at most."""
    matches = [_match("a", "b"), _match("a", "x", "collage"), _match("b", "x", "collage"), _match("c", "x", "collage")]
    groups = build("abcx", matches, frozenset())
    assert [g.images for g in groups] == [("a", "b", "x")]


def test_unknown_images_and_self_matches_are_left_out() -> None:
    """Matches of images that are not asked for do not count."""
    assert build("ab", [_match("a", "z"), _match("a", "a")], frozenset()) == []


def test_ids_of_groups_do_not_depend_on_the_order_of_matches() -> None:
    """The same members give the same group id."""
    matches = [_match("a", "b"), _match("b", "c"), _match("a", "c")]
    assert [g.id for g in build("abc", matches, frozenset())] == [
        g.id for g in build("cba", matches[::-1], frozenset())
    ]


def test_the_best_copy_has_most_pixels() -> None:
    """Size decides among untouched copies, and the reason says so."""
    images = {"a": _image("a"), "b": _image("b", width=200, height=200)}
    [group] = build("ab", [_match("a", "b", "resized")], frozenset(), images)
    assert group.best == "b" and "200 × 200" in group.reasons[0]


def test_a_crop_is_not_the_best_even_when_larger() -> None:
    """An enlarged crop loses to the whole photograph."""
    images = {"a": _image("a"), "b": _image("b", width=900, height=900)}
    [group] = build("ab", [_match("a", "b", "cropped", whole="a")], frozenset(), images)
    assert group.best == "a"


def test_a_framed_copy_is_not_the_best() -> None:
    """A frame or collage around the photograph loses to the photograph, though it has more pixels."""
    images = {"a": _image("a"), "b": _image("b", width=120, height=120)}
    [group] = build("ab", [_match("a", "b", "edited", whole="b")], frozenset(), images)
    assert group.best == "a"


def test_the_copy_with_an_overlay_is_told_by_the_others() -> None:
    """Of three copies the one that differs from both by an edit is left out."""
    images = {i: _image(i, size=9000 if i == "c" else 1000) for i in "abc"}
    matches = [_match("a", "b"), _match("a", "c", "edited"), _match("b", "c", "edited")]
    [group] = build("abc", matches, frozenset(), images)
    assert group.best in "ab"


def test_less_compression_then_richer_metadata_decide() -> None:
    """At equal pixels the higher JPEG quality wins; at equal quality the copy that says more of itself."""
    images = {"a": _image("a", quality=60), "b": _image("b", quality=92)}
    assert build("ab", [_match("a", "b")], frozenset(), images)[0].best == "b"
    images = {
        "a": _image("a", quality=90),
        "b": _image("b", quality=90, metadata=Metadata(caption="A fire", city="Bonn")),
    }
    [group] = build("ab", [_match("a", "b")], frozenset(), images)
    assert group.best == "b" and group.reasons == ("richest metadata",)


def test_what_is_stored_without_loss_is_the_least_compressed() -> None:
    """A PNG is less compressed than any JPEG of as many pixels; where a format does not tell, bytes per pixel do."""
    images = {"a": _image("a", quality=95), "b": _image("b", format="PNG")}
    [group] = build("ab", [_match("a", "b")], frozenset(), images)
    assert group.best == "b" and group.reasons == ("least compressed (without loss)",)
    images = {"a": _image("a", quality=95, size=1000), "b": _image("b", format="WEBP", size=9000)}
    [group] = build("ab", [_match("a", "b")], frozenset(), images)
    assert group.best == "b" and group.reasons == ("least compressed (bytes per pixel)",)
