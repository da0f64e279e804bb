"""Which credits an application can use, to the day (SPEC 9.3)."""

from datetime import date

import pytest

from registration.resits import (
    Credit,
    ResitPlan,
    credit_valid_until,
    live_credits,
    mapping_fault,
    plan,
    recognised,
)

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


SAME = [("theory", "theory"), ("practical", "practical")]
MERGED = [("theory", "theory"), ("practical", "practical"), ("review", "practical")]
SPLIT = [("practical", "practical"), ("practical", "review")]
ANEW = [("practical", "")]


@pytest.mark.parametrize(
    ("before", "now", "mapping", "subjects", "counted"),
    [
        # no plan: the same subject counts, one that the offering no longer has doesn't
        (["theory"], [], [], BOTH, {"theory": ("theory",)}),
        (["review"], [], [], BOTH, {}),
        ([], ["theory", "review"], [], BOTH, {"theory": ("theory",)}),
        # a subject for a subject
        (["theory", "practical"], [], SAME, BOTH, {"theory": ("theory",), "practical": ("practical",)}),
        (["theory"], [], [("theory", "practical")], BOTH, {"theory": ("practical",)}),
        (["theory"], [], [("theory", "review")], BOTH, {}),
        # two for one: only together
        (["practical"], [], MERGED, BOTH, {}),
        (["review"], [], MERGED, BOTH, {}),
        (["practical", "review"], [], MERGED, BOTH, {"practical": ("practical",), "review": ("practical",)}),
        (["theory", "practical"], [], MERGED, BOTH, {"theory": ("theory",)}),
        # one for two
        (["practical"], [], SPLIT, ALL, {"practical": ("practical", "review")}),
        # nothing: sat anew; what the plan doesn't name stays
        (["theory", "practical"], [], ANEW, BOTH, {"theory": ("theory",)}),
        (["theory"], [], [("practical", "theory")], BOTH, {}),
        # what was passed in the mode in force isn't mapped, and goes before what would be recognised
        ([], ["practical"], ANEW, BOTH, {"practical": ("practical",)}),
        ([], ["review"], MERGED, ALL, {"review": ("review",)}),
        (["practical"], ["review"], MERGED, ALL, {"review": ("review",)}),
    ],
)
def test_what_credits_count_for_under_a_plan(
    before: list[str],
    now: list[str],
    mapping: list[tuple[str, str]],
    subjects: tuple[str, ...],
    counted: dict[str, tuple[str, ...]],
) -> None:
    held = [Credit(subject, PUBLISHED, earlier_mode=True) for subject in before]
    held += [Credit(subject, PUBLISHED) for subject in now]
    found = recognised(held, subjects, mapping)
    assert {credit.subject: subjects for credit, subjects in found.items()} == counted


def test_one_subject_passed_in_both_modes_counts_for_each() -> None:
    old, new = Credit("practical", PUBLISHED, earlier_mode=True), Credit("practical", date(2025, 1, 1))
    assert recognised([old, new], ALL, SPLIT) == {new: ("practical",), old: ("review",)}


@pytest.mark.parametrize(
    ("mapping", "fault"),
    [
        ([], "至少填写一行"),
        (MERGED, ""),
        (SPLIT, "现行科目"),
        ([("practical", "practical"), ("practical", "")], "只保留其中一种"),
        ([("practical", ""), ("theory", "theory")], ""),
    ],
)
def test_what_is_no_plan(mapping: list[tuple[str, str]], fault: str) -> None:
    found = mapping_fault(mapping, BOTH)
    assert fault in found if fault else found == ""
