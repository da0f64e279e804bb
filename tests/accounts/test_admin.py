"""The admin of accounts and catalogue as its users meet it."""

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from registration.models import CalendarPattern
from skilleval.accounts.models import Membership, User
from skilleval.catalogue.models import Contact, Provider
from skilleval.core.models import AuditEvent
from tests.factories import (
    ContactFactory,
    MembershipFactory,
    OfferingFactory,
    ProviderFactory,
    UserFactory,
    WindowFactory,
    staff,
)
from tests.registration.ledger import ResitSchemeFactory

pytestmark = pytest.mark.django_db
PAGES = [
    f"{app}_{model}"
    for app, models in {
        "accounts": ["membership"],
        "catalogue": [
            "notice",
            "provider",
            "contact",
            "occupation",
            "worktype",
            "offering",
            "eligibilityruleset",
            "candidaterules",
            "holiday",
        ],
        "registration": ["window", "calendarpattern", "resitscheme"],
    }.items()
    for model in models
]


@pytest.fixture(autouse=True)
def _one_factor(settings: LazySettings) -> None:
    settings.STAFF_MFA = "off"


@pytest.fixture
def provider() -> Provider:
    provider: Provider = ProviderFactory()
    return provider


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("listing", PAGES)
def test_a_manager_opens_every_list_and_form(provider: Provider, listing: str) -> None:
    OfferingFactory(provider=provider)
    WindowFactory(provider=provider)
    ContactFactory(provider=provider)
    CalendarPattern.objects.create(provider=provider)
    ResitSchemeFactory(offering__provider=provider)
    client = browser(staff(provider, "manager"))
    listed = client.get(reverse(f"admin:{listing}_changelist"))
    assert listed.status_code == 200
    for row in listed.context["cl"].result_list:
        assert client.get(reverse(f"admin:{listing}_change", args=[row.pk])).status_code == 200


def test_a_manager_changes_terms_but_not_what_the_authorities_decide(provider: Provider) -> None:
    client = browser(staff(provider, "manager"))
    url = reverse("admin:catalogue_provider_change", args=[provider.pk])
    data = client.get(url).context["adminform"].form.initial
    posted = {key: value for key, value in data.items() if value not in (None, False)}
    response = client.post(url, posted | {"threshold": 25, "name": "别的名称", "filing_number": "S000000000001"})
    assert response.status_code == 302
    provider.refresh_from_db()
    assert (provider.threshold, provider.name.startswith("测试")) == (25, True)
    event = AuditEvent.objects.get(action="catalogue.provider.changed")
    assert "threshold" in event.details["fields"]


def test_other_providers_rows_are_not_found(provider: Provider) -> None:
    client = browser(staff(provider, "manager"))
    foreign = [ProviderFactory(), ContactFactory(), WindowFactory(), OfferingFactory()]
    for row in foreign:
        label = f"{row._meta.app_label}_{row._meta.model_name}"
        assert client.get(reverse(f"admin:{label}_change", args=[row.pk])).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("manager", 200), ("reviewing", 403), ("finance", 403)])
def test_only_managers_add_contacts(provider: Provider, role: str, status: int) -> None:
    client = browser(staff(provider, role))
    assert client.get(reverse("admin:catalogue_contact_add")).status_code == status


def test_versions_are_added_never_edited(provider: Provider) -> None:
    user = UserFactory()
    MembershipFactory(user=user, role="administrator")
    offering = OfferingFactory(provider=provider)
    client = browser(user)
    page = client.get(reverse("admin:catalogue_eligibilityruleset_change", args=[offering.rule_set_id]))
    assert page.status_code == 200
    assert not page.context["has_change_permission"]
    assert client.get(reverse("admin:catalogue_eligibilityruleset_add")).status_code == 200


def test_a_manager_gives_a_role_by_e_mail(provider: Provider) -> None:
    person = UserFactory(email="clerk@example.test")
    client = browser(staff(provider, "manager"))
    url = reverse("admin:accounts_membership_add")
    wrong = client.post(url, {"email": "nobody@example.test", "role": "finance", "provider": provider.pk})
    assert "没有使用这个邮箱的账号" in wrong.content.decode()
    assert client.post(url, {"email": person.email, "role": "finance", "provider": provider.pk}).status_code == 302
    assert Membership.objects.filter(user=person, role="finance", provider=provider).exists()
    assert client.post(url, {"email": person.email, "role": "administrator"}).status_code == 200
    assert not Membership.objects.filter(role="administrator").exists()


def test_roles_are_taken_after_a_confirm_page(provider: Provider) -> None:
    clerk = staff(provider, "finance")
    client = browser(staff(provider, "manager"))
    data = {"action": "take_roles", "_selected_action": clerk.memberships.get().pk, "confirmed": "yes"}
    client.post(reverse("admin:accounts_membership_changelist"), data)
    assert not Membership.objects.filter(user=clerk).exists()


def test_hours_stand_on_their_line(provider: Provider) -> None:
    client = browser(staff(provider, "manager"))
    sent = client.post(
        reverse("admin:catalogue_contact_add"),
        {
            "provider": provider.pk,
            "kind": "enquiry",
            "value": "021-00000001",
            "notice": provider.notice_id,
            "position": 1,
            "hours-TOTAL_FORMS": 1,
            "hours-INITIAL_FORMS": 0,
            "hours-0-opens": "09:00",
            "hours-0-closes": "16:00",
        },
    )
    assert sent.status_code == 302
    assert [str(hours) for hours in Contact.objects.get().hours.all()] == ["09:00–16:00"]
