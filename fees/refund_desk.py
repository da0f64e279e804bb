"""Pages of refunds for finance staff: ask for what is owed, name the account, decide, record the bank's transfer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from fees import policy, services
from fees.admin_steps import render, seen, sent, step, user
from fees.enums import RefundState
from fees.models import OrderLine, Refund
from fees.money_forms import AccountForm, DecisionForm, ReasonForm, TransferForm
from fees.queries import lines_to_propose
from fees.services.refund_books import transfer_book
from skilleval.accounts.enums import Role
from skilleval.accounts.members import holders
from skilleval.catalogue.models import Provider
from skilleval.core import clock
from skilleval.core.admin import confirm_action, scoped_action
from skilleval.core.errors import Refused
from skilleval.core.policy import can
from skilleval.core.scoping import scope_ids
from skilleval.core.wording import yuan

MOST_SHOWN = 300
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ALONE = "本机构只有一位财务人员，退费不能核准；请机构负责人先增加一位。"


def tail_of(account: str) -> str:
    """What a list shows of an account: its last four digits."""
    return f"尾号 {account[-4:]}" if account else ""


def propose_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """待退费, ticked; one press asks for all that is ticked."""
    providers = Provider.objects.filter(pk__in=scope_ids(user(request), policy.REFUND))
    owed = lines_to_propose().filter(order__provider__in=providers).order_by("order", "pk")
    rows = list(owed.select_related("order", "application__candidate", "application__offering__provider")[:MOST_SHOWN])
    error = ""
    if request.method == "POST":
        chosen = [line for line in rows if str(line.pk) in request.POST.getlist("line")]
        error = "" if chosen else "请先选择要退的费用"
        if chosen:
            refunds = _proposed(chosen, request)
            messages.success(request, f"已提出 {len(refunds)} 笔退费，等待另一位财务人员核准")
            return redirect(reverse("admin:fees_refund_changelist") + "?queue=asked")
    context = {
        "title": "待退费",
        "rows": rows,
        "further": owed.count() - len(rows) if len(rows) == MOST_SHOWN else 0,
        "amount": sum((line.held for line in rows), Decimal(0)),
        "error": error,
    }
    return render(model_admin, request, "fees/refund_propose.html", context, status=400 if error else 200)


@transaction.atomic
def _proposed(lines: list[OrderLine], request: HttpRequest) -> list[Refund]:
    found: list[Refund] = []
    for provider in sorted({line.order.provider_id for line in lines}):
        own = [line for line in lines if line.order.provider_id == provider]
        asked = Provider.objects.get(pk=provider)
        found += services.propose_due(asked, lines=own, by=user(request), at=clock.now())
    return found


def context_of(refund: Refund, request: HttpRequest, tones: Any) -> dict[str, Any]:
    """Everything the page of a refund shows."""
    items = refund.items.select_related("receipt", "line__order", "line__application__candidate")
    return {
        "title": f"退费 {refund.number}",
        "refund": refund,
        "tone": tones[RefundState(refund.state)],
        "items": items,
        "account_known": any(item.receipt.payer_account for item in items),
        "own": own_part(refund, request),
        "may_act": can(user(request), policy.REFUND, refund.provider),
        "alone": alone(refund) if refund.state == RefundState.ASKED else "",
        "history": [
            {"at": row.at, "title": RefundState(row.to_state).label, "note": row.reason, "who": row.by_label}
            for row in refund.log.order_by("-id")
        ],
    }


def own_part(refund: Refund, request: HttpRequest) -> str:
    """What the user did in it, which bars them from approving; empty where they may."""
    if refund.asked_by_id == user(request).pk:
        return "由您提出"
    return "收款账号由您填写" if refund.account_named_by_id == user(request).pk else ""


def alone(refund: Refund) -> str:
    """Why nobody can approve: only one person could ask and decide (SPEC 12). Empty where somebody can."""
    return ALONE if len(holders([refund.provider], Role.FINANCE)[refund.provider_id]) < 2 else ""


def account_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Where it goes."""
    refund = seen(model_admin, request, pk, policy.REFUND)
    initial = {"account": refund.account, "bank": refund.bank}
    return step(
        model_admin,
        request,
        verb="填写付款账户",
        about=_called(refund),
        consequences=["退费只退回付款账户；到账款项已载明账号的不能改"],
        form=AccountForm(sent(request), initial=initial),
        perform=lambda data: services.name_account(refund, **data, by=user(request), at=clock.now()),
        done="付款账户已保存",
        back=_page(refund),
    )


def decide_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """核准 or 不予核准, by another than who asked."""
    refund = seen(model_admin, request, pk, policy.REFUND)
    approves = request.POST.get("decision") == "approve"
    verb = services.approve_refund if approves else services.refuse_refund
    form = DecisionForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            verb(refund, answer=form.cleaned_data["answer"], by=user(request), at=clock.now())
        except Refused as refusal:
            if refusal.status != Refused.status:
                raise
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, f"{refund.number}：{'已核准，等待银行转出' if approves else '已记录不予核准'}")
            return redirect(_page(refund))
    own = own_part(refund, request)
    context = {"title": "核准退费", "refund": refund, "form": form, "own": own, "alone": alone(refund)}
    return render(model_admin, request, "fees/refund_decide.html", context, status=400 if form.errors else 200)


def record_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The bank has carried it out."""
    refund = seen(model_admin, request, pk, policy.REFUND)
    return step(
        model_admin,
        request,
        verb="登记退款",
        about=f"{_called(refund)}，账号 {refund.account}",
        consequences=["银行已经转出的才登记；登记后记入收支流水，不能修改", "付款人收到通知"],
        form=TransferForm(sent(request)),
        perform=lambda data: services.record_refund(refund, **data, by=user(request), at=clock.now()),
        done=f"{refund.number}：退款已登记",
        back=_page(refund),
    )


def cancel_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing is transferred after all."""
    refund = seen(model_admin, request, pk, policy.REFUND)
    return step(
        model_admin,
        request,
        verb="撤回退费",
        about=_called(refund),
        consequences=["银行尚未转出的才撤回；款项回到原处，需要时可以重新提出"],
        form=ReasonForm(sent(request)),
        perform=lambda data: services.cancel_refund(refund, **data, by=user(request), at=clock.now()),
        done=f"{refund.number}：已撤回",
        back=_page(refund),
        danger=True,
    )


@scoped_action(policy.REFUND, description="核准所选退费")
def approve_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet[Refund]) -> HttpResponse | None:
    """核准, one by one: what can't be approved is named and doesn't stop the others."""
    return confirm_action(
        model_admin,
        request,
        queryset.select_related("provider"),
        title="核准退费",
        consequences=["核准后等待银行转出；本人申请的、账号未填的不核准，并逐条列出原因"],
        perform=lambda row, reason: _approve(row, request),
    )


@scoped_action(policy.REFUND, description="导出所选退款清单（xlsx）")
def export_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet[Refund]) -> HttpResponse:
    """For whoever makes the transfers at the bank; recorded."""
    response = HttpResponse(transfer_book(queryset, by=user(request)), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="refunds.xlsx"'
    response["Cache-Control"] = "private, no-store"
    return response


def _approve(refund: Refund, request: HttpRequest) -> None:
    services.approve_refund(refund, by=user(request), at=clock.now())


def _called(refund: Refund) -> str:
    return f"退费 {refund.number}，{yuan(refund.amount)}，退给{refund.payer}"


def _page(refund: Refund) -> str:
    return reverse("admin:fees_refund_change", args=[refund.pk])
