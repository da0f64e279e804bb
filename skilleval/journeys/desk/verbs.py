"""Verbs that begin upstream and have consequences downstream: one function, one transaction.

Apps are called from right to left where something is undone, so that nothing stands on what is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from fees import services as fees
from fees.models import Order, OrderLine
from fees.queries import due_for, money_held
from registration.enums import ApplicationState
from registration.models import Application, Group
from registration.policy import ENTER
from registration.queries.windows import put_off
from registration.services import group_wording, notify, progress, reviews
from registration.services.group_notices import words_of
from scheduling import services as scheduling
from scheduling.queries import cut_off
from scheduling.queries.history import day_moved
from scheduling.queries.tickets import session_of
from skilleval.accounts.models import User
from skilleval.accounts.telling import tell_officers
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.policy import can
from skilleval.core.wording import cn_deadline, yuan

UNPAID = (
    ApplicationState.PRELIM,
    ApplicationState.REVIEW,
    ApplicationState.RETURNED,
    ApplicationState.APPROVED,
)
FREE_UNTIL = "缴费规定：截止日前，以及顺延、延期或场次取消后可免费退考"


@transaction.atomic
def approve(application: Application, *, by: User, at: datetime) -> Order | None:
    """Pass the review and draw the order; where nothing is to pay, confirm at once. The candidate is told once.

    A group's member waits for the order that the officers draw. Raises what reviews.approve and fees.bill raise.
    """
    return fees.bill(reviews.approve(application, by=by, at=at), by=by, at=at)


@dataclass(frozen=True)
class Withdrawal:
    """What withdrawing would mean today: `refused` says why it can't be, else `consequences` in plain words."""

    consequences: tuple[str, ...] = ()
    refused: str = ""
    refund: Decimal | None = None

    @property
    def allowed(self) -> bool:
        return not self.refused


def withdrawal(application: Application, on: date) -> Withdrawal:
    """What withdrawing an application would mean on a day (SPEC 6).

    Free until the cut-off, for who rolled over, and where the provider put off or cancelled what was published.
    """
    if application.state in UNPAID:
        return Withdrawal(_consequences(application, on))
    if application.state == ApplicationState.SCHEDULED and _put_off(application, on):
        line = money_held().filter(application=application).select_related("order").first()
        told = ("座位取消，已发的准考证收回", *_consequences(application, on, line))
        return Withdrawal(told, refund=line.amount if line else None)
    if application.state != ApplicationState.CONFIRMED:
        state = application.get_state_display()
        return Withdrawal(refused=f"该申报“{state}”，不能网上退考；如有特殊情况，请联系评价机构")
    if not _free(application, on):
        until = cn_deadline(cut_off(application.window), year=True) if application.window else ""
        return Withdrawal(refused=f"免费退考已于{until}截止，费用不再退还；如有特殊情况，请联系评价机构")
    line = money_held().filter(application=application).select_related("order").first()
    return Withdrawal(_consequences(application, on, line), refund=line.amount if line else None)


@transaction.atomic
def withdraw(application: Application, *, by: User, at: datetime, reason: str) -> Application:
    """退考 at the candidate's own wish, or a member's by an officer of the institution that entered them.

    The application leaves its unpaid order, which is replaced for the others of a group; a paid line becomes a refund
    due. A seat is freed first, a published one where its day was changed; then the order is locked before the
    application, as a confirmation of its payment does. Raises NotAllowed for anybody else, Refused where it is too
    late, with the way out, and Conflict where `application` has left the state they saw: what withdrawing means has
    changed with it.
    """
    seen = application.state
    if seen == ApplicationState.SCHEDULED:
        scheduling.lock_plans(Application.objects.filter(pk=application.pk))
        _check_withdrawal(Application.objects.get(pk=application.pk), seen, by, at)
    if seen in (ApplicationState.CONFIRMED, ApplicationState.SCHEDULED):
        scheduling.free_seats(application, by=by, at=at, reason=reason)
    order = fees.lock_open_order(application)
    fresh = progress.locked(application)
    if seen != ApplicationState.SCHEDULED:
        _check_withdrawal(fresh, seen, by, at)
    if order:
        fees.leave_order(order, [fresh], by=by, at=at, reason="参评人员退考")
    elif fresh.group and fresh.candidate.user_id == by.pk:
        _tell_officers(fresh.group, fresh)
    return progress.withdraw(fresh, by=by, at=at, reason=reason.strip())


def _check_withdrawal(fresh: Application, seen: str, by: User, at: datetime) -> None:
    if not may_withdraw(fresh, by):
        raise NotAllowed("只能由参评人员本人或其院校、培训机构经办人办理退考")
    if fresh.state != seen:
        raise Conflict(f"申报状态刚变为“{fresh.get_state_display()}”，请刷新页面，看清退考的后果后再决定")
    meaning = withdrawal(fresh, timezone.localdate(at))
    if not meaning.allowed:
        raise Refused(meaning.refused, source=FREE_UNTIL)


def may_withdraw(application: Application, user: User) -> bool:
    """Whether somebody may withdraw it: the person, or an officer of the institution that entered them."""
    if application.candidate.user_id == user.pk:
        return True
    return application.institution is not None and can(user, ENTER, application.institution)


def _tell_officers(group: Group, application: Application) -> None:
    """A member left by themselves, and no order was replaced, which would have told them."""
    tell_officers(
        group.institution,
        cause=f"member-withdrew:{application.pk}",
        template=group_wording.MEMBER_WITHDREW,
        values={"团体": words_of(group), "申报编号": application.number},
        provider=group.offering.provider,
        link=notify.page_of(group),
    )


def _free(application: Application, on: date) -> bool:
    if application.window is None or application.window_id != application.first_window_id:
        return True
    return on <= cut_off(application.window) or day_moved(application) or put_off(application)


def _put_off(application: Application, on: date) -> bool:
    """The provider changed the published day: until the day before it one may leave free of charge (SPEC 6)."""
    session = session_of(application)
    return session is not None and on < session.held_on and day_moved(application)


def _consequences(application: Application, on: date, paid: OrderLine | None = None) -> tuple[str, ...]:
    told = ["本次申报结束，名额和审核结果不保留"]
    if application.state == ApplicationState.APPROVED:
        told += _unpaid(application)
    if paid:
        whom = f"付款单位{paid.order.payer}，同一订单的其他人不受影响" if paid.order.group_id else "付款账户"
        told.append(f"已缴费用 {yuan(paid.amount)} 列入待退费，由评价机构财务退回{whom}")
    if application.window and application.window.is_open(on):
        told.append(f"{cn_deadline(application.window.closes_on)}可以重新申报本批次，之后须等下一批次")
    return tuple(told)


def _unpaid(application: Application) -> list[str]:
    line = due_for(Application.objects.filter(pk=application.pk)).get(application.pk)
    if line is None:
        return ["尚未列入缴费订单，不再收取费用"]
    order, others = line.order, line.order.lines.filter(live=True).count() - 1
    if not others:
        return ["未缴的订单同时取消，请不要再转账；已经转账的，请联系评价机构退回"]
    rest = order.amount - line.amount
    return [
        f"订单 {order.number} 作废，为其余 {others} 人换开新订单，应缴 {yuan(rest)}，缴费截止不变",
        "请按新订单的金额和附言转账；已按原订单转账的，多付部分请联系评价机构退回",
    ]
