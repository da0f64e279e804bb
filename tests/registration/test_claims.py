"""认领: a code to the record's phone, or a person who compares the document; one record, one account (SPEC 5.8)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from registration.enums import ClaimState
from registration.models import Candidate, Claim
from registration.services import candidates, claims
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent, OutboxMessage, StoredFile
from tests import factories
from tests.factories import at, resident_number
from tests.races import run_together
from tests.registration.handed_in import submission_of
from tests.registration.passing import pass_rows
from tests.registration.rosters import member, officer_of, row_of
from tests.registration.steps import picture

pytestmark = pytest.mark.django_db
NOW = at(2026, 3, 10)
NAME = "样本甲"


@pytest.fixture
def user() -> User:
    return factories.UserFactory()


@pytest.fixture
def record() -> Candidate:
    """A person whom a roster made known: no account."""
    made: Candidate = factories.CandidateFactory(user=None, name=NAME, phone="+8613800005678")
    return made


def begin(user: User, record: Candidate, name: str = NAME) -> Claim:
    return claims.begin(user, name=name, id_type=record.id_type, id_number=record.id_number, at=NOW)


def code_of(claim: Claim) -> str:
    sent = OutboxMessage.objects.filter(subject="认领验证码").latest("pk")
    assert sent.address == claim.candidate.phone
    found = re.search(r"\d{6}", sent.body)
    assert found
    return found.group()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def reviewer(provider: Provider) -> User:
    return factories.staff(provider, Role.REVIEWING)


def asked(user: User, record: Candidate) -> Claim:
    return claims.ask(begin(user, record), upload=picture(), said="手机已停用", by=user, at=NOW)


def test_a_taken_number_leads_to_a_claim_and_says_no_more(user: User, record: Candidate) -> None:
    with pytest.raises(candidates.NumberTaken) as refused:
        candidates.save_candidate(
            user, name=NAME, id_type="resident", id_number=record.id_number, phone="13800001234", by=user, at=NOW
        )
    assert refused.value.message == "该证件号码已被登记，请申请认领"


def test_the_code_sent_to_the_records_phone_gives_the_record(user: User, record: Candidate) -> None:
    claim = claims.send_code(begin(user, record), by=user, at=NOW)
    assert claims.verify(claim, code=f" {code_of(claim)} ", by=user, at=NOW) == record
    assert candidates.of_user(user) == record
    claim.refresh_from_db()
    assert (claim.state, claim.code_hash) == (ClaimState.GRANTED, "")
    assert AuditEvent.objects.filter(action="claim.granted").count() == 1


def test_the_code_is_kept_as_a_digest_alone(user: User, record: Candidate) -> None:
    claim = claims.send_code(begin(user, record), by=user, at=NOW)
    assert code_of(claim) not in claim.code_hash


@pytest.mark.parametrize(("minutes", "works"), [(0, True), (15, True), (16, False)])
def test_a_code_is_good_for_fifteen_minutes(user: User, record: Candidate, minutes: int, works: bool) -> None:
    claim = claims.send_code(begin(user, record), by=user, at=NOW)
    later = NOW + timedelta(minutes=minutes)
    if works:
        assert claims.verify(claim, code=code_of(claim), by=user, at=later) == record
    else:
        with pytest.raises(Refused, match="过期"):
            claims.verify(claim, code=code_of(claim), by=user, at=later)


def test_five_wrong_codes_void_it_and_are_counted_though_refused(user: User, record: Candidate) -> None:
    claim = claims.send_code(begin(user, record), by=user, at=NOW)
    code = code_of(claim)
    for left in (4, 3, 2, 1):
        with pytest.raises(Refused, match=f"还可再试 {left} 次"):
            claims.verify(claim, code=wrong(code), by=user, at=NOW)
    with pytest.raises(Refused, match="已错 5 次"):
        claims.verify(claim, code=wrong(code), by=user, at=NOW)
    with pytest.raises(Refused, match="重新获取"):
        claims.verify(claim, code=code, by=user, at=NOW)
    assert Candidate.objects.get().user is None


def test_a_phone_gets_three_codes_a_day_whoever_asks(user: User, record: Candidate) -> None:
    claim = begin(user, record)
    with pytest.raises(Refused, match="1 分钟"):
        claims.send_code(claims.send_code(claim, by=user, at=NOW), by=user, at=NOW + timedelta(seconds=59))
    claims.send_code(claim, by=user, at=NOW + timedelta(seconds=60))
    other = factories.UserFactory()
    claims.send_code(begin(other, record), by=other, at=NOW + timedelta(minutes=5))
    with pytest.raises(Refused, match="明天"):
        claims.send_code(begin(other, record), by=other, at=NOW + timedelta(minutes=9))
    assert OutboxMessage.objects.filter(subject="认领验证码").count() == 3
    claims.send_code(begin(other, record), by=other, at=NOW + timedelta(days=1, minutes=10))


@pytest.mark.parametrize("case", ["another name", "held by an account", "no phone"])
def test_only_a_rosters_record_under_its_name_is_given_for_a_code(user: User, record: Candidate, case: str) -> None:
    if case == "held by an account":
        record.user = factories.UserFactory()
    if case == "no phone":
        record.phone = ""
    record.save()
    claim = begin(user, record, name="样本乙" if case == "another name" else NAME)
    assert not claims.can_use_phone(claim)
    with pytest.raises(Refused, match="人工核对"):
        claims.send_code(claim, by=user, at=NOW)
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    ("phones", "state", "works"),
    [
        (["138 0000 5678"], "review", True),
        (["13900000001"], "review", False),  # not the one that made the record, which lapsed since
        (["13800005678", "13800005678"], "rejected", True),
        (["13800005678", "13900000001"], "rejected", False),
        (["13900000001", "13800005678"], "prelim", False),
        (["13800005678", "13900000001"], "cancelled", True),  # never handed in
        (["13800005678", None], "withdrawn", False),  # by the person alone
    ],
)
def test_a_code_takes_the_phone_that_every_institution_gave(
    user: User, record: Candidate, phones: list[str | None], state: str, works: bool
) -> None:
    for phone, stands in zip(phones, ["review", state][-len(phones) :], strict=True):
        if phone is None:
            factories.ApplicationFactory(candidate=record, state=stands)
            continue
        group = factories.GroupFactory()
        sent = submission_of(group) if stands not in ("prelim", "cancelled") else None
        entered = member(group, candidate=record, state=stands, row_state="clear", submission=sent)
        entered.roster_row.phone_cipher = phone
        entered.roster_row.save()
    assert claims.can_use_phone(begin(user, record)) is works


def test_another_institution_that_comes_meanwhile_stops_the_code(user: User, record: Candidate) -> None:
    claim = claims.send_code(begin(user, record), by=user, at=NOW)
    other = member(factories.GroupFactory(), candidate=record)
    other.roster_row.phone_cipher = "13900000001"
    other.roster_row.save()
    with pytest.raises(Conflict, match="请上传证件照片申请人工核对"):
        claims.verify(claim, code=code_of(claim), by=user, at=NOW)
    assert candidates.of_user(user) is None


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize("first", [False, True])
def test_no_officer_reads_what_another_institution_entered(record: Candidate, first: bool) -> None:
    honest, other = factories.GroupFactory(), factories.GroupFactory()
    row_of(honest, person=record)
    theirs = row_of(other, person=record)
    theirs.phone_cipher = "13900000001"  # of its own officer
    theirs.save()
    record.delete()
    for group in (other, honest) if first else (honest, other):
        pass_rows(group)
        group.members.update(state="rejected", submission=submission_of(group))
    person = Candidate.objects.get()
    assert person.phone == ("+8613900000001" if first else "+8613800005678")
    officer = officer_of(other.institution)
    assert not claims.can_use_phone(begin(officer, person))


def test_beginning_again_goes_on_and_another_number_ends_the_first(user: User, record: Candidate) -> None:
    first = begin(user, record)
    assert begin(user, record) == first
    second = begin(user, factories.CandidateFactory(user=None))
    first.refresh_from_db()
    assert (first.state, second.state) == (ClaimState.ENDED, ClaimState.CODE)


def test_a_reviewer_who_reads_the_same_number_gives_the_record(user: User, record: Candidate) -> None:
    application = factories.ApplicationFactory(candidate=record)
    claim = asked(user, record)
    assert claim.provider == application.offering.provider
    by = reviewer(application.offering.provider)
    with pytest.raises(Refused, match="不一致"):
        claims.grant(claim, id_number=resident_number(7), by=by, at=NOW)
    assert claims.grant(claim, id_number=record.id_number.lower(), by=by, at=NOW) == record
    claim.refresh_from_db()
    assert (claim.state, claim.decided_by_label, claim.document) == (ClaimState.GRANTED, by.label, None)
    assert candidates.of_user(user) == record


def test_what_was_never_handed_in_doesnt_say_who_compares(user: User, record: Candidate) -> None:
    sent = factories.ApplicationFactory(candidate=record, state="completed")
    factories.ApplicationFactory(candidate=record, state="lapsed", channel="group")  # the institution kept it to itself
    assert asked(user, record).provider == sent.offering.provider


def test_the_picture_of_the_document_is_erased_with_the_decision(user: User, record: Candidate) -> None:
    provider = factories.ApplicationFactory(candidate=record).offering.provider
    claim = asked(user, record)
    assert StoredFile.objects.filter(owner_label=f"claim {claim.pk}").exists()
    claims.refuse(claim, reason="照片看不清", by=reviewer(provider), at=NOW)
    assert not StoredFile.objects.filter(owner_label=f"claim {claim.pk}").exists()
    told = OutboxMessage.objects.filter(recipient_id=user.pk, channel="portal").get()
    assert "照片看不清" in told.body
    assert record.id_number not in told.body


def test_a_record_moves_from_an_account_that_hears_of_it(user: User, record: Candidate) -> None:
    before = factories.UserFactory()
    record.user = before
    record.save()
    provider = factories.ApplicationFactory(candidate=record).offering.provider
    claims.grant(asked(user, record), id_number=record.id_number, by=reviewer(provider), at=NOW)
    assert candidates.of_user(before) is None
    assert OutboxMessage.objects.filter(recipient_id=before.pk, subject="您的参评人员档案已转出").exists()


@pytest.mark.parametrize("who", ["a stranger's reviewer", "the claimant", "the record's owner", "finance"])
def test_who_may_not_decide(user: User, record: Candidate, who: str) -> None:
    provider = factories.ApplicationFactory(candidate=record).offering.provider
    by = {
        "a stranger's reviewer": reviewer(factories.ProviderFactory()),
        "the claimant": user,
        "the record's owner": reviewer(provider),
        "finance": factories.staff(provider, Role.FINANCE),
    }[who]
    if who == "the claimant":
        factories.MembershipFactory(user=user, role=Role.REVIEWING, provider=provider)
    if who == "the record's owner":
        record.user = by
        record.save()
    claim = asked(user, record)
    with pytest.raises(NotAllowed):
        claims.grant(claim, id_number=record.id_number, by=by, at=NOW)
    with pytest.raises(NotAllowed):
        claims.refuse(claim, reason="不符", by=by, at=NOW)


def test_without_any_application_the_administrator_compares(user: User, record: Candidate) -> None:
    claim = asked(user, record)
    assert claim.provider is None
    administrator = factories.MembershipFactory(role=Role.ADMINISTRATOR).user
    assert claims.grant(claim, id_number=record.id_number, by=administrator, at=NOW) == record


def test_an_empty_record_of_the_claimant_gives_way_and_no_other(user: User, record: Candidate) -> None:
    own = factories.CandidateFactory(user=user)
    claim = claims.send_code(begin(user, record), by=user, at=NOW)
    factories.ApplicationFactory(candidate=own, state="draft")
    with pytest.raises(Refused, match="另一份"):
        claims.verify(claim, code=code_of(claim), by=user, at=NOW)
    own.applications.all().delete()
    claims.verify(claim, code=code_of(claim), by=user, at=NOW)
    assert list(Candidate.objects.filter(user=user)) == [record]
    assert not Candidate.objects.filter(pk=own.pk).exists()


@pytest.mark.parametrize("state", ["ended", "refused", "code", "asked"])
def test_a_strangers_claim_doesnt_hold_a_mistyped_record_fast(user: User, record: Candidate, state: str) -> None:
    mistyped, stranger = factories.CandidateFactory(user=user), factories.UserFactory()
    theirs = begin(stranger, mistyped)
    if state in ("asked", "refused"):
        claims.ask(theirs, upload=picture(), said="", by=stranger, at=NOW)
    if state == "refused":
        claims.refuse(theirs, reason="不符", by=factories.MembershipFactory(role=Role.ADMINISTRATOR).user, at=NOW)
    if state == "ended":
        claims.give_up(theirs, by=stranger, at=NOW)
    claim = claims.send_code(begin(user, record), by=user, at=NOW)
    claims.verify(claim, code=code_of(claim), by=user, at=NOW)
    assert list(Candidate.objects.all()) == [record]
    assert list(Claim.objects.all()) == [claim]
    assert not StoredFile.objects.filter(owner_label=f"claim {theirs.pk}").exists()
    told = OutboxMessage.objects.filter(recipient_id=stranger.pk, subject="证件号码可以登记了")
    assert told.exists() is (state in ("code", "asked"))
    candidates.save_candidate(
        stranger, name=NAME, id_type="resident", id_number=mistyped.id_number, phone="13800001234", by=None, at=NOW
    )


def test_an_ended_claim_is_over(user: User, record: Candidate) -> None:
    claim = begin(user, record)
    claims.give_up(claim, by=user, at=NOW)
    for verb in (claims.send_code, claims.give_up):
        with pytest.raises(Conflict):
            verb(claim, by=user, at=NOW)
    assert claims.open_claim(user) is None


def test_one_account_has_one_claim_in_the_database_too(user: User, record: Candidate) -> None:
    begin(user, record)
    second = Claim(candidate=record, user=user, created_at=NOW)
    with pytest.raises(ValidationError, match="在办理"):
        second.validate_constraints()


@pytest.mark.django_db(transaction=True)
def test_of_two_accounts_with_right_codes_one_gets_the_record() -> None:
    record = factories.CandidateFactory(user=None, name=NAME, phone="+8613800005678")
    people = [factories.UserFactory(), factories.UserFactory()]
    entries = []
    for place, person in enumerate(people):
        moment = NOW + timedelta(minutes=place)
        claim = claims.send_code(begin(person, record), by=person, at=moment)
        entries.append((claim, code_of(claim), person))

    def verify(claim: Claim, code: str, person: User) -> Any:
        return claims.verify(claim, code=code, by=person, at=NOW + timedelta(minutes=2))

    outcomes = run_together(*[lambda entry=entry: verify(*entry) for entry in entries])
    assert sorted(isinstance(outcome, Candidate) for outcome in outcomes) == [False, True]
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1
    record.refresh_from_db()
    assert record.user in people
