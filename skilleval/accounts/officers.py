"""An institution's officers invite each other, remove each other and leave (SPEC 12). All is audited and told to all.

Everything that changes who is an officer locks the institution first, so that of two officers who remove each other,
or who leave at the same moment, one stays.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from skilleval.accounts import contacts, names
from skilleval.accounts.enums import InstitutionState, Role
from skilleval.accounts.institutions import officers_of
from skilleval.accounts.models import Institution, Invitation, Membership, User
from skilleval.accounts.policy import OFFICERS_MANAGE
from skilleval.accounts.telling import tell
from skilleval.core import audit, outbox
from skilleval.core.crypto import blind_index
from skilleval.core.enums import Channel
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.policy import can, require
from skilleval.core.wording import cn_deadline

OPEN_FOR = timedelta(days=7)
DAY = timedelta(days=1)
SUBJECT = "邀请您担任单位经办人"
MOST_A_DAY = 20  # of one institution
MOST_TO_ONE_A_DAY = 3  # to one telephone or address, whoever sends them
USED = "这份邀请已被使用，请联系邀请您的单位重新邀请"
REVOKED = "这份邀请已被撤回，请联系邀请您的单位"
EXPIRED = "这份邀请已过期，请联系邀请您的单位重新邀请"
NOT_YOURS = "这份邀请发给了另一个号码或邮箱。请用收到邀请的号码或邮箱登录，或先把它绑定到您的账号并验证"


@transaction.atomic
def invite(institution: Institution, *, address: str, by: User, at: datetime) -> Invitation:
    """Send an invitation to a telephone (E.164) or an e-mail address (lower case); one sent before is replaced.

    Raises NotAllowed without the role, Refused for whoever is an officer already and for too many in a day.
    """
    found = _acting_for(institution, by)
    holder = contacts.holder_of(address)
    if holder is not None and _membership(found, holder.pk):
        raise Refused("该号码或邮箱的账号已是本单位经办人，不用邀请", field="contact")
    _revoke(found.invitations.filter(address_index=blind_index(address)), by, at)
    _check_rate(found, address, at)
    made = Invitation.objects.create(
        institution=found,
        address=address,
        invited_by_id=by.pk,
        invited_by_label=by.label,
        invited_at=at,
        expires_at=at + OPEN_FOR,
    )
    _send(made, holder)
    audit.record("officer.invited", by=by, obj=found, invitation=made.pk)
    _tell_others(found, by, cause=f"officer.invited:{made.pk}", body="发出了一份经办人邀请")
    return made


@transaction.atomic
def revoke(invitation: Invitation, *, by: User, at: datetime) -> None:
    """Take an invitation back; raises Conflict for one that is used or taken back already."""
    found = _acting_for(invitation.institution, by)
    if not _revoke(found.invitations.filter(pk=invitation.pk), by, at):
        raise Conflict("这份邀请刚被使用或撤回，请刷新后再看")
    audit.record("officer.invitation_revoked", by=by, obj=found, invitation=invitation.pk)


@transaction.atomic
def accept(invitation: Invitation, *, name: str = "", by: User, at: datetime) -> Membership:
    """Become an officer. `name` is how the person is called, needed where the account has no name yet.

    Raises NotAllowed unless the account has verified the address it was sent to, Refused for one that is over.
    """
    institution = _locked(invitation.institution)
    found = Invitation.objects.select_for_update().get(pk=invitation.pk)
    held = _membership(institution, by.pk)
    if held and found.accepted_by_id == by.pk:
        return held
    check_acceptable(found, at=at)
    if institution.state != InstitutionState.APPROVED:
        raise Refused("该单位现已暂停办理，恢复后再接受邀请")
    if not contacts.holds(by, found.address):
        raise NotAllowed(NOT_YOURS)
    if not by.name:
        by.name = names.person_name(name, field="name")
        by.save(update_fields=["name"])
    found.accepted_by, found.accepted_at = by, at
    found.save(update_fields=["accepted_by", "accepted_at"])
    made = held or Membership.objects.create(
        user=by, role=Role.OFFICER, institution=institution, granted_by_label=found.invited_by_label
    )
    audit.record("officer.accepted", by=by, obj=institution, invitation=found.pk, membership=made.pk)
    _tell_others(institution, by, cause=f"officer.accepted:{found.pk}", body="新增一名经办人")
    return made


@transaction.atomic
def remove(membership: Membership, *, by: User, at: datetime) -> None:
    """Take the role from a colleague, and back what they have invited; never from oneself.

    Raises Conflict when either of them is an officer no longer.
    """
    institution = _acting_for(_institution_of(membership), by)
    found = _membership(institution, membership.user_id)
    if found is None:
        raise Conflict("该同事已不是本单位经办人，请刷新后再看")
    if found.user_id == by.pk:
        raise Refused("不能移除自己；要退出本单位，请选择“退出本单位”")
    person = found.user
    _take(found, institution, by, at)
    audit.record("officer.removed", by=by, obj=institution, user=person.pk, membership=membership.pk)
    cause = f"officer.removed:{membership.pk}"
    tell(
        [person],
        cause=cause,
        subject="您已不是经办人",
        body=f"您已不再是{institution.name}的经办人。如有疑问，请联系该单位。",
    )
    _tell_others(institution, by, cause=cause, body="移除了一名经办人")


@transaction.atomic
def leave(institution: Institution, *, by: User, at: datetime) -> None:
    """Give one's own role up; raises Refused for the only officer there is."""
    found = _locked(institution)
    held = _membership(found, by.pk)
    if held is None:
        raise Conflict("您已不是该单位经办人，请刷新后再看")
    if len(officers_of(found)) < 2:
        raise Refused("您是本单位唯一的经办人，请先邀请同事，待其接受后再退出")
    pk = held.pk
    _take(held, found, by, at)
    audit.record("officer.left", by=by, obj=found, membership=pk)
    _tell_others(found, by, cause=f"officer.left:{pk}", body="一名经办人退出了本单位")


def check_acceptable(invitation: Invitation, *, at: datetime) -> None:
    """Raise Refused with what to do about an invitation that was used, taken back or is too old."""
    if invitation.accepted_at:
        raise Refused(USED)
    if invitation.revoked_at:
        raise Refused(REVOKED)
    if invitation.expires_at <= at:
        raise Refused(EXPIRED)


def _acting_for(institution: Institution, by: User) -> Institution:
    """The institution, locked, once it is certain that `by` still acts for it: a request remembers its roles."""
    found = _locked(institution)
    require(by, OFFICERS_MANAGE, found)
    if not can(by, OFFICERS_MANAGE) and not _membership(found, by.pk):
        raise Conflict("您已不是该单位经办人，请刷新后再看")
    if found.state != InstitutionState.APPROVED:
        raise Refused(f"该单位{found.get_state_display()}，现在不能管理经办人")
    return found


def _check_rate(institution: Institution, address: str, at: datetime) -> None:
    since = at - DAY
    if institution.invitations.filter(invited_at__gt=since).count() >= MOST_A_DAY:
        raise Refused(f"一天最多发出 {MOST_A_DAY} 份邀请，请明天再发")
    if Invitation.objects.filter(address_index=blind_index(address), invited_at__gt=since).count() >= MOST_TO_ONE_A_DAY:
        raise Refused("该号码或邮箱今天收到的邀请过多，请明天再发", field="contact")


def _revoke(invitations: QuerySet[Invitation], by: User, at: datetime) -> int:
    """Take back those of the invitations that nobody has used; how many there were."""
    return invitations.filter(accepted_at=None, revoked_at=None).update(revoked_at=at, revoked_by_label=by.label)


def _take(membership: Membership, institution: Institution, by: User, at: datetime) -> None:
    _revoke(institution.invitations.filter(invited_by_id=membership.user_id), by, at)
    membership.delete()


def _send(invitation: Invitation, holder: User | None) -> None:
    """To the address; to its account in the portal too. Whoever invites doesn't learn whether there is one."""
    name, link = invitation.institution.name, invitation.get_absolute_url()
    until = cn_deadline(invitation.expires_at)
    body = f"{name}邀请您担任经办人，办理团体申报。请于{until}接受；不是该单位的人，请不用理会。"
    channel = contacts.channel_of(invitation.address)
    messages = [
        outbox.Message(
            key=f"invitation:{invitation.pk}:{channel}",
            channel=channel,
            address=invitation.address,
            recipient_id=holder.pk if holder else None,
            subject=SUBJECT,
            body=f"{body}\n接受邀请：{settings.SITE_URL}{link}",
            link=link,
        )
    ]
    if holder:
        portal = outbox.Message(
            key=f"invitation:{invitation.pk}:{Channel.PORTAL}",
            channel=Channel.PORTAL,
            recipient_id=holder.pk,
            subject=SUBJECT,
            body=body,
            link=link,
        )
        messages.append(portal)
    outbox.send_all(messages)


def _tell_others(institution: Institution, by: User, *, cause: str, body: str) -> None:
    """Every other officer: no name, since a message may be read over somebody's shoulder."""
    tell(
        [officer for officer in officers_of(institution) if officer.pk != by.pk],
        cause=cause,
        subject="本单位经办人有变动",
        body=f"{institution.name}{body}。如有疑问，请登录后核对经办人名单。",
        link=institution.get_absolute_url(),
    )


def _institution_of(membership: Membership) -> Institution:
    if membership.institution is None:
        raise NotAllowed()
    return membership.institution


def _membership(institution: Institution, user_id: int) -> Membership | None:
    held = Membership.objects.filter(institution=institution, role=Role.OFFICER, user_id=user_id)
    return held.select_related("user").first()


def _locked(institution: Institution) -> Institution:
    return Institution.objects.select_for_update(no_key=True).get(pk=institution.pk)
