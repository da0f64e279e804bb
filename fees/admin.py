"""Orders and prices in the admin: what awaits booking, what is to be refunded, what is charged."""

from __future__ import annotations

from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from fees import (  # noqa: F401
    admin_finance,
    admin_prices,
    admin_receipts,
    admin_refunds,
    admin_statements,
    desk,
    policy,
)
from fees.enums import OrderState
from fees.models import Order, OrderLine
from fees.queries import asked_of, has_voucher, lines_to_refund, missing_of
from fees.templatetags.orders import TONES
from registration.models import Window
from skilleval.catalogue.models import Offering
from skilleval.core import clock
from skilleval.core.admin import visible
from skilleval.core.policy import require
from skilleval.core.queues import Queue, QueuedModelAdmin
from skilleval.core.templatetags.portal import state_tag
from skilleval.core.wording import cn_deadline, yuan

REFUNDS = "已缴费而在截止前退考、或被取消的列在这里；按处理决定不退费的除外。"
OPEN_ORDER = (has_voucher().desc(), "due_on", "pk")


class OfLines(admin.SimpleListFilter):
    """Keeps the orders that somebody of a window or an offering is in."""

    of: type[Window] | type[Offering]
    path = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(row.pk), str(row)) for row in visible(model_admin.admin_site, self.of, request)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value()
        if not wanted or not wanted.isdecimal():
            return queryset
        lines = OrderLine.objects.filter(order=OuterRef("pk"), **{self.path: wanted})
        return queryset.filter(Exists(lines))


class WindowFilter(OfLines):
    """By the window somebody applied in, as 财务总览 has it."""

    title, parameter_name = "申报批次", "window"
    of, path = Window, "application__first_window"


class OfferingFilter(OfLines):
    title, parameter_name = "评价项目", "offering"
    of, path = Offering, "application__offering"


class OrderAdmin(QueuedModelAdmin):
    """Orders of the provider; money is booked here, and nothing is edited. The root registers it, with a step more."""

    scope = "provider"
    view_action = policy.VIEW
    queues = (
        Queue(
            "open",
            "待确认到账",
            Q(state=OrderState.OPEN),
            OPEN_ORDER,
            empty="审核通过后开具的订单列在这里，有凭证的在前。",
        ),
        Queue("refund", "待退费", Q(Exists(lines_to_refund().filter(order=OuterRef("pk")))), ("pk",), empty=REFUNDS),
        Queue("paid", "已到账", Q(state=OrderState.PAID), ("-pk",), empty="确认到账的订单列在这里。"),
        Queue(
            "ended", "已逾期、已更换、已取消", ~Q(state__in=(OrderState.OPEN, OrderState.PAID)), ("-pk",), mixed=True
        ),
        Queue("everything", "全部", Q(), ("-pk",), mixed=True),
    )
    list_display = ("number", "payer", "offerings", "heads", "owed", "due", "voucher", "tag")
    list_display_links = ("number", "payer")
    list_filter = (WindowFilter, OfferingFilter)
    search_fields = ("number", "payer", "group__number", "lines__application__number")
    search_help_text = "按订单编号、申报编号、团体编号或缴费单位（个人）查找"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).annotate(vouched=has_voucher(), people=_heads())
        singles = OrderLine.objects.filter(order__group=None)
        lines = singles.select_related("application__offering__work_type__occupation")
        return rows.select_related("group__offering__work_type__occupation").prefetch_related(Prefetch("lines", lines))

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(partial(desk.voucher_page, self))
        own = path(
            "<int:pk>/voucher/<int:voucher>/<int:page>/", update_wrapper(page, desk.voucher_page), name="desk_voucher"
        )
        unpaid = self.admin_site.admin_view(partial(desk.unpaid_page, self))
        looked = path("<int:pk>/unpaid/", update_wrapper(unpaid, desk.unpaid_page), name="desk_unpaid")
        return [own, looked, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The order with its voucher beside the form that books the payment."""
        order = self.get_queryset(request).filter(pk=object_id).first() if object_id.isdecimal() else None
        if order is None:
            raise Http404
        if request.method == "POST":
            require(request.user, policy.CONFIRM, order.provider)  # type: ignore[arg-type]
        form = desk.payment_form(order, request)
        if request.method == "POST" and desk.booked(order, form, request):
            return redirect(self._told(request, order))
        context = {**self.admin_site.each_context(request), "opts": self.opts, **desk.context_of(order, form, request)}
        context["undo_url"] = self.undo_url(order, request)
        return TemplateResponse(request, "fees/order_desk.html", context, status=400 if form.errors else 200)

    def undo_url(self, order: Order, request: HttpRequest) -> str:
        """Where its payment is taken back; empty where it can't be."""
        return ""

    def _told(self, request: HttpRequest, order: Order) -> str:
        """Say what the booking came to; back to the order where something is missing, else on to the next one."""
        order.refresh_from_db(fields=["state"])
        if order.state == OrderState.PAID:
            messages.success(request, f"{order.number}：已确认到账 {yuan(asked_of(order))}")
            return self._following(request)
        missing = yuan(missing_of(order))
        messages.warning(request, f"{order.number}：款项已登记，还差 {missing}，未确认；已通知缴费人补足")
        return reverse("admin:fees_order_change", args=[order.pk])

    def _following(self, request: HttpRequest) -> str:
        """The next order to book, else the list."""
        order = self.get_queryset(request).filter(state=OrderState.OPEN).order_by(*OPEN_ORDER).first()
        return reverse("admin:fees_order_change", args=[order.pk]) if order else reverse("admin:fees_order_changelist")

    @admin.display(description="评价项目")
    def offerings(self, order: Order) -> str:
        if order.group:
            return str(order.group.offering)
        return "、".join(sorted({str(line.application.offering) for line in order.lines.all()}))

    @admin.display(description="人数", ordering="people")
    def heads(self, order: Any) -> int:
        return int(order.people)

    @admin.display(description="应缴", ordering="amount")
    def owed(self, order: Order) -> str:
        return yuan(order.amount)

    @admin.display(description="缴费截止", ordering="due_on")
    def due(self, order: Order) -> str:
        late = order.state == OrderState.OPEN and order.due_on < clock.today()
        return ("已过 " if late else "") + cn_deadline(order.due_on)

    @admin.display(description="凭证", boolean=True)
    def voucher(self, order: Any) -> bool:
        return bool(order.vouched)

    @admin.display(description="状态")
    def tag(self, order: Order) -> SafeString:
        return state_tag(order.get_state_display(), TONES[OrderState(order.state)])


def _heads() -> Subquery:
    """For how many people an order was drawn, whether or not they still stand in it."""
    lines = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order")
    return Subquery(lines.annotate(people=Count("pk")).values("people"))
