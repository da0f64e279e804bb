"""Numbers without gap in the order of ticket numbers, frozen names, and what follows (SPEC 9.5)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from certificates.enums import CertificateState
from certificates.models import Certificate, NumberScheme, ResultHold
from certificates.queries.certificates import HELD
from certificates.services.issuing import issue
from registration.models import Candidate, HeldCertificate
from skilleval.accounts.models import User
from skilleval.catalogue.enums import Level
from skilleval.catalogue.models import Offering
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.models import AuditEvent, Counter, OutboxMessage
from tests import factories
from tests.certificates.makers import ISSUED, PUBLISHED, certifier, drawn, issued, reviewed

pytestmark = pytest.mark.django_db
_S = CertificateState


@pytest.fixture
def offering() -> Offering:
    made: Offering = factories.OfferingFactory()
    return made


@pytest.fixture
def by(offering: Offering) -> User:
    return certifier(offering.provider)


def numbers() -> list[str | None]:
    return list(Certificate.objects.order_by("pk").values_list("number", flat=True))


def test_serials_follow_the_ticket_numbers(offering: Offering, by: User) -> None:
    for serial in (3, 1, None, 2):
        reviewed(offering, by=by, ticket=serial)
    assert issue(Certificate.objects.all(), by=by, at=ISSUED).done == 4
    start = f"{offering.provider.filing_number}264"
    assert numbers() == [f"{start}{serial:06d}" for serial in (3, 1, 4, 2)]


def test_what_is_printed_of_a_person_is_frozen(offering: Offering, by: User) -> None:
    certificate = reviewed(offering, by=by, candidate__name="阿依古丽·买买提")
    number = certificate.candidate.id_number
    issue(Certificate.objects.all(), by=by, at=ISSUED)
    Candidate.objects.filter(pk=certificate.candidate.pk).update(name="改名")
    kept = Certificate.objects.get()
    assert (kept.holder_name, kept.id_cipher, kept.state) == ("阿依古丽·买买提", number, _S.ISSUED)
    assert kept.issued_on == date(2026, 4, 28)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_cipher FROM certificates_certificate")
        assert number.encode() not in bytes(cursor.fetchone()[0])


def test_again_it_finds_nothing_and_tells_nobody_twice(offering: Offering, by: User) -> None:
    reviewed(offering, by=by)
    issue(Certificate.objects.all(), by=by, at=ISSUED)
    assert issue(Certificate.objects.all(), by=by, at=ISSUED).done == 0
    assert Counter.objects.get(name__startswith="certificate:").value == 1
    assert OutboxMessage.objects.filter(subject="您的证书已发放", channel="portal").count() == 1
    event = AuditEvent.objects.get(action="certificate.issued")
    assert event.details == {"certificates": [Certificate.objects.get().pk], "count": 1}


def test_messages_and_the_trail_name_nobody(offering: Offering, by: User) -> None:
    certificate = issued(offering, by=by, candidate__name="样本甲")
    told = [
        *OutboxMessage.objects.values_list("subject", "body"),
        *AuditEvent.objects.values_list("details", flat=True),
    ]
    for personal in ("样本甲", certificate.id_cipher, str(certificate.number)):
        assert personal not in str(told)


def test_registration_counts_it_as_held(offering: Offering, by: User) -> None:
    certificate = issued(offering, by=by)
    row = HeldCertificate.objects.get(candidate=certificate.candidate)
    occupation = offering.work_type.occupation
    assert (row.number, row.code, row.level) == (certificate.number, occupation.code, offering.level)
    assert (row.issued_on, row.issuer) == (certificate.issued_on, offering.provider.name)


def test_each_provider_year_and_level_counts_for_itself(offering: Offering, by: User) -> None:
    provider = offering.provider
    others = [
        factories.OfferingFactory(provider=provider, level=Level.THREE),
        factories.OfferingFactory(provider=provider, level=Level.SPECIAL),
        factories.OfferingFactory(provider=provider),  # the same level: the same series
    ]
    for one in (offering, *others):
        reviewed(one, by=by)
    issue(Certificate.objects.all(), by=by, at=ISSUED)
    reviewed(offering, by=by)
    issue(Certificate.objects.all(), by=by, at=factories.at(2027, 1, 4))
    filed = provider.filing_number
    assert numbers() == [
        f"{filed}264000001",
        f"{filed}263000001",
        f"{filed}26Z000001",
        f"{filed}264000002",
        f"{filed}274000001",
    ]


def test_the_year_is_shanghai_s(offering: Offering, by: User) -> None:
    reviewed(offering, by=by)
    issue(Certificate.objects.all(), by=by, at=factories.at(2026, 12, 31, 17))  # 01:00 on New Year's Day
    assert Certificate.objects.get().issued_on == date(2027, 1, 1)
    assert numbers() == [f"{offering.provider.filing_number}274000001"]


def test_a_provider_s_own_scheme_numbers_its_special_ones(by: User, offering: Offering) -> None:
    special = factories.OfferingFactory(provider=offering.provider, level=Level.SPECIAL)
    NumberScheme.objects.create(provider=offering.provider, prefix="KPS", infix="ZX", serial_digits=4)
    reviewed(special, by=by)
    issue(Certificate.objects.all(), by=by, at=ISSUED)
    assert numbers() == ["KPS26ZX0001"]


def test_an_exhausted_series_is_refused_with_why_and_nothing_changes(offering: Offering, by: User) -> None:
    rows = [reviewed(offering, by=by), reviewed(offering, by=by)]
    name = f"certificate:{offering.provider.filing_number}:2026:4"
    Counter.objects.create(name=name, value=999_998)
    with pytest.raises(Refused, match="最多 999999 个"):
        issue(Certificate.objects.all(), by=by, at=ISSUED)
    assert Counter.objects.get(name=name).value == 999_998
    assert numbers() == [None, None]
    assert issue(Certificate.objects.filter(pk=rows[0].pk), by=by, at=ISSUED).done == 1


def test_only_reviewed_ones_and_none_under_an_open_case(offering: Offering, by: User) -> None:
    waiting, under_case = drawn(offering), reviewed(offering, by=by)
    ResultHold.objects.create(application=under_case.application, source="案件 1", placed_at=PUBLISHED)
    outcome = issue(Certificate.objects.all(), by=by, at=ISSUED)
    assert (outcome.done, outcome.left) == (0, ((under_case, HELD),))
    assert numbers() == [None, None]
    waiting.refresh_from_db()
    assert waiting.state == _S.DRAWN


def test_a_run_that_dies_gives_its_serials_back(offering: Offering, by: User) -> None:
    reviewed(offering, by=by)
    with transaction.atomic():
        issue(Certificate.objects.all(), by=by, at=ISSUED)
        transaction.set_rollback(True)
    assert numbers() == [None]
    issue(Certificate.objects.all(), by=by, at=ISSUED)
    assert numbers() == [f"{offering.provider.filing_number}264000001"]


def test_a_stranger_to_the_role_numbers_nothing(offering: Offering, by: User) -> None:
    reviewed(offering, by=by)
    for stranger in (factories.staff(offering.provider, "manager"), certifier(factories.ProviderFactory())):
        with pytest.raises(NotAllowed):
            issue(Certificate.objects.all(), by=stranger, at=ISSUED)
    assert numbers() == [None]


@pytest.mark.parametrize("count", [1, 30])
def test_as_many_statements_for_one_as_for_thirty(offering: Offering, by: User, count: int) -> None:
    for serial in range(count):
        reviewed(offering, by=by, ticket=serial)
    with CaptureQueriesContext(connection) as asked:
        assert issue(Certificate.objects.all(), by=by, at=ISSUED).done == count
    assert len(asked) <= 17
