"""Staff for a session's sittings: who invigilates, examines and reviews where (SPEC 7.5, 7.7)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from scheduling import policy
from scheduling.enums import DutyRole, SessionState
from scheduling.models import Batch, Duty, ExamSession, ExamStaff, Sitting
from scheduling.queries.staff import busy, gap_of, person_of, pool, posts
from scheduling.services.guard import check_now, refusing
from scheduling.staffing import fill, suits
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.errors import Refused
from skilleval.core.policy import require
from skilleval.core.wording import cn_day, cn_time


@refusing
@transaction.atomic
def assign(sitting: Sitting, *, staff: ExamStaff, role: str, by: User, at: datetime) -> Duty:
    """Put somebody on duty in a sitting, proposed or published; again it changes nothing, in another role that role.

    Raises Refused for whom the provider doesn't call on, who may not do the role or the occupation, who is busy at the
    time in this session or a published one, and once the sitting is over.
    """
    sitting = _locked(sitting, by=by, at=at)
    _check(sitting, staff, role)
    found = sitting.duties.filter(staff=staff).first()
    if found and found.role == role:
        return found
    duty, _ = Duty.objects.update_or_create(
        sitting=sitting, staff=staff, defaults={"role": role, "during": sitting.during, "live": sitting.live}
    )
    check_now()
    audit.record("duty.assigned", by=by, obj=sitting, staff=staff.pk, role=role)
    return duty


@transaction.atomic
def unassign(sitting: Sitting, *, staff: ExamStaff, by: User, at: datetime) -> bool:
    """Take somebody off duty in a sitting; False if they weren't on it. Raises Refused once the sitting is over."""
    sitting = _locked(sitting, by=by, at=at)
    taken, _ = sitting.duties.filter(staff=staff).delete()
    if taken:
        audit.record("duty.unassigned", by=by, obj=sitting, staff=staff.pk)
    return bool(taken)


@refusing
@transaction.atomic
def propose(session: ExamSession, *, by: User, at: datetime) -> int:
    """Fill what a session's sittings still want with whom is able, free and least called on; returns how many came.

    Nobody who is on duty already is moved. Whoever another session has at the time, if only proposed, is passed over.
    """
    session = _session(session.pk, by=by)
    open_posts = [post for post in posts(session) if post.missing and at < post.sitting.ends]
    people = {staff.pk: (staff, person) for staff, person in pool(session)}
    filled = fill([gap_of(post) for post in open_posts], [person for _, person in people.values()])
    sittings = {post.sitting.pk: post for post in open_posts}
    for sitting, person in filled:
        assign(sittings[sitting].sitting, staff=people[person][0], role=sittings[sitting].need.role, by=by, at=at)
    return len(filled)


def dismiss(sittings: Iterable[Sitting]) -> int:
    """Free the staff of sittings that a change of plan takes away, in its transaction; returns how many duties went."""
    gone, _ = Duty.objects.filter(sitting__in=[sitting.pk for sitting in sittings]).delete()
    return gone


def _session(pk: int, *, by: User) -> ExamSession:
    """A session, locked after its batch, for somebody who plans at its provider."""
    session = ExamSession.objects.select_related("batch__offering__provider").get(pk=pk)
    require(by, policy.SCHEDULE, session.batch.offering.provider)
    Batch.objects.select_for_update(no_key=True).get(pk=session.batch_id)
    ExamSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    return session


def _locked(sitting: Sitting, *, by: User, at: datetime) -> Sitting:
    """A sitting that isn't over, its batch and session locked."""
    _session(sitting.session_id, by=by)
    rows = Sitting.objects.select_related("session__batch__offering__work_type__occupation", "room")
    fresh = rows.filter(pk=sitting.pk).first()
    if fresh is None or fresh.session.state == SessionState.CANCELLED:
        raise Refused("该科目安排已变动或取消，请刷新后再安排考务人员")
    if at >= fresh.ends:
        raise Refused(
            f"{fresh.get_subject_display()}已于{cn_day(fresh.ends)} {cn_time(fresh.ends)} 结束，考务安排不能再改"
        )
    return fresh


def _check(sitting: Sitting, staff: ExamStaff, role: str) -> None:
    offering, word = sitting.session.batch.offering, DutyRole(role).label
    if staff.provider_id != offering.provider_id:
        raise Refused("只能安排本机构的考务人员", field="staff")
    if not staff.active:
        raise Refused(f"{staff}已停用，请换人，或先在考务人员中启用", field="staff")
    if role not in staff.roles:
        raise Refused(f"{staff}未登记为{word}，请换人，或先在考务人员中补充“可担任”", field="staff")
    if not suits(role, sitting.subject):
        raise Refused(f"{sitting.get_subject_display()}不设{word}，请改选职责", field="role")
    if not person_of(staff).may(role, offering.work_type.occupation_id):
        raise Refused(f"{staff}登记的职业中没有{offering.work_type.occupation}，不能担任{word}，请换人", field="staff")
    if taken := busy(sitting).filter(staff=staff).exclude(sitting=sitting).select_related("sitting__session").first():
        there = taken.sitting.session
        where = "本场的另一考场" if there.pk == sitting.session_id else f"{there}"
        raise Refused(
            f"{staff}在{cn_day(taken.starts)} {cn_time(taken.starts)}–{cn_time(taken.ends)}已安排在{where}，请换人",
            field="staff",
        )
