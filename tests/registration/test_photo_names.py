"""What the names of photos' files say, and what a report may show of them."""

from __future__ import annotations

import pytest

from registration.rosters.photo_names import file_key, masked, read_name
from skilleval.core.crypto import blind_index

NUMBER = "310101199005200016"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize(
    ("path", "person"),
    [
        (f"样本甲_{NUMBER}.jpg", "样本甲"),
        (f"照片/样本甲_{NUMBER}.JPEG", "样本甲"),
        (f"照片\\样本甲-{NUMBER}.png", "样本甲"),
        (f"样本甲 {NUMBER}.jpg", "样本甲"),
        (f"样本甲＿{NUMBER}.jpg", "样本甲"),
        (f"{NUMBER}.jpg", ""),
        (f"{NUMBER}", ""),
        (f"{NUMBER.translate(WIDE)}.jpg", ""),
        (f"01_{NUMBER}.jpg", ""),  # a count in front is nobody's name
    ],
)
def test_a_number_is_found_however_it_is_written(path: str, person: str) -> None:
    found = read_name(path)
    assert blind_index(NUMBER) in found.keys
    assert found.person == person


@pytest.mark.parametrize(
    ("path", "number"), [("31010119900520001x.jpg", "31010119900520001X"), ("h12345678.jpg", "H12345678")]
)
def test_letters_are_capital(path: str, number: str) -> None:
    assert blind_index(number) in read_name(path).keys


def test_the_bracket_of_a_taiwan_permit_makes_no_difference() -> None:
    assert blind_index("1234567890A") in read_name("样本甲_1234567890(A).jpg").keys


@pytest.mark.parametrize(
    ("path", "name", "agrees"),
    [
        (f"样本甲_{NUMBER}.jpg", "样本甲", True),
        (f"样本甲_{NUMBER}.jpg", " 样本甲 ", True),
        (f"样本甲_{NUMBER}.jpg", "样本乙", False),
        (f"样本·甲_{NUMBER}.jpg", "样本•甲", True),
        (f"{NUMBER}.jpg", "样本乙", True),
    ],
)
def test_a_name_in_it_must_be_the_rows(path: str, name: str, agrees: bool) -> None:
    assert read_name(path).agrees(name) is agrees


@pytest.mark.parametrize("name", ["甲.JPG", "甲.jpg", "甲", "照片/甲.png", " 甲.jpeg "])
def test_the_rows_own_file_name_needs_neither_folder_nor_ending(name: str) -> None:
    assert file_key(name) == read_name("甲.jpg").file


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"照片/样本甲_{NUMBER}.jpg", "样本甲_310101********0016.jpg"),
        ("样本甲_H12345678.jpg", "样本甲_H1*****78.jpg"),
        ("样本甲.jpg", "样本甲.jpg"),
        ("photo.jpg", "photo.jpg"),
    ],
)
def test_a_report_masks_numbers(path: str, shown: str) -> None:
    assert masked(path) == shown
