"""What a row states of work, certificate, study and title: as facts for the rules, and as an application keeps it.

A row has at most one of each. One that isn't stated in full is left aside: it can't prove anything (SPEC 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from registration.background import CERTIFICATE_NUMBER, Background, HeldCertificate, Job, Study, Target, Title
from registration.enums import TECHNICAL_SCHOOLS, MajorMatch, SchoolKind
from registration.rosters.columns import COLUMN
from registration.rosters.reading import Reading
from registration.rosters.words import quoted
from skilleval.catalogue.enums import Level
from skilleval.core.dates import anniversary

UNRELATED = MajorMatch.UNRELATED.value
NUMBER_FORMS = "等级证书 22 位，职业资格证书 16 位数字"


@dataclass(frozen=True)
class Block:
    """Columns that state one thing together: without `whole` it isn't stated, and each of `claims` begins it."""

    called: str
    whole: tuple[str, ...]
    claims: frozenset[str]


WORK = Block("工作经历", ("work_from",), frozenset({"work_to"}))
CERTIFICATE = Block("持有证书", ("held_level", "held_on"), frozenset({"held_level", "held_on", "held_number"}))
STUDY = Block(
    "学历",
    ("school_name", "school", "major_name", "study_status"),
    frozenset({"school", "class_kind", "major", "study_status"}),
)
TITLE = Block("职称", ("title_grade", "title_on"), frozenset({"title_grade", "title_on"}))


class Stated(NamedTuple):
    """A row's background: `facts` for the rules, and the texts that go with them.

    A tuple, since one is made for every row of every check; what an application keeps is put together when it is asked
    for.
    """

    facts: Background
    as_of: date
    held_number: str = ""
    school_name: str = ""
    major_name: str = ""

    def kept(self) -> dict[str, Any]:
        """The background in the shape of `queries.backgrounds.snapshot`."""
        known = self.facts
        return {
            "as_of": self.as_of.isoformat(),
            "born": known.born.isoformat() if known.born else None,
            "schooling": known.schooling,
            "employer": "",
            "intends_to_work": known.intends_to_work,
            "work": [_job(job) for job in known.jobs],
            "education": [self._study(study) for study in known.studies],
            "certificates": [self._certificate(held) for held in known.certificates],
            "titles": [_title(title) for title in known.titles],
        }

    def _study(self, study: Study) -> dict[str, Any]:
        return {
            "school_name": self.school_name,
            "school": study.school,
            "class": study.school_class,
            "major_name": self.major_name,
            "major": study.major,
            "status": study.status,
            "graduated_on": None,  # a roster doesn't ask for the day; the status is believed
            "validated_programme": study.validated,
        }

    def _certificate(self, held: HeldCertificate) -> dict[str, Any]:
        issued = held.issued.isoformat()
        return {"code": held.code, "level": held.level, "number": self.held_number, "issued": issued, "issuer": ""}


def _job(job: Job) -> dict[str, Any]:
    until = job.end.isoformat() if job.end else None
    return {"employer": "", "position": "", "code": job.code, "from": job.start.isoformat(), "to": until}


def _title(title: Title) -> dict[str, Any]:
    return {
        "name": "",
        "grade": title.grade,
        "obtained": title.obtained.isoformat(),
        "matches": title.matches,
        "qualification": title.qualification,
    }


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


def state(row: Reading, born: date | None, target: Target, on: date) -> Stated:
    """Put together what is stated in full."""
    values = row.values
    known = Background(
        born,
        True,  # an officer who enters somebody states that they mean to work in the occupation, as a new record does
        _jobs(values, target),
        _certificates(values, target),
        _studies(values),
        _titles(values),
        values.get("schooling", ""),
    )
    texts = (values.get("held_number", ""), values.get("school_name", ""), values.get("major_name", ""))
    return Stated(known, on, *texts)


def notice(row: Reading, background: Background, target: Target, minimum_age: int) -> None:
    """Hints on what was stated: left incomplete, doubtful, or of a form that isn't known."""
    values = row.values
    found = (background.jobs, background.certificates, background.studies, background.titles)
    for block, whole in zip((WORK, CERTIFICATE, STUDY, TITLE), found, strict=True):
        if not whole and not values.keys().isdisjoint(block.claims):
            _incomplete(row, block)
    if background.born and background.jobs:
        _notice_youth(row, background.born, background.jobs[0].start, minimum_age)
    if "held_level" in values or "held_number" in values:
        _notice_certificate(row, target)


def _notice_youth(row: Reading, born: date, start: date, minimum_age: int) -> None:
    """Work before the minimum age is doubtful (SPEC 4)."""
    if start.year - born.year <= minimum_age and start < anniversary(born, minimum_age):
        message = f"从事职业起始日期 {start} 时未满 {minimum_age} 周岁"
        row.hint("work_from", "date", message, "请核对；评价机构审核时会核实")


def _incomplete(row: Reading, block: Block) -> None:
    missing = [key for key in block.whole if key not in row.values]
    if missing and not {fault.column for fault in row.faults}.intersection(missing):
        titles = "、".join(COLUMN[key].title for key in missing)
        row.hint(missing[0], "evidence", f"{block.called}没有填全，不作为申报依据", f"请补填{titles}；不需要的请清空")


def _notice_certificate(row: Reading, target: Target) -> None:
    number = row.values.get("held_number")
    if number and not CERTIFICATE_NUMBER.fullmatch(number):
        row.hint("held_number", "certificate", f"证书编号 {quoted(number)} 的位数不常见", f"{NUMBER_FORMS}，请核对")
    same = row.values.get("held_code", target.code) == target.code
    if same and row.values.get("held_level") == target.level:
        row.hint("held_level", "certificate", f"已持有本职业{Level(target.level).label}证书", "请核对是否需要再次申报")


def _jobs(values: dict[str, Any], target: Target) -> tuple[Job, ...]:
    if (start := values.get("work_from")) is None:
        return ()
    return (Job(values.get("work_code", target.code), start, values.get("work_to")),)


def _certificates(values: dict[str, Any], target: Target) -> tuple[HeldCertificate, ...]:
    level, issued = values.get("held_level"), values.get("held_on")
    if level is None or issued is None:
        return ()
    return (HeldCertificate(values.get("held_code", target.code), level, issued),)


def _studies(values: dict[str, Any]) -> tuple[Study, ...]:
    school, status = values.get("school"), values.get("study_status")
    if school is None or status is None or "school_name" not in values or "major_name" not in values:
        return ()
    major, validated = values.get("major", UNRELATED), values.get("validated", False)
    return (Study(school, values.get("class_kind", ""), major, status, validated),)


def _titles(values: dict[str, Any]) -> tuple[Title, ...]:
    grade, obtained = values.get("title_grade"), values.get("title_on")
    if grade is None or obtained is None:
        return ()
    return (Title(grade, obtained, values.get("title_matches", False)),)
