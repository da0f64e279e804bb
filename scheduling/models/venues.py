"""考点, their rooms, the places in a room, its practical stations, and when a venue is open."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from scheduling.enums import PlaceKind, Weekday
from skilleval.catalogue.models import Occupation, Provider


class Venue(models.Model):
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    name = models.CharField("考点", max_length=80)
    address = models.CharField("地址", max_length=150)
    directions = models.CharField("交通", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "考点"
        ordering = ["provider", "name"]
        constraints = [models.UniqueConstraint(fields=["provider", "name"], name="venue_once")]

    def __str__(self) -> str:
        return self.name


class VenueHours(models.Model):
    """A stretch of a weekday in which a venue is open. A venue without any is open whenever it is asked for."""

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="hours", verbose_name="考点")
    weekday = models.PositiveSmallIntegerField("星期", choices=Weekday)
    opens = models.TimeField("开放")
    closes = models.TimeField("关闭")

    class Meta:
        verbose_name = verbose_name_plural = "开放时间"
        ordering = ["venue", "weekday", "opens"]
        constraints = [
            models.UniqueConstraint(
                fields=["venue", "weekday", "opens"],
                name="venue_hours_once",
                violation_error_message="同一天已有同一时刻开始的开放时间",
            ),
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")),
                name="venue_hours_order",
                violation_error_message="关闭时间须晚于开放时间",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class VenueClosure(models.Model):
    """Days on which a venue can't be used, both included."""

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="closures", verbose_name="考点")
    first = models.DateField("停用开始")
    last = models.DateField("停用结束")
    reason = models.CharField("原因", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "停用日期"
        ordering = ["venue", "first"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("first")),
                name="venue_closure_order",
                violation_error_message="停用结束不得早于停用开始",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first}–{self.last} {self.reason}"


class Room(models.Model):
    """考场. `capacity` counts the places that can be used; where they are its `RoomSeat`s say, if it has any."""

    venue = models.ForeignKey(Venue, models.PROTECT, related_name="rooms", verbose_name="考点")
    name = models.CharField("考场", max_length=40)
    capacity = models.PositiveSmallIntegerField("容量")

    class Meta:
        verbose_name = verbose_name_plural = "考场"
        ordering = ["venue", "name"]
        constraints = [
            models.UniqueConstraint(fields=["venue", "name"], name="room_once"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="room_capacity"),
        ]

    def __str__(self) -> str:
        return f"{self.venue} {self.name}"


class RoomSeat(models.Model):
    """One numbered place of a room's plan. Migration 0004 refuses people on a blocked one, or one that isn't there.

    Numbers stay with their place: one that is blocked keeps its number, so that labels on the tables stay right.
    """

    room = models.ForeignKey(Room, models.CASCADE, related_name="places", verbose_name="考场")
    number = models.PositiveSmallIntegerField("座位号")
    row = models.PositiveSmallIntegerField("排")
    column = models.PositiveSmallIntegerField("列")
    kind = models.CharField("用途", max_length=10, choices=PlaceKind, default=PlaceKind.USABLE)

    class Meta:
        verbose_name = verbose_name_plural = "座位"
        ordering = ["room", "number"]
        constraints = [
            models.UniqueConstraint(fields=["room", "number"], name="room_seat_once"),
            models.UniqueConstraint(fields=["room", "row", "column"], name="room_seat_place_once"),
            models.CheckConstraint(condition=Q(number__gte=1, row__gte=1, column__gte=1), name="room_seat_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.room} {self.number} 号"


class Station(models.Model):
    """How many practical stations (工位) a room has for an occupation. With fewer than people there are turns."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="stations", verbose_name="考场")
    occupation = models.ForeignKey(Occupation, models.PROTECT, related_name="+", verbose_name="职业")
    count = models.PositiveSmallIntegerField("工位数")

    class Meta:
        verbose_name = verbose_name_plural = "操作工位"
        ordering = ["room", "occupation"]
        constraints = [
            models.UniqueConstraint(
                fields=["room", "occupation"],
                name="station_once",
                violation_error_message="该考场已有这一职业的工位数",
            ),
            models.CheckConstraint(
                condition=Q(count__gte=1), name="station_count", violation_error_message="工位数至少为 1"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room} {self.occupation} {self.count} 个工位"
