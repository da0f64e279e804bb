"""What staff fill in: a proposed session's day, start and rooms; a ticket's number; a reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from scheduling.enums import AFTER_BATCH, AfterCancelling
from scheduling.models import ExamSession, Room, Sitting
from scheduling.queries.rooms import sizes_of
from scheduling.timetable import FIRST_START, Timing
from skilleval.catalogue.enums import SubjectKind
from skilleval.core.wording import cn_day

ROOMS = "rooms_"
DAY = "day_"


class RoomsField(forms.ModelMultipleChoiceField):
    """Rooms by the name and the number of places that decide the choice."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, rooms: Any, *, sizes: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(rooms, **kwargs)
        self.sizes = sizes

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.venue.name} {obj.name}（{self.sizes[obj.pk]}）"


class SessionForm(forms.Form):
    """One form for one session; rooms are asked for each subject. An empty choice leaves the rooms as they are."""

    held_on = forms.DateField(
        label="评价日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "请填写评价日期", "invalid": "日期格式不对，请按 2026-03-21 填写"},
    )
    starts_at = forms.TimeField(
        label="开始时间",
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"required": "请填写开始时间", "invalid": "时间格式不对，请按 09:00 填写"},
    )
    reason = forms.CharField(
        label="超出评价期的原因",
        required=False,
        max_length=200,
        help_text="评价日期在本批次评价期内的不用填。",
        error_messages={"max_length": "原因不超过 200 字，请精简"},
    )

    def __init__(self, *args: Any, session: ExamSession, rooms: Any, **kwargs: Any) -> None:
        sittings = list(session.sittings.order_by("during"))
        super().__init__(*args, initial=_initial(session, sittings), **kwargs)
        self.session = session
        first, *later = dict.fromkeys(sitting.subject for sitting in sittings) or [""]
        if not session.batch.offering.provider.same_day_subjects:
            for subject in later:
                self.fields[DAY + subject] = _day_field(subject)
        for subject in [first, *later] if first else []:
            self.fields[ROOMS + subject] = RoomsField(
                rooms,
                sizes=sizes_of(session, subject, rooms),
                label=f"{SubjectKind(subject).label}考场",
                required=False,
                error_messages={"invalid_choice": "只能选择本机构的考场，请刷新后重选"},
            )

    @property
    def rooms(self) -> dict[str, list[Room]]:
        """The rooms chosen for each subject; subjects without a choice are left out."""
        chosen = self._given(ROOMS)
        return {subject: list(rooms) for subject, rooms in chosen.items() if rooms}

    @property
    def timing(self) -> Timing:
        """The day and time chosen, and the days of subjects that have one of their own."""
        elsewhen = {subject: day for subject, day in self._given(DAY).items() if day}
        return Timing(self.cleaned_data["held_on"], self.cleaned_data["starts_at"], elsewhen)

    def _given(self, prefix: str) -> dict[str, Any]:
        named = [name for name in self.fields if name.startswith(prefix)]
        return {name.removeprefix(prefix): self.cleaned_data.get(name) for name in named}

    def add_refusal(self, message: str, field: str | None, subject: str = "") -> None:
        """Show a service's refusal at the field it names."""
        name = ROOMS + subject if field == "rooms" else field
        self.add_error(name if name in self.fields else None, message)


class SplitForm(forms.Form):
    """How many people leave for a session of their own."""

    people = forms.IntegerField(
        label="移到新场次的人数",
        min_value=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": "请填写人数", "invalid": "请填写整数", "min_value": "人数至少为 1"},
    )


class OtherField(forms.ModelChoiceField):
    """Another proposed session of the batch, by what tells them apart."""

    def label_from_instance(self, obj: Any) -> str:
        return f"第 {obj.number} 场（{cn_day(obj.held_on)}，{obj.size} 人）"


class MergeForm(forms.Form):
    """Which session takes everybody in."""

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"] = OtherField(
            others,
            label="并入",
            empty_label="请选择场次",
            error_messages={"required": "请选择场次", "invalid_choice": "该场次已不能选择，请刷新后重选"},
        )


class MoveForm(MergeForm):
    """Who goes to which other session."""

    people = forms.TypedMultipleChoiceField(
        label="人员",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择要移动的人员", "invalid_choice": "所选人员已不在本场，请刷新后重选"},
    )

    def __init__(self, *args: Any, people: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].label = "移到"
        self.fields["people"].choices = list(people)  # type: ignore[attr-defined]


class TicketNumberForm(forms.Form):
    """The number on a ticket, as somebody reads it off: full-width digits and spaces are put right."""

    number = forms.CharField(
        label="准考证号",
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="14 位数字，印在准考证上方。",
        error_messages={"required": "请填写准考证号", "max_length": "准考证号为 14 位数字，请核对"},
    )

    def clean_number(self) -> str:
        number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", self.cleaned_data["number"]))
        if not re.fullmatch(r"[0-9]{14}", number):
            raise forms.ValidationError("准考证号为 14 位数字，请核对")
        return number


class ReasonForm(forms.Form):
    """Why staff do something that people will ask about."""

    reason = forms.CharField(
        label="取消的原因",
        max_length=150,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="参评人员将看到全文。",
        error_messages={"required": "请写明取消的原因，参评人员将看到全文", "max_length": "原因不超过 150 字，请精简"},
    )


class RedrawForm(forms.Form):
    """Why a subject's seats are drawn anew."""

    reason = forms.CharField(
        label="重新抽签的原因",
        max_length=150,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="与抽签记录一并保存，本机构人员可以查看。请勿填写个人信息。",
        error_messages={"required": "请写明重新抽签的原因", "max_length": "原因不超过 150 字，请精简"},
    )


def _day_field(subject: str) -> forms.DateField:
    return forms.DateField(
        label=f"{SubjectKind(subject).label}日期",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="与评价日期同一天的不用填。",
        error_messages={"invalid": "日期格式不对，请按 2026-03-21 填写"},
    )


class CancelBatchForm(ReasonForm):
    """Cancelling a batch, and what becomes of its people."""

    then = forms.ChoiceField(
        label="参评人员的去向",
        required=False,
        choices=[(value, label) for value, label in AfterCancelling.choices if value in AFTER_BATCH],
        initial=AfterCancelling.NEXT_WINDOW,
        widget=forms.RadioSelect,
    )
    field_order = ("then", "reason")

    def clean_then(self) -> str:
        return self.cleaned_data["then"] or str(AfterCancelling.NEXT_WINDOW)


def _initial(session: ExamSession, sittings: list[Sitting]) -> dict[str, Any]:
    starts = [sitting.starts for sitting in sittings]
    rooms: dict[str, list[int]] = {}
    days: dict[str, date] = {}
    for sitting in sittings:
        if (day := timezone.localdate(sitting.starts)) != session.held_on:
            days[DAY + sitting.subject] = day
        if sitting.room_id:
            rooms.setdefault(ROOMS + sitting.subject, []).append(sitting.room_id)  # once for each turn
    return {
        "held_on": session.held_on,
        "starts_at": timezone.localtime(min(starts)).time() if starts else FIRST_START,
        "reason": session.period_override_reason,
        **days,
        **rooms,
    }
