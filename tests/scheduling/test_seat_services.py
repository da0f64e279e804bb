"""Draws as they are written: who sits where, what is recorded, what stands and what is refused (SPEC 7.6)."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from registration.models import Application
from scheduling import services
from scheduling.enums import PlaceKind
from scheduling.models import AdmissionTicket, ExamSession, Room, RoomSeat, Seat, SeatDraw
from scheduling.seating import repeats
from scheduling.services import seating
from scheduling.services.guard import check_now, refusing
from scheduling.services.redrawing import redraw
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.errors import Conflict, NotAllowed, Refused
from tests import factories
from tests.scheduling.people import NOON, gather, planned, publish, room, scheduler

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering() -> Offering:
    return factories.OfferingFactory()


@pytest.fixture
def by(offering: Offering) -> User:
    return scheduler(offering.provider)


def from_schools(offering: Offering, *sizes: int) -> None:
    """Confirmed people of so many institutions."""
    for size in sizes:
        group = factories.GroupFactory(offering=offering, window=factories.window_of(offering.provider, 3))
        gather(offering, size, channel="group", institution=group.institution, group=group)


def laid_out(
    offering: Offering, rows: int, columns: int, *, accessible: tuple[int, ...] = (), blocked: tuple[int, ...] = ()
) -> Room:
    kinds = dict.fromkeys(accessible, PlaceKind.ACCESSIBLE) | dict.fromkeys(blocked, PlaceKind.BLOCKED)
    one = room(offering.provider, rows * columns - len(blocked), "有座位图的考场")
    RoomSeat.objects.bulk_create(
        RoomSeat(
            room=one,
            number=number,
            row=(number - 1) // columns + 1,
            column=(number - 1) % columns + 1,
            kind=kinds.get(number, PlaceKind.USABLE),
        )
        for number in range(1, rows * columns + 1)
    )
    return one


def seats(session: ExamSession, subject: str = "theory") -> dict[int, tuple[int, int]]:
    rows = Seat.objects.filter(sitting__session=session, subject=subject)
    return {one: (sitting, number) for one, sitting, number in rows.values_list("application", "sitting", "number")}


def test_seats_are_drawn_when_a_room_is_assigned_and_the_draw_can_be_repeated(offering: Offering, by: User) -> None:
    from_schools(offering, 15, 14)
    (session,) = planned(offering, 3)
    needing = Application.objects.filter(institution=None).order_by("pk").last()
    Application.objects.filter(pk=needing.pk).update(accessible_seat=True)  # type: ignore[union-attr]
    one = laid_out(offering, 6, 6, accessible=(36,), blocked=(8, 9))
    services.assign_rooms(session, subject="theory", rooms=[one], by=by, at=NOON)
    draw = SeatDraw.objects.get(session=session, subject="theory")
    assert (draw.neighbours, draw.by_label, draw.seed) == (0, by.label, f"{session.batch.seed}-1")
    assert seats(session)[needing.pk][1] == 36  # type: ignore[union-attr]
    assert not {8, 9} & {number for _, number in seats(session).values()}
    assert len(seats(session)) == 32
    assert {one: number for room in draw.facts["sittings"] for one, number in room["seats"]} == {
        application: number for application, (_, number) in seats(session).items()
    }
    assert repeats(draw.facts, draw.seed)


def test_the_same_room_for_every_subject_is_the_same_seat_in_every_subject(offering: Offering, by: User) -> None:
    (session,) = planned(offering, 30)
    services.assign_room(session, room=room(offering.provider), by=by, at=NOON)
    theory, practical = (
        {one: place[1] for one, place in seats(session, kind).items()} for kind in ("theory", "practical")
    )
    assert theory == practical


def test_several_rooms_share_every_institution(offering: Offering, by: User) -> None:
    from_schools(offering, 20, 10)
    (session,) = planned(offering, 0)
    rooms = [room(offering.provider, 20, "101 室"), room(offering.provider, 20, "102 室")]
    services.assign_rooms(session, subject="theory", rooms=rooms, by=by, at=NOON)
    for one in rooms:
        there = Seat.objects.filter(sitting__room=one).values_list("application__institution", flat=True)
        assert sorted(map(list(there).count, set(there))) == [5, 10]


def test_a_draw_stands_in_its_rooms_and_who_comes_late_sits_down_without_moving_anybody(
    offering: Offering, by: User
) -> None:
    from_schools(offering, 16, 16)
    (session,) = planned(offering, 0)
    one = room(offering.provider)
    services.assign_room(session, room=one, by=by, at=NOON)
    before = seats(session)
    gather(offering, 1)
    assert services.place_latecomers(at=NOON) == 1
    services.assign_room(session, room=one, by=by, at=NOON)
    after = seats(session)
    assert {application: after[application] for application in before} == before
    assert len(after) == 33
    assert SeatDraw.objects.filter(session=session, subject="theory").count() == 1


def test_another_room_is_another_draw(offering: Offering, by: User) -> None:
    (session,) = planned(offering, 30)
    services.assign_room(session, room=room(offering.provider), by=by, at=NOON)
    services.assign_room(session, room=laid_out(offering, 6, 6), by=by, at=NOON)
    assert SeatDraw.objects.filter(session=session, subject="theory").count() == 2


def test_who_comes_late_and_needs_an_accessible_seat_gets_it(offering: Offering, by: User) -> None:
    (session,) = planned(offering, 30)
    services.assign_room(session, room=laid_out(offering, 6, 6, accessible=(1, 2)), by=by, at=NOON)
    assert {number for _, number in seats(session).values()} == set(range(3, 33))
    (late,) = gather(offering, 1, accessible_seat=True)
    services.place_latecomers(at=NOON)
    assert seats(session)[late.pk][1] in {1, 2}


def test_staff_draw_anew_for_a_reason_and_the_old_draw_stays(offering: Offering, by: User) -> None:
    (session,) = planned(offering, 30)
    services.assign_room(session, room=room(offering.provider), by=by, at=NOON)
    before = seats(session)
    drawn = redraw(session, subject="theory", reason=" 座位图更正 ", by=by, at=NOON)
    assert seats(session) != before
    old = SeatDraw.objects.filter(session=session, subject="theory").order_by("pk")[0]
    assert (drawn.reason, drawn.pk > old.pk, drawn.seed == old.seed) == ("座位图更正", True, False)
    assert repeats(old.facts, old.seed)


def test_no_draw_without_a_reason_a_room_or_the_right(offering: Offering, by: User) -> None:
    (session,) = planned(offering, 30)
    with pytest.raises(Refused, match="还没有安排考场"):
        redraw(session, subject="theory", reason="更正", by=by, at=NOON)
    services.assign_room(session, room=room(offering.provider), by=by, at=NOON)
    for reason in ("", "  ", "因" * 151):
        with pytest.raises(Refused, match="原因") as refusal:
            redraw(session, subject="theory", reason=reason, by=by, at=NOON)
        assert refusal.value.field == "reason"
    with pytest.raises(NotAllowed):
        redraw(session, subject="theory", reason="更正", by=scheduler(factories.ProviderFactory()), at=NOON)


def test_the_command_repeats_every_draw_and_names_what_was_tampered_with(
    offering: Offering, by: User, capsys: pytest.CaptureFixture[str]
) -> None:
    (session,) = planned(offering, 30)
    services.assign_room(session, room=room(offering.provider), by=by, at=NOON)
    call_command("verify_draws")
    assert "2 次座位抽签重算结果与记录一致" in capsys.readouterr().out
    draw = SeatDraw.objects.filter(session=session)[0]
    SeatDraw.objects.filter(pk=draw.pk).update(seed="another")
    with pytest.raises(CommandError, match=f"不一致：{draw.pk}"):
        call_command("verify_draws")


def test_published_seats_are_frozen(offering: Offering, by: User) -> None:
    (session,) = planned(offering, 30)
    publish(session, by=by)
    with pytest.raises(Refused, match="已发布"):
        redraw(session, subject="theory", reason="更正", by=by, at=NOON)


def test_with_tickets_out_nothing_is_drawn_and_nobody_added(offering: Offering, by: User) -> None:
    (session,) = planned(offering, 30)
    published = publish(session, by=by)
    application = Application.objects.filter(offering=offering)[0]
    AdmissionTicket.objects.create(application=application, session=published, number="1" * 14, released_at=NOON)
    (late,) = gather(offering, 1)
    sittings = list(published.sittings.filter(subject="theory").select_related("room"))
    with pytest.raises(Refused, match="准考证已发放"):
        seating.deal(published, subject="theory", sittings=sittings, by=by, at=NOON)
    with pytest.raises(Refused, match="准考证已发放"):
        seating.add(published, late)
    assert not Seat.objects.filter(application=late).exists()


@pytest.mark.parametrize(("number", "newcomer", "words"), [(99, False, "其他座位"), (1, True, "被他人占用")])
def test_who_seats_people_beside_somebody_else_is_told(
    offering: Offering, number: int, newcomer: bool, words: str
) -> None:
    (session,) = planned(offering, 30)
    seat = Seat.objects.get(sitting__session=session, subject="theory", number=1)
    if newcomer:
        (one,) = gather(offering, 1)
        seat.application, seat.candidate = one, one.candidate
    seat.pk, seat.number = None, number

    def beside() -> None:
        seat.save(force_insert=True)
        check_now()

    with pytest.raises(Conflict, match=words):
        refusing(transaction.atomic(beside))()
