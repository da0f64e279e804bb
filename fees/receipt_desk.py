"""Pages of receipts for finance staff: note one, say what it is for, give back the rest, reverse a wrong one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from fees import policy, services
from fees.admin_steps import render, seen, sent, step, user
from fees.enums import EntryKind, OrderState, ReceiptSource
from fees.models import LedgerEntry, Order, Receipt, Refund
from fees.money_forms import OrdersForm, ReasonForm, ReceiptForm, ReturnForm
from fees.queries.doubts import likely_orders, why_free
from fees.services import Settled
from skilleval.catalogue.models import Provider
from skilleval.core import clock
from skilleval.core.errors import Refused
from skilleval.core.policy import can
from skilleval.core.scoping import scope_ids
from skilleval.core.wording import cn_date, yuan

Told = tuple[int, str]


def note_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """款项登记, with the orders it is for where these are known."""
    providers = Provider.objects.filter(pk__in=scope_ids(user(request), policy.CONFIRM)).order_by("pk")
    form = ReceiptForm(sent(request), providers=providers, initial={"key": ReceiptForm.fresh_key()})
    if request.method == "POST" and form.is_valid():
        try:
            receipt, told = _noted(form.cleaned_data, request)
        except Refused as refusal:
            if refusal.status != Refused.status:
                raise
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.add_message(request, *told)
            return redirect("admin:fees_receipt_change", receipt.pk)
    context = {"title": "登记到账款项", "form": form}
    return render(model_admin, request, "fees/receipt_add.html", context, status=400 if form.errors else 200)


def orders_form(receipt: Receipt, request: HttpRequest) -> OrdersForm:
    """The form that says which orders a receipt is for."""
    return OrdersForm(sent(request), provider=receipt.provider)


def applied(receipt: Receipt, form: OrdersForm, request: HttpRequest) -> Told | None:
    """Book what the form says; None where it has to be mended."""
    if not form.is_valid():
        return None
    orders = form.cleaned_data["orders"]
    try:
        done = services.apply_receipt(receipt, orders=orders, by=user(request), at=clock.now())
    except Refused as refusal:
        if refusal.status != Refused.status:
            raise
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None
    return told_of(done)


def told_of(done: Settled) -> Told:
    """What came of it, in a sentence."""
    parts = [f"订单 {order.number} 已确认到账" for order in done.paid]
    parts += [f"订单 {order.number} 还差 {yuan(missing)}" for order, missing in done.short.items()]
    parts += [f"订单 {order.number}：{why}" for order, why in done.barred.items()]
    good = done.paid and not done.short and not done.barred
    return (messages.SUCCESS if good else messages.WARNING), "；".join(parts) + "。"


def context_of(receipt: Any, form: OrdersForm, request: HttpRequest) -> dict[str, Any]:
    """Everything the page of a receipt shows."""
    reversal = Receipt.objects.filter(reverses=receipt).first()
    may_book = can(user(request), policy.CONFIRM, receipt.provider)
    opens = may_book and receipt.free > 0
    whole = receipt.free == receipt.amount and receipt.reverses is None and reversal is None
    return {
        "title": f"{cn_date(receipt.value_on)}到账 {yuan(receipt.amount)}",
        "receipt": receipt,
        "why": why_free(receipt),
        "waits": any(use.order.state == OrderState.OPEN for use in receipt.orders.all()),
        "reversal": reversal,
        "uses": _uses(receipt),
        "refunds": Refund.objects.filter(items__receipt=receipt).distinct().order_by("-pk"),
        "likely": likely_orders(receipt) if opens else [],
        "form": form if opens else None,
        "may_book": may_book,
        "may_reverse": may_book and whole,
    }


def unlink_page(model_admin: Any, request: HttpRequest, pk: int, order: int) -> HttpResponse:
    """The money isn't for that order after all."""
    receipt = seen(model_admin, request, pk, policy.CONFIRM)
    wrong = Order.objects.filter(pk=order, receipts__receipt=receipt).first()
    if wrong is None:
        raise Http404
    return step(
        model_admin,
        request,
        verb="取消用途",
        about=f"{_called(receipt)}，用于订单 {wrong.number}（{wrong.payer}，应缴 {yuan(wrong.amount)}）",
        consequences=["这笔款项不再等待记入该订单，余额回到待处理", "已经记入订单的，请在该订单撤销到账"],
        form=_NoQuestion(sent(request)),
        perform=lambda _: services.unlink(receipt, order=wrong, by=user(request), at=clock.now()),
        done="已取消用途",
        back=_page(receipt),
    )


def return_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for what pays nothing to go back to its payer."""
    receipt = seen(model_admin, request, pk, policy.REFUND)
    if receipt.free <= 0:
        messages.info(request, "这笔款项没有可以退回的余额")
        return redirect(_page(receipt))
    initial = {"amount": receipt.free, "reason": why_free(receipt)}
    return step(
        model_admin,
        request,
        verb="申请退回付款人",
        about=f"{_called(receipt)}，余额 {yuan(receipt.free)}",
        consequences=["生成一笔退费，由另一位财务人员核准", "核准前这部分款项不能再用于订单；不予核准的，余额恢复"],
        form=ReturnForm(sent(request), initial=initial),
        perform=lambda data: services.return_money(receipt, **data, by=user(request), at=clock.now()),
        done="已申请退费，等待另一位财务人员核准",
        back=_page(receipt),
    )


def reverse_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Reverse a receipt noted wrongly."""
    receipt = seen(model_admin, request, pk, policy.CONFIRM)
    return step(
        model_admin,
        request,
        verb="冲销",
        about=f"{_called(receipt)}，{receipt.get_source_display()}",
        consequences=[
            "登记有误、实际没有到账的才冲销；真实到账、要退的款项请用“退回付款人”",
            "冲销后不能恢复，原登记保留在账",
        ],
        form=ReasonForm(sent(request)),
        perform=lambda data: services.reverse_receipt(receipt, **data, by=user(request), at=clock.now()),
        done="已冲销",
        back=_page(receipt),
        danger=True,
    )


class _NoQuestion(ReasonForm):
    """Nothing is asked but whether."""

    reason = None  # type: ignore[assignment]


def _noted(data: dict[str, Any], request: HttpRequest) -> tuple[Receipt, Told]:
    by, at = user(request), clock.now()
    receipt = services.note_receipt(
        data["provider_choice"],
        value_on=data["value_on"],
        amount=data["amount"],
        payer=data["payer"],
        payer_account=data["payer_account"],
        reference=data["reference"],
        source=ReceiptSource.DESK,
        key=data["key"],
        by=by,
        at=at,
    )
    if not data["orders"]:
        return receipt, (messages.SUCCESS, "已登记，用途待定")
    return receipt, told_of(services.apply_receipt(receipt, orders=data["orders"], by=by, at=at))


def _uses(receipt: Any) -> list[dict[str, Any]]:
    """The orders a receipt is for, each with what it holds of it in yuan."""
    held: dict[int | None, Any] = {}
    entries = LedgerEntry.objects.filter(receipt=receipt).exclude(kind=EntryKind.REFUND)
    for order, amount in entries.values_list("order", "amount"):
        held[order] = held.get(order, 0) + amount
    return [{"order": use.order, "held": held.get(use.order_id, 0)} for use in receipt.orders.all()]


def _called(receipt: Receipt) -> str:
    return f"{cn_date(receipt.value_on)}到账 {yuan(receipt.amount)}，付款人{receipt.payer or '（流水未载户名）'}"


def _page(receipt: Receipt) -> str:
    return reverse("admin:fees_receipt_change", args=[receipt.pk])
