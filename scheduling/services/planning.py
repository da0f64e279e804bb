"""Staff move a proposed session in time (SPEC 7.4, 7.5). Published sessions aren't moved here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from scheduling import policy
from scheduling.enums import SessionState
from scheduling.models import Batch, ExamSession, Sitting
from scheduling.queries.dates import period_of
from scheduling.services.guard import check_now, refusing
from scheduling.timetable import Part, Span, Timing, timetable
from skilleval.accounts.models import User
from skilleval.catalogue.enums import SubjectKind
from skilleval.catalogue.models import Subject
from skilleval.core import audit
from skilleval.core.errors import Refused
from skilleval.core.policy import require
from skilleval.core.wording import cn_date, cn_period, cn_time

SOURCE = "公告二（三）时间安排"


@refusing
@transaction.atomic
def set_time(
    session: ExamSession,
    *,
    held_on: date,
    starts_at: time,
    by: User,
    at: datetime,
    reason: str = "",
    elsewhen: Mapping[str, date] | None = None,
) -> ExamSession:
    """Date a proposed session and start its first subject at `starts_at`; the others follow (SPEC 7.4).

    `elsewhen` gives later days to subjects, where the provider's needn't be on one day. `reason` is required, and only
    kept, for a day outside the window's assessment period. Raises Refused otherwise, and for moments gone by and starts
    so late that a subject wouldn't end on its day.
    """
    session = locked(session, by=by)
    timing = Timing(held_on, starts_at, {kind: day for kind, day in (elsewhen or {}).items() if day != held_on})
    check_days(session, timing, reason.strip(), at)
    inside = all(day in period_of(session.batch.window) for day in (held_on, *timing.elsewhen.values()))
    session.held_on = held_on
    session.period_override_reason = "" if inside else reason.strip()
    session.save(update_fields=["held_on", "period_override_reason"])
    retime(session, timing)
    audit.record("session.timed", by=by, obj=session, held_on=held_on.isoformat(), starts_at=f"{starts_at:%H:%M}")
    check_now()
    return session


def locked(session: ExamSession, *, by: User) -> ExamSession:
    """A session that is still a proposal, locked after its batch, for somebody who plans at its provider."""
    return proposals([session], by=by)[0]


def proposals(sessions: Iterable[ExamSession], *, by: User) -> list[ExamSession]:
    """Sessions that are all still proposals, locked as `locked_all` does. Raises Refused where one isn't any more."""
    fresh = locked_all(sessions, by=by)
    for session in fresh:
        if session.state != SessionState.PROPOSED:
            raise Refused(f"第 {session.number} 场{session.get_state_display()}，不能再修改，请刷新后查看")
    return fresh


def locked_all(sessions: Iterable[ExamSession], *, by: User) -> list[ExamSession]:
    """Sessions as they stand, in whatever state, by their ids: locked after all their batches, for who plans them.

    Raises NotAllowed where `by` isn't a scheduler of the provider of each.
    """
    sessions = list(sessions)
    batches = Batch.objects.filter(pk__in={session.batch_id for session in sessions})
    list(batches.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    rows = ExamSession.objects.select_for_update(of=("self",), no_key=True).select_related(
        "batch__window__provider", "batch__offering__provider", "batch__offering__work_type__occupation"
    )
    fresh = list(rows.filter(pk__in={session.pk for session in sessions}).order_by("pk"))
    for session in fresh:
        require(by, policy.SCHEDULE, session.batch.offering.provider)
    return fresh


def check_days(session: ExamSession, timing: Timing, reason: str, at: datetime) -> None:
    """Raise Refused, at the form's field, for days that the rules don't allow a session (SPEC 7.4, 7.5)."""
    period = period_of(session.batch.window)
    if timing.held_on < timezone.localdate(at):
        raise Refused(f"评价日期 {cn_date(timing.held_on)}已过，请改为今天或以后的日期", field="held_on")
    if timing.starts <= at:
        raise Refused(f"今天 {cn_time(timing.starts)} 已过，请改为以后的时间", field="starts_at")
    if timing.elsewhen and session.batch.offering.provider.same_day_subjects:
        raise Refused("各科目须在同一天进行，请不要另定日期", field="held_on", source=SOURCE)
    if any(day < timing.held_on for day in timing.elsewhen.values()):
        raise Refused("科目另定的日期不能早于评价日期，请改期", field="held_on")
    if not reason and any(day not in period for day in (timing.held_on, *timing.elsewhen.values())):
        raise Refused(
            f"评价日期须在本批次评价期内（{cn_period(period.first, period.last)}）；确需超出的，请填写原因",
            field="held_on",
            source=SOURCE,
        )


def timing_of(session: ExamSession) -> Timing:
    """When a session is held now, by its sittings."""
    first = {kind: timezone.localtime(starts) for kind, starts in _first_starts(session).items()}
    elsewhen = {kind: start.date() for kind, start in first.items() if start.date() != session.held_on}
    return Timing(session.held_on, min(start.time() for start in first.values()), elsewhen)


def parts_of(session: ExamSession, turns: Mapping[str, int] | None = None) -> list[Part]:
    """A session's subjects in their order with as many turns as its sittings have, or those given."""
    have = session.sittings.order_by().values_list("subject").annotate(Max("rotation"))
    wanted = dict(have) | dict(turns or {})
    subjects = Subject.objects.filter(offering=session.batch.offering_id).order_by("position")
    return [Part(one.kind, one.minutes, wanted[one.kind]) for one in subjects if one.kind in wanted]


def times_of(timing: Timing, parts: list[Part]) -> dict[str, tuple[Span, ...]]:
    """The timetable, or a refusal that says what to change where it doesn't fit into the day."""
    try:
        return timetable(timing, parts)
    except ValueError as error:
        many = next((part for part in parts if part.turns > 1), None)
        why = f"{SubjectKind(many.subject).label}分 {many.turns} 轮，" if many else ""
        cure = "请提前开始时间" + ("，或增加工位、考场" if many else "")
        raise Refused(f"{why}开始时间太晚，最后一个科目不能在当天结束，{cure}", field="starts_at") from error


def retime(session: ExamSession, timing: Timing) -> None:
    """Give every sitting of a session its turn's time; seats and duties follow."""
    times = times_of(timing, parts_of(session))
    for sitting in session.sittings.all():
        during = times[sitting.subject][sitting.rotation - 1]
        Sitting.objects.filter(pk=sitting.pk).update(during=during)


def _first_starts(session: ExamSession) -> dict[str, datetime]:
    firsts: dict[str, datetime] = {}
    for sitting in session.sittings.order_by("during"):
        firsts.setdefault(sitting.subject, sitting.starts)
    return firsts
