"""统一社会信用代码: every spelling of a sound one, and what is said of each kind of fault."""

from contextlib import suppress

import pytest
from hypothesis import given, strategies

from skilleval.accounts.credit_codes import check, normalise
from skilleval.core.errors import Refused

SOUND = "91310000MA1000004H"


@pytest.mark.parametrize(
    "typed",
    [
        SOUND,
        SOUND.lower(),
        f"  {SOUND}\n",
        "9131 0000 MA10 0000 4H",
        "91310000-MA100000-4H",
        "９１３１００００ＭＡ１０００００４Ｈ",
        "９１３１００００ｍａ１０００００４ｈ",
        f"\u200b{SOUND}\ufeff",
        "91310000\u2010MA1000004H",
        "91310000MA10\u30000\u00a00004H",
    ],
)
def test_every_spelling_of_a_sound_code_is_taken(typed: str) -> None:
    assert check(typed) == SOUND


@pytest.mark.parametrize(
    "code", ["91110000600037341L", "12310000425001234D", "52310000501234567J", "N2310000MF0000000P"]
)
def test_codes_of_every_kind_of_body(code: str) -> None:
    assert check(code[:-1] + _digit(code)) == code[:-1] + _digit(code)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "请填写统一社会信用代码"),
        (" \u200b ", "请填写统一社会信用代码"),
        (SOUND[:-1], "现有 17 位"),
        (SOUND + "1", "现有 19 位"),
        ("310000000000000", "15 位的是旧注册号"),
        ("3100000000000", "13 位的是旧注册号"),
        ("MA1000004", "9 位的是组织机构代码"),
        ("91310000MA1O00004H", "第 12 位不会是“O”，请核对是否为数字 0"),
        ("91310000MAI000004H", "第 11 位不会是“I”，请核对是否为数字 1"),
        ("91310000MA1S00004H", "第 12 位不会是“S”"),
        ("91310000MA1000004Z", "第 18 位不会是“Z”"),
        ("91310000MA10V0004H", "第 13 位不会是“V”"),
        ("9131A000MA1000004H", "第 5 位应为数字（第 3 至 8 位是行政区划代码）"),
        ("91310000MA1000004学", "第 18 位“学”不是数字或大写字母"),
        ("91310000MA10000045", "第 18 位（校验码）与前 17 位不符"),
        ("91310000MA1000014H", "第 18 位（校验码）与前 17 位不符"),
        ("19310000MA1000004H", "第 18 位（校验码）与前 17 位不符"),
    ],
)
def test_a_fault_is_named_with_its_place_and_cure(typed: str, said: str) -> None:
    with pytest.raises(Refused, match="^.*" + said.replace("(", r"\(")) as refused:
        check(typed, field="code")
    assert refused.value.field == "code"


@given(strategies.text(max_size=40))
def test_whatever_is_typed_is_taken_or_refused(typed: str) -> None:
    with suppress(Refused):
        assert check(typed) == check(check(typed)) == normalise(typed)


@given(strategies.integers(0, 16), strategies.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_is_always_found(place: int, sign: str) -> None:
    changed = SOUND[:place] + sign + SOUND[place + 1 :]
    if changed == SOUND:
        assert check(changed) == SOUND
    else:
        with pytest.raises(Refused):
            check(changed)


def _digit(code: str) -> str:
    """GB 32100's check digit, written anew: weights 3^i modulo 31."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:17]))
    return alphabet[-total % 31]
