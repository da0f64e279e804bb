"""What happens to an application after its review: confirmed, scheduled, rolled over, withdrawn, lapsed.

Money and seats belong to apps further down; they call these verbs in their own transaction (SPEC 5a).
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, QuerySet

from registration.enums import OPEN_STATES, ApplicationState
from registration.models import Application, RollOver, Window
from registration.services import group_members, notify, wording
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.db import assert_in_transaction
from skilleval.core.errors import Conflict, Refused
from skilleval.core.jobs import emit, emit_all
from skilleval.core.transitions import move, move_many
from skilleval.core.wording import cn_date, cn_period

CONFIRMED = "registration.confirmed"
WITHDRAWN = "registration.withdrawn"
#: In which a decision that makes an application void finds one that was sat; of others the seats are freed first.
SAT_STATES = (ApplicationState.SCHEDULED, ApplicationState.COMPLETED)


def locked(application: Application) -> Application:
    """The application, fresh and locked until the caller's transaction ends, with what its messages name."""
    assert_in_transaction()
    rows = Application.objects.select_for_update(of=("self",))
    return rows.select_related("candidate__user", "offering__provider", "offering__work_type__occupation").get(
        pk=application.pk
    )


def _all_locked(applications: QuerySet[Application]) -> list[Application]:
    """Applications, fresh and locked in the order of their ids, with what their messages name."""
    assert_in_transaction()
    names = ("candidate__user", "offering__provider", "offering__work_type__occupation")
    return list(applications.select_related(*names).order_by("pk").select_for_update(of=("self",)))


def _these(rows: list[Application]) -> QuerySet[Application]:
    return Application.objects.filter(pk__in=[row.pk for row in rows])


@transaction.atomic
def mark_confirmed(application: Application, *, value_on: date, by: User | None, at: datetime) -> Application:
    """The fee is booked, or nothing was to pay: approved → confirmed, counted for the batch (SPEC 7.1).

    `value_on` is the day the money reached the provider's account. Emits CONFIRMED once for each window.
    Raises Conflict in any other state.
    """
    application = locked(application)
    if application.state != ApplicationState.APPROVED:  # scheduled → confirmed is unschedule's
        raise Conflict(f"该申报已是“{application.get_state_display()}”，不在待缴费中")
    move(application, ApplicationState.CONFIRMED, by=by, at=at, confirmed_on=value_on)
    _tell_confirmed([application])
    return application


@transaction.atomic
def mark_all_confirmed(applications: QuerySet[Application], *, value_on: date, by: User | None, at: datetime) -> int:
    """The fee of a whole order is booked: `mark_confirmed` for many, in a handful of statements. Returns how many.

    Raises Conflict, and moves nobody, where one of them isn't approved (any more).
    """
    rows = _all_locked(applications)
    moved = move_many(
        _these(rows), ApplicationState.APPROVED, ApplicationState.CONFIRMED, by=by, at=at, confirmed_on=value_on
    )
    if moved < len(rows):
        raise Conflict("其中有申报刚变更了状态，不在待缴费中，请刷新后查看")
    _tell_confirmed(rows)
    return moved


def again(rows: list[Application], state: str) -> dict[int, str]:
    """The end of each row's keys for having come into a state: "" the first time, then ":1", ":2" … (a payment can be
    undone, and the application confirmed again). In one query, after the move."""
    log = Application.LOG.objects.filter(subject__in=[row.pk for row in rows], to_state=state)  # type: ignore[attr-defined]
    before = dict(log.order_by().values_list("subject").annotate(Count("pk")))
    return {row.pk: f":{before[row.pk] - 1}" if before.get(row.pk, 1) > 1 else "" for row in rows}


def ring_confirmed(rows: list[Application], acts: dict[int, str]) -> None:
    """CONFIRMED, once for each window and confirmation."""
    emit_all(CONFIRMED, {row.pk: f"{CONFIRMED}:{row.pk}:{row.window_id}{acts[row.pk]}" for row in rows})


def _tell_confirmed(rows: list[Application]) -> None:
    acts = again(rows, ApplicationState.CONFIRMED)
    ring_confirmed(rows, acts)
    notify.tell_all(
        notify.Notice(
            candidate=row.candidate,
            about=row,
            cause=f"confirmed:{row.pk}{acts[row.pk]}",
            template=wording.CONFIRMED,
            values=wording.named(row),
            link=notify.page_of(row),
        )
        for row in rows
    )


@transaction.atomic
def mark_scheduled(applications: QuerySet[Application], *, by: User | None, at: datetime) -> int:
    """A seat is published for each: confirmed → scheduled, in one statement. Returns how many moved."""
    return move_many(applications, ApplicationState.CONFIRMED, ApplicationState.SCHEDULED, by=by, at=at)


@transaction.atomic
def unschedule(applications: QuerySet[Application], *, by: User | None, at: datetime, reason: str) -> int:
    """Their session is cancelled: scheduled → confirmed, in one statement. Returns how many moved."""
    return move_many(applications, ApplicationState.SCHEDULED, ApplicationState.CONFIRMED, by=by, at=at, reason=reason)


@transaction.atomic
def roll_over(
    applications: QuerySet[Application],
    *,
    to_window: Window | None,
    reason: str,
    at: datetime,
    offering: Offering | None = None,
) -> int:
    """顺延: confirmed applications move on to `to_window` (None: await the next notice), each with a row and a message.

    `offering` is the same one of a later year's notice, where the window belongs to that. Run again it changes nothing:
    who already left the window isn't in it. Returns how many rolled over (SPEC 7.1).
    """
    waiting = applications.filter(state=ApplicationState.CONFIRMED, window__isnull=False)
    if to_window:
        waiting = waiting.exclude(window=to_window)
    rows = list(
        waiting.select_related("candidate__user", "offering__work_type__occupation", "window")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    RollOver.objects.bulk_create(
        [
            RollOver(application=row, from_window_id=row.window_id, to_window=to_window, reason=reason, at=at)
            for row in rows
            if row.window_id
        ],
        batch_size=1000,
    )
    _enter(rows, to_window, offering)
    notify.tell_all(_rolled_over(row, to_window, reason) for row in rows)
    return len(rows)


@transaction.atomic
def enter_window(
    applications: QuerySet[Application], *, window: Window, at: datetime, offering: Offering | None = None
) -> int:
    """Who awaited the next notice enters a window of it: the open roll-over is completed, and everybody told.

    `offering` is the same one of that notice. Run again it changes nothing. Returns how many entered.
    """
    waiting = applications.filter(state=ApplicationState.CONFIRMED, window=None)
    rows = list(
        waiting.select_related("candidate__user", "offering__work_type__occupation")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    RollOver.objects.filter(application__in=rows, to_window=None).update(to_window=window)
    _enter(rows, window, offering)
    notify.tell_all(_entered(row, window) for row in rows)
    return len(rows)


def _enter(rows: list[Application], window: Window | None, offering: Offering | None) -> None:
    fields = {"window": window} | ({"offering": offering} if offering else {})
    Application.objects.filter(pk__in=[row.pk for row in rows]).update(**fields)


@transaction.atomic
def withdraw(application: Application, *, by: User | None, at: datetime, reason: str) -> Application:
    """退考 before the sitting. Whoever asks has freed seat and order first (desk.verbs.withdraw); emits WITHDRAWN.

    The candidate is told, and where somebody else asked, by whom and why.
    """
    application = locked(application)
    if application.state == ApplicationState.SCHEDULED:
        raise Refused("该申报已排考，不能直接退考，请先由机构考务人员取消座位安排")
    move(application, ApplicationState.WITHDRAWN, by=by, at=at, reason=reason)
    emit(WITHDRAWN, application.pk, key=f"{WITHDRAWN}:{application.pk}")
    own = application.institution is None or (by and application.candidate.user_id == by.pk)
    how = "已退考" if own else f"已由{application.institution}办理退考" + (f"（{reason}）" if reason else "")
    notify.tell(
        application.candidate,
        about=application,
        cause=f"withdrawn:{application.pk}",
        template=wording.WITHDRAWN,
        values=wording.named(application, 办理情况=how),
        link=notify.page_of(application),
        at=at,
    )
    return application


@transaction.atomic
def complete(applications: QuerySet[Application], *, by: User | None, at: datetime) -> int:
    """Their results are published: scheduled → completed, in one statement. Returns how many moved.

    Whoever publishes tells the candidates, with what the result means.
    """
    return move_many(applications, ApplicationState.SCHEDULED, ApplicationState.COMPLETED, by=by, at=at)


@transaction.atomic
def cancel(application: Application, *, by: User | None, at: datetime, reason: str) -> Application:
    """A ban or the provider ends an open application: → cancelled, the candidate is told why (SPEC 5a, 10).

    Whoever asks has freed the seats and ended the unpaid order first. Run again it changes nothing. Raises Refused in a
    state that can't be cancelled.
    """
    return _end(application, ApplicationState.CANCELLED, by=by, at=at, reason=reason)


@transaction.atomic
def cancel_all(applications: QuerySet[Application], *, by: User | None, at: datetime, reason: str) -> list[Application]:
    """The provider ends confirmed applications together: → cancelled, each told why; `cancel` for many (SPEC 5a, 7.8).

    Whoever isn't confirmed any more stays as they are. Returns those that were cancelled.
    """
    rows = _all_locked(applications.filter(state=ApplicationState.CONFIRMED))
    move_many(_these(rows), ApplicationState.CONFIRMED, ApplicationState.CANCELLED, by=by, at=at, reason=reason)
    notify.tell_all(_ended(row, ApplicationState.CANCELLED, reason, at) for row in rows)
    return rows


@transaction.atomic
def void(application: Application, *, by: User | None, at: datetime, reason: str) -> Application:
    """Misconduct under M-1: the qualification is cancelled, → void, the candidate is told why (SPEC 5a, 10).

    As `cancel`; an application with published results can be made void, too.
    """
    return _end(application, ApplicationState.VOID, by=by, at=at, reason=reason)


@transaction.atomic
def restore_sat(application: Application, *, by: User | None, at: datetime, reason: str) -> Application:
    """The decision is lifted: an application made void after it was sat is scheduled, or completed, again (SPEC 10).

    Run again it changes nothing. Raises Refused for one that was made void before it was sat, which is offered anew,
    and while another one for the same is open.
    """
    application = locked(application)
    last = application.log.filter(to_state=ApplicationState.VOID).order_by("id").last()
    if last is None or last.from_state not in SAT_STATES:
        raise Refused("该申报作废前没有参加考试，不能直接恢复，请由参评人员恢复申报")
    if application.state == last.from_state:
        return application
    if last.from_state == ApplicationState.SCHEDULED:
        _check_alone(application)
    move(application, last.from_state, by=by, at=at, reason=reason)
    group_members.stand_again(application)
    return application


def _check_alone(application: Application) -> None:
    same = Application.objects.filter(work_type=application.work_type_id, level=application.level)
    other = same.filter(candidate=application.candidate_id, state__in=OPEN_STATES).exclude(pk=application.pk).first()
    if other:
        raise Refused(f"该人员已另有同一职业（工种）、等级的申报 {other.number} 正在办理，办结或退考后才能恢复")


@transaction.atomic
def go_on_in(application: Application, *, left: Window | None, reason: str, key: str, at: datetime) -> None:
    """Somebody confirmed again has entered its window from `left`: the roll-over is a row, and CONFIRMED is emitted.

    Where the window is the one they left there is nothing to roll over; without one they await the next notice. `key`
    names the cause: the event is emitted once for it.
    """
    window = application.window
    if left is None:
        RollOver.objects.filter(application=application, to_window=None).update(to_window=window)
    elif window is None or window.pk != left.pk:
        RollOver.objects.create(application=application, from_window=left, to_window=window, reason=reason, at=at)
    if window:
        emit(CONFIRMED, application.pk, key=f"{CONFIRMED}:{application.pk}:{window.pk}:{key}")


def _end(application: Application, to: str, *, by: User | None, at: datetime, reason: str) -> Application:
    application = locked(application)
    if application.state == to:
        return application
    move(application, to, by=by, at=at, reason=reason)
    notify.tell_all([_ended(application, to, reason, at)])
    return application


def _ended(application: Application, to: str, reason: str, at: datetime) -> notify.Notice:
    return notify.Notice(
        candidate=application.candidate,
        about=application,
        cause=f"{to}:{application.pk}:{at.isoformat()}",
        template=wording.CANCELLED if to == ApplicationState.CANCELLED else wording.VOIDED,
        values=wording.named(application, 理由=reason.rstrip("。")),
        link=notify.page_of(application),
    )


@transaction.atomic
def lapse(application: Application, *, at: datetime, reason: str) -> Application:
    """A deadline is gone: prelim, returned or approved → lapsed; the candidate is told why."""
    application = locked(application)
    move(application, ApplicationState.LAPSED, by=None, at=at, reason=reason)
    _tell_lapsed([application], reason)
    return application


@transaction.atomic
def lapse_all(applications: QuerySet[Application], *, at: datetime, reason: str) -> int:
    """The time to pay is over for many: approved → lapsed in one statement, each told why. Returns how many lapsed.

    Whoever isn't approved any more stays as they are.
    """
    rows = _all_locked(applications.filter(state=ApplicationState.APPROVED))
    moved = move_many(_these(rows), ApplicationState.APPROVED, ApplicationState.LAPSED, by=None, at=at, reason=reason)
    _tell_lapsed(rows, reason)
    return moved


def _tell_lapsed(rows: list[Application], reason: str) -> None:
    acts = again(rows, ApplicationState.LAPSED)
    notify.tell_all(
        notify.Notice(
            candidate=row.candidate,
            about=row,
            cause=f"lapsed:{row.pk}{acts[row.pk]}",
            template=wording.LAPSED,
            values=wording.named(row, 理由=reason),
            link=notify.page_of(row),
        )
        for row in rows
    )


def _rolled_over(application: Application, to_window: Window | None, reason: str) -> notify.Notice:
    left = application.window_id
    return notify.Notice(
        candidate=application.candidate,
        about=application,
        cause=f"rolled-over:{application.pk}:{left}",
        template=wording.ROLLED_OVER if to_window else wording.AWAITS_NOTICE,
        values=wording.named(application, 原因=reason, 去向=_whereto(to_window)),
        link=notify.page_of(application),
    )


def _entered(application: Application, window: Window) -> notify.Notice:
    return notify.Notice(
        candidate=application.candidate,
        about=application,
        cause=f"entered:{application.pk}:{window.pk}",
        template=wording.ENTERED,
        values=wording.named(application, 去向=_whereto(window)),
        link=notify.page_of(application),
    )


def _whereto(window: Window | None) -> str:
    if window is None:
        return "本年度已无后续批次，待机构发布下一年度公告后安排"
    when = cn_period(window.exam_from, window.exam_by) if window.exam_from else f"{cn_date(window.exam_by)}前"
    return f"已顺延至{window.label}，评价时间为{when}{'（暂定）' if window.tentative else ''}"
