"""Who is let in: one table of cases (SPEC 8, 10)."""

from __future__ import annotations

from datetime import date

import pytest

from scheduling.door import Banned, Facts, refusal

DAY = date(2026, 4, 11)


def banned(first: date, last: date) -> Banned:
    return Banned(first, last, "测试决定〔2026〕1号")


YESTERDAY = banned(date(2026, 3, 1), date(2026, 4, 10))
TOMORROW = banned(date(2026, 4, 12), date(2026, 12, 31))
THAT_DAY = banned(DAY, DAY)
LONG = banned(date(2026, 4, 1), date(2028, 3, 31))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (Facts(DAY, "scheduled", True), ""),
        (Facts(DAY, "scheduled", True, bans=(YESTERDAY, TOMORROW)), ""),
        (Facts(DAY, "scheduled", True, bans=(THAT_DAY,)), "2026年4月11日至4月11日期间不得参加评价"),
        (Facts(DAY, "scheduled", True, bans=(THAT_DAY, LONG)), "2026年4月1日至2028年3月31日期间不得参加评价"),
        (Facts(DAY, "void", True, bans=(LONG,)), "期间不得参加评价"),
        (Facts(DAY, "void", True), "“已作废”"),
        (Facts(DAY, "cancelled", False), "“已取消”"),
        (Facts(DAY, "confirmed", True), "“待成班”，没有排定的考试"),
        (Facts(DAY, "scheduled", False, ticket_withdrawn=True), "准考证已收回"),
        (Facts(DAY, "scheduled", False), "准考证尚未发放"),
        (Facts(DAY, "scheduled", True, ticket_withdrawn=True), ""),
    ],
)
def test_the_reason_against_somebody(facts: Facts, words: str) -> None:
    said = refusal(facts)
    assert words in said
    assert bool(said) == bool(words)
