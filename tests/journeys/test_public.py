"""The public site: figures, filters, what can be applied for, and why not."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registration.models import Window
from registration.services.calendars import extend_calendars
from skilleval.catalogue.models import Offering, Provider
from skilleval.management.notices import load_notices
from tests.factories import (
    ApplicationFactory,
    CandidateFactory,
    ContactFactory,
    OccupationFactory,
    OfferingFactory,
    ProviderFactory,
    UserFactory,
    WindowFactory,
    WorkTypeFactory,
    publish_fees,
)

pytestmark = pytest.mark.django_db

SICT, KUPAS, AIA = "S000031400054", "S000031200057", "S000031300040"
FINDS_NOTHING = ("没有这个词", "%", "'; drop", "x" * 300)


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def _march() -> object:
    with time_machine.travel(datetime(2026, 3, 10, 4, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def _notices(_march: object) -> None:
    load_notices()


def page(client: Client, name: str, *args: object, **query: str) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def offering(number: str, code: str, level: str, year: int = 2026) -> Offering:
    return Offering.objects.get(
        provider__filing_number=number, work_type__occupation__code=code, level=level, year=year, work_type__name=""
    )


# --- directories ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_notices")
def test_the_directories_show_the_figures_of_the_notice(client: Client) -> None:
    assert "56 家评价机构、349 个评价项目" in page(client, "provider_list")
    assert "共 56 家评价机构" in page(client, "provider_list")
    occupations = page(client, "occupation_list")
    assert "75 个职业、93 个职业（工种）、349 个评价项目" in occupations
    assert "共 75 个职业、93 个职业（工种）" in occupations


PROVIDER_FILTERS: list[tuple[dict[str, str], str]] = [
    ({"q": "计算技术"}, "共 1 家"),
    ({"q": "S000031400054"}, "共 1 家"),
    ({"q": "焊工"}, "共 3 家"),
    ({"q": "4-04-05-05"}, "共 3 家"),
    ({"kind": "special"}, "共 1 家"),
    ({"level": "1", "kind": "special"}, "共 0 家"),
    ({"open": "on"}, "共 2 家"),
    ({"open": "on", "level": "4"}, "共 1 家"),
    ({"open": "on", "level": "2"}, "共 0 家"),
    ({"level": "nonsense"}, "共 56 家"),
]


@pytest.mark.usefixtures("_notices")
def test_provider_filters(client: Client) -> None:
    for query, found in PROVIDER_FILTERS:
        assert found in page(client, "provider_list", **query), query


OCCUPATION_FILTERS: list[tuple[dict[str, str], str]] = [
    ({"q": "车工"}, "共 1 个职业、3 个职业（工种）"),
    ({"q": "4-04-04-02"}, "共 1 个职业、2 个职业（工种）"),
    ({"kind": "special"}, "共 2 个职业、2 个职业（工种）"),
    ({"open": "on"}, "共 5 个职业、6 个职业（工种）"),
    ({"open": "on", "kind": "level"}, "共 3 个职业、4 个职业（工种）"),
]


@pytest.mark.usefixtures("_notices")
def test_occupation_filters(client: Client) -> None:
    for query, found in OCCUPATION_FILTERS:
        assert found in page(client, "occupation_list", **query), query


@pytest.mark.usefixtures("_notices")
def test_search(client: Client) -> None:
    for q in ("", "训练师", "4-04-05-05", "人工智能 行业", *FINDS_NOTHING):
        html = page(client, "search", q=q)
        assert ("没有找到" in html) == (q in FINDS_NOTHING), q
        fragment = client.get(reverse("search"), {"q": q}, headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in fragment


def test_empty_directories_say_so(client: Client) -> None:
    assert "没有符合条件的评价机构" in page(client, "provider_list")
    assert "没有符合条件的职业" in page(client, "occupation_list")
    assert "目前没有开放的申报批次" in page(client, "home")


# --- what can be applied for ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_march")
def test_home_lists_the_soonest_closing_first_and_keeps_what_has_no_fee_apart(client: Client) -> None:
    later, sooner, unpriced = (OfferingFactory() for _ in range(3))
    publish_fees(later)
    publish_fees(sooner)
    WindowFactory(provider=later.provider)
    WindowFactory(provider=sooner.provider, closes_on=date(2026, 3, 15))
    WindowFactory(provider=unpriced.provider)
    OfferingFactory(listed=True, provider=later.provider)
    html = page(client, "home")
    assert html.index(sooner.provider.name) < html.index(later.provider.name)
    assert html.index("费用待公布，暂不能申报") < html.index(unpriced.provider.name)
    assert html.count("3月15日 24:00 前") == 1


@pytest.mark.usefixtures("_notices")
def test_an_offering_shows_what_its_notice_says(client: Client) -> None:
    html = page(client, "offering_detail", offering(SICT, "4-04-05-05", "4").pk)
    for fact in (
        "2026年3月批次正在申报，2026年3月31日 24:00 前截止",
        "¥100.00",
        "¥300.00",
        "¥400.00",
        "2026年4月1日至4月30日",
        "021-62520070 转 207",
        "09:30–11:00，13:30–16:30",
        "31001508300056003187",
        "9131010642502952X1",
        "本人签字的参评人员须知",
        "评价日期前 7 天起",
        "上海市静安区愚园路546号8号楼207室",
        "0</strong> / 30",
        "4.3",
    ):
        assert fact in html, fact
    assert reverse("apply_start", args=[offering(SICT, "4-04-05-05", "4").pk]) in html


@pytest.mark.usefixtures("_notices")
def test_hours_belong_to_their_line(client: Client) -> None:
    html = page(client, "offering_detail", offering(KUPAS, "4-04-05-Z1", "special").pk)
    assert "09:30–11:00，13:30–16:30" in html
    assert "09:30–11:00，13:30–16:00" in html
    assert "个人申报须提前预约" in html
    assert "没有其他条件" in html


@pytest.mark.usefixtures("_notices")
def test_listed_offerings_say_so_and_offer_no_button(client: Client) -> None:
    listed = Offering.objects.filter(year=2025, announcement=None).exclude(provider__filing_number=SICT).first()
    assert listed
    html = page(client, "offering_detail", listed.pk)
    assert "2025 年目录" in html
    assert "以该机构当年公告为准" in html
    assert "/apply/" not in html
    outdated = offering(SICT, "4-04-05-05", "4", year=2025)
    html = page(client, "offering_detail", outdated.pk)
    assert "已由 2026 年的公告更新" in html
    assert reverse("offering_detail", args=[offering(SICT, "4-04-05-05", "4").pk]) in html


@pytest.mark.usefixtures("_march")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"month": 4}, "可于 2026年4月1日（周三） 起申报"),
        ({"month": 2}, "下一批次以该机构公告为准"),
        ({"fees": False}, "费用待公布"),
        ({"suspended_on": date(2026, 3, 1)}, "暂停受理"),
        ({"valid_until": date(2026, 3, 9)}, "到期"),
        ({"valid_from": date(2026, 3, 20)}, "可于 2026年3月20日（周五） 起申报"),
        ({"accepts_individual": False}, "只受理团体申报"),
    ],
)
def test_why_not_and_from_when(client: Client, change: dict[str, object], reason: str) -> None:
    month, fees = change.pop("month", 3), change.pop("fees", True)
    provider = ProviderFactory(accepts_individual=change.pop("accepts_individual", True))
    row = OfferingFactory(provider=provider, **change)
    WindowFactory(provider=provider, month=month)
    if fees:
        publish_fees(row)
    html = page(client, "offering_detail", row.pk)
    assert reason in html
    assert "/apply/" not in html


@pytest.mark.usefixtures("_march")
def test_a_person_sees_what_stops_themselves(client: Client) -> None:
    row = OfferingFactory()
    publish_fees(row)
    candidate = CandidateFactory(user=UserFactory(), born=date(2012, 1, 1))
    ApplicationFactory(offering=row, candidate=candidate, window=WindowFactory(provider=row.provider))
    assert "/apply/" in page(client, "offering_detail", row.pk)
    client.force_login(candidate.user)
    html = page(client, "offering_detail", row.pk)
    assert "年满 16 周岁" in html
    assert "您已有同一职业（工种）、同一等级的申报" in html
    assert "/apply/" not in html


def test_windows_beyond_the_notices_are_marked_in_the_demonstration(client: Client, settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    with time_machine.travel(datetime(2027, 3, 10, 4, tzinfo=UTC), tick=False):
        load_notices()
        assert "/apply/" not in page(client, "offering_detail", offering(SICT, "4-04-05-05", "4").pk)
        extend_calendars(date(2027, 3, 10))
        html = page(client, "offering_detail", offering(SICT, "4-04-05-05", "4").pk)
    assert "2027年3月批次正在申报" in html
    assert "演示推算" in html
    assert "/apply/" in html


# --- addresses and statements ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "args"),
    [("provider_detail", ["S000099999999"]), ("occupation_detail", ["9-99-99-99"]), ("offering_detail", [999999999])],
)
def test_what_is_not_there_is_not_found(client: Client, name: str, args: list[object]) -> None:
    assert client.get(reverse(name, args=args)).status_code == 404


@pytest.mark.parametrize("name", ["home", "search", "provider_list", "occupation_list"])
def test_lists_are_read_only(client: Client, name: str) -> None:
    assert client.post(reverse(name)).status_code == 405


def crowd(count: int, provider: Provider) -> Offering:
    """`count` offerings with everything a page prints."""
    occupation = OccupationFactory()
    for number in range(count):
        row = OfferingFactory(provider=provider, work_type=WorkTypeFactory(occupation=occupation, name=f"工种{number}"))
        publish_fees(row)
        ContactFactory(provider=provider, value=f"021-{number:08d}")
        other = OfferingFactory(work_type=row.work_type)
        publish_fees(other)
        WindowFactory(provider=other.provider)
        ApplicationFactory(offering=row, state="confirmed")
    assert Window.objects.filter(provider=provider).count() == 1
    return row


@pytest.mark.usefixtures("_march")
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("home", 10),
        ("search", 4),
        ("provider_list", 5),
        ("occupation_list", 4),
        ("provider_detail", 12),
        ("occupation_detail", 9),
        ("offering_detail", 18),
        ("self_check", 2),
    ],
)
def test_statements_do_not_grow_with_the_rows(client: Client, name: str, most: int) -> None:
    counts = []
    for rows in (1, 30):
        row = crowd(rows, ProviderFactory())
        args = {
            "provider_detail": [row.provider.filing_number],
            "occupation_detail": [row.occupation.code],
            "offering_detail": [row.pk],
        }.get(name, [])
        page(client, name, *args, q="工种")  # rule sets are parsed once per process
        with CaptureQueriesContext(connection) as queries:
            page(client, name, *args, q="工种")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= most
