"""Who is on duty in a session, how many are missing, and who is wanted in two places (SPEC 7.5, 7.7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any

from django.db.models import Count, F, Max, Min, Prefetch, Q, QuerySet

from scheduling.enums import DutyRole, SessionState
from scheduling.models import Duty, ExamSession, ExamStaff, Sitting, StaffingNorm
from scheduling.queries.clashes import Taken, staff_taken
from scheduling.staffing import DEFAULT, Gap, Need, Norm, Person, needed
from skilleval.core.clock import SHANGHAI
from skilleval.core.dates import last_of_month
from skilleval.core.wording import cn_day, cn_time


@dataclass
class Post:
    """A sitting with what it wants and who is there."""

    sitting: Any
    need: Need
    duties: list[Duty] = field(default_factory=list)

    @property
    def missing(self) -> int:
        """How many of the subject's own role are still wanted."""
        return self.need.missing(sum(duty.role == self.need.role for duty in self.duties))

    @property
    def missing_word(self) -> str:
        """How many are missing, as a tag says it."""
        return f"{self.missing} 人"

    @property
    def role_word(self) -> str:
        """The subject's own role."""
        return str(DutyRole(self.need.role).label)

    @property
    def shortage(self) -> str:
        """What is missing, in words; empty if nothing is."""
        if not self.missing:
            return ""
        room = f" {self.sitting.room.name}" if self.sitting.room else "（考场未定）"
        odd = "（须为单数）" if self.need.odd else ""
        return (
            f"{self.sitting.get_subject_display()}{room}，{_when(self.sitting)}，{self.sitting.people} 人："
            f"{self.role_word}至少 {self.need.least} 人{odd}，还差 {self.missing} 人"
        )


def shortages(session: ExamSession) -> list[str]:
    """What a session's sittings still want of exam staff, in words; a warning, no bar to publishing."""
    return shortages_of([session])[session.pk]


def shortages_of(sessions: Iterable[ExamSession]) -> dict[int, list[str]]:
    """The same for many sessions, by their ids, in as many queries."""
    rows = posts_of(sessions)
    return {pk: [post.shortage for post in posts if post.missing] for pk, posts in rows.items()}


def posts(session: ExamSession) -> list[Post]:
    """A session's sittings with what each wants and has, by time and room."""
    return posts_of([session])[session.pk]


def posts_of(sessions: Iterable[ExamSession]) -> dict[int, list[Post]]:
    """The same for many sessions, by their ids."""
    found: dict[int, list[Post]] = {session.pk: [] for session in sessions}
    rows: list[Any] = list(_sittings(found))
    norms = _norms(rows)
    for sitting in rows:
        batch = sitting.session.batch
        norm = norms(batch.offering.provider_id, batch.offering.work_type.occupation_id)
        need = needed(sitting.subject, sitting.people, norm)
        found[sitting.session_id].append(Post(sitting, need, list(sitting.duties.all())))
    return found


def staff_conflicts(session: ExamSession, *, with_proposed: bool = True) -> list[str]:
    """Staff of a session who are wanted elsewhere at the same time, or may not be called on any more, in words.

    Published sessions stand in the way of publishing this one; proposed ones are a warning.
    """
    return staff_conflicts_of([session], with_proposed=with_proposed)[session.pk]


def staff_conflicts_of(sessions: Iterable[ExamSession], *, with_proposed: bool = True) -> dict[int, list[str]]:
    """The same for many sessions, by their ids, in as many queries."""
    states = (SessionState.PUBLISHED, SessionState.PROPOSED) if with_proposed else (SessionState.PUBLISHED,)
    found: dict[int, list[Duty]] = {session.pk: [] for session in sessions}
    rows = Duty.objects.filter(sitting__session__in=found).select_related("staff", "sitting__room")
    for duty in rows.order_by("during", "pk"):
        found[duty.sitting.session_id].append(duty)
    sittings = {duty.sitting_id: duty.sitting for duties in found.values() for duty in duties}
    wanted = [Taken(one.session_id, one.pk, one.starts, one.ends) for one in sittings.values()]
    elsewhere = staff_taken(wanted, states)
    return {pk: [*_within(duties), *elsewhere.get(pk, ()), *_inactive(duties)] for pk, duties in found.items()}


def pool(session: ExamSession) -> list[tuple[ExamStaff, Person]]:
    """Whom the provider may call on, by name, with when they are taken by this or another session, in three queries."""
    this_month = Count("duties", filter=Q(duties__during__overlap=_month(session.held_on)))
    rows = ExamStaff.objects.filter(provider=session.batch.offering.provider_id, active=True)
    rows = rows.annotate(this_month=this_month).prefetch_related("occupations").order_by("name", "unit", "pk")
    taken = _taken(session)
    return [(staff, person_of(staff, tuple(taken[staff.pk]), staff.this_month)) for staff in rows]


def person_of(staff: ExamStaff, taken: tuple[tuple[datetime, datetime], ...] = (), duties: int = 0) -> Person:
    """Somebody as `scheduling.staffing` sees them."""
    bound = frozenset(occupation.pk for occupation in staff.occupations.all())
    return Person(staff.pk, frozenset(staff.roles), bound, taken, duties)


def gap_of(post: Post) -> Gap:
    """What is missing in a post, for `scheduling.staffing.fill`."""
    sitting = post.sitting
    occupation = sitting.session.batch.offering.work_type.occupation_id
    return Gap(sitting.pk, post.need.role, occupation, sitting.starts, sitting.ends, post.missing)


def busy(sitting: Sitting) -> QuerySet[Duty]:
    """Duties at a sitting's time that bar others: the session's own, and published ones."""
    same_time = Duty.objects.filter(during__overlap=sitting.during)
    return same_time.filter(Q(live=True) | Q(sitting__session=sitting.session_id))


def _taken(session: ExamSession) -> dict[int, list[tuple[datetime, datetime]]]:
    """When staff are on duty on the days of a session, by their ids; cancelled sessions take nobody."""
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    span = session.sittings.aggregate(first=Min("during__startswith"), last=Max("during__endswith"))
    if span["first"] is None:
        return found
    duties = Duty.objects.filter(during__overlap=(span["first"], span["last"]))
    for duty in duties.exclude(sitting__session__state=SessionState.CANCELLED):
        found[duty.staff_id].append((duty.starts, duty.ends))
    return found


def _month(day: date) -> tuple[datetime, datetime]:
    last = last_of_month(day.year, day.month) + timedelta(days=1)
    return tuple(datetime(end.year, end.month, end.day, tzinfo=SHANGHAI) for end in (day.replace(day=1), last))  # type: ignore[return-value]


def _sittings(sessions: Iterable[int]) -> QuerySet[Sitting]:
    named = Prefetch("duties", Duty.objects.select_related("staff").order_by("role", "staff__name", "pk"))
    rows = Sitting.objects.filter(session__in=list(sessions)).annotate(people=Count("seats"))
    rows = rows.select_related("room__venue", "session__batch__offering__work_type")
    return rows.prefetch_related(named).order_by("during", F("room__name").asc(nulls_last=True), "pk")


def _norms(sittings: Sequence[Sitting]) -> Any:
    """Finds the norm of a provider and occupation: its own, else the provider's for all, else the default."""
    providers = {sitting.session.batch.offering.provider_id for sitting in sittings}
    rows = {
        (norm.provider_id, norm.occupation_id): norm for norm in StaffingNorm.objects.filter(provider__in=providers)
    }

    def norm_of(provider: int, occupation: int) -> Norm:
        row = rows.get((provider, occupation)) or rows.get((provider, None))
        return _norm(row) if row else DEFAULT

    return norm_of


def _norm(row: StaffingNorm) -> Norm:
    return Norm(row.people_per_invigilator, row.invigilators_a_room, row.examiners, row.reviewers, row.odd)


def _within(duties: Sequence[Duty]) -> Iterator[str]:
    by_staff = defaultdict(list)
    for duty in duties:
        by_staff[duty.staff_id].append(duty)
    for same in by_staff.values():
        for first, second in combinations(same, 2):
            if first.starts < second.ends and second.starts < first.ends:
                yield (
                    f"考务人员冲突：{first.staff}在{_when(first)}同时安排在本场的"
                    f"{_place(first)}和{_place(second)}，请换人"
                )


def _inactive(duties: Sequence[Duty]) -> Iterator[str]:
    for staff in dict.fromkeys(duty.staff for duty in duties if not duty.staff.active):
        yield f"考务人员{staff}已停用，请换人"


def _place(duty: Duty) -> str:
    room = duty.sitting.room
    return f"{duty.sitting.get_subject_display()}{f' {room.name}' if room else ''}"


def _when(timed: Any) -> str:
    return f"{cn_day(timed.starts)} {cn_time(timed.starts)}–{cn_time(timed.ends)}"
