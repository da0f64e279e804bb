"""A workbook of earlier business is read, looked at and loaded in the background, chunk by chunk, each row once.

How far a job is stands in the job and is committed with each chunk: a worker that dies goes on where it was. A row is
looked at again when it is loaded; what is there by then is passed over, what isn't sound any more waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from registration.enums import TakeOverState
from registration.models import TakeOver
from registration.queries.markets import market_of
from registration.services.taken_over_people import Forestalled
from registration.takeovers.header import read_header
from registration.takeovers.lines import Checked, Line, check_row, mark_doubles, report_of
from skilleval.accounts.models import User
from skilleval.core import audit, files
from skilleval.core.db import retrying
from skilleval.core.errors import Conflict, Refused
from skilleval.core.leases import Lease
from skilleval.core.spreadsheets import read_table
from skilleval.journeys.takeover import kinds
from skilleval.journeys.takeover.kinds import Act

ROWS_AT_ONCE = 50
TRIES = 3
EMPTY = "表格中只有列名，没有内容；请填写后重新上传"
GONE = "文件已删除，请重新上传"


@dataclass(frozen=True)
class _Work:
    """A job on one workbook: its rows as they read alone, and what it does with them."""

    take_over: TakeOver
    rows: Sequence[Checked]
    loads: bool

    def act(self) -> Act:
        who = self.take_over.loaded_by_id if self.loads else self.take_over.uploaded_by_id
        return Act(self.take_over, User.objects.get(pk=who), moment_of(self.take_over), self.loads)


def look(take_over: TakeOver, *, done: int, lease: Lease) -> None:
    """The dry run: what would be loaded, what is there, what is wrong. Changes nothing but the report.

    A file that can't be read is refused with the cure, and erased.
    """
    if take_over.state != TakeOverState.CHECKING:
        return
    try:
        rows = rows_of(take_over)
    except Refused as refused:
        _refuse(take_over, refused.message)
        return
    _go_through(_Work(take_over, rows, loads=False), done, lease)


def load(take_over: TakeOver, *, done: int, lease: Lease) -> None:
    """Load what is sound and new; when all rows were seen to, the file is erased."""
    if take_over.state == TakeOverState.LOADING:
        _go_through(_Work(take_over, rows_of(take_over), loads=True), done, lease)


def rows_of(take_over: TakeOver) -> list[Checked]:
    """The workbook's rows as they read by themselves, doubles marked. Raises Refused for a file that can't be read."""
    if take_over.file is None:
        raise Refused(GONE)
    table = read_table(take_over.file)
    keys = read_header(take_over.kind, table.header)
    if not table.rows:
        raise Refused(EMPTY)
    judge, market = kinds.judge_of(take_over), market_of(take_over.provider)
    on = timezone.localdate(moment_of(take_over))
    found = []
    for row in table.rows:
        cells = {key: cell for key, cell in zip(keys, row.cells, strict=True) if key and cell}
        lossy = [key for place in row.lossy if (key := keys[place])]
        found.append(check_row(take_over.kind, row.number, cells, lossy, judge=judge, market=market, on=on))
    return mark_doubles(found)


def moment_of(take_over: TakeOver) -> datetime:
    """When somebody pressed: a workbook is judged by that moment, however late its job runs."""
    return take_over.loaded_at or take_over.uploaded_at


def _go_through(work: _Work, done: int, lease: Lease) -> None:
    for start in range(done, len(work.rows), ROWS_AT_ONCE):
        _take(work, start, lease)


def _take(work: _Work, start: int, lease: Lease) -> None:
    """A chunk; judged again where somebody made the record of one of its people at the same moment."""
    for _ in range(TRIES):
        try:
            return _take_once(work, start, lease)
        except Forestalled:
            continue
    raise Conflict


@retrying
@transaction.atomic
def _take_once(work: _Work, start: int, lease: Lease) -> None:
    """A chunk's rows judged and, where the work loads, loaded, with the note of how far the job is."""
    act = work.act()
    lines = [Line(row) for row in work.rows[start : start + ROWS_AT_ONCE]]
    kinds.judge(lines, act)
    if work.loads:
        kinds.load([line for line in lines if line.is_new], act)
    done, total = start + len(lines), len(work.rows)
    _note(act, lines, first=start == 0, total=total)
    if done == total:
        _finish(act)
    lease.renew(done=done, total=total)


def _note(act: Act, lines: Sequence[Line], *, first: bool, total: int) -> None:
    """Add a chunk to the counts and the report; the first one of a job begins them anew."""
    kept = TakeOver.objects.select_for_update(of=("self",)).get(pk=act.take_over.pk)
    new, known = sum(line.is_new for line in lines), sum(bool(line.sound and line.known) for line in lines)
    counted = {"rows_new": new, "rows_known": known, "rows_faulty": len(lines) - new - known}
    for field, number in counted.items():
        setattr(kept, field, number if first else getattr(kept, field) + number)
    kept.report = [*([] if first else kept.report), *report_of(kept.kind, lines)]
    kept.rows_total = total
    kept.rows_loaded += new if act.loads else 0
    kept.save(update_fields=["rows_total", *counted, "rows_loaded", "report"])


def _finish(act: Act) -> None:
    state = TakeOverState.DONE if act.loads else TakeOverState.READY
    TakeOver.objects.filter(pk=act.take_over.pk).update(state=state)
    if act.loads:
        erase(act.take_over)
        fresh = TakeOver.objects.get(pk=act.take_over.pk)
        told = {"loaded": fresh.rows_loaded, "known": fresh.rows_known, "waiting": fresh.rows_faulty}
        audit.record("take_over.loaded", by=act.by, obj=fresh, kind=fresh.kind, **told)


@transaction.atomic
def _refuse(take_over: TakeOver, why: str) -> None:
    waiting = TakeOver.objects.filter(pk=take_over.pk, state=TakeOverState.CHECKING)
    if waiting.update(state=TakeOverState.REFUSED, problem=why[:300]):
        erase(take_over)


def erase(take_over: TakeOver) -> None:
    """Take the uploaded file away, which holds whole document numbers; in the caller's transaction."""
    stored = TakeOver.objects.select_related("file").get(pk=take_over.pk).file
    if stored:
        TakeOver.objects.filter(pk=take_over.pk).update(file=None)
        files.remove(stored)
