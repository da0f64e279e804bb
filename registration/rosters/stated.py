"""What a row states of work, certificate, study and title: as facts for the rules, and as an application keeps it.

A row has at most one of each. One that isn't stated in full is left aside: it can't prove anything (SPEC 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from registration import background as facts
from registration.enums import MajorMatch, SchoolKind
from registration.rosters.columns import COLUMN
from registration.rosters.people import Identity
from registration.rosters.reading import Reading
from registration.rosters.words import quoted
from skilleval.catalogue.enums import Level
from skilleval.core.dates import anniversary

TECHNICAL_SCHOOLS = (SchoolKind.TECHNICAL, SchoolKind.SENIOR_TECHNICAL, SchoolKind.TECHNICIAN)
NUMBER_FORMS = "等级证书 22 位，职业资格证书 16 位数字"


@dataclass(frozen=True)
class Block:
    """Columns that state one thing together: without `whole` it isn't stated, and each of `claims` begins it."""

    called: str
    whole: tuple[str, ...]
    claims: tuple[str, ...]


WORK = Block("工作经历", ("work_from",), ("work_from", "work_to"))
CERTIFICATE = Block("持有证书", ("held_level", "held_on"), ("held_level", "held_on", "held_number"))
STUDY = Block(
    "学历", ("school_name", "school", "major_name", "study_status"), ("school", "class_kind", "major", "study_status")
)
TITLE = Block("职称", ("title_grade", "title_on"), ("title_grade", "title_on"))
BLOCKS = (WORK, CERTIFICATE, STUDY, TITLE)


@dataclass(frozen=True)
class Stated:
    """A row's background: `facts` for the rules, `kept` in the shape of `queries.backgrounds.snapshot`."""

    facts: facts.Background
    kept: dict[str, Any]


def check_dates(row: Reading, born: date | None, on: date) -> None:
    """Days that have come, in their order, and not before the person was born."""
    values = row.values
    for key in ("work_from", "work_to", "held_on", "title_on"):
        if (day := values.get(key)) is None:
            continue
        title = COLUMN[key].title
        if day > on:
            cure = "仍在从事的，请清空此格；填错的，请更正" if key == "work_to" else "请核对后更正"
            row.stop(key, "date", f"{title} {day} 还没有到", cure)
        elif born and day < born:
            row.stop(key, "date", f"{title} {day} 早于出生日期", "请核对后更正")
    start, end = values.get("work_from"), values.get("work_to")
    if start and end and end <= start:
        row.stop("work_to", "date", f"从事职业截止日期 {end} 不晚于起始日期", "请核对；截止日期填最后工作日的次日")


def check_study(row: Reading) -> None:
    """班级类别 exists at technical schools only."""
    school, class_kind = row.values.get("school"), row.values.get("class_kind")
    if school and class_kind and school not in TECHNICAL_SCHOOLS:
        label = SchoolKind(school).label
        row.stop("class_kind", "word", f"{label}没有班级类别", "请清空此格；学校类别填错的，请更正学校类别")


def state(row: Reading, person: Identity | None, target: facts.Target, on: date) -> Stated:
    """Put together what is stated in full."""
    jobs, work = _work(row.values, target)
    certificates, held = _certificates(row.values, target)
    studies, education = _studies(row.values)
    titles, obtained = _titles(row.values)
    born, schooling = person.born if person else None, row.values.get("schooling", "")
    # an officer who enters somebody for an occupation states that they mean to work in it, as a new record does
    stated = facts.Background(born, True, jobs, certificates, studies, titles, schooling)
    kept = {
        "as_of": on.isoformat(),
        "born": born.isoformat() if born else None,
        "schooling": schooling,
        "employer": "",
        "intends_to_work": True,
        "work": work,
        "education": education,
        "certificates": held,
        "titles": obtained,
    }
    return Stated(stated, kept)


def notice(row: Reading, person: Identity | None, target: facts.Target, minimum_age: int) -> None:
    """Hints on what was stated: left incomplete, doubtful, or of a form that isn't known."""
    values = row.values
    for block in BLOCKS:
        if any(key in values for key in block.claims):
            _incomplete(row, block)
    start = values.get("work_from")
    if person and start and start < anniversary(person.born, minimum_age):
        row.hint(
            "work_from", "date", f"从事职业起始日期 {start} 时未满 {minimum_age} 周岁", "请核对；评价机构审核时会核实"
        )
    if "held_level" in values or "held_number" in values:
        _notice_certificate(row, target)


def _incomplete(row: Reading, block: Block) -> None:
    missing = [key for key in block.whole if key not in row.values]
    if missing and not {fault.column for fault in row.faults}.intersection(missing):
        titles = "、".join(COLUMN[key].title for key in missing)
        row.hint(missing[0], "evidence", f"{block.called}没有填全，不作为申报依据", f"请补填{titles}；不需要的请清空")


def _notice_certificate(row: Reading, target: facts.Target) -> None:
    number = row.values.get("held_number")
    if number and not (len(number) == 22 and number.isascii() and number.isalnum()) and not _old(number):
        row.hint("held_number", "certificate", f"证书编号 {quoted(number)} 的位数不常见", f"{NUMBER_FORMS}，请核对")
    same = row.values.get("held_code", target.code) == target.code
    if same and row.values.get("held_level") == target.level:
        row.hint("held_level", "certificate", f"已持有本职业{Level(target.level).label}证书", "请核对是否需要再次申报")


def _old(number: str) -> bool:
    return len(number) == 16 and number.isascii() and number.isdigit()


def _work(values: dict[str, Any], target: facts.Target) -> tuple[tuple[facts.Job, ...], list[dict[str, Any]]]:
    if (start := values.get("work_from")) is None:
        return (), []
    code, end = values.get("work_code", target.code), values.get("work_to")
    kept = {"employer": "", "position": "", "code": code}
    return (facts.Job(code, start, end),), [{**kept, "from": start.isoformat(), "to": end.isoformat() if end else None}]


def _certificates(
    values: dict[str, Any], target: facts.Target
) -> tuple[tuple[facts.HeldCertificate, ...], list[dict[str, Any]]]:
    level, issued = values.get("held_level"), values.get("held_on")
    if level is None or issued is None:
        return (), []
    code = values.get("held_code", target.code)
    kept = {"code": code, "level": level, "number": values.get("held_number", ""), "issued": issued.isoformat()}
    return (facts.HeldCertificate(code, level, issued),), [{**kept, "issuer": ""}]


def _studies(values: dict[str, Any]) -> tuple[tuple[facts.Study, ...], list[dict[str, Any]]]:
    if not all(key in values for key in STUDY.whole):
        return (), []
    school, status = values["school"], values["study_status"]
    class_kind, major = values.get("class_kind", ""), values.get("major", MajorMatch.UNRELATED.value)
    validated = values.get("validated", False)
    kept = {
        "school_name": values["school_name"],
        "school": school,
        "class": class_kind,
        "major_name": values["major_name"],
        "major": major,
        "status": status,
        "graduated_on": None,  # a roster doesn't ask for the day; the status is believed
        "validated_programme": validated,
    }
    return (facts.Study(school, class_kind, major, status, validated),), [kept]


def _titles(values: dict[str, Any]) -> tuple[tuple[facts.Title, ...], list[dict[str, Any]]]:
    grade, obtained = values.get("title_grade"), values.get("title_on")
    if grade is None or obtained is None:
        return (), []
    matches = values.get("title_matches", False)
    kept = {"name": "", "grade": grade, "obtained": obtained.isoformat(), "matches": matches, "qualification": False}
    return (facts.Title(grade, obtained, matches),), [kept]
