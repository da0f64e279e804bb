"""退费: money that goes back to its payer. One asks, another approves, then the bank's transfer is booked (SPEC 6).

What is asked for is spoken for at once: nothing else can be paid of it. It comes back where the refund is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from fees import policy
from fees.enums import EntryKind, OrderState, RefundState
from fees.models import LedgerEntry, Order, OrderLine, Receipt, Refund, RefundItem
from fees.queries.receipts import UNDER_WAY, free_of
from fees.queries.refunds import lines_to_propose, lines_to_refund
from fees.services import money_telling
from fees.services.locks import locked_receipts
from fees.services.settling import settle
from registration.models import Application
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from skilleval.core import audit, counters
from skilleval.core.db import retrying
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.policy import require
from skilleval.core.transitions import begin, move
from skilleval.core.wording import cn_date, yuan

LEFT = "参评人员已退考或被取消"
UNNAMED = "付款人（流水未载户名）"


@dataclass(frozen=True)
class Part:
    """Money of one receipt, in yuan: what a line had of it, or what paid nothing (`line` None)."""

    receipt: Receipt
    line: OrderLine | None
    amount: Decimal


@retrying
@transaction.atomic
def propose_due(
    provider: Provider, *, lines: Iterable[OrderLine] | None = None, by: User, at: datetime
) -> list[Refund]:
    """Ask for what is owed (待退费): all of it, or of some lines; one refund for each account it came from.

    Run again it asks for nothing twice. Raises NotAllowed, and Conflict where one of the lines chosen isn't owed (any
    more) or is asked for already.
    """
    require(by, policy.REFUND, provider)
    chosen = None if lines is None else {line.pk for line in lines}
    owed = lines_to_propose().filter(order__provider=provider)
    wanted = set(owed.values_list("pk", flat=True)) if chosen is None else chosen
    held = LedgerEntry.objects.filter(line__in=wanted)
    receipts = locked_receipts(set(held.values_list("receipt", flat=True)))
    applications = Application.objects.filter(pk__in=OrderLine.objects.filter(pk__in=wanted).values("application"))
    list(applications.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk"))
    if held.exclude(receipt__in=[receipt.pk for receipt in receipts]).exists():
        raise Conflict("其中有费用刚由另一笔款项缴纳，请刷新后重新选择")
    still = {line.pk: line for line in owed.filter(pk__in=wanted).select_related("order__group", "application")}
    if chosen is not None and chosen - still.keys():
        raise Conflict("所选人员中有人刚恢复申报，或其费用已在办理退费，请刷新后重新选择")
    return _ask(_parts(receipts, still.values()), reason=LEFT, by=by, at=at)


@retrying
@transaction.atomic
def return_money(receipt: Receipt, *, amount: Decimal | None = None, by: User, at: datetime, reason: str) -> Refund:
    """Ask for what of a receipt pays nothing (all that is free, unless an amount in yuan is given) to go back.

    Raises NotAllowed, and Refused without a reason, or for more than what is free.
    """
    require(by, policy.REFUND, receipt.provider)
    if not reason.strip():
        raise Refused("请写明退回原因，例如：多缴、重复缴费、无法认定用途", field="reason")
    fresh = locked_receipts([receipt.pk])[0]
    free = free_of(Receipt.objects.filter(pk=fresh.pk)).get().free
    asked = free if amount is None else amount
    if not 0 < asked <= free:
        raise Refused(f"这笔款项可退 {yuan(free)}，请核对金额", field="amount")
    return _ask([Part(fresh, None, asked)], reason=reason.strip(), by=by, at=at)[0]


@transaction.atomic
def name_account(refund: Refund, *, account: str, bank: str, by: User, at: datetime) -> Refund:
    """Where the money goes: the payer's account, as the voucher or the bank shows it, while nobody has approved.

    An account that the bank's statement named stays. Whoever names it doesn't approve. Raises NotAllowed, Conflict, and
    Refused for another account.
    """
    refund = _locked(refund, by)
    _check_state(refund, RefundState.ASKED)
    known = next((item.receipt.payer_account for item in refund.items.select_related("receipt")), "")
    if known and account.strip() != known:
        raise Refused("退费只退回付款账户：到账款项已载明付款账号，不能改退其他账户", field="account")
    if not account.strip():
        raise Refused("请填写付款账户的账号，按缴费凭证或银行回单", field="account")
    refund.account, refund.bank, refund.account_named_by_id = account.strip(), bank.strip(), by.pk
    refund.save(update_fields=["account", "bank", "account_named_by_id"])
    audit.record("refund.account_named", by=by, obj=refund, fields=["account", "bank"])
    return refund


@retrying
@transaction.atomic
def approve_refund(refund: Refund, *, by: User, at: datetime, answer: str = "") -> Refund:
    """核准, by another one of the finance staff than who asked and who named the account.

    Raises NotAllowed, Conflict where it was decided meanwhile, and Refused without an account, or where a line isn't
    owed any more: its person goes on, or a decision keeps it.
    """
    refund = _decidable(refund, by)
    if not refund.account:
        raise Refused("请申请人先填写付款账户的账号，再核准")
    if refund.account_named_by_id == by.pk:
        raise NotAllowed("收款账号由您填写，退费须由另一名财务人员核准")
    lines = refund.items.exclude(line=None).values("line")
    if OrderLine.objects.filter(pk__in=lines).exclude(pk__in=lines_to_refund().values("pk")).exists():
        raise Refused("其中有费用现已不应退（参评人员恢复申报，或处理决定不退费），请不予核准后重新提出")
    _decide(refund, RefundState.APPROVED, by, at, answer)
    return refund


@retrying
@transaction.atomic
def refuse_refund(refund: Refund, *, by: User, at: datetime, answer: str) -> Refund:
    """不予核准: the money isn't spoken for any more, and pays what it covers of the orders it is for.

    Raises NotAllowed, Conflict, and Refused without a reason.
    """
    refund = _decidable(refund, by)
    if not answer.strip():
        raise Refused("请写明不予核准的理由", field="answer")
    _decide(refund, RefundState.REFUSED, by, at, answer)
    _settle(refund, by, at)
    return refund


@retrying
@transaction.atomic
def cancel_refund(refund: Refund, *, by: User, at: datetime, reason: str) -> Refund:
    """撤回: nothing is transferred (any more); as after `refuse_refund`. Raises NotAllowed, Conflict, Refused."""
    refund = _locked(refund, by)
    _check_state(refund, *UNDER_WAY)
    if not reason.strip():
        raise Refused("请写明撤回原因", field="reason")
    move(refund, RefundState.CANCELLED, by=by, at=at, reason=reason.strip())
    audit.record("refund.cancelled", by=by, obj=refund)
    _settle(refund, by, at)
    return refund


@retrying
@transaction.atomic
def record_refund(refund: Refund, *, paid_on: date, bank_reference: str, by: User, at: datetime) -> Refund:
    """退款登记: the bank has carried it out, on a day and under a number of its own; booked, and the payers told.

    Run again it changes nothing. Raises NotAllowed, Conflict where it isn't approved (any more), and Refused for a day
    before the approval or after today.
    """
    items = list(refund.items.select_related("receipt", "line__order").order_by("pk"))
    locked_receipts({item.receipt_id for item in items})
    refund = _locked(refund, by)
    if refund.state == RefundState.PAID:
        return refund
    _check_state(refund, RefundState.APPROVED)
    _check_day(refund, paid_on, timezone.localdate(at))
    if not bank_reference.strip():
        raise Refused("请填写银行流水号，以便对账", field="bank_reference")
    facts = {"paid_on": paid_on, "bank_reference": bank_reference.strip()}
    move(refund, RefundState.PAID, by=by, at=at, reason=f"{cn_date(paid_on)}由银行转出", **facts)
    LedgerEntry.objects.bulk_create([_entry(refund, item, paid_on, by) for item in items], batch_size=1000)
    audit.record("refund.paid", by=by, obj=refund, items=len(items))
    money_telling.tell_refunded(refund, _by_order(items))
    return refund


def _parts(receipts: Sequence[Receipt], lines: Iterable[OrderLine]) -> list[Part]:
    """What each line holds of each receipt."""
    known, of_line = {receipt.pk: receipt for receipt in receipts}, {line.pk: line for line in lines}
    rows = (
        LedgerEntry.objects.filter(line__in=of_line.keys()).order_by("line", "receipt").values_list("line", "receipt")
    )
    return [
        Part(known[receipt], of_line[line], held) for line, receipt, held in rows.annotate(held=Sum("amount")) if held
    ]


def _ask(parts: Sequence[Part], *, reason: str, by: User, at: datetime) -> list[Refund]:
    """One refund for each payer's account; where the bank named none, for each payer: of a name there can be two."""
    shares: defaultdict[tuple[str, str, str], list[Part]] = defaultdict(list)
    for part in parts:
        account = part.receipt.payer_account
        shares[_payer(part), account, "" if account else _owed_to(part)].append(part)
    return [_draw(payer, account, share, reason, by, at) for (payer, account, _), share in shares.items()]


def _owed_to(part: Part) -> str:
    """Whoever paid money of which the bank named no account: an institution, a person, or for all we know another."""
    if part.line is None:
        return f"receipt:{part.receipt.pk}"
    group = part.line.order.group
    return f"institution:{group.institution_id}" if group else f"person:{part.line.application.candidate_id}"


def _draw(payer: str, account: str, parts: Sequence[Part], reason: str, by: User, at: datetime) -> Refund:
    provider = parts[0].receipt.provider
    refund = Refund.objects.create(
        number=_number(provider, timezone.localdate(at)),
        provider=provider,
        payer=payer,
        account=account,
        amount=sum((part.amount for part in parts), Decimal(0)),
        reason=reason[:300],
        asked_by_id=by.pk,
        asked_by_label=by.label,
        asked_at=at,
    )
    begin(refund, by=by, at=at, reason=reason)
    items = [RefundItem(refund=refund, receipt=part.receipt, line=part.line, amount=part.amount) for part in parts]
    RefundItem.objects.bulk_create(items, batch_size=1000)
    audit.record("refund.asked", by=by, obj=refund, items=len(items))
    return refund


def _payer(part: Part) -> str:
    return (part.receipt.payer or (part.line.order.payer if part.line else "") or UNNAMED)[:100]


def _number(provider: Provider, on: date) -> str:
    head = f"TF{provider.filing_number[-4:]}{on:%y%m}"
    return f"{head}{counters.take(f'refund:{head}')[0]:05d}"


def _locked(refund: Refund, by: User) -> Refund:
    fresh = Refund.objects.select_for_update(of=("self",)).select_related("provider").get(pk=refund.pk)
    require(by, policy.REFUND, fresh.provider)
    return fresh


def _decidable(refund: Refund, by: User) -> Refund:
    refund = _locked(refund, by)
    _check_state(refund, RefundState.ASKED)
    if refund.asked_by_id == by.pk:
        raise NotAllowed("退费须由申请人以外的财务人员核准")
    return refund


def _decide(refund: Refund, to: str, by: User, at: datetime, answer: str) -> None:
    facts = {"decided_by_id": by.pk, "decided_by_label": by.label, "decided_at": at, "answer": answer.strip()}
    move(refund, to, by=by, at=at, reason=answer.strip(), **facts)
    audit.record(f"refund.{to}", by=by, obj=refund)


def _settle(refund: Refund, by: User, at: datetime) -> None:
    """Money that isn't promised any more pays the open orders that waited for it."""
    freed = refund.items.filter(line=None).values("receipt")
    settle(list(Order.objects.filter(state=OrderState.OPEN, receipts__receipt__in=freed).distinct()), by=by, at=at)


def _check_state(refund: Refund, *states: str) -> None:
    if refund.state not in states:
        raise Conflict(f"退费 {refund.number} 刚变为“{refund.get_state_display()}”，请刷新后查看")


def _check_day(refund: Refund, paid_on: date, today: date) -> None:
    if paid_on > today:
        raise Refused("退款日期不能晚于今天，请按银行回单填写", field="paid_on")
    approved_on = timezone.localdate(refund.decided_at) if refund.decided_at else today
    if paid_on < approved_on:
        raise Refused(f"退款日期不能早于核准日期 {cn_date(approved_on)}，请核对银行回单", field="paid_on")


def _entry(refund: Refund, item: RefundItem, paid_on: date, by: User) -> LedgerEntry:
    return LedgerEntry(
        receipt=item.receipt,
        order=item.line.order if item.line else None,
        line=item.line,
        refund=refund,
        kind=EntryKind.REFUND,
        amount=-item.amount,
        value_on=paid_on,
        key=f"refund:{item.pk}",
        booked_by_id=by.pk,
        booked_by_label=by.label,
    )


def _by_order(items: Iterable[RefundItem]) -> dict[Order, Decimal]:
    """What went back of each order; of money that paid nothing, of the order that it came for."""
    found: defaultdict[Order, Decimal] = defaultdict(Decimal)
    for item in items:
        use = None if item.line else item.receipt.orders.select_related("order").order_by("pk").first()
        order = item.line.order if item.line else use.order if use else None
        if order:
            found[order] += item.amount
    return found
