"""The clause a row relies on: what it needs filled in, whether it is met, and where it falls short (SPEC 4).

The rule itself is `registration.eligibility`; here its answer is told at the cell that is to blame.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from registration import eligibility
from registration.background import Background, Target
from registration.enums import ClassKind, MajorMatch, SchoolKind, StudyStatus, TitleGrade
from registration.requirements import Certificate, MatchingTitle, Requirement, Studied, Worked, WorksNow
from registration.rosters.columns import COLUMN, YES
from registration.rosters.faults import Fault
from registration.rosters.reading import Reading
from registration.rosters.words import Unread, narrow, quoted
from registration.rule_sets import Clause, RuleSet
from skilleval.catalogue.enums import Level
from skilleval.core.wording import cn_date

Told = tuple[str, str]  # a column and what is wrong there
Words = type[SchoolKind] | type[ClassKind] | type[MajorMatch] | type[StudyStatus]
#: Where to tell of days that fall short.
COLUMN_OF: dict[type, str] = {
    Certificate: "held_on",
    MatchingTitle: "title_on",
    Worked: "work_from",
    WorksNow: "work_to",
}
_CODE = re.compile(r"(?:E-)?([1-5S])\.([0-9]{1,2})(?![0-9])", re.IGNORECASE)
_LABEL = re.compile(r"([一二三四五1-5])级(?:/[^0-9(]+)?第?\(?([0-9]{1,2}|[一二三四五六])\)?(?![0-9])")
_SPECIAL = re.compile(r"专项(?:职业)?能力(?:考核)?")
_DIGIT = {sign: str(value) for value, sign in enumerate("零一二三四五六")}


def read_clause(text: str, clauses: Sequence[Clause]) -> str:
    """The code of one of the level's clauses, typed as 4.1, 四级(1) or with more words after it; raises Unread."""
    code = _code_of(text)
    if code == "S.1" and len(clauses) == 1:
        code = clauses[0].code
    if any(clause.code == code for clause in clauses):
        return code
    raise Unread("word", f"本项目没有{quoted(text)}这项申报条件", f"请填写：{labels(clauses)}")


def choice(clause: Clause) -> str:
    """A clause as drop-downs offer it: its name, and what it says."""
    return f"{clause.label}：{clause.condition}"


def labels(clauses: Iterable[Clause]) -> str:
    """Clauses by the names people choose them by."""
    return "、".join(clause.label for clause in clauses)


def _code_of(text: str) -> str:
    typed = narrow(text).replace(" ", "")
    if found := _CODE.match(typed):
        return f"{found[1].upper()}.{int(found[2])}"
    if found := _LABEL.match(typed):
        level, number = (_DIGIT.get(sign, sign) for sign in found.groups())
        return f"{level}.{int(number)}"
    return "S.1" if _SPECIAL.match(typed) else ""


def needs(requirements: Iterable[Requirement]) -> dict[str, None]:
    """The columns without which a clause with these requirements can't be judged, in their order."""
    columns: dict[str, None] = {}
    for requirement in requirements:
        columns.update(dict.fromkeys(_needs(requirement)))
    return columns


def _needs(requirement: Requirement) -> tuple[str, ...]:
    match requirement:
        case WorksNow():
            return ("work_from",)
        case Worked(since=since):
            return (*(_needs(since) if since else ()), "work_from")
        case Certificate():
            return ("held_level", "held_on")
        case MatchingTitle():
            return ("title_grade", "title_matches", "title_on")
        case Studied():
            study = ["school_name", "school", "major_name", "study_status"]
            asked = {"class_kind": requirement.classes, "major": requirement.majors, "validated": requirement.validated}
            return (*study, *(key for key, needed in asked.items() if needed))
    return ()


class Conditions:
    """The clauses of a level, as the rows of a roster are held against them on a day.

    Built once: what a clause needs filled in is worked out here.
    """

    def __init__(self, rule_set: RuleSet, target: Target, on: date) -> None:
        self.rule_set, self.target, self.on = rule_set, target, on
        self.clauses = {clause.code: clause for clause in rule_set.of_level(target.level)}
        self._needed = {code: needs(clause.requirements) for code, clause in self.clauses.items()}

    @property
    def only(self) -> str:
        """The clause that goes without saying, where there is no other."""
        return next(iter(self.clauses)) if len(self.clauses) == 1 else ""

    def read(self, text: str) -> str:
        """The clause that a cell names; raises Unread."""
        return read_clause(text, tuple(self.clauses.values()))

    def prove(self, row: Reading, code: str, background: Background) -> list[Fault]:
        """Why a row doesn't meet a clause; empty if it does, or if a cell it needs can't be read anyway.

        What the clause needs and nobody filled in is named cell by cell; only a full statement is judged.
        """
        clause, needed = self.clauses[code], self._needed[code]
        empty = [] if row.values.keys() >= needed.keys() else [key for key in needed if not row.has(key)]
        if not empty:
            unread = row.bad and row.bad.intersection((*needed, "work_to", "work_code", "held_code"))
            if unread or not self._unmet(clause, background):
                return []
        told = [fault for one in clause.requirements for fault in _by_cell(one, row.values, self.target)]
        instead = self._instead(clause, background)
        if empty:
            if any(column == "school" for column, _ in told):  # 班级类别 of a school that doesn't count is no use
                empty = [key for key in empty if key != "class_kind"]
            return [*_short(clause, told, instead), *(_evidence(clause, key, instead) for key in empty)]
        told = told or [self._by_day(one, background) for one in self._unmet(clause, background)]
        return _short(clause, told, instead or self._when(clause, background))

    def _unmet(self, clause: Clause, background: Background) -> list[Requirement]:
        return [one for one in clause.requirements if one.first_met(self.target, background, self.on) != self.on]

    def _find(self, clause: Clause, background: Background) -> eligibility.Finding:
        return eligibility.find(self.rule_set, clause, self.target, background, self.on)

    def _instead(self, clause: Clause, background: Background) -> str:
        others = [
            other for other in self.clauses.values() if other.code != clause.code and self._find(other, background).met
        ]
        return f"，可改选本行符合的申报条件：{labels(others)}" if others else ""

    def _when(self, clause: Clause, background: Background) -> str:
        """From which day the clause would be met; without a birth date none can be told."""
        if background.born is None:
            return ""
        from_on = self._find(clause, background).from_on
        return f"，可于 {cn_date(from_on)} 起申报" if from_on else "，不能按此条件申报"

    def _by_day(self, requirement: Requirement, background: Background) -> Told:
        """Where every cell is of the right kind: what the days don't come to."""
        column = COLUMN_OF.get(type(requirement), "clause")
        return column, requirement.missing(self.target, background, self.on)


def _short(clause: Clause, told: Sequence[Told], otherwise: str) -> list[Fault]:
    cure = f"请核对{'；如无误' + otherwise if otherwise else '后更正'}"
    return [Fault(column, "clause", f"{clause.label}：{what}", cure) for column, what in dict.fromkeys(told)]


def _evidence(clause: Clause, key: str, instead: str) -> Fault:
    column = COLUMN[key]
    how = f"：{'、'.join(column.words)}" if column.words else f"，{column.hint}" if column.hint else ""
    return Fault(key, "evidence", f"{clause.label}需要填写{column.title}", f"请填写{how}{instead}")


def _by_cell(requirement: Requirement, values: dict[str, Any], target: Target) -> Iterator[Told]:
    """The filled cells that a requirement doesn't admit, with what it asks for."""
    match requirement:
        case Worked(since=since):
            if since:
                yield from _by_cell(since, values, target)
            yield from _unrelated("work_code", values, target)
        case WorksNow():
            yield from _unrelated("work_code", values, target)
        case Certificate(level=level):
            if (held := values.get("held_level", level)) != level:
                yield "held_level", f"需要{Level(level).label}证书，此处是{Level(held).label}"
            yield from _unrelated("held_code", values, target)
        case MatchingTitle(grade=grade):
            if (held := values.get("title_grade", grade)) != grade:
                yield "title_grade", f"需要{TitleGrade(grade).label}职称，此处是{TitleGrade(held).label}"
            if not values.get("title_matches", True):
                yield "title_matches", "职称须与申报职业专业对应"
        case Studied():
            yield from _study(requirement, values)


def _unrelated(key: str, values: dict[str, Any], target: Target) -> Iterator[Told]:
    if key in values and not target.counts(values[key]):
        yield key, f"{values[key]} 不是本职业或相关职业"


def _study(requirement: Studied, values: dict[str, Any]) -> Iterator[Told]:
    asked: tuple[tuple[str, Words, frozenset[str]], ...] = (
        ("school", SchoolKind, requirement.schools),
        ("class_kind", ClassKind, requirement.classes),
        ("major", MajorMatch, requirement.majors),
        ("study_status", StudyStatus, requirement.statuses),
    )
    for key, kind, admitted in asked:
        if admitted and key in values and values[key] not in admitted:
            words = "、".join(str(choice.label) for choice in kind if choice.value in admitted)
            yield key, f"{COLUMN[key].title}须为{words}，此处是{kind(values[key]).label}"
    if requirement.validated and not values.get("validated", True):
        yield "validated", f"经评估论证须为{YES}"
