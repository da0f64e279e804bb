"""Officers invite each other, remove each other and leave; of any two who do so at once the right one wins."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from allauth.account.models import EmailAddress

from skilleval.accounts import officers
from skilleval.accounts.enums import Role
from skilleval.accounts.models import Institution, Invitation, Membership, User
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent, OutboxMessage
from tests.accounts.applying import NOW, administrator, fresh, officer, verified
from tests.factories import InstitutionFactory, UserFactory
from tests.races import run_together

pytestmark = pytest.mark.django_db
PHONE, EMAIL = "+8613800007001", "colleague@example.test"
WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)


@pytest.fixture
def institution() -> Institution:
    made: Institution = InstitutionFactory()
    return made


def invited(
    institution: Institution, address: str = PHONE, *, by: User | None = None, at: datetime = NOW
) -> Invitation:
    return officers.invite(institution, address=address, by=by or officer(institution), at=at)


def members(institution: Institution) -> set[int]:
    return set(institution.memberships.filter(role=Role.OFFICER).values_list("user_id", flat=True))


def told(user: User) -> list[str]:
    return list(
        OutboxMessage.objects.filter(recipient_id=user.pk, channel="portal")
        .order_by("pk")
        .values_list("body", flat=True)
    )


# --- inviting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("address", "channel"), [(PHONE, "sms"), (EMAIL, "email")])
def test_an_invitation_goes_to_the_address_with_its_link(institution: Institution, address: str, channel: str) -> None:
    by, other = officer(institution), officer(institution)
    made = invited(institution, address, by=by)
    message = OutboxMessage.objects.get(key=f"invitation:{made.pk}:{channel}")
    assert (message.address, message.channel, message.recipient_id) == (address, channel, None)
    assert made.get_absolute_url() in message.body
    assert "3月9日 12:00 前" in message.body
    assert (made.expires_at, made.invited_by_id) == (NOW + WEEK, by.pk)
    assert len(told(other)) == 1
    assert told(by) == []
    event = AuditEvent.objects.get(action="officer.invited")
    assert (event.actor_id, event.object_id, event.details) == (by.pk, str(institution.pk), {"invitation": made.pk})
    raw = bytes(Invitation.objects.filter(pk=made.pk).values_list("address", flat=True)[0])
    assert address.encode() not in raw


@pytest.mark.parametrize("address", [PHONE, EMAIL])
def test_whose_address_it_is_reads_it_in_the_portal_too(institution: Institution, address: str) -> None:
    person = verified(**({"email": EMAIL} if "@" in address else {"phone": PHONE}))
    invited(institution, address)
    assert len(told(person)) == 1


def test_an_address_nobody_has_verified_is_nobodys(institution: Institution) -> None:
    person = UserFactory(phone=PHONE, phone_verified=False)
    EmailAddress.objects.create(user=person, email=EMAIL, verified=False)
    invited(institution, PHONE)
    invited(institution, EMAIL)
    assert told(person) == []


def test_whoever_is_an_officer_is_not_invited(institution: Institution) -> None:
    officer(institution, phone=PHONE)
    with pytest.raises(Refused, match="已是本单位经办人") as refused:
        invited(institution)
    assert refused.value.field == "contact"
    invited(InstitutionFactory())


def test_an_invitation_sent_again_replaces_the_one_before(institution: Institution) -> None:
    by = officer(institution)
    first = invited(institution, by=by)
    second = invited(institution, by=by, at=NOW + SECOND)
    assert list(Invitation.objects.open(NOW + SECOND)) == [second]
    person = verified(phone=PHONE)
    with pytest.raises(Refused, match="已被撤回"):
        officers.accept(first, by=person, at=NOW + SECOND)
    officers.accept(second, by=person, at=NOW + SECOND)


def test_an_institution_sends_so_many_in_a_day(institution: Institution) -> None:
    by = officer(institution)
    for serial in range(officers.MOST_A_DAY):
        invited(institution, f"colleague{serial}@example.test", by=by)
    with pytest.raises(Refused, match="一天最多发出 20 份"):
        invited(institution, by=by, at=NOW + officers.DAY - SECOND)
    invited(institution, by=by, at=NOW + officers.DAY)


def test_nobody_is_sent_more_than_a_few_in_a_day_whoever_sends_them() -> None:
    for _ in range(officers.MOST_TO_ONE_A_DAY):
        invited(InstitutionFactory())
    with pytest.raises(Refused, match="今天收到的邀请过多"):
        invited(InstitutionFactory())
    invited(InstitutionFactory(), at=NOW + officers.DAY)


def test_strangers_and_officers_of_others_invite_nobody(institution: Institution) -> None:
    for by in (UserFactory(), officer(InstitutionFactory())):
        with pytest.raises(NotAllowed):
            invited(institution, by=by)
    assert not OutboxMessage.objects.exists()


def test_the_administrator_invites_where_no_officer_could(institution: Institution) -> None:
    invited(institution, by=administrator())
    assert officers.accept(Invitation.objects.get(), by=verified(phone=PHONE), at=NOW).institution == institution


@pytest.mark.parametrize("state", ["applied", "refused", "suspended"])
def test_an_institution_that_isnt_approved_invites_nobody(institution: Institution, state: str) -> None:
    by, admin = officer(institution), administrator()
    made = invited(institution, by=by)
    reason = "" if state == "applied" else "理由"
    Institution.objects.update(state=state, state_reason=reason, applied_by=by, applied_at=NOW)
    with pytest.raises(NotAllowed):
        invited(institution, EMAIL, by=by)
    with pytest.raises(Refused, match="现在不能管理经办人"):
        invited(institution, EMAIL, by=admin)
    with pytest.raises(Refused, match="暂停办理"):
        officers.accept(made, by=verified(phone=PHONE), at=NOW)


def test_an_invitation_is_taken_back_once(institution: Institution) -> None:
    by = officer(institution)
    made = invited(institution, by=by)
    officers.revoke(made, by=by, at=NOW)
    assert AuditEvent.objects.filter(action="officer.invitation_revoked").count() == 1
    with pytest.raises(Conflict):
        officers.revoke(made, by=by, at=NOW)
    with pytest.raises(NotAllowed):
        officers.revoke(made, by=officer(InstitutionFactory()), at=NOW)
    with pytest.raises(Refused, match="已被撤回"):
        officers.accept(made, by=verified(phone=PHONE), at=NOW)


# --- accepting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [PHONE, EMAIL])
def test_who_has_verified_the_address_becomes_an_officer(institution: Institution, address: str) -> None:
    by = officer(institution, name="邀请的人")
    made = invited(institution, address, by=by)
    person = verified(name="", **({"email": EMAIL} if "@" in address else {"phone": PHONE}))
    held = officers.accept(made, name=" 新经办人 ", by=person, at=NOW)
    assert (held.user, held.institution, held.granted_by_label) == (person, institution, "邀请的人")
    assert fresh(person).institution_ids == {institution.pk}
    assert fresh(person).name == "新经办人"
    assert any("新增一名经办人" in body for body in told(by))
    assert not any("新经办人" in body for body in told(by))
    made.refresh_from_db()
    assert (made.accepted_by, made.accepted_at) == (person, NOW)
    event = AuditEvent.objects.get(action="officer.accepted")
    assert (event.actor_id, event.object_id) == (person.pk, str(institution.pk))


@pytest.mark.parametrize(("name", "said"), [("", "请填写姓名"), ("13800007001", "不能有数字")])
def test_an_account_without_a_name_gives_one(institution: Institution, name: str, said: str) -> None:
    made = invited(institution)
    with pytest.raises(Refused, match=said) as refused:
        officers.accept(made, name=name, by=verified(name="", phone=PHONE), at=NOW)
    assert refused.value.field == "name"
    assert Invitation.objects.open(NOW).exists()


@pytest.mark.parametrize("verified_too", [False, True])
def test_nobody_accepts_with_another_account(institution: Institution, verified_too: bool) -> None:
    made = invited(institution)
    person = UserFactory(phone="+8613800007002" if verified_too else PHONE, phone_verified=verified_too)
    with pytest.raises(NotAllowed, match="另一个号码或邮箱"):
        officers.accept(made, by=person, at=NOW)
    assert person.pk not in members(institution)


@pytest.mark.parametrize(("after", "works"), [(WEEK - SECOND, True), (WEEK, False), (WEEK + SECOND, False)])
def test_an_invitation_holds_for_seven_days(institution: Institution, after: timedelta, works: bool) -> None:
    made, person = invited(institution), verified(phone=PHONE)
    if works:
        officers.accept(made, by=person, at=NOW + after)
    else:
        with pytest.raises(Refused, match="已过期"):
            officers.accept(made, by=person, at=NOW + after)
    assert (person.pk in members(institution)) == works


def test_an_invitation_is_used_once(institution: Institution) -> None:
    by = officer(institution)
    made, person = invited(institution, by=by), verified(phone=PHONE)
    first = officers.accept(made, by=person, at=NOW)
    assert officers.accept(made, by=person, at=NOW + SECOND) == first
    assert AuditEvent.objects.filter(action="officer.accepted").count() == 1
    officers.remove(first, by=by, at=NOW)
    with pytest.raises(Refused, match="已被使用"):
        officers.accept(made, by=person, at=NOW + SECOND)
    assert person.pk not in members(institution)


# --- removing and leaving -------------------------------------------------------------------------------------------


def test_a_colleague_is_removed_with_what_they_invited(institution: Institution) -> None:
    by, colleague, third = officer(institution), officer(institution), officer(institution)
    theirs, mine = invited(institution, by=colleague), invited(institution, EMAIL, by=by)
    held = institution.memberships.get(user=colleague)
    pk = held.pk
    officers.remove(held, by=by, at=NOW)
    assert members(institution) == {by.pk, third.pk}
    assert fresh(colleague).institution_ids == frozenset()
    assert list(Invitation.objects.open(NOW)) == [mine]
    with pytest.raises(Refused, match="已被撤回"):
        officers.accept(theirs, by=verified(phone=PHONE), at=NOW)
    assert f"您已不再是{institution.name}的经办人" in told(colleague)[-1]
    assert "移除了一名经办人" in told(third)[-1]
    event = AuditEvent.objects.get(action="officer.removed")
    assert (event.actor_id, event.details) == (by.pk, {"user": colleague.pk, "membership": pk})


def test_nobody_removes_themselves(institution: Institution) -> None:
    by = officer(institution)
    officer(institution)
    with pytest.raises(Refused, match="不能移除自己"):
        officers.remove(institution.memberships.get(user=by), by=by, at=NOW)


def test_who_was_removed_is_gone_once(institution: Institution) -> None:
    by, colleague = officer(institution), officer(institution)
    held = institution.memberships.get(user=colleague)
    assert colleague.institution_ids == {institution.pk}  # which their request remembers
    officers.remove(Membership.objects.get(pk=held.pk), by=by, at=NOW)
    with pytest.raises(Conflict, match="已不是本单位经办人"):
        officers.remove(held, by=by, at=NOW)
    with pytest.raises(Conflict, match="您已不是该单位经办人"):
        invited(institution, by=colleague)
    with pytest.raises(NotAllowed):
        invited(institution, by=fresh(colleague))


def test_officers_of_others_and_other_roles_are_left_alone(institution: Institution) -> None:
    by, foreign = officer(institution), officer(InstitutionFactory())
    with pytest.raises(NotAllowed):
        officers.remove(foreign.memberships.get(), by=by, at=NOW)
    with pytest.raises(NotAllowed):
        officers.remove(administrator().memberships.get(), by=by, at=NOW)


def test_one_leaves_while_another_stays(institution: Institution) -> None:
    by, other = officer(institution), officer(institution)
    officers.leave(institution, by=by, at=NOW)
    assert members(institution) == {other.pk}
    assert "一名经办人退出了本单位" in told(other)[-1]
    assert AuditEvent.objects.filter(action="officer.left", actor_id=by.pk).count() == 1
    with pytest.raises(Conflict):
        officers.leave(institution, by=by, at=NOW)
    with pytest.raises(Refused, match="唯一的经办人"):
        officers.leave(institution, by=other, at=NOW)


# --- races ----------------------------------------------------------------------------------------------------------


def names_of(outcomes: list[Any]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


@pytest.mark.django_db(transaction=True)
def test_of_two_acceptances_at_once_one_counts(institution: Institution) -> None:
    made, person = invited(institution), verified(phone=PHONE)
    outcomes = run_together(*[lambda: officers.accept(made, by=fresh(person), at=NOW)] * 2)
    assert names_of(outcomes) == ["Membership", "Membership"]
    assert Membership.objects.filter(user=person).count() == 1
    assert AuditEvent.objects.filter(action="officer.accepted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_accepting_against_taking_back(institution: Institution) -> None:
    by = officer(institution)
    made, person = invited(institution, by=by), verified(phone=PHONE)
    outcomes = run_together(
        lambda: officers.accept(made, by=person, at=NOW), lambda: officers.revoke(made, by=by, at=NOW)
    )
    accepted = isinstance(outcomes[0], Membership)
    assert isinstance(outcomes[1], Conflict) == accepted
    assert (person.pk in members(institution)) == accepted


@pytest.mark.django_db(transaction=True)
def test_of_two_who_remove_each_other_one_stays(institution: Institution) -> None:
    one, other = officer(institution), officer(institution)
    of_one, of_other = (institution.memberships.get(user=person) for person in (one, other))
    assert one.institution_ids == other.institution_ids  # which both requests remember
    outcomes = run_together(
        lambda: officers.remove(of_other, by=one, at=NOW), lambda: officers.remove(of_one, by=other, at=NOW)
    )
    assert names_of(outcomes) == ["Conflict", "NoneType"]
    assert len(members(institution)) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_leave_at_once_one_stays(institution: Institution) -> None:
    one, other = officer(institution), officer(institution)
    outcomes = run_together(*(lambda by=by: officers.leave(institution, by=by, at=NOW) for by in (one, other)))  # type: ignore[misc]
    assert names_of(outcomes) == ["NoneType", "Refused"]
    assert len(members(institution)) == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_leave(institution: Institution, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: both count the other one, then both go."""
    one, other = officer(institution), officer(institution)
    take, barrier = officers._take, Barrier(2, timeout=10)

    def after_both_looked(*args: Any) -> None:
        barrier.wait()
        take(*args)

    monkeypatch.setattr(officers, "_locked", lambda institution: institution)
    monkeypatch.setattr(officers, "_take", after_both_looked)
    run_together(*(lambda by=by: officers.leave(institution, by=by, at=NOW) for by in (one, other)))  # type: ignore[misc]
    assert members(institution) == set()


@pytest.mark.django_db(transaction=True)
def test_one_invitation_sent_twice_at_once_stands_once(institution: Institution) -> None:
    by = officer(institution)
    run_together(*[lambda: invited(institution, by=fresh(by))] * 2)
    assert Invitation.objects.open(NOW).count() == 1
