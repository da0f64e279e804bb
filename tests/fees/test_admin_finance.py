"""财务总览, 月结单 and the ledger's list: who reads them, what an address narrows, what is taken away."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from skilleval.accounts.enums import Role
from skilleval.catalogue.models import Provider
from skilleval.core import clock
from skilleval.core.models import AuditEvent
from tests.factories import ApplicationFactory, MembershipFactory, OfferingFactory, ProviderFactory, staff
from tests.fees.makers import order_for
from tests.fees.monthly import Bank
from tests.journeys.desk import member, signed_in

pytestmark = pytest.mark.django_db

PAGES = ("fees_overview", "fees_overview_xlsx", "fees_month", "fees_month_xlsx", "fees_month_pdf")


@pytest.fixture(autouse=True)
def _in_april(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 4, 7))


@pytest.fixture
def provider() -> Provider:
    """Money of March."""
    bank = Bank(11)
    bank.run(date(2026, 3, 2), 4, 6)
    return bank.provider


def address(name: str) -> str:
    return reverse(f"admin:{name}")


def sheets(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(io.BytesIO(content))
    return {sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


@pytest.mark.parametrize("name", PAGES)
def test_the_books_are_finance_s_and_the_managers_own(name: str) -> None:
    mine, other = ProviderFactory(), ProviderFactory()
    for role, status in ((Role.FINANCE, 200), (Role.MANAGER, 200), (Role.REVIEWING, 403)):
        assert member(mine, role).get(address(name)).status_code == status
    client = member(mine, Role.FINANCE)
    for named in (other.pk, "x", "9" * 30):
        assert client.get(address(name), {"provider": named}).status_code == 404


def test_whoever_works_for_two_chooses() -> None:
    first, second = ProviderFactory(name="甲机构"), ProviderFactory(name="乙机构")
    user = staff(first, Role.FINANCE)
    MembershipFactory(user=user, role=Role.MANAGER, provider=second)
    MembershipFactory(user=user, role=Role.REVIEWING, provider=ProviderFactory(name="丙机构"))
    page = signed_in(user).get(address("fees_overview"), {"provider": second.pk})
    assert page.context["provider"] == second
    assert set(page.context["providers"]) == {first, second}


def test_a_line_of_the_overview_leads_to_its_orders() -> None:
    first, second = OfferingFactory(), OfferingFactory()
    second.provider = first.provider
    second.save()
    orders = [order_for(ApplicationFactory(offering=one, state="approved")) for one in (first, second)]
    window = orders[0].lines.get().application.first_window
    client = member(first.provider, Role.FINANCE)
    listed = f"{reverse('admin:fees_order_changelist')}?queue=everything&window={window.pk}&offering={first.pk}"
    assert listed.replace("&", "&amp;") in client.get(address("fees_overview")).content.decode()
    assert list(client.get(listed).context["cl"].result_list) == [orders[0]]
    nobody = reverse("admin:fees_order_changelist"), {"queue": "everything", "window": window.pk + 1}
    assert list(client.get(*nobody).context["cl"].result_list) == []


def test_the_overview_is_narrowed_by_its_address() -> None:
    first, second = OfferingFactory(), OfferingFactory()
    second.provider = first.provider
    second.save()
    for offering in (first, second):
        order_for(ApplicationFactory(offering=offering, state="approved"))
    client = member(first.provider, Role.MANAGER)
    for asked, offerings in (
        ({}, {first, second}),
        ({"offering": first.pk}, {first}),
        ({"year": "2025"}, set()),
        ({"year": ""}, {first, second}),
        ({"year": "２０２６"}, {first, second}),
        ({"window": "none"}, {first, second}),
        ({"offering": OfferingFactory().pk}, {first, second}),  # another provider's narrows nothing
    ):
        page = client.get(address("fees_overview"), asked)
        assert {row.offering for row in page.context["found"].rows} == offerings
        assert ("没有符合的记录" in page.content.decode()) == (not offerings)


def test_the_overview_is_exported_as_shown(provider: Provider) -> None:
    client = member(provider, Role.FINANCE)
    page = client.get(address("fees_overview"))
    rows = sheets(client.get(address("fees_overview_xlsx")).content)["财务总览"]
    assert len(rows) == len(page.context["found"].rows) + 2
    total = page.context["found"].total
    assert [Decimal(str(cell)) for cell in rows[-1][3:]] == [
        Decimal(getattr(total, name))
        for name in ("due_people", "due", "paid_people", "paid", "refunded", "owed", "doubtful")
    ]
    assert AuditEvent.objects.get(action="fees.overview_exported").details == {"rows": len(rows) - 2}


def test_a_month_as_page_workbook_and_paper_says_the_same(provider: Provider) -> None:
    client = member(provider, Role.FINANCE)
    page = client.get(address("fees_month"))
    statement, number = page.context["statement"], page.context["month"].number
    assert statement.first == date(2026, 3, 1)  # the month before, unless another is asked for
    closing = f"¥{statement.closing.total:,.2f}"
    assert closing in page.content.decode()
    found = sheets(client.get(address("fees_month_xlsx")).content)
    sums = [tuple(Decimal(str(cell)) for cell in row[1:]) for row in found["2026年3月月结单"][1:]]
    assert sums == [(line.held, line.free, line.total) for line in statement.lines]
    assert found["按日"][-1][0] == "合计"
    assert Decimal(str(found["按日"][-1][-1])) == statement.closing.total
    assert Decimal(str(found["按评价项目"][-1][-1])) == statement.closing.held
    paper = PdfReader(io.BytesIO(client.get(address("fees_month_pdf")).content))
    text = "".join("".join(one.extract_text().split()) for one in paper.pages)
    assert [word for word in (number, closing, provider.filing_number) if word not in text] == []
    forms = AuditEvent.objects.filter(action="fees.month_exported").order_by("pk")
    assert [event.details for event in forms] == [{"month": "202603", "form": form} for form in ("xlsx", "pdf")]


@pytest.mark.parametrize(
    ("month", "status"),
    [("2026-03", 200), ("2026-04", 200), ("2026-05", 404), ("2026-13", 404), ("x", 404), ("2026-3", 404)],
)
def test_which_months_there_are(month: str, status: int) -> None:
    client = member(ProviderFactory(), Role.FINANCE)
    page = client.get(address("fees_month"), {"month": month})
    assert page.status_code == status
    if status == 200:
        assert ("本月尚未结束" in page.content.decode()) == (month == "2026-04")


def test_the_ledger_is_read_and_never_changed(provider: Provider) -> None:
    client = member(provider, Role.FINANCE)
    page = client.get(reverse("admin:fees_ledgerentry_changelist"))
    entry = page.context["cl"].result_list[0]
    assert address("fees_month") in page.content.decode()
    form = reverse("admin:fees_ledgerentry_change", args=[entry.pk])
    assert client.get(form).status_code == 200
    assert client.post(form, {"amount": "1"}).status_code == 403
    assert member(ProviderFactory(), Role.FINANCE).get(form).status_code == 404
