"""An institution registers itself; the administrator approves it or says why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from skilleval.accounts import institutions
from skilleval.accounts.enums import Role
from skilleval.accounts.institutions import BEING_JUDGED, REGISTERED, approve, correct, mark_of, refuse, register
from skilleval.accounts.models import Institution, Membership, User
from skilleval.accounts.policy import OFFICERS_MANAGE
from skilleval.core import files
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent, OutboxMessage, StoredFile
from skilleval.core.policy import can
from tests.accounts.applying import NOW, STATED, administrator, apply, fresh, licence, officer, refused
from tests.factories import InstitutionFactory, MembershipFactory, ProviderFactory, UserFactory, staff
from tests.numbers import credit_code
from tests.races import run_together

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def told(user: User) -> list[str]:
    return list(OutboxMessage.objects.filter(recipient_id=user.pk, channel="portal").values_list("subject", flat=True))


# --- registering ----------------------------------------------------------------------------------------------------


def test_an_application_holds_what_was_stated_in_one_spelling() -> None:
    user = UserFactory(name="")
    made = apply(user, name=" 测试职业(技能)  培训学校 ", credit_code=STATED.credit_code.lower())
    made = Institution.objects.get(pk=made.pk)
    assert (made.state, made.name, made.credit_code) == ("applied", "测试职业（技能） 培训学校", STATED.credit_code)
    assert (made.contact_phone, made.masked_phone) == ("+8613800009001", "138****9001")
    assert (made.applied_by, made.applied_at, made.address) == (user, NOW, "测试路 9 号")
    assert made.licence is not None
    with files.open_file(made.licence) as kept:
        assert kept.read(3) == b"\xff\xd8\xff"
    assert fresh(user).name == "测试联系人"
    assert [(row.to_state, row.by_label) for row in made.log.all()] == [("applied", "测试联系人")]
    event = AuditEvent.objects.get(action="institution.applied")
    assert (event.actor_id, event.object_id) == (user.pk, str(made.pk))
    assert "13800009001" not in str(event.details)


def test_a_telephone_is_kept_sealed() -> None:
    made = apply(UserFactory())
    raw = bytes(Institution.objects.filter(pk=made.pk).values_list("contact_phone", flat=True)[0])
    assert b"13800009001" not in raw


def test_the_name_of_an_account_that_has_one_stays() -> None:
    user = UserFactory(name="原来的称呼")
    apply(user)
    assert fresh(user).name == "原来的称呼"


@pytest.mark.parametrize(
    ("stated", "field", "said"),
    [
        ({"name": ""}, "name", "请填写单位名称"),
        ({"name": "学校"}, "name", "全称"),
        ({"name": "1234567"}, "name", "全称"),
        ({"name": "测试职业\u202e培训学校"}, "name", "看不见的字符"),
        ({"name": "测" * 101}, "name", "不超过 100 个字，现有 101 个字"),
        ({"kind": "company"}, "kind", "请选择单位类别"),
        ({"credit_code": "91310000MA1000004K"}, "credit_code", "校验码"),
        ({"address": "路" * 201}, "address", "不超过 200 个字"),
        ({"contact_name": ""}, "contact_name", "请填写姓名"),
        ({"contact_name": "13800009001"}, "contact_name", "不能有数字"),
        ({"contact_name": "a@b.example"}, "contact_name", "不能有数字和符号"),
        ({"contact_phone": "021-62345678"}, "contact_phone", "手机号码不正确"),
    ],
)
def test_what_is_stated_wrongly_is_refused_at_its_field(stated: dict[str, str], field: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused_:
        apply(UserFactory(), **stated)
    assert refused_.value.field == field
    assert not Institution.objects.exists()
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(("length", "name"), [(4, "测试学校"), (100, "测" * 100)])
def test_names_at_their_limits(length: int, name: str) -> None:
    assert len(apply(UserFactory(), name=name).name) == length


def test_a_licence_that_isnt_one_is_refused_and_leaves_nothing() -> None:
    broken = SimpleUploadedFile("licence.png", b"GIF89a...")
    with pytest.raises(Refused, match="JPG、PNG 或 PDF"):
        register(UserFactory(), stated=STATED, licence=broken, at=NOW)
    assert not Institution.objects.exists()


def test_sent_twice_it_is_one_application() -> None:
    user = UserFactory()
    first, second = apply(user), apply(user)
    assert first.pk == second.pk
    assert AuditEvent.objects.filter(action="institution.applied").count() == 1
    assert StoredFile.objects.count() == 1


@pytest.mark.parametrize(
    ("state", "said"), [("applied", BEING_JUDGED), ("approved", REGISTERED), ("suspended", REGISTERED)]
)
def test_a_code_that_is_taken_shows_the_way_on_and_names_nobody(state: str, said: str) -> None:
    applicant = UserFactory(name="先来的人")
    made = apply(applicant)
    reason = "核查" if state == "suspended" else ""
    Institution.objects.filter(pk=made.pk).update(state=state, state_reason=reason)
    with pytest.raises(Refused) as refused_:
        apply(UserFactory(), name="另一个名称的学校")
    assert (refused_.value.message, refused_.value.field) == (said, "credit_code")
    assert "先来的人" not in said
    assert Institution.objects.get().applied_by == applicant


def test_a_code_that_was_refused_may_be_applied_for_by_anybody() -> None:
    first, second = UserFactory(), UserFactory()
    before = refused(first, by=administrator())
    old = before.licence
    made = apply(second, when=LATER, name="真正的职业培训学校")
    made = Institution.objects.get(pk=made.pk)
    assert (made.pk, made.applied_by, made.applied_at, made.state) == (before.pk, second, LATER, "applied")
    assert (made.name, made.state_reason) == ("真正的职业培训学校", "")
    assert not StoredFile.objects.filter(pk=old and old.pk).exists()
    assert list(Institution.objects.visible_to(first)) == []
    assert list(Institution.objects.visible_to(second)) == [made]


def test_one_account_has_few_applications_at_a_time() -> None:
    user = UserFactory()
    for serial in range(institutions.MOST_WAITING):
        apply(user, credit_code=credit_code(serial))
    with pytest.raises(Refused, match="3 份登记申请待核准"):
        apply(user, credit_code=credit_code(99))


# --- deciding -------------------------------------------------------------------------------------------------------


def test_an_approval_makes_the_applicant_the_first_officer() -> None:
    user, by = UserFactory(phone="+8613800009002"), administrator()
    made = apply(user)
    assert not Membership.objects.filter(user=user).exists()
    approve(made, seen=mark_of(made), by=by, at=LATER)
    made = Institution.objects.get(pk=made.pk)
    assert (made.state, made.decided_by_label, made.decided_at) == ("approved", by.label, LATER)
    held = Membership.objects.get(user=user)
    assert (held.role, held.institution, held.granted_by_label) == (Role.OFFICER, made, by.label)
    assert fresh(user).institution_ids == {made.pk}
    assert can(fresh(user), OFFICERS_MANAGE, made)
    assert told(user) == ["单位登记已核准"]
    sms = OutboxMessage.objects.get(channel="sms")
    assert sms.address == "+8613800009002"
    assert made.get_absolute_url() in sms.body
    event = AuditEvent.objects.get(action="institution.approved")
    assert (event.actor_id, event.details) == (by.pk, {"officer": user.pk})


def test_a_refusal_tells_why_and_gives_nothing() -> None:
    user = UserFactory()
    made = Institution.objects.get(pk=refused(user, by=administrator()).pk)
    assert (made.state, made.state_reason) == ("refused", "证照不清晰")
    assert not Membership.objects.filter(user=user).exists()
    assert told(user) == ["单位登记未核准"]
    assert "证照不清晰" in OutboxMessage.objects.filter(recipient_id=user.pk)[0].body
    assert [(row.to_state, row.reason) for row in made.log.all()] == [("applied", ""), ("refused", "证照不清晰")]


@pytest.mark.parametrize(("reason", "said"), [("", "请写明理由"), ("  。", "请写明理由"), ("因" * 301, "现有 301 字")])
def test_a_refusal_needs_a_reason(reason: str, said: str) -> None:
    made = apply(UserFactory())
    with pytest.raises(Refused, match=said):
        refuse(made, reason=reason, seen=mark_of(made), by=administrator(), at=NOW)


def test_what_was_refused_is_corrected_in_the_same_row() -> None:
    user, by = UserFactory(), administrator()
    before = refused(user, by=by)
    kept = before.licence
    mended = replace(STATED, name="更正后的培训学校", credit_code=credit_code(77))
    made = correct(before, stated=mended, by=user, at=LATER)
    assert (made.pk, made.state, made.state_reason, made.name) == (before.pk, "applied", "", "更正后的培训学校")
    assert made.licence == kept
    replaced = refuse(made, reason="仍不清晰", seen=mark_of(made), by=by, at=LATER)
    again = correct(replaced, stated=mended, licence=licence(), by=user, at=LATER + timedelta(hours=1))
    assert again.licence != kept
    assert not StoredFile.objects.filter(pk=kept and kept.pk).exists()
    approve(again, seen=mark_of(again), by=by, at=LATER + timedelta(hours=2))
    assert told(user).count("单位登记未核准") == 2
    assert [row.to_state for row in again.log.all()] == [
        "applied",
        "refused",
        "applied",
        "refused",
        "applied",
        "approved",
    ]


def test_a_correction_to_a_code_of_another_institution_is_refused() -> None:
    user = UserFactory()
    made = refused(user, by=administrator())
    InstitutionFactory(credit_code=credit_code(5))
    with pytest.raises(Refused) as refused_:
        correct(made, stated=replace(STATED, credit_code=credit_code(5)), by=user, at=LATER)
    assert (refused_.value.message, refused_.value.field) == (REGISTERED, "credit_code")


@pytest.mark.parametrize("state", ["applied", "approved"])
def test_only_what_was_refused_is_corrected(state: str) -> None:
    user, by = UserFactory(), administrator()
    made = apply(user)
    if state == "approved":
        approve(made, seen=mark_of(made), by=by, at=NOW)
    with pytest.raises(Conflict):
        correct(made, stated=STATED, by=user, at=LATER)


def test_nobody_corrects_somebody_elses_application() -> None:
    made = refused(UserFactory(), by=administrator())
    with pytest.raises(Conflict):
        correct(made, stated=STATED, by=UserFactory(), at=LATER)


def test_nobody_approves_what_they_applied_for_themselves() -> None:
    by = administrator()
    made = apply(by)
    for decide in (
        lambda: approve(made, seen=mark_of(made), by=by, at=NOW),
        lambda: refuse(made, reason="重复", seen=mark_of(made), by=by, at=NOW),
    ):
        with pytest.raises(Refused, match="不能核准自己提交的登记申请"):
            decide()
    approve(made, seen=mark_of(made), by=administrator(), at=NOW)


@pytest.mark.parametrize("role", ["supervisor", "manager", "officer", None])
def test_only_the_administrator_decides(role: str | None) -> None:
    made = apply(UserFactory())
    by = UserFactory()
    if role == "officer":
        by = officer()
    elif role == "manager":
        by = staff(ProviderFactory(), "manager")
    elif role:
        MembershipFactory(user=by, role=role)
    for decide in (
        lambda: approve(made, seen=mark_of(made), by=by, at=NOW),
        lambda: refuse(made, reason="x", seen=mark_of(made), by=by, at=NOW),
        lambda: institutions.suspend(made, reason="x", by=by, at=NOW),
        lambda: institutions.reinstate(made, by=by, at=NOW),
    ):
        with pytest.raises(NotAllowed):
            decide()
    assert Institution.objects.get(pk=made.pk).state == "applied"


def test_what_was_read_is_what_is_decided() -> None:
    user, by = UserFactory(), administrator()
    made = refused(user, by=by)
    read = mark_of(made)
    corrected = correct(made, stated=replace(STATED, name="改过的培训学校"), by=user, at=LATER)
    with pytest.raises(Conflict):
        approve(corrected, seen=read, by=by, at=LATER)
    approve(corrected, seen=mark_of(corrected), by=by, at=LATER)


def test_a_decision_is_taken_once() -> None:
    made, by = apply(UserFactory()), administrator()
    approve(made, seen=mark_of(made), by=by, at=NOW)
    with pytest.raises(Conflict):
        approve(made, seen=mark_of(made), by=by, at=NOW)
    with pytest.raises(Conflict):
        refuse(made, reason="晚了", seen=mark_of(made), by=by, at=NOW)
    assert Membership.objects.filter(institution=made).count() == 1


# --- what a state gives ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["applied", "approved", "refused", "suspended"])
def test_an_institution_that_isnt_approved_gives_its_officers_nothing(state: str) -> None:
    institution = InstitutionFactory()
    person = officer(institution)
    stated: dict[str, Any] = {"state": state, "applied_by": person, "applied_at": NOW}
    stated["state_reason"] = "理由" if state in ("refused", "suspended") else ""
    Institution.objects.filter(pk=institution.pk).update(**stated)
    person, institution = fresh(person), Institution.objects.get(pk=institution.pk)
    given = state == "approved"
    assert person.roles_in(institution) == ({"officer"} if given else frozenset())
    assert can(person, "registration.enter", institution) == given
    assert (institution.pk in person.institution_ids) == given


def test_a_suspended_institution_rests_until_it_is_reinstated() -> None:
    institution, by = InstitutionFactory(), administrator()
    person = officer(institution)
    institutions.suspend(institution, reason="证照过期", by=by, at=NOW)
    assert not can(fresh(person), OFFICERS_MANAGE, Institution.objects.get())
    institutions.reinstate(institution, by=by, at=LATER)
    assert can(fresh(person), OFFICERS_MANAGE, Institution.objects.get())
    assert sorted(told(person)) == ["单位已恢复办理", "单位已暂停办理"]
    assert Institution.objects.get().state_reason == ""
    with pytest.raises(Refused):
        institutions.reinstate(institution, by=by, at=LATER)


def test_officers_of_others_see_nothing_of_it() -> None:
    institution = InstitutionFactory()
    person, stranger = officer(institution), officer()
    assert list(Institution.objects.visible_to(person)) == [institution]
    assert institution not in Institution.objects.visible_to(stranger)


# --- races ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_holds() -> None:
    made = apply(UserFactory())
    admins = [administrator(), administrator()]
    outcomes = run_together(
        *(lambda by=by: approve(made, seen=mark_of(made), by=by, at=NOW) for by in admins)  # type: ignore[misc]
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Institution"]
    assert Membership.objects.filter(role=Role.OFFICER).count() == 1
    assert OutboxMessage.objects.filter(channel="portal").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_an_approval_and_a_refusal_at_once_one_holds() -> None:
    made = apply(UserFactory())
    one, other = administrator(), administrator()
    outcomes = run_together(
        lambda: approve(made, seen=mark_of(made), by=one, at=NOW),
        lambda: refuse(made, reason="不符", seen=mark_of(made), by=other, at=NOW),
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Institution"]
    approved = Institution.objects.get().state == "approved"
    assert Membership.objects.filter(role=Role.OFFICER).exists() == approved


@pytest.mark.django_db(transaction=True)
def test_of_two_who_register_one_code_at_once_one_has_it() -> None:
    outcomes = run_together(*(lambda user=user: apply(user) for user in (UserFactory(), UserFactory())))  # type: ignore[misc]
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Institution", "Refused"]
    assert Institution.objects.count() == StoredFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_twice_at_once_is_one_application() -> None:
    user = UserFactory()
    outcomes = run_together(lambda: apply(user), lambda: apply(user))
    assert {outcome.pk for outcome in outcomes} == {Institution.objects.get().pk}
    assert StoredFile.objects.count() == 1
