"""Telling people of what ends by itself, once, while they can still act."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from registration.enums import OPEN_STATES
from registration.models import Application, Credit
from registration.queries.credits import live_credits, offering_of
from registration.services import notify, wording
from registration.services.editing import day_of
from skilleval.core.wording import cn_deadline


@transaction.atomic
def remind_of_credit(credit: Credit, *, at: datetime) -> bool:
    """Tell a person that a passed subject can be used for a resit until its last day, and how (SPEC 9.3).

    Once for each credit. False, and left for another day, where there is nothing to tell: a new application forfeited
    it, or one for the same is under way.
    """
    rows = Credit.objects.select_for_update(of=("self",)).select_related("candidate__user", "provider", "application")
    credit = rows.get(pk=credit.pk)
    if credit.reminded_on or credit.withdrawn_on or not _useful(credit, at):
        return False
    credit.reminded_on = day_of(at)
    credit.save(update_fields=["reminded_on"])
    notify.tell(
        credit.candidate,
        cause=f"credit-ending:{credit.pk}:{credit.known_since.isoformat()}",
        template=wording.CREDIT_ENDING,
        values={
            "评价机构": str(credit.provider),
            "合格科目": str(credit),
            "到期": cn_deadline(credit.valid_until),
        },
        provider=credit.provider,
        link=notify.page_of(credit.application) if credit.application else "",
        at=at,
    )
    return True


def _useful(credit: Credit, at: datetime) -> bool:
    """Whether a resit could be handed in with it now."""
    offering = offering_of(credit)
    same = Application.objects.filter(
        candidate=credit.candidate_id, work_type=credit.work_type_id, level=credit.level, state__in=OPEN_STATES
    )
    if offering is None or same.exists():
        return False
    return credit in live_credits(credit.candidate, offering, day_of(at))
