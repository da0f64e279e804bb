"""Telephone numbers in one spelling; the short way for mainland mobiles answers as the library does."""

import phonenumbers
import pytest

from skilleval.accounts import phones
from skilleval.core.errors import Refused


@pytest.mark.parametrize("start", range(100, 200))
def test_the_short_way_takes_exactly_the_library_s_mobiles(start: int) -> None:
    for middle in range(0, 1000, 9):
        typed = f"{start}{middle:03d}12345"
        number = phonenumbers.parse(typed, phones.REGION)
        mobile = phonenumbers.number_type(number) in (
            phonenumbers.PhoneNumberType.MOBILE,
            phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
        )
        assert bool(phones.MAINLAND.fullmatch(typed)) is mobile, typed
        if mobile:
            written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            assert phones.normalise(typed) == phones.normalise("+86" + typed) == written


@pytest.mark.parametrize("typed", ["138123456789", "1381234567", "12345678901", "+8513812345678", "+86+8613812345678"])
def test_the_short_way_takes_nothing_longer_or_shorter(typed: str) -> None:
    assert not phones.MAINLAND.fullmatch(typed)
    with pytest.raises(Refused):
        phones.normalise(typed)
