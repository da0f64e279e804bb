"""Three values meet: the notice's now, the notice's when loaded, and the row's."""

from datetime import date
from typing import Any

import pytest
from django.db import DataError

from skilleval.catalogue.loading import NOTICES, Report, Row, Table, load
from skilleval.catalogue.models import CandidateRules, LoadedRow, Notice, Occupation, WorkType
from tests.factories import NoticeFactory, OccupationFactory

pytestmark = pytest.mark.django_db

CODE = "4-04-05-05"


def tables(name: str = "人工智能训练师", schooling: str = "", *, work_types: tuple[str, ...] = ("",)) -> list[Table]:
    notice = {
        "key": "city-2025",
        "title": "目录",
        "issuer": "市局",
        "document_no": "",
        "year": 2025,
        "issued_on": "2024-12-30",
    }
    facts: dict[str, Any] = {"code": CODE, "name": name, "minimum_schooling": schooling, "notice": "city-2025"}
    rows = [
        Row(f"{CODE}/{work_type}", "city-2025", {"occupation": CODE, "name": work_type, "notice": "city-2025"})
        for work_type in work_types
    ]
    return [
        Table(NOTICES, Notice, [Row("city-2025", "city-2025", notice)], identity=("key",)),
        Table("occupation", Occupation, [Row(CODE, "city-2025", facts)], {"notice": NOTICES}, ("code",)),
        Table(
            "work_type",
            WorkType,
            rows,
            {"occupation": "occupation", "notice": NOTICES},
            ("occupation", "name"),
        ),
    ]


def occupation() -> Occupation:
    return Occupation.objects.get(code=CODE)


def counts(report: Report, title: str) -> tuple[int, int, int]:
    return report.created[title], report.updated[title], report.unchanged[title]


def test_rows_are_made_with_their_notice_and_parents() -> None:
    report = load(tables())
    work_type = WorkType.objects.select_related("occupation", "notice").get()
    assert (work_type.occupation.code, work_type.notice.key) == (CODE, "city-2025")
    assert occupation().notice.issued_on == date(2024, 12, 30)
    assert counts(report, "职业") == (1, 0, 0)
    assert report.left == []
    assert {row.notice_id for row in LoadedRow.objects.all()} == {work_type.notice_id}


def test_loading_twice_changes_nothing() -> None:
    load(tables())
    before = list(LoadedRow.objects.order_by("pk").values())
    report = load(tables())
    assert counts(report, "职业") == (0, 0, 1)
    assert report.left == []
    assert list(LoadedRow.objects.order_by("pk").values()) == before


def test_a_row_as_loaded_follows_the_notice() -> None:
    load(tables())
    report = load(tables("人工智能训练员"))
    assert occupation().name == "人工智能训练员"
    assert counts(report, "职业") == (0, 1, 0)
    assert load(tables("人工智能训练员")).left == []


def test_what_staff_changed_stays_and_is_reported() -> None:
    load(tables())
    Occupation.objects.update(name="机构改的名称")
    report = load(tables())
    assert occupation().name == "机构改的名称"
    assert report.left == ["职业 4-04-05-05“名称”：公告为 人工智能训练师，机构已改为 机构改的名称"]
    newer = load(tables("人工智能训练员"))
    assert occupation().name == "机构改的名称"
    assert newer.left == ["职业 4-04-05-05“名称”：公告为 人工智能训练员，机构已改为 机构改的名称"]


def test_fields_are_judged_one_by_one() -> None:
    load(tables())
    Occupation.objects.update(name="机构改的名称")
    report = load(tables(schooling="junior_middle"))
    assert (occupation().name, occupation().minimum_schooling) == ("机构改的名称", "junior_middle")
    assert counts(report, "职业") == (0, 1, 0)
    assert len(report.left) == 1


def test_a_change_that_staff_made_ahead_of_the_notice_is_no_difference() -> None:
    load(tables())
    Occupation.objects.update(name="人工智能训练员")
    assert load(tables("人工智能训练员")).left == []
    assert load(tables("第三个名称")).left == []
    assert occupation().name == "第三个名称"


def test_what_staff_deleted_is_not_made_again() -> None:
    load(tables(work_types=("", "标注")))
    WorkType.objects.filter(name="标注").delete()
    report = load(tables(work_types=("", "标注")))
    assert [row.name for row in WorkType.objects.all()] == [""]
    assert report.left == ["工种 4-04-05-05/标注：机构已删除，未重新建立"]


def test_children_of_a_deleted_row_are_not_made() -> None:
    load(tables(work_types=()))
    occupation().delete()
    report = load(tables())
    assert not WorkType.objects.exists()
    assert report.left == [
        "职业 4-04-05-05：机构已删除，未重新建立",
        "工种 4-04-05-05/：所属的职业已删除，未建立",
    ]


def test_a_row_that_left_the_notice_stays_and_is_reported() -> None:
    load(tables(work_types=("", "标注")))
    report = load(tables(work_types=("",)))
    assert WorkType.objects.count() == 2
    assert report.left == ["工种 4-04-05-05/标注：公告中已没有此项，未作删除"]


def test_a_row_that_staff_entered_before_the_notice_is_adopted() -> None:
    entered = OccupationFactory(code=CODE, name="机构先录入的名称", notice=NoticeFactory(key="staff"))
    report = load(tables())
    assert occupation().pk == entered.pk
    assert occupation().name == "机构先录入的名称"
    assert WorkType.objects.get().occupation_id == entered.pk
    assert sorted(report.left) == [
        "职业 4-04-05-05“名称”：公告为 人工智能训练师，机构已改为 机构先录入的名称",
        "职业 4-04-05-05“来源公告”：公告为 city-2025，机构已改为 #" + str(entered.notice_id),
    ]


def test_a_version_once_loaded_is_never_changed() -> None:
    def load_rules(body: str) -> Report:
        facts = {"edition": "2026", "title": "须知", "body": body, "in_force_from": "2026-01-15", "notice": "city-2025"}
        rows = [Row("2026", "city-2025", facts)]
        return load(
            [
                tables()[0],
                Table("candidate_rules", CandidateRules, rows, {"notice": NOTICES}, ("edition",), versions=True),
            ]
        )

    load_rules("原文")
    for _ in range(2):
        left = load_rules("改过的正文").left
        assert left == ["参评人员须知 2026“正文”：这一版本已载入，不再修改；请换一个版本号"]
        assert CandidateRules.objects.get().body == "原文"


def test_all_or_nothing() -> None:
    with pytest.raises(DataError, match="value too long"):
        load(tables(work_types=("工" * 61,)))
    assert not Notice.objects.exists()
