"""Groups are opened and rosters taken in: files are only kept here, their rows are checked by a job (SPEC 5.2).

One group's files, rows and photos are changed one after the other, under the lock of the group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import Max

from registration import policy
from registration.enums import ApplicationState, IntakeState, RosterOrigin, RowState
from registration.models import Group, Roster, RosterRow, Window
from registration.queries import groups as queries
from registration.queries.groups import OVER
from registration.services import judging
from registration.services.editing import day_of
from registration.services.mending import Change, typed, write_changes
from registration.services.roster_check import CHECK
from registration.services.row_editing import check_open, check_uploadable, locked, locked_rows
from skilleval.accounts.models import Institution, User
from skilleval.catalogue.models import Offering
from skilleval.core import audit, counters, files
from skilleval.core.bulk import save_many
from skilleval.core.enums import FileKind
from skilleval.core.errors import Conflict, Refused
from skilleval.core.intake import MEGABYTE
from skilleval.core.jobs import enqueue
from skilleval.core.models import StoredFile
from skilleval.core.policy import require
from skilleval.core.transitions import move

MAX_BYTES = 10 * MEGABYTE
TOO_LARGE = "名册文件超过 10 MB；请删除图片和多余的内容，或拆成几份（每份最多 2000 人）后再上传"
MOST_BY_HAND = 2000
REMOVED = "经办人移除"
XLSX, CSV = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv"


@transaction.atomic
def open_group(
    institution: Institution, *, offering: Offering, window: Window, fee_published: bool, by: User, at: datetime
) -> Group:
    """The group an institution enters for an offering in a window, made if there is none (SPEC 5.2).

    Raises NotAllowed for who is no officer of it while it is approved, and Refused with the first thing that stops
    every group: the window is closed, the provider takes individuals only, no fee is published (SPEC 5.4).
    """
    require(by, policy.ENTER, institution)
    if found := Group.objects.filter(institution=institution, offering=offering, window=window).first():
        return found
    on = day_of(at)
    if window.provider_id != offering.provider_id:
        raise Refused("该申报批次不属于本项目的评价机构，请重新选择", field="window")
    if found_bars := queries.bars(offering, window, on, fee_published=fee_published):
        raise Refused(found_bars[0].message, source=found_bars[0].source or None, from_on=found_bars[0].from_on)
    try:
        with transaction.atomic():
            group = Group.objects.create(
                number=f"TT{on.year}{counters.take(f'group:{on.year}')[0]:06d}",
                institution=institution,
                offering=offering,
                window=window,
                created_by_label=by.label,
                created_at=at,
            )
    except IntegrityError:  # a colleague opened it between the question and this
        return Group.objects.get(institution=institution, offering=offering, window=window)
    audit.record("group.opened", by=by, obj=group)
    return group


@transaction.atomic
def upload_roster(group: Group, *, upload: File[Any], by: User, at: datetime) -> Roster:
    """Keep an uploaded roster and have it checked in the background; returns at once.

    A file of the same bytes that the group has already answers with the roster it made then, unless it couldn't be
    read. Raises Refused for a file too large or empty, and once nobody can be entered any more.
    """
    require(by, policy.ENTER, group.institution)
    if not upload.size or upload.size > MAX_BYTES:
        raise Refused(TOO_LARGE if upload.size else "文件是空的，请检查后重新上传", field="upload")
    sha256 = files.sha256_of(upload)
    group = locked(group)
    if found := already_there(group, sha256):
        return found
    check_uploadable(group, day_of(at))
    stored = _kept(upload, group, by)
    roster = Roster.objects.create(
        group=group,
        file=stored,
        name=stored.original_name,
        sha256=sha256,
        uploaded_by_id=by.pk,
        uploaded_by_label=by.label,
        uploaded_at=at,
    )
    audit.record("roster.uploaded", by=by, obj=roster, group=group.pk, file=stored.pk)
    enqueue(CHECK, key=f"roster:{roster.pk}", payload={"id": roster.pk})
    return roster


def already_there(group: Group, sha256: str) -> Roster | None:
    """The group's roster of a file with these bytes, unless it couldn't be read."""
    return group.rosters.filter(sha256=sha256).exclude(state=IntakeState.REFUSED).first()


@transaction.atomic
def add_person(group: Group, *, cells: Mapping[str, str], by: User, at: datetime) -> RosterRow:
    """Add a row by hand, checked at once; `cells` by column key. Raises Refused once nobody can be entered any more."""
    require(by, policy.ENTER, group.institution)
    group = locked(group)
    check_open(group, day_of(at))
    roster = _by_hand(group, by, at)
    last = roster.rows.aggregate(last=Max("number"))["last"] or 0
    if last >= MOST_BY_HAND:
        raise Refused(f"逐人添加最多 {MOST_BY_HAND} 人，请改用名册文件上传")
    row = RosterRow.objects.create(roster=roster, group=group, number=last + 1)
    if not write_changes(group, [Change(row, typed(cells))], by_label=by.label, at=at):
        raise Refused("请填写人员信息")
    audit.record("roster.person_added", by=by, obj=row, group=group.pk)
    return row


@transaction.atomic
def remove_rows(group: Group, *, rows: Sequence[int], by: User, at: datetime) -> int:
    """Take rows out of the group, all or none, and return how many; their applications not handed in are cancelled.

    Rows already removed are passed over. Rows that bore the same number are free then. Raises Conflict naming a row
    that was handed in, Refused once the window has closed.
    """
    require(by, policy.ENTER, group.institution)
    on = day_of(at)
    group = locked(group)
    check_open(group, on)
    found = [row for row in locked_rows(group, rows) if row.state != RowState.REMOVED]
    for row in found:
        _take_out(row, by, at)
    save_many(found, ["state", "passed", "edited_by_label", "edited_at"])
    judging.free_doubles(group, {bytes(row.id_key) for row in found if row.id_key}, on=on)
    if found:
        audit.record("roster.rows_removed", by=by, obj=group, rows=[row.pk for row in found])
    return len(found)


def _take_out(row: RosterRow, by: User, at: datetime) -> None:
    application = row.application
    if application and application.state == ApplicationState.PRELIM:
        move(application, ApplicationState.CANCELLED, by=by, at=at, reason=REMOVED)
    elif application and application.state not in OVER:
        raise Conflict(f"第 {row.number} 行已提交（{application.get_state_display()}），不能移除；不再参加的请办理退考")
    row.state, row.passed = RowState.REMOVED, None
    row.edited_by_label, row.edited_at = by.label, at


def _kept(upload: File[Any], group: Group, by: User) -> StoredFile:
    """The bytes as they came; what they are is for the reader to judge."""
    head = next(iter(upload.chunks(4)), b"")
    return files.keep(
        upload,
        kind=FileKind.SPREADSHEET,
        name=upload.name or "",
        content_type=XLSX if head.startswith(b"PK") else CSV,
        by=by,
        owner_label=f"group {group.number}",
    )


def _by_hand(group: Group, by: User, at: datetime) -> Roster:
    """The sheet of people entered one by one; one a group, under the group's lock."""
    made = {
        "state": IntakeState.READ,
        "uploaded_by_id": by.pk,
        "uploaded_by_label": by.label,
        "uploaded_at": at,
        "checked_at": at,
    }
    return Roster.objects.get_or_create(group=group, origin=RosterOrigin.HAND, defaults=made)[0]
