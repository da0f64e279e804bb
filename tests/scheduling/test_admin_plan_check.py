"""What staff are told while they edit a session's plan, before anything is saved (SPEC 7.5)."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.test import Client
from django.urls import reverse

from scheduling import services
from scheduling.models import ExamSession, ExamStaff, Room, Seat, Sitting, Station, VenueClosure, VenueHours
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from tests import factories
from tests.scheduling.people import NOON, gather, planned, publish, room

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("april")]


def asked(client: Client, session: ExamSession, **changed: object) -> str:
    """What the page answers to the values of its form; nothing may have been written."""
    address = reverse("admin:scheduling_examsession_check", args=[session.pk])
    before = sorted(Sitting.objects.values_list("pk", "room", "during")), sorted(Seat.objects.values_list("pk"))
    values = {"held_on": "2026-04-18", "starts_at": "09:00", "reason": ""} | changed
    answer = client.get(address, values).content.decode()
    assert (
        sorted(Sitting.objects.values_list("pk", "room", "during")),
        sorted(Seat.objects.values_list("pk")),
    ) == before
    return answer


def workshop(offering: Offering, stations: int) -> Room:
    made = room(offering.provider, 40, "实训室")
    Station.objects.create(room=made, occupation=offering.work_type.occupation, count=stations)
    return made


def test_it_shows_the_timetable_with_its_turns(offering: Offering, by: User, client: Client) -> None:
    session = planned(offering, 30)[0]
    shown = asked(client, session, starts_at="08:30", rooms_practical=[workshop(offering, 10).pk])
    assert "没有冲突" in shown
    assert "理论知识　4月18日（周六） 08:30–10:00　待安排考场" in shown
    for words in ("第 1 轮　4月18日（周六） 10:30–12:00　测试考点 实训室", "第 3 轮　4月18日（周六） 13:30–15:00"):
        assert words in shown


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"held_on": ""}, "请填写评价日期"),
        ({"held_on": "2026-05-09"}, "评价日期须在本批次评价期内"),
        ({"held_on": "2026-04-01"}, "已过"),
        ({"starts_at": "23:00"}, "开始时间太晚"),
        ({"rooms_theory": ["999999"]}, "只能选择本机构的考场"),
    ],
)
def test_it_names_what_cant_be_saved(
    offering: Offering, by: User, client: Client, changed: dict[str, object], message: str
) -> None:
    assert message in asked(client, planned(offering, 30)[0], **changed)


def test_it_names_a_room_too_small_and_too_many_turns(offering: Offering, by: User, client: Client) -> None:
    session = planned(offering, 30)[0]
    assert "还差 10 座" in asked(client, session, rooms_theory=[room(offering.provider, 20).pk])
    assert "操作技能分 15 轮" in asked(client, session, rooms_practical=[workshop(offering, 2).pk])


def test_it_names_a_room_that_another_session_has(offering: Offering, by: User, client: Client) -> None:
    first, second = planned(offering, 41)
    one = room(offering.provider)
    services.set_time(first, held_on=date(2026, 4, 18), starts_at=time(9), by=by, at=NOON)
    services.assign_room(first, room=one, by=by, at=NOON)
    shown = asked(client, second, rooms_theory=[one.pk])
    assert "考场冲突：测试考点 101 室在4月18日（周六） 09:00–10:30已安排给" in shown
    assert "与其他待发布场次冲突" in shown
    assert "不能发布" not in shown
    assert "没有冲突" in asked(client, second, starts_at="12:30", rooms_theory=[one.pk])
    assert "没有冲突" in asked(client, second, held_on="2026-04-25", rooms_theory=[one.pk])
    services.publish(first, by=by, at=NOON)
    published = asked(client, second, rooms_theory=[one.pk])
    assert "可以保存，但不能发布" in published
    assert "考场冲突" in published


def test_it_names_people_and_staff_who_have_to_be_elsewhere(offering: Offering, by: User, client: Client) -> None:
    other = factories.OfferingFactory(provider=offering.provider)
    somebody = factories.CandidateFactory(name="甲某")
    gather(offering, 1, candidate=somebody)
    gather(other, 1, candidate=somebody)
    gather(other, 29)
    session = planned(offering, 29)[0]
    there = ExamSession.objects.get(batch__offering=other)
    staff = ExamStaff.objects.create(provider=offering.provider, name="监考甲", roles=["invigilator"])
    for one in (session, there):
        services.set_time(one, held_on=date(2026, 4, 11 if one is session else 18), starts_at=time(9), by=by, at=NOON)
        duty = one.sittings.get(subject="theory")
        duty.duties.create(staff=staff, role="invigilator", during=duty.during)
    assert "没有冲突" in asked(client, session, held_on="2026-04-11")
    shown = asked(client, session)
    assert "人员冲突：甲某" in shown
    assert "考务人员冲突：监考甲" in shown


def test_it_names_a_venue_that_is_shut(offering: Offering, by: User, client: Client) -> None:
    session, one = planned(offering, 30)[0], room(offering.provider)
    VenueHours.objects.create(venue=one.venue, weekday=5, opens=time(9), closes=time(17))
    VenueClosure.objects.create(venue=one.venue, first=date(2026, 4, 18), last=date(2026, 4, 18), reason="装修")
    chosen = {"rooms_theory": [one.pk]}
    assert "测试考点2026年4月18日" in asked(client, session, **chosen)
    assert "测试考点4月25日（周六）开放 09:00–17:00" in asked(
        client, session, held_on="2026-04-25", starts_at="08:00", **chosen
    )
    assert "没有冲突" in asked(client, session, held_on="2026-04-25", **chosen)


def test_after_publishing_it_says_that_nothing_can_be_changed(offering: Offering, by: User, client: Client) -> None:
    session = planned(offering, 30)[0]
    publish(session, by=by)
    assert "已发布，不能再修改" in asked(client, session)
