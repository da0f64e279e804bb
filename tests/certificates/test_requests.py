"""作废 and 换发 by two people, each with a reason (SPEC 9.5)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from certificates.enums import CertificateState, RequestKind, RequestState
from certificates.models import Certificate, CertificateRequest
from certificates.services.drawing import settle
from certificates.services.requests import ask, carry_out, refuse
from registration.models import Candidate
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent, OutboxMessage
from tests import factories
from tests.certificates.makers import certifier, issued, result, reviewed

pytestmark = pytest.mark.django_db
_S = CertificateState
ASKED, DECIDED = factories.at(2026, 5, 6), factories.at(2026, 5, 7)
VOID, REPLACE = RequestKind.VOID, RequestKind.REPLACE


@pytest.fixture
def offering() -> Offering:
    made: Offering = factories.OfferingFactory()
    return made


@pytest.fixture
def one(offering: Offering) -> User:
    return certifier(offering.provider)


@pytest.fixture
def other(offering: Offering) -> User:
    return certifier(offering.provider)


@pytest.fixture
def certificate(offering: Offering, one: User) -> Certificate:
    return issued(offering, by=one)


def asked(certificate: Certificate, kind: str, by: User) -> CertificateRequest:
    return ask(certificate, kind=kind, reason="姓名有误", by=by, at=ASKED)


def test_voided_by_another_with_the_reason(certificate: Certificate, one: User, other: User) -> None:
    request = asked(certificate, VOID, one)
    certificate.refresh_from_db()
    assert certificate.state == _S.ISSUED  # asking alone changes nothing
    carry_out(request, by=other, at=DECIDED, answer="属实")
    certificate.refresh_from_db()
    request.refresh_from_db()
    assert (certificate.state, certificate.ended_on) == (_S.VOID, date(2026, 5, 7))
    assert (request.state, request.decided_by_id, request.answer) == (RequestState.DONE, other.pk, "属实")
    assert certificate.log.last().reason == "姓名有误"
    assert OutboxMessage.objects.filter(subject="您的证书已作废", channel="portal").count() == 1
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"certificate.request_asked", "certificate.request_done", "certificate.voided"} <= actions


def test_replaced_under_a_new_number_with_the_name_of_today(
    certificate: Certificate, offering: Offering, one: User, other: User
) -> None:
    Candidate.objects.filter(pk=certificate.candidate_id).update(name="更正后的姓名")
    new = carry_out(asked(certificate, REPLACE, one), by=other, at=DECIDED)
    certificate.refresh_from_db()
    assert (certificate.state, certificate.ended_on) == (_S.REPLACED, date(2026, 5, 7))
    assert (new.state, new.replaces, new.holder_name) == (_S.ISSUED, certificate, "更正后的姓名")
    assert certificate.number == f"{offering.provider.filing_number}264000001"
    assert new.number == f"{offering.provider.filing_number}264000002"
    assert new.application == certificate.application


@pytest.mark.parametrize("kind", [VOID, REPLACE])
def test_nobody_decides_what_they_asked_for(certificate: Certificate, one: User, kind: str) -> None:
    request = asked(certificate, kind, one)
    with pytest.raises(NotAllowed, match="另一位"):
        carry_out(request, by=one, at=DECIDED)
    with pytest.raises(NotAllowed, match="另一位"):
        refuse(request, by=one, at=DECIDED, answer="不")
    certificate.refresh_from_db()
    assert certificate.state == _S.ISSUED


def test_the_database_wants_two_people_too(certificate: Certificate, one: User) -> None:
    request = asked(certificate, VOID, one)
    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        CertificateRequest.objects.filter(pk=request.pk).update(state="done", decided_by_id=one.pk)


def test_refused_it_stays_and_may_be_asked_again(certificate: Certificate, one: User, other: User) -> None:
    request = asked(certificate, VOID, one)
    with pytest.raises(Refused, match="理由"):
        refuse(request, by=other, at=DECIDED, answer=" ")
    refuse(request, by=other, at=DECIDED, answer="证据不足")
    certificate.refresh_from_db()
    assert certificate.state == _S.ISSUED
    assert asked(certificate, REPLACE, other).state == RequestState.ASKED


def test_one_request_at_a_time(certificate: Certificate, one: User, other: User) -> None:
    asked(certificate, VOID, one)
    with pytest.raises(Conflict, match="待核准"):
        asked(certificate, REPLACE, other)


def test_decided_twice_the_second_is_told(certificate: Certificate, offering: Offering, one: User, other: User) -> None:
    request = asked(certificate, REPLACE, one)
    carry_out(request, by=other, at=DECIDED)
    with pytest.raises(Conflict):
        carry_out(request, by=certifier(offering.provider), at=DECIDED)
    assert Certificate.objects.count() == 2


@pytest.mark.parametrize(("reason", "message"), [("", "请填写理由"), (" \n", "请填写理由"), ("长" * 301, "300 字")])
def test_a_reason_is_needed(certificate: Certificate, one: User, reason: str, message: str) -> None:
    with pytest.raises(Refused, match=message):
        ask(certificate, kind=VOID, reason=reason, by=one, at=ASKED)


def test_only_what_is_in_force(offering: Offering, certificate: Certificate, one: User, other: User) -> None:
    waiting = reviewed(offering, by=one)
    for kind in (VOID, REPLACE):
        with pytest.raises(Refused, match="待发证"):
            asked(waiting, kind, one)
    carry_out(asked(certificate, REPLACE, one), by=other, at=DECIDED)
    with pytest.raises(Refused, match="已换发"):
        asked(certificate, VOID, one)


def test_a_decision_was_quicker(certificate: Certificate, one: User, other: User) -> None:
    request = asked(certificate, REPLACE, one)
    settle(result(certificate.application, passed=False), by=None, at=ASKED)
    with pytest.raises(Refused, match="已作废"):
        carry_out(request, by=other, at=DECIDED)
    refuse(request, by=other, at=DECIDED, answer="证书已因处理决定作废")
    assert Certificate.objects.count() == 1


def test_voided_by_mistake_it_comes_back_as_a_new_one(certificate: Certificate, one: User, other: User) -> None:
    carry_out(asked(certificate, VOID, one), by=other, at=DECIDED)
    new = carry_out(asked(certificate, REPLACE, one), by=other, at=DECIDED)
    certificate.refresh_from_db()
    assert (certificate.state, new.state, new.replaces) == (_S.REPLACED, _S.ISSUED, certificate)


def test_what_a_result_voided_is_not_replaced(certificate: Certificate, one: User) -> None:
    settle(result(certificate.application, passed=False), by=None, at=ASKED)
    with pytest.raises(Refused, match="已作废"):
        asked(certificate, REPLACE, one)


def test_a_result_that_fails_and_passes_again_finds_the_replacement(
    certificate: Certificate, one: User, other: User
) -> None:
    new = carry_out(asked(certificate, REPLACE, one), by=other, at=DECIDED)
    settle(result(certificate.application, passed=False), by=None, at=DECIDED)
    settle(result(certificate.application), by=None, at=DECIDED)
    certificate.refresh_from_db()
    new.refresh_from_db()
    assert (certificate.state, new.state) == (_S.REPLACED, _S.ISSUED)


def test_strangers_to_the_role_neither_ask_nor_decide(certificate: Certificate, offering: Offering, one: User) -> None:
    request = asked(certificate, VOID, one)
    for stranger in (factories.staff(offering.provider, "results"), certifier(factories.ProviderFactory())):
        with pytest.raises(NotAllowed):
            carry_out(request, by=stranger, at=DECIDED)
        with pytest.raises(NotAllowed):
            refuse(request, by=stranger, at=DECIDED, answer="不")
        with pytest.raises(NotAllowed):
            asked(certificate, VOID, stranger)


def test_nobody_asks_or_decides_for_their_own(certificate: Certificate, one: User, other: User) -> None:
    request = asked(certificate, REPLACE, other)
    certificate.candidate.user = one
    certificate.candidate.save(update_fields=["user"])
    with pytest.raises(NotAllowed, match="您本人的证书"):
        carry_out(request, by=one, at=DECIDED)
    with pytest.raises(NotAllowed, match="您本人的证书"):
        refuse(request, by=one, at=DECIDED, answer="不同意")
    refuse(request, by=certifier(certificate.provider), at=DECIDED, answer="不同意")
    with pytest.raises(NotAllowed, match="您本人的证书"):
        asked(certificate, REPLACE, one)
