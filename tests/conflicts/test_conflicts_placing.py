"""Whether a name is a place's or a person's is told by how it is written and by the words around it."""

from __future__ import annotations

import pytest

from catalog import conflicts
from catalog.conflicts.reading import read
from catalog.conflicts.sheet import is_content

#: Two places that no list of cities has, in captions that are the same otherwise.
PLACES = (
    ("Un feu de forêt à La Teste-de-Buch, en Gironde.", "Un feu de forêt à Bormes-les-Mimosas, dans le Var."),
    ("Le marché de Callac, dans les Côtes-d'Armor.", "Le marché de Callac, dans le Morbihan."),
    ("Des élus visitent le chantier de Villefranche-sur-Cher.", "Des élus visitent le chantier de Saint-Amand-Montrond."),
    ("Besucher fotografieren den Kölner Dom.", "Besucher fotografieren den Ulmer Münster."),
    ("Schafe grasen am Rand der Lüneburger Heide.", "Schafe grasen am Rand der Märkischen Schweiz."),
    ("Die Straße zwischen Schwerin und Gadebusch ist gesperrt.", "Die Straße zwischen Schwerin und Crivitz ist gesperrt."),
    ("Manifestantes na Avenida dos Aliados pedem casas.", "Manifestantes na Avenida dos Clérigos pedem casas."),
    ("Turisti in coda davanti alla Galleria degli Uffizi.", "Turisti in coda davanti alla Pinacoteca di Brera."),
    ("Жінка біля школи в селі Горенка Київської області.", "Жінка біля школи в селі Мощун Київської області."),
    ("Schwedens Torhüterin hält den Elfmeter.", "Spaniens Torhüterin hält den Elfmeter."),
    ("Ein Gewitter zieht über den Ammersee.", "Ein Gewitter zieht über den Starnberger See."),
    ("Wanderer unterwegs am Königssee.", "Wanderer unterwegs am Walchensee."),
    ("Policja blokuje drogę w Nowym Dworze.", "Policja blokuje drogę w Skierniewicach."),
    ("I tifosi baresi festeggiano in piazza.", "I tifosi leccesi festeggiano in piazza."),
    ("Los bomberos sevillanos apagan el fuego.", "Los bomberos bilbaínos apagan el fuego."),
    ("Les pompiers lillois éteignent le feu.", "Les pompiers nantais éteignent le feu."),
    ("De Rotterdamse brandweer blust de brand.", "De Utrechtse brandweer blust de brand."),
    ("Kavga, Adanalı esnafı üzdü.", "Kavga, Mersinli esnafı üzdü."),
    ("Tűz pusztít Esztergomban.", "Tűz pusztít Debrecenben."),
    ("Palokunta sammutti palon Kalliossa.", "Palokunta sammutti palon Töölössä."),
    ("Cháy lớn tại chợ Đồng Xuân.", "Cháy lớn tại chợ Bến Thành."),
    ("Shoppers walk along Fleet Street at dusk.", "Shoppers walk along Whitehall at dusk."),
    ("満開の桜＝代々木公園", "満開の桜＝上野公園"),
    ("土砂崩れの現場＝静岡県熱海市伊豆山", "土砂崩れの現場＝静岡県沼津市戸田"),
    ("Πυροσβέστες σε πυρκαγιά στη Βαρυμπόμπη Αττικής.", "Πυροσβέστες σε πυρκαγιά στην Κερατέα Αττικής."),
)  # fmt: skip


@pytest.mark.parametrize(("one", "other"), PLACES)
def test_places_that_no_table_has_are_named_as_places(one: str, other: str) -> None:
    """Prepositions with their articles, hyphened names, words for sorts of places and adjectives of cities tell places."""
    told = conflicts.compare(one, other)
    assert told.relation == "contradictory"
    assert told.kinds == ("place",), told.contradictions


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("L'acteur Jean Marais et Juliette Gréco à Cannes.", "L'acteur Louis Jourdan et Juliette Gréco à Cannes."),
        (
            "Schauspieler Tor Hansen steht in Oslo vor dem Theater.",
            "Schauspieler Lars Moen steht in Oslo vor dem Theater.",
        ),
        ("La ministra visita el museo con Alberto Torres.", "La ministra visita el museo con Ramón Ibarra."),
        ("Nationalspielerin Marie Peters jubelt.", "Nationalspielerin Lea Williams jubelt."),
        ("Magyar Péterben bíznak a tüntetők.", "Dobrev Klárában bíznak a tüntetők."),
        ("Mayor Rebecca Hall speaks outside the library.", "Mayor Emma Stone speaks outside the library."),
    ],
)
def test_persons_stay_persons_beside_such_words(one: str, other: str) -> None:
    """A surname that is a word for a building, and a person beside one, are no places."""
    assert conflicts.compare(one, other).kinds == ("person",)


def test_a_small_word_of_another_language_is_a_name_by_its_capital() -> None:
    """ "Var" is Swedish for "was" and a French department; in a Swedish sentence, and at the head of one, it is no name."""
    (name,) = [i for i in read("Un incendie dans le Var est maîtrisé par les pompiers.").items if i.key == "var"]
    assert name.named and is_content(name)
    assert not [i for i in read("Det som en gang Var ett hus. Var är det?").items if i.named]


def test_metres_and_roads_are_read_from_one_letter() -> None:
    """A figure's "m" is metres, not the middle of the picture nor a million, and a road's letter is short for its word."""
    assert (
        conflicts.compare("Die Zugspitze (2.962 Meter) im Schnee.", "Die Zugspitze (2962 m) im Schnee.").relation
        == "cosmetic"
    )
    assert [i.key for i in read("Eine Brücke, 450 m lang").items][-2] == "meter"
    assert "meter" not in [i.key for i in read("A villa for $ 2 m in Nice").items]
    assert (
        conflicts.compare("Stau auf der A 45 bei Hagen.", "Stau auf der Autobahn 45 bei Hagen.").relation == "cosmetic"
    )


def test_the_building_behind_the_adjective_of_a_city_is_no_sunday() -> None:
    """ "Dom." is short for a Spanish Sunday, and the end of a German sentence."""
    assert not [i for i in read("Besucher vor dem Kölner Dom.").items if i.kind == "date"]
    assert [i for i in read("Partido el dom. 4 de mayo, o el Dom. siguiente").items if i.kind == "date"]


def test_which_of_several_times_is_meant_is_a_date() -> None:
    """The first hour and the last one, early hours and a late afternoon contradict each other as times."""
    told = conflicts.compare(
        "La cola para votar a primera hora del domingo.", "La cola para votar a última hora del domingo."
    )
    assert told.kinds == ("date",)
    told = conflicts.compare(
        "The wreck of the ferry lies on its side off the coast after it capsized in the early hours of Monday.",
        "The wreck of the ferry lies on its side off the coast after it capsized in the late afternoon of Monday.",
    )
    assert told.kinds == ("date",)


def test_what_opens_a_sentence_is_a_role_unless_something_tells_a_name() -> None:
    """Every first word has a capital: "Мать" and "Сестра" name no places."""
    told = conflicts.compare("Мать погибшего солдата на похоронах.", "Сестра погибшего солдата на похоронах.")
    assert told.kinds == ("role",)
    told = conflicts.compare("El ministro de Hacienda comparece hoy.", "El ministro de Sanidad comparece hoy.")
    assert told.kinds == ("role",)


def test_two_words_for_one_sort_of_place_are_no_two_places() -> None:
    """Short for "Atomkraftwerk" is "AKW": neither is a name."""
    told = conflicts.compare("Das Atomkraftwerk Saporischschja in der Ukraine.", "AKW Saporischschja (Archivbild)")
    assert told.relation != "contradictory"
