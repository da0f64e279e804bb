"""Marks, passing, credits and the total of special capabilities, exact to the cent (SPEC 9.1)."""

from decimal import Decimal

import pytest

from certificates.grading import GradedOutcome, Mark, MarkError, grade, parse_score, shown


def marked(subject: str, score: str, weight: int | None = None) -> Mark:
    return Mark(subject, "marked", Decimal(score), None if weight is None else Decimal(weight))


def absent(subject: str, weight: int | None = None) -> Mark:
    return Mark(subject, "absent", None, None if weight is None else Decimal(weight))


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([marked("theory", "60"), marked("practical", "60.00")], GradedOutcome(True)),
        ([marked("theory", "59.99"), marked("practical", "100")], GradedOutcome(False, ("practical",))),
        ([marked("theory", "75"), absent("practical")], GradedOutcome(False, ("theory",))),
        ([marked("theory", "75"), Mark("practical", "cancelled")], GradedOutcome(False, ("theory",))),
        ([absent("theory"), absent("practical")], GradedOutcome(False)),
        (
            [marked("theory", "61"), marked("practical", "59"), marked("review", "60")],
            GradedOutcome(False, ("review", "theory")),
        ),
    ],
)
def test_levels_pass_by_every_subject(marks: list[Mark], expected: GradedOutcome) -> None:
    assert grade("2", marks) == expected


def test_a_cancelled_score_is_kept_but_doesnt_count() -> None:
    cancelled = Mark("practical", "cancelled", Decimal(90))
    assert grade("4", [marked("theory", "75"), cancelled]) == GradedOutcome(False, ("theory",))
    weighed = [Mark("practical", "cancelled", Decimal(90), Decimal(80)), marked("theory", "75", 20)]
    assert grade("special", weighed) == GradedOutcome(False)


def test_the_pass_mark_is_the_offerings() -> None:
    marks = [marked("theory", "65"), marked("practical", "70")]
    assert grade("4", marks, pass_mark=Decimal(70)) == GradedOutcome(False, ("practical",))


def test_competition_entrants_keep_nothing() -> None:
    assert grade("4", [marked("theory", "75"), absent("practical")], competition=True) == GradedOutcome(False)


@pytest.mark.parametrize(
    ("theory", "practical", "passed", "total", "on_screen"),
    [
        ("40", "65", True, "60", "60.00"),
        ("10", "95", True, "78", "78.00"),
        ("60", "59.99", False, "59.992", "59.99"),
        ("0", "0", False, "0", "0.00"),
    ],
)
def test_special_capabilities_pass_by_the_total(
    theory: str, practical: str, passed: bool, total: str, on_screen: str
) -> None:
    outcome = grade("special", [marked("theory", theory, 20), marked("practical", practical, 80)])
    assert outcome == GradedOutcome(passed, (), Decimal(total))
    assert str(shown(Decimal(total))) == on_screen


def test_a_total_a_hair_below_sixty_fails_and_is_cut_not_rounded() -> None:
    outcome = grade("special", [marked("theory", "59.99", 50), marked("practical", "60", 50)])
    assert not outcome.passed
    assert outcome.total is not None
    assert str(shown(outcome.total)) == "59.99"


def test_a_special_capability_without_all_marks_has_no_total() -> None:
    marks = [absent("theory", 20), marked("practical", "100", 80)]
    assert grade("special", marks) == GradedOutcome(False)


@pytest.mark.parametrize(
    "marks",
    [
        [marked("theory", "80", 20), marked("practical", "80", 70)],
        [marked("theory", "80"), marked("practical", "80", 100)],
        [marked("theory", "80"), marked("practical", "80")],
    ],
)
def test_weights_have_to_make_a_hundred(marks: list[Mark]) -> None:
    with pytest.raises(MarkError, match="权重"):
        grade("special", marks)


def test_nothing_to_grade() -> None:
    with pytest.raises(MarkError, match="没有任何科目"):
        grade("4", [])


@pytest.mark.parametrize("text", ["0", "100", "59.5", "60.0", " 60 ", "60.00", "60.000"])
def test_scores_that_are_read(text: str) -> None:
    assert parse_score(text) == Decimal(text.strip())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("100.01", "超出范围"),
        ("-1", "超出范围"),
        ("NaN", "超出范围"),
        ("Infinity", "超出范围"),
        ("60.125", "两位"),
        ("缺考", "不是数字"),
        ("", "不是数字"),
    ],
)
def test_scores_that_are_refused(text: str, message: str) -> None:
    with pytest.raises(MarkError, match=message):
        parse_score(text)


@pytest.mark.parametrize(("status", "score"), [("marked", None), ("absent", "60"), ("sick", None)])
def test_marks_that_contradict_themselves(status: str, score: str | None) -> None:
    with pytest.raises(MarkError):
        Mark("theory", status, Decimal(score) if score else None)
