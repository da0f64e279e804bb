"""What the door's page offers beside its own buttons: a report of the person whose ticket is in hand."""

from __future__ import annotations

from django.urls import reverse

from discipline import policy
from discipline.enums import Found
from scheduling.door_links import DoorLink
from scheduling.models import AdmissionTicket
from skilleval.accounts.models import User
from skilleval.core.policy import can


def report_link(ticket: AdmissionTicket, user: User) -> DoorLink | None:
    """For whoever may report at the provider, and never about themself."""
    application = ticket.application
    if application.candidate.user_id == user.pk or not can(user, policy.REPORT, application.offering.provider):
        return None
    address = reverse("case_report_on", args=[application.uuid])
    return DoorLink("报告违纪违规", f"{address}?found={Found.ROOM}")
