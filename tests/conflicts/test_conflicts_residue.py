"""What only one caption has: new, or the other's words in another house's style, in languages that no table knows."""

from __future__ import annotations

import pytest

from catalog import conflicts
from catalog.conflicts import forms, residue
from catalog.conflicts.judging import Judge
from catalog.conflicts.reading import read


def left(a: str, b: str) -> dict[str, float]:
    """Return what is counted of two captions, without what is not there."""
    judge = Judge(read(a), read(b))
    judge.verdict()
    counted = residue.features(*judge.sides(), judge.pairs, german=judge.german)
    return {name: n for name, n in counted.items() if n and name != "part"}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Ilustratīvs attēls. Policijas auto Rīgā.", "Policijas auto Rīgā."),
        ("Tizenkét turista várakozik a pályaudvaron Pécsett.", "12 turista várakozik a pályaudvaron Pécsett."),
        ("Fishermen unload mackerel in Vigo. Photo: Ana Ruiz / EFE", "EFE fishermen unload mackerel in Vigo."),
        ("Hundratals personer protesterade på torget i Lund.", "Hundratals personer i protest på torget i Lund."),
    ],
)
def test_house_style_that_no_table_knows_says_nothing_more(a: str, b: str) -> None:
    """Labels, numerals, agencies and forms of words of any language are told by what they look like."""
    assert conflicts.compare(a, b).relation == conflicts.compare(b, a).relation == "cosmetic"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Žena prodaje cvijeće na tržnici.", "Žena prodaje cvijeće na tržnici u Puli."),
        ("Turistid ootavad bussi Tartus, juures seisab giid.", "Turistid ootavad bussi Tartus."),
        ("Turistid ootavad bussi Tartus.", "Turistid ootavad bussi Tartus 3. mail."),
        ("A ferry leaves the harbour.", "A ferry leaves the harbour with 40 nurses aboard."),
    ],
)
def test_names_figures_and_phrases_say_more(a: str, b: str) -> None:
    """A place, a day, a number or a clause is something new in any language."""
    assert conflicts.compare(a, b).relation == conflicts.compare(b, a).relation == "additive"


def test_what_is_left_over_is_counted_by_sorts() -> None:
    """Each word that only one caption has is of one sort, and small words go with what they lead to."""
    assert left("A ferry leaves Vigo.", "A ferry leaves Vigo on the evening tide in July.") == {"figure": 1, "added": 2}
    assert left("Mallakuva. Policijas auto Rīgā.", "Policijas auto Rīgā.") == {"mark": 1}
    assert left("Tram 7 waits (left) in Lund.", "Tram 7 waits in Lund.") == {"side": 1}


def test_weights_know_every_sort() -> None:
    """The table has a weight for each count and no other; news is not made likelier by what can only be style."""
    weights = residue.weights()
    assert weights.keys() == {*residue.NAMES, "start"}
    assert all(weights[name] >= 0 for name in ("place", "name", "figure", "side"))
    assert all(weights[name] <= 0 for name in ("again", "form", "in letters", "small"))


def test_consonants_of_a_word_are_short_for_it() -> None:
    """ "St", "Mlle" and "Pr" need no dot; names that look like it do not count."""
    assert all(map(forms.contracted, ("st", "mlle", "pr", "ft"), ("saint", "mademoiselle", "professeur", "foot")))
    assert not any(map(forms.contracted, ("ana", "iran", "st"), ("angela", "irakien", "sankta")))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Cerca de quarenta e cinco bombeiros em Leiria.", "Cerca de 45 bombeiros em Leiria."),
        ("Het hosp. in de nw. wijk van Breda.", "Het hospitaal in de nieuwe wijk van Breda."),
        ("Una mujer que sostiene un retrato en Bogotá.", "Una mujer sosteniendo un retrato en Bogotá."),
        ("Marta Bini, a sx, e Gino Pace, a dx, a Bormio.", "Marta Bini (a sinistra) e Gino Pace (a destra) a Bormio."),
        ("A tram stops in Lund on Thurs., Feb. 6, 2025.", "A tram stops in Lund on Thursday, February 6, 2025."),
        ("Lígia Melo na avenida Paulista, em SP.", "Lígia Melo na avenida Paulista, em São Paulo."),
        ("Skibet sejler fra Kbh. til Bornholm.", "Skibet sejler fra København til Bornholm."),
    ],
)
def test_short_forms_and_numerals_contradict_nothing(a: str, b: str) -> None:
    """Words of one family, consonants for a word and tens with ones are the same said otherwise."""
    assert conflicts.compare(a, b).relation == conflicts.compare(b, a).relation == "cosmetic"


def test_other_words_and_names_that_look_alike_still_contradict() -> None:
    """Letters in common do not make a dismissed man a hired one, or one name short for another."""
    assert conflicts.compare("The club has hired the coach.", "The club has fired the coach.").kinds == ("role",)
    assert conflicts.compare("A street in Kiel on Monday.", "A street in Kitzingen on Monday.").kinds == ("place",)
    assert conflicts.compare("Ana Torres speaks in Lima.", "Angela Torres speaks in Lima.").kinds == ("person",)


def test_a_credit_that_took_the_caption_gives_it_back() -> None:
    """Where a label before the caption makes all of it look like a credit, and nothing is shared, it is read as a caption."""
    a, b = "Foto d'arxiu: Barques al port de Roses.", "Barques al port de Roses."
    assert conflicts.compare(a, b).relation == conflicts.compare(b, a).relation == "cosmetic"
    assert conflicts.compare("Bild: Kinder am Brunnen.", "Kinder am Brunnen in Ulm.").relation == "additive"
    assert conflicts.compare("Kotor. Photo: Jane Roe/AP", "Kotor. Photo: Max Poe/AFP").kinds == ("credit",)
