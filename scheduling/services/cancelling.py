"""Staff cancel a batch that was announced (SPEC 7.2): nobody is lost, everybody rolls over and is told why."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from scheduling import policy
from scheduling.enums import BatchState, SessionState
from scheduling.models import Batch, Duty, ExamSession, Seat
from scheduling.services.judging import roll_over
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from skilleval.core.errors import Refused
from skilleval.core.policy import require
from skilleval.core.transitions import move, move_many

CANCELLABLE = (BatchState.GOING_AHEAD, BatchState.PLANNED)


@transaction.atomic
def cancel(batch: Batch, *, reason: str, by: User, at: datetime) -> Batch:
    """Cancel a batch that goes ahead and of which nothing is published; its people move to the next window.

    Raises Refused without a reason, once a session is published, and for batches that aren't announced.
    """
    require(by, policy.SCHEDULE, batch.offering.provider)
    reason = reason.strip()
    if not reason:
        raise Refused("请写明取消的原因，参评人员将看到全文", field="reason")
    Provider.objects.select_for_update(no_key=True).get(pk=batch.offering.provider_id)
    rows = Batch.objects.select_related("offering__provider", "offering__work_type__occupation", "window")
    batch = rows.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
    if batch.state not in CANCELLABLE:
        raise Refused(f"批次{batch.get_state_display()}，不能取消，请刷新后查看")
    if batch.sessions.filter(state=SessionState.PUBLISHED).exists():
        raise Refused("批次中已有发布的场次，不能整批取消")
    Seat.objects.filter(sitting__session__batch=batch).delete()
    Duty.objects.filter(sitting__session__batch=batch).delete()
    sessions = ExamSession.objects.filter(batch=batch)
    move_many(sessions, SessionState.PROPOSED, SessionState.CANCELLED, by=by, at=at, reason=reason)
    move(batch, BatchState.CANCELLED, by=by, at=at, reason=reason, judged_at=batch.judged_at or at)
    roll_over(batch, reason=f"所在{batch.window.label}已取消：{reason}", at=at)
    return batch
