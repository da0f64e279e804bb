"""Which credits an application can use, to the day (SPEC 9.3)."""

from datetime import date

import pytest

from registration.resits import Credit, ResitPlan, credit_valid_until, live_credits, plan

BOTH = ("theory", "practical")
ALL = ("theory", "practical", "review")
PUBLISHED = date(2024, 3, 10)


@pytest.mark.parametrize(
    ("level", "published_on", "until"),
    [
        ("5", PUBLISHED, date(2026, 3, 10)),
        ("4", PUBLISHED, date(2026, 3, 10)),
        ("3", PUBLISHED, date(2026, 3, 10)),
        ("2", PUBLISHED, date(2027, 3, 10)),
        ("1", PUBLISHED, date(2027, 3, 10)),
        ("special", PUBLISHED, None),
        ("4", date(2024, 2, 29), date(2026, 2, 28)),
    ],
)
def test_how_long_a_credit_lasts(level: str, published_on: date, until: date | None) -> None:
    assert credit_valid_until(level, published_on) == until


@pytest.mark.parametrize(
    ("level", "applies_on", "kind"),
    [
        ("4", date(2024, 3, 9), "new"),  # not published yet
        ("4", date(2024, 3, 10), "resit"),
        ("4", date(2026, 3, 10), "resit"),
        ("4", date(2026, 3, 11), "new"),
        ("2", date(2027, 3, 10), "resit"),
        ("2", date(2027, 3, 11), "new"),
        ("special", date(2024, 4, 1), "new"),
    ],
)
def test_a_credit_from_first_to_last_day(level: str, applies_on: date, kind: str) -> None:
    planned = plan(level, BOTH, [Credit("theory", PUBLISHED)], applies_on=applies_on)
    assert planned == ResitPlan(kind, ("practical",) if kind == "resit" else BOTH)


@pytest.mark.parametrize(
    ("reapplied_on", "kind"),
    [
        (date(2024, 3, 9), "resit"),  # the application that earned it, or an older one
        (date(2024, 3, 10), "new"),
        (date(2025, 1, 1), "new"),
        (date(2025, 6, 1), "new"),  # the day of this application
        (date(2025, 6, 2), "resit"),  # still to come
    ],
)
def test_a_new_application_forfeits_what_was_published_before(reapplied_on: date, kind: str) -> None:
    planned = plan("4", BOTH, [Credit("theory", PUBLISHED)], applies_on=date(2025, 6, 1), reapplied_on=[reapplied_on])
    assert planned.kind == kind


def test_a_credit_earned_by_the_new_application_stays() -> None:
    held = [Credit("theory", PUBLISHED), Credit("practical", date(2025, 5, 1))]
    planned = plan("4", BOTH, held, applies_on=date(2025, 6, 1), reapplied_on=[date(2025, 1, 1)])
    assert planned == ResitPlan("resit", ("theory",))
    assert live_credits("4", held, applies_on=date(2025, 6, 1), reapplied_on=[date(2025, 1, 1)]) == (held[1],)


def test_subjects_are_sat_in_the_offerings_order() -> None:
    assert plan("2", ALL, [Credit("practical", PUBLISHED)], applies_on=PUBLISHED).sits == ("theory", "review")


@pytest.mark.parametrize(("competition", "as_new"), [(True, False), (False, True)])
def test_competition_entrants_and_those_who_choose_it_start_anew(competition: bool, as_new: bool) -> None:
    planned = plan(
        "4", BOTH, [Credit("theory", PUBLISHED)], applies_on=PUBLISHED, competition=competition, as_new=as_new
    )
    assert planned == ResitPlan("new", BOTH)


def test_credits_for_all_or_foreign_subjects_leave_nothing_to_resit() -> None:
    everything = [Credit("theory", PUBLISHED), Credit("practical", PUBLISHED)]
    assert plan("4", BOTH, everything, applies_on=PUBLISHED).kind == "new"
    assert plan("4", BOTH, [Credit("review", PUBLISHED)], applies_on=PUBLISHED).kind == "new"
    assert plan("4", BOTH, [], applies_on=PUBLISHED).kind == "new"
