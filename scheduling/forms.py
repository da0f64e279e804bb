"""What staff fill in: a proposed session's day, start and rooms; a ticket's number; a reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from scheduling.models import ExamSession, Room, Sitting
from scheduling.timetable import FIRST_START
from skilleval.catalogue.enums import SubjectKind

ROOMS = "rooms_"


class RoomsField(forms.ModelMultipleChoiceField):
    """Rooms by the name and size that decide the choice."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.venue.name} {obj.name}（{obj.capacity} 座）"


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

    def __init__(self, *args: Any, session: ExamSession, rooms: Iterable[Room], **kwargs: Any) -> None:
        sittings = list(session.sittings.order_by("during"))
        super().__init__(*args, initial=_initial(session, sittings), **kwargs)
        self.session = session
        for subject in dict.fromkeys(sitting.subject for sitting in sittings):
            self.fields[ROOMS + subject] = RoomsField(
                rooms,  # type: ignore[arg-type]
                label=f"{SubjectKind(subject).label}考场",
                required=False,
                error_messages={"invalid_choice": "只能选择本机构的考场，请刷新后重选"},
            )

    @property
    def rooms(self) -> dict[str, list[Room]]:
        """The rooms chosen for each subject; subjects without a choice are left out."""
        chosen = {name.removeprefix(ROOMS): self.cleaned_data[name] for name in self.fields if name.startswith(ROOMS)}
        return {subject: list(rooms) for subject, rooms in chosen.items() if rooms}

    def add_refusal(self, message: str, field: str | None, subject: str = "") -> None:
        """Show a service's refusal at the field it names."""
        name = ROOMS + subject if field == "rooms" else field
        self.add_error(name if name in self.fields else None, message)


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


def _initial(session: ExamSession, sittings: list[Sitting]) -> dict[str, Any]:
    starts = [sitting.starts for sitting in sittings]
    rooms: dict[str, list[int]] = {}
    for sitting in sittings:
        if sitting.room_id:
            rooms.setdefault(ROOMS + sitting.subject, []).append(sitting.room_id)
    return {
        "held_on": session.held_on,
        "starts_at": timezone.localtime(min(starts)).time() if starts else FIRST_START,
        "reason": session.period_override_reason,
        **rooms,
    }
