"""The provider's review of a group: what is clear passes together, chosen members go back, originals are received
(SPEC 5.2, 5.3).

Set-based: two thousand members are a handful of statements. Whoever can't be handled is left out with the reason and
stops nobody else. The group is locked first, then its applications, then their rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from registration import policy
from registration.enums import ENDED_STATES, ApplicationState
from registration.models import Application, Group, OriginalsReceipt
from registration.queries.member_doubts import doubts_of, members_of
from registration.services import group_members, group_notices, notify, wording
from registration.services.reviews import checked_reason, returned_values
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from skilleval.core import audit, counters
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.policy import require
from skilleval.core.transitions import move_many
from skilleval.core.wording import cn_date

OWN = "您本人的申报，须由其他审核人员处理"
OWN_INSTITUTION = "您是该院校/培训机构的经办人，须由其他审核人员处理"
#: In which a signed original has no place: not handed in yet, or over.
NO_ORIGINAL_STATES = (ApplicationState.DRAFT, ApplicationState.PRELIM, *ENDED_STATES)


@dataclass(frozen=True)
class Handled:
    """What came of it: the members something was done to, and by primary key why others were left out."""

    done: tuple[Application, ...]
    left: Mapping[int, str]


@transaction.atomic
def approve_clear(
    group: Group, *, applications: Collection[int], held: Mapping[int, str], by: User, at: datetime
) -> Handled:
    """Pass those of the applications that nothing speaks against: review → approved (SPEC 5.3).

    Each is looked at afresh under its lock. `held` says by primary key who must not pass for reasons further down (an
    open case), and why. The persons and the institution are told by whoever knows the fee. Raises NotAllowed for a
    stranger to the role and for an officer of the group's institution.
    """
    group = _to_review(group, by)
    members = _locked(group, applications)
    doubtful = {pk: doubts[0] for pk, doubts in doubts_of(_awaiting(members)).items()}
    left = {**doubtful, **held, **_not_reviewable(members, by)}
    done = tuple(member for member in members if member.pk not in left)
    day = timezone.localdate(at)
    _move(done, ApplicationState.APPROVED, by=by, at=at, approved_on=day, returned_until=None)
    if done:
        audit.record("group.members_approved", by=by, obj=group, people=len(done), left=len(left))
    return Handled(done, left)


@transaction.atomic
def return_members(group: Group, *, applications: Collection[int], reason: str, by: User, at: datetime) -> Handled:
    """Send chosen members back to their institution with one reason and one deadline: review → returned (SPEC 5.3).

    Their rows can be mended again, and come back with the next submission; who has none any more is left out. The
    officers are told once how many, each person that the institution will correct it. Raises Refused for a reason that
    lacks or is too long, and what `approve_clear` raises.
    """
    reason = checked_reason(reason)
    group = _to_review(group, by)
    members = _locked(group, applications)
    left = group_members.uncorrectable(members) | _not_reviewable(members, by)
    done = tuple(member for member in members if member.pk not in left)
    until = timezone.localdate(at) + timedelta(days=group.offering.provider.correction_days)
    _move(done, ApplicationState.RETURNED, by=by, at=at, reason=reason, returned_until=until)
    group_members.give_back(done)
    notify.tell_all(_returned(group, member, reason, until, at) for member in done)
    if done:
        audit.record("group.members_returned", by=by, obj=group, people=len(done), left=len(left))
        group_notices.tell_returned(group, people=len(done), until=until, at=at)
    return Handled(done, left)


@transaction.atomic
def receive_originals(
    group: Group, *, applications: Collection[int], on: date, handed_in_by: str, by: User, at: datetime
) -> OriginalsReceipt:
    """原件接收单: record that the signed originals of some members were handed in on a day, under one number.

    Members whose original is there already keep their day; run again it changes nothing and finds the receipt there is.
    Raises Refused for a day in the future or before a member's submission, Conflict where nobody's is outstanding, and
    what `approve_clear` raises.
    """
    group = _to_review(group, by)
    members = [row for row in _locked(group, applications) if row.state not in NO_ORIGINAL_STATES]
    open_ones = [row for row in members if row.original_received_on is None and row.candidate.user_id != by.pk]
    if not open_ones:
        return _earlier_receipt(members)
    handed_in_by = _checked(handed_in_by, on, open_ones, today=timezone.localdate(at))
    receipt = OriginalsReceipt.objects.create(
        number=_number(group.offering.provider, timezone.localdate(at)),
        group=group,
        received_on=on,
        people=len(open_ones),
        handed_in_by=handed_in_by,
        by_id=by.pk,
        by_label=by.label,
        at=at,
    )
    Application.objects.filter(pk__in=[row.pk for row in open_ones]).update(
        original_received_on=on, originals_receipt=receipt
    )
    audit.record("group.originals_received", by=by, obj=receipt, people=len(open_ones), on=on.isoformat())
    return receipt


def _to_review(group: Group, by: User) -> Group:
    """The group, locked: two who decide about it at once come one after the other."""
    rows = Group.objects.select_for_update(of=("self",), no_key=True)
    found = rows.select_related("institution", "window", "offering__provider", "offering__work_type__occupation").get(
        pk=group.pk
    )
    require(by, policy.REVIEW, found.offering.provider)
    if by.acts_for(found.institution):
        raise NotAllowed(OWN_INSTITUTION)
    return found


def _locked(group: Group, applications: Collection[int]) -> list[Application]:
    """The members among the applications, locked in the order of their keys; others' are no members."""
    rows: QuerySet[Application] = Application.objects.select_for_update(of=("self",))
    return members_of(rows.filter(group=group, pk__in=applications).order_by("pk"))


def _awaiting(members: Collection[Application]) -> list[Application]:
    return [member for member in members if member.state == ApplicationState.REVIEW]


def _not_reviewable(members: Collection[Application], by: User) -> dict[int, str]:
    """Whom the reviewer can't decide about: handled meanwhile, or themselves."""
    left = {m.pk: f"已是“{m.get_state_display()}”" for m in members if m.state != ApplicationState.REVIEW}
    return left | {member.pk: OWN for member in members if member.candidate.user_id == by.pk}


def _move(
    done: Collection[Application], to: str, *, by: User, at: datetime, reason: str = "", **fields: date | None
) -> None:
    """Move the locked members in one statement, and what is in memory of them."""
    rows = Application.objects.filter(pk__in=[member.pk for member in done])
    move_many(rows, ApplicationState.REVIEW, to, by=by, at=at, reason=reason, **fields)
    for member in done:
        for name, value in {"state": to, **fields}.items():
            setattr(member, name, value)


def _returned(group: Group, member: Application, reason: str, until: date, at: datetime) -> notify.Notice:
    return notify.Notice(
        candidate=member.candidate,
        about=member,
        cause=f"returned:{at.isoformat()}:{member.pk}",
        template=wording.RETURNED_TO_INSTITUTION,
        values=returned_values(member, group.institution, reason, until),
        link=notify.page_of(member),
    )


def _earlier_receipt(members: Collection[Application]) -> OriginalsReceipt:
    found = OriginalsReceipt.objects.filter(applications__in=[member.pk for member in members]).order_by("-pk").first()
    if found is None:
        raise Conflict("所选人员没有待收的原件：已经登记，或申报已办结，请刷新后查看")
    return found


def _checked(handed_in_by: str, on: date, members: Collection[Application], *, today: date) -> str:
    handed_in_by = " ".join(handed_in_by.split())
    if not handed_in_by or len(handed_in_by) > 60:
        raise Refused("请填写送交人姓名，不超过 60 个字", field="handed_in_by")
    if on > today:
        raise Refused("收到日期不能晚于今天", field="on")
    last = max(member.submitted_on or today for member in members)
    if on < last:
        raise Refused(f"收到日期不能早于提交日期；所选人员中最晚的于{cn_date(last)}提交", field="on")
    return handed_in_by


def _number(provider: Provider, on: date) -> str:
    """YJ, the last 4 digits of the filing number, yymm, a serial of that provider and month."""
    head = f"{provider.filing_number[-4:]}{on:%y%m}"
    return f"YJ{head}{counters.take(f'originals:{head}')[0]:05d}"
