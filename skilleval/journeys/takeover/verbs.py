"""历史业务导入: upload, dry run, load by a person's press, or give up. Bans are a supervisor's, all else a manager's.

The uploaded file holds whole document numbers: it is erased when it is loaded, given up, or has waited too long.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import File
from django.db import transaction

from registration import policy
from registration.enums import TakeOverKind, TakeOverState
from registration.models import TakeOver
from registration.queries.markets import market_of
from registration.takeovers.sheets import marked_sheet, template_sheets
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from skilleval.core import audit, files
from skilleval.core.enums import FileKind, JobState
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.intake import MEGABYTE
from skilleval.core.jobs import enqueue
from skilleval.core.models import Job, StoredFile
from skilleval.core.policy import require
from skilleval.core.spreadsheets import write_workbook
from skilleval.journeys.takeover.work import erase, rows_of

CHECK, LOAD = "takeover.check", "takeover.load"
MAX_BYTES = 10 * MEGABYTE
TOO_LARGE = "文件超过 10 MB；请删除图片和多余的内容，或拆成几份后再上传"
WAITS = timedelta(days=14)
XLSX, CSV = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv"
_S = TakeOverState
LIVE = (_S.CHECKING, _S.READY, _S.LOADING)


@transaction.atomic
def upload(kind: str, *, provider: Provider | None, upload: File[Any], by: User, at: datetime) -> TakeOver:
    """Keep an uploaded workbook and have it looked at in the background; returns at once. Nothing is loaded by it.

    A file of the same bytes that waits already answers with what it made then. Raises NotAllowed without the role and
    Refused for a file too large or empty.
    """
    check_may(by, kind, provider)
    if not upload.size or upload.size > MAX_BYTES:
        raise Refused(TOO_LARGE if upload.size else "文件是空的，请检查后重新上传", field="upload")
    sha256 = files.sha256_of(upload)
    waiting = TakeOver.objects.filter(kind=kind, provider=provider, sha256=sha256, state__in=LIVE).first()
    if waiting:
        return waiting
    stored = _kept(upload, by)
    told = {"uploaded_by_id": by.pk, "uploaded_by_label": by.label, "uploaded_at": at}
    take_over = TakeOver.objects.create(
        kind=kind, provider=provider, file=stored, name=stored.original_name, sha256=sha256, **told
    )
    audit.record("take_over.uploaded", by=by, obj=take_over, kind=kind, file=stored.pk)
    enqueue(CHECK, key=f"take-over:{take_over.pk}", payload={"id": take_over.pk})
    return take_over


@transaction.atomic
def begin_load(take_over: TakeOver, *, by: User, at: datetime) -> TakeOver:
    """导入: have the rows that are sound loaded in the background, once. Raises Conflict where it was begun or given up
    meanwhile."""
    check_may(by, take_over.kind, take_over.provider)
    ready = TakeOver.objects.filter(pk=take_over.pk, state=_S.READY)
    if not ready.update(state=_S.LOADING, loaded_by_id=by.pk, loaded_by_label=by.label, loaded_at=at):
        raise Conflict("该表格刚被导入或放弃，请刷新后查看")
    audit.record("take_over.begun", by=by, obj=take_over, kind=take_over.kind)
    enqueue(LOAD, key=f"take-over-load:{take_over.pk}", payload={"id": take_over.pk})
    take_over.refresh_from_db()
    return take_over


@transaction.atomic
def discard(take_over: TakeOver, *, by: User | None, at: datetime) -> TakeOver:
    """放弃: nothing of it is loaded, and the file is erased. Raises Conflict once it is being loaded.

    One whose reading broke down can be given up, too.
    """
    if by:
        check_may(by, take_over.kind, take_over.provider)
    open_states = [_S.READY, _S.CHECKING] if is_stuck(take_over) else [_S.READY]
    waiting = TakeOver.objects.filter(pk=take_over.pk, state__in=open_states)
    if not waiting.update(state=_S.DISCARDED):
        raise Conflict("该表格刚被导入或放弃，请刷新后查看")
    erase(take_over)
    audit.record("take_over.discarded", by=by, obj=take_over, kind=take_over.kind)
    take_over.refresh_from_db()
    return take_over


def discard_old(on: date, *, at: datetime) -> int:
    """Give up what nobody has loaded for two weeks, so that its file doesn't stay. Returns how many."""
    old = TakeOver.objects.filter(state=_S.READY, uploaded_at__date__lte=on - WAITS)
    return sum(discard(one, by=None, at=at).state == _S.DISCARDED for one in old)


def template(kind: str, *, provider: Provider | None, by: User) -> bytes:
    """The workbook to fill in. Raises NotAllowed without the role."""
    check_may(by, kind, provider)
    return write_workbook(template_sheets(kind, market_of(provider)))


@transaction.atomic
def marked_book(take_over: TakeOver, *, by: User, at: datetime) -> bytes:
    """The rows of a workbook that have faults or hints, as they were typed, with these marked in the cells.

    It holds whole numbers, as they came: an audit event with purpose and count (RELIABILITY 8). Raises Refused where
    there are none, and once the file is erased.
    """
    check_may(by, take_over.kind, take_over.provider)
    faulty = {fault["row"] for fault in take_over.report if fault["key"]}
    if take_over.state not in (_S.READY, _S.LOADING) or not faulty:
        raise Refused("没有可下载的标注表：文件已删除，或没有需要修改的行")
    rows = [(row.number, row.cells) for row in rows_of(take_over)]
    told = {"purpose": "标注问题的导入表", "rows": len(faulty)}
    audit.record("take_over.marked_book", by=by, obj=take_over, **told)
    return write_workbook([marked_sheet(take_over.kind, rows, take_over.report)])


def job_of(take_over: TakeOver) -> Job | None:
    """The job that works on it, or did last."""
    key = f"take-over-load:{take_over.pk}" if take_over.loaded_at else f"take-over:{take_over.pk}"
    return Job.objects.filter(key=key).first()


def is_stuck(take_over: TakeOver) -> bool:
    """Whether the work on it was given up until somebody mends the cause."""
    job = job_of(take_over) if take_over.state in (_S.CHECKING, _S.LOADING) else None
    return job is not None and job.state == JobState.QUARANTINED


def check_may(by: User, kind: str, provider: Provider | None) -> None:
    """Raise NotAllowed but for a manager of the provider and, for bans, a supervisor."""
    if kind == TakeOverKind.BANS:
        require(by, policy.LOAD_BANS)
    elif provider is None:
        raise NotAllowed
    else:
        require(by, policy.TAKE_OVER, provider)


def _kept(upload: File[Any], by: User) -> StoredFile:
    """The bytes as they came; what they are is for the reader to judge."""
    head = next(iter(upload.chunks(4)), b"")
    return files.keep(
        upload,
        kind=FileKind.SPREADSHEET,
        name=upload.name or "",
        content_type=XLSX if head.startswith(b"PK") else CSV,
        by=by,
        owner_label="take-over",
    )
