"""The payer's pages: whose they are, what is accepted, what each refusal says."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from fees.models import LedgerEntry, Order, Voucher
from skilleval.accounts.enums import PROVIDER_ROLES
from skilleval.core import clock
from tests.factories import ApplicationFactory, CandidateFactory, ProviderFactory, UserFactory, staff
from tests.fees.makers import order_for, png
from tests.fees.money import money, pay

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def an_order(**fields: Any) -> Order:
    far = clock.today() + timedelta(days=300)
    return order_for(ApplicationFactory(state="approved"), **({"drawn_on": date(2026, 3, 5), "due_on": far} | fields))


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def payer_of(order: Order) -> Client:
    return signed_in(order.lines.get().application.candidate.user)


def address(order: Order, name: str = "order_voucher") -> str:
    return reverse(name, args=[order.uuid])


def upload(client: Client, order: Order, file: Any = None, paid_on: str = "2026-03-10") -> Any:
    return client.post(address(order), {"paid_on": paid_on, "upload": file or png()})


def test_a_voucher_comes_back_to_the_application_and_books_nothing() -> None:
    order = an_order()
    client = payer_of(order)
    answer = upload(client, order)
    application = order.lines.get().application
    assert (answer.status_code, answer["Location"]) == (302, reverse("application_detail", args=[application.uuid]))
    voucher = Voucher.objects.get()
    assert voucher.paid_on == date(2026, 3, 10)
    assert not LedgerEntry.objects.exists()
    shown = client.get(reverse("voucher_file", args=[voucher.pk]))
    assert (shown.status_code, shown["X-Content-Type-Options"]) == (200, "nosniff")
    assert "no-store" in shown["Cache-Control"]
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8")


@pytest.mark.parametrize("name", ["order_voucher", "order_invoice"])
def test_an_order_is_its_payer_s_alone(name: str) -> None:
    order = an_order()
    anonymous = Client().get(address(order, name))
    assert (anonymous.status_code, reverse("account_login") in anonymous["Location"]) == (302, True)
    others = [UserFactory(), CandidateFactory().user, staff(order.provider, *PROVIDER_ROLES)]
    for other in others:
        for send in (signed_in(other).get, signed_in(other).post):
            assert send(address(order, name)).status_code == 404
    assert payer_of(order).get(address(order, name)).status_code == 200


def test_a_voucher_is_seen_by_its_payer_and_the_provider_only() -> None:
    order = an_order(voucher=True)
    shown = reverse("voucher_file", args=[order.vouchers.get().pk])
    for one in (payer_of(order), signed_in(staff(order.provider, "finance"))):
        assert b"".join(one.get(shown).streaming_content) == b"%PDF-1.4"
    for other in (UserFactory(), CandidateFactory().user, staff(ProviderFactory(), *PROVIDER_ROLES)):
        assert signed_in(other).get(shown).status_code == 404
    assert Client().get(shown).status_code == 302


@pytest.mark.parametrize(
    ("file", "paid_on", "says"),
    [
        (SimpleUploadedFile("a.png", b"not a picture"), "2026-03-10", "JPG、PNG 或 PDF"),
        (SimpleUploadedFile("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "2026-03-10", "JPG、PNG 或 PDF"),
        (SimpleUploadedFile("empty.pdf", b""), "2026-03-10", "空的"),
        (None, "2026-03-04", "不能早于订单开具日期"),
        (None, "2999-01-01", "不能晚于今天"),
        (None, "三月十日", "日期"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(file: Any, paid_on: str, says: str) -> None:
    order = an_order()
    answer = upload(payer_of(order), order, file, paid_on)
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert not Voucher.objects.exists()


def test_nothing_sent_asks_for_both() -> None:
    order = an_order()
    answer = payer_of(order).post(address(order), {})
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"paid_on", "upload"}


def test_a_paid_order_takes_no_more_vouchers() -> None:
    order = an_order(state="paid", paid=True)
    answer = upload(payer_of(order), order)
    assert answer.status_code == 400
    assert "不需再上传凭证" in answer.content.decode()


@pytest.mark.parametrize(
    ("number", "accepted"),
    [
        ("", True),
        ("91310000MA1FL00000", True),
        ("310101000000000", True),
        ("12345", False),
        ("九一三一零零零零零零零零零零零", False),
    ],
)
def test_invoice_particulars_are_checked_and_kept(number: str, accepted: bool) -> None:
    order = an_order()
    sent = {"invoice_title": "某某公司", "invoice_tax_number": number, "invoice_email": "a@example.test"}
    answer = payer_of(order).post(address(order, "order_invoice"), sent)
    assert answer.status_code == (302 if accepted else 400)
    order.refresh_from_db()
    assert order.invoice_title == ("某某公司" if accepted else "")


def test_the_box_says_how_much_where_to_and_until_when() -> None:
    order = an_order(due_on=date(2999, 4, 30))
    text = payer_of(order).get(address(order)).content.decode()
    for expected in ("¥400.00", "2999年4月30日 24:00 前", order.provider.bank_account, order.reference):
        assert expected in text


def test_after_the_due_date_nobody_is_asked_to_pay() -> None:
    order = an_order(due_on=clock.today() - timedelta(days=1))
    text = payer_of(order).get(address(order)).content.decode()
    assert "缴费截止已过" in text
    assert order.provider.bank_account not in text
    assert "截止日前已转账的" in text
    today = clock.today().isoformat()
    refused = upload(payer_of(order), order, paid_on=today)
    assert (refused.status_code, "之后的付款不能确认" in refused.content.decode()) == (400, True)
    assert upload(payer_of(order), order, paid_on=order.due_on.isoformat()).status_code == 302


def test_money_in_a_name_is_only_text() -> None:
    order = an_order(reference="考核费+<script>alert(1)</script>")
    text = payer_of(order).get(address(order)).content.decode()
    assert "<script>alert" not in text


def test_a_part_that_came_is_said_with_what_is_missing() -> None:
    order = an_order()
    pay(money(order.provider, 320, on=date(2026, 3, 10)), order, when=clock.now())
    application = order.lines.get().application
    shown = payer_of(order).get(reverse("application_detail", args=[application.uuid])).content.decode()
    assert "已收到 ¥320.00，还差 ¥80.00" in shown
    assert "请一次付足 ¥80.00" in shown
