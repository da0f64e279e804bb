"""The sheet for the city's 自助经办系统 (SPEC 5.2). Of its format nothing is published: the columns are ours."""

from __future__ import annotations

from collections.abc import Sequence

from registration.enums import ApplicationKind
from registration.models import Submission
from registration.rule_sets import Clause
from registration.services.roster_people import Person, clauses_of
from skilleval.accounts.phones import spoken
from skilleval.catalogue.enums import Schooling, SubjectKind
from skilleval.core.identity import IdentityType
from skilleval.core.spreadsheets import Cell, Column, Sheet

TITLE = "团体申报名单"
#: Who it is, what they apply for, and by whom: name and width of each column.
PERSON = {
    "序号": 6,
    "姓名": 14,
    "证件类型": 24,
    "证件号码": 24,
    "性别": 6,
    "出生日期": 12,
    "手机号码": 16,
    "文化程度": 24,
}
APPLICATION = {
    "申报条件": 12,
    "申报条件内容": 40,
    "申报类型": 10,
    "评价科目": 26,
    "申报编号": 16,
}
GROUP = {
    "职业编码": 14,
    "职业": 24,
    "工种": 24,
    "等级": 16,
    "评价机构": 36,
    "机构备案号": 16,
    "申报单位": 36,
    "统一社会信用代码": 22,
    "申报批次": 16,
    "团体编号": 18,
    "第几次提交": 10,
}


def city_sheet(submission: Submission, people: Sequence[Person]) -> Sheet:
    """A line for each person, in the order of the rosters; every line says what and by whom as well."""
    columns = [Column(name, width=width) for name, width in (PERSON | APPLICATION | GROUP).items()]
    clauses = clauses_of(submission.group.offering)
    group = _group(submission)
    rows: list[list[Cell]] = [
        [str(number), *_person(person), *_application(person, clauses), *group]
        for number, person in enumerate(people, start=1)
    ]
    return Sheet(TITLE, columns, rows, frozen=2)


def _person(person: Person) -> list[str]:
    facts = person.facts
    if facts is None:
        return [person.name, "", person.row.id_cipher, person.sex, "", person.row.phone_cipher, ""]
    return [
        person.name,
        IdentityType(facts.id_type).label,
        facts.id_number,
        facts.sex,
        facts.born.isoformat(),
        spoken(facts.phone),
        str(Schooling(facts.schooling).label) if facts.schooling else "",
    ]


def _application(person: Person, clauses: dict[str, Clause]) -> list[str]:
    application = person.application
    clause = clauses.get(application.clause)
    return [
        clause.label if clause else application.clause,
        clause.condition if clause else "",
        str(ApplicationKind(application.kind).label),
        "、".join(str(SubjectKind(subject).label) for subject in application.subjects),
        application.number,
    ]


def _group(submission: Submission) -> list[str]:
    group, offering = submission.group, submission.group.offering
    provider, institution, occupation = offering.provider, group.institution, offering.work_type.occupation
    return [
        occupation.code,
        occupation.name,
        offering.work_type.name,
        str(offering.get_level_display()),
        provider.name,
        provider.filing_number,
        institution.name,
        institution.credit_code,
        group.window.label,
        group.number,
        str(submission.number),
    ]
