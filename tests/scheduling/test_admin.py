"""The schedulers' desk: what they see and do in the admin, and what strangers don't (SPEC 7.5, 12)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registration.models import Application
from scheduling import services
from scheduling.models import Batch, ExamSession, Room, Venue
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.models import AuditEvent
from tests import factories
from tests.scheduling.people import NOON, gather, planned, room, scheduler

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("april")]


def page(name: str, batch: Batch) -> str:
    return reverse(f"admin:scheduling_batch_{name}", args=[batch.pk])


def page_of(session: ExamSession) -> str:
    return reverse("admin:scheduling_examsession_change", args=[session.pk])


def fields(**changed: object) -> dict[str, object]:
    """What the browser sends for one session."""
    return {"held_on": "2026-04-18", "starts_at": "09:00", "reason": ""} | changed


def test_the_list_shows_how_far_each_has_filled_up(offering: Offering, by: User, client: Client) -> None:
    gather(offering, 23)
    services.judge_due(date(2026, 3, 20), at=NOON)
    shown = client.get(reverse("admin:scheduling_batch_changelist")).content.decode()
    assert "<strong>23</strong> / 30" in shown
    assert "征集中" in shown


def test_the_list_takes_as_many_queries_for_six_batches_as_for_one(  # type: ignore[no-untyped-def]
    offering: Offering, by: User, client: Client, django_assert_max_num_queries
) -> None:
    gather(offering, 1)
    services.judge_due(date(2026, 3, 20), at=NOON)
    address = reverse("admin:scheduling_batch_changelist")
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _ in range(5):
        gather(factories.OfferingFactory(provider=offering.provider), 2)
    services.judge_due(date(2026, 3, 20), at=NOON)
    with django_assert_max_num_queries(len(one)):
        client.get(address)


def test_the_publish_page_takes_as_many_queries_for_three_sessions_as_for_one(  # type: ignore[no-untyped-def]
    offering: Offering, by: User, client: Client, django_assert_max_num_queries
) -> None:
    first, *others = planned(offering, 101)
    ExamSession.objects.filter(pk__in=[session.pk for session in others]).update(state="cancelled")
    address = page("publish", first.batch)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    ExamSession.objects.filter(batch=first.batch).update(state="proposed")
    with django_assert_max_num_queries(len(one)):
        assert len(client.get(address).context["rows"]) == 3


def test_a_stranger_sees_no_batch_and_finds_none(offering: Offering, client: Client) -> None:
    session = planned(offering, 30)[0]
    client.force_login(scheduler(factories.ProviderFactory()))
    assert str(offering) not in client.get(reverse("admin:scheduling_batch_changelist")).content.decode()
    for name in ("change", "publish", "cancel", "form"):
        assert client.get(page(name, session.batch)).status_code == 404
        assert client.post(page(name, session.batch)).status_code == 404
    assert client.get(page_of(session)).status_code == 404
    assert client.post(page_of(session), fields()).status_code == 404


def test_other_roles_look_but_do_not_touch(offering: Offering, client: Client) -> None:
    session = planned(offering, 30)[0]
    client.force_login(factories.staff(offering.provider, Role.FINANCE))
    assert page_of(session) in client.get(page("change", session.batch)).content.decode()
    shown = client.get(page_of(session)).content.decode()
    assert "第 1 场" in shown
    assert "保存第 1 场" not in shown
    assert client.post(page_of(session), fields()).status_code == 403
    for name in ("publish", "cancel", "form"):
        assert client.post(page(name, session.batch)).status_code == 403


def test_a_session_is_dated_and_housed_in_one_step(offering: Offering, by: User, client: Client) -> None:
    session = planned(offering, 30)[0]
    one = room(offering.provider)
    sent = fields(starts_at="13:00", rooms_theory=[one.pk], rooms_practical=[one.pk])
    answer = client.post(page_of(session), sent)
    assert answer.status_code == 302
    session.refresh_from_db()
    assert session.held_on == date(2026, 4, 18)
    assert {sitting.room for sitting in session.sittings.all()} == {one}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"held_on": ""}, "请填写评价日期"),
        ({"held_on": "2026-13-01"}, "日期格式不对"),
        ({"held_on": "2026-06-01"}, "评价日期须在本批次评价期内"),
        ({"starts_at": "25:00"}, "时间格式不对"),
        ({"starts_at": "23:00"}, "开始时间太晚"),
        ({"rooms_theory": ["999999"]}, "只能选择本机构的考场"),
        ({"reason": "长" * 201}, "原因不超过 200 字"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_saved(
    offering: Offering, by: User, client: Client, changed: dict[str, object], message: str
) -> None:
    session = planned(offering, 30)[0]
    answer = client.post(page_of(session), fields(**changed))
    assert answer.status_code == 200
    assert message in answer.content.decode()
    session.refresh_from_db()
    assert session.held_on == date(2026, 4, 11)


def test_a_room_too_small_leaves_the_day_as_it_was(offering: Offering, by: User, client: Client) -> None:
    session = planned(offering, 30)[0]
    small = room(offering.provider, 10)
    answer = client.post(page_of(session), fields(rooms_practical=[small.pk]))
    assert "还差 20 座" in answer.content.decode()
    session.refresh_from_db()
    assert session.held_on == date(2026, 4, 11)


def test_publishing_asks_first_and_does_it_session_by_session(offering: Offering, by: User, client: Client) -> None:
    first, second = planned(offering, 41)
    services.assign_room(first, room=room(offering.provider), by=by, at=NOON)
    asked = client.get(page("publish", first.batch)).content.decode()
    assert "确认发布" in asked
    assert "待安排考场" in asked
    done = client.post(page("publish", first.batch), {"sessions": [first.pk, second.pk]}, follow=True).content.decode()
    assert "第 1 场已发布" in done
    assert "第 2 场没有发布：第 2 场还没有安排" in done
    assert Application.objects.filter(state="scheduled").count() == 21


def test_what_cant_be_published_yet_leads_to_its_session(offering: Offering, by: User, client: Client) -> None:
    session = planned(offering, 30)[0]
    asked = client.get(page("publish", session.batch)).content.decode()
    assert "确认发布" not in asked
    assert f'<a href="{page_of(session)}">去第 1 场调整</a>' in asked


def test_publishing_nothing_says_so(offering: Offering, by: User, client: Client) -> None:
    session = planned(offering, 30)[0]
    assert "没有选择场次" in client.post(page("publish", session.batch), follow=True).content.decode()


def test_cancelling_asks_for_a_reason(offering: Offering, by: User, client: Client) -> None:
    session = planned(offering, 30)[0]
    assert "请写明取消的原因" in client.post(page("cancel", session.batch), {"reason": ""}).content.decode()
    client.post(page("cancel", session.batch), {"reason": "考点停电"})
    assert Batch.objects.get().state == "cancelled"


def test_schedulers_keep_their_own_venues_only(offering: Offering, by: User, client: Client) -> None:
    own, foreign = room(offering.provider).venue, room(factories.ProviderFactory()).venue
    assert client.get(reverse("admin:scheduling_venue_change", args=[own.pk])).status_code == 200
    assert client.get(reverse("admin:scheduling_venue_change", args=[foreign.pk])).status_code == 404
    form = {
        "name": "第二考点",
        "address": "测试路 2 号",
        "directions": "",
        "provider": offering.provider.pk,
        "rooms-TOTAL_FORMS": 1,
        "rooms-INITIAL_FORMS": 0,
        "rooms-0-name": "201 室",
        "rooms-0-capacity": 25,
    }
    assert client.post(reverse("admin:scheduling_venue_add"), form).status_code == 302
    made = Room.objects.get(venue__name="第二考点")
    assert made.capacity == 25
    form |= {"rooms-INITIAL_FORMS": 1, "rooms-0-id": made.pk, "rooms-0-venue": made.venue_id, "rooms-0-capacity": 30}
    assert client.post(reverse("admin:scheduling_venue_change", args=[made.venue_id]), form).status_code == 302
    noted = AuditEvent.objects.filter(object_type="scheduling.room", object_id=str(made.pk)).order_by("pk")
    assert [(event.action, event.details["fields"]) for event in noted] == [
        ("scheduling.room.added", []),
        ("scheduling.room.changed", ["capacity"]),
    ]
    form |= {"rooms-TOTAL_FORMS": 0, "rooms-INITIAL_FORMS": 0}
    client.post(reverse("admin:scheduling_venue_add"), form | {"provider": foreign.provider_id, "name": "别家"})
    assert not Venue.objects.filter(name="别家").exists()
