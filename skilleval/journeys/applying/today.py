"""今日 of a candidate: what waits for them, where they have to be soon; from what the page has gathered already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django.urls import reverse

from registration.enums import ApplicationState
from registration.models import Application
from registration.services.appointments import when
from skilleval.core.today import Item, Today, today_of
from skilleval.core.wording import cn_date
from skilleval.journeys.applying.originals import Original
from skilleval.journeys.applying.progress import Head, Standing

_S = ApplicationState
SOON = timedelta(days=3)


def today_for(rows: Iterable[tuple[Application, Standing, Head]], originals: Mapping[int, Original], on: date) -> Today:
    """What a person has to do on a day, of all their applications."""
    return today_of((item for row in rows for item in _items(*row, originals.get(row[0].pk), on)), on)


def _items(
    application: Application, standing: Standing, head: Head, original: Original | None, on: date
) -> Iterable[Item]:
    offering, page = str(application.offering), reverse("application_detail", args=[application.uuid])
    if head.tone == "action" and head.action_url:
        yield Item(head.action_label, head.action_url, offering, head.by, _deadline(application, standing))
    exam_on = standing.next_exam(on)
    if exam_on and application.state == _S.SCHEDULED and exam_on <= on + SOON:
        ticket = reverse("ticket_page", args=[standing.ticket]) if standing.ticket else page
        yield Item("参加考试", ticket, offering, cn_date(exam_on), exam_on)
    if original and original.presses:
        yield Item(original.label, original.url, offering, original.by)
    booked = original.appointment if original else None
    if booked and on <= booked.day <= on + SOON:
        yield Item("到窗口交签字原件", page, offering, when(booked), booked.day)


def _deadline(application: Application, standing: Standing) -> date | None:
    """The day of what the head says in words."""
    if application.state == _S.DRAFT and application.window:
        return application.window.closes_on
    if application.state == _S.APPROVED and standing.order:
        return standing.order.due_on
    return standing.exam_on if application.state == _S.SCHEDULED else application.returned_until
