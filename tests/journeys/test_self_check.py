"""条件自测: the answer, the rows, and nothing stored."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import OccupationFactory, OfferingFactory, RuleSetFactory, WorkTypeFactory

pytestmark = pytest.mark.django_db

CODE = "4-04-05-05"


@pytest.fixture(autouse=True)
def _march() -> object:
    with time_machine.travel(datetime(2026, 3, 10, 4, tzinfo=UTC), tick=False):
        OccupationFactory(code=CODE, name="人工智能训练师")
        OccupationFactory(code="4-04-05-Z1", name="人工智能数据标注")
        OccupationFactory(code="4-04-05-01", name="计算机程序设计员")
        RuleSetFactory()
        yield


def sent(level: str = "4", code: str = CODE, born: str = "1990-05-20", **rows: str) -> dict[str, str]:
    data = {"occupation": code, "level": level, "born": born, "schooling": ""}
    for part in ("work", "certificates", "studies", "titles"):
        data |= {f"{part}-TOTAL_FORMS": "2", f"{part}-INITIAL_FORMS": "0"}
    return data | {name.replace("__", "-"): value for name, value in rows.items()}


def post(data: dict[str, str]) -> str:
    response = Client().post(reverse("self_check"), data)
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    return response.content.decode()


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (sent(work__0__started="2021-03-10"), "您今天可以申报人工智能训练师 四级/中级工"),
        (sent(work__0__started="2021-03-11"), "您可于 2026年3月11日（周三） 起申报"),
        (sent(work__0__started="2021-03-10", work__0__code="4-04-05-01"), "您目前还不能申报"),
        (sent(work__0__started="2019-01-01", work__0__ended="2021-01-01"), "工作累计 2 年，未满 5 年"),
        (sent("5", intends="on"), "您今天可以申报"),
        (sent("5"), "尚未填写拟从事本职业或相关职业的意向"),
        (sent("5", born="2010-03-10", intends="on"), "您今天可以申报"),
        (sent("5", born="2010-03-11", intends="on"), "您可于 2026年3月11日（周三） 起申报"),
        (sent("special", "4-04-05-Z1"), "您今天可以申报人工智能数据标注 专项职业能力"),
        (
            sent(
                studies__0__school="junior_college",
                studies__0__major="same",
                studies__0__status="graduating",
            ),
            "依据：4.3",
        ),
        (
            sent(
                "3",
                certificates__0__level="4",
                certificates__0__issued="2022-03-10",
                work__0__started="2015-01-01",
            ),
            "依据：3.1、3.2",
        ),
        (
            sent(
                "3",
                titles__0__grade="junior",
                titles__0__obtained="2025-03-10",
                titles__0__matches="on",
                work__0__started="2024-01-01",
            ),
            "依据：3.3",
        ),
        (sent(work__0__started="2004-01-01"), "早于年满 16 周岁"),
    ],
)
def test_answers(data: dict[str, str], answer: str) -> None:
    html = post(data)
    assert answer in html


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (sent(born=""), "请填写出生日期"),
        (sent(born="1990-02-30"), "出生日期请按 2020-03-01 的格式填写"),
        (sent(born="1890-01-01"), "出生日期须在 1900 年以后、今天以前"),
        (sent(born="2026-03-11"), "出生日期须在 1900 年以后、今天以前"),
        (sent(code=""), "请选择申报职业"),
        (sent("special"), "该职业请选五级至一级中的一级"),
        (sent("4", "4-04-05-Z1"), "请选“专项职业能力”"),
        (sent(work__1__ended="2020-01-01"), "请填写开始日期，或清空这一条"),
        (sent(work__0__started="2020-01-02", work__0__ended="2020-01-01"), "结束日期不能早于开始日期"),
        (sent(certificates__0__level="4"), "请填写发证日期，或清空这一条"),
        (sent(studies__0__school="undergraduate"), "请选择专业对应，或清空这一条"),
        (sent(titles__0__matches="on"), "请选择职称等级，或清空这一条"),
    ],
)
def test_errors_name_the_field_and_the_cure(data: dict[str, str], message: str) -> None:
    html = post(data)
    assert message in html
    assert "error-summary" in html
    assert 'id="answer"' not in html


def test_adding_a_row_keeps_what_was_typed_and_judges_nothing() -> None:
    html = post(sent(born="nonsense", work__1__started="2020-01-01") | {"add": "work"})
    assert 'name="work-TOTAL_FORMS" value="3"' in html
    assert 'name="certificates-TOTAL_FORMS" value="2"' in html
    assert 'value="2020-01-01"' in html
    assert "error-summary" not in html
    assert 'id="answer"' not in html


@pytest.mark.parametrize("total", ["", "x", "-1", "999999999", "13"])
def test_forged_row_counts_are_harmless(total: str) -> None:
    for extra in ({"add": "work"}, {}, {"add": "nonsense"}):
        response = Client().post(reverse("self_check"), sent() | {"work-TOTAL_FORMS": total} | extra)
        assert response.status_code == 200


def test_an_offering_chooses_occupation_and_level() -> None:
    row = OfferingFactory(work_type=WorkTypeFactory(occupation=OccupationFactory(code=CODE)), level="3")
    html = Client().get(reverse("self_check"), {"offering": str(row.pk)}).content.decode()
    assert f'<option value="{CODE}" selected>' in html
    assert '<option value="3" selected>' in html
    for wrong in ("999999999999", "x", "-1"):
        assert Client().get(reverse("self_check"), {"offering": wrong}).status_code == 200


def test_nothing_is_stored() -> None:
    with CaptureQueriesContext(connection) as queries:
        post(sent(work__0__started="2021-03-10"))
    written = ("INSERT", "UPDATE", "DELETE")
    assert not [query for query in queries if query["sql"].lstrip().upper().startswith(written)]


def test_related_occupations_count() -> None:
    main, related = OccupationFactory(code=CODE), OccupationFactory(code="4-04-05-01")
    data = sent(work__0__started="2021-03-10", work__0__code=related.code)
    assert "您目前还不能申报" in post(data)
    main.related.add(related)
    assert "您今天可以申报" in post(data)
