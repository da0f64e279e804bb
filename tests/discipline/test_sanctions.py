"""Every clause of the candidate rules and what it leads to, bans to the day (SPEC 10)."""

from datetime import date

import pytest

from discipline.sanctions import CLAUSES, Sanction, SanctionError, heaviest, sanction

DECIDED, ASSESSED = date(2026, 6, 1), date(2026, 5, 10)


def decide(clause: str, severity: str | None = None, decided_on: date = DECIDED) -> Sanction:
    return sanction(clause, severity, decided_on=decided_on, assessed_on=ASSESSED)


@pytest.mark.parametrize("clause", CLAUSES)
def test_what_every_clause_has_in_common(clause: str) -> None:
    decided = decide(clause, "minor")
    assert decided.certificate == "void"
    assert decided.refundable is False
    assert decided.cancels == ("subject" if clause.startswith("2") else "all")
    assert decided.qualification_cancelled is clause.startswith("1")
    assert decided.older_credits_survive is (not clause.startswith("1"))


@pytest.mark.parametrize("severity", [None, "serious"])
@pytest.mark.parametrize("clause", ["1.1", "1.2", "2.1", "2.4"])
def test_no_ban(clause: str, severity: str | None) -> None:
    decided = decide(clause, severity)
    assert (decided.ban_from, decided.ban_until, decided.refer_to_authority) == (None, None, False)


@pytest.mark.parametrize(
    ("decided_on", "ban"),
    [
        (date(2026, 6, 1), (date(2026, 6, 1), date(2026, 12, 31))),
        (date(2026, 12, 31), (date(2026, 12, 31), date(2026, 12, 31))),
        (date(2027, 1, 1), (None, None)),
    ],
)
def test_cheating_bans_to_the_end_of_the_assessments_year(
    decided_on: date, ban: tuple[date | None, date | None]
) -> None:
    decided = decide("3.2", decided_on=decided_on)
    assert (decided.ban_from, decided.ban_until) == ban
    assert decided.cancels == "all"
    assert not decided.refer_to_authority


@pytest.mark.parametrize(
    ("severity", "decided_on", "until", "referred"),
    [
        ("minor", date(2026, 4, 1), date(2028, 3, 31), False),
        ("serious", date(2026, 4, 1), date(2031, 3, 31), True),
        ("minor", date(2028, 2, 29), date(2030, 2, 27), False),
        ("serious", date(2028, 2, 29), date(2033, 2, 27), True),
        ("minor", date(2026, 3, 1), date(2028, 2, 29), False),
    ],
)
def test_grave_clauses_ban_by_anniversary(severity: str, decided_on: date, until: date, referred: bool) -> None:
    decided = decide("4.4", severity, decided_on)
    assert (decided.ban_from, decided.ban_until, decided.refer_to_authority) == (decided_on, until, referred)


@pytest.mark.parametrize(
    ("clause", "severity", "message"),
    [("4.1", None, "情节"), ("4.1", "grave", "情节"), ("3.6", None, "没有第"), ("5.1", None, "没有第")],
)
def test_decisions_the_rules_dont_allow(clause: str, severity: str | None, message: str) -> None:
    with pytest.raises(SanctionError, match=message):
        decide(clause, severity)


@pytest.mark.parametrize(
    ("clauses", "expected"),
    [
        ([("2.1", None), ("3.1", None)], "3.1"),
        ([("3.1", None), ("4.2", "minor")], "4.2"),
        ([("4.2", "minor"), ("4.3", "serious")], "4.3"),
        ([("1.2", None), ("2.1", None)], "1.2"),
        ([("4.1", "minor"), ("1.2", None)], "4.1"),
    ],
)
def test_the_heaviest_clause_counts(clauses: list[tuple[str, str | None]], expected: str) -> None:
    assert heaviest(decide(clause, severity) for clause, severity in clauses).clause == expected


def test_without_a_ban_left_the_wider_cancellation_counts() -> None:
    late = date(2027, 1, 1)
    assert heaviest([decide("2.1", None, late), decide("3.1", None, late)]).clause == "3.1"
    assert heaviest([decide("3.1", None, late), decide("1.1", None, late)]).clause == "1.1"
