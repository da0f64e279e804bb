"""Who holds which role; giving and taking roles (SPEC 12): audited, told to all managers, never one's own."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.accounts.models import Membership, User
from skilleval.accounts.policy import MEMBERS_APPOINT, MEMBERS_OWN
from skilleval.catalogue.models import Provider
from skilleval.core import audit, outbox
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.policy import Actor, can

SOURCE = "角色由机构负责人和平台管理员管理"


def check_grant(person: User, *, role: str, provider: Provider | None, by: Actor) -> None:
    """Raise Refused or NotAllowed unless `by` may give the role, or take it back.

    A manager decides about the roles at their provider, the administrator about managers and portal-wide roles.
    """
    if role == Role.OFFICER:
        raise Refused("院校/培训机构经办人由本单位邀请，不在此处设置", field="role", source=SOURCE)
    if (role in PROVIDER_ROLES) != (provider is not None):
        raise Refused("机构角色须选评价机构，其他角色不选评价机构", field="provider", source=SOURCE)
    appoints = can(by, MEMBERS_APPOINT) and role not in set(PROVIDER_ROLES) - {Role.MANAGER}
    if not appoints and not (provider and can(by, MEMBERS_OWN, provider)):
        raise NotAllowed("只能管理本机构的角色；机构内的角色由该机构负责人授予", field="role")
    if person.pk == by.id:
        raise Refused("不能授予或收回自己的角色，请由另一位负责人或平台管理员办理", field="email", source=SOURCE)


def holders(providers: Iterable[Provider], *roles: str) -> dict[int, list[int]]:
    """The active accounts that hold one of the roles at each provider, by the provider's id; one query."""
    found: dict[int, list[int]] = {provider.pk: [] for provider in providers}
    members = Membership.objects.filter(provider__in=found, role__in=roles, user__is_active=True)
    for provider_id, user_id in members.order_by("user").values_list("provider", "user").distinct():
        if provider_id:
            found[provider_id].append(user_id)
    return found


def holders_everywhere(*roles: str) -> list[int]:
    """The active accounts that hold one of the roles portal-wide, as supervisors do."""
    members = Membership.objects.filter(provider=None, institution=None, role__in=roles, user__is_active=True)
    return list(members.order_by("user").values_list("user", flat=True).distinct())


@transaction.atomic
def give_role(person: User, *, role: str, provider: Provider | None = None, by: Actor) -> Membership:
    """Give somebody a role; raises Refused for one's own, one already held, and roles that `by` may not give."""
    check_grant(person, role=role, provider=provider, by=by)
    try:
        with transaction.atomic():
            made = Membership.objects.create(user=person, role=role, provider=provider, granted_by_label=by.label)
    except IntegrityError as error:
        raise Refused(f"{person.label}已有“{Role(role).label}”角色", field="role", source=SOURCE) from error
    _record(made, "given", by)
    return made


@transaction.atomic
def take_role(membership: Membership, *, by: Actor) -> None:
    """Take a role back; raises Refused for one's own. What was done with it stays on record."""
    check_grant(membership.user, role=membership.role, provider=membership.provider, by=by)
    _record(membership, "taken", by)
    membership.delete()


def _record(membership: Membership, verb: str, by: Actor) -> None:
    """The audit event, and a message to every manager of the provider."""
    audit.record(f"role.{verb}", by=by, obj=membership, role=membership.role, user=membership.user_id)
    if membership.provider is None:
        return
    word = "授予" if verb == "given" else "收回"
    managers = Membership.objects.filter(provider=membership.provider, role=Role.MANAGER)
    for user_id in managers.values_list("user_id", flat=True):
        outbox.send(
            key=f"role.{verb}:{membership.pk}:{user_id}",
            recipient_id=user_id,
            channel="portal",
            subject=f"{membership.provider.name}的角色有变动",
            body=f"{by.label}{word}{membership.user.label}“{Role(membership.role).label}”角色。如有疑问，请联系平台管理员。",
        )
