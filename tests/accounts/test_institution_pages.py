"""The pages of institutions as their users meet them: registering, correcting, the officers, an invitation."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from skilleval.accounts import officers
from skilleval.accounts.institutions import REGISTERED, approve, mark_of, suspend
from skilleval.accounts.models import Institution, Invitation, User
from skilleval.accounts.views import institutions as pages
from tests.accounts.applying import NOW, STATED, administrator, apply, fresh, licence, officer, refused, verified
from tests.factories import InstitutionFactory, UserFactory
from tests.numbers import credit_code

pytestmark = pytest.mark.django_db
ENTERED = {
    "name": STATED.name,
    "kind": STATED.kind,
    "credit_code": STATED.credit_code.lower(),
    "contact_name": STATED.contact_name,
    "contact_phone": "138 0000 9001",
    "truthful": "on",
}


@pytest.fixture(autouse=True)
def _surroundings(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr("skilleval.core.clock.now", lambda: NOW)
    cache.clear()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


REGISTER = "/accounts/institutions/register/"


# --- the entrance and registering -----------------------------------------------------------------------------------


def test_the_entrance_explains_itself_to_everybody() -> None:
    page = text(Client().get(reverse("institution_home")))
    assert "统一社会信用代码" in page
    assert f"{reverse('account_signup')}?next={REGISTER}" in page
    assert REGISTER in text(browser(UserFactory()).get(reverse("institution_home")))


def test_who_has_one_institution_is_led_to_it_and_who_has_more_chooses() -> None:
    person = officer(InstitutionFactory(name="第一培训学校"))
    assert (
        browser(person).get(reverse("institution_home")).headers["Location"]
        == Institution.objects.get().get_absolute_url()
    )
    apply(person)
    page = text(browser(person).get(reverse("institution_home")))
    assert "第一培训学校" in page
    assert STATED.name in page


def test_an_application_is_handed_in_and_shown() -> None:
    user = UserFactory(name="")
    client = browser(user)
    sent = client.post(REGISTER, ENTERED | {"licence": licence()})
    made = Institution.objects.get()
    assert sent.headers["Location"] == made.get_absolute_url()
    page = text(client.get(made.get_absolute_url()))
    assert "等待平台核准" in page
    assert "138****9001" in page
    assert "13800009001" not in page
    shown = client.get(reverse("institution_licence", args=[made.uuid]))
    assert shown.headers["Content-Type"] == "image/jpeg"
    shown.close()


def test_what_is_missing_or_wrong_is_said_at_its_field_and_saves_nothing() -> None:
    client = browser(UserFactory())
    sent = client.post(REGISTER, {"credit_code": "91310000MA1000004K", "name": "学校", "contact_phone": "12"})
    assert sent.status_code == 400
    errors = sent.context["form"].errors
    assert set(errors) == {"name", "kind", "credit_code", "contact_name", "contact_phone", "licence", "truthful"}
    assert "校验码" in errors["credit_code"][0]
    assert 'href="#id_credit_code"' in text(sent)
    assert not Institution.objects.exists()


def test_a_telephone_that_is_known_may_be_left_out_and_is_shown_masked() -> None:
    user = UserFactory(phone="+8613800009009", phone_verified=True)
    client = browser(user)
    page = text(client.get(REGISTER))
    assert "138****9009" in page
    assert "13800009009" not in page
    client.post(REGISTER, ENTERED | {"contact_phone": "", "licence": licence()})
    assert Institution.objects.get().contact_phone == "+8613800009009"


def test_a_code_that_is_taken_leads_to_an_invitation() -> None:
    InstitutionFactory(credit_code=STATED.credit_code, name="已经登记的学校")
    sent = browser(UserFactory()).post(REGISTER, ENTERED | {"licence": licence()})
    assert sent.status_code == 400
    assert sent.context["form"].errors["credit_code"] == [REGISTERED]
    assert "已经登记的学校" not in text(sent)


def test_a_file_that_is_no_licence_is_refused_at_its_field() -> None:
    sent = browser(UserFactory()).post(REGISTER, ENTERED | {"licence": SimpleUploadedFile("a.exe", b"MZ....")})
    assert "licence" in sent.context["form"].errors


def test_codes_are_not_tried_by_the_hundred() -> None:
    client = browser(UserFactory())
    InstitutionFactory(credit_code=STATED.credit_code)
    for _ in range(pages.MOST_TRIES):
        client.post(REGISTER, ENTERED | {"licence": licence()})
    sent = client.post(REGISTER, ENTERED | {"credit_code": credit_code(4), "licence": licence()})
    assert pages.SLOWLY in text(sent)
    assert Institution.objects.count() == 1


def test_a_refused_application_says_why_and_is_corrected() -> None:
    user = UserFactory()
    made = refused(user, by=administrator(name="管理员甲"))
    client = browser(user)
    page = text(client.get(made.get_absolute_url()))
    assert "证照不清晰" in page
    assert "管理员甲" not in page
    correct = reverse("institution_correct", args=[made.uuid])
    assert correct in page
    form = client.get(correct).context["form"]
    assert form.initial["credit_code"] == STATED.credit_code
    assert not form.fields["licence"].required
    sent = client.post(correct, ENTERED | {"name": "更正后的学校", "contact_phone": ""})
    assert sent.headers["Location"] == made.get_absolute_url()
    made = Institution.objects.get()
    assert (made.state, made.name, made.contact_phone) == ("applied", "更正后的学校", "+8613800009001")
    assert client.get(correct).status_code == 302


def test_the_applicant_who_was_removed_sees_nothing_any_more() -> None:
    user, admin = UserFactory(), administrator()
    made = apply(user)
    approve(made, seen=mark_of(made), by=admin, at=NOW)
    client = browser(user)
    assert client.get(made.get_absolute_url()).status_code == 200
    by = officer(made)
    officers.remove(made.memberships.get(user=user), by=by, at=NOW)
    assert client.get(made.get_absolute_url()).status_code == 404


# --- officers -------------------------------------------------------------------------------------------------------


def test_the_institution_s_page_lists_officers_and_invitations_masked() -> None:
    institution = InstitutionFactory()
    by = officer(institution, name="经办甲", phone="+8613800009111")
    officer(institution, name="经办乙", email="someone@example.test")
    officers.invite(institution, address="+8613800009222", by=by, at=NOW)
    page = text(browser(by).get(institution.get_absolute_url()))
    for shown in ("经办甲", "138****9111", "经办乙", "s***@example.test", "138****9222", "待接受"):
        assert shown in page
    for hidden in ("13800009111", "someone@example.test", "13800009222"):
        assert hidden not in page


def test_the_only_officer_is_offered_no_way_out() -> None:
    institution = InstitutionFactory()
    by = officer(institution)
    leave = reverse("officer_leave", args=[institution.uuid])
    assert leave not in text(browser(by).get(institution.get_absolute_url()))
    assert "唯一的经办人" in text(browser(by).post(leave))
    other = officer(institution)
    assert leave in text(browser(by).get(institution.get_absolute_url()))
    assert browser(by).post(leave).headers["Location"] == reverse("institution_home")
    assert browser(by).get(institution.get_absolute_url()).status_code == 404
    assert browser(other).get(institution.get_absolute_url()).status_code == 200


def test_a_colleague_is_invited_and_the_invitation_taken_back() -> None:
    institution = InstitutionFactory()
    client = browser(officer(institution))
    invite = reverse("officer_invite", args=[institution.uuid])
    assert client.post(invite, {"contact": "nonsense"}).status_code == 400
    assert client.post(invite, {"contact": "138 0000 9333"}).headers["Location"] == institution.get_absolute_url()
    made = Invitation.objects.get()
    assert made.address == "+8613800009333"
    revoke = reverse("officer_invitation_revoke", args=[institution.uuid, made.pk])
    assert "138****9333" in text(client.get(revoke))
    assert client.post(revoke).status_code == 302
    assert client.post(revoke).status_code == 404
    assert not Invitation.objects.open(NOW).exists()


def test_a_colleague_is_removed_after_a_page_that_says_what_follows() -> None:
    institution = InstitutionFactory()
    client, colleague = browser(officer(institution)), officer(institution, name="要走的人")
    remove = reverse("officer_remove", args=[institution.uuid, institution.memberships.get(user=colleague).pk])
    assert "要走的人" in text(client.get(remove))
    assert colleague.pk in institution.memberships.values_list("user_id", flat=True)
    client.post(remove)
    assert colleague.pk not in institution.memberships.values_list("user_id", flat=True)


def test_rows_of_another_institution_are_not_found() -> None:
    own, theirs = InstitutionFactory(), InstitutionFactory()
    client, foreign = browser(officer(own)), officer(theirs)
    made = officers.invite(theirs, address="a@example.test", by=foreign, at=NOW)
    for name, pk in (("officer_remove", theirs.memberships.get().pk), ("officer_invitation_revoke", made.pk)):
        assert client.post(reverse(name, args=[own.uuid, pk])).status_code == 404
        assert client.post(reverse(name, args=[theirs.uuid, pk])).status_code == 404


def test_a_suspended_institution_says_so_and_offers_nothing() -> None:
    institution = InstitutionFactory()
    person = officer(institution)
    suspend(institution, reason="证照过期", by=administrator(), at=NOW)
    client = browser(person)
    page = text(client.get(institution.get_absolute_url()))
    assert "证照过期" in page
    invite = reverse("officer_invite", args=[institution.uuid])
    assert invite not in page
    assert client.post(invite, {"contact": "a@example.test"}).status_code == 403


@pytest.mark.parametrize("approved", [True, False])
def test_the_header_leads_officers_to_their_institution(approved: bool) -> None:
    institution = InstitutionFactory()
    person = officer(institution)
    if not approved:
        suspend(institution, reason="证照过期", by=administrator(), at=NOW)
    page = text(browser(person).get(reverse("my_applications")))
    assert (">本单位<" in page) == approved


# --- an invitation --------------------------------------------------------------------------------------------------


@pytest.fixture
def invitation() -> Invitation:
    institution = InstitutionFactory(name="邀请的学校")
    return officers.invite(institution, address="+8613800009333", by=officer(institution), at=NOW)


def test_whoever_isnt_logged_in_is_told_to_log_in_or_sign_up_and_comes_back(invitation: Invitation) -> None:
    page = text(Client().get(invitation.get_absolute_url()))
    assert "邀请的学校" in page
    assert f"{reverse('account_signup')}?next={invitation.get_absolute_url()}" in page
    assert "9333" not in page
    Client().post(invitation.get_absolute_url())
    assert Invitation.objects.open(NOW).exists()


def test_whoever_has_verified_the_telephone_accepts(invitation: Invitation) -> None:
    person = verified(name="", phone="+8613800009333")
    client, address = browser(person), invitation.get_absolute_url()
    assert client.post(address).status_code == 400
    sent = client.post(address, {"name": "新同事"})
    assert sent.headers["Location"] == invitation.institution.get_absolute_url()
    assert fresh(person).institution_ids == {invitation.institution_id}
    assert client.get(address).headers["Location"] == invitation.institution.get_absolute_url()
    assert "已被使用" in text(browser(verified()).get(address))


def test_somebody_else_is_told_how_to_go_on(invitation: Invitation) -> None:
    person = verified(phone="+8613800009444")
    client = browser(person)
    page = client.get(invitation.get_absolute_url())
    assert page.status_code == 200
    assert reverse("account_change_phone") in text(page)
    assert "138****9333" in text(page)
    sent = client.post(invitation.get_absolute_url())
    assert sent.status_code == 400
    assert not fresh(person).institution_ids
