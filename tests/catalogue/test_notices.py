"""What the notices publish, as loaded: the figures a person would check against the paper."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fees.models import FeeItem
from registration.models import Window
from skilleval.catalogue.models import (
    CandidateRules,
    Contact,
    EligibilityRuleSet,
    Holiday,
    LoadedRow,
    Notice,
    Occupation,
    Offering,
    Provider,
    Subject,
    WorkType,
)
from skilleval.catalogue.notices import FixtureError, Source, values
from skilleval.catalogue.queries import directory_figures, work_calendar
from skilleval.management.notices import FIXTURES, load_notices

KUPAS, SICT, AIA = "S000031200057", "S000031400054", "S000031300040"


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _notices() -> None:
    load_notices()


def test_the_directory_of_2025() -> None:
    figures = directory_figures()
    assert figures
    assert figures.year == 2025
    assert (figures.providers, figures.codes, figures.work_types, figures.offerings) == (56, 75, 93, 349)
    assert (Provider.objects.count(), Occupation.objects.count(), WorkType.objects.count()) == (56, 75, 93)
    announced = Offering.objects.filter(year=2025, announcement__isnull=False)
    assert {(row.provider.filing_number, row.announcement.key) for row in announced} == {(AIA, "aia-2025")}
    assert sorted(announced.values_list("level", flat=True)) == ["3", "4", "5"]


def test_offerings_of_2026() -> None:
    rows = Offering.objects.filter(year=2026).with_names()
    assert [str(row) for row in rows if row.provider.filing_number == KUPAS] == [
        "人工智能数据标注 专项职业能力",
        "人工智能模型运用 专项职业能力",
    ]
    assert sorted(str(row) for row in rows if row.provider.filing_number == SICT) == [
        "人工智能训练师 三级/高级工",
        "人工智能训练师 四级/中级工",
        "网络与信息安全管理员（信息安全管理员） 三级/高级工",
        "网络与信息安全管理员（信息安全管理员） 四级/中级工",
        "网络与信息安全管理员（网络安全管理员） 三级/高级工",
        "网络与信息安全管理员（网络安全管理员） 四级/中级工",
        "计算机程序设计员 三级/高级工",
        "计算机程序设计员 四级/中级工",
    ]
    assert all(row.announcement == row.notice for row in rows)
    assert all(row.rule_set and row.rule_set.edition == "2023" for row in rows)


def test_a_name_is_loaded_once_whatever_its_brackets() -> None:
    names = [row.name for model in (Provider, Occupation, WorkType) for row in model.objects.all()]
    assert not [name for name in names if "(" in name or ")" in name]
    for misprint in ("上海市计算技术研究有限公司", "上海人工智能行业协会"):
        assert misprint not in names
        assert not Contact.objects.filter(value=misprint).exists()
        assert not Contact.objects.filter(label=misprint).exists()
    assert not Contact.objects.filter(value__contains="//ww.").exists()


def test_fees_are_those_published_and_none_is_invented() -> None:
    totals: dict[tuple[str, str, str], Decimal] = {}
    for item in FeeItem.objects.select_related("offering__provider", "offering__work_type__occupation"):
        key = (item.offering.provider.filing_number, str(item.offering.work_type), item.offering.level)
        totals[key] = totals.get(key, Decimal(0)) + item.amount
    assert totals == {
        (KUPAS, "人工智能数据标注", "special"): 480,
        (KUPAS, "人工智能模型运用", "special"): 480,
        (SICT, "人工智能训练师", "4"): 400,
        (SICT, "人工智能训练师", "3"): 500,
        (SICT, "网络与信息安全管理员（信息安全管理员）", "4"): 500,
        (SICT, "网络与信息安全管理员（信息安全管理员）", "3"): 550,
        (SICT, "网络与信息安全管理员（网络安全管理员）", "4"): 500,
        (SICT, "网络与信息安全管理员（网络安全管理员）", "3"): 550,
        (SICT, "计算机程序设计员", "4"): 350,
        (SICT, "计算机程序设计员", "3"): 400,
    }
    assert Subject.objects.filter(offering__provider__filing_number=AIA).count() == 6


def test_windows() -> None:
    months = {
        number: list(Window.objects.filter(provider__filing_number=number).order_by("opens_on"))
        for number in (KUPAS, SICT, AIA)
    }
    assert [len(rows) for rows in months.values()] == [12, 12, 6]
    assert months[KUPAS][0].opens_on == date(2026, 1, 27)
    assert months[SICT][0].opens_on == date(2026, 1, 15)
    assert [row.tentative for row in months[SICT]] == [False] * 11 + [True]
    assert [(row.opens_on, row.exam_from) for row in months[AIA]][-1] == (date(2025, 11, 16), date(2026, 1, 21))


def test_terms_and_contacts_of_the_three() -> None:
    kupas, sict, aia = (Provider.objects.get(filing_number=number) for number in (KUPAS, SICT, AIA))
    assert (kupas.appointment_required, sict.appointment_required) == (True, False)
    assert [p.ticket_lead("group") for p in (kupas, sict, aia)] == [(3, "calendar"), (7, "calendar"), (5, "working")]
    assert [p.ticket_lead("individual")[0] for p in (kupas, sict, aia)] == [3, 7, 7]
    assert (aia.group_candidates_download, sict.group_candidates_download) == (True, False)
    assert (sict.bank_account, sict.tax_number) == ("31001508300056003187", "9131010642502952X1")

    def closes(provider: Provider, kind: str) -> time:
        return max(hours.closes for hours in provider.contacts.get(kind=kind).hours.all())

    assert (closes(kupas, "desk"), closes(kupas, "supervision")) == (time(16, 30), time(16, 0))
    assert [closes(p, "city_supervision") for p in (kupas, sict, aia)] == [time(16, 0), time(16, 30), time(16, 30)]
    assert closes(aia, "desk") == time(17, 30)


def test_rules_and_holidays() -> None:
    assert EligibilityRuleSet.objects.get().rules["edition"] == "2023"
    body = CandidateRules.objects.get().body
    assert [f"M-{number}" in body for number in ("1.1", "2.4", "3.5", "4.7")] == [True] * 4
    assert Holiday.objects.filter(day=date(2026, 2, 14), is_workday=True).exists()
    calendar = work_calendar()
    assert calendar.known_until == date(2026, 12, 31)
    assert not calendar.is_workday(date(2026, 10, 1))


def test_every_row_names_its_notice_and_the_year_is_the_notice_s() -> None:
    nameless = LoadedRow.objects.filter(notice=None).values_list("kind", flat=True)
    assert set(nameless) == {"holiday"}
    years = dict(Notice.objects.values_list("key", "year"))
    for name in FIXTURES.glob("*.csv"):
        for record in Source(FIXTURES).csv(name.name):
            assert years[record["公告"]] == int(record["年度"]), f"{name.name}: {record}"


def test_reading_columns_agree_with_what_they_name() -> None:
    """Names beside a code are for the reader; they mustn't say something else than the code."""
    source = Source(FIXTURES)
    occupations = {record["职业编码"]: record["职业"] for record in source.csv("occupations.csv")}
    providers = {record["机构备案号"]: record["名称"] for record in source.csv("providers.csv")}
    for name in ("offerings-2025.csv", "offerings-2026.csv", "subjects.csv", "work_types.csv"):
        for record in source.csv(name):
            assert record["职业"] == occupations[record["职业编码"]]
            assert "评价机构" not in record or record["评价机构"] == providers[record["机构备案号"]]


def test_loading_again_changes_nothing_in_few_statements() -> None:
    with CaptureQueriesContext(connection) as queries:
        report = load_notices()
    assert set(report.created.values()) == {0}
    assert set(report.updated.values()) == {0}
    assert report.left == []
    assert len(queries) <= 60


def test_the_command_says_what_it_did_and_what_it_left(capsys: pytest.CaptureFixture[str]) -> None:
    Provider.objects.filter(filing_number=SICT).update(threshold=20)
    call_command("load_notices")
    lines = capsys.readouterr().out.splitlines()
    assert "评价项目：新建 0，更新 0，未变 359" in lines
    assert "保留：评价机构 S000031400054“开班人数”：公告为 30，机构已改为 20" in lines


def test_reloading_keeps_what_staff_changed() -> None:
    Provider.objects.filter(filing_number=SICT).update(payment_days=5, threshold=20)
    FeeItem.objects.filter(offering__provider__filing_number=KUPAS, subject="theory").update(amount=Decimal("90"))
    Window.objects.filter(provider__filing_number=SICT, label="2026年3月批次").delete()
    left = load_notices().left
    assert len(left) == 4
    assert "评价机构 S000031400054“开班人数”：公告为 30，机构已改为 20" in left
    assert "申报批次 S000031400054/2026年3月批次：机构已删除，未重新建立" in left
    assert sum("金额（元）”：公告为 95.00，机构已改为 90.00" in line for line in left) == 2
    assert Provider.objects.get(filing_number=SICT).payment_days == 5


@pytest.mark.parametrize(
    ("record", "message"),
    [({"等级": "六级"}, "“等级”不认识 六级"), ({}, "缺少“等级”一栏")],
)
def test_a_fixture_that_says_nonsense_is_refused(record: dict[str, str], message: str) -> None:
    with pytest.raises(FixtureError, match=message):
        values(Offering, record, "level")
