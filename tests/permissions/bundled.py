"""Files of many tickets: one of the officer's institution, one of the provider's session."""

from __future__ import annotations

from typing import Any

from registration.models import Window
from scheduling.models import AdmissionTicket, ExamSession, TicketBundle
from skilleval.accounts.models import Institution
from skilleval.core import files
from skilleval.core.pdf import render_html
from tests.factories import at


def build(institution: Institution, session: ExamSession, window: Window) -> dict[str, TicketBundle]:
    """Both ready, by the names that the tables use; a POST of the session's page asks for another form."""
    provider = session.batch.offering.provider
    return {
        "group_bundle": _ready(provider=provider, institution=institution, window=window),
        "session_bundle": _ready(provider=provider, session=session),
    }


def _ready(**whose: Any) -> TicketBundle:
    paper = render_html("<title>准考证</title>")
    content = files.keep(
        paper, kind="generated", name="tickets.pdf", content_type="application/pdf", owner_label="test"
    )
    tickets = list(AdmissionTicket.objects.values_list("pk", flat=True))
    asked = {"asked_at": at(2026, 4, 7), "asked_by_id": 1, "asked_by_label": "test"}
    return TicketBundle.objects.create(
        **whose, **asked, kind="merged", state="ready", file=content, ready_at=at(2026, 4, 7), tickets=tickets
    )
