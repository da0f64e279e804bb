"""Certificates that the portal records: not the person's to change, and without force once void (SPEC 4, 9.5)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from registration.models import Candidate, HeldCertificate
from registration.queries import applications as queries, backgrounds
from registration.services import held
from registration.services.profile_rows import remove_row, save_row
from skilleval.catalogue.models import Offering
from skilleval.core.errors import Refused
from tests.factories import CandidateFactory, HeldCertificateFactory, OfferingFactory, at, window_of

pytestmark = pytest.mark.django_db
NOW = at(2026, 3, 10)
NUMBER = "S000099999999264000001"
CODE = "4-04-05-05"


def record(candidate: Candidate, **fields: Any) -> HeldCertificate:
    facts = {"number": NUMBER, "code": CODE, "level": "4", "issued_on": date(2026, 3, 1), "issuer": "甲机构"} | fields
    return held.record_held(candidate, **facts, by=None, at=NOW)  # type: ignore[arg-type]


def values(**changes: Any) -> dict[str, Any]:
    return {"code": CODE, "level": "4", "issued_on": date(2026, 3, 1), "number": NUMBER} | changes


def test_a_number_is_recorded_once() -> None:
    candidate = CandidateFactory()
    assert record(candidate) == record(candidate, level="3")
    row = HeldCertificate.objects.get()
    assert (row.level, row.recorded, row.counts) == ("4", True, True)


def test_what_was_entered_by_hand_becomes_the_recorded_row() -> None:
    candidate = CandidateFactory()
    by_hand = HeldCertificateFactory(candidate=candidate, number=NUMBER, level="5")
    HeldCertificateFactory(number=NUMBER)  # somebody else's claim stays theirs
    assert record(candidate).pk == by_hand.pk
    assert HeldCertificate.objects.filter(candidate=candidate).get().level == "4"


def test_it_isnt_the_persons_to_change() -> None:
    candidate = CandidateFactory()
    row = record(candidate)
    for change in (
        lambda: save_row(candidate, kind="certificate", row=row, values=values(level="3"), by=None, at=NOW),
        lambda: remove_row(candidate, kind="certificate", row=row, by=None, at=NOW),
    ):
        with pytest.raises(Refused, match="平台"):
            change()
    stored = HeldCertificate.objects.get()
    assert (stored.level, stored.recorded) == ("4", True)


def test_a_recorded_number_isnt_entered_by_hand_and_a_strangers_isnt_told() -> None:
    candidate = CandidateFactory()
    record(candidate)
    held.withdraw_held(NUMBER, on=date(2026, 3, 5), by=None, at=NOW)
    with pytest.raises(Refused, match="已按发证记录登记"):
        save_row(candidate, kind="certificate", values=values(), by=None, at=NOW)
    with pytest.raises(Refused, match="不符"):
        save_row(CandidateFactory(), kind="certificate", values=values(), by=None, at=NOW)


def test_a_void_one_counts_neither_for_eligibility_nor_for_the_warning() -> None:
    offering: Offering = OfferingFactory(level="3", work_type__occupation__code=CODE)
    candidate, march = CandidateFactory(), window_of(offering.provider)
    record(candidate, issued_on=date(2020, 1, 1))
    record(candidate, number="2" * 22, level="3", issued_on=date(2025, 1, 1))

    def told() -> tuple[int, int, list[str]]:
        facts = backgrounds.background_of(candidate).certificates
        kept = backgrounds.snapshot(candidate, on=NOW.date())["certificates"]
        return len(facts), len(kept), [warned.code for warned in queries.warnings(candidate, offering, march)]

    assert told() == (2, 2, ["certificate"])
    for number in (NUMBER, "2" * 22):
        assert held.withdraw_held(number, on=date(2026, 3, 5), by=None, at=NOW) == 1
        assert held.withdraw_held(number, on=date(2026, 3, 6), by=None, at=NOW) == 0
    assert told() == (0, 0, [])
    assert held.restore_held(NUMBER, by=None, at=NOW) == 1
    assert held.restore_held(NUMBER, by=None, at=NOW) == 0
    assert told() == (1, 1, [])


def test_issuing_again_doesnt_revive_a_void_number() -> None:
    candidate = CandidateFactory()
    record(candidate)
    held.withdraw_held(NUMBER, on=date(2026, 3, 5), by=None, at=NOW)
    assert record(candidate).ended_on == date(2026, 3, 5)


def test_the_profile_shows_it_without_a_way_to_change_it(client: Client) -> None:
    candidate = CandidateFactory()
    row = record(candidate)
    client.force_login(candidate.user)
    change, remove = (
        reverse(name, args=["certificate", row.pk]) for name in ("profile_row_change", "profile_row_remove")
    )
    page = client.get(reverse("profile")).content.decode()
    assert "平台登记" in page
    assert change not in page
    assert remove not in page
    for address in (change, remove):
        assert client.get(address).status_code == 400
        assert client.post(address, values()).status_code == 400
    held.withdraw_held(NUMBER, on=date(2026, 3, 5), by=None, at=NOW)
    assert "已作废" in client.get(reverse("profile")).content.decode()
