"""The signed original that is still to come: until when it is needed, and whether a place is booked (SPEC 5.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from registration.enums import ApplicationState
from registration.models import Application, Appointment
from registration.queries.slots import booked_for, waits_for_original
from registration.services.appointments import when
from scheduling.queries.dates import period_of, tickets_from
from skilleval.catalogue.enums import ContactKind, PaperGate
from skilleval.catalogue.models import Contact
from skilleval.catalogue.queries import work_calendar
from skilleval.core.wording import cn_date, cn_deadline
from skilleval.core.workdays import WorkCalendar


@dataclass(frozen=True)
class Original:
    """What the person still has to do for it. `url` is the page of the appointment, empty where none can be made."""

    sentence: str
    by: str
    required: bool
    appointment: Appointment | None = None
    url: str = ""
    label: str = ""

    @property
    def presses(self) -> bool:
        """Whether the person has to book before they can come."""
        return self.required and self.appointment is None and bool(self.url)


def originals_of(
    applications: Iterable[Application], exams: Mapping[int, date | None], on: date
) -> dict[int, Original]:
    """For those whose original is still to come, by the application's key; a handful of queries for any number.

    `exams` are the assessment days that are fixed, by the application's key; `on` is the day it is.
    """
    waiting = [one for one in applications if waits_for_original(one)]
    if not waiting:
        return {}
    booked, calendar = booked_for(waiting), work_calendar()
    providers = {one.offering.provider_id for one in waiting}
    desks = Contact.objects.filter(provider__in=providers, kind=ContactKind.DESK, hours__isnull=False)
    bookable = set(desks.values_list("provider", flat=True))
    return {
        one.pk: _original(
            one,
            booked.get(one.pk),
            bookable=one.offering.provider_id in bookable,
            by=needed_by(one, exams.get(one.pk), calendar, on),
        )
        for one in waiting
    }


def needed_by(application: Application, exam_on: date | None, calendar: WorkCalendar, on: date) -> str:
    """Until when it has to be there, in words, as the provider's rule says; empty where nothing waits for it."""
    provider, window = application.offering.provider, application.window
    if window and window.papers_by:
        over = "，已过，请尽快交到" if window.papers_by < on else ""
        return f"交材料截止 {cn_deadline(window.papers_by, year=True)}{over}"
    if provider.paper_gate == PaperGate.APPROVAL:
        return _before_approval(application, on)
    if provider.paper_gate == PaperGate.NOTHING:
        return ""
    sat_from = exam_on or (period_of(window).first if window else None)
    if sat_from is None:
        return "发放准考证前交到"
    day = tickets_from(provider, application.channel, sat_from, calendar, window=window)
    if exam_on is None and day <= on:
        return "发放准考证前交到，请尽快办理"
    if exam_on is None:
        return f"发放准考证前交到，准考证最早于 {cn_date(day)}发放"
    if day <= on:
        return f"准考证已到发放日，收到原件后才发放；最迟在 {cn_date(exam_on)}评价前交到"
    return f"{cn_date(day)}起发准考证，收到原件后才发放；最迟在 {cn_date(exam_on)}评价前交到"


def _before_approval(application: Application, on: date) -> str:
    if application.state != ApplicationState.REVIEW or application.review_by is None:
        return ""
    when_to = "请尽快交到" if application.review_by < on else f"请在{cn_deadline(application.review_by)}交到"
    return f"收到原件后才能通过审核，{when_to}"


def _original(application: Application, appointment: Appointment | None, *, bookable: bool, by: str) -> Original:
    required = application.offering.provider.appointment_required
    url = reverse("application_appointment", args=[application.uuid]) if bookable else ""
    if appointment:
        sentence = f"已预约 {when(appointment)} 到{appointment.contact.value}交签字的报名表原件。"
        return Original(sentence, by, required, appointment, url, "改约或取消")
    if not bookable:
        return Original("请把签字的报名表原件交到评价机构窗口。", by, required)
    if required:
        return Original("签字的报名表原件须预约后到窗口交，您还没有预约。", by, required, None, url, "预约到窗口")
    sentence = "请把签字的报名表原件交到窗口：可以预约，也可以在受理时间直接前往。"
    return Original(sentence, by, required, None, url, "预约到窗口")
