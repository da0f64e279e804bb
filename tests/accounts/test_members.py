"""Who may give whom which role, and who is told."""

import pytest

from skilleval.accounts.members import give_role, holders, holders_everywhere, take_role
from skilleval.accounts.models import Membership, User
from skilleval.core.errors import Refused
from skilleval.core.models import AuditEvent, OutboxMessage
from tests.factories import MembershipFactory, ProviderFactory, UserFactory, staff

pytestmark = pytest.mark.django_db


def administrator() -> User:
    user: User = UserFactory()
    MembershipFactory(user=user, role="administrator")
    return user


def test_a_manager_gives_roles_at_their_provider_and_all_managers_are_told() -> None:
    provider, person = ProviderFactory(), UserFactory()
    manager, other_manager = staff(provider, "manager"), staff(provider, "manager")
    made = give_role(person, role="finance", provider=provider, by=manager)
    assert made.granted_by_label == manager.label
    assert set(OutboxMessage.objects.values_list("recipient_id", flat=True)) == {manager.pk, other_manager.pk}
    event = AuditEvent.objects.get(action="role.given")
    assert (event.actor_id, event.details) == (manager.pk, {"role": "finance", "user": person.pk})


def test_the_administrator_makes_the_first_manager_and_portal_wide_roles_only() -> None:
    provider, person, by = ProviderFactory(), UserFactory(), administrator()
    give_role(person, role="manager", provider=provider, by=by)
    give_role(person, role="supervisor", by=by)
    with pytest.raises(Refused, match="由该机构负责人授予"):
        give_role(person, role="results", provider=provider, by=by)


@pytest.mark.parametrize(
    ("role", "at", "message"),
    [
        ("finance", "theirs", "只能管理本机构的角色"),
        ("administrator", "", "只能管理本机构的角色"),
        ("finance", "", "须选评价机构"),
        ("supervisor", "own", "不选评价机构"),
        ("officer", "", "由本单位邀请"),
    ],
)
def test_a_manager_gives_nothing_elsewhere(role: str, at: str, message: str) -> None:
    own, theirs = ProviderFactory(), ProviderFactory()
    manager = staff(own, "manager")
    with pytest.raises(Refused, match=message):
        give_role(UserFactory(), role=role, provider={"own": own, "theirs": theirs, "": None}[at], by=manager)


@pytest.mark.parametrize("role", ["reviewing", "finance", "scheduling", "results", "certificates"])
def test_other_roles_give_nothing(role: str) -> None:
    provider = ProviderFactory()
    with pytest.raises(Refused, match="只能管理本机构的角色"):
        give_role(UserFactory(), role="finance", provider=provider, by=staff(provider, role))


def test_nobody_changes_their_own_roles() -> None:
    provider = ProviderFactory()
    manager = staff(provider, "manager")
    with pytest.raises(Refused, match="自己的角色"):
        give_role(manager, role="finance", provider=provider, by=manager)
    with pytest.raises(Refused, match="自己的角色"):
        take_role(manager.memberships.get(), by=manager)


def test_a_role_is_held_once() -> None:
    provider, person = ProviderFactory(), UserFactory()
    manager = staff(provider, "manager")
    give_role(person, role="finance", provider=provider, by=manager)
    with pytest.raises(Refused, match="已有“财务”角色"):
        give_role(person, role="finance", provider=provider, by=manager)


def test_a_role_taken_is_gone_and_on_record() -> None:
    provider = ProviderFactory()
    manager, clerk = staff(provider, "manager"), staff(provider, "reviewing")
    take_role(clerk.memberships.get(), by=manager)
    assert not Membership.objects.filter(user=clerk).exists()
    assert AuditEvent.objects.filter(action="role.taken", actor_id=manager.pk).count() == 1
    assert OutboxMessage.objects.filter(recipient_id=manager.pk).count() == 1


def test_who_holds_a_role_at_each_provider(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    one, other, empty = ProviderFactory(), ProviderFactory(), ProviderFactory()
    both, second = staff(one, "results", "certificates"), staff(one, "results")
    staff(one, "finance")
    left = staff(one, "results", is_active=False)
    elsewhere = staff(other, "results")
    with django_assert_num_queries(1):
        found = holders([one, other, empty], "results", "certificates")
    assert found == {one.pk: [both.pk, second.pk], other.pk: [elsewhere.pk], empty.pk: []}
    assert left.pk not in holders([one], "results")[one.pk]
    assert holders([], "results") == {}


def test_who_holds_a_role_portal_wide() -> None:
    provider = ProviderFactory()
    staff(provider, "manager")
    supervisor: User = UserFactory()
    MembershipFactory(user=supervisor, role="supervisor")
    MembershipFactory(user=UserFactory(is_active=False), role="supervisor")
    assert holders_everywhere("supervisor", "manager") == [supervisor.pk]
