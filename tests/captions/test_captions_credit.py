"""Cutting the credit from a caption as printed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.captions.credit import cut
from catalog.captions.creditwords import is_credit

CASES = [
    ("Boats at dawn. Photo by Ana Lind / Coast News", "Boats at dawn.", "Ana Lind / Coast News"),
    ("Boote am Morgen. (Foto: Ana Lind/dpa)", "Boote am Morgen.", "Ana Lind/dpa"),
    ("© Ana Lind/dpa | Die Boote liegen am Morgen im Hafen", "Die Boote liegen am Morgen im Hafen", "Ana Lind/dpa"),
    ("Boats at dawn. Ana Lind/AFP via Getty Images", "Boats at dawn.", "Ana Lind/AFP via Getty Images"),
    ("Boats at dawn on Friday. (AP Photo/Ana Lind)", "Boats at dawn on Friday.", "AP Photo/Ana Lind"),
    ("Boote am Morgen. Bildquelle: Ana Lind", "Boote am Morgen.", "Ana Lind"),
    ("Des bateaux au matin. Crédit photo : Ana Lind", "Des bateaux au matin.", "Ana Lind"),
    ("Båtar i gryningen. Foto: Ana Lind/TT", "Båtar i gryningen.", "Ana Lind/TT"),
    ("Thuyền lúc bình minh. Ảnh: Minh Anh", "Thuyền lúc bình minh.", "Minh Anh"),
    ("夜明けの船が港に並ぶ[写真=共同]", "夜明けの船が港に並ぶ", "共同"),
    ("Лодки на рассвете. Фото: Анна Линд / РИА Новости", "Лодки на рассвете.", "Анна Линд / РИА Новости"),
    ("Kayıklar sabah vakti. Fotoğraf: Ana Lind", "Kayıklar sabah vakti.", "Ana Lind"),
    ("Laivai auštant. J. Petraičio / LRT nuotr.", "Laivai auštant.", "J. Petraičio / LRT"),
    ("סירות עם שחר. צילום: מאיה לוין", "סירות עם שחר.", "מאיה לוין"),
    ("Boats at dawn | Reuters", "Boats at dawn", "Reuters"),
    ("Boats at dawn, Photo: Coast Images", "Boats at dawn", "Coast Images"),
    ("Boats at dawn. (Ana Lind)", "Boats at dawn.", "Ana Lind"),
    ("Łodzie o świcie, fot. archiwum towarzystwa", "Łodzie o świcie", "archiwum towarzystwa"),
    ("ጀልባዎች ጠዋት ላይ፣ ፎቶ፦ ዳዊት ታደሰ", "ጀልባዎች ጠዋት ላይ", "ዳዊት ታደሰ"),
    ("배들이 아침 항구에 줄지어 서 있다. [시청 제공. 재판매 및 DB 금지]", "배들이 아침 항구에 줄지어 서 있다.", "시청"),
    ("배들이 아침 항구에 줄지어 서 있다 /사진=뉴시스", "배들이 아침 항구에 줄지어 서 있다", "뉴시스"),
    ("Boats at dawn. [Courtesy of the town. No resale]", "Boats at dawn.", "the town"),
    ("Photo: Ana Lind", "", "Ana Lind"),
    ("Getty Images", "", "Getty Images"),
]


@pytest.mark.parametrize(("printed", "text", "credit"), CASES)
def test_a_credit_is_cut_where_it_is_printed(printed: str, text: str, credit: str) -> None:
    """Caption and credit come apart, without marker words, and both spans point into the printed words."""
    done = cut(printed)
    assert (done.text, done.credit) == (text, credit)
    assert printed[slice(*done.text_span)] == text
    assert done.reasons and done.reasons[0].weight > 0


@pytest.mark.parametrize(
    ("printed", "text", "credit"),
    [
        ("FILE - Boats at dawn. (AP Photo/Ana Lind, File)", "FILE - Boats at dawn.", "AP Photo/Ana Lind, File"),
        ("Foto: Perahu di dermaga lama. (Ari Saputra/detikcom)", "Perahu di dermaga lama.", "Ari Saputra/detikcom"),
        ("Boats at dawn (Ana Lind/left)", "Boats at dawn (Ana Lind/left)", ""),
    ],
)
def test_brackets_at_the_end_hold_the_credit(printed: str, text: str, credit: str) -> None:
    """What goes before the caption to say that it is old is the caption's; a house may write itself in small letters."""
    assert (cut(printed).text, cut(printed).credit) == (text, credit)


@pytest.mark.parametrize(
    ("printed", "text", "credit"),
    [
        ("Boats at dawn. (AP Photo/Ana Lind), March 3, 2024", "Boats at dawn. March 3, 2024", "AP Photo/Ana Lind"),
        ("Boats leave (AP Photo/Ana Lind), in Vigo on Sunday", "Boats leave, in Vigo on Sunday", "AP Photo/Ana Lind"),
        ("Boats leave (Photo: Ana Lind/AP) Vigo on Sunday.", "Boats leave Vigo on Sunday.", "Ana Lind/AP"),
        (
            "Boats at dawn (AP Photo/Ana Lind), Friday, 3 May 2024.",
            "Boats at dawn, Friday, 3 May 2024",
            "AP Photo/Ana Lind",
        ),
        ("Boote am Morgen. (Foto: Ana Lind/dpa), 3. Mai 2024", "Boote am Morgen. 3. Mai 2024", "Ana Lind/dpa"),
        ("Boats at dawn. (Photo by Ana Lind) 16.08.2020", "Boats at dawn. 16.08.2020", "Ana Lind"),
    ],
)
def test_what_stands_behind_a_credit_in_brackets_is_the_captions(printed: str, text: str, credit: str) -> None:
    """The credit ends with its bracket, and the caption goes on."""
    done = cut(printed)
    assert (done.text, done.credit) == (text, credit)
    assert text.endswith(printed[slice(*done.more_span)])
    assert printed[slice(*done.credit_span)] == credit


@pytest.mark.parametrize(
    ("printed", "text", "credit"),
    [
        ("Boats in Vigo. Photo: Ana Lind/AP, 16 August 2020", "Boats in Vigo.", "Ana Lind/AP"),
        ("Boats in Vigo. Photo: Ana Lind/AP, August 16, 2020", "Boats in Vigo.", "Ana Lind/AP"),
        ("Boote vor Vigo. Foto: Ana Lind/AP, 16. August 2020", "Boote vor Vigo.", "Ana Lind/AP"),
        ("Лодки в Виго. Фото: Анна Линд/ТАСС (16 августа 2020)", "Лодки в Виго.", "Анна Линд/ТАСС"),
        ("Boats in Vigo. Photo: Lind, Roux, 16 August 2020", "Boats in Vigo.", "Lind, Roux"),
        ("Foto: Ana Lind/AP, 3. Mai 2020", "", "Ana Lind/AP"),
        ("Boats in Vigo. Photo: Harbour Museum, 1934", "Boats in Vigo.", "Harbour Museum"),
        ("Boats in Vigo. Photo by Ana Lind on 3 May 2020", "Boats in Vigo.", "Ana Lind"),
        ("Des bateaux. Photo : Jean Rival/SIPA, le 3 mai 2020", "Des bateaux.", "Jean Rival/SIPA"),
        ("Boote vor Vigo. Foto: Ana Lind am 3. Mai 2020", "Boote vor Vigo.", "Ana Lind"),
    ],
)
def test_a_day_is_nobody(printed: str, text: str, credit: str) -> None:
    """Who made a picture is the same whenever it was made: the day behind the names is no part of the credit."""
    assert (cut(printed).text, cut(printed).credit) == (text, credit)


@pytest.mark.parametrize(
    "printed",
    [
        "Deputy mayor Ada Fenn (Labour) on the quay with Tom Orr (left)",
        "The mayor, right, shakes hands with the harbour master",
        "A woman looks at photos by the river.",
        "The image shows boats by the pier at noon",
        "The harbour in winter (file photo)",
        "GLASGOW, Scotland (AP) — Boats lie in the harbour before the storm",
        "NEW YORK (Reuters) – Boats lie in the harbour before the storm",
        "Ada Fenn (left)",
        "Die Mannschaft gewann das Spiel (3:1)",
        "",
        "   ",
    ],
)
def test_captions_without_a_credit_stay_whole(printed: str) -> None:
    """Party names, directions, file-photo marks and prose about pictures are no credits."""
    done = cut(printed)
    assert (done.text, done.credit) == (printed.strip(), "")
    assert done.credit_span == (0, 0)


def test_a_known_house_counts_as_a_credit() -> None:
    """The publisher's own name in brackets is a credit when the caller knows it."""
    assert cut("Boats at dawn (Larkmouth Courier)", known=("Larkmouth Courier",)).credit == "Larkmouth Courier"
    assert cut("Boats at dawn (Larkmouth Courier)").credit == ""


def test_a_bare_name_is_a_credit_only_apart() -> None:
    """A name alone is believed to be a credit only where it stands in an element or line of its own."""
    assert is_credit("Ana Lind", apart=True)
    assert not is_credit("Ana Lind")


@settings(max_examples=100)
@given(st.text(max_size=600))
def test_any_text_is_cut_into_its_own_slices(printed: str) -> None:
    """Whatever the text, both parts are slices of it and do not overlap."""
    done = cut(printed)
    parts = [printed[slice(*span)] for span in (done.text_span, done.more_span)]
    assert done.text in (parts[0], *(mark.join(filter(None, parts)) for mark in (" ", ", ")))
    assert not done.credit or printed[slice(*done.credit_span)] == done.credit
    if done.text and done.credit:
        assert done.text_span[1] <= done.credit_span[0] or done.credit_span[1] <= done.text_span[0]


@pytest.mark.parametrize("unit", ["(", "Foto: ", "/ A", " by ", "A. ", "| ", "(Foto: ", "写真=", "Aa Bb / ", ".", "\n"])
def test_hostile_strings_are_cut_in_bounded_work(unit: str) -> None:
    """Text that repeats what the patterns look for is answered; the suite's time limit would tell an explosion."""
    for length in (1_000, 10_000, 200_000):
        cut((unit * length)[:length])
        cut("x" + (unit * length)[:length] + "!")


@pytest.mark.parametrize(
    "text",
    [
        "Boats at dawn on Friday. Photo taken from the eastern pier",
        "Boats at dawn on Friday. Foto 3",
        "The harbour and its Photo Gallery",
        "Des bateaux au matin. Image saisissante du port",
    ],
)
def test_a_word_for_photograph_before_other_words_is_no_credit(text: str) -> None:
    """Without a sign after it, the word is a credit's only before names, and after a finished sentence or a bar."""
    assert cut(text).credit == ""
