"""What the finance page shows and does: an order, its voucher, the form that books the payment."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from fees import policy, services
from fees.enums import OrderState
from fees.forms import PaymentForm, UnpaidForm
from fees.models import Order, Voucher
from fees.queries import earlier_than, entries_of, lines_with_names, money_of, refunds_due, successor_of
from fees.queries.doubts import PAYABLE
from fees.templatetags.orders import TONES
from registration.models import Reinstatement
from skilleval.core import clock
from skilleval.core.errors import Refused
from skilleval.core.policy import can, require
from skilleval.core.renditions import page_count, rendition_png

LINES_SHOWN = 50


def payment_form(order: Order, request: HttpRequest) -> PaymentForm:
    """The form as sent, or a fresh one that proposes the day the payer named."""
    if request.method == "POST":
        return PaymentForm(request.POST)
    latest = order.vouchers.first()
    return PaymentForm(initial={"value_on": latest.paid_on if latest else None, "key": PaymentForm.fresh_key()})


def booked(order: Order, form: PaymentForm, request: HttpRequest) -> bool:
    """Book what the form says; False where it has to be mended."""
    if not form.is_valid():
        return False
    user: Any = request.user
    try:
        services.confirm_payment(
            order,
            value_on=form.cleaned_data["value_on"],
            amount=form.cleaned_data["amount"],
            key=form.cleaned_data["key"],
            by=user,
            at=clock.now(),
        )
    except Refused as refusal:
        if refusal.status != Refused.status:
            raise
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return False
    return True


def context_of(order: Order, form: PaymentForm, request: HttpRequest) -> dict[str, Any]:
    """Everything the page shows."""
    user: Any = request.user
    may_confirm = can(user, policy.CONFIRM, order.provider)
    lines = lines_with_names(order)
    return {
        "title": f"订单 {order.number}",
        "order": order,
        "tone": TONES[OrderState(order.state)],
        "people": Paginator(lines, LINES_SHOWN).get_page(request.GET.get("page")),
        "earlier": earlier_than(order),
        "successor": successor_of(order),
        "booked": entries_of(order),
        "vouchers": [(voucher, _pages(voucher)) for voucher in order.vouchers.select_related("file", "carried_from")],
        "refunds": refunds_due([order.provider])
        .filter(order=order)
        .aggregate(people=Count("pk"), amount=Sum("amount")),
        "offered": Reinstatement.objects.open().filter(application__in=lines.values("application")).exists(),
        "history": [
            {"at": row.at, "title": OrderState(row.to_state).label, "note": row.reason, "who": row.by_label}
            for row in order.log.order_by("-id")
        ],
        "form": form if order.state in PAYABLE and may_confirm else None,
        "money": money_of(order),
        "may_see_money": can(user, policy.BOOKS, order.provider),
        "may_refund": can(user, policy.REFUND, order.provider),
        "split_off": Order.objects.filter(split_from=order).first(),
        "claims": order.state == OrderState.OPEN and services.claims_payment(order),
        "may_find_unpaid": may_confirm
        and order.state == OrderState.OPEN
        and services.lapses_after(order) < clock.today(),
        "lapses_after": services.lapses_after(order) if order.state == OrderState.OPEN else None,
        "past_due": order.state == OrderState.OPEN and order.due_on < clock.today(),
    }


def unpaid_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the money of an overdue order never came, with what was looked at."""
    order = model_admin.get_queryset(request).select_related("provider").filter(pk=pk).first()
    if order is None:
        raise Http404
    user: Any = request.user
    require(user, policy.CONFIRM, order.provider)
    form = UnpaidForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            order = services.find_unpaid(order, by=user, at=clock.now(), reason=form.cleaned_data["reason"])
        except Refused as refusal:
            if refusal.status != Refused.status:
                raise
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            became = "已有款项，确认到账" if order.state == OrderState.PAID else "已作未到账处理"
            messages.success(request, f"{order.number}：{became}")
            return redirect("admin:fees_order_changelist")
    context = {"opts": model_admin.opts, "order": order, "form": form, "title": f"未到账：{order.number}"}
    page = {**model_admin.admin_site.each_context(request), **context}
    return TemplateResponse(request, "fees/order_unpaid.html", page, status=400 if form.errors else 200)


def voucher_page(model_admin: Any, request: HttpRequest, pk: int, voucher: int, page: int) -> HttpResponse:
    """One page of a voucher as a picture, kept by nobody."""
    seen = model_admin.get_queryset(request).filter(pk=pk)
    found = Voucher.objects.select_related("file").filter(pk=voucher, order__in=seen.values("pk")).first()
    if found is None:
        raise Http404
    try:
        content = rendition_png(found.file, page)
    except Refused as refusal:
        raise Http404(refusal.message) from refusal
    return HttpResponse(content, content_type="image/png", headers={"Cache-Control": "private, no-store"})


def _pages(voucher: Voucher) -> tuple[int, ...]:
    try:
        return tuple(range(1, page_count(voucher.file) + 1))
    except (Refused, OSError):  # the page says that it can't be shown, and offers the file
        return ()
