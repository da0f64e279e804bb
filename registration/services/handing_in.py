"""A group is handed in: everybody passed goes to the provider's review in one submission (SPEC 5.2, 5a).

The officer presses once; the people follow in the background, chunk by chunk, each looked at afresh and judged by that
moment. Who fails goes back to the report and stops nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from registration import policy
from registration.enums import ApplicationState, HandingIn, RowState
from registration.models import Application, Group, RosterRow, Submission
from registration.models.groups import RosterRowQuerySet
from registration.queries import groups as queries
from registration.queries.applications import current_rules
from registration.services import group_notices, judging, member_applications, member_records
from registration.services.editing import day_of
from registration.services.judging import Judged
from registration.services.member_applications import Member
from registration.services.member_records import Stated
from registration.services.row_editing import locked
from skilleval.accounts.models import User
from skilleval.catalogue.queries import work_calendar
from skilleval.core import audit
from skilleval.core.bulk import save_many
from skilleval.core.errors import Conflict, Refused
from skilleval.core.jobs import enqueue
from skilleval.core.policy import require
from skilleval.core.transitions import move_many

HAND_IN = "registration.hand_in"
RUNNING = "该团体正在提交，请等它完成后再提交"
_S = ApplicationState


def submit_group(group: Group, *, fee_published: bool, by: User, at: datetime) -> Submission:
    """Hand in everybody of the group who is passed and may go today; returns at once, a job does the rest.

    `fee_published` is the caller's fresh answer: fees are downstream. Raises NotAllowed for a stranger to the
    institution, Conflict while an earlier submission runs (of two at once one wins), and Refused with what stops the
    whole group, or where nobody can go.
    """
    require(by, policy.ENTER, group.institution)
    try:
        return _submit(group, fee_published, by, at)
    except IntegrityError as error:
        if "submission_" not in str(error):
            raise
        raise Conflict(RUNNING) from error


@transaction.atomic
def _submit(group: Group, fee_published: bool, by: User, at: datetime) -> Submission:
    group, on = locked(group), day_of(at)
    if queries.running(group):
        raise Conflict(RUNNING)
    bars = queries.bars(group.offering, group.window, on, fee_published=fee_published)
    ready = queries.ready(group, on, new=not bars)
    people = ready.count()
    if not people and bars:
        raise Refused(bars[0].message, field=bars[0].code, source=bars[0].source or None, from_on=bars[0].from_on)
    if not people:
        raise Refused("没有可以提交的人员：请先把核对通过的行做资格初审")
    _check_rules(ready, group, on)
    last = group.submissions.aggregate(last=Max("number"))["last"] or 0
    submission = Submission.objects.create(group=group, number=last + 1, by_id=by.pk, by_label=by.label, at=at)
    audit.record("group.submitted", by=by, obj=submission, group=group.pk, people=people)
    enqueue(HAND_IN, key=key_of(submission), payload={"id": submission.pk, "new": not bars})
    return submission


def key_of(submission: Submission) -> str:
    """The key of the job that hands its people in."""
    return f"hand-in:{submission.pk}"


def waiting(submission: Submission, *, new: bool) -> RosterRowQuerySet:
    """Who is still to go with a submission, as the officer left it, but for those who left meanwhile.

    `new` says whether new people could go at that moment; what was returned could go anyway.
    """
    rows = queries.ready(submission.group, day_of(submission.at), new=new)
    return rows.filter(passed__at__lte=submission.at).order_by("pk")


@transaction.atomic
def hand_in(submission: Submission, rows: RosterRowQuerySet) -> int:
    """Hand in some of those who wait, each looked at afresh; returns how many there were. In one transaction.

    Run again it finds nobody: who went, or went back, isn't waiting any more.
    """
    on = day_of(submission.at)
    member_records.lock((), set(rows.values_list("application__candidate", flat=True)))
    group = locked(submission.group)
    found = _lock_rows(rows)
    judged = judging.judge(found, on=on)
    members = {_member(one): one for one in judged if one.clear}
    failed = [one for one in judged if not one.clear]
    refused = member_applications.plan(members, group, on)
    failed += [members.pop(member).faulted(fault) for member, fault in refused.items()]
    unasked = [members.pop(member) for member in list(members) if not member.agreed]
    judging.write(failed, on=on)
    _ask_again(unasked)
    member_applications.freeze(list(members), group)
    _keep_names(members)
    applications = member_applications.of(members)
    _to_review(applications, submission, group, on)
    counts = {"people": F("people") + len(members), "left_out": F("left_out") + len(found) - len(members)}
    Submission.objects.filter(pk=submission.pk).update(**counts)
    group_notices.tell_handed_in(applications, group, submission)
    return len(found)


@transaction.atomic
def finish(submission: Submission) -> None:
    """Everybody was looked at: the submission is done, and the officers are told how many went."""
    running = Submission.objects.filter(pk=submission.pk, state=HandingIn.RUNNING)
    if running.update(state=HandingIn.DONE):
        group_notices.tell_submitted(Submission.objects.get(pk=submission.pk), submission.group)


def _check_rules(ready: RosterRowQuerySet, group: Group, on: date) -> None:
    """Everybody has accepted the candidate rules in force (SPEC 5.1), and the extra conditions (SPEC 13)."""
    outdated = ready.exclude(application__rules=current_rules(group.offering, on)).count()
    if outdated:
        raise Refused(f"参评人员须知已更新，有 {outdated} 人须确认新版本：请重新初审后再提交", field="rules")
    if unsaid := ready.filter(queries.unstated(group, on)).count():
        raise Refused(f"附加申报条件有变化，有 {unsaid} 人须确认：请重新初审后再提交", field="conditions")


def _lock_rows(rows: RosterRowQuerySet) -> list[RosterRow]:
    """Their applications and then the rows, those that still wait."""
    applications = Application.objects.filter(roster_row__in=rows.order_by().values("pk")).order_by("pk")
    list(applications.select_for_update(of=("self",)).values_list("pk", flat=True))
    names = ("application__candidate__user", "application__rule_set", "roster")
    return list(rows.select_related(*names).select_for_update(of=("self",)))


def _member(judged: Judged) -> Member:
    application = judged.row.application
    if application is None:
        raise ValueError(f"row {judged.row.pk} is passed without an application")
    return Member(Stated.of(judged), application.candidate, application)


def _keep_names(members: Iterable[Member]) -> None:
    """Under which name each row goes: a correction that comes after the window's close is about the same person."""
    for member in members:
        member.stated.row.handed_in_as = member.stated.facts.name
    save_many([member.stated.row for member in members], ["handed_in_as"])


def _ask_again(unasked: Iterable[Judged]) -> None:
    """Back to the officer, who passes them again: credits came to be known that a new application would forfeit."""
    rows = [one.row for one in unasked]
    for one in unasked:
        one.row.state, one.row.passed = RowState.CLEAR, None
        one.row.faults, one.row.kinds = [fault.kept() for fault in one.faults], one.kinds
    save_many(rows, ["state", "passed", "faults", "kinds"])


def _to_review(applications: Sequence[Application], submission: Submission, group: Group, on: date) -> None:
    """待初审, 退回补正 → 待审核. The day of the first submission stays."""
    by = User.objects.filter(pk=submission.by_id or 0).first()
    rows = Application.objects.filter(pk__in=[application.pk for application in applications])
    review_by = work_calendar().add(on, group.offering.provider.review_days).date
    fields: dict[str, Any] = {"submission": submission, "review_by": review_by, "returned_until": None}
    move_many(rows, _S.PRELIM, _S.REVIEW, by=by, at=submission.at, submitted_on=on, **fields)
    move_many(rows, _S.RETURNED, _S.REVIEW, by=by, at=submission.at, **fields)
