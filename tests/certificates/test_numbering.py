"""Certificate numbers: one table for every level, the special scheme, and where serials end (SPEC 9.5)."""

from datetime import date

import pytest

from certificates.numbering import LONGEST, Exhausted, Parts, Scheme, normalise, number, parse, series

FILED = "S000031400054"
DAY = date(2026, 5, 6)


@pytest.mark.parametrize(
    ("level", "serial", "scheme", "expected"),
    [
        ("5", 1, None, "S000031400054265000001"),
        ("4", 1, None, "S000031400054264000001"),
        ("3", 42, None, "S000031400054263000042"),
        ("2", 123456, None, "S000031400054262123456"),
        ("1", 999_999, None, "S000031400054261999999"),
        ("special", 1, None, "S00003140005426Z000001"),
        ("special", 999_999, Scheme(), "S00003140005426Z999999"),
        ("special", 7, Scheme(prefix="KPS", infix="ZX", digits=4), "KPS26ZX0007"),
        ("special", 99_999_999, Scheme(prefix="A" * 16, infix="ZXYZ", digits=8), "A" * 16 + "26ZXYZ99999999"),
        ("4", 5, Scheme(prefix="KPS"), "S000031400054264000005"),  # a scheme is the special capability's alone
    ],
)
def test_number(level: str, serial: int, scheme: Scheme | None, expected: str) -> None:
    made = number(FILED, DAY, level, serial, scheme)
    assert made == expected
    assert len(made) <= LONGEST
    if level != "special" or scheme is None:
        assert len(made) == 22


@pytest.mark.parametrize(
    ("level", "serial", "scheme", "most"),
    [
        ("4", 1_000_000, None, "999999"),
        ("special", 1_000_000, None, "999999"),
        ("special", 10_000, Scheme(digits=4), "9999"),
        ("1", 0, None, "999999"),
    ],
)
def test_a_serial_its_digits_cannot_hold_is_refused_with_why(
    level: str, serial: int, scheme: Scheme | None, most: str
) -> None:
    with pytest.raises(Exhausted, match=f"最多 {most} 个"):
        number(FILED, DAY, level, serial, scheme)


@pytest.mark.parametrize("level", ["", "0", "6", "四级"])
def test_what_is_no_level_has_no_number(level: str) -> None:
    with pytest.raises(ValueError, match="no level"):
        number(FILED, DAY, level, 1)


def test_a_series_is_one_per_provider_year_and_level() -> None:
    names = {
        series(filed, date(year, 12, 31), level)
        for filed in (FILED, "S000031200057")
        for year in (2026, 2027, 2126)
        for level in ("5", "4", "special")
    }
    assert len(names) == 18


@pytest.mark.parametrize(
    "typed",
    [
        "S00003140005426Z000001",
        " s00003140005426z000001 ",
        "Ｓ００００３１４０００５４２６Ｚ０００００１",
        "S0000 3140 0054 26 Z 000001",
        "S000031400054-26-Z-000001",
        "\u3000S00003140005426Z000001\t",
    ],
)
def test_a_typed_number_is_read_in_one_spelling(typed: str) -> None:
    assert normalise(typed) == "S00003140005426Z000001"


@pytest.mark.parametrize(
    ("text", "level", "scheme", "parts"),
    [
        ("S000031400054264000041", "4", None, Parts(26, 41)),
        ("S000031400054263000041", "4", None, None),
        ("S000031400054264000000", "4", None, None),
        ("S00003140005426400041", "4", None, None),
        ("S000031200057264000041", "4", None, None),
        ("S00003140005426Z000007", "special", None, Parts(26, 7)),
        ("KPS26ZX0007", "special", Scheme(prefix="KPS", infix="ZX", digits=4), Parts(26, 7)),
        ("KPS26ZX0007", "special", None, None),
        ("2003000000123456", "4", None, None),
    ],
)
def test_a_number_is_read_as_it_is_made(text: str, level: str, scheme: Scheme | None, parts: Parts | None) -> None:
    assert parse(text, FILED, level, scheme) == parts
    if parts:
        assert number(FILED, date(2000 + parts.year, 1, 1), level, parts.serial, scheme) == text
