"""What staff fill in about rooms: a plan as text, stations, a venue's hours and closures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from scheduling.enums import Weekday
from scheduling.layouts import MOST_COLUMNS, MOST_ROWS
from scheduling.models import Room, Venue
from scheduling.opening import Hours, read_stretches
from scheduling.queries.rooms import seated_elsewhere
from scheduling.services.rooms import forget_past
from skilleval.catalogue.models import Occupation
from skilleval.core import clock
from skilleval.core.wording import cn_time

DAY = "day_"
STATION = "occupation_"


class RoomForm(forms.ModelForm):  # type: ignore[type-arg]
    """A room's name and capacity; the plan decides the capacity where there is one."""

    class Meta:
        model = Room
        fields = ("name", "capacity")

    def clean_capacity(self) -> int:
        capacity: int = self.cleaned_data["capacity"]
        if not self.instance.pk or "capacity" not in self.changed_data:
            return capacity
        if self.instance.places.exists():
            raise forms.ValidationError(f"容量由座位图决定（{self.initial['capacity']} 座），请在座位图中修改")
        if taken := seated_elsewhere(self.instance, set(range(1, capacity + 1)), at=clock.now()):
            raise forms.ValidationError(f"{'；'.join(taken)}。请先给这些人换座位或换考场")
        return capacity

    def save(self, commit: bool = True) -> Room:
        """As it was checked: by the portal's clock."""
        forget_past(clock.now())
        room: Room = super().save(commit)
        return room


class PlanForm(forms.Form):
    """A room's plan as text, or the rows and columns to begin one with."""

    plan = forms.CharField(
        label="座位图",
        strip=False,
        max_length=(MOST_COLUMNS + 2) * MOST_ROWS,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocomplete": "off", "class": "room-text"}),
        help_text="一行一排，靠讲台的一排在最上；座 可用，无 无障碍，停 停用，＿ 过道或空位。",
        error_messages={"required": "请填写座位图，每行一排", "max_length": "座位图太大，请分成两个考场"},
    )
    renumber = forms.BooleanField(
        label="按排重新编号",
        required=False,
        help_text="不选时，原有座位的编号不变，桌上的座位贴仍然有效。",
    )


class SizeForm(forms.Form):
    """So many rows of so many places, to begin a plan with."""

    rows = forms.IntegerField(label="排数", min_value=1, max_value=MOST_ROWS)
    columns = forms.IntegerField(label="每排座位数", min_value=1, max_value=MOST_COLUMNS)


class CapacityForm(forms.Form):
    """How many places a room has once its plan is taken away."""

    capacity = forms.IntegerField(
        label="容量", min_value=1, error_messages={"required": "请填写容量", "invalid": "容量须为整数"}
    )


class StationsForm(forms.Form):
    """Practical stations of a room: a number for each occupation that the provider assesses."""

    def __init__(self, *args: Any, occupations: Iterable[Occupation], counts: dict[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for occupation in occupations:
            self.fields[f"{STATION}{occupation.pk}"] = forms.IntegerField(
                label=f"{occupation.name}（{occupation.code}）",
                required=False,
                min_value=0,
                initial=counts.get(occupation.pk),
                error_messages={"invalid": "工位数须为整数", "min_value": "工位数不能小于 0"},
            )

    @property
    def counts(self) -> dict[int, int]:
        """Stations by the occupation's id; 0 where nothing was filled in."""
        named = ((name.removeprefix(STATION), count) for name, count in self.cleaned_data.items())
        return {int(pk): count or 0 for pk, count in named}


class HoursForm(forms.Form):
    """A venue's hours, a line for each day of the week."""

    def __init__(self, *args: Any, hours: Sequence[Hours] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day in Weekday:
            self.fields[f"{DAY}{day.value}"] = forms.CharField(
                label=day.label,
                required=False,
                max_length=60,
                initial="、".join(_worded(stretch) for stretch in hours if stretch.weekday == day),
            )

    def clean(self) -> None:
        super().clean()
        self.hours: list[Hours] = []
        for day in Weekday:
            name = f"{DAY}{day.value}"
            try:
                stretches = read_stretches(self.cleaned_data.get(name, ""))
            except ValueError as fault:
                self.add_error(name, f"{day.label}“{fault}”看不懂，请按 08:30-17:00 填写，两段之间用顿号")
                continue
            self.hours += [Hours(day.value, *stretch) for stretch in stretches]


class ClosureForm(forms.Form):
    """Days on which a venue can't be used."""

    first = forms.DateField(
        label="停用开始",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "请填写停用开始日期", "invalid": "日期格式不对，请按 2026-03-21 填写"},
    )
    last = forms.DateField(
        label="停用结束",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="含当天。",
        error_messages={"required": "请填写停用结束日期", "invalid": "日期格式不对，请按 2026-03-21 填写"},
    )
    reason = forms.CharField(
        label="原因",
        max_length=100,
        error_messages={"required": "请写明停用的原因", "max_length": "原因不超过 100 字，请精简"},
    )


def hours_of(venue: Venue) -> list[Hours]:
    """A venue's hours as the form takes them."""
    return [Hours(row.weekday, row.opens, row.closes) for row in venue.hours.all()]


def _worded(stretch: Hours) -> str:
    return f"{cn_time(stretch.opens)}-{cn_time(stretch.closes)}"
