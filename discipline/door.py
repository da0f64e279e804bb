"""What the door's page offers beside its own buttons, a report of the person whose ticket is in hand; and what reports
make of a session."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse

from discipline import policy
from discipline.enums import Found
from discipline.models import Case
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


def cases_from_rooms(sessions: Collection[int]) -> str:
    """Why sessions, by their ids, aren't moved any more: a case says what happened in their rooms (SPEC 7.8, 10)."""
    found = Case.objects.filter(session__in=sessions, found=Found.ROOM).select_related("session").order_by("pk").first()
    return f"第 {found.session.number} 场已有考场发现的违纪违规案件，不能再变更安排" if found and found.session else ""
