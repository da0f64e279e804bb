"""Orders and the money booked for them (SPEC 6).

Locks are taken order first, then its applications. The ledger only grows: a trigger refuses changes to it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from fees import policy
from fees.enums import EntryKind, OrderState
from fees.models import LedgerEntry, Order, OrderLine, Voucher
from fees.queries import price_of
from registration.models import Application, Window
from registration.services import notify, progress
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from skilleval.catalogue.queries import work_calendar
from skilleval.core import audit, counters, files
from skilleval.core.db import assert_in_transaction
from skilleval.core.enums import FileKind
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import require
from skilleval.core.transitions import begin, move
from skilleval.core.wording import cn_date, cn_deadline, yuan


def draw_order(application: Application, *, by: User | None, at: datetime) -> Order | None:
    """The order of an approved application, prices frozen as published today; None where nothing is to pay.

    In the caller's transaction, which approved it. Raises Refused where a subject has no published price.
    """
    assert_in_transaction()
    today = timezone.localdate(at)
    fee = price_of(application.offering, subjects=application.subjects, on=today)
    if fee.amount is None:
        raise Refused("该评价项目现无有效的收费标准（费用待公布），请先由财务公布后再审核通过", source="收费标准")
    if not fee.amount:
        return None
    provider, payer = application.offering.provider, application.candidate.name
    order = Order.objects.create(
        number=_number(provider, today),
        provider=provider,
        payer=payer,
        reference=reference_of(application, payer),
        amount=fee.amount,
        drawn_on=today,
        due_on=due_on(provider, application.window or application.first_window, today),
        invoice_title=payer,
    )
    begin(order, by=by, at=at)
    prices = {subject: str(amount) for subject, amount in fee.by_subject.items()}
    OrderLine.objects.create(order=order, application=application, amount=fee.amount, prices=prices)
    return order


def draw_again(application: Application, *, by: User | None, at: datetime) -> Order | None:
    """The order of an application that goes on after its old one ended unpaid or was refunded; that one stays history.

    In the caller's transaction. Raises what draw_order raises.
    """
    assert_in_transaction()
    OrderLine.objects.filter(application=application, live=True).update(live=False)
    return draw_order(application, by=by, at=at)


def reference_of(application: Application, payer: str, heads: int = 1) -> str:
    """The text asked for as the transfer's reference: 考核费+单位（个人）名称+项目名称（等级）+人数 (SICT 2026)."""
    offering = application.offering
    return f"考核费+{payer}+{offering.work_type}（{offering.get_level_display()}）+{heads}人"


def due_on(provider: Provider, window: Window, approved_on: date) -> date:
    """The last day to pay: the later of the window's last day and approval + the provider's payment days (SPEC 6)."""
    return max(window.closes_on, work_calendar().add(approved_on, provider.payment_days).date)


@transaction.atomic
def confirm_payment(
    order: Order, *, value_on: date, by: User, at: datetime, key: str, amount: Decimal | None = None
) -> Order:
    """到账确认: book each line, mark the order paid, and confirm its applications.

    `value_on` is the day the money reached the account: deadlines are judged by it, however late it is booked. `key`
    names this act: the same key again changes nothing. `amount`, where given, has to be the whole. Raises NotAllowed,
    Conflict where another act booked it first, and Refused for a wrong day, a part, or an order that is no longer open.
    """
    order = _locked(order)
    require(by, policy.CONFIRM, order.provider)
    lines = list(order.lines.filter(live=True).order_by("application_id"))
    if LedgerEntry.objects.filter(order=order, key__startswith=f"{key}:").exists():
        return order
    _check_open(order)
    _check_value(order, value_on, today=timezone.localdate(at), amount=amount)
    LedgerEntry.objects.bulk_create(_payment(line, value_on, by, key) for line in lines)
    move(order, OrderState.PAID, by=by, at=at, reason=f"{cn_date(value_on)}到账")
    for line in lines:
        progress.mark_confirmed(line.application, value_on=value_on, by=by, at=at)
    return order


@transaction.atomic
def attach_voucher(order: Order, *, upload: File[Any], paid_on: date, by: User, at: datetime) -> Voucher:
    """缴费凭证: keep what the payer shows. It books nothing. Raises Refused for a closed order, a wrong day or file."""
    order = _locked(order)
    if order.state != OrderState.OPEN:
        raise Refused(f"该订单{order.get_state_display()}，不需再上传凭证")
    if paid_on > timezone.localdate(at):
        raise Refused("付款日期不能晚于今天，请按转账回单填写", field="paid_on")
    if paid_on < order.drawn_on:
        raise Refused(f"付款日期不能早于订单开具日期 {cn_date(order.drawn_on)}，请核对回单", field="paid_on")
    if paid_on > order.due_on:
        raise Refused(
            f"缴费截止 {cn_deadline(order.due_on)}已过，之后的付款不能确认；已经转账的，请联系评价机构退回",
            field="paid_on",
        )
    stored = files.store(upload, kind=FileKind.DOCUMENT, by=by, owner_label=f"order:{order.number}")
    return Voucher.objects.create(order=order, file=stored, paid_on=paid_on)


@transaction.atomic
def set_invoice(order: Order, *, title: str, tax_number: str, email: str, by: User) -> Order:
    """开票信息, changeable until the money is booked."""
    order = _locked(order)
    if order.state != OrderState.OPEN:
        raise Refused(f"该订单{order.get_state_display()}，开票信息不能再改，请联系评价机构")
    order.invoice_title, order.invoice_tax_number, order.invoice_email = title, tax_number, email
    order.save(update_fields=["invoice_title", "invoice_tax_number", "invoice_email"])
    audit.record("order.invoice_changed", by=by, obj=order)
    return order


def lock_open_order(application: Application) -> Order | None:
    """The open order an application stands in, locked before the application is; None if it has none."""
    line = OrderLine.objects.filter(application=application, live=True, order__state=OrderState.OPEN).first()
    order = _locked(line.order) if line else None
    return order if order and order.state == OrderState.OPEN else None


def close_order(order: Order, to: str, *, by: User | None, at: datetime, reason: str) -> None:
    """An unpaid order ends: cancelled with its application's withdrawal, or lapsed."""
    move(order, to, by=by, at=at, reason=reason)
    order.lines.filter(live=True).update(live=False)


@transaction.atomic
def cancel_unpaid(application: Application, *, by: User | None, at: datetime, reason: str) -> Order | None:
    """An application is ended by others: its open order is cancelled; None if it has none.

    The order is locked before the application is, as everywhere: call it first.
    """
    order = lock_open_order(application)
    if order:
        close_order(order, OrderState.CANCELLED, by=by, at=at, reason=reason)
    return order


@transaction.atomic
def keep_fee(application: Application, *, source: str, by: User | None, at: datetime) -> int:
    """The fee of an offending application isn't refunded (SPEC 10): its lines leave 待退费. Returns how many now do."""
    lines = [line for line in _lines_of(application) if source not in line.kept_for]
    for line in lines:
        line.kept_for = [*line.kept_for, source]
        line.save(update_fields=["kept_for"])
        audit.record("order.fee_kept", by=by, obj=line.order, line=line.pk)
    return len(lines)


@transaction.atomic
def give_back_claim(source: str, *, by: User | None, at: datetime) -> int:
    """The decision is lifted: its lines can be refunded again, unless another decision keeps them. How many lines."""
    lines = list(OrderLine.objects.select_for_update().filter(kept_for__contains=[source]).order_by("pk"))
    for line in lines:
        line.kept_for = [other for other in line.kept_for if other != source]
        line.save(update_fields=["kept_for"])
        audit.record("order.claim_restored", by=by, obj=line.order, line=line.pk)
    return len(lines)


@transaction.atomic
def lapse(order: Order, *, at: datetime) -> bool:
    """An overdue order lapses with its applications; False if it was settled meanwhile or somebody has to look first.

    A voucher of a payment in time keeps it open: money that came by its due date counts whenever it is booked (SPEC
    7.1), so finance decide, by confirm_payment or find_unpaid.
    """
    order = _locked(order)
    if order.state != OrderState.OPEN or timezone.localdate(at) <= lapses_after(order) or claims_payment(order):
        return False
    _lapse(order, by=None, at=at, reason=f"缴费截止日 {cn_date(order.due_on)}已过，未收到款项")
    return True


@transaction.atomic
def find_unpaid(order: Order, *, by: User, at: datetime, reason: str) -> Order:
    """未到账: finance looked for the money of an overdue order with a voucher, and there is none; it lapses.

    Raises NotAllowed, Conflict where it was settled meanwhile, and Refused before the settling days are over.
    """
    order = _locked(order)
    require(by, policy.CONFIRM, order.provider)
    if order.state != OrderState.OPEN:
        raise Conflict(f"该订单刚变为“{order.get_state_display()}”，请刷新后查看")
    last = lapses_after(order)
    if timezone.localdate(at) <= last:
        raise Refused(f"入账时间到 {cn_date(last)}止，之后才能作未到账处理", from_on=last + timedelta(days=1))
    if not reason.strip():
        raise Refused("请写明核对情况，例如核对了哪几天的银行流水", field="reason")
    _lapse(order, by=by, at=at, reason=f"核对银行流水未收到款项：{reason.strip()}")
    return order


def claims_payment(order: Order) -> bool:
    """Whether the payer showed a voucher of a payment by the due date."""
    return order.vouchers.filter(paid_on__lte=order.due_on).exists()


def lapses_after(order: Order) -> date:
    """The day after which an unpaid order lapses: due date + the provider's settling days, in which the bank's
    statement can be booked (SPEC 7.1: money that came by its due date counts whenever it is booked)."""
    return work_calendar().add(order.due_on, order.provider.settling_days).date


def tell_to_pay(order: Order, application: Application, *, at: datetime) -> None:
    """The review is passed: how much, until when, with which reference."""
    notify.tell(
        application.candidate,
        cause=f"to-pay:{order.pk}",
        subject="您的申报已通过审核，请缴费",
        body=f"申报 {application.number}（{application.offering}）已通过资格审核。"
        f"请于{cn_deadline(order.due_on)}转账缴费 {yuan(order.amount)}，以到账日为准；收款账户和转账附言见申报进度页。",
        link=notify.page_of(application),
        at=at,
    )


@transaction.atomic
def remind(order: Order, *, at: datetime) -> bool:
    """One working day before the due date, once: pay, or the application lapses. False if it was done or settled."""
    order = _locked(order)
    if order.state != OrderState.OPEN or order.reminded_on:
        return False
    order.reminded_on = timezone.localdate(at)
    order.save(update_fields=["reminded_on"])
    for line in order.lines.filter(live=True).select_related("application__candidate__user"):
        notify.tell(
            line.application.candidate,
            cause=f"pay-reminder:{order.pk}",
            subject="缴费即将截止",
            body=f"申报 {line.application.number} 应缴 {yuan(order.amount)}，缴费截止 {cn_deadline(order.due_on)}，"
            "以款项到达机构账户之日为准；逾期未到账，申报将失效。已转账的请上传缴费凭证。",
            link=notify.page_of(line.application),
            at=at,
        )
    return True


def _lines_of(application: Application) -> list[OrderLine]:
    return list(OrderLine.objects.select_for_update().filter(application=application).order_by("pk"))


def _locked(order: Order) -> Order:
    assert_in_transaction()
    return Order.objects.select_for_update(of=("self",)).select_related("provider").get(pk=order.pk)


def _lapse(order: Order, *, by: User | None, at: datetime, reason: str) -> None:
    lines = list(order.lines.filter(live=True).order_by("application_id"))
    close_order(order, OrderState.LAPSED, by=by, at=at, reason=reason)
    for line in lines:
        progress.lapse(line.application, at=at, reason=reason)


def _number(provider: Provider, on: date) -> str:
    """Last 4 digits of the filing number, yymm, serial of that provider and month."""
    head = f"{provider.filing_number[-4:]}{on:%y%m}"
    return f"{head}{counters.take(f'order:{head}')[0]:05d}"


def _payment(line: OrderLine, value_on: date, by: User, key: str) -> LedgerEntry:
    return LedgerEntry(
        order_id=line.order_id,
        line=line,
        kind=EntryKind.PAYMENT,
        amount=line.amount,
        value_on=value_on,
        key=f"{key}:{line.pk}",
        booked_by_id=by.pk,
        booked_by_label=by.label,
    )


def _check_open(order: Order) -> None:
    if order.state == OrderState.PAID:
        raise Conflict("该订单刚由他人确认到账，未重复记账")
    if order.state == OrderState.LAPSED:
        raise Refused(
            f"该订单已于缴费截止 {cn_date(order.due_on)}后失效，不能确认到账。"
            "款项在截止日前到账而入账较迟的，请退回款项并通知参评人员重新申报"
        )
    if order.state != OrderState.OPEN:
        raise Refused(f"该订单{order.get_state_display()}，不能确认到账；已收到的款项请退回付款人")


def _check_value(order: Order, value_on: date, *, today: date, amount: Decimal | None) -> None:
    if value_on > today:
        raise Refused("到账日期不能晚于今天，请按银行流水填写", field="value_on")
    if value_on < order.drawn_on:
        raise Refused(f"到账日期不能早于订单开具日期 {cn_date(order.drawn_on)}，请核对银行流水", field="value_on")
    if value_on > order.due_on:
        raise Refused(
            f"款项 {cn_date(value_on)}到账，晚于缴费截止 {cn_date(order.due_on)}，不能确认；请将款项退回付款人",
            field="value_on",
        )
    if amount is not None and amount != order.amount:
        raise Refused(
            f"应缴 {yuan(order.amount)}，到账 {yuan(amount)}，金额不符。部分到账不能确认，请联系付款人补足或退回",
            field="amount",
        )
