"""The record is what facts, inferences and effective decisions come to."""

from __future__ import annotations

from catalog import resolve
from catalog.model import Article, Caption, Decision, Evidence, Finding, Image, Link, Match, Metadata


def decision(n: int, action: str, *, subjects: tuple[str, ...] = (), kind: str = "link", **values: object) -> Decision:
    """A decision with a running number."""
    return Decision(
        f"{n:010d}", "2024-01-01T00:00:00Z", "finding", action, kind=kind, subjects=subjects, values=dict(values)
    )


def undo(n: int, *taken: int) -> Decision:
    """An undo of earlier decisions."""
    return Decision(f"{n:010d}", "2024-01-01T00:00:00Z", "log", "undo", undoes=tuple(f"{t:010d}" for t in taken))


def link(caption: str, image: str, band: str = "likely") -> Link:
    """A link with a score that fits its band."""
    score = {"certain": 0.99, "likely": 0.93, "unsure": 0.5}[band]
    return Link(f"{caption}:{image}", caption, image, "art", score, band, (Evidence("same figure", 4.0),))  # type: ignore[arg-type]


def image(**meta: str) -> Image:
    """A picture with some metadata."""
    return Image("i1", "i1" * 32, 10, 100, 80, "JPEG", ("a.jpg",), metadata=Metadata(**meta))  # type: ignore[arg-type]


def test_undo_of_undo_brings_a_decision_back() -> None:
    """An undo takes a decision out, undoing the undo puts it in again, at any depth."""
    one = decision(1, "accept")
    assert resolve.effective([one]) == [one]
    assert resolve.effective([one, undo(2, 1)]) == []
    assert resolve.effective([one, undo(2, 1), undo(3, 2)]) == [one]
    assert resolve.effective([one, undo(2, 1), undo(3, 2), undo(4, 3)]) == []


def test_only_certain_links_hold_without_a_person() -> None:
    """A likely link stays a proposal until somebody accepts it."""
    links = [link("c1", "i1", "certain"), link("c2", "i2", "likely"), link("c3", "i3", "unsure")]
    states = {k: v[0] for k, v in resolve.link_statuses(links, []).items()}
    assert states == {"c1:i1": "linked", "c2:i2": "proposed", "c3:i3": "proposed"}


def test_a_choice_turns_the_other_links_of_a_caption_down() -> None:
    """Choosing one picture links it and rejects the rest, even a certain one."""
    links = [link("c1", "i1", "certain"), link("c1", "i2", "unsure")]
    states = resolve.link_statuses(links, [decision(1, "choose", subjects=("c1", "i2"), image="i2")])
    assert states["c1:i2"] == ("linked", "0000000001")
    assert states["c1:i1"] == ("rejected", "0000000001")


def test_a_picture_given_to_one_caption_is_not_proposed_for_another() -> None:
    """One picture belongs to one caption of an article once a person has said which."""
    links = [link("c1", "i1", "likely"), link("c2", "i1", "likely")]
    states = resolve.link_statuses(links, [decision(1, "accept", subjects=("c1", "i1"), image="i1")])
    assert states["c2:i1"][0] == "rejected"


def test_none_and_reject_turn_links_down() -> None:
    """`none` rejects all links of a caption, `reject` only the one named."""
    links = [link("c1", "i1"), link("c1", "i2")]
    none = resolve.link_statuses(links, [decision(1, "none", subjects=("c1",))])
    assert {s for s, _ in none.values()} == {"rejected"}
    one = resolve.link_statuses(links, [decision(1, "reject", subjects=("c1", "i1"), image="i1")])
    assert one["c1:i1"][0] == "rejected" and one["c1:i2"][0] == "proposed"


def test_a_person_can_link_what_nothing_proposed() -> None:
    """A choice of a picture without any inferred link makes one, with that as its evidence."""
    caption = Caption("c1", "art", 0, "A bridge")
    made = resolve.decided_links([caption], [], [decision(1, "link", subjects=("c1", "i9"), image="i9")])
    assert [x.id for x in made] == ["c1:i9"] and made[0].evidence[0].name == "a person linked them"


def test_the_last_word_on_a_pair_counts() -> None:
    """A pair is denied as long as the last decision on it denies it."""
    no, yes = (
        decision(1, "not-same", subjects=("b", "a"), kind="duplicate"),
        decision(2, "same", subjects=("a", "b"), kind="duplicate"),
    )
    assert resolve.denied_pairs([no]) == {("a", "b")}
    assert resolve.denied_pairs([no, yes]) == frozenset()


def test_an_edit_comes_first_and_facts_stay() -> None:
    """An edited caption leads the record's captions; the embedded one is still there, and so are the facts."""
    edit = Decision("0000000001", "t", "image:i1", "edit", values={"caption": "Mine", "tags": ["x"]}, subjects=("i1",))
    record = resolve.record(image(caption="Its own", credit="AFP"), [], [], [], [edit])
    assert record.captions == ("Mine", "Its own")
    assert record.credit == "AFP" and record.tags == ("x",)
    assert record.image.metadata.caption == "Its own"


def test_denied_matches_leave_the_record() -> None:
    """A match that a person denied is no longer shown, and no longer makes a duplicate."""
    match = Match("i1:i2", "i1", "i2", "cropped", 0.9)
    assert "duplicate" in resolve.record(image(), [], [match], [], []).flags
    denied = resolve.record(
        image(), [], [match], [], [decision(1, "not-same", subjects=("i1", "i2"), kind="duplicate")]
    )
    assert denied.matches == () and "duplicate" not in denied.flags


def test_a_finding_decided_on_other_facts_comes_back_as_changed() -> None:
    """A decision stands when its facts change, and its finding says so."""
    found = Finding("f", "link", 1.0, ("c1",), "", ("accept",))
    made = Decision("0000000001", "t", "f", "accept", seen="old")
    assert resolve.finding_status(found, "old", [made]).status == "decided"
    assert resolve.finding_status(found, "new", [made]).status == "changed"
    assert resolve.finding_status(found, "new", []).status == "open"


def test_seen_moves_with_facts_and_decisions() -> None:
    """What a page sends back differs after new facts and after a decision by somebody else."""
    made = Decision("0000000007", "t", "f", "accept")
    tokens = {resolve.seen_token("a", ()), resolve.seen_token("b", ()), resolve.seen_token("a", [made])}
    assert len(tokens) == 3


def test_usages_come_linked_first_then_by_date() -> None:
    """A record lists what it ran with in the order it was published, what holds before what is proposed."""

    def ran(article: str, published: str, band: str) -> object:
        story = Article(article, article, "x", "plaintext", published=published)
        one = link(f"c-{article}", "i1", band)
        return resolve.usage(
            story, Caption(one.caption, article, 0, article), one, "linked" if band == "certain" else "proposed", ""
        )

    uses = [
        ran("late", "2024-05-02", "certain"),
        ran("early", "2024-05-01", "certain"),
        ran("maybe", "2020-01-01", "likely"),
    ]
    record = resolve.record(image(), uses, [], [], [])  # type: ignore[arg-type]
    assert [u.article for u in record.usages] == ["early", "late", "maybe"]
    assert record.captions == ("early", "late")
