"""Each clause of the 2023 rules at its boundaries (SPEC 4)."""

from dataclasses import replace

import pytest

from registration.background import Background
from tests.registration.backgrounds import ADULT, ON, OTHER, RELATED, certificate, judge, study, title, work

NOTHING: tuple[str, ...] = ()
CASES = [
    ("special", ADULT, ("S.1",)),
    # 5.1, 5.2
    ("5", ADULT, NOTHING),
    ("5", replace(ADULT, intends_to_work=True), ("5.1",)),
    ("5", replace(ADULT, jobs=work("2026-03-10")), ("5.2",)),
    ("5", replace(ADULT, jobs=work("2026-03-11")), NOTHING),
    ("5", replace(ADULT, jobs=work("2020-01-01", "2026-03-11")), ("5.2",)),
    ("5", replace(ADULT, jobs=work("2020-01-01", "2026-03-10")), NOTHING),
    ("5", replace(ADULT, jobs=work("2020-01-01", code=RELATED), intends_to_work=True), ("5.1", "5.2")),
    ("5", replace(ADULT, jobs=work("2020-01-01", code=OTHER)), NOTHING),
    ("5", replace(ADULT, jobs=work("2020-01-01") + work("2026-06-01")), ("5.2",)),
    # 4.1 to 4.3
    ("4", replace(ADULT, jobs=work("2021-03-10")), ("4.1",)),
    ("4", replace(ADULT, jobs=work("2021-03-11")), NOTHING),
    ("4", replace(ADULT, jobs=work("2022-01-01"), certificates=certificate("5", "2023-03-10")), ("4.2",)),
    ("4", replace(ADULT, jobs=work("2022-01-01"), certificates=certificate("5", "2023-03-11")), NOTHING),
    ("4", replace(ADULT, jobs=work("2022-01-01"), certificates=certificate("4", "2022-01-01")), NOTHING),
    (
        "4",  # the earliest certificate counts
        replace(
            ADULT,
            jobs=work("2022-01-01"),
            certificates=certificate("5", "2025-01-01") + certificate("5", "2023-01-01"),
        ),
        ("4.2",),
    ),
    ("4", replace(ADULT, studies=study("technical_school")), ("4.3",)),
    ("4", replace(ADULT, studies=study("secondary_vocational", "graduating", major="related")), ("4.3",)),
    ("4", replace(ADULT, studies=study("graduate_school")), ("4.3",)),
    ("4", replace(ADULT, studies=study("undergraduate", "enrolled")), NOTHING),
    ("4", replace(ADULT, studies=study("undergraduate", major="unrelated")), NOTHING),
    # 3.1 to 3.6
    ("3", replace(ADULT, jobs=work("2016-03-10")), ("3.1",)),
    ("3", replace(ADULT, jobs=work("2016-03-11")), NOTHING),
    ("3", replace(ADULT, jobs=work("2020-01-01"), certificates=certificate("4", "2022-03-10", RELATED)), ("3.2",)),
    ("3", replace(ADULT, jobs=work("2020-01-01"), certificates=certificate("4", "2022-03-11")), NOTHING),
    ("3", replace(ADULT, jobs=work("2024-01-01"), titles=title("junior", "2025-03-10")), ("3.3",)),
    ("3", replace(ADULT, jobs=work("2024-01-01"), titles=title("junior", "2025-03-10", qualification=True)), ("3.3",)),
    ("3", replace(ADULT, jobs=work("2024-01-01"), titles=title("junior", "2025-03-11")), NOTHING),
    (
        "3",  # the earliest title counts
        replace(ADULT, jobs=work("2024-01-01"), titles=title("junior", "2026-01-01") + title("junior", "2025-01-01")),
        ("3.3",),
    ),
    ("3", replace(ADULT, jobs=work("2024-01-01"), titles=title("junior", "2020-01-01", matches=False)), NOTHING),
    ("3", replace(ADULT, jobs=work("2024-01-01"), titles=title("intermediate", "2020-01-01")), NOTHING),
    ("3", replace(ADULT, studies=study("technical_school", "graduating", "senior_class")), ("3.4",)),
    ("3", replace(ADULT, studies=study("technician_college", "graduated", "technician_class", "related")), ("3.4",)),
    ("3", replace(ADULT, studies=study("technician_college", "graduated", "intermediate_class")), NOTHING),
    ("3", replace(ADULT, studies=study("technician_college", "enrolled", "senior_class")), NOTHING),
    ("3", replace(ADULT, studies=study("junior_college"), certificates=certificate("4", "2026-03-10")), ("3.5",)),
    ("3", replace(ADULT, studies=study("junior_college"), certificates=certificate("4", "2026-03-11")), NOTHING),
    ("3", replace(ADULT, studies=study("secondary_vocational"), certificates=certificate("4", "2020-01-01")), NOTHING),
    ("3", replace(ADULT, studies=study("technician_college"), certificates=certificate("4", "2020-01-01")), NOTHING),
    ("3", replace(ADULT, studies=study("undergraduate", validated=True)), ("3.6",)),
    ("3", replace(ADULT, studies=study("undergraduate", "graduating", validated=True)), ("3.6",)),
    ("3", replace(ADULT, studies=study("secondary_vocational", validated=True)), NOTHING),
    # 2.1 to 2.5
    ("2", replace(ADULT, jobs=work("2019-01-01"), certificates=certificate("3", "2021-03-10")), ("2.1",)),
    ("2", replace(ADULT, jobs=work("2019-01-01"), certificates=certificate("3", "2021-03-11")), NOTHING),
    (
        "2",
        replace(
            ADULT,
            jobs=work("2019-01-01"),
            titles=title("junior", "2021-03-10", qualification=True),
            certificates=certificate("3", "2025-03-10"),
        ),
        ("2.2",),
    ),
    (
        "2",
        replace(
            ADULT,
            jobs=work("2019-01-01"),
            titles=title("junior", "2021-03-10"),
            certificates=certificate("3", "2025-03-11"),
        ),
        NOTHING,
    ),
    ("2", replace(ADULT, jobs=work("2019-01-01"), titles=title("intermediate", "2025-03-10")), ("2.3",)),
    ("2", replace(ADULT, jobs=work("2019-01-01"), titles=title("junior", "2000-01-01")), NOTHING),
    (
        "2",  # 2 years' work in all, before the certificate as well
        replace(
            ADULT,
            jobs=work("2020-01-01", "2022-01-01"),
            certificates=certificate("3", "2026-03-10"),
            studies=study("senior_technical_school", major="unrelated"),
        ),
        ("2.4",),
    ),
    (
        "2",  # 2.4 has no graduating
        replace(
            ADULT,
            jobs=work("2020-01-01", "2022-01-01"),
            certificates=certificate("3", "2026-03-10"),
            studies=study("technician_college", "graduating"),
        ),
        NOTHING,
    ),
    (
        "2",
        replace(
            ADULT,
            jobs=work("2020-01-01", "2022-01-01"),
            certificates=certificate("3", "2026-03-10"),
            studies=study("technical_school"),
        ),
        NOTHING,
    ),
    (
        "2",
        replace(
            ADULT,
            certificates=certificate("3", "2024-03-10"),
            studies=study("technician_college", "enrolled", "pre_technician_class"),
        ),
        ("2.5",),
    ),
    (
        "2",
        replace(
            ADULT,
            certificates=certificate("3", "2024-03-11"),
            studies=study("technician_college", "enrolled", "pre_technician_class"),
        ),
        NOTHING,
    ),
    (
        "2",  # a student, graduated no longer
        replace(
            ADULT,
            certificates=certificate("3", "2024-03-10"),
            studies=study("technician_college", "graduated", "technician_class"),
        ),
        NOTHING,
    ),
    (
        "2",
        replace(
            ADULT,
            certificates=certificate("3", "2024-03-10"),
            studies=study("technician_college", "enrolled", "senior_class"),
        ),
        NOTHING,
    ),
    # 1.1 to 1.3
    ("1", replace(ADULT, jobs=work("2019-01-01"), certificates=certificate("2", "2021-03-10")), ("1.1",)),
    ("1", replace(ADULT, jobs=work("2019-01-01"), certificates=certificate("2", "2021-03-11")), NOTHING),
    (
        "1",
        replace(
            ADULT,
            jobs=work("2019-01-01"),
            titles=title("intermediate", "2021-03-10"),
            certificates=certificate("2", "2025-03-10"),
        ),
        ("1.2",),
    ),
    (
        "1",  # the annex admits professional qualifications everywhere but here
        replace(
            ADULT,
            jobs=work("2019-01-01"),
            titles=title("intermediate", "2021-03-10", qualification=True),
            certificates=certificate("2", "2025-03-10"),
        ),
        NOTHING,
    ),
    ("1", replace(ADULT, jobs=work("2019-01-01"), titles=title("senior", "2025-03-10")), ("1.3",)),
    ("1", replace(ADULT, jobs=work("2019-01-01"), titles=title("senior", "2025-03-11")), NOTHING),
]


@pytest.mark.parametrize(("level", "background", "clauses"), CASES)
def test_clauses(level: str, background: Background, clauses: tuple[str, ...]) -> None:
    outcome = judge(level, background)
    assert outcome.clauses == clauses
    assert outcome.eligible is bool(clauses)
    for found in outcome.findings:
        assert found.met is (found.clause.code in clauses)
        assert found.met is not bool(found.missing)
        assert (found.from_on == ON) is found.met


def test_all_clauses_met_are_named_in_the_annex_order() -> None:
    background = replace(
        ADULT,
        jobs=work("2005-01-01"),
        certificates=certificate("4", "2010-01-01"),
        titles=title("junior", "2010-01-01"),
        studies=study("undergraduate", validated=True) + study("technical_school", school_class="senior_class"),
    )
    assert judge("3", background).clauses == ("3.1", "3.2", "3.3", "3.4", "3.5", "3.6")
