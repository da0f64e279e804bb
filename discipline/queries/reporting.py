"""Whom a report is about, where they sit right now, and who could have seen it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from discipline import policy
from discipline.enums import Found
from discipline.models import Case
from discipline.models.cases import providers_of
from registration.enums import ApplicationState
from registration.models import Application
from scheduling.models import AdmissionTicket, Seat
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider

UNDER_REVIEW = (ApplicationState.REVIEW, ApplicationState.RETURNED, ApplicationState.APPROVED)


def reportable_by(user: Any) -> QuerySet[Application]:
    """The applications that somebody on duty may report an incident of: their provider's, never their own."""
    submitted = Application.objects.handed_in().exclude(candidate__user_id=user.pk)
    rows = submitted.filter(offering__provider_id__in=providers_of(user, policy.REPORT))
    return rows.select_related("candidate__photo", "window", "offering__provider", "offering__work_type__occupation")


def found_by_number(user: Any, number: str) -> Application | None:
    """By ticket number, one in force or withdrawn, or by the application's own."""
    ticketed = AdmissionTicket.objects.filter(number=number).values("application")
    return reportable_by(user).filter(Q(number=number) | Q(pk__in=ticketed)).first()


def reported_by(user: Any, uuid: UUID) -> Case | None:
    """A case that somebody reported whose roles don't let them read it: they learn how far it has come."""
    reports = Case.objects.with_names().filter(uuid=uuid, reported_by_id=user.pk)
    return reports.exclude(pk__in=Case.objects.handled_by(user).filter(uuid=uuid).values("pk")).first()


def seats_for(application: Application) -> list[Seat]:
    """The published seats in the order of the day, with their rooms."""
    seats = Seat.objects.filter(application=application, live=True).select_related("sitting__room__venue")
    return list(seats.order_by("during"))


def seat_now(seats: list[Seat], at: datetime) -> Seat | None:
    """Of the seats of today the one nearest to this moment: what runs now, else what ended or begins next."""
    today = timezone.localdate(at)
    own = [seat for seat in seats if timezone.localdate(seat.starts) == today]
    return min(own, key=lambda seat: max(seat.starts - at, at - seat.ends), default=None)


def found_where(application: Application, seat: Seat | None) -> Found:
    """Where it most likely came to light."""
    if seat:
        return Found.ROOM
    return Found.REVIEW if application.state in UNDER_REVIEW else Found.LATER


def colleagues_of(provider: Provider, user: Any) -> list[User]:
    """Who else works for the provider, by name."""
    people = User.objects.filter(memberships__provider=provider, is_active=True).exclude(pk=user.pk).distinct()
    return list(people.order_by("name", "pk"))
