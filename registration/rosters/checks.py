"""Every rule that a row of a roster has to keep, as one check of its cells (SPEC 4, 5.2, 5.4, 5.5, 9.3, 10). Pure.

`RosterRules` is built once for a group and a day and checks the cells; `person_faults` judges what only the database
knows of the person.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from registration import eligibility
from registration.background import Background, Target
from registration.conditions import Condition, outgrown
from registration.rosters import kinds, people, stated
from registration.rosters.clauses import Conditions, labels
from registration.rosters.columns import COLUMN, COLUMNS
from registration.rosters.faults import Fault
from registration.rosters.people import AS_TEXT, LOST, Identity
from registration.rosters.reading import Reading, read_cells, readers
from registration.rosters.stated import Stated
from registration.rosters.words import Unread, plain, quoted
from registration.rule_sets import RuleSet
from skilleval.catalogue.enums import Schooling
from skilleval.core.wording import cn_date

#: What has to be there whatever is applied for; the number and the clause are looked at by themselves.
REQUIRED = tuple(column.key for column in COLUMNS if column.required and column.key not in ("id_number", "clause"))
CODE = re.compile(r"(?<![0-9-])([0-9])-([0-9]{2})-([0-9]{2})-([0-9]{2}|Z[0-9])(?![0-9])")
COMPACT_CODE = re.compile(r"([0-9])([0-9]{2})([0-9]{2})([0-9]{2}|Z[0-9])")
NO_PHOTO = "请上传照片包（文件名为“姓名_证件号码”或证件号码），或在本行单独上传"
#: All that an institution may read of a ban (SPEC 10), and of an application elsewhere (SPEC 5.4).
BANNED = "该人员目前不能申报，最早可于 {day} 申报，详情请本人登录查询"
OPEN = "该人员已有同一职业（工种）、同一等级的申报正在办理"


@dataclass(frozen=True)
class RowFacts:
    """A row in the portal's own words, as an application is made of it.

    `unproved` is what a resit leaves open that doesn't go on with an earlier application: its clause and schooling.
    """

    name: str
    id_type: str
    id_number: str
    sex: str
    born: date
    phone: str
    schooling: str
    clause: str
    kind: str
    subjects: tuple[str, ...]
    stated: Stated
    unproved: tuple[Fault, ...] = ()

    @property
    def background(self) -> dict[str, Any]:
        """What an application keeps: the shape of `queries.backgrounds.snapshot`."""
        return self.stated.kept()


@dataclass(frozen=True)
class Checked:
    """The answer for a row. `facts` are there as soon as the row says who it is about, whatever else is wrong.

    `id_number` is normalised and "" if it isn't sound, `phone` is E.164 or "".
    """

    faults: tuple[Fault, ...]
    facts: RowFacts | None
    id_number: str
    phone: str

    @property
    def clear(self) -> bool:
        """Whether nothing stops the row; hints don't."""
        return not any(fault.stops for fault in self.faults)


class RosterRules:
    """What a group's rows are judged by on a day: the target, the level's clauses, the offering's subjects.

    `occupations` are the directory's codes with their names; a code it doesn't know is a hint. `extra` is what the
    provider asks beyond the level's rules (SPEC 13).
    """

    def __init__(
        self,
        *,
        target: Target,
        rule_set: RuleSet,
        subjects: Sequence[str],
        occupations: Mapping[str, str],
        on: date,
        extra: Sequence[Condition] = (),
    ) -> None:
        self.extra = tuple(extra)
        self.target, self.rule_set, self.on = target, rule_set, on
        self.subjects = tuple(subjects)
        self.conditions = Conditions(rule_set, target, on)
        self._only_clause = self.conditions.only
        self.occupations = occupations
        self._codes = {plain(name).upper(): code for code, name in occupations.items()}
        self._codes |= {code: code for code in occupations}
        self._readers = readers(clause=self.conditions.read, work_code=self._read_code, held_code=self._read_code)

    def check(self, cells: Mapping[str, str], *, lossy: Collection[str] = (), has_photo: bool) -> Checked:
        """Judge a row by its filled cells; `lossy` are the columns whose numbers have lost their last digits."""
        row = read_cells(cells, self._readers)
        for key in REQUIRED:
            if not row.has(key):
                row.stop(key, "required", f"未填写{COLUMN[key].title}", "请填写")
        if "held_number" in lossy:
            row.stop("held_number", "certificate", f"证书编号的{LOST}", AS_TEXT)
        number, person = people.read_identity(row, cells.get("id_number", ""), lossy, self.on)
        facts = self._judge(row, person)
        if not has_photo:
            _ask_for_photo(row)
        return Checked(row.in_order(), facts, number, row.values.get("phone", ""))

    def _judge(self, row: Reading, person: Identity | None) -> RowFacts | None:
        """All that depends on more than one cell; the facts, unless the row doesn't say who it is about."""
        born = person.born if person else None
        if person:
            people.check_age(row, person, self.rule_set.minimum_age, self.on)
        stated.check_dates(row, born, self.on)
        stated.check_study(row)
        kind, subjects = kinds.read_kind(row, self.target.level, self.subjects)
        background = stated.state(row, born, self.target, self.on)
        unproved = tuple(self._unproved(row, background.facts))
        if kind != kinds.RESIT:
            row.faults += unproved
            unproved = ()
        stated.notice(row, background.facts, self.target, self.rule_set.minimum_age)
        self._notice_codes(row)
        if person is None:
            return None
        values = row.values
        return RowFacts(
            values.get("name", ""),
            person.id_type,
            person.id_number,
            person.sex,
            person.born,
            values.get("phone", ""),
            values.get("schooling", ""),
            values.get("clause", ""),
            kind,
            subjects,
            background,
            unproved,
        )

    def _unproved(self, row: Reading, background: Background) -> list[Fault]:
        """What the clause and the occupation's schooling still ask for."""
        found = self._schooling(row, background)
        if self._only_clause and "clause" not in row.bad:
            row.values.setdefault("clause", self._only_clause)
        code = row.values.get("clause")
        if code:
            found += self.conditions.prove(row, code, background)
        elif "clause" not in row.bad:
            admitted = labels(self.conditions.clauses.values())
            found.append(Fault("clause", "required", "未填写申报条件", f"请填写：{admitted}"))
        return found

    def _schooling(self, row: Reading, background: Background) -> list[Fault]:
        """普通受教育程度 bars only where both sides are known; where the person's isn't, it is asked for (SPEC 4)."""
        if not self.target.minimum_schooling or "schooling" in row.bad:
            return []
        if short := eligibility.schooling_short(self.target, background):
            have = Schooling(background.schooling).label
            return [Fault("schooling", "schooling", f"{short}，此处是{have}", "请核对；如无误，不能申报本职业")]
        if background.schooling:
            return []
        least = Schooling(self.target.minimum_schooling).label
        return [Fault("schooling", "schooling", "未填写文化程度", f"本职业要求{least}及以上，请填写", stops=False)]

    def _notice_codes(self, row: Reading) -> None:
        for key in ("work_code", "held_code"):
            code = row.values.get(key)
            if code and code not in self.occupations and not self.target.counts(code):
                row.hint(key, "word", f"目录中没有职业编码 {code}", "请对照《国家职业分类大典》核对")

    def _read_code(self, text: str) -> str:
        """An occupation's code; its name in the directory will do too."""
        if (code := self._codes.get(text)) is not None:
            return code
        typed = plain(text).upper()
        if found := CODE.search(typed) or COMPACT_CODE.fullmatch(typed):
            return "-".join(found.groups())
        if (code := self._codes.get(typed)) is None:
            raise Unread("word", f"{quoted(text)}不是职业编码", "请填写编码，形如 4-04-05-05；与申报职业相同的可不填")
        return code


@dataclass(frozen=True)
class Person:
    """What the database knows of a row's person, beside the row and its own application.

    `banned_until` is the last day of a ban in force. `own_open` is an open application made from another row of the
    same group, `open_application` any other one for the same occupation, work type and level. `credits` are the
    offering's subjects that live credits at its provider cover; `proven` says that a resit on them goes on with an
    earlier application, whose clause and papers hold. `void_certificates` are numbers the portal recorded as void.
    """

    banned_until: date | None = None
    open_application: bool = False
    own_open: bool = False
    credits: tuple[str, ...] = ()
    proven: bool = False
    void_certificates: frozenset[str] = frozenset()


def person_faults(standing: Person, facts: RowFacts, rules: RosterRules) -> tuple[Fault, ...]:
    """What the database holds against a row (SPEC 5.4, 9.3, 10), in words an institution may read.

    Nothing is told of whose application stands in the way, nor of what a ban is for.
    """
    found = []
    if standing.banned_until and standing.banned_until >= rules.on:
        free = cn_date(standing.banned_until + timedelta(days=1))
        found.append(Fault("id_number", "ban", BANNED.format(day=free), "请移除该行，届时再申报"))
    if standing.own_open:
        found.append(Fault("id_number", "open", "该人员已在本团体申报", "请移除该行"))
    elif standing.open_application:
        found.append(Fault("id_number", "open", OPEN, "请移除该行；办结或退考后可再次申报"))
    if facts.stated.held_number in standing.void_certificates:
        found.append(Fault("held_number", "certificate", "持有证书已作废", "请核对证书编号；不能以作废的证书申报"))
    found += kinds.credit_faults(facts.kind, facts.subjects, rules.subjects, standing.credits)
    if facts.kind == kinds.RESIT and not standing.proven:
        found += facts.unproved
    return tuple(found)


def age_faults(facts: RowFacts, rules: RosterRules, on: date) -> tuple[Fault, ...]:
    """The upper ages that a row's person has passed by a day (SPEC 13); a resit goes on with what was approved."""
    if facts.kind == kinds.RESIT:
        return ()
    return tuple(
        Fault(
            "id_number",
            "age",
            f"{one.text}：申报当日不超过 {one.limit} 周岁，最后可申报日为 {cn_date(last)}",
            "请核对证件；如无误，请移除该行",
        )
        for one, last in outgrown(rules.extra, facts.born, on)
    )


def _ask_for_photo(row: Reading) -> None:
    name = row.values.get("photo_name")
    message = f"照片包中没有{quoted(name)}" if name else "没有照片"
    row.stop("photo_name", "photo", message, NO_PHOTO)
