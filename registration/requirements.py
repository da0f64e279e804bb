"""The building blocks of eligibility clauses (SPEC 4, table and decisions). Clauses put them together as data.

Each block answers one question, `first_met`: the first day, from `start` on, on which it is met if the stated facts
simply go on; None if time alone won't do. It is met on a day if that day is the answer. What is dated after a day
doesn't count on it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from registration.background import Background, Job, Study, Target
from registration.enums import ClassKind, SchoolKind, StudyStatus, TitleGrade
from registration.experience import worked_so_far, worked_years
from skilleval.catalogue.enums import Level
from skilleval.core.dates import Span, anniversary


class Requirement(Protocol):
    """One condition of a clause."""

    def first_met(self, target: Target, background: Background, start: date) -> date | None:
        """The first day from `start` on that meets the condition."""
        ...

    def missing(self, target: Target, background: Background, on: date) -> str:
        """What is missing on a day that doesn't meet it, in plain Chinese."""
        ...


@dataclass(frozen=True)
class MinimumAge:
    """年满 N 周岁 on the day of submission; without a birth date nobody is known to be (SPEC 4)."""

    years: int

    def first_met(self, target: Target, background: Background, start: date) -> date | None:
        return max(anniversary(background.born, self.years), start) if background.born else None

    def missing(self, target: Target, background: Background, on: date) -> str:
        if background.born is None:
            return "尚未填写出生日期"
        return f"未满 {self.years} 周岁（{_day(anniversary(background.born, self.years))}年满 {self.years} 周岁）"


@dataclass(frozen=True)
class IntendsToWork:
    """拟从事本职业或相关职业工作 (clause 5.1)."""

    def first_met(self, target: Target, background: Background, start: date) -> date | None:
        return start if background.intends_to_work else None

    def missing(self, target: Target, background: Background, on: date) -> str:
        return "尚未填写拟从事本职业或相关职业的意向"


@dataclass(frozen=True)
class WorksNow:
    """正在从事本职业或相关职业工作 (clause 5.2): a job begun by the day and not ended by it."""

    def first_met(self, target: Target, background: Background, start: date) -> date | None:
        days = [
            max(job.start, start)
            for job in _jobs(target, background)
            if job.end is None or job.end > max(job.start, start)
        ]
        return min(days, default=None)

    def missing(self, target: Target, background: Background, on: date) -> str:
        return "目前没有从事本职业或相关职业的工作经历"


@dataclass(frozen=True)
class Certificate:
    """持有本职业或相关职业某一等级的证书, for `years` where the clause says so (clauses 2.4, 2.5, 3.5)."""

    level: str
    years: int = 0

    def first_met(self, target: Target, background: Background, start: date) -> date | None:
        issued = self.earliest(target, background)
        return max(anniversary(issued, self.years), start) if issued else None

    def missing(self, target: Target, background: Background, on: date) -> str:
        issued = self.earliest(target, background)
        if issued is None or issued > on:
            return f"尚未取得本职业或相关职业{_level(self.level)}证书"
        return f"取得{_level(self.level)}证书未满 {self.years} 年（取得日期 {_day(issued)}）"

    def earliest(self, target: Target, background: Background) -> date | None:
        """The day of the earliest such certificate, of exactly the level the clause names."""
        days = (c.issued for c in background.certificates if c.level == self.level and target.counts(c.code))
        return min(days, default=None)


@dataclass(frozen=True)
class MatchingTitle:
    """取得符合专业对应关系的职称; `qualifications`: 专业技术人员职业资格 counts too (not in clause 1.2)."""

    grade: str
    qualifications: bool = True

    def first_met(self, target: Target, background: Background, start: date) -> date | None:
        obtained = self.earliest(target, background)
        return max(obtained, start) if obtained else None

    def missing(self, target: Target, background: Background, on: date) -> str:
        kinds = "职称（或专业技术人员职业资格）" if self.qualifications else "职称"
        return f"尚未取得符合专业对应关系的{TitleGrade(self.grade).label}{kinds}"

    def earliest(self, target: Target, background: Background) -> date | None:
        """The day of the earliest such title, of exactly the grade the clause names."""
        days = (
            title.obtained
            for title in background.titles
            if title.matches and title.grade == self.grade and (self.qualifications or not title.qualification)
        )
        return min(days, default=None)


@dataclass(frozen=True)
class Worked:
    """累计从事本职业或相关职业工作满 N 年; with `since`, counted from the earliest such certificate or title on."""

    years: int
    since: Certificate | MatchingTitle | None = None

    def first_met(self, target: Target, background: Background, start: date) -> date | None:
        jobs = _jobs(target, background)
        since = self.since.earliest(target, background) if self.since else None
        if not jobs or (self.since and since is None):
            return None
        if worked_years(jobs, self.years, on=start, since=since):
            return start
        latest = max([start, *([since] if since else []), *(job.end or job.start for job in jobs)])
        return _first_day(
            lambda day: worked_years(jobs, self.years, on=day, since=since),
            start,
            anniversary(latest, self.years) if any(job.end is None for job in jobs) else latest,
        )

    def missing(self, target: Target, background: Background, on: date) -> str:
        since = self.since.earliest(target, background) if self.since else None
        if self.since and (since is None or since > on):
            return self.since.missing(target, background, on)
        done = worked_so_far(_jobs(target, background), on=on, since=since)
        when = f"自 {_day(since)} 起" if since else ""
        return f"{when}从事本职业或相关职业工作{_span(done)}，未满 {self.years} 年"


@dataclass(frozen=True)
class Studied:
    """Graduate or student of certain schools. Empty `classes` or `majors` admit any; see Study for the dates."""

    schools: frozenset[str]
    statuses: frozenset[str]
    classes: frozenset[str] = frozenset()
    majors: frozenset[str] = frozenset()
    validated: bool = False

    def first_met(self, target: Target, background: Background, start: date) -> date | None:
        days = (study.graduated_on for study in background.studies if self._admits(study))
        return min((max(day or start, start) for day in days), default=None)

    def missing(self, target: Target, background: Background, on: date) -> str:
        programme = "经评估论证的" if self.validated else ""
        majors = "本专业或相关专业的" if self.majors else ""
        classes = f"{_names(ClassKind, self.classes)}" if self.classes else ""
        return (
            f"没有{programme}{majors}{_names(SchoolKind, self.schools)}{classes}"
            f"（{_names(StudyStatus, self.statuses)}）的学历"
        )

    def _admits(self, study: Study) -> bool:
        return (
            study.school in self.schools
            and study.status in self.statuses
            and (not self.classes or study.school_class in self.classes)
            and (not self.majors or study.major in self.majors)
            and (study.validated or not self.validated)
        )


def _first_day(met: Callable[[date], bool], start: date, end: date) -> date | None:
    """The first day of start..end for which `met` holds, given that it never turns false again."""
    if not met(end):
        return None
    low, high = start, end
    while low < high:
        middle = low + timedelta(days=(high - low).days // 2)
        low, high = (low, middle) if met(middle) else (middle + timedelta(days=1), high)
    return low


def _jobs(target: Target, background: Background) -> list[Job]:
    return [job for job in background.jobs if target.counts(job.code)]


def _level(level: str) -> str:
    return str(Level(level).label)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _span(span: Span) -> str:
    parts = [f"{n} {unit}" for n, unit in ((span.years, "年"), (span.months, "个月"), (span.days, "天")) if n]
    return "累计 " + " ".join(parts) if parts else "累计 0 天"


def _names(kinds: type[SchoolKind] | type[ClassKind] | type[StudyStatus], values: frozenset[str]) -> str:
    """The Chinese words of some choices, in the order the choices are declared."""
    return "、".join(str(kind.label) for kind in kinds if kind.value in values)
