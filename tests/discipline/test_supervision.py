"""The supervisors' queue: tabs with counts, filters in the address, what has waited too long."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from discipline.models import Case
from discipline.queries.clocks import late_since
from discipline.views import supervision
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from tests import factories
from tests.discipline import making
from tests.discipline.conftest import Stands
from tests.discipline.making import Scene, scene
from tests.discipline.pages import page, signed_in, text_of

pytestmark = pytest.mark.django_db

ADDRESS = reverse("supervision")


@pytest.fixture
def sat(clock_at: Stands) -> Scene:
    made = scene()
    clock_at(making.DECIDED)
    return made


def copies(case: Case, count: int, **fields: Any) -> list[Case]:
    """More of the same, for lists."""
    made = []
    for number in range(count):
        row = Case.objects.get(pk=case.pk)
        row.pk, row.uuid, row.number = None, Case._meta.get_field("uuid").default(), f"WJ9{Case.objects.count():07d}"
        for name, value in fields.items():
            setattr(row, name, value if not callable(value) else value(number))
        row.save()
        made.append(row)
    return made


def listed(client: Client, **asked: str) -> list[str]:
    return [row["case"].number for row in client.get(ADDRESS, asked).context["rows"]]


def tabs(client: Client, **asked: str) -> dict[str, int]:
    return {tab["label"]: tab["count"] for tab in client.get(ADDRESS, asked).context["tabs"]}


def test_it_is_the_supervisors_and_where_they_land(sat: Scene) -> None:
    client = signed_in(sat.supervisor)
    assert client.get(reverse("after_login"))["Location"] == ADDRESS
    assert f'href="{ADDRESS}"' in text_of(client.get(reverse("home")))
    assert client.get(reverse("admin:index")).status_code == 302
    others = [sat.person, factories.staff(sat.offering.provider, *PROVIDER_ROLES)]
    others += [factories.MembershipFactory(role=role).user for role in (Role.BUREAU, Role.ADMINISTRATOR)]
    for other in others:
        assert signed_in(other).get(ADDRESS).status_code == 403
        assert f'href="{ADDRESS}"' not in text_of(signed_in(other).get(reverse("home")))
    assert "login" in Client().get(ADDRESS)["Location"]


def test_tabs_count_every_state_and_the_first_waits_for_a_decision(sat: Scene) -> None:
    case = making.proposed(sat)
    states = {
        "appealed": 1,
        "heard": 2,
        "notified": 3,
        "reported": 4,
        "decided": 1,
        "served": 1,
        "final": 1,
        "lifted": 1,
    }
    for state, count in states.items():
        copies(case, count, state=state)
    client = signed_in(sat.supervisor)
    assert tabs(client) == {
        "待决定": 1,
        "申诉中": 1,
        "待提出建议": 2,
        "待陈述申辩": 3,
        "待告知": 4,
        "已决定": 2,
        "已结束": 2,
        "全部": 15,
    }
    assert listed(client) == [case.number]
    assert len(listed(client, queue="decided")) == 2


def test_the_longest_waiting_comes_first_and_what_is_late_says_so(sat: Scene) -> None:
    case = making.proposed(sat)
    limit = late_since(making.DECIDED.date())
    old, older = copies(case, 2, waiting_since=lambda n: limit + timedelta(days=1 - n))
    client = signed_in(sat.supervisor)
    assert listed(client) == [older.number, old.number, case.number]
    assert [row["late"] for row in client.get(ADDRESS).context["rows"]] == [True, False, False]
    assert listed(client, late="1") == [older.number]
    assert "已超过时限" in text_of(client.get(ADDRESS))


@pytest.mark.parametrize(
    ("on", "since"),
    [
        (date(2026, 5, 11), date(2026, 5, 3)),
        (date(2026, 5, 15), date(2026, 5, 7)),
        (date(2026, 5, 17), date(2026, 5, 7)),
    ],
)
def test_five_working_days_are_patience(on: date, since: date) -> None:
    """More than five working days since: a weekend in between doesn't count."""
    assert late_since(on) == since


def test_filters_narrow_every_tab_and_stay_in_the_address(sat: Scene) -> None:
    case = making.proposed(sat)
    grave, other = copies(case, 2, clauses=lambda n: ["M-3.1", "M-4.5"] if n == 0 else ["M-2.1"])
    elsewhere = factories.ProviderFactory()
    Case.objects.filter(pk=other.pk).update(provider=elsewhere)
    client = signed_in(sat.supervisor)
    assert listed(client, tier="4") == [grave.number]
    assert listed(client, tier="3") == [case.number]
    assert listed(client, provider=str(elsewhere.pk)) == [other.number]
    assert listed(client, q=grave.number) == [grave.number]
    assert set(listed(client, q=case.candidate.name)) == {case.number, grave.number, other.number}
    answer = client.get(ADDRESS, {"tier": "4", "queue": "proposed"})
    assert {tab["label"]: tab["count"] for tab in answer.context["tabs"]}["待决定"] == 1
    assert all("tier=4" in tab["url"] for tab in answer.context["tabs"])
    assert '<option value="4" selected>' in text_of(answer)


@pytest.mark.parametrize("asked", [{"tier": "9"}, {"provider": "x"}, {"after": "x.y"}, {"queue": "x"}, {"after": "."}])
def test_nonsense_in_the_address_is_passed_over(sat: Scene, asked: dict[str, str]) -> None:
    case = making.proposed(sat)
    assert listed(signed_in(sat.supervisor), **asked) == [case.number]


@pytest.mark.parametrize("queue", ["proposed", "everything"])
def test_long_lists_come_in_pages_without_gap_or_double(
    sat: Scene, monkeypatch: pytest.MonkeyPatch, queue: str
) -> None:
    monkeypatch.setattr(supervision, "PAGE", 3)
    case = making.proposed(sat)
    copies(case, 7, waiting_since=lambda n: making.DECIDED.date() - timedelta(days=n // 3))
    client, seen, after = signed_in(sat.supervisor), [], ""
    for _ in range(5):
        answer = client.get(ADDRESS, {"queue": queue, "after": after})
        seen += [row["case"].number for row in answer.context["rows"]]
        after = answer.context["next_key"] or ""
        if not after:
            break
    assert len(seen) == len(set(seen)) == 8


def test_nobody_sees_what_is_about_themself(sat: Scene) -> None:
    case = making.proposed(sat)
    factories.MembershipFactory(user=sat.person, role=Role.SUPERVISOR)
    assert listed(signed_in(sat.person)) == []
    assert listed(signed_in(sat.supervisor)) == [case.number]
    assert signed_in(sat.supervisor).get(page("case_page", case)).status_code == 200


def test_today_says_what_waits_for_supervisors_whatever_the_list_is_narrowed_to(sat: Scene) -> None:
    client = signed_in(sat.supervisor)
    assert client.get(ADDRESS).context["today"].items == ()
    case = making.proposed(sat)
    limit = late_since(making.DECIDED.date())
    copies(case, 1, waiting_since=limit)
    copies(case, 1, state="appealed")
    copies(case, 1, state="heard")
    shown = client.get(ADDRESS, {"queue": "ended", "q": "nobody"}).context["today"].items
    assert [(item.title, item.url, item.detail, item.mark) for item in shown] == [
        ("2 起案件待决定", "?queue=proposed", "其中 1 起已超过时限", "请先办理"),
        ("1 起申诉待复核", "?queue=appealed", "", ""),
    ]
