"""What staff fill in to change something published: always a reason, and what it shall be instead (SPEC 7.8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from registration.models import Application
from scheduling.enums import AfterCancelling
from scheduling.models import ExamSession, Room, Seat, Sitting
from scheduling.services.changing import REASON_LENGTH
from scheduling.services.moving import start_of
from skilleval.core.wording import cn_date, cn_day, cn_time

SITTING = "sitting_"
SWAPS = (("both", "时间和考场都对调"), ("times", "只对调时间"), ("rooms", "只对调考场"))


class MoveForm(forms.Form):
    """The reason, which everybody concerned reads; it stands last on every page.

    `seen` carries which versions of the session and of `others`, that it may be changed with, the page showed.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="原因",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="有关人员将看到全文，请不要写入个人信息。",
        error_messages={
            "required": "请写明变更的原因，参评人员将看到全文",
            "max_length": f"原因不超过 {REASON_LENGTH} 字，请精简",
        },
    )

    def __init__(self, data: Any, *, session: ExamSession, others: Iterable[ExamSession] = ()) -> None:
        super().__init__(data)
        self.session = session
        self.fields["seen"].initial = lambda: ",".join(f"{one.pk}:{one.version}" for one in (session, *others))
        self.order_fields([name for name in self.fields if name != "reason"])  # what is named comes first

    def clean_seen(self) -> dict[int, int]:
        """Versions by sessions' ids; none of what isn't understood, which then wasn't seen."""
        pairs = [pair.split(":") for pair in self.cleaned_data["seen"].split(",")]
        return {int(pair[0]): int(pair[1]) for pair in pairs if len(pair) == 2 and "".join(pair).isdecimal()}


class TimeForm(MoveForm):
    held_on = forms.DateField(
        label="新的评价日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "请填写评价日期", "invalid": "日期格式不对，请按 2026-03-21 填写"},
    )
    starts_at = forms.TimeField(
        label="新的开始时间",
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        help_text="各科目、轮次之间的间隔不变。",
        error_messages={"required": "请填写开始时间", "invalid": "时间格式不对，请按 09:00 填写"},
    )

    def __init__(self, data: Any, *, session: ExamSession) -> None:
        super().__init__(data, session=session)
        self.initial = {"held_on": session.held_on, "starts_at": timezone.localtime(start_of(session)).time()}


class RoomsForm(MoveForm):
    """A room for each sitting; those left as they are don't change."""

    def __init__(self, data: Any, *, session: ExamSession) -> None:
        super().__init__(data, session=session)
        rooms = Room.objects.filter(venue__provider=session.batch.offering.provider_id).select_related("venue")
        for sitting in sittings_of(session):
            self.fields[f"{SITTING}{sitting.pk}"] = forms.ModelChoiceField(
                rooms, label=_titled(sitting), empty_label=None, initial=sitting.room_id
            )
        self.order_fields([name for name in self.fields if name != "reason"])

    @property
    def rooms(self) -> dict[int, Room]:
        chosen = {name: room for name, room in self.cleaned_data.items() if name.startswith(SITTING)}
        return {int(name.removeprefix(SITTING)): room for name, room in chosen.items()}


class SessionChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        when = f"{cn_date(obj.starts)} {cn_time(obj.starts)}" if obj.starts else cn_date(obj.held_on)
        return f"{when}　{obj.batch.offering}　{obj.batch.window.label}　第 {obj.number} 场（{obj.size} 人）"


class SwapForm(MoveForm):
    def __init__(self, data: Any, *, session: ExamSession, others: Any) -> None:
        super().__init__(data, session=session, others=others)
        self.fields["other"] = SessionChoice(others, label="与哪一场对调", empty_label="请选择")
        self.fields["other"].error_messages["required"] = "请选择与哪一场对调"
        self.fields["what"] = forms.ChoiceField(label="对调", choices=SWAPS, widget=forms.RadioSelect, initial="both")
        self.order_fields(["other", "what"])


class CancelForm(MoveForm):
    def __init__(self, data: Any, *, session: ExamSession, choices: Sequence[str] = AfterCancelling.values) -> None:
        super().__init__(data, session=session)
        self.fields["then"] = forms.ChoiceField(
            label="参评人员的去向",
            choices=[(value, label) for value, label in AfterCancelling.choices if value in choices],
            widget=forms.RadioSelect,
            error_messages={"required": "请选择参评人员的去向"},
        )
        self.order_fields(["then"])


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.candidate.name}（{obj.number}）"


class PersonOfSession(PersonChoice):
    def label_from_instance(self, obj: Any) -> str:
        return f"{super().label_from_instance(obj)}　第 {obj.session_number} 场"


class PersonForm(MoveForm):
    """Whom it is about, of those who sit in the session."""

    def __init__(self, data: Any, *, session: ExamSession, others: Iterable[ExamSession] = ()) -> None:
        super().__init__(data, session=session, others=others)
        self.fields["person"] = PersonChoice(
            people_in([session]), label="考生", empty_label="请选择", error_messages={"required": "请选择考生"}
        )
        self.order_fields(["person"])


class OtherSessionForm(PersonForm):
    def __init__(self, data: Any, *, session: ExamSession, others: Any) -> None:
        super().__init__(data, session=session, others=others)
        self.fields["to"] = SessionChoice(others, label="移到", empty_label="请选择")
        self.fields["to"].error_messages["required"] = "请选择移到哪一场"
        self.order_fields(["person", "to"])


class PlaceForm(PersonForm):
    number = forms.IntegerField(
        label="新的座位号",
        min_value=1,
        help_text="哪些座位空着，见场次页的“座位”。",
        error_messages={"required": "请填写座位号", "invalid": "座位号为数字"},
    )

    def __init__(self, data: Any, *, session: ExamSession) -> None:
        super().__init__(data, session=session)
        choices = [(sitting.pk, _titled(sitting, sitting.room)) for sitting in sittings_of(session)]
        self.fields["sitting"] = forms.TypedChoiceField(label="科目和考场", choices=choices, coerce=int)
        self.order_fields(["person", "sitting", "number"])


class ExchangeForm(PersonForm):
    def __init__(self, data: Any, *, session: ExamSession, others: Any) -> None:
        super().__init__(data, session=session, others=others)
        self.fields["other"] = PersonOfSession(
            _by_session([session, *others]),
            label="与谁对调",
            empty_label="请选择",
            error_messages={"required": "请选择与谁对调"},
        )
        self.order_fields(["person", "other"])


def people_in(sessions: Any) -> Any:
    """Those who sit in some sessions, by name."""
    seats = Seat.objects.filter(sitting__session__in=sessions)
    return Application.objects.filter(pk__in=seats.values("application")).select_related("candidate").order_by("number")


def _by_session(sessions: Any) -> Any:
    """Those who sit in some sessions, session by session, with its number."""
    seats = Seat.objects.filter(sitting__session__in=sessions, application=OuterRef("pk"))
    numbered = people_in(sessions).annotate(session_number=Subquery(seats.values("sitting__session__number")[:1]))
    return numbered.order_by("session_number", "number")


def sittings_of(session: ExamSession) -> list[Sitting]:
    """A session's sittings in the order of the day."""
    return list(session.sittings.select_related("room__venue").order_by("during", "room__name", "pk"))


def _titled(sitting: Sitting, room: Room | None = None) -> str:
    when = f"{cn_day(sitting.starts)} {cn_time(sitting.starts)}"
    return f"{sitting.get_subject_display()}　{when}" + (f"　{room.name}" if room else "")
