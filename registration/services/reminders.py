"""Telling people of what ends by itself, once, while they can still act."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from registration.enums import OPEN_STATES
from registration.models import Application, Credit, Group
from registration.queries.credits import live_credits, offering_of
from registration.services import group_wording, notify, wording
from registration.services.editing import day_of
from registration.services.group_notices import words_of
from skilleval.accounts.telling import tell_officers
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


def remind_of_closing(group: Group, *, people: int) -> None:
    """Tell the officers that their window closes and how many aren't handed in; once for each window (SPEC 5.2)."""
    closes = group.window.closes_on
    tell_officers(
        group.institution,
        cause=f"group-closing:{group.pk}:{closes.isoformat()}",
        template=group_wording.CLOSING,
        values={"团体": words_of(group), "人数": str(people), "申报截止": cn_deadline(closes)},
        provider=group.offering.provider,
        link=notify.page_of(group),
    )


def remind_of_group_correction(group: Group, *, people: int, until: date) -> None:
    """Tell the officers that the time to correct members ends; once for each deadline (SPEC 5.3)."""
    tell_officers(
        group.institution,
        cause=f"group-correction-ends:{group.pk}:{until.isoformat()}",
        template=group_wording.CORRECTION_ENDS,
        values={"团体": words_of(group), "人数": str(people), "补正截止": cn_deadline(until)},
        provider=group.offering.provider,
        link=notify.page_of(group),
    )


def remind_of_correction(application: Application, *, until: date, at: datetime) -> None:
    """Tell a person that the time to correct their application ends; once for each deadline (SPEC 5.3)."""
    notify.tell(
        application.candidate,
        about=application,
        cause=f"correction-ends:{application.pk}:{until.isoformat()}",
        template=wording.CORRECTION_ENDS,
        values=wording.named(application, 补正截止=cn_deadline(until)),
        link=notify.page_of(application),
        at=at,
    )


def remind_of_papers(application: Application, *, until: date, at: datetime) -> None:
    """Tell a person that the stage for handing in the signed original ends; once for each last day (SPEC 13)."""
    notify.tell(
        application.candidate,
        about=application,
        cause=f"papers-due:{application.pk}:{until.isoformat()}",
        template=wording.PAPERS_DUE,
        values=wording.named(application, 交材料截止=cn_deadline(until)),
        link=notify.page_of(application),
        at=at,
    )


def remind_of_group_papers(group: Group, *, people: int, until: date) -> None:
    """The same to the officers, for all whose original is still to come."""
    tell_officers(
        group.institution,
        cause=f"group-papers-due:{group.pk}:{until.isoformat()}",
        template=group_wording.PAPERS_DUE,
        values={"团体": words_of(group), "人数": str(people), "交材料截止": cn_deadline(until)},
        provider=group.offering.provider,
        link=notify.page_of(group),
    )


def _useful(credit: Credit, at: datetime) -> bool:
    """Whether a resit could be handed in with it now."""
    offering = offering_of(credit)
    same = Application.objects.filter(
        candidate=credit.candidate_id, work_type=credit.work_type_id, level=credit.level, state__in=OPEN_STATES
    )
    if offering is None or same.exists():
        return False
    return credit in live_credits(credit.candidate, offering, day_of(at))
