"""Prices in the admin: what is refused and how it is mended, and what a price would mean before it is saved."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from fees.models import FeeItem
from fees.price_forms import FeeItemForm
from skilleval.accounts.enums import Role
from skilleval.catalogue.models import Offering
from tests.factories import ApplicationFactory, FeeItemFactory, GroupFactory, OfferingFactory, publish_fees
from tests.journeys.desk import member

pytestmark = pytest.mark.django_db

ADD = "admin:fees_feeitem_add"
PREVIEW = "admin:fees_price_preview"


def sent(offering: Offering, **fields: Any) -> dict[str, Any]:
    """A price of theory, ¥120 from May on, as the form sends it."""
    usual = {"kind": "subject", "subject": "theory", "title": "", "applies_to": "any", "amount": "120"}
    return usual | {"offering": offering.pk, "valid_from": "2026-05-01", "valid_until": "", "notice": ""} | fields


def package(offering: Offering, **fields: Any) -> dict[str, Any]:
    return sent(offering, kind="package", subject="", applies_to="new", amount="480", **fields)


#: What is entered, the field that is to be mended, and how.
REFUSED = {
    "a subject's price without subject": ({"subject": ""}, "subject", "须选择科目"),
    "a subject that isn't assessed": ({"subject": "review"}, "subject", "其评价科目：理论知识、操作技能"),
    "a title of a subject": ({"title": "材料费"}, "title", "请留空"),
    "a further fee without a name": ({"kind": "other", "subject": ""}, "title", "须写名称"),
    "a further fee named by blanks": ({"kind": "other", "subject": "", "title": "  "}, "title", "须写名称"),
    "a further fee of a subject": ({"kind": "other", "title": "材料费"}, "subject", "请留空"),
    "a package of a subject": ({"kind": "package", "applies_to": "new"}, "subject", "请留空"),
    "a package for both": ({"kind": "package", "subject": ""}, "applies_to", "分两条填写"),
    "less than nothing": ({"amount": "-1"}, "amount", "免费的填 0"),
    "an end before the beginning": ({"valid_until": "2026-04-30"}, "valid_until", "不得早于生效日期 2026年5月1日"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_says_how_it_is_mended(case: str) -> None:
    fields, at, says = REFUSED[case]
    form = FeeItemForm(sent(OfferingFactory(), **fields))
    assert list(form.errors) == [at]
    assert says in str(form.errors[at])


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"amount": "0"},
        {"valid_until": "2026-05-01"},
        {"kind": "other", "subject": "", "title": " 材料费 "},
        {"kind": "package", "subject": "", "applies_to": "resit"},
    ],
)
def test_what_is_taken(fields: dict[str, str]) -> None:
    form = FeeItemForm(sent(OfferingFactory(), **fields))
    assert form.is_valid(), form.errors
    assert form.save().title == fields.get("title", "").strip()


def test_a_special_capability_has_no_resit() -> None:
    form = FeeItemForm(sent(OfferingFactory(level="special"), applies_to="resit"))
    assert "没有补考" in str(form.errors["applies_to"])


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "cure"),
    [
        ("2026-05-01", "", "请先将那一条的截止日期改为 2026年4月30日（周四）或更早"),
        ("2026-01-01", "", "请将本条的截止日期填为 2026年1月14日（周三）或更早"),
        ("2026-01-01", "2026-01-14", ""),
    ],
)
def test_an_overlap_names_the_other_price_and_the_cure(valid_from: str, valid_until: str, cure: str) -> None:
    item = FeeItemFactory()
    form = FeeItemForm(sent(item.offering, valid_from=valid_from, valid_until=valid_until))
    assert form.is_valid() == (not cure)
    assert cure in str(form.errors)
    assert FeeItemForm(sent(item.offering, applies_to="resit")).is_valid()  # another price


def test_no_price_changes_what_an_approved_member_owes() -> None:
    """Approved on 5 March and in no order: an order drawn later asks what was published that day (SPEC 6)."""
    offering = OfferingFactory()
    theory = publish_fees(offering)[0]
    ApplicationFactory(state="approved", channel="group", group=GroupFactory(offering=offering), offering=offering)
    for fields in ({"amount": "90"}, {"valid_until": "2026-03-04"}, {"applies_to": "resit"}):
        form = FeeItemForm(sent(offering, **{"valid_from": "2026-01-15"} | fields), instance=theory)
        assert "有 1 名团体人员已审核通过" in str(form.non_field_errors())
        assert "从 2026年3月6日（周五）或以后生效" in str(form.non_field_errors())
    kept = {"valid_from": "2026-01-15", "valid_until": "2026-03-05", "amount": "100"}
    assert FeeItemForm(sent(offering, **kept), instance=theory).is_valid()
    assert not FeeItemForm(package(offering, valid_from="2026-03-05")).is_valid()
    assert FeeItemForm(package(offering, valid_from="2026-03-06")).is_valid()


def test_a_preview_compares_what_is_published_with_what_is_entered_and_saves_nothing() -> None:
    offering = OfferingFactory()
    publish_fees(offering)
    client = member(offering.provider, Role.FINANCE)
    answer = client.post(reverse(PREVIEW), package(offering, item=""))
    told = [(who, before.amount, after.amount) for who, before, after in answer.context["rows"]]
    assert told == [
        ("正考", Decimal(400), Decimal(480)),
        ("只补考理论知识", Decimal(100), Decimal(100)),
        ("只补考操作技能", Decimal(300), Decimal(300)),
    ]
    earlier = client.post(reverse(PREVIEW), package(offering, item="", on="2026-04-30"))
    assert earlier.context["rows"][0][2].amount == Decimal(400)  # not in force that day
    assert FeeItem.objects.count() == 2


def test_a_preview_of_a_changed_price_leaves_out_the_saved_one() -> None:
    offering = OfferingFactory()
    theory = publish_fees(offering)[0]
    client = member(offering.provider, Role.FINANCE)
    answer = client.post(reverse(PREVIEW), sent(offering, item=theory.pk, amount="130", valid_from="2026-01-15"))
    assert [after.amount for _, _, after in answer.context["rows"]] == [Decimal(430), Decimal(130), Decimal(300)]
    theory.refresh_from_db()
    assert theory.amount == Decimal(100)


def test_a_preview_of_what_is_refused_says_so() -> None:
    offering = OfferingFactory()
    answer = member(offering.provider, Role.FINANCE).post(reverse(PREVIEW), sent(offering, item="", subject=""))
    assert answer.status_code == 400
    assert "科目费须选择科目" in answer.content.decode()


def test_who_may_preview() -> None:
    offering = OfferingFactory()
    item = publish_fees(offering)[0]
    reviewer = member(offering.provider, Role.REVIEWING)
    assert reviewer.get(reverse(PREVIEW), {"offering": offering.pk}).status_code == 403
    assert reviewer.post(reverse(PREVIEW), sent(offering, item=item.pk)).status_code == 403
    stranger = member(OfferingFactory().provider, Role.FINANCE)
    assert stranger.get(reverse(PREVIEW), {"offering": offering.pk}).status_code == 404
    assert stranger.post(reverse(PREVIEW), sent(offering, item=item.pk)).status_code == 404


def test_the_published_prices_of_a_day() -> None:
    offering = OfferingFactory()
    publish_fees(offering)
    FeeItemFactory(offering=offering, subject="practical", applies_to="resit", valid_from=date(2026, 5, 1))
    client = member(offering.provider, Role.FINANCE)
    for on, same in (("2026-04-30", True), ("2026-05-01", False)):
        page = client.get(reverse(PREVIEW), {"offering": offering.pk, "on": on})
        assert page.context["schedule"].same == same
        assert ("价格相同" in page.content.decode()) == same


def test_the_page_offers_the_preview_and_saves_from_it() -> None:
    offering = OfferingFactory()
    client = member(offering.provider, Role.FINANCE)
    assert reverse(PREVIEW) in client.get(reverse(ADD)).content.decode()
    assert client.post(reverse(ADD), sent(offering, item="", _save="1")).status_code == 302
    assert FeeItem.objects.get().amount == Decimal(120)


@pytest.mark.parametrize(("queue", "found"), [("now", 1), ("later", 1), ("over", 1), ("everything", 3), ("", 1)])
def test_the_list_is_in_tabs_by_validity(queue: str, found: int) -> None:
    offering = OfferingFactory()
    for first, last in ((date(2020, 1, 1), date(2020, 12, 31)), (date(2021, 1, 1), date(2999, 1, 1))):
        FeeItemFactory(offering=offering, valid_from=first, valid_until=last)
    FeeItemFactory(offering=offering, valid_from=date(2999, 1, 2))
    asked = {"queue": queue} if queue else {}
    page = member(offering.provider, Role.FINANCE).get(reverse("admin:fees_feeitem_changelist"), asked)
    assert len(page.context["cl"].result_list) == found
