"""Writing down what is published of a session, and what follows from a change of it (SPEC 7.5, 7.8).

A version is what people were told. Whoever sits at another time or place than the version before said has their ticket
withdrawn and is told; for everybody else nothing happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from registration.models import Application
from scheduling import versions
from scheduling.models import AdmissionTicket, ExamSession, SessionVersion
from scheduling.queries.versions import last_versions, plans_of
from scheduling.services import telling_moves, tickets
from skilleval.core import audit
from skilleval.core.db import assert_in_transaction
from skilleval.core.policy import Actor
from skilleval.core.transitions import SYSTEM

REASON_LENGTH = 200  # of the columns


def record(session: ExamSession, *, reason: str, by: Actor | None, at: datetime) -> SessionVersion:
    """Write a published session's next version after its plan was changed, with all that follows; see `record_all`."""
    return record_all([session], reason=reason, by=by, at=at)[0]


def record_all(sessions: Sequence[ExamSession], *, reason: str, by: Actor | None, at: datetime) -> list[SessionVersion]:
    """Write the next versions of locked sessions that were changed together, in the caller's transaction (SPEC 7.8).

    Tickets of people whose day, time, room or seat differs from what was published before are withdrawn, they and
    their institutions' officers are told what changed and why; somebody who went from one of the sessions to another is
    told once. Sessions have a version from `write` or `keep` already. New tickets come from `tickets.release_session`.
    """
    before = [version.plan for version in last_versions(sessions).values()]
    written = write(sessions, reason=reason, by=by, at=at)
    changed = versions.diff(before, [version.plan for version in written])
    held = AdmissionTicket.objects.filter(application__in=changed.keys())
    tickets.withdraw(held, reason=f"考试安排变更：{reason}", at=at)
    people = Application.objects.filter(pk__in=changed.keys()).select_related(
        "candidate__user", "group__institution", "offering__provider", "offering__work_type__occupation"
    )
    telling_moves.changed(written, people.order_by("pk"), changed, reason)
    for session, version in zip(sessions, written, strict=True):
        telling_moves.colleagues(session, f"安排变更（第 {version.number} 版）", reason, by)
        audit.record("session.changed", by=by, obj=session, version=version.number, people=len(changed))
    return written


def write(sessions: Sequence[ExamSession], *, reason: str, by: Actor | None, at: datetime) -> list[SessionVersion]:
    """The next version of each session as its plan stands, and nothing else: for what is published anew."""
    assert_in_transaction()
    last, plans = last_versions(sessions), plans_of(sessions)
    for session in sessions:
        session.version = last[session.pk].number + 1 if session.pk in last else 1
    ExamSession.objects.bulk_update(sessions, ["version"])
    return SessionVersion.objects.bulk_create(
        SessionVersion(
            session=session,
            number=session.version,
            at=at,
            by_id=by.id if by else None,
            by_label=by.label if by else SYSTEM,
            reason=reason[:REASON_LENGTH],
            plan=plans[session.pk],
        )
        for session in sessions
    )


def keep(sessions: Sequence[ExamSession]) -> None:
    """Write down what holds of sessions that were published before versions were: call it before a change."""
    known = last_versions(sessions)
    for session in sessions:
        if session.pk not in known and session.published_at:
            write([session], reason="", by=None, at=session.published_at)
