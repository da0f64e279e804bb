"""Printing the papers of a session's day; each is an audit event, for it lists people (SPEC 8, 14; RELIABILITY 8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from registration.models import Group
from scheduling import policy, sheets
from scheduling.enums import BundleState, SessionState, SheetKind
from scheduling.models import ExamSession, Seat, SheetBundle, Sitting
from scheduling.queries.bundles import is_stuck, job_key
from scheduling.queries.rolls import Member, Roll, groups_of, members_of, rolls_of
from scheduling.services import bundles
from skilleval.accounts.models import User
from skilleval.core import audit, files
from skilleval.core.enums import FileKind
from skilleval.core.errors import Refused
from skilleval.core.intake import PDF
from skilleval.core.jobs import enqueue
from skilleval.core.policy import require

#: Of how many places the papers are made while somebody waits: a quarter of a minute. More are made in the background.
MOST_AT_ONCE = 200
#: The same of one kind of paper.
MOST_OF_A_KIND = MOST_AT_ONCE * len(SheetKind)
NO_ROOMS = "本场次还没有安排考场，请先安排考场再打印"
TOO_MANY = "本场次人数较多，请在场次页面点“生成全部材料”，生成后下载"
NOBODY = "没有参评人员，无需打印；请选择有人的考场"


@dataclass(frozen=True)
class Printed:
    """A paper to look at and print."""

    content: bytes
    name: str


def print_sheets(session: ExamSession, kind: str, *, sitting: Sitting | None = None, by: User, at: datetime) -> Printed:
    """One kind of paper for a session's sittings, or for one of them; those without people are left out.

    Raises Refused for a cancelled session, before there are rooms, where nobody sits, and for more than can be waited
    for; a single sitting never is.
    """
    rolls = [roll for roll in _rolls(session, by) if roll.lines]
    if sitting is not None:
        rolls = [roll for roll in rolls if roll.sitting.pk == sitting.pk]
    if not rolls:
        raise Refused(NOBODY)
    if sitting is None and sum(len(roll.lines) for roll in rolls) > MOST_OF_A_KIND:
        raise Refused(TOO_MANY)
    content = sheets.sheets_pdf(session, rolls, SheetKind(kind), at=at)
    _record(session, by, kind=kind, rolls=rolls)
    return Printed(content, f"{_stem(session)}-{kind}.pdf")


def print_session(session: ExamSession, *, by: User, at: datetime) -> Printed:
    """Everything of a session in one file; Refused as print_sheets is, and where it is too large to wait for."""
    rolls = _rolls(session, by)
    if too_large(session):
        raise Refused(TOO_MANY)
    content = _whole(session, rolls, at=at)
    _record(session, by, kind="all", rolls=rolls)
    return Printed(content, f"{_stem(session)}.pdf")


def print_group(group: Group, *, by: User, at: datetime) -> Printed:
    """团体考生名单 of a group, for its officers or the provider's staff; the caller has checked whose it is."""
    group = Group.objects.with_names().get(pk=group.pk)
    members = members_of(group)
    content = sheets.group_pdf(group, members, at=at)
    audit.record("group.list_printed", by=by, obj=group, people=len(members))
    return Printed(content, f"{group.number}-list.pdf")


def too_large(session: ExamSession) -> bool:
    """Whether a session's papers are made in the background."""
    return Seat.objects.filter(sitting__session=session).count() > MOST_AT_ONCE


@transaction.atomic
def ask_for_all(session: ExamSession, *, by: User, at: datetime) -> SheetBundle:
    """Have a session's papers made in the background; what is under way already is what is waited for.

    One whose work was given up is ended, and begun anew.
    """
    _rolls_refused(session, by)
    locked = ExamSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    waiting = SheetBundle.objects.filter(session=locked, state=BundleState.WAITING).first()
    if waiting and not is_stuck(waiting):
        return waiting
    if waiting:
        SheetBundle.objects.filter(pk=waiting.pk).update(state=BundleState.FAILED)
    made = SheetBundle.objects.create(
        session=locked, version=locked.version, asked_at=at, asked_by_id=by.pk, asked_by_label=by.label
    )
    audit.record("session.sheets_asked", by=by, obj=locked, version=locked.version)
    enqueue("scheduling.make_sheets", key=job_key(made), payload={"id": made.pk})
    return made


def make_all(bundle: SheetBundle, *, at: datetime, renew: Callable[[int, int], None]) -> None:
    """Make what was asked for; `renew` holds the worker's lease, in a transaction, after each sitting.

    Made anew from the beginning after a fault; what was ready stays. Only the newest file of a session is kept.
    """
    if bundle.state != BundleState.WAITING:
        return
    session = named(bundle.session_id)
    if session.state == SessionState.CANCELLED:
        SheetBundle.objects.filter(pk=bundle.pk).update(state=BundleState.FAILED)
        return
    rolls = rolls_of(session)

    def step(done: int) -> None:
        with transaction.atomic():
            SheetBundle.objects.filter(pk=bundle.pk).update(done=done, total=len(rolls))
            renew(done, len(rolls))

    content = _whole(session, rolls, at=at, step=step)
    with transaction.atomic():
        name, label = f"{_stem(session)}.pdf", f"session:{session.pk}"
        stored = files.keep(content, kind=FileKind.GENERATED, name=name, content_type=PDF, owner_label=label)
        ready = {"state": BundleState.READY, "file": stored, "ready_at": at, "version": session.version}
        SheetBundle.objects.filter(pk=bundle.pk).update(**ready)
        _drop_older(bundle)
        renew(len(rolls), len(rolls))


def note_taken(bundle: SheetBundle, *, by: User) -> None:
    """Record that somebody took the file, which lists everybody of the session."""
    require(by, policy.ATTEND, bundle.session.batch.offering.provider)
    audit.record("session.sheets_printed", by=by, obj=bundle.session, kind="all", version=bundle.version)


def named(session_id: int) -> ExamSession:
    """A session with everything that its papers say of it, in one query."""
    rows = ExamSession.objects.select_related(
        "batch__window__provider", "batch__offering__provider", "batch__offering__work_type__occupation"
    )
    return rows.get(pk=session_id)


def _rolls(session: ExamSession, by: User) -> list[Roll]:
    _rolls_refused(session, by)
    rolls = rolls_of(session)
    if not rolls:
        raise Refused(NO_ROOMS)
    return rolls


def _rolls_refused(session: ExamSession, by: User) -> None:
    require(by, policy.ATTEND, session.batch.offering.provider)
    if session.state == SessionState.CANCELLED:
        raise Refused("本场次已取消，没有考务材料")
    if not session.sittings.exclude(room=None).exists():
        raise Refused(NO_ROOMS)


def _whole(
    session: ExamSession, rolls: Sequence[Roll], *, at: datetime, step: Callable[[int], None] = lambda done: None
) -> bytes:
    groups: list[tuple[Group, list[Member]]] = []
    if session.state == SessionState.PUBLISHED:  # before, an institution's people have no places to be told of
        groups = [(group, members_of(group)) for group in groups_of(session)]
    return sheets.session_pdf(session, rolls, groups, at=at, step=step)


def _drop_older(bundle: SheetBundle) -> None:
    older = SheetBundle.objects.filter(session=bundle.session_id, pk__lt=bundle.pk)
    for pk in list(older.exclude(file=None).values_list("pk", flat=True)):
        bundles.erase(SheetBundle, pk)
    older.delete()


def _record(session: ExamSession, by: User, *, kind: str, rolls: Sequence[Roll]) -> None:
    audit.record(
        "session.sheets_printed",
        by=by,
        obj=session,
        kind=kind,
        version=session.version,
        sittings=[roll.sitting.pk for roll in rolls],
        people=sum(len(roll.lines) for roll in rolls),
    )


def _stem(session: ExamSession) -> str:
    return f"{session.held_on:%Y%m%d}-{session.pk:05d}-v{session.version}"
