"""The panel 变更与版本 and the pages that change what is published (SPEC 7.8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registration.models import Application
from scheduling import services
from scheduling.admin_moves import STEPS
from scheduling.models import AdmissionTicket, Batch, ExamSession, Seat
from scheduling.queries.history import changes_of, events_for, events_of
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.clock import SHANGHAI
from tests import factories
from tests.scheduling.people import planned, room, scheduler
from tests.scheduling.published import EIGHTH, SECOND, people_of, provider_of_three, states, two_sessions

pytestmark = pytest.mark.django_db
Pair = tuple[ExamSession, ExamSession]
NINE = datetime(2026, 4, 11, 9, tzinfo=SHANGHAI)


@pytest.fixture
def offering() -> Offering:
    return provider_of_three()


@pytest.fixture
def by(offering: Offering, client: Client) -> User:
    user = scheduler(offering.provider)
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def eighth(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.STAFF_MFA = "off"
    monkeypatch.setattr("skilleval.core.clock.now", lambda: EIGHTH)


@pytest.fixture
def pair(offering: Offering, by: User) -> Pair:
    return two_sessions(offering, by)


def step(session: ExamSession, name: str) -> str:
    return reverse("admin:scheduling_examsession_move", args=[session.pk, name])


def opened(client: Client, session: ExamSession, name: str) -> dict[str, Any]:
    """What the page of a step carries without being asked."""
    return {"seen": client.get(step(session, name)).context["form"]["seen"].value()}


def page(client: Client, session: ExamSession) -> str:
    return client.get(reverse("admin:scheduling_examsession_change", args=[session.pk])).content.decode()


def test_the_panel_offers_every_step_until_the_session_begins(
    pair: Pair, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = page(client, pair[0])
    assert all(step(pair[0], name) in shown for name in STEPS)
    assert "首次发布" in shown
    monkeypatch.setattr("skilleval.core.clock.now", lambda: NINE)
    begun = page(client, pair[0])
    assert "已于4月11日（周六） 09:00开考，不能再变更安排" in begun
    assert step(pair[0], "time") not in begun
    assert client.get(step(pair[0], "time")).status_code == 302


def test_colleagues_who_dont_plan_see_the_history_and_no_steps(pair: Pair, client: Client, offering: Offering) -> None:
    client.force_login(factories.staff(offering.provider, Role.FINANCE))
    assert step(pair[0], "time") not in page(client, pair[0])
    assert client.get(step(pair[0], "time")).status_code == 403


@pytest.mark.parametrize("name", STEPS)
def test_every_step_says_what_follows_and_wants_a_reason(pair: Pair, client: Client, name: str) -> None:
    shown = client.get(step(pair[0], name)).content.decode()
    assert "以后</h2>" in shown
    answer = client.post(step(pair[0], name), {})
    assert answer.status_code == 400
    assert "请写明变更的原因" in answer.content.decode()
    assert AdmissionTicket.objects.in_force().count() == 3


def test_whom_to_exchange_with_is_named_with_their_session(pair: Pair, client: Client) -> None:
    shown = client.get(step(pair[0], "exchange")).content.decode()
    other = people_of(pair[1])[0]
    assert f"{other.candidate.name}（{other.number}）　第 2 场</option>" in shown


def bodies(pair: Pair) -> dict[str, dict[str, Any]]:
    first, second = pair
    one, other = people_of(first)[:2]
    theory = first.sittings.get(subject="theory")
    spare = room(first.batch.offering.provider, 9, "备用考场")
    rooms = {f"sitting_{sitting.pk}": spare.pk for sitting in first.sittings.all()}
    return {
        "time": {"held_on": "2026-04-25", "starts_at": "13:00"},
        "rooms": rooms,
        "swap": {"other": second.pk, "what": "both"},
        "person": {"person": one.pk, "to": second.pk},
        "seat": {"person": one.pk, "sitting": theory.pk, "number": "33"},
        "exchange": {"person": one.pk, "other": other.pk},
        "postpone": {},
        "cancel": {"then": "next_window"},
    }


@pytest.mark.parametrize("name", STEPS)
def test_every_step_is_done_and_stands_in_the_panel(pair: Pair, client: Client, name: str) -> None:
    body = bodies(pair)[name] | {"reason": "考点停电"} | opened(client, pair[0], name)
    answer = client.post(step(pair[0], name), body, follow=True)
    shown = answer.content.decode()
    assert f"{STEPS[name].verb}已办理" in shown, shown
    assert "考点停电" in shown
    if name not in ("postpone", "cancel"):
        assert "第 2 版" in shown
    assert ("本场已延期待定" in shown) == (name == "postpone")
    assert ("没有有效的准考证" in shown) == (name == "cancel")


def test_a_refusal_is_shown_above_the_form_and_nothing_is_done(pair: Pair, client: Client) -> None:
    body = bodies(pair)["seat"] | {"number": "999", "reason": "设备故障"} | opened(client, pair[0], "seat")
    answer = client.post(step(pair[0], "seat"), body)
    assert answer.status_code == 400
    assert "没有可用的 999 号座位" in answer.content.decode()


@pytest.mark.parametrize("name", ["swap", "rooms", "exchange"])
def test_a_page_from_before_a_change_does_nothing(pair: Pair, client: Client, name: str) -> None:
    """A double click would swap back, and a form with every room would undo a colleague's change."""
    first, _ = pair
    body = bodies(pair)[name] | {"reason": "考点停电"} | opened(client, first, name)
    assert client.post(step(first, name), body).status_code == 302
    plan = list(Seat.objects.order_by("pk").values_list("sitting__room", "number", "during"))
    answer = client.post(step(first, name), body)
    assert answer.status_code == 400
    assert "您打开本页后，第 1 场已有变更" in answer.content.decode()
    assert ExamSession.objects.get(pk=first.pk).version == 2
    assert list(Seat.objects.order_by("pk").values_list("sitting__room", "number", "during")) == plan


def test_a_proposal_can_be_cancelled_and_nothing_else(offering: Offering, by: User, client: Client) -> None:
    (session,) = planned(offering, 3)
    assert [name for name in STEPS if step(session, name) in page(client, session)] == ["cancel"]
    assert client.get(step(session, "time")).status_code == 302
    body = {"then": "next_window", "reason": "考点停用"} | opened(client, session, "cancel")
    assert client.post(step(session, "cancel"), body).status_code == 302
    assert ExamSession.objects.get().state == "cancelled"


def test_a_batch_is_cancelled_from_its_page_with_a_choice(pair: Pair, client: Client) -> None:
    people = [one for session in pair for one in people_of(session)]
    address = reverse("admin:scheduling_batch_cancel", args=[pair[0].batch_id])
    assert address in client.get(reverse("admin:scheduling_batch_change", args=[pair[0].batch_id])).content.decode()
    client.post(address, {"reason": "不再举办", "then": "refund"})
    assert states(people) == {"cancelled"}
    assert Batch.objects.get().state == "cancelled"


def test_the_history_names_who_only_changed_the_seat_and_counts_the_others(pair: Pair, by: User) -> None:
    first, second = pair
    person = people_of(first)[0]
    theory = first.sittings.get(subject="theory")
    services.move_place(person, sitting=theory, number=33, reason="设备故障", by=by, at=EIGHTH)
    services.swap_sessions(first, second, times=True, rooms=False, reason="机房调配", by=by, at=NINE.replace(hour=8))
    swapped, moved, published = events_of(first)
    assert published.first
    assert moved.lines == (f"{person.candidate.name}：{_words(person)}",)
    assert any("（3 人）" in line and "4月18日" in line for line in swapped.lines)
    ((version, _), (again, changes)) = changes_of(person)
    assert (version.reason, again.reason) == ("设备故障", "机房调配")
    assert all(change.day_moved for change in changes)
    mine = Application.objects.filter(pk=person.pk)
    assert [event.people for event in events_for(mine)] == [1, 1]


def _words(person: Application) -> str:
    (_, changes), *_ = changes_of(person)
    return changes[0].words


def test_the_session_page_takes_as_many_queries_for_six_people_as_for_three(
    pair: Pair, by: User, client: Client
) -> None:
    first, second = pair
    services.reschedule(first, held_on=SECOND, starts_at=NINE.time(), reason="合并", by=by, at=EIGHTH)
    page(client, first)
    with CaptureQueriesContext(connection) as three:
        page(client, first)
    for person in people_of(second):
        services.move_person(person, to=first, reason="合并", by=by, at=EIGHTH)
    with CaptureQueriesContext(connection) as six:
        page(client, first)
    assert len(six) == len(three)


def test_the_door_says_why_an_old_ticket_isnt_valid_and_where_the_new_one_is(
    pair: Pair, by: User, client: Client
) -> None:
    first, _ = pair
    person = people_of(first)[0]
    old = AdmissionTicket.objects.in_force().get(application=person)
    theory = first.sittings.get(subject="theory")
    services.move_place(person, sitting=theory, number=33, reason="设备故障", by=by, at=EIGHTH)
    new = AdmissionTicket.objects.in_force().get(application=person)
    shown = client.get(reverse("ticket_check", args=[old.uuid])).content.decode()
    assert "原因：考试安排变更：设备故障" in shown
    assert new.number in shown
    assert "33 号" in shown
    services.postpone(first, reason="停电", by=by, at=EIGHTH)
    shown = client.get(reverse("ticket_check", args=[new.uuid])).content.decode()
    assert "评价延期：停电" in shown
    assert "目前没有有效的准考证" in shown
    assert not Seat.objects.filter(application=person, live=True).exists()
