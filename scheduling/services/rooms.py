"""Staff keep rooms: their plan of places, their stations, and when their venue is open (SPEC 7.4, 7.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise

from django.db import connection, transaction

from scheduling import opening, policy
from scheduling.enums import PlaceKind, Weekday
from scheduling.layouts import Spot, UnreadableError, numbered, read, usable
from scheduling.models import Room, RoomSeat, Station, Venue, VenueClosure, VenueHours
from scheduling.queries.rooms import seated_elsewhere, spots_of
from scheduling.services.guard import refusing
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.db import assert_in_transaction
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import require
from skilleval.core.wording import cn_time

MOST_PLACES = 2000
#: For a moment, while a plan is replaced, a room counts as one without a plan that is large enough for anybody.
NO_LIMIT = 32767


@refusing
@transaction.atomic
def lay_out(room: Room, *, plan: str, renumber: bool = False, by: User, at: datetime) -> Room:
    """Give a room the plan written as text (see `scheduling.layouts`); its capacity is what can be used of it.

    Places that stay keep their numbers, unless they are numbered anew. The same plan again changes nothing. Raises
    Refused for a plan that can't be read, and where somebody sits on a place that it takes away or blocks; numbered
    anew, also where a number that was published for somebody still to come would be another place.
    """
    room = _locked(room, by=by, at=at)
    before = spots_of(room)
    spots = numbered(_read(plan), () if renumber else before)
    if set(spots) == set(before):
        return room
    if renumber and before:
        _check_numbers(room, set(spots) & set(numbered(spots, before)), at)
    _check_seated(room, {spot.number for spot in spots if spot.kind != PlaceKind.BLOCKED}, at)
    _replace(room, spots, usable(spots))
    audit.record("room.laid_out", by=by, obj=room, places=len(spots), usable=room.capacity)
    return room


@refusing
@transaction.atomic
def remove_plan(room: Room, *, capacity: int, by: User, at: datetime) -> Room:
    """Take a room's plan away: it has `capacity` places, numbered from 1. Raises Refused where that is too few."""
    room = _locked(room, by=by, at=at)
    if not 1 <= capacity <= MOST_PLACES:
        raise Refused(f"容量须为 1–{MOST_PLACES}", field="capacity")
    _check_seated(room, set(range(1, capacity + 1)), at)
    _replace(room, (), capacity)
    audit.record("room.plan_removed", by=by, obj=room, capacity=capacity)
    return room


@refusing
@transaction.atomic
def set_stations(room: Room, *, counts: Mapping[int, int], by: User, at: datetime) -> Room:
    """Say how many practical stations a room has for occupations, by their ids; 0 takes them away, others stay.

    Raises Refused for a negative or too large number, and where somebody sits on a station that goes.
    """
    room = _locked(room, by=by, at=at)
    if any(not 0 <= count <= MOST_PLACES for count in counts.values()):
        raise Refused(f"工位数须为 0–{MOST_PLACES}，没有工位的填 0 或留空", field="stations")
    Station.objects.filter(room=room, occupation__in=[pk for pk, count in counts.items() if not count]).delete()
    for occupation, count in sorted(counts.items()):
        if count:
            Station.objects.update_or_create(room=room, occupation_id=occupation, defaults={"count": count})
    audit.record("room.stations_set", by=by, obj=room, stations={str(pk): count for pk, count in counts.items()})
    return room


@refusing
@transaction.atomic
def set_hours(venue: Venue, *, hours: Sequence[opening.Hours], by: User, at: datetime) -> Venue:
    """Say when a venue is open in a week; without any, it is whenever asked for. What is planned stays as it is.

    Raises Refused for a stretch that ends before it begins, and for two of a day that overlap.
    """
    venue = _venue(venue, by=by)
    _check_hours(hours)
    venue.hours.all().delete()
    VenueHours.objects.bulk_create(
        VenueHours(venue=venue, weekday=stretch.weekday, opens=stretch.opens, closes=stretch.closes)
        for stretch in sorted(set(hours))
    )
    audit.record("venue.hours_set", by=by, obj=venue, stretches=len(set(hours)))
    return venue


@refusing
@transaction.atomic
def shut(venue: Venue, *, first: date, last: date, reason: str, by: User, at: datetime) -> VenueClosure:
    """Say that a venue can't be used on some days, both included; again it changes nothing. What is planned stays.

    Raises Refused without a reason and for a last day before the first.
    """
    venue, reason = _venue(venue, by=by), reason.strip()
    if last < first:
        raise Refused("停用结束不得早于停用开始", field="last")
    if not reason:
        raise Refused("请写明停用的原因", field="reason")
    closure, made = VenueClosure.objects.get_or_create(venue=venue, first=first, last=last, defaults={"reason": reason})
    if made:
        audit.record("venue.shut", by=by, obj=venue, first=first.isoformat(), last=last.isoformat())
    return closure


@transaction.atomic
def reopen(venue: Venue, *, closure: int, by: User, at: datetime) -> bool:
    """Take a closure of a venue back, by its id; False if it is gone already."""
    venue = _venue(venue, by=by)
    gone, _ = venue.closures.filter(pk=closure).delete()
    if gone:
        audit.record("venue.reopened", by=by, obj=venue, closure=closure)
    return bool(gone)


def forget_past(at: datetime) -> None:
    """Have the database judge rooms by what isn't over at a moment alone, until the caller's transaction ends."""
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('scheduling.over_at', %s, true)", [at.isoformat()])


def _locked(room: Room, *, by: User, at: datetime) -> Room:
    """The room, locked against people being seated in it, for somebody who plans at its provider."""
    forget_past(at)
    rows = Room.objects.select_for_update(of=("self",)).select_related("venue__provider")
    fresh = rows.get(pk=room.pk)
    require(by, policy.SCHEDULE, fresh.venue.provider)
    return fresh


def _venue(venue: Venue, *, by: User) -> Venue:
    fresh = Venue.objects.select_for_update(of=("self",)).select_related("provider").get(pk=venue.pk)
    require(by, policy.SCHEDULE, fresh.provider)
    return fresh


def _read(plan: str) -> tuple[Spot, ...]:
    try:
        return read(plan)
    except UnreadableError as fault:
        raise Refused(str(fault), field="plan") from fault


def _check_seated(room: Room, numbers: set[int], at: datetime) -> None:
    """Nobody who is still to sit loses their place."""
    if taken := seated_elsewhere(room, numbers, at=at):
        raise Conflict(f"{'；'.join(taken)}。请先给这些人换座位或换考场", field="plan")


def _check_numbers(room: Room, same: set[Spot], at: datetime) -> None:
    """Whoever was told a number finds it where it was, beside the same people."""
    if taken := seated_elsewhere(room, {spot.number for spot in same}, at=at, published=True):
        raise Conflict(f"已发布的座位不能改号：{'；'.join(taken)}。请不要重新编号，或在考完后再编", field="renumber")


def _replace(room: Room, spots: Sequence[Spot], capacity: int) -> None:
    """Each step is judged by triggers for itself, so that the room is limitless between the two."""
    Room.objects.filter(pk=room.pk).update(capacity=NO_LIMIT)
    room.places.all().delete()
    RoomSeat.objects.bulk_create(
        RoomSeat(room=room, number=spot.number, row=spot.row, column=spot.column, kind=spot.kind) for spot in spots
    )
    room.capacity = capacity
    room.save(update_fields=["capacity"])


def _check_hours(hours: Sequence[opening.Hours]) -> None:
    for stretch in hours:
        if stretch.closes <= stretch.opens:
            raise Refused(f"{Weekday(stretch.weekday).label}：关闭时间须晚于开放时间", field=f"day_{stretch.weekday}")
    for earlier, later in pairwise(sorted(set(hours))):
        if earlier.weekday == later.weekday and later.opens < earlier.closes:
            raise Refused(
                f"{Weekday(later.weekday).label}：{cn_time(earlier.opens)}–{cn_time(earlier.closes)} 与 "
                f"{cn_time(later.opens)}–{cn_time(later.closes)} 重叠，请合并",
                field=f"day_{later.weekday}",
            )
