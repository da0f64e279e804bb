"""撤销到账 at the desk: seats of sessions not yet published are freed before the payment is taken back (SPEC 6)."""

from __future__ import annotations

from datetime import datetime
from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from fees import policy, services as fees
from fees.admin import OrderAdmin
from fees.admin_steps import seen, sent, step, user
from fees.enums import OrderState
from fees.models import Order
from fees.money_forms import ReasonForm
from registration.enums import ApplicationState
from registration.models import Application
from scheduling import services as scheduling
from scheduling.models import Seat
from skilleval.accounts.models import User
from skilleval.core import clock
from skilleval.core.db import retrying
from skilleval.core.policy import can, require
from skilleval.core.wording import cn_deadline, yuan


@retrying
@transaction.atomic
def undo_payment(order: Order, *, by: User, at: datetime, reason: str) -> Order:
    """Take back a payment booked by mistake; seats proposed for its people are freed first. Raises what fees raises.

    Their plans are locked before: a seat published meanwhile is no proposal, and fees refuses.
    """
    require(by, policy.CONFIRM, order.provider)
    seated = Exists(Seat.objects.filter(application=OuterRef("pk")))
    people = Application.objects.filter(pk__in=order.lines.filter(live=True).values("application"))
    scheduling.lock_plans(people)
    for application in (
        people.filter(seated, state=ApplicationState.CONFIRMED).select_related("offering").order_by("pk")
    ):
        scheduling.free_seats(application, by=by, at=at, reason=f"撤销到账：{reason.strip()}")
    return fees.undo_payment(order, by=by, at=at, reason=reason)


@admin.register(Order)
class OrderDesk(OrderAdmin):
    """Orders, with the step that reaches into the plan."""

    def get_urls(self) -> list[URLPattern]:
        page = update_wrapper(self.admin_site.admin_view(partial(undo_page, self)), undo_page)
        return [path("<int:pk>/undo/", page, name="desk_undo"), *super().get_urls()]

    def undo_url(self, order: Order, request: HttpRequest) -> str:
        possible = order.state == OrderState.PAID and can(user(request), policy.CONFIRM, order.provider)
        return reverse("admin:desk_undo", args=[order.pk]) if possible else ""


def undo_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the reason, say what follows."""
    order = seen(model_admin, request, pk, policy.CONFIRM)
    return step(
        model_admin,
        request,
        verb="撤销到账",
        about=f"订单 {order.number}，{order.payer}，{yuan(order.amount)}",
        consequences=[
            "记一笔更正，款项回到“到账款项”的待处理；原来的到账记录保留",
            f"订单和申报回到待缴费，缴费截止仍是 {cn_deadline(order.due_on, year=True)}；已过的按逾期处理",
            "尚未发布的座位安排同时取消；已排考的不能撤销",
            "缴费人和参评人员收到通知和原因",
        ],
        form=ReasonForm(sent(request)),
        perform=lambda data: undo_payment(order, **data, by=user(request), at=clock.now()),
        done=f"{order.number}：已撤销到账",
        back=reverse("admin:fees_order_change", args=[order.pk]),
        danger=True,
    )
