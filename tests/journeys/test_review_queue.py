"""The review queue: what the check says, passing what is clear together, reasons, time left, keys and pages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from fees.models import FeeItem, Order
from registration.models import Application, Evidence, ReviewReason
from registration.queries.member_doubts import NO_PHOTO, PAPERS_LACKING
from skilleval.accounts.enums import Role
from skilleval.catalogue.models import Offering
from skilleval.core import files
from skilleval.core.keyed import counts_of
from skilleval.core.workdays import WorkCalendar
from skilleval.journeys.desk import bulk
from skilleval.journeys.desk.service_clock import time_left
from tests.factories import ApplicationFactory, OfferingFactory, ProviderFactory, publish_fees, staff
from tests.fees.makers import png
from tests.journeys.desk import LIST, change, member, page, signed_in, with_background
from tests.journeys.test_group_acts import open_case
from tests.registration.handed_in import group_with, handed_in
from tests.registration.steps import PAPER

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering() -> Offering:
    made: Offering = OfferingFactory()
    publish_fees(made)
    return made


def clear(offering: Offering, **fields: Any) -> Application:
    """An individual's application with everything the check looks for."""
    made = with_background(ApplicationFactory(offering=offering, **fields))
    Evidence.objects.filter(application=made).update(title=PAPER)
    stored = files.store(png("face.png"), kind="document", by=None, owner_label="test")
    made.candidate.photo = stored
    made.candidate.save()
    return made


def select(*rows: Application, **more: str) -> dict[str, Any]:
    return {"action": "approve_clear", "_selected_action": [row.pk for row in rows], **more}


def without_photo(row: Application) -> str:
    row.candidate.photo = None
    row.candidate.save()
    return NO_PHOTO


def without_paper(row: Application) -> str:
    row.evidence.update(title="其他材料")
    return PAPERS_LACKING


def unmet(row: Application) -> str:
    Application.objects.filter(pk=row.pk).update(clause="4.2")
    return "按填报内容计算不符合申报条件 4.2"


def wants_original(row: Application) -> str:
    row.offering.provider.paper_gate = "approval"
    row.offering.provider.save()
    return "未收签字原件"


def in_a_case(row: Application) -> str:
    open_case(row)
    return "案件未办结"


def unpriced(row: Application) -> str:
    FeeItem.objects.filter(offering=row.offering).delete()
    return "费用待公布"


def test_the_clear_ones_pass_after_a_page_that_says_so(offering: Offering) -> None:
    rows = [clear(offering, submitted_on=date(2026, 3, day)) for day in (2, 3)]
    doubtful = ApplicationFactory(offering=offering)
    client = member(offering.provider)
    asked = client.post(LIST, select(*rows, doubtful)).content.decode()
    assert "通过 <strong>2</strong> 份申报" in asked
    assert "合计 ¥800.00" in asked
    assert "不在其中的 1 份" in asked
    assert not Order.objects.exists()
    unlooked = client.post(LIST, select(*rows, confirmed="1"))
    assert (unlooked.status_code, "请先查看各份的证明材料" in unlooked.content.decode()) == (400, True)
    assert not Order.objects.exists()
    done = client.post(LIST, select(*rows, doubtful, confirmed="1", looked="on"), follow=True).content.decode()
    assert "2 份申报已通过审核" in done
    assert f"{doubtful.number} 未通过：" in done
    assert set(Order.objects.values_list("lines__application", flat=True)) == {row.pk for row in rows}
    assert [row.state for row in Application.objects.order_by("pk")] == ["approved", "approved", "review"]
    again = client.post(LIST, select(*rows, confirmed="1", looked="on"), follow=True).content.decode()
    assert "已通过审核" not in again
    assert Order.objects.count() == 2


@pytest.mark.parametrize("spoil", [without_photo, without_paper, unmet, wants_original, in_a_case, unpriced])
def test_what_came_between_the_page_and_the_button_stops_that_one_alone(offering: Offering, spoil: Any) -> None:
    other = clear(OfferingFactory(provider=ProviderFactory()))
    publish_fees(other.offering)
    row = clear(offering)
    words = spoil(row)
    client = member(offering.provider)
    assert words in client.post(LIST, select(row)).content.decode()
    done = client.post(LIST, select(row, confirmed="1", looked="on"), follow=True).content.decode()
    assert words in done
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, other.state) == ("review", "review")


def test_nobody_passes_their_own_nor_a_member_here(offering: Offering) -> None:
    own, grouped = clear(offering), handed_in(group_with(offering=offering))
    reviewer = staff(offering.provider, Role.REVIEWING)
    own.candidate.user = reviewer
    own.candidate.save()
    client, everything = signed_in(reviewer), f"{LIST}?queue=everything"
    asked = client.post(everything, select(own, grouped)).content.decode()
    assert "您本人的申报" in asked
    assert bulk.OF_GROUP in asked
    client.post(everything, select(own, grouped, confirmed="1", looked="on"))
    assert set(Application.objects.values_list("state", flat=True)) == {"review"}


def test_others_rows_can_t_be_named(offering: Offering) -> None:
    row = clear(offering)
    client = member(ProviderFactory())
    client.post(LIST, select(row, confirmed="1", looked="on"))
    row.refresh_from_db()
    assert row.state == "review"


def test_the_list_says_what_is_clear_and_the_first_of_what_isn_t(offering: Offering) -> None:
    clear(offering)
    ApplicationFactory(offering=offering, clause="4.2")
    text = member(offering.provider).get(LIST).content.decode()
    assert "无疑义</span>" in text
    assert "缺证件照等" in text
    assert "无疑义</span>" not in member(offering.provider).get(f"{LIST}?queue=everything").content.decode()


def test_the_check_of_a_page_takes_the_same_queries_for_1_and_30_offerings() -> None:
    counts = []
    for size in (1, 1, 30):
        provider = ProviderFactory()
        for _ in range(size):
            ApplicationFactory(offering=OfferingFactory(provider=provider))
        client = member(provider)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(LIST).status_code == 200
        counts.append(len(asked))
    assert counts[1] == counts[2]


# --- reasons --------------------------------------------------------------------------------------------------------


@pytest.fixture
def reasons(offering: Offering) -> None:
    other = ProviderFactory()
    for kind, text, provider, retired in (
        ("return", "大家的退回理由", None, None),
        ("return", "本机构的退回理由", offering.provider, None),
        ("return", "别家的退回理由", other, None),
        ("return", "停用的退回理由", None, date(2026, 1, 1)),
        ("return_member", "退回人员的理由", None, None),
        ("reject", "不通过的理由", None, None),
    ):
        ReviewReason.objects.create(kind=kind, text=text, provider=provider, retired_on=retired, position=99)


@pytest.mark.parametrize(
    ("name", "channel", "offered"),
    [
        ("desk_send_back", "individual", {"大家的退回理由", "本机构的退回理由"}),
        ("desk_send_back", "group", {"退回人员的理由"}),
        ("desk_reject", "individual", {"不通过的理由"}),
    ],
)
def test_each_decision_offers_its_maintained_reasons(
    offering: Offering, reasons: None, name: str, channel: str, offered: set[str]
) -> None:
    alone = channel == "individual"
    row = ApplicationFactory(offering=offering) if alone else handed_in(group_with(offering=offering))
    form = member(offering.provider).get(page(name, row)).context["form"]
    known = set(ReviewReason.objects.filter(position=99).values_list("text", flat=True))
    assert {value for value, _ in form.fields["chosen"].choices} & known == offered


def test_the_record_keeps_the_text_though_the_reason_changes(offering: Offering, reasons: None) -> None:
    row = ApplicationFactory(offering=offering)
    client = member(offering.provider)
    client.post(page("desk_send_back", row), {"chosen": ["本机构的退回理由"], "words": "第 2 页看不清"})
    ReviewReason.objects.filter(text="本机构的退回理由").update(text="改过了")
    assert row.log.get().reason == "本机构的退回理由；第 2 页看不清"


def test_a_manager_keeps_the_provider_s_reasons_and_reads_everybody_s(offering: Offering, reasons: None) -> None:
    client = member(offering.provider, Role.MANAGER)
    reasons_list = "/admin/registration/reviewreason/"
    text = client.get(reasons_list).content.decode()
    assert "大家的退回理由" in text
    assert "别家的退回理由" not in text
    shared = ReviewReason.objects.get(text="大家的退回理由")
    sent = {"kind": "return", "text": "新的理由", "position": "1"}
    assert client.post(f"{reasons_list}{shared.pk}/change/", sent).status_code == 403
    assert client.post(f"{reasons_list}add/", sent).status_code == 200  # everybody's: only the administrator's to make
    assert client.post(f"{reasons_list}add/", sent | {"provider": str(offering.provider.pk)}).status_code == 302
    assert ReviewReason.objects.get(text="新的理由").provider == offering.provider


# --- the time left, the keys, the pages ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (date(2026, 3, 12), "剩 2 个工作日"),
        (date(2026, 3, 16), "剩 4 个工作日"),  # over a weekend
        (date(2026, 3, 10), "今天到期"),
        (date(2026, 3, 9), "已超 1 个工作日"),
        (date(2026, 3, 6), "已超 2 个工作日"),
    ],
)
def test_time_is_told_in_working_days(until: date, words: str) -> None:
    assert time_left(until, date(2026, 3, 10), WorkCalendar()) == words


def test_a_day_off_that_passed_isn_t_counted_as_late() -> None:
    assert time_left(date(2026, 3, 13), date(2026, 3, 14), WorkCalendar()) == "已到期"


def test_the_page_offers_each_step_a_key_and_names_what_lacks(offering: Offering) -> None:
    first, second = (clear(offering, submitted_on=date(2026, 3, day)) for day in (2, 3))
    text = member(offering.provider).get(change(first)).content.decode()
    assert f'href="{change(second)}" rel="next" data-key="j"' in text
    assert [f'data-key="{key}"' in text for key in "arx"] == [True] * 3
    assert "条件要求" in text
    assert "个工作日" in text
    second.evidence.update(title="其他材料")
    text = member(offering.provider).get(change(second)).content.decode()
    assert f'href="{change(first)}" rel="prev" data-key="k"' in text
    assert "所选条件还需要的材料没有上传" in text
    assert escape(PAPER) in text


def test_pages_of_the_list_hold_every_row_once(offering: Offering, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.contrib import admin

    monkeypatch.setattr(admin.site._registry[Application], "list_per_page", 3)
    rows = [ApplicationFactory(offering=offering, submitted_on=date(2026, 3, 2 + number // 3)) for number in range(8)]
    client = member(offering.provider)
    read, address = [], LIST
    while address:
        shown = client.get(address).context["cl"]
        read += [row.number for row in shown.result_list]
        last, address = address, f"{LIST}?after={shown.next_key}" if shown.next_key else ""
    assert read == [row.number for row in rows]
    assert counts_of(Application.objects.all()) == ["8"]
    before = client.get(f"{LIST}?before={client.get(last).context['cl'].prev_key}").context["cl"]
    assert [row.number for row in before.result_list] == read[3:6]


@pytest.mark.parametrize(
    "key", ["after=x", "before=1~", "after=9999-99-99~1", "after=%00", "before=2026-03-02~1&after=2"]
)
def test_a_key_that_is_none_finds_nothing(offering: Offering, key: str) -> None:
    ApplicationFactory(offering=offering)
    assert member(offering.provider).get(f"{LIST}?{key}").status_code == 200
