"""The papers of a group: who is on them, what they show of a person, and that they hold up with 300 (SPEC 5.2, 14)."""

from __future__ import annotations

import os
import time
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from registration.models import OriginalsReceipt, Submission
from skilleval.journeys.groups import papers
from tests import factories
from tests.registration.rosters import member, row_of

pytestmark = pytest.mark.django_db

AT = factories.at(2026, 3, 20)
NAMES = (
    "样本𠮷",
    "样本䶮㛃",
    "阿卜杜热合曼·阿卜杜热西提·麦麦提依明",
    "Alexander-Maximilian Featherstonehaugh Cholmondeley",
)


@pytest.fixture
def group():
    institution = factories.InstitutionFactory(name="测试职业技术学院", credit_code="91310000MA00000017")
    provider = factories.ProviderFactory(name="测试评价中心")
    return factories.GroupFactory(
        number="TT2026900001", institution=institution, offering=factories.OfferingFactory(provider=provider)
    )


@pytest.fixture
def submission(group):
    return Submission.objects.create(group=group, number=2, state="done", people=1, by_label="经办人甲", at=AT)


def sent(submission, *, name: str = "样本甲", **fields):
    application = member(submission.group, state=fields.pop("state", "review"), submission=submission, **fields)
    row = application.roster_row
    row.cells |= {"name": name}
    row.save()
    return application


def pages(content: bytes, name: str) -> list[str]:
    """What each page prints, without spaces; kept for looking at where PAPERS names a folder."""
    if folder := os.environ.get("PAPERS"):
        Path(folder, f"{name}.pdf").write_bytes(content)
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages]


def test_the_summary_says_who_was_passed_by_whom_and_who_signs(submission):
    application = sent(submission)
    person = application.candidate
    (page,) = pages(papers.group_summary(submission, at=AT), "summary-1")
    provider = submission.group.offering.provider
    for words in (
        "团体申报资格初审汇总表",
        "团体提交编号TT2026900001-2",
        "测试职业技术学院",
        "统一社会信用代码91310000MA00000017",
        f"测试评价中心（机构备案号{provider.filing_number}）",
        "2026年3月批次",
        "提交时间2026年3月20日（周五）12:00，第2次，经办人甲",
        "1人（正考1人）",
        "四级(1)1人",
        "样本甲",
        f"{person.id_number[:6]}********{person.id_number[-4:]}",
        application.number,
        "理论知识、操作技能",
        "初审声明已核对原件（1人，经办人，2026年3月2日（周一）12:00）",
        "初审人（签名）",
        "负责人（签名）",
        "（申报单位盖章）",
        "第1页共1页",
    ):
        assert words in page, (words, page)
    assert "草稿" not in page
    assert person.id_number not in page
    assert person.phone.removeprefix("+86") not in page
    assert person.name not in page  # the record's; the paper has the roster's


def test_the_summary_has_who_still_belongs_to_the_submission(submission):
    staying = sent(submission)
    gone = [sent(submission, name="样本乙", state="withdrawn"), sent(submission, state="returned", row_state="clear")]
    (page,) = pages(papers.group_summary(submission, at=AT), "summary-left")
    assert staying.number in page
    assert not any(application.number in page for application in gone)


def test_before_anything_is_handed_in_there_is_a_draft(group):
    passed = member(group)
    row_of(group)  # clear, but nobody has passed it
    (page,) = pages(papers.draft_summary(group, at=AT), "draft")
    assert "草稿：以下人员已通过资格初审，尚未提交评价机构" in page
    assert passed.number in page
    assert "1人（正考1人）" in page
    (empty,) = pages(papers.draft_summary(factories.GroupFactory(), at=AT), "draft-empty")
    assert "没有人员" in empty


def receipt_of(group, applications, **fields) -> OriginalsReceipt:
    receipt = OriginalsReceipt.objects.create(
        number="YJ2026000001",
        group=group,
        received_on=date(2026, 3, 19),
        people=len(applications),
        by_label="接收人丙",
        at=AT,
        **fields,
    )
    for application in applications:
        application.originals_receipt = receipt
        application.save()
    return receipt


def test_the_receipt_has_a_copy_for_either_side(group, submission):
    application, other = sent(submission), sent(submission, name="样本乙")
    receipt = receipt_of(group, [application], handed_in_by="送交人乙")
    copies = pages(papers.originals_receipt(receipt, at=AT), "receipt-1")
    assert len(copies) == 2
    for page, copy in zip(copies, ("第一联评价机构留存", "第二联申报单位留存"), strict=True):
        for words in (
            copy,
            "报名表原件接收单",
            "接收单编号YJ2026000001",
            f"机构备案号{group.offering.provider.filing_number}",
            "测试职业技术学院（统一社会信用代码91310000MA00000017）",
            "2026年3月19日（周四）",
            "1份（签名的报名表）",
            "样本甲",
            application.number,
            "送交人（签名）：送交人乙",
            "接收人（签名）：接收人丙",
            "（评价机构盖章）",
            "第1页共1页",
        ):
            assert words in page, (words, page)
        assert other.number not in page
        assert application.candidate.id_number not in page


@pytest.mark.parametrize("people", [30, 300])
def test_many_people_have_the_head_on_every_page_and_take_seconds(group, submission, people):
    applications = [sent(submission, name=NAMES[number % len(NAMES)]) for number in range(people)]
    started = time.process_time()
    summary = pages(papers.group_summary(submission, at=AT), f"summary-{people}")
    receipt = pages(papers.originals_receipt(receipt_of(group, applications), at=AT), f"receipt-{people}")
    spent = time.process_time() - started
    assert all("序号姓名性别证件号码" in page for page in summary)
    text = "".join(summary)
    assert [application.number for application in applications if application.number not in text] == []
    assert f"第1页共{len(summary)}页" in summary[0]
    for name in NAMES[:3]:
        assert name in text
    assert len(receipt) % 2 == 0
    assert f"第1页共{len(receipt) // 2}页" in receipt[len(receipt) // 2]
    assert spent < 20, spent  # seconds of the processor's time


def test_a_larger_group_asks_no_more_questions(submission):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            papers.group_summary(submission, at=AT)
        return len(queries)

    sent(submission)
    papers.group_summary(submission, at=AT)  # the edition's rules are parsed once
    before = asked()
    for _ in range(4):
        sent(submission)
    assert asked() == before
