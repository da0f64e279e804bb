"""正考 and 补考 in a row, and what a person's credits say to it (SPEC 9.3)."""

import pytest

from registration.rosters.checks import Person, person_faults
from registration.rosters.kinds import credit_faults
from tests.registration.roster_rows import LEVELS, check, lines, only, sound, told

BOTH = ("theory", "practical")
ALL = ("theory", "practical", "review")
NO_CREDIT = (
    "该人员在本评价机构没有可用于补考的合格成绩；申报类型请填写正考，并清空补考科目；"
    "成绩在其他评价机构取得的，请向该机构申报补考"
)
GIVES_UP_THEORY = (
    "重新申报将放弃该人员理论知识的合格成绩；要保留的，申报类型请填写补考、补考科目填写操作技能；确认放弃的不需修改"
)


@pytest.mark.parametrize("kind", ["", "正考"])
def test_a_new_application_sits_everything(kind: str) -> None:
    facts = sound(kind=kind).facts
    assert facts
    assert (facts.kind, facts.subjects, facts.unproved) == ("new", BOTH, ())


@pytest.mark.parametrize(
    ("named", "subjects"), [("理论知识", ("theory",)), ("实操", ("practical",)), ("操作技能、操作", ("practical",))]
)
def test_a_resit_sits_what_it_names(named: str, subjects: tuple[str, ...]) -> None:
    checked = sound(kind="补考", resit_subjects=named)
    assert checked.faults == ()
    assert checked.facts
    assert (checked.facts.kind, checked.facts.subjects) == ("resit", subjects)


@pytest.mark.parametrize(
    ("level", "cells", "column", "message"),
    [
        ("4", {"kind": "补考"}, "resit_subjects", "补考须填写补考科目"),
        ("4", {"kind": "补考", "resit_subjects": "综合评审"}, "resit_subjects", "本项目没有综合评审科目"),
        ("4", {"kind": "补考", "resit_subjects": "理论、综合"}, "resit_subjects", "本项目没有综合评审科目"),
        ("4", {"kind": "补考", "resit_subjects": "理论、实操"}, "resit_subjects", "补考科目不能是全部科目"),
        ("4", {"kind": "正考", "resit_subjects": "理论"}, "kind", "填写了补考科目，申报类型却不是补考"),
        ("4", {"resit_subjects": "理论"}, "kind", "填写了补考科目，申报类型却不是补考"),
        ("special", {"kind": "补考"}, "kind", "专项职业能力没有补考"),
        ("special", {"kind": "补考", "resit_subjects": "理论"}, "kind", "专项职业能力没有补考"),
    ],
)
def test_what_doesn_t_go_together(level: str, cells: dict[str, str], column: str, message: str) -> None:
    clause = {"4": "4.1", "special": "S.1"}[level]
    fault = only(check(level, clause=clause, work_from="2016-07-01", **cells))
    assert (fault.column, fault.kind, fault.message, fault.stops) == (column, "credits", message, True)
    assert "请" in fault.cure


def test_a_kind_that_can_t_be_read_is_told_alone() -> None:
    assert told(sound(kind="再考", resit_subjects="理论")) == [("kind", "word")]


def test_a_resit_needs_no_clause_of_its_own() -> None:
    """It goes on with an earlier application; whether there is one, only the database knows."""
    checked = check(kind="补考", resit_subjects="理论", clause="")
    assert checked.faults == ()
    facts = checked.facts
    assert facts
    assert [(fault.column, fault.kind) for fault in facts.unproved] == [("clause", "required")]
    going_on = Person(credits=("practical",), proven=True)
    assert person_faults(going_on, facts, LEVELS["4"]) == ()
    from_elsewhere = Person(credits=("practical",))
    assert person_faults(from_elsewhere, facts, LEVELS["4"]) == facts.unproved


def test_a_resit_on_scores_from_elsewhere_proves_its_clause() -> None:
    facts = check(kind="补考", resit_subjects="理论", clause="4.1", work_from="2021-03-11").facts
    assert facts
    assert [(fault.column, fault.kind) for fault in facts.unproved] == [("work_from", "clause")]
    assert person_faults(Person(credits=("practical",), proven=True), facts, LEVELS["4"]) == ()
    assert person_faults(Person(credits=("practical",)), facts, LEVELS["4"]) == facts.unproved


@pytest.mark.parametrize(
    ("named", "subjects", "passed", "expected"),
    [
        (("practical",), BOTH, ("theory",), []),
        (("practical",), BOTH, ("theory", "theory"), []),
        (("practical", "review"), ALL, ("theory",), []),
        (("review",), ALL, ("theory", "practical"), []),
        (
            ("practical",),
            BOTH,
            (),
            [NO_CREDIT],
        ),
        (("theory",), BOTH, ("theory",), ["该人员应补考的科目是操作技能；补考科目请填写：操作技能"]),
        (
            ("practical",),
            ALL,
            ("theory",),
            ["该人员应补考的科目是操作技能、综合评审；补考科目请填写：操作技能、综合评审"],
        ),
        (
            ("theory", "practical"),
            ALL,
            ("theory",),
            ["该人员应补考的科目是操作技能、综合评审；补考科目请填写：操作技能、综合评审"],
        ),
        (
            ("theory",),
            BOTH,
            BOTH,
            ["该人员的各科目都有合格成绩，没有可补考的科目；申报类型请填写正考，并清空补考科目"],
        ),
        (
            ("practical",),
            BOTH,
            ("review",),
            [NO_CREDIT],
        ),
        ((), BOTH, ("theory",), []),
    ],
)
def test_a_resit_sits_exactly_what_is_missing(named, subjects, passed, expected: list[str]) -> None:
    found = credit_faults("resit", named, subjects, passed)
    assert lines(found) == expected
    assert all(fault.stops and fault.kind == "credits" for fault in found)


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        ((), []),
        (("review",), []),
        (
            ("theory",),
            [GIVES_UP_THEORY],
        ),
        (BOTH, ["重新申报将放弃该人员理论知识、操作技能的合格成绩；确认放弃的不需修改"]),
    ],
)
def test_a_new_application_gives_credits_up_and_says_so(passed: tuple[str, ...], expected: list[str]) -> None:
    found = credit_faults("new", BOTH, BOTH, passed)
    assert lines(found) == expected
    assert not any(fault.stops for fault in found)
