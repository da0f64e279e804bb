"""The ticket number's make-up and its check digit (SPEC 8)."""

from datetime import date

import pytest

from scheduling.ticket_numbers import check_digit, is_sound, number, series

DAY = date(2026, 4, 11)


@pytest.mark.parametrize(
    ("digits", "check"),
    [("0794", "5"), ("", "1")],  # the standard's own example: 0794 has check digit 5
)
def test_the_check_digit_is_iso_7064_mod_11_10(digits: str, check: str) -> None:
    assert check_digit(digits) == check


def test_it_names_provider_and_month_and_has_14_digits() -> None:
    made = number("S000031400054", DAY, 1)
    assert series("S000031400054", DAY) == "00542604"
    assert made.startswith("0054260400001")
    assert len(made) == 14
    assert is_sound(made)


@pytest.mark.parametrize("serial", [0, -1, 100_000])
def test_a_serial_has_five_digits(serial: int) -> None:
    with pytest.raises(ValueError, match="serial"):
        number("S000031400054", DAY, serial)


def test_every_wrong_digit_is_found() -> None:
    made = number("S000031400054", DAY, 12_345)
    for place, digit in enumerate(made):
        for other in "0123456789":
            assert is_sound(made[:place] + other + made[place + 1 :]) == (other == digit)


@pytest.mark.parametrize("typed", ["", "1234", "0054260400001X", "００５４２６０４００００１５", "005426040000150"])
def test_what_is_no_number_is_not_sound(typed: str) -> None:
    assert not is_sound(typed)
