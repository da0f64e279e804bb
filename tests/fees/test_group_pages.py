"""A group's order on screen: for its officers, for finance, and what a member sees of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fees.models import Order, Voucher
from skilleval.accounts.enums import PROVIDER_ROLES
from skilleval.core import clock
from skilleval.journeys.desk import verbs
from tests.factories import UserFactory, staff
from tests.fees.groups import a_group, confirm, draw, members, officer_of
from tests.fees.makers import png
from tests.fees.money import money, pay
from tests.registration.rosters import row_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def an_order(size: int = 3) -> Order:
    """Drawn by an officer today, and due in a while."""
    group = a_group()
    group.window.closes_on = clock.today() + timedelta(days=300)
    group.window.save()
    members(group, size)
    return draw(group, when=clock.now())


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(order: Order, name: str = "order_page") -> str:
    return reverse(name, args=[order.uuid])


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_officers_page_names_the_people_the_sum_and_where_to_pay() -> None:
    order = an_order()
    shown = text(signed_in(officer_of(order.group)).get(page(order)))
    for line in order.lines.all():
        candidate = line.application.candidate
        assert (candidate.masked_id in shown, candidate.id_number in shown) == (True, False)
    for said in (
        "¥1,200.00",
        "3 人",
        order.reference,
        order.provider.bank_account,
        order.group.institution.credit_code,
    ):
        assert said in shown


def test_the_people_are_named_as_the_roster_names_them() -> None:
    order = an_order(2)
    named, again = (line.application for line in order.lines.order_by("pk"))
    row = row_of(order.group, person=named.candidate, name="样本六")
    row.application = named
    row.save()
    shown = text(signed_in(officer_of(order.group)).get(page(order)))
    assert ("样本六" in shown, shown.count("（该行已重新申报）")) == (True, 1)
    assert not any(one.candidate.name in shown for one in (named, again))


@pytest.mark.parametrize("name", ["order_page", "order_voucher", "order_invoice"])
def test_a_group_s_order_is_its_officers_alone(name: str) -> None:
    order = an_order()
    member = order.lines.first().application.candidate.user
    others = [UserFactory(), member, officer_of(a_group()), staff(order.provider, *PROVIDER_ROLES)]
    for other in others:
        assert signed_in(other).get(page(order, name)).status_code == 404
    assert signed_in(officer_of(order.group)).get(page(order, name)).status_code == 200


def test_an_officer_uploads_a_voucher_and_says_whom_to_invoice() -> None:
    order = an_order()
    client = signed_in(officer_of(order.group))
    today = clock.today().isoformat()
    answer = client.post(page(order, "order_voucher"), {"paid_on": today, "upload": png()})
    assert (answer.status_code, answer["Location"]) == (302, page(order))
    voucher = Voucher.objects.get()
    member = order.lines.first().application.candidate.user
    seen = reverse("voucher_file", args=[voucher.pk])
    assert b"".join(client.get(seen).streaming_content).startswith(b"\xff\xd8")
    assert signed_in(member).get(seen).status_code == 404
    sent = {"invoice_title": "某学校", "invoice_tax_number": "", "invoice_email": "a@example.test"}
    assert client.post(page(order, "order_invoice"), sent)["Location"] == page(order)
    order.refresh_from_db()
    assert (order.invoice_title, order.invoice_email) == ("某学校", "a@example.test")


def test_replaced_orders_lead_to_each_other_and_keep_the_voucher() -> None:
    order = an_order()
    officer = officer_of(order.group)
    client = signed_in(officer)
    client.post(page(order, "order_voucher"), {"paid_on": clock.today().isoformat(), "upload": png()})
    verbs.withdraw(order.lines.first().application, by=officer, at=clock.now(), reason="")
    new = Order.objects.get(state="open")
    old_page, new_page = text(client.get(page(order))), text(client.get(page(new)))
    assert (page(new) in old_page, "该订单已更换" in old_page, page(order) in new_page) == (True, True, True)
    assert f"为原订单 {order.number} 上传" in new_page
    refused = client.post(page(order, "order_voucher"), {"paid_on": clock.today().isoformat(), "upload": png()})
    assert (refused.status_code, new.number in text(refused)) == (400, True)
    clerk = signed_in(staff(order.provider, "finance"))
    desk = text(clerk.get(reverse("admin:fees_order_change", args=[new.pk])))
    assert (order.number in desk, f"为原订单 {order.number} 上传" in desk) == (True, True)
    picture = reverse("admin:desk_voucher", args=[new.pk, Voucher.objects.get().pk, 1])
    assert clerk.get(picture).status_code == 200
    assert "该订单已更换" in text(clerk.get(reverse("admin:fees_order_change", args=[order.pk])))


def test_finance_books_a_group_s_payment_as_one_row() -> None:
    order = an_order()
    clerk = signed_in(staff(order.provider, "finance"))
    address = reverse("admin:fees_order_change", args=[order.pk])
    form = clerk.get(address).context["form"]
    sent = {"value_on": clock.today().isoformat(), "amount": "1200.00", "key": form.initial["key"]}
    assert "已确认到账 ¥1,200.00" in text(clerk.post(address, sent, follow=True))
    shown = clerk.get(address)
    assert [(entry.kind, entry.amount) for entry in shown.context["booked"]] == [("到账", 1200)]
    first = order.lines.first().application
    first.refresh_from_db()
    verbs.withdraw(first, by=officer_of(order.group), at=clock.now(), reason="")
    shown = text(clerk.get(address))
    assert "待退费 ¥400.00（1 人，见明细）" in shown
    listed = text(clerk.get(reverse("admin:fees_order_changelist") + "?queue=refund"))
    assert (order.number in listed, order.payer in listed) == (True, True)


def test_a_member_sees_who_pays_and_how_much_but_not_the_order() -> None:
    order = an_order()
    application = order.lines.first().application
    own = signed_in(application.candidate.user)
    address = reverse("application_detail", args=[application.uuid])
    shown = text(own.get(address))
    assert (str(application.institution) in shown, "¥400.00" in shown) == (True, True)
    assert not any(said in shown for said in (order.number, "¥1,200.00", order.provider.bank_account, "上传凭证"))
    confirm(order, value_on=clock.today(), when=clock.now())
    assert "到账日期" in text(own.get(address))


def test_pages_cost_the_same_for_one_and_for_thirty_members() -> None:
    counts = []
    for size in (1, 30):
        order = an_order(size)
        officer, clerk = signed_in(officer_of(order.group)), signed_in(staff(order.provider, "finance"))
        pages = (
            (officer, page(order)),
            (clerk, reverse("admin:fees_order_change", args=[order.pk])),
            (clerk, reverse("admin:fees_order_changelist")),
        )
        for client, address in pages:
            assert client.get(address).status_code == 200  # sessions and caches are warm
        found = []
        for client, address in pages:
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            found.append(len(queries))
        counts.append(found)
    assert counts[0] == counts[1]


def test_long_orders_come_in_pages() -> None:
    order = an_order(51)
    client = signed_in(officer_of(order.group))
    first, second = (client.get(page(order), {"page": number}) for number in (1, 2))
    assert (len(first.context["people"]), len(second.context["people"])) == (50, 1)
    assert "第 51–51 人，共 51 人" in text(second)


def test_an_officer_says_whom_a_part_is_for() -> None:
    order = an_order()
    officer = signed_in(officer_of(order.group))
    receipt = money(order.provider, 800, on=clock.today(), when=clock.now())
    pay(receipt, order, when=clock.now())
    assert "指定人员" in text(officer.get(page(order)))
    lines = list(order.lines.order_by("pk"))
    assert "¥800.00" in text(officer.get(page(order, "order_members")))
    for few in ([], [line.pk for line in lines]):
        assert officer.post(page(order, "order_members"), {"line": few}).status_code == 400
    answer = officer.post(page(order, "order_members"), {"line": [lines[0].pk, lines[1].pk]}, follow=True)
    assert "已到账" in text(answer)
    assert [line.application.state for line in order.lines.order_by("pk")] == ["confirmed", "confirmed", "approved"]
    assert "部分人员已缴费" in text(officer.get(page(order)))
