"""Numbers in each other's place, of which one may be an article or a word that is another one elsewhere."""

from __future__ import annotations

import pytest

from catalog import conflicts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Három ember megsebesült a tűzben.", "Hét ember megsebesült a tűzben."),
        ("Öt ember sérült meg, és egy meghalt.", "Hat ember sérült meg, és egy meghalt."),
        ("12 ember megsebesült a tűzben.", "Hét ember megsebesült a tűzben."),
        ("Hai người bị thương trong vụ cháy.", "Năm người bị thương trong vụ cháy."),
        ("A woman was rescued from the roof in Lagos.", "Five women were rescued from the roof in Lagos."),
        ("Ein Boot mit Flüchtlingen vor Malta.", "Drei Boote mit Flüchtlingen vor Malta."),
        ("Um homem ficou ferido no desabamento.", "Dois homens ficaram feridos no desabamento."),
        ("Un bateau de pêche au port de Sète.", "Quatre bateaux de pêche au port de Sète."),
        ("Runners start the first stage in Lyon.", "Runners start the third stage in Lyon."),
    ],
)
def test_numerals_that_are_other_words_elsewhere_count_where_the_other_caption_counts(one: str, other: str) -> None:
    """ "Hét" is Hungarian for seven, "a woman" is one, and the first of several is not the third."""
    assert conflicts.compare(one, other).kinds == ("number",)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("7 ember megsebesült a tűzben.", "Hét ember megsebesült a tűzben."),
        ("Het park in Utrecht is dicht.", "3 parken in Utrecht zijn dicht."),
        ("A boat reaches the shore of Lesbos.", "One boat reaches the shore of Lesbos."),
        ("A boat reaches the shore.", "One of three boats reaches the shore."),
        ("A firefighter battles a blaze near Athens.", "Firefighters battle a blaze near Athens."),
        ("The hat shop on the corner closes.", "The pet shop on the corner closes."),
    ],
)
def test_they_count_nothing_elsewhere(one: str, other: str) -> None:
    """One value in both captions, an article of another language and plurals without a number are no other number."""
    assert "number" not in conflicts.compare(one, other).kinds
