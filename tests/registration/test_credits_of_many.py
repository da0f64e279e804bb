"""The live credits of many people at once are those of each, in as many queries (SPEC 9.3)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registration.models import Candidate
from registration.queries import credits as queries
from skilleval.catalogue.models import Offering
from tests.factories import CandidateFactory, OfferingFactory
from tests.registration.ledger import PUBLISHED, earn
from tests.registration.test_credits import again

pytestmark = pytest.mark.django_db
LAST = date(2028, 5, 20)


def test_of_many_it_is_what_it_is_of_each_in_as_many_queries() -> None:
    def asking(people: list[Candidate]) -> int:
        with CaptureQueriesContext(connection) as counted:
            queries.live_of_many([person.pk for person in people], Offering.objects.get(pk=offering.pk), LAST)
        return len(counted)

    offering: Offering = OfferingFactory()
    people = [CandidateFactory() for _ in range(6)]
    earn(people[0], offering)
    once = asking(people[:1])
    earn(people[1], offering)
    again(people[1], offering, PUBLISHED)  # gave them up
    earn(people[2], offering, published_on=PUBLISHED - timedelta(days=1))  # over
    earn(people[3], OfferingFactory())  # elsewhere
    earn(people[4], offering, subjects={"practical": Decimal(60)})
    each = {person.pk: queries.live_credits(person, offering, LAST) for person in people}
    found = queries.live_of_many([person.pk for person in people], offering, LAST)
    assert found == {pk: live for pk, live in each.items() if live}
    assert {pk: [credit.counts_for for credit in live] for pk, live in found.items()} == {
        people[0].pk: [("theory",)],
        people[4].pk: [("practical",)],
    }
    assert asking(people) == once
