"""Receipts of who took which ticket as what, and the last day to download (SPEC 8, 13)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from registration.models import Window
from scheduling import services
from scheduling.models import AdmissionTicket, TicketFetch
from skilleval.core.errors import Refused
from tests import factories
from tests.scheduling.people import NOON
from tests.scheduling.ticketed import loaded, session_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket() -> AdmissionTicket:
    session_out(factories.OfferingFactory(provider__threshold=3), 3)
    return loaded()[0]


def test_every_download_is_noted_and_the_first_one_on_the_ticket(ticket: AdmissionTicket) -> None:
    by = factories.UserFactory()
    for hours in range(2):
        services.note_fetched([ticket], how="pdf", by=by, at=NOON + timedelta(hours=hours), handed=True)
    ticket.refresh_from_db()
    assert ticket.first_fetched_at == NOON
    receipts = TicketFetch.objects.order_by("pk").values_list("ticket", "how", "by_id", "at")
    assert list(receipts) == [(ticket.pk, "pdf", by.pk, NOON + timedelta(hours=hours)) for hours in range(2)]


def test_looking_again_leaves_one_receipt_for_each_person(ticket: AdmissionTicket) -> None:
    for by in [factories.UserFactory()] * 2 + [factories.UserFactory()]:
        services.note_fetched([ticket], how="page", by=by, at=NOON, handed=True)
    assert TicketFetch.objects.count() == 2


def test_a_colleague_of_the_provider_leaves_a_receipt_alone(ticket: AdmissionTicket) -> None:
    services.note_fetched([ticket], how="pdf", by=factories.UserFactory(), at=NOON, handed=False)
    ticket.refresh_from_db()
    assert ticket.first_fetched_at is None
    assert TicketFetch.objects.count() == 1


def test_many_cost_the_queries_of_one(ticket: AdmissionTicket, django_assert_num_queries: object) -> None:
    by = factories.UserFactory()
    for tickets in ([ticket], loaded()):
        with django_assert_num_queries(4):  # type: ignore[operator]  # a savepoint's two, one update, one insert
            services.note_fetched(tickets, how="merged", by=by, at=NOON, handed=True)


@pytest.mark.parametrize(("until", "on", "refused"), [(None, 9, False), (8, 8, False), (8, 9, True)])
def test_the_last_day_counts_to_its_end(ticket: AdmissionTicket, until: int | None, on: int, refused: bool) -> None:
    Window.objects.filter(pk=ticket.session.batch.window_id).update(tickets_until=until and date(2026, 4, until))
    found = loaded(AdmissionTicket.objects.filter(pk=ticket.pk))
    if refused:
        with pytest.raises(Refused, match=r"已于2026年4月8日（周三）截止"):
            services.require_downloadable(found, on=date(2026, 4, on))
    else:
        services.require_downloadable(found, on=date(2026, 4, on))


@pytest.mark.parametrize(("released", "on", "refused"), [(8, 9, True), (9, 9, False), (9, 11, False)])
def test_the_last_day_doesnt_bind_what_came_out_after_it(
    ticket: AdmissionTicket, released: int, on: int, refused: bool
) -> None:
    """As for a session that was moved; with it an institution has its other tickets again too."""
    Window.objects.filter(pk=ticket.session.batch.window_id).update(tickets_until=date(2026, 4, 8))
    AdmissionTicket.objects.update(released_at=NOON)
    AdmissionTicket.objects.filter(pk=ticket.pk).update(released_at=factories.at(2026, 4, released))
    if refused:
        with pytest.raises(Refused, match="截止"):
            services.require_downloadable(loaded(), on=date(2026, 4, on))
    else:
        services.require_downloadable(loaded(), on=date(2026, 4, on))
