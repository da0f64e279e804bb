"""Corrections: proposed by one person with a reason, accepted or refused by another; accepted they are a new version.

Both versions stay readable (SPEC 9.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from certificates import policy
from certificates.entering import Entered, Raw
from certificates.enums import CorrectionState, MarkStatus
from certificates.models import Result, ResultCorrection
from certificates.queries.results import current_result
from certificates.services.eyes import only_one
from certificates.services.locking import lock_sitting
from certificates.services.regrading import regrade
from certificates.services.versions import REASON_LENGTH, raws_of
from registration.models import Application
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.policy import require


@transaction.atomic
def propose(
    application: Application, *, marks: Mapping[str, Entered], reason: str, by: User, at: datetime
) -> ResultCorrection:
    """Propose what some subjects' marks should be, with a reason the candidate will read.

    Raises Refused without a published result, a reason or any difference; Conflict while another one awaits a decision.
    """
    last = _published(application, by)
    changes = _differing(last, marks)
    if ResultCorrection.objects.filter(application=application, state=CorrectionState.ASKED).exists():
        raise Conflict("该申报已有待核准的成绩更正，请先处理")
    correction = ResultCorrection.objects.create(
        application=application,
        marks={subject: _stored(mark) for subject, mark in changes.items()},
        reason=_reason(reason),
        asked_by_id=by.pk,
        asked_by_label=by.label,
        asked_at=at,
    )
    audit.record("correction.proposed", by=by, obj=correction, subjects=sorted(changes))
    return correction


@transaction.atomic
def accept(correction: ResultCorrection, *, by: User, at: datetime) -> Result:
    """Accept a proposal: the result gets its next version, and credits and certificate follow (SPEC 9.2).

    Raises NotAllowed for whoever proposed it, Conflict once it is decided, Refused where nothing would differ any more.
    """
    fresh = _decided_by(correction, by)
    result = regrade(fresh.application, by=by, at=at, reason=fresh.reason, changes=changes_of(fresh))
    if result is None:
        raise Refused("更正后的成绩与现行成绩相同，不需更正，请选择“不予更正”")
    _close(fresh, CorrectionState.ACCEPTED, by, at, result)
    audit.record("correction.accepted", by=by, obj=fresh, version=result.version)
    return result


@transaction.atomic
def refuse(correction: ResultCorrection, *, note: str, by: User, at: datetime) -> ResultCorrection:
    """Refuse a proposal, saying why to whoever made it; the result stays. Raises what `accept` raises."""
    fresh = _decided_by(correction, by)
    if not note.strip():
        raise Refused("请写明不予更正的理由，申请人将看到全文", field="note")
    _close(fresh, CorrectionState.REFUSED, by, at, None, note.strip()[:REASON_LENGTH])
    audit.record("correction.refused", by=by, obj=fresh)
    return fresh


def changes_of(correction: ResultCorrection) -> dict[str, Raw]:
    """The raw marks that a proposal wants."""
    return {
        subject: Raw(told["status"], Decimal(told["score"]) if told["score"] is not None else None)
        for subject, told in correction.marks.items()
    }


def _published(application: Application, by: User) -> Result:
    require(by, policy.MARK, application.offering.provider)
    _check_not_own(application, by)
    lock_sitting(application)
    last = current_result(application)
    if last is None:
        raise Refused("该申报的成绩还没有公布，请在成绩册中更正")
    return last


def _decided_by(correction: ResultCorrection, by: User) -> ResultCorrection:
    """The proposal, locked after its sitting, for somebody else than whoever made it."""
    require(by, policy.MARK, correction.application.offering.provider)
    lock_sitting(correction.application)
    rows = ResultCorrection.objects.select_for_update(of=("self",), no_key=True)
    fresh = rows.select_related("application__offering__provider", "application__candidate").get(pk=correction.pk)
    if fresh.state != CorrectionState.ASKED:
        raise Conflict(f"该更正{fresh.get_state_display()}，请刷新后查看")
    if fresh.asked_by_id == by.pk:
        alone = only_one(fresh.application.offering.provider)
        raise NotAllowed(
            "这是您申请的更正，须由另一位成绩人员核准"
            + ("；本机构目前只有您一人有“成绩”角色，请机构负责人再授予一人" if alone else "")
        )
    _check_not_own(fresh.application, by)
    return fresh


def _check_not_own(application: Application, by: User) -> None:
    if application.candidate.user_id == by.pk:
        raise NotAllowed("这是您本人的成绩，须由其他成绩人员处理")


def _differing(last: Result, marks: Mapping[str, Entered]) -> dict[str, Entered]:
    """The subjects of the result whose raw mark would change."""
    raws = raws_of(last)
    unknown = [subject for subject in marks if subject not in raws]
    if unknown:
        raise Refused("只能更正本次参加的科目，请刷新后再填")
    changed = {
        subject: mark for subject, mark in marks.items() if (raws[subject].status, raws[subject].score) != _raw(mark)
    }
    if not changed:
        raise Refused("填写的成绩与现行成绩相同，没有需要更正的科目")
    return changed


def _raw(mark: Entered) -> tuple[str, Decimal | None]:
    return mark.status, mark.score


def _stored(mark: Entered) -> dict[str, Any]:
    status = MarkStatus(mark.status).value
    return {"status": status, "score": None if mark.score is None else f"{mark.score:.2f}"}


def _close(
    correction: ResultCorrection, state: str, by: User, at: datetime, result: Result | None, note: str = ""
) -> None:
    correction.state, correction.result, correction.note = state, result, note
    correction.decided_by_id, correction.decided_by_label, correction.decided_at = by.pk, by.label, at
    correction.save(update_fields=["state", "result", "note", "decided_by_id", "decided_by_label", "decided_at"])


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refused("请写明更正的原因，参评人员将看到全文", field="reason")
    if len(reason) > REASON_LENGTH:
        raise Refused(f"原因不超过 {REASON_LENGTH} 字，现有 {len(reason)} 字，请精简", field="reason")
    return reason
