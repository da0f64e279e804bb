"""The desks of a provider, what is free there, and who comes when (SPEC 5.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from registration.enums import ENDED_STATES, ApplicationState, AppointmentState
from registration.models import Application, Appointment, DeskClosure
from registration.models.desk import AppointmentQuerySet
from registration.slots import Slot, Taken, is_over, open_days, slots_of, times
from skilleval.catalogue.enums import Channel, ContactKind
from skilleval.catalogue.models import Contact, Provider
from skilleval.catalogue.queries import work_calendar
from skilleval.core.clock import SHANGHAI

_S = ApplicationState
#: In which a signed original is brought to the desk; what was returned is corrected and printed again first.
HANDING_IN = (_S.REVIEW, _S.APPROVED, _S.CONFIRMED, _S.SCHEDULED)
#: Nobody comes for these any more: the application is over, or its original is there.
STALE = Q(application__state__in=ENDED_STATES) | Q(application__original_received_on__isnull=False)


def desks_of(provider: Provider) -> list[Contact]:
    """The provider's desks that have hours, in their order, with these."""
    desks = provider.contacts.filter(kind=ContactKind.DESK, hours__isnull=False).distinct()
    return list(desks.select_related("provider").prefetch_related("hours"))


def desk(provider: Provider, pk: int) -> Contact | None:
    """One of them."""
    return next((one for one in desks_of(provider) if one.pk == pk), None)


def desk_words(provider: Provider) -> str:
    """Where a provider's desks are and when they are open, in words."""
    desks = provider.contacts.filter(kind=ContactKind.DESK).prefetch_related("hours")
    return "；".join(map(_where, desks)) or "业务受理点待评价机构公布"


def _where(contact: Contact) -> str:
    hours = "、".join(map(str, contact.hours.all()))
    return f"{contact.value}（工作日 {hours}）" if hours else contact.value


def slots_at(contact: Contact, now: datetime) -> list[Slot]:
    """The slots of a desk that haven't begun, as far ahead as the provider takes appointments, full ones included."""
    provider, moment = contact.provider, now.astimezone(SHANGHAI)
    first, last = moment.date(), moment.date() + timedelta(days=provider.appointment_days)
    closures = DeskClosure.objects.in_force().filter(contact=contact, last_day__gte=first, first_day__lte=last)
    days = open_days(first, last, work_calendar(), closures.values_list("first_day", "last_day"))
    stretches = [(hours.opens, hours.closes) for hours in contact.hours.all()]
    found = slots_of(
        days,
        times(stretches, provider.appointment_minutes),
        provider.appointment_capacity,
        taken_at(contact, first, last),
    )
    return [slot for slot in found if not is_over(slot.day, slot.starts, moment)]


def taken_at(contact: Contact, first: date, last: date) -> list[Taken]:
    """The places held at a desk on some days, but those of people who needn't come any more."""
    held = Appointment.objects.filter(contact=contact, day__range=(first, last))
    held = held.exclude(state=AppointmentState.CANCELLED).exclude(STALE, state=AppointmentState.BOOKED)
    return [Taken(*row) for row in held.values_list("day", "starts", "ends", "place")]


def waits_for_original(application: Application) -> bool:
    """Whether its person, and nobody for them, is to bring the signed original to the desk."""
    return (
        application.channel == Channel.INDIVIDUAL
        and application.state in HANDING_IN
        and application.original_received_on is None
    )


def booked_for(applications: Iterable[Application]) -> dict[int, Appointment]:
    """The appointments of some applications that still stand, by the application's key; one query."""
    rows = Appointment.objects.booked().filter(application__in=[one.pk for one in applications])
    return {row.application_id: row for row in rows.exclude(STALE).select_related("contact__provider")}


def latest_of(application: Application) -> Appointment | None:
    """The last appointment there was, whatever became of it."""
    return (
        Appointment.objects.filter(application=application).select_related("contact__provider").order_by("-pk").first()
    )


def own(user: Any, application: Application) -> Appointment | None:
    """The standing appointment of the user's own application."""
    if application.candidate.user_id != user.pk:
        return None
    return booked_for([application]).get(application.pk)


def expected_by(day: date, providers: Iterable[int]) -> AppointmentQuerySet:
    """Whom some providers' desks expect by a day, those of days gone by included of whom nothing was noted."""
    rows = Appointment.objects.booked().filter(contact__provider__in=list(providers), day__lte=day)
    return rows.exclude(STALE).order_by()


def unsettled() -> AppointmentQuerySet:
    """Appointments that stand though nobody has to come for them any more."""
    return Appointment.objects.booked().filter(STALE)
