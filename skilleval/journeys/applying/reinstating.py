"""恢复申报: a candidate goes on with what a decision ended, once that is lifted (SPEC 10).

With the fee paid and not refunded they are confirmed again; unpaid or refunded it is due again, and the review stands;
who was under review is reviewed. Seats and sittings gone by don't come back: they enter the window that is open, or the
next one, or await the next notice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from fees import services as fees
from fees.queries import money_to_go_on, order_of, price_of
from registration.bars import Bar
from registration.enums import ApplicationState
from registration.models import Application, Reinstatement, Window
from registration.queries.applications import person_bars
from registration.queries.windows import window_from
from registration.services import bans, notify, offers, progress, wording
from scheduling.services.waiting import offering_in
from skilleval.accounts.models import User
from skilleval.accounts.requests import person
from skilleval.catalogue.queries import work_calendar
from skilleval.core import clock
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.wording import cn_deadline, yuan
from skilleval.journeys.applying.own import own_or_404

_S = ApplicationState
REASON = "处理决定撤销，恢复申报"
UNDER_REVIEW = (_S.PRELIM, _S.REVIEW, _S.RETURNED)
GONE = "这项申报目前不能恢复：可能已在另一页面恢复，请刷新后查看"


@dataclass(frozen=True)
class Meaning:
    """What taking the offer up would mean on a day: `refused` says why it can't be, else `consequences`."""

    to: str
    window: Window | None
    consequences: tuple[str, ...] = ()
    refused: Bar | None = None


def open_offer(application: Application) -> Reinstatement | None:
    """The offer a candidate can take up; None if there is none (any more)."""
    if application.state not in offers.ENDED_BY_DECISION:
        return None
    return application.reinstatements.open().first()


def meaning_of(application: Application, offer: Reinstatement, on: date) -> Meaning:
    """What going on would mean on a day."""
    window = window_from(application.offering.provider, on)
    to = _state(application, offer)
    refused = _refused(application, window, to, on)
    return Meaning(to, window, () if refused else _consequences(application, window, to, on), refused)


@transaction.atomic
def reinstate(application: Application, *, by: User, at: datetime) -> Application:
    """Take the offer up: cancelled or void → confirmed, approved with a new order, or under review.

    The person is locked first, as when starting and handing in. Raises NotAllowed for anybody else, Conflict where the
    offer was taken up meanwhile, and Refused for a ban in force, an open application for the same, credits of a resit
    that are gone, and where the provider has no window to be reviewed or pay in.
    """
    bans.lock_person(application.candidate)
    fresh = progress.locked(application)
    if fresh.candidate.user_id != by.pk:
        raise NotAllowed("只能由参评人员本人恢复申报")
    offer = open_offer(fresh)
    if offer is None:
        raise Conflict(GONE)
    on = timezone.localdate(at)
    meaning = meaning_of(fresh, offer, on)
    if meaning.refused:
        bar = meaning.refused
        raise Refused(bar.message, source=bar.source or None, from_on=bar.from_on)
    offer.application = fresh
    MOVES[meaning.to](offer, meaning.window, by, at)
    _tell(fresh, meaning, offer, at)
    return fresh


def _state(application: Application, offer: Reinstatement) -> str:
    if offer.from_state in UNDER_REVIEW:
        return _S.REVIEW
    paid = money_to_go_on().filter(application=application).exists()
    nothing_was_due = offer.from_state != _S.APPROVED and order_of(application) is None
    return _S.CONFIRMED if paid or nothing_was_due else _S.APPROVED


def _refused(application: Application, window: Window | None, to: str, on: date) -> Bar | None:
    bars = person_bars(application.candidate, application.offering, on, but=application)
    found = [bar for bar in bars if bar.code != "age"]
    if application.credits.exclude(withdrawn_on=None).exists():
        found.append(Bar("credits", "补考所依据的合格成绩已取消，不能恢复；请重新申报"))
    if window is None and to != _S.CONFIRMED:
        found.append(Bar("window", "本年度已无后续批次，机构发布下一年度公告后可以恢复"))
    if to == _S.APPROVED and not _fee(application, window, on).published:
        found.append(Bar("fee", "本项目费用待公布，评价机构公布收费标准后可以恢复"))
    return found[0] if found else None


def _fee(application: Application, window: Window | None, on: date) -> Any:
    offering = offering_in(application.offering, window) if window else application.offering
    return price_of(offering, kind=application.kind, subjects=application.subjects, on=on)


def _consequences(application: Application, window: Window | None, to: str, on: date) -> tuple[str, ...]:
    where = f"进入{window.label}" if window else "保留报名，等待机构发布下一年度公告后安排"
    if to == _S.CONFIRMED:
        return (f"报名恢复确认，{where}", "审核结果和已缴费用保留，不需再办理；成班和考试安排确定后通知您")
    if to == _S.REVIEW:
        return (f"重新进入资格审核，{where}", "已交材料保留，审核结果会通知您")
    amount = _fee(application, window, on).amount
    if amount and application.institution:
        return (f"审核结果保留，{where}", f"费用 {yuan(amount)}由{application.institution}统一缴纳，您不需转账")
    due = fees.due_on(application.offering.provider, window, on) if window else on
    pay = f"须缴费 {yuan(amount)}，缴费截止 {cn_deadline(due, year=True)}" if amount else "本项目不收费，恢复后即确认"
    return (f"审核结果保留，{where}", pay)


def _to_review(offer: Reinstatement, window: Window | None, by: User, at: datetime) -> None:
    days = offer.application.offering.provider.review_days
    review_by = work_calendar().add(timezone.localdate(at), days).date
    _enter(offer, _S.REVIEW, window, by, at, first_window=window, review_by=review_by, returned_until=None)


def _to_payment(offer: Reinstatement, window: Window | None, by: User, at: datetime) -> None:
    _enter(offer, _S.APPROVED, window, by, at, first_window=window, approved_on=timezone.localdate(at))
    fees.bill_again(offer.application, by=by, at=at)


def _to_confirmed(offer: Reinstatement, window: Window | None, by: User, at: datetime) -> None:
    left = offer.application.window
    _enter(offer, _S.CONFIRMED, window, by, at)
    progress.go_on_in(offer.application, left=left, reason=REASON, key=str(offer.pk), at=at)


MOVES: dict[str, Callable[[Reinstatement, Window | None, User, datetime], None]] = {
    _S.REVIEW: _to_review,
    _S.APPROVED: _to_payment,
    _S.CONFIRMED: _to_confirmed,
}


def _enter(offer: Reinstatement, to: str, window: Window | None, by: User, at: datetime, **fields: Any) -> None:
    """Into the window, with the offering of the notice that belongs to it."""
    application = offer.application
    offering = offering_in(application.offering, window) if window else application.offering
    offers.reopen(offer, to, by=by, at=at, reason=REASON, window=window, offering=offering, **fields)


def _tell(application: Application, meaning: Meaning, offer: Reinstatement, at: datetime) -> None:
    notify.tell(
        application.candidate,
        about=application,
        cause=f"reinstated:{offer.pk}",
        template=wording.REINSTATED,
        values=wording.named(application, 恢复后="；".join(meaning.consequences)),
        link=notify.page_of(application),
        at=at,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def application_reinstate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What going on would mean today, and the button that does it."""
    application = own_or_404(request, uuid)
    offer = open_offer(application)
    if offer is None:
        messages.info(request, "这项申报没有待恢复的内容；最新进度如下。")
        return redirect("application_detail", uuid=uuid)
    if request.method == "POST":
        try:
            reinstate(application, by=person(request), at=clock.now())
        except Conflict:
            raise
        except Refused:  # the page says why
            pass
        else:
            messages.success(request, "申报已恢复。")
            return redirect("application_detail", uuid=uuid)
    meaning = meaning_of(application, offer, clock.today())
    context = {"application": application, "offer": offer, "meaning": meaning}
    status = 400 if request.method == "POST" else 200
    return render(request, "applying/reinstate.html", context, status=status)
