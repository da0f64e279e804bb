"""A fee of several parts is broken down wherever it is shown, and as it was frozen once it was (SPEC 6, 13)."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from pypdf import PdfReader

from fees.models import FeeItem, OrderLine
from fees.queries import fee_stated
from registration.models import Application
from skilleval.accounts.enums import Role
from skilleval.catalogue.models import Offering
from skilleval.core import clock
from skilleval.journeys.applying.form_pdf import application_form
from tests.factories import (
    ApplicationFactory,
    CandidateFactory,
    FeeItemFactory,
    OfferingFactory,
    at,
    publish_fees,
    window_of,
)
from tests.fees.makers import order_for
from tests.journeys.desk import member, signed_in
from tests.registration.ledger import earn

pytestmark = pytest.mark.django_db

WORDS = "理论知识 ¥100.00，操作技能 ¥300.00，材料费 ¥20.00"
FROZEN = {"theory": "90.00", "practical": "300.00", "other:材料费": "10.00"}
FROZEN_WORDS = "理论知识 ¥90.00，操作技能 ¥300.00，材料费 ¥10.00"


@pytest.fixture(autouse=True)
def _in_march(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(2026, 3, 10))
    monkeypatch.setattr(clock, "today", lambda: date(2026, 3, 10))


@pytest.fixture
def offering() -> Offering:
    """With a fee for materials beside its subjects'."""
    made = OfferingFactory()
    publish_fees(made)
    FeeItemFactory(offering=made, kind="other", subject="", title="材料费", amount=Decimal(20))
    return made


def owner_of(application: Application) -> Any:
    return signed_in(application.candidate.user)


def drawn(application: Application, **fields: Any) -> OrderLine:
    line = order_for(application, **fields).lines.get()
    line.prices = FROZEN
    line.save()
    return line


def test_the_offering_s_page_names_each_part_and_each_resit(client: Any, offering: Offering) -> None:
    text = client.get(reverse("offering_detail", args=[offering.pk])).content.decode()
    for words in ("材料费", "¥420.00", "补考，只考操作技能", "¥320.00", "操作技能 ¥300.00，材料费 ¥20.00"):
        assert words in text
    package = {"kind": "package", "subject": "", "applies_to": "new", "amount": Decimal(380)}
    FeeItemFactory(offering=offering, **package)
    FeeItem.objects.filter(kind="subject").update(applies_to="new")
    text = client.get(reverse("offering_detail", args=[offering.pk])).content.decode()
    assert "¥400.00" in text  # the package and the materials
    assert text.count("费用待公布") == 2  # the resits: a package says nothing of them


@pytest.mark.parametrize("page", ["application_detail", "application_submit"])
def test_a_draft_says_what_it_would_cost(page: str, offering: Offering) -> None:
    draft = ApplicationFactory(offering=offering, state="draft")
    assert WORDS in owner_of(draft).get(reverse(page, args=[draft.uuid])).content.decode()


def test_a_resit_without_price_waits_while_a_new_application_can_be_begun(offering: Offering) -> None:
    """费用待公布 bars the way it is of, not the other one."""
    window_of(offering.provider)
    FeeItem.objects.filter(kind="subject").update(applies_to="new")
    person = CandidateFactory()
    earn(person, offering, published_on=date(2026, 2, 1), submitted_on=date(2026, 1, 20))
    client = signed_in(person.user)
    page = client.get(reverse("apply_start", args=[offering.pk]))
    assert page.context["bars"] == []
    assert "费用待公布" in page.content.decode()
    assert client.post(reverse("apply_start", args=[offering.pk])).status_code == 302
    draft = Application.objects.get(candidate=person, state="draft")
    draft.kind, draft.subjects = "resit", ["practical"]
    draft.save()
    sent = client.post(reverse("application_submit", args=[draft.uuid]), {"sits": "practical"})
    assert sent.status_code == 400
    assert "费用待公布" in sent.content.decode()


def test_the_order_says_what_was_frozen(offering: Offering) -> None:
    application = ApplicationFactory(offering=offering, state="approved")
    line = drawn(application)
    text = owner_of(application).get(reverse("application_detail", args=[application.uuid])).content.decode()
    assert FROZEN_WORDS in text
    finance = member(offering.provider, Role.FINANCE)
    assert FROZEN_WORDS in finance.get(reverse("admin:fees_order_change", args=[line.order_id])).content.decode()


@pytest.mark.parametrize(
    ("state", "ordered", "words"),
    [("review", False, WORDS), ("approved", False, WORDS), ("approved", True, FROZEN_WORDS)],
)
def test_the_form_to_sign_says_it_too(state: str, ordered: bool, words: str, offering: Offering) -> None:
    application = ApplicationFactory(offering=offering, state=state)
    if ordered:
        drawn(application)
    paper = PdfReader(io.BytesIO(application_form(application, at=at(2026, 3, 10))))
    text = "".join(paper.pages[0].extract_text().split())
    assert words.replace(" ", "") in text
    assert ("以资格审核通过当日的收费标准为准" in text) == (state == "review")


def test_what_is_stated_is_frozen_by_the_approval_then_by_the_order(offering: Offering) -> None:
    application = ApplicationFactory(offering=offering, state="approved")  # on 5 March
    FeeItem.objects.filter(kind="other").update(valid_until=date(2026, 3, 5))
    assert fee_stated(application, on=date(2026, 3, 10)).amount == Decimal(420)
    drawn(application)
    assert fee_stated(application, on=date(2026, 3, 10)).amount == Decimal(400)
    resit = ApplicationFactory(offering=offering, kind="resit", subjects=["practical"])
    FeeItemFactory(offering=offering, subject="practical", applies_to="resit", amount=Decimal(260))
    assert fee_stated(resit, on=date(2026, 3, 10)).frozen == {"practical": "260.00"}
