"""The desk in the admin: orders, prices, and what is due today."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fees.models import FeeItem, LedgerEntry, Order
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.core import files
from skilleval.core.models import AuditEvent
from skilleval.journeys.desk.today import duties_of, tasks_of
from tests.certificates.marking import sat
from tests.factories import (
    ApplicationFactory,
    OfferingFactory,
    ProviderFactory,
    UserFactory,
    publish_fees,
    staff,
)
from tests.fees.makers import order_for, png
from tests.journeys.desk import ORDERS, member, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


# --- orders ---------------------------------------------------------------------------------------------------------


def an_order(**kwargs: Any) -> Order:
    application = ApplicationFactory(state="approved")
    return order_for(application, drawn_on=date(2026, 3, 5), due_on=date(2999, 3, 31), **kwargs)


def payment(order: Order, client: Client, **fields: Any) -> Any:
    sent = {"value_on": "2026-03-10", "amount": "400.00", "key": "form-1"} | fields
    return client.post(reverse("admin:fees_order_change", args=[order.pk]), sent)


def test_finance_books_a_payment_once_however_often_the_form_is_sent() -> None:
    order = an_order()
    client = member(order.provider, Role.FINANCE)
    assert [payment(order, client).status_code for _ in range(2)] == [302, 302]
    assert LedgerEntry.objects.get().value_on == date(2026, 3, 10)
    assert order.lines.get().application.state == "confirmed"
    assert payment(order, client, key="form-2").status_code == 409


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"amount": "0"}, "大于"),
        ({"value_on": "2026-03-04"}, "不能早于订单开具日期"),
        ({"value_on": "2999-01-01"}, "不能晚于今天"),
        ({"value_on": "昨天"}, "日期"),
        ({"value_on": ""}, "必填"),
    ],
)
def test_a_payment_that_can_t_be_is_refused_at_its_field(fields: dict[str, str], says: str) -> None:
    order = an_order()
    answer = payment(order, member(order.provider, Role.FINANCE), **fields)
    assert answer.status_code == 400
    errors = " ".join(error for field in answer.context["form"].errors.values() for error in field)
    assert says in errors
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("role", [role for role in PROVIDER_ROLES if role != Role.FINANCE])
def test_other_roles_see_the_order_but_book_nothing(role: str) -> None:
    order = an_order()
    client = member(order.provider, role)
    shown = client.get(reverse("admin:fees_order_change", args=[order.pk]))
    assert (shown.status_code, "确认到账</button>" in shown.content.decode()) == (200, False)
    assert payment(order, client).status_code == 403
    assert not LedgerEntry.objects.exists()


def test_orders_with_a_voucher_come_first_and_show_it() -> None:
    plain = an_order()
    vouched = order_for(
        ApplicationFactory(state="approved", offering__provider=plain.provider), due_on=date(2999, 4, 1)
    )
    stored = files.store(png(), kind="document", by=None, owner_label="test")
    voucher = vouched.vouchers.create(file=stored, paid_on=date(2026, 3, 9))
    client = member(plain.provider, Role.FINANCE)
    text = client.get(ORDERS).content.decode()
    assert 0 < text.index(vouched.number) < text.index(plain.number)
    shown = client.get(reverse("admin:fees_order_change", args=[vouched.pk])).content.decode()
    picture = reverse("admin:desk_voucher", args=[vouched.pk, voucher.pk, 1])
    assert picture in shown
    assert 'value="2026-03-09"' in shown
    assert client.get(picture)["Content-Type"] == "image/png"
    assert client.get(reverse("admin:desk_voucher", args=[plain.pk, voucher.pk, 1])).status_code == 404
    assert member(ProviderFactory(), Role.FINANCE).get(picture).status_code == 404


def test_refunds_due_have_a_tab_and_say_so() -> None:
    order = order_for(ApplicationFactory(state="withdrawn"), state="paid", paid=True)
    client = member(order.provider, Role.FINANCE)
    text = client.get(f"{ORDERS}?queue=refund").content.decode()
    assert order.number in text
    assert '待退费 <span class="tabs-count">1</span>' in text
    assert "待退费" in client.get(reverse("admin:fees_order_change", args=[order.pk])).content.decode()


def test_prices_are_finance_s_to_keep() -> None:
    offering = OfferingFactory()
    sent = {
        "offering": offering.pk,
        "kind": "subject",
        "subject": "theory",
        "title": "",
        "applies_to": "any",
        "amount": "90.00",
        "valid_from": "2026-03-01",
        "valid_until": "",
    }
    address = reverse("admin:fees_feeitem_add")
    assert member(offering.provider, Role.REVIEWING).post(address, sent).status_code == 403
    assert member(ProviderFactory(), Role.FINANCE).post(address, sent).status_code == 200  # not among their choices
    assert not FeeItem.objects.exists()
    assert member(offering.provider, Role.FINANCE).post(address, sent).status_code == 302
    assert FeeItem.objects.get().amount == Decimal("90.00")
    again = member(offering.provider, Role.FINANCE).post(address, sent)
    assert "与已有的一条重叠：理论知识 ¥90.00" in again.content.decode()


# --- today ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        (Role.REVIEWING, ["份申报待审核"]),
        (Role.FINANCE, ["笔订单待确认到账", "笔费用待退"]),
        (Role.SCHEDULING, []),
        (Role.MANAGER, []),
    ],
)
def test_today_lists_what_awaits_the_role(role: str, titles: list[str]) -> None:
    first = ApplicationFactory()
    order_for(ApplicationFactory(state="approved", offering=first.offering))
    order_for(ApplicationFactory(state="withdrawn", offering=first.offering), state="paid", paid=True)
    ApplicationFactory()
    user = staff(first.offering.provider, role)
    tasks = tasks_of(user, date(2026, 3, 5))
    assert [(task.count, task.title) for task in tasks] == [(1, title) for title in titles]
    text = signed_in(user).get(reverse("admin:index")).content.decode()
    assert all(title in text for title in titles)
    assert ("今天没有待办" in text) is (not titles)


def test_what_is_late_presses() -> None:
    application = ApplicationFactory(review_by=date(2026, 3, 9))
    user = staff(application.offering.provider, Role.REVIEWING)
    assert [tasks_of(user, date(2026, 3, day))[0].urgent for day in (9, 10)] == [False, True]


def test_people_without_a_role_see_no_desk() -> None:
    assert tasks_of(UserFactory(), date(2026, 3, 5)) == []
    assert duties_of(UserFactory()) == []


def test_whoever_may_be_on_duty_finds_the_door_and_the_report() -> None:
    user = staff(ProviderFactory(), Role.FINANCE)
    text = signed_in(user).get(reverse("admin:index")).content.decode()
    assert [name for name in ("door", "case_report") if f'href="{reverse(name)}"' in text] == ["door", "case_report"]


def test_today_counts_the_rooms_of_today() -> None:
    provider = OfferingFactory().provider
    session = sat(OfferingFactory(provider=provider), 2)
    for user, counts in ((staff(provider, Role.FINANCE), [2]), (staff(ProviderFactory(), Role.FINANCE), [])):
        assert [task.count for task in tasks_of(user, session.held_on) if "考场" in task.title] == counts
        assert not [task for task in tasks_of(user, session.held_on + timedelta(days=1)) if "考场" in task.title]


def test_choosing_an_offering_for_a_price_takes_the_same_queries_for_1_and_30() -> None:
    counts = []
    for size in (1, 1, 30):  # the first fills the caches of the process
        provider = ProviderFactory()
        for _ in range(size):
            OfferingFactory(provider=provider)
        client = member(provider, Role.FINANCE)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("admin:fees_feeitem_add")).status_code == 200
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_a_changed_price_leaves_a_trace() -> None:
    item = publish_fees(OfferingFactory())[0]
    client = member(item.offering.provider, Role.FINANCE)
    sent = {
        "offering": item.offering.pk,
        "kind": "subject",
        "subject": item.subject,
        "title": "",
        "applies_to": "any",
        "amount": "120",
        "valid_from": "2026-01-15",
        "valid_until": "",
        "notice": item.notice_id,
    }
    assert client.post(reverse("admin:fees_feeitem_change", args=[item.pk]), sent).status_code == 302
    assert AuditEvent.objects.get(action="fees.feeitem.changed").details == {"fields": ["amount"]}


def test_an_overdue_order_with_a_voucher_is_found_unpaid_on_a_page_of_its_own() -> None:
    order = order_for(ApplicationFactory(state="approved"), due_on=date(2026, 3, 31), voucher=True)
    client = member(order.provider, Role.FINANCE)
    address = reverse("admin:desk_unpaid", args=[order.pk])
    assert address in client.get(reverse("admin:fees_order_change", args=[order.pk])).content.decode()
    assert "不能恢复" in client.get(address).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 400
    assert member(order.provider, Role.REVIEWING).post(address, {"reason": "没有"}).status_code == 403
    assert member(ProviderFactory(), Role.FINANCE).post(address, {"reason": "没有"}).status_code == 404
    assert client.post(address, {"reason": "流水中没有"}).status_code == 302
    order.refresh_from_db()
    assert order.state == "lapsed"
    assert client.post(address, {"reason": "流水中没有"}).status_code == 409
