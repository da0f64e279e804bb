"""Identity numbers: form, birth date, check digit, what they tell, how they are masked. All numbers are made up."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from skilleval.core.identity import (
    CHECKSUM,
    IdentityFacts,
    IdentityType,
    Sex,
    check,
    examine,
    facts,
    mask,
    mask_phone,
    message,
    normalise,
)

AS_OF = date(2026, 11, 21)


MAINLAND = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65"


def number(born: str, head: str = "310101", serial: str = "035") -> str:
    """A sound number for a birth date YYYYMMDD; the check digit by ISO 7064's own recursion instead of weights."""
    first = head + born + serial
    value = 0
    for digit in first:
        value = (value + int(digit)) * 2 % 11
    return first + "0123456789X"[(12 - value) % 11]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("310101199908170356", ()),
        (" 310101199908170356　", ()),
        ("３１０１０１１９９９０８１７０３５６", ()),
        ("31010420010218012x", ()),
        (number("19990817", head="810000"), ()),  # 港澳居民居住证
        (number("19990817", head="820000"), ()),
        (number("19990817", head="830000"), ()),  # 台湾居民居住证
        (number("19990817", head="310225"), ()),  # former 南汇
        ("310101990817035", ("id_number.format",)),
        ("3101011999081703560", ("id_number.format",)),
        ("31010119990817O35X", ("id_number.format",)),
        ("X10101199908170356", ("id_number.format",)),
        ("٣10101199908170356", ("id_number.format",)),  # a digit, but not ASCII
        ("310101 19990817 0356", ("id_number.format",)),
        ("", ("id_number.format",)),
        (number("19990817", head="990101"), ("id_number.format",)),  # no such province
        (number("19990817", head="160101"), ("id_number.format",)),
        (number("19990230"), ("id_number.birth_date",)),
        (number("20230229"), ("id_number.birth_date",)),
        (number("20240229"), ()),
        (number("18991231"), ("id_number.birth_date",)),
        (number("19000101"), ()),
        (number("20261121"), ()),
        (number("20261122"), ("id_number.birth_date",)),
        (number("00000000"), ("id_number.birth_date",)),
        ("310101199908170355", ("id_number.checksum",)),
        ("31010119990817035X", ("id_number.checksum",)),
        ("310101189908170355", ("id_number.birth_date",)),  # one fault alone, the date before the check digit
    ],
)
def test_resident_numbers(text: str, expected: tuple[str, ...]) -> None:
    assert check(text, as_of=AS_OF) == expected


def test_the_provinces_are_those_of_the_standard() -> None:
    sound = [
        head for head in map(str, range(10, 100)) if not check(number("19990817", head=f"{head}0101"), as_of=AS_OF)
    ]
    assert " ".join(sound) == f"{MAINLAND} 71 81 82 83"


@pytest.mark.parametrize(
    ("sex", "born", "expected"),
    [
        (None, None, ()),
        ("男", date(1999, 8, 17), ()),
        ("女", None, ("sex.mismatch",)),
        ("男", date(1999, 8, 18), ("born.mismatch",)),
        ("女", date(1999, 8, 18), ("sex.mismatch", "born.mismatch")),
    ],
)
def test_what_the_person_says_is_held_against_the_number(
    sex: str | None, born: date | None, expected: tuple[str, ...]
) -> None:
    assert check("310101199908170356", as_of=AS_OF, sex=sex, born=born) == expected


def test_a_fault_of_the_number_stands_alone() -> None:
    assert check("310101199908170355", as_of=AS_OF, sex="女", born=date(1990, 1, 1)) == ("id_number.checksum",)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (IdentityType.PASSPORT, "E12345678", ()),
        (IdentityType.PASSPORT, "ｅ１２３４５６７８", ()),
        (IdentityType.PASSPORT, "123456789", ()),
        (IdentityType.PASSPORT, "ABCDEFGH1", ("id_number.format",)),
        (IdentityType.PASSPORT, "E123", ("id_number.format",)),
        (IdentityType.PASSPORT, "E123456789012", ("id_number.format",)),
        (IdentityType.PASSPORT, "E1234-5678", ("id_number.format",)),
        (IdentityType.HK_MACAU, "H12345678", ()),
        (IdentityType.HK_MACAU, "m1234567801", ()),
        (IdentityType.HK_MACAU, "H123456789", ("id_number.format",)),
        (IdentityType.HK_MACAU, "A12345678", ("id_number.format",)),
        (IdentityType.TAIWAN, "12345678", ()),
        (IdentityType.TAIWAN, "1234567890(B)", ()),
        (IdentityType.TAIWAN, "1234567890（B）", ()),
        (IdentityType.TAIWAN, "123456789", ("id_number.format",)),
        (IdentityType.FOREIGNER, "USA310085134112", ("id_number.birth_date",)),
        (IdentityType.FOREIGNER, "USA310085123112", ()),
        (IdentityType.FOREIGNER, "USA310085113112", ("id_number.birth_date",)),  # there is no 31 November
        (IdentityType.FOREIGNER, "USA310000022912", ()),  # 2000 was a leap year, 1900 wasn't
        (IdentityType.FOREIGNER, "US3100850101123", ("id_number.format",)),
        (IdentityType.FOREIGNER, number("19850101", head="931840"), ()),
        (IdentityType.FOREIGNER, number("19850101", head="931840")[:-1] + "?", ("id_number.format",)),
        (IdentityType.FOREIGNER, number("19851301", head="931840"), ("id_number.birth_date",)),
        (IdentityType.FOREIGNER, number("19850101", head="310101"), ("id_number.format",)),
        (IdentityType.FOREIGNER, number("19850101", head="999840"), ("id_number.format",)),
    ],
)
def test_other_documents(kind: IdentityType, text: str, expected: tuple[str, ...]) -> None:
    assert check(text, kind, as_of=AS_OF) == expected


def test_a_foreigners_card_has_a_check_digit() -> None:
    sound = number("19850101", head="931840")
    wrong = sound[:-1] + ("1" if sound[-1] != "1" else "2")
    assert check(wrong, IdentityType.FOREIGNER, as_of=AS_OF) == ("id_number.checksum",)


def test_a_number_tells_birth_date_and_sex() -> None:
    assert facts("310101199908170356") == IdentityFacts(date(1999, 8, 17), Sex.MALE)
    assert facts("31010420010218012x") == IdentityFacts(date(2001, 2, 18), Sex.FEMALE)
    assert facts("E12345678", IdentityType.PASSPORT) == IdentityFacts()
    assert facts(number("19850101", head="931840"), IdentityType.FOREIGNER).born == date(1985, 1, 1)


def test_one_spelling_for_one_number() -> None:
    assert normalise(" ３１０１０４２００１０２１８０１２ｘ ") == "31010420010218012X"
    assert normalise("1234567890（b）", IdentityType.TAIWAN) == "1234567890B"


def test_every_error_says_what_to_do() -> None:
    assert message("id_number.checksum") == "身份证号码第 18 位校验不符，请核对原件"
    for kind, name in {**{kind: kind.label for kind in IdentityType}, IdentityType.RESIDENT: "身份证"}.items():
        text = message("id_number.format", kind)
        assert text.startswith(f"{name}号码应为")
        assert "请对照" in text
    for code in ("id_number.birth_date", "sex.mismatch", "born.mismatch"):
        assert "请核对原件" in message(code)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("310101199908170356", "310101********0356"),
        ("E12345678", "E1*****78"),
        ("H1234567801", "H1*******01"),
        ("12345678", "12****78"),
        ("USA310085010112", "US***********12"),
        ("1234567", "12***67"),
        ("123456", "1****6"),
        ("12345", "1***5"),
        ("12", "**"),
        ("", ""),
    ],
)
def test_mask(text: str, expected: str) -> None:
    assert mask(text) == expected


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("13800005678", "138****5678"),
        ("+8613800005678", "138****5678"),
        ("+85290001234", "+852****1234"),
        ("62520070", "******70"),
        ("12345", "***45"),
        ("1234", "****"),
        ("", ""),
    ],
)
def test_mask_phone(phone: str, expected: str) -> None:
    assert mask_phone(phone) == expected


@given(st.dates(date(1900, 1, 1), AS_OF), st.integers(0, 999))
def test_made_numbers_are_sound_and_one_changed_digit_is_found(born: date, serial: int) -> None:
    sound = number(f"{born:%Y%m%d}", serial=f"{serial:03}")
    assert check(sound, as_of=AS_OF, born=born) == ()
    assert facts(sound).born == born
    for place in range(17):
        changed = sound[:place] + str((int(sound[place]) + 1) % 10) + sound[place + 1 :]
        assert check(changed, as_of=AS_OF) != ()


@given(st.text(max_size=40))
def test_no_text_breaks_the_check(text: str) -> None:
    for kind in IdentityType:
        assert isinstance(check(text, kind, as_of=AS_OF - timedelta(days=1)), tuple)
    assert mask(text).count("*") >= min(len(text), 1)


def test_one_look_tells_what_check_and_facts_tell() -> None:
    on = date(2026, 3, 10)
    sound = examine(" 31010420010218012x", as_of=on, sex="男", born=date(2001, 2, 18))
    assert sound.number == "31010420010218012X"
    assert sound.codes == check("31010420010218012x", as_of=on, sex="男", born=date(2001, 2, 18))
    assert sound.facts == facts("31010420010218012x")
    unsound = examine("310104200102180120", as_of=on)
    assert (unsound.codes, unsound.facts) == ((CHECKSUM,), IdentityFacts())
