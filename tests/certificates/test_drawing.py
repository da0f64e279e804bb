"""Certificates follow results, version by version (SPEC 9.5, 10)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from certificates.enums import CertificateState, RequestKind, RequestState
from certificates.models import Certificate, CertificateLog, CertificateRequest
from certificates.services.drawing import settle, settle_many
from registration.models import Application
from skilleval.catalogue.models import Offering
from tests import factories
from tests.certificates.makers import PUBLISHED, result, sat

pytestmark = pytest.mark.django_db
_S = CertificateState
LATER = factories.at(2026, 5, 20)


@pytest.fixture
def offering() -> Offering:
    made: Offering = factories.OfferingFactory()
    return made


@pytest.fixture
def application(offering: Offering) -> Application:
    return sat(offering)


def states(application: Application) -> list[str]:
    return list(Certificate.objects.filter(application=application).order_by("pk").values_list("state", flat=True))


def put(application: Application, state: str, **fields: object) -> Certificate:
    """A certificate in a state, as it stands for the application's first result."""
    numbered = {"number": f"N{application.pk}", "issued_on": date(2026, 5, 1), "holder_name": "样本", "id_cipher": "X"}
    ended = {"ended_on": date(2026, 5, 2)}
    made = Certificate(
        application=application,
        result=result(application),
        candidate=application.candidate,
        provider=application.offering.provider,
        offering=application.offering,
        level=application.level,
        state=state,
        drawn_at=PUBLISHED,
        **(numbered if state in ("issued", "void", "replaced") else {}),
        **(ended if state in ("void", "replaced") else {}),
        **fields,
    )
    made.save()
    return made


def test_whoever_passed_has_one_drawn_up(application: Application) -> None:
    first = result(application)
    settle(first, by=None, at=PUBLISHED)
    certificate = Certificate.objects.get()
    assert (certificate.state, certificate.result, certificate.application) == (_S.DRAWN, first, application)
    assert (certificate.candidate, certificate.provider) == (application.candidate, application.offering.provider)
    assert (certificate.offering, certificate.level) == (application.offering, application.level)
    assert (certificate.number, certificate.drawn_at) == (None, PUBLISHED)
    assert CertificateLog.objects.get().to_state == _S.DRAWN


def test_whoever_failed_has_none(application: Application) -> None:
    settle(result(application, passed=False), by=None, at=PUBLISHED)
    assert states(application) == []


@pytest.mark.parametrize(
    ("before", "passed", "after"),
    [
        (_S.DRAWN, True, [_S.DRAWN]),
        (_S.DRAWN, False, [_S.DROPPED]),
        (_S.REVIEWED, True, [_S.REVIEWED]),
        (_S.REVIEWED, False, [_S.DROPPED]),
        (_S.ISSUED, True, [_S.ISSUED]),
        (_S.ISSUED, False, [_S.VOID]),
        (_S.VOID, True, [_S.ISSUED]),
        (_S.VOID, False, [_S.VOID]),
        (_S.DROPPED, True, [_S.DROPPED, _S.DRAWN]),
        (_S.DROPPED, False, [_S.DROPPED]),
    ],
)
def test_every_state_meets_the_next_result(
    application: Application, before: str, passed: bool, after: list[str]
) -> None:
    put(application, before)
    latest = result(application, passed=passed)
    settle(latest, by=None, at=LATER)
    assert states(application) == after
    settle(latest, by=None, at=LATER)  # twice is once
    assert states(application) == after
    live = Certificate.objects.live().filter(application=application)
    assert all(row.result == latest for row in live)


def test_voided_and_in_force_again_under_its_number(application: Application) -> None:
    certificate = put(application, _S.ISSUED)
    settle(result(application, passed=False), by=None, at=LATER, reason="处理决定〔2026〕1号")
    certificate.refresh_from_db()
    assert (certificate.state, certificate.ended_on) == (_S.VOID, date(2026, 5, 20))
    settle(result(application), by=None, at=factories.at(2026, 6, 1), reason="决定撤销")
    certificate.refresh_from_db()
    assert (certificate.state, certificate.ended_on, certificate.number) == (_S.ISSUED, None, f"N{application.pk}")
    assert [row.reason for row in certificate.log.all()] == ["处理决定〔2026〕1号", "决定撤销"]


def test_what_people_asked_to_void_stays_void(application: Application) -> None:
    certificate = put(application, _S.VOID)
    CertificateRequest.objects.create(
        certificate=certificate,
        kind=RequestKind.VOID,
        reason="发错",
        state=RequestState.DONE,
        asked_by_id=1,
        asked_at=PUBLISHED,
        decided_by_id=2,
        decided_at=PUBLISHED,
    )
    settle(result(application), by=None, at=LATER)
    assert states(application) == [_S.VOID]


def test_an_older_version_handed_in_late_changes_nothing(application: Application) -> None:
    old = result(application)
    settle(result(application, passed=False), by=None, at=LATER)
    settle(old, by=None, at=LATER)
    assert states(application) == []


@pytest.mark.parametrize("count", [1, 30])
def test_a_session_s_results_take_the_same_number_of_statements(offering: Offering, count: int) -> None:
    results = [result(sat(offering, photo=False)) for _ in range(count)]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        settle_many(results, by=None, at=PUBLISHED)
    assert Certificate.objects.count() == count
    assert len(asked) <= 9
