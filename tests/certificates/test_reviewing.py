"""What review passes on, what it leaves and why (SPEC 9.5)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from certificates.enums import CertificateState
from certificates.models import Certificate, ResultHold
from certificates.queries.certificates import HELD, NO_PHOTO, OWN
from certificates.services.issuing import issue
from certificates.services.reviewing import review, send_back
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.errors import NotAllowed
from skilleval.core.models import AuditEvent
from tests import factories
from tests.certificates.makers import PUBLISHED, REVIEWED, certifier, drawn, issued, reviewed

pytestmark = pytest.mark.django_db
_S = CertificateState
MADE_UP = chr(0x2FFFD)  # a code point no font has


@pytest.fixture
def offering() -> Offering:
    made: Offering = factories.OfferingFactory()
    return made


@pytest.fixture
def by(offering: Offering) -> User:
    return certifier(offering.provider)


def test_reviewed_ones_wait_for_their_number(offering: Offering, by: User) -> None:
    certificate = drawn(offering)
    outcome = review(Certificate.objects.all(), by=by, at=REVIEWED)
    certificate.refresh_from_db()
    assert (outcome.done, outcome.left, certificate.state) == (1, (), _S.REVIEWED)
    assert certificate.log.last().by_label == by.label
    assert AuditEvent.objects.get(action="certificate.reviewed").details == {"certificates": [certificate.pk]}


def test_again_it_finds_nothing(offering: Offering, by: User) -> None:
    drawn(offering)
    review(Certificate.objects.all(), by=by, at=REVIEWED)
    assert review(Certificate.objects.all(), by=by, at=REVIEWED).done == 0
    assert AuditEvent.objects.filter(action="certificate.reviewed").count() == 1


def test_without_a_photo_it_is_left_with_why(offering: Offering, by: User) -> None:
    without, complete = drawn(offering, photo=False), drawn(offering)
    outcome = review(Certificate.objects.all(), by=by, at=REVIEWED)
    assert outcome.left == ((without, NO_PHOTO),)
    assert outcome.done == 1
    without.refresh_from_db()
    complete.refresh_from_db()
    assert (without.state, complete.state) == (_S.DRAWN, _S.REVIEWED)


def test_an_open_case_holds_back_its_own(offering: Offering, by: User) -> None:
    under_case, other = drawn(offering), drawn(offering)
    hold = ResultHold.objects.create(application=under_case.application, source="案件 1", placed_at=PUBLISHED)
    assert review(Certificate.objects.all(), by=by, at=REVIEWED).left == ((under_case, HELD),)
    other.refresh_from_db()
    assert other.state == _S.REVIEWED
    hold.released_at = REVIEWED
    hold.save()
    assert review(Certificate.objects.all(), by=by, at=REVIEWED).done == 1


@pytest.mark.parametrize(
    ("name", "missing"),
    [("阿依古丽·买买提", ""), ("𠮷䶮㛃", ""), (f"张{MADE_UP}", MADE_UP)],
)
def test_a_name_that_cannot_be_printed_is_named_and_never_refused(
    offering: Offering, by: User, name: str, missing: str
) -> None:
    certificate = drawn(offering, candidate__name=name)
    outcome = review(Certificate.objects.all(), by=by, at=REVIEWED)
    assert outcome.done == 1
    assert outcome.unprintable == (((certificate, missing),) if missing else ())


def test_a_stranger_to_the_role_changes_nothing(offering: Offering) -> None:
    certificate = drawn(offering)
    for stranger in (
        factories.staff(offering.provider, "results"),
        certifier(factories.ProviderFactory()),
    ):
        with pytest.raises(NotAllowed):
            review(Certificate.objects.all(), by=stranger, at=REVIEWED)
    certificate.refresh_from_db()
    assert certificate.state == _S.DRAWN


def test_sent_back_before_it_has_a_number(offering: Offering, by: User) -> None:
    certificate, numbered = reviewed(offering, by=by), issued(offering, by=by)
    for row in (certificate, numbered):
        send_back(row, by=by, at=REVIEWED, reason="照片不清")
        row.refresh_from_db()
    assert (certificate.state, numbered.state) == (_S.DRAWN, _S.ISSUED)
    assert certificate.log.last().reason == "照片不清"


@pytest.mark.parametrize("count", [1, 30])
def test_as_many_statements_for_one_as_for_thirty(offering: Offering, by: User, count: int) -> None:
    for _ in range(count):
        drawn(offering)
    with CaptureQueriesContext(connection) as asked:
        assert review(Certificate.objects.all(), by=by, at=REVIEWED).done == count
    assert len(asked) <= 6


def test_one_s_own_is_left_to_another(offering: Offering, by: User) -> None:
    own, another = drawn(offering), drawn(offering)
    own.candidate.user = by
    own.candidate.save(update_fields=["user"])
    assert review(Certificate.objects.all(), by=by, at=REVIEWED).left == ((own, OWN),)
    review(Certificate.objects.all(), by=certifier(offering.provider), at=REVIEWED)
    outcome = issue(Certificate.objects.all(), by=by, at=REVIEWED)
    assert (outcome.done, outcome.left) == (1, ((own, OWN),))
    another.refresh_from_db()
    assert another.state == _S.ISSUED
