"""Handing in asks the database no more than fifteen times, however often somebody applied before (PERFORMANCE)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from registration.models import Candidate
from skilleval.catalogue.models import Offering
from tests.factories import ApplicationFactory, OfferingFactory
from tests.journeys.applying.pages import draft, fill, picture, url

pytestmark = pytest.mark.django_db
MOST = 15


@pytest.mark.parametrize("earlier", [1, 30])
def test_a_complete_application_is_handed_in(
    tab: Client, candidate: Candidate, offering: Offering, earlier: int
) -> None:
    for state in ("withdrawn", "review") * (earlier // 2) or ("withdrawn",):
        other = offering if state == "withdrawn" else OfferingFactory(provider=offering.provider)
        ApplicationFactory(candidate=candidate, offering=other, state=state)
    application = draft(tab, offering)
    fill(tab, application)
    tab.post(url("application_evidence", application), {"title": "身份证正反面", "upload": picture()})
    with CaptureQueriesContext(connection) as asked:
        answer = tab.post(url("application_submit", application), {"sits": "theory,practical"})
    assert answer.status_code == 302
    application.refresh_from_db()
    assert application.state == "review"
    assert len([query for query in asked if "SAVEPOINT" not in query["sql"]]) <= MOST
