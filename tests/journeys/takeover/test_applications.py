"""Applications begun before the portal go on in it: approved, paid, rolled over; by the same rules, told to nobody."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fees.models import LedgerEntry, Order, Receipt
from registration.enums import TakeOverKind
from registration.models import Application, Candidate, RollOver
from scheduling.models import Batch
from skilleval.celery import EVENT_JOBS
from skilleval.core.jobs import dispatch_events, drain
from skilleval.core.models import OutboxMessage, StoredFile
from tests import factories
from tests.factories import resident_number
from tests.journeys.takeover.makers import (
    applied,
    counts,
    credit,
    faults,
    loaded,
    manager,
    market,
    name_of,
    paid,
    rolled,
    uploaded,
)

pytestmark = pytest.mark.django_db
KIND = TakeOverKind.APPLICATIONS


def test_a_running_month_is_taken_over() -> None:
    offering = market()
    by = manager(offering.provider)
    made = loaded(KIND, applied(1), paid(2), rolled(3), paid(4), by=by)
    assert (made.state, counts(made), made.rows_loaded, made.report, made.file) == ("done", (4, 0, 0), 4, [], None)
    first, second, third, _ = Application.objects.order_by("pk")
    assert [one.state for one in (first, second, third)] == ["approved", "confirmed", "confirmed"]
    assert {one.taken_over for one in (first, second, third)} == {made}
    assert (second.candidate.name, second.candidate.user, second.submitted_on) == (name_of(2), None, date(2026, 4, 2))
    assert (third.window.label, third.first_window.label) == ("2026年4月批次", "2026年3月批次")
    assert [row.from_window.label for row in RollOver.objects.filter(application=third)] == ["2026年3月批次"]
    assert first.log.get().reason == "历史业务导入"
    assert not OutboxMessage.objects.filter(recipient_id=None).exists(), "somebody was told by the load"
    assert not StoredFile.objects.exists()
    dispatch_events(EVENT_JOBS)
    drain()
    batch = Batch.objects.get(offering=offering, window=second.window)
    assert batch.state == "going_ahead", "the three who paid make the batch"


def test_money_is_on_the_books() -> None:
    offering = market()
    by = manager(offering.provider)
    loaded(KIND, applied(1), paid(2, payer="样本公司"), by=by)
    unpaid, settled = Order.objects.order_by("pk")
    assert (unpaid.state, unpaid.amount, unpaid.due_on) == ("open", Decimal(400), date(2026, 4, 30))
    assert (settled.state, settled.payer, settled.drawn_on) == ("paid", "样本公司", date(2026, 4, 8))
    assert settled.log.get().reason == "历史业务导入，原订单编号 旧0002"
    receipt = Receipt.objects.get()
    assert (receipt.source, receipt.value_on, receipt.amount) == ("taken_over", date(2026, 4, 10), Decimal(400))
    assert (receipt.reference, receipt.payer) == ("旧0002", "样本公司")
    entry = LedgerEntry.objects.get()
    assert (entry.kind, entry.amount, entry.order, entry.line) == ("payment", 400, settled, settled.lines.get())
    assert receipt.orders.get().order == settled


def test_a_second_load_changes_nothing() -> None:
    offering = market()
    by = manager(offering.provider)
    rows = [applied(1), paid(2)]
    loaded(KIND, *rows, by=by)
    before = _everything()
    again = loaded(KIND, *rows, by=by)
    assert (counts(again), again.rows_loaded) == ((0, 2, 0), 0)
    assert {line["message"] for line in again.report} == {"该申报已导入"}
    assert _everything() == before
    overlapping = loaded(KIND, *rows, paid(3), by=by)
    assert (counts(overlapping), Application.objects.count()) == ((1, 2, 0), 3)


def _everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Application, Candidate, Order, Receipt)]


def test_good_rows_load_and_bad_ones_wait() -> None:
    offering = market()
    by = manager(offering.provider)
    made = loaded(KIND, paid(1), paid(2, amount="300"), paid(3), by=by)
    assert (counts(made), Application.objects.count()) == ((2, 0, 1), 2)
    assert faults(made) == [(3, "缴费金额", "与公布价 ¥400.00 不一致")]


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (paid(1, first_window="2030年1月批次"), "最初批次", "本机构没有这个批次"),
        (paid(1, code="1-01-01-01"), "职业编码", "本机构没有该职业（工种）、等级的评价项目"),
        (paid(1, submitted_on="2026-03-31"), "提交日期", "提交日期不在2026年4月批次的申报时间内"),
        (paid(1, approved_on="2026-04-01"), "审核通过日期", "审核通过日期早于提交日期"),
        (paid(1, value_on="2026-04-16"), "到账日期", "到账日期还没有到"),
        (paid(1, value_on="2026-04-07"), "到账日期", "到账日期早于审核通过日期"),
        (paid(1, order_number=""), "原订单编号", "已缴费的须填写原订单编号"),
        (paid(1, amount="四百"), "缴费金额", "金额不能识别"),
        (paid(1, clause="3.1"), "申报条件", "本项目没有这项申报条件"),
        (paid(1, id_number="310101199005200012"), "证件号码", "身份证号码第 18 位校验不符"),
        (applied(1, window="2026年5月批次"), "到账日期", "已顺延的申报须已缴费"),
        (rolled(1, rolled="2"), "顺延次数", "从2026年3月批次到现批次应顺延 1 次"),
        (rolled(1, window="2026年2月批次"), "现批次", "现批次早于最初批次2026年3月批次"),
        (rolled(1, window="待次年公告", rolled=""), "现批次", "下一批次（2026年4月批次）已公布"),
        (paid(1, kind="补考", resit_subjects="操作技能", amount="300"), "申报类型", "没有可用于补考的合格成绩"),
    ],
)
def test_rules_of_the_portal_hold(row: dict[str, str], column: str, message: str) -> None:
    by = manager(market().provider)
    made = uploaded(KIND, row, by=by)
    assert (2, column, message) in faults(made)
    assert counts(made) == (0, 0, 1)


def test_who_has_not_paid_in_time_is_not_taken_over() -> None:
    by = manager(market().provider)
    early = {"submitted_on": "2026-02-02", "approved_on": "2026-02-05"}
    row = applied(1, first_window="2026年2月批次", original_on="", **early)
    made = uploaded(KIND, row, by=by, when=factories.at(2026, 3, 5))
    assert faults(made) == [(2, "到账日期", "缴费截止 2026年2月28日（周六）已过")]


def test_an_amount_with_its_reason_is_taken() -> None:
    by = manager(market().provider)
    made = loaded(KIND, paid(1, amount="380", amount_note="2025年通知的优惠价"), by=by)
    assert [(line["message"], line["stops"]) for line in made.report] == [("与公布价 ¥400.00 不一致", False)]
    assert (Order.objects.get().amount, Receipt.objects.get().amount) == (380, 380)


def test_bars_of_the_person_hold() -> None:
    offering = market()
    by = manager(offering.provider)
    people = [_known(serial) for serial in (1, 2)]
    factories.BanFactory(candidate=people[0])
    factories.ApplicationFactory(candidate=people[1], offering=offering)
    made = uploaded(KIND, paid(1), paid(2), by=by)
    assert faults(made) == [
        (2, "证件号码", "该人员禁考至2028年1月31日（周一），申报应取消"),
        (3, "证件号码", "该人员已有同一职业（工种）、同一等级的申报正在办理"),
    ]


def _known(serial: int, **fields: Any) -> Candidate:
    """Somebody the portal knows, whom the workbook names too."""
    sex = "男" if serial % 2 else "女"
    told = {"name": name_of(serial), "id_cipher": resident_number(serial), "sex": sex}
    known: Candidate = factories.CandidateFactory(**told | fields)
    return known


def test_a_person_is_found_by_number_and_never_changed() -> None:
    offering = market()
    by = manager(offering.provider)
    known = _known(1)
    loaded(KIND, paid(1), by=by)
    assert Application.objects.get().candidate == known
    assert Candidate.objects.get(pk=known.pk).phone == known.phone
    other = _known(2, name="另一姓名")
    made = uploaded(KIND, paid(2), by=by)
    assert faults(made) == [(2, "姓名", "姓名与平台登记的不一致")]
    assert other.name not in str(made.report)


def test_the_report_holds_no_personal_data() -> None:
    by = manager(market().provider)
    row = paid(1, phone="13900", born="1991-01-01", code="样本甲甲甲", kind="样本甲甲甲")
    made = uploaded(KIND, row, by=by)
    assert len(faults(made)) == 4
    told = str(made.report)
    assert not [secret for secret in (row["id_number"], row["name"], "13900", "1991") if secret in told]


def test_a_resit_goes_on_with_loaded_credits() -> None:
    offering = market()
    by = manager(offering.provider)
    loaded(TakeOverKind.CREDITS, credit(1), by=by)
    made = loaded(KIND, paid(1, kind="补考", resit_subjects="操作技能", amount="300"), by=by)
    assert (made.rows_loaded, made.report) == (1, [])
    application = Application.objects.get()
    assert (application.kind, application.subjects) == ("resit", ["practical"])
    assert application.credits.get().origin == "earlier"
