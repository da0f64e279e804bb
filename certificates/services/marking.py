"""Mark sheets: read by one person, read again blindly by another, confirmed when both agree (SPEC 9.1).

A sheet's row is locked in every verb. The reading follows from its state: 待录入 takes the first, 待复核 the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from certificates import policy
from certificates.entering import Entered
from certificates.enums import SheetState
from certificates.models import MarkEntry, MarkSheet, Publication
from certificates.models.marks import FIRST, SECOND
from certificates.queries.readings import SheetRow, differing, left_behind, missing, open_rows, subjects_of
from certificates.services.eyes import check_not_own, check_second_person
from certificates.services.locking import lock_session
from certificates.services.publishing import publish_released
from registration.models import Application
from scheduling.enums import SessionState
from scheduling.models import ExamSession
from skilleval.accounts.models import User
from skilleval.catalogue.enums import SubjectKind
from skilleval.core import audit
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.policy import require
from skilleval.core.transitions import begin, move
from skilleval.core.wording import cn_datetime

READING_OF = {SheetState.OPEN: FIRST, SheetState.ENTERED: SECOND}
VERBS = {FIRST: "录入", SECOND: "复核"}
NAMED = 5


@transaction.atomic
def open_sheet(session: ExamSession, *, subject: str, by: User, at: datetime) -> MarkSheet:
    """The mark sheet of a subject, made on demand once the session is published and the subject is over.

    Raises NotAllowed for strangers to the role, Refused before its end and for subjects nobody sits.
    """
    require(by, policy.MARK, session.batch.offering.provider)
    ExamSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    found = MarkSheet.objects.filter(session=session, subject=subject).first()
    if found:
        return found
    _check_over(session, subject, at)
    sheet = MarkSheet.objects.create(session=session, subject=subject)
    begin(sheet, by=by, at=at)
    return sheet


@transaction.atomic
def save_reading(
    sheet: MarkSheet, *, reading: int, marks: Mapping[int, Entered | None], by: User, at: datetime
) -> MarkSheet:
    """Save what somebody has read so far, by application; None takes a mark out again. Others' lines stay as they are.

    Raises Conflict where the sheet has moved on to the other reading, NotAllowed for the second reading by whoever did
    the first, Refused for people not on the sheet, absent by the room's record, or cancelled by a decision.
    """
    sheet = _locked(sheet, by)
    if READING_OF.get(SheetState(sheet.state)) != reading:
        raise Conflict(f"成绩册刚变为“{sheet.get_state_display()}”，本次填写没有保存，请刷新后查看")
    _take_up(sheet, reading, by)
    rows = {row.application_id: row for row in open_rows(sheet.session, sheet.subject)}
    for application_id in marks:
        _check_line(rows.get(application_id))
    _write(sheet, reading, marks)
    entered = sum(mark is not None for mark in marks.values())
    audit.record("marks.entered", by=by, obj=sheet, reading=reading, lines=len(marks), marks=entered)
    return sheet


@transaction.atomic
def submit(sheet: MarkSheet, *, by: User, at: datetime) -> MarkSheet:
    """The first reading is complete: 待录入 → 待复核. Raises Refused while lines have no mark, and names them."""
    sheet = _locked(sheet, by)
    _check_state(sheet, SheetState.OPEN)
    _check_reader(sheet, FIRST, by)
    _check_complete(open_rows(sheet.session, sheet.subject), FIRST)
    move(sheet, SheetState.ENTERED, by=by, at=at)
    return sheet


@transaction.atomic
def confirm(sheet: MarkSheet, *, by: User, at: datetime) -> MarkSheet:
    """Two complete, equal readings by two people: 待复核 → 已复核. Raises Refused while they differ.

    For those left behind by the publication this publishes, each as soon as all their subjects are there.
    """
    sheet = _locked(sheet, by)
    _check_state(sheet, SheetState.ENTERED)
    check_second_person({sheet.first_by_id}, sheet.session.batch.offering.provider, by, "复核")
    _check_reader(sheet, SECOND, by)
    rows = open_rows(sheet.session, sheet.subject)
    _check_complete(rows, FIRST)
    _check_complete(rows, SECOND)
    if others := differing(rows):
        raise Refused(f"两遍录入有 {len(others)} 处不一致（{_places(others)}），请核对原始评分表后更正，或退回录入人")
    move(sheet, SheetState.CONFIRMED, by=by, at=at)
    for application in Application.objects.filter(pk__in=left_behind(sheet.session)).order_by("pk"):
        publish_released(application, by=by, at=at)
    return sheet


@transaction.atomic
def send_back(sheet: MarkSheet, *, by: User, at: datetime, reason: str) -> MarkSheet:
    """The second reader sends the sheet back to the first with a reason: 待复核 → 待录入. Both readings are kept."""
    sheet = _locked(sheet, by)
    _check_state(sheet, SheetState.ENTERED)
    check_second_person({sheet.first_by_id}, sheet.session.batch.offering.provider, by, "复核")
    move(sheet, SheetState.OPEN, by=by, at=at, reason=_reason(reason))
    return sheet


@transaction.atomic
def reopen(sheet: MarkSheet, *, by: User, at: datetime, reason: str) -> MarkSheet:
    """Open a confirmed sheet again, with a reason, until its session is published: 已复核 → 待录入.

    After the publication it opens for those left behind by it, and for nobody else's lines.
    """
    sheet = _locked(sheet, by)
    _check_state(sheet, SheetState.CONFIRMED)
    move(sheet, SheetState.OPEN, by=by, at=at, reason=_reason(reason))
    return sheet


@transaction.atomic
def start_over(sheet: MarkSheet, *, by: User, at: datetime) -> MarkSheet:
    """Take over a reading that somebody else began: what they entered is deleted, so that one person reads it all.

    Raises what a second reading by the first person raises.
    """
    sheet = _locked(sheet, by)
    if sheet.state == SheetState.CONFIRMED:
        raise Refused("成绩册已复核，请先退回再重新录入")
    reading = READING_OF[SheetState(sheet.state)]
    if reading == SECOND:
        check_second_person({sheet.first_by_id}, sheet.session.batch.offering.provider, by, "复核")
    gone = [reading, SECOND] if reading == FIRST and sheet.second_by_id == by.pk else [reading]
    lines = [row.application_id for row in open_rows(sheet.session, sheet.subject)]
    MarkEntry.objects.filter(sheet=sheet, reading__in=gone, application__in=lines).delete()
    for one in gone:
        _note_reader(sheet, one, None)
    _note_reader(sheet, reading, by)
    audit.record("marks.started_over", by=by, obj=sheet, reading=reading)
    return sheet


def _locked(sheet: MarkSheet, by: User) -> MarkSheet:
    """The sheet, locked, for somebody with the role who doesn't sit in it, and whose session isn't published.

    Or is, and left somebody behind: then provider, batch and session are locked first, for the publication to come.
    """
    if Publication.objects.filter(session=sheet.session_id).exists():
        lock_session(sheet.session_id)
    rows = MarkSheet.objects.select_for_update(of=("self",), no_key=True)
    fresh = rows.select_related("session__batch__window", "session__batch__offering__provider").get(pk=sheet.pk)
    require(by, policy.MARK, fresh.session.batch.offering.provider)
    check_not_own(fresh.session, by, "处理成绩")
    published = Publication.objects.filter(session=fresh.session_id).first()
    if published and not left_behind(fresh.session):
        raise Conflict(f"本场次成绩已于 {cn_datetime(published.published_at)}公布，须更正的请走“成绩更正”")
    return fresh


def _check_over(session: ExamSession, subject: str, at: datetime) -> None:
    label = SubjectKind(subject).label if subject in SubjectKind.values else subject
    if session.state != SessionState.PUBLISHED or subject not in subjects_of(session):
        raise Refused(f"本场次没有已发布的“{label}”科目，不能录入成绩")
    ends = max(sitting.ends for sitting in session.sittings.filter(subject=subject))
    if at < ends:
        raise Refused(f"{label}于 {cn_datetime(ends)}结束，结束后才能录入成绩", from_on=ends.date())


def _take_up(sheet: MarkSheet, reading: int, by: User) -> None:
    """Whoever saves first is a reading's one reader."""
    if reading == SECOND:
        check_second_person({sheet.first_by_id}, sheet.session.batch.offering.provider, by, "复核")
    reader = sheet.first_by_id if reading == FIRST else sheet.second_by_id
    if reader is None:
        if reading == FIRST and sheet.second_by_id == by.pk:
            raise NotAllowed("您是本成绩册的复核人，须由另一位成绩人员录入")
        _note_reader(sheet, reading, by)
    else:
        _check_reader(sheet, reading, by)


def _check_reader(sheet: MarkSheet, reading: int, by: User) -> None:
    reader, label = (
        (sheet.first_by_id, sheet.first_by_label) if reading == FIRST else (sheet.second_by_id, sheet.second_by_label)
    )
    if reader is None:
        raise Refused(f"还没有{VERBS[reading]}成绩，请先{VERBS[reading]}并保存")
    if reader != by.pk:
        raise NotAllowed(
            f"本成绩册正由{label}{VERBS[reading]}，须由其本人继续；确需换人的，请点“改由我{VERBS[reading]}”"
        )


def _note_reader(sheet: MarkSheet, reading: int, by: User | None) -> None:
    side = "first" if reading == FIRST else "second"
    setattr(sheet, f"{side}_by_id", by.pk if by else None)
    setattr(sheet, f"{side}_by_label", by.label if by else "")
    sheet.save(update_fields=[f"{side}_by_id", f"{side}_by_label"])


def _check_state(sheet: MarkSheet, wanted: str) -> None:
    if sheet.state != wanted:
        raise Conflict(f"成绩册已是“{sheet.get_state_display()}”，请刷新后查看")


def _check_line(row: SheetRow | None) -> None:
    if row is None:
        raise Refused("成绩册的名单刚有变化，请刷新后再填")
    if row.cancelled:
        raise Refused(f"{row.place}：成绩已被处理决定取消，不需填写，请刷新后再填")
    if row.absent:
        raise Refused(f"{row.place}：考场记录为缺考，不能填成绩；记录有误的，请先由考务人员更正考场记录")


def _check_complete(rows: list[SheetRow], reading: int) -> None:
    if without := missing(rows, reading):
        raise Refused(f"还有 {len(without)} 人没有成绩（{_places(without)}），请补齐；缺考的请注明")


def _places(rows: list[SheetRow]) -> str:
    named = "、".join(row.place for row in rows[:NAMED])
    return named + ("等" if len(rows) > NAMED else "")


def _write(sheet: MarkSheet, reading: int, marks: Mapping[int, Entered | None]) -> None:
    emptied = [key for key, mark in marks.items() if mark is None]
    MarkEntry.objects.filter(sheet=sheet, reading=reading, application__in=emptied).delete()
    MarkEntry.objects.bulk_create(
        [
            MarkEntry(sheet=sheet, application_id=key, reading=reading, status=mark.status, score=mark.score)
            for key, mark in marks.items()
            if mark is not None
        ],
        update_conflicts=True,
        unique_fields=["sheet", "application", "reading"],
        update_fields=["status", "score"],
    )


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refused("请写明原因，录入人将看到全文", field="reason")
    return reason
