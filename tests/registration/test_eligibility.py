"""Age, schooling, what is missing for a clause, and from which day it is met (SPEC 4)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from registration.background import Background, HeldCertificate, Job, Study, Title
from registration.eligibility import check
from registration.rule_sets import RuleSet, parse_rule_set
from tests.registration.backgrounds import (
    ADULT,
    CODE,
    ON,
    OTHER,
    RELATED,
    RULES,
    certificate,
    finding,
    judge,
    study,
    target,
    title,
    work,
)


@pytest.mark.parametrize(
    ("born", "eligible", "from_on"),
    [
        (date(2010, 3, 10), True, ON),
        (date(2010, 3, 11), False, date(2026, 3, 11)),
        (date(2012, 2, 29), False, date(2028, 2, 29)),
        (None, False, None),
    ],
)
def test_sixteen_on_the_day_of_submission(born: date | None, eligible: bool, from_on: date | None) -> None:
    outcome = judge("special", Background(born))
    assert outcome.eligible is eligible
    assert outcome.clauses == (("S.1",) if eligible else ())
    assert outcome.from_on == from_on
    assert bool(outcome.missing) is not eligible


def test_somebody_born_on_29_february_is_sixteen_on_the_28th_of_a_common_year() -> None:
    rules = replace(RULES, minimum_age=17)
    assert check(rules, target("special"), Background(date(2008, 2, 29)), date(2025, 2, 28)).eligible
    assert not check(rules, target("special"), Background(date(2008, 2, 29)), date(2025, 2, 27)).eligible


@pytest.mark.parametrize(
    ("level", "background", "clause", "missing", "from_on"),
    [
        (
            "4",
            replace(ADULT, jobs=work("2021-09-01")),
            "4.1",
            "从事本职业或相关职业工作累计 4 年 6 个月 9 天，未满 5 年",
            date(2026, 9, 1),
        ),
        ("4", ADULT, "4.1", "从事本职业或相关职业工作累计 0 天，未满 5 年", None),
        ("4", replace(ADULT, jobs=work("2020-01-01", "2022-01-01")), "4.1", "累计 2 年，未满 5 年", None),
        (
            "4",  # a job that will end in time doesn't become enough
            replace(ADULT, jobs=work("2022-01-01", "2026-12-31")),
            "4.1",
            "未满 5 年",
            None,
        ),
        (
            "4",
            replace(ADULT, jobs=work("2022-01-01", "2027-01-01")),
            "4.1",
            "未满 5 年",
            date(2027, 1, 1),
        ),
        (
            "4",  # two separate periods: the sum with 30-day months
            replace(ADULT, jobs=work("2018-01-01", "2020-07-01") + work("2024-01-01")),
            "4.1",
            "未满 5 年",
            date(2026, 7, 1),
        ),
        (
            "4",
            replace(ADULT, jobs=work("2022-01-01"), certificates=certificate("5", "2024-06-01")),
            "4.2",
            "自 2024年6月1日 起从事本职业或相关职业工作累计 1 年 9 个月 9 天，未满 3 年",
            date(2027, 6, 1),
        ),
        (
            "4",
            replace(ADULT, jobs=work("2022-01-01")),
            "4.2",
            "尚未取得本职业或相关职业五级/初级工证书",
            None,
        ),
        (
            "4",
            replace(ADULT, jobs=work("2022-01-01"), certificates=certificate("5", "2026-03-11")),
            "4.2",
            "尚未取得本职业或相关职业五级/初级工证书",
            date(2029, 3, 11),
        ),
        (
            "3",
            replace(ADULT, jobs=work("2022-01-01")),
            "3.3",
            "尚未取得符合专业对应关系的初级职称（或专业技术人员职业资格）",
            None,
        ),
        (
            "2",
            replace(
                ADULT,
                certificates=certificate("3", "2025-01-01"),
                studies=study("technician_college", "enrolled", "technician_class"),
            ),
            "2.5",
            "取得三级/高级工证书未满 2 年（取得日期 2025年1月1日）",
            date(2027, 1, 1),
        ),
        (
            "2",
            replace(
                ADULT,
                certificates=certificate("3", "2026-03-10"),
                studies=study("technician_college", "enrolled", "technician_class"),
            ),
            "2.5",
            "取得三级/高级工证书未满 2 年",
            date(2028, 3, 10),
        ),
        (
            "3",
            replace(ADULT, jobs=work("2024-01-01"), titles=title("junior", "2026-03-10")),
            "3.3",
            "自 2026年3月10日 起从事本职业或相关职业工作累计 0 天，未满 1 年",
            date(2027, 3, 10),
        ),
        ("5", replace(ADULT, jobs=work("2026-05-01")), "5.2", "目前没有从事本职业或相关职业", date(2026, 5, 1)),
        ("5", ADULT, "5.1", "尚未填写拟从事本职业或相关职业的意向", None),
        (
            "3",
            ADULT,
            "3.4",
            "没有本专业或相关专业的技工学校、高级技工学校、技师学院高级工班、预备技师班、技师班（已毕业、应届）的学历",
            None,
        ),
    ],
)
def test_what_is_missing_and_from_which_day(
    level: str, background: Background, clause: str, missing: str, from_on: date | None
) -> None:
    found = finding(judge(level, background), clause)
    assert not found.met
    assert missing in "；".join(found.missing)
    assert found.from_on == from_on


def test_a_clause_waits_for_the_age_too() -> None:
    young = Background(date(2010, 9, 1), intends_to_work=True)
    outcome = judge("5", young)
    assert outcome.missing == ("未满 16 周岁（2026年9月1日年满 16 周岁）",)
    assert finding(outcome, "5.1").missing == outcome.missing
    assert finding(outcome, "5.1").from_on == outcome.from_on == date(2026, 9, 1)


def test_the_outcome_takes_the_earliest_clause() -> None:
    background = replace(ADULT, jobs=work("2022-01-01"), certificates=certificate("5", "2023-06-01"))
    assert judge("4", background).from_on == date(2026, 6, 1)


def test_a_graduation_still_to_come_counts_from_its_day() -> None:
    later = replace(ADULT, studies=(Study("junior_college", "", "same", "graduated", graduated_on=date(2026, 7, 1)),))
    assert judge("4", later).from_on == date(2026, 7, 1)
    assert judge("4", later, date(2026, 7, 1)).clauses == ("4.3",)
    both = replace(later, studies=later.studies + study("secondary_vocational"))
    assert judge("4", both).clauses == ("4.3",)


def rules_with(level: str, *requirements: dict[str, Any]) -> RuleSet:
    """A rule set of one clause, N.1."""
    clause = {"code": f"{level}.1", "level": level, "condition": "另一版本的条件", "evidence": []}
    clauses = [{**clause, "requirements": list(requirements)}]
    return parse_rule_set({"edition": "x", "title": "t", "source": "s", "minimum_age": 16, "clauses": clauses})


def test_all_requirements_have_to_hold_on_one_day() -> None:
    rules = rules_with("3", {"kind": "works_now"}, {"kind": "certificate", "level": "4", "years": 1})
    background = replace(ADULT, jobs=work("2020-01-01", "2026-06-01"), certificates=certificate("4", "2025-09-01"))
    assert check(rules, target("3"), background, ON).from_on is None  # the job ends before the year is over
    again = replace(background, jobs=background.jobs + work("2027-01-01"))
    assert check(rules, target("3"), again, ON).from_on == date(2027, 1, 1)


def test_a_rule_set_may_ask_for_a_title_alone() -> None:
    rules = rules_with("1", {"kind": "title", "grade": "senior", "qualifications": False})
    holder = replace(ADULT, titles=title("senior", "2026-03-11"))
    (found,) = check(rules, target("1"), holder, ON).findings
    assert (found.met, found.missing, found.from_on) == (
        False,
        ("尚未取得符合专业对应关系的高级职称",),
        date(2026, 3, 11),
    )
    assert check(rules, target("1"), holder, date(2027, 1, 1)).clauses == ("1.1",)


@pytest.mark.parametrize(
    ("needed", "held", "eligible", "unconfirmed"),
    [
        ("", "", True, True),
        ("junior_middle", "", True, True),
        ("junior_middle", "junior_middle", True, False),
        ("junior_middle", "undergraduate", True, False),
        ("senior_middle", "junior_middle", False, False),
    ],
)
def test_minimum_schooling_bars_only_when_known(needed: str, held: str, eligible: bool, unconfirmed: bool) -> None:
    background = replace(ADULT, schooling=held)
    outcome = check(RULES, replace(target("special"), minimum_schooling=needed), background, ON)
    assert outcome.eligible is eligible
    assert bool(outcome.unconfirmed) is unconfirmed
    assert bool(outcome.missing) is not eligible
    assert (outcome.from_on is None) is not eligible


def test_work_before_sixteen_counts_but_is_doubtful() -> None:
    early, grown = Job(CODE, date(2012, 1, 1), date(2017, 1, 1)), Job(CODE, date(2016, 6, 1))
    outcome = judge("4", Background(date(2000, 6, 1), jobs=(early, grown, Job(OTHER, date(2012, 1, 1)))))
    assert outcome.doubtful == (early,)
    assert outcome.clauses == ("4.1",)


DAYS = st.dates(date(2015, 1, 1), date(2028, 12, 31))
BACKGROUNDS = st.builds(
    Background,
    born=st.dates(date(1990, 1, 1), date(2012, 12, 31)),
    intends_to_work=st.booleans(),
    jobs=st.lists(
        st.builds(
            lambda code, start, length: Job(code, start, start + timedelta(days=length) if length else None),
            st.sampled_from([CODE, RELATED, OTHER]),
            DAYS,
            st.integers(0, 3000),
        ),
        max_size=3,
    ).map(tuple),
    certificates=st.lists(
        st.builds(HeldCertificate, st.sampled_from([CODE, OTHER]), st.sampled_from("5432"), DAYS), max_size=3
    ).map(tuple),
    studies=st.lists(
        st.builds(
            Study,
            st.sampled_from(["technical_school", "technician_college", "junior_college"]),
            st.sampled_from(["senior_class", "technician_class", ""]),
            st.sampled_from(["same", "related", "unrelated"]),
            st.sampled_from(["graduated", "graduating", "enrolled"]),
            st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
    titles=st.lists(
        st.builds(Title, st.sampled_from(["junior", "intermediate", "senior"]), DAYS, st.booleans(), st.booleans()),
        max_size=2,
    ).map(tuple),
)


@given(st.sampled_from(["5", "4", "3", "2", "1", "special"]), BACKGROUNDS, st.dates(date(2024, 1, 1), date(2027, 1, 1)))
def test_the_day_named_is_the_first_that_would_do(level: str, background: Background, on: date) -> None:
    for found in judge(level, background, on).findings:
        if found.from_on is None:
            assert not any(
                finding(judge(level, background, on + timedelta(days=days)), found.clause.code).met
                for days in (1, 400, 2000, 6000)
            )
            continue
        assert finding(judge(level, background, found.from_on), found.clause.code).met
        if found.from_on > on:
            assert not finding(judge(level, background, found.from_on - timedelta(days=1)), found.clause.code).met
