"""The ledger of credits is written here alone (SPEC 9.3, 9.4): by published results, by decisions, by the results role.

A row never goes: withdrawn it is history, restored it is the same credit with its first day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.files.base import File
from django.db import transaction

from registration import resits
from registration.enums import CreditOrigin
from registration.models import Application, Candidate, Credit
from skilleval.catalogue.models import Offering
from skilleval.core import audit, files
from skilleval.core.clock import SHANGHAI
from skilleval.core.enums import FileKind
from skilleval.core.errors import Refused
from skilleval.core.policy import Actor
from skilleval.core.wording import cn_date

LIMITS = (Decimal(60), Decimal(100))  # what passes a level's subject, and the most there is (SPEC 9.1)


@transaction.atomic
def set_credits(
    application: Application,
    *,
    subjects: Mapping[str, Decimal],
    published_on: date,
    source: str,
    by: Actor | None,
    at: datetime,
) -> None:
    """What an application's sitting has earned is exactly this from now on (SPEC 9.3): subject → score.

    Missing ones are added with `published_on`, others are withdrawn for `source` and stay as history, those withdrawn
    so before come back with their first day. Run again it changes nothing. Levels without resit earn nothing.
    """
    until = resits.credit_valid_until(application.level, published_on)
    earned = {} if until is None or application.competition else subjects
    known = {credit.subject: credit for credit in _locked(Credit.objects.filter(application=application))}
    for subject, credit in known.items():
        if (subject in earned) == bool(credit.unearned_by):
            credit.unearned_by = "" if subject in earned else source
            _settle(credit, by=by, at=at)
    for subject, score in earned.items():
        if subject not in known and until:
            facts = {"score": score, "published_on": published_on, "valid_until": until}
            _add(application, subject, facts, by, at)
        elif known[subject].score != score:
            known[subject].score = score
            known[subject].save(update_fields=["score"])


@transaction.atomic
def withdraw_older(application: Application, *, source: str, by: Actor | None, at: datetime) -> int:
    """A decision under M-1 takes what older sittings earned at the provider for the same (SPEC 10). Returns how many.

    Those published after the application was made stay, and those it earned itself follow its result.
    """
    if application.submitted_on is None:
        return 0
    older = Credit.objects.filter(
        candidate=application.candidate_id,
        provider=application.offering.provider_id,
        work_type=application.work_type_id,
        level=application.level,
        published_on__lte=application.submitted_on,
    ).exclude(application=application)
    rows = [credit for credit in _locked(older) if source not in credit.withdrawn_for]
    for credit in rows:
        credit.withdrawn_for = [*credit.withdrawn_for, source]
        _settle(credit, by=by, at=at)
    return len(rows)


@transaction.atomic
def restore_withdrawn(source: str, *, by: Actor | None, at: datetime) -> int:
    """The decision is lifted: what it took with `withdraw_older` comes back, as if never. Returns how many."""
    rows = _locked(Credit.objects.filter(withdrawn_for__contains=[source]))
    for credit in rows:
        credit.withdrawn_for = [other for other in credit.withdrawn_for if other != source]
        _settle(credit, by=by, at=at)
    return len(rows)


@transaction.atomic
def record_external(
    candidate: Candidate,
    *,
    offering: Offering,
    subject: str,
    score: Decimal | None,
    published_on: date,
    upload: File[Any],
    note: str,
    by: Actor,
    at: datetime,
) -> Credit:
    """A city-run qualification's score still valid is taken into account, with evidence (SPEC 9.4, CITY 五（六）).

    Case by case: whoever calls has asked for the role. Raises Refused for a subject the offering hasn't, a day to
    come, a score that doesn't pass, one whose validity is over, one's own record, and where it is recorded already.
    """
    on = at.astimezone(SHANGHAI).date()
    Candidate.objects.select_for_update(of=("self",), no_key=True).get(pk=candidate.pk)
    until = _check_external(candidate, offering, subject, score, published_on, by, on)
    stored = files.store(upload, kind=FileKind.DOCUMENT, by=by, owner_label=f"credit of candidate {candidate.pk}")
    credit = Credit.objects.create(
        candidate=candidate,
        provider_id=offering.provider_id,
        work_type_id=offering.work_type_id,
        level=offering.level,
        subject=subject,
        score=score,
        published_on=published_on,
        valid_until=until,
        origin=CreditOrigin.EXTERNAL,
        file=stored,
        note=note.strip(),
        **_recorded(by, at),
    )
    audit.record("credit.accepted", by=by, obj=credit, subject=subject, published_on=published_on.isoformat())
    return credit


def _check_external(
    candidate: Candidate,
    offering: Offering,
    subject: str,
    score: Decimal | None,
    published_on: date,
    by: Actor,
    on: date,
) -> date:
    """The last day it can be used; Refused where it can't be recognised."""
    if candidate.user_id == by.id:
        raise Refused("这是您本人的成绩，须由其他人员登记")
    if not offering.subjects.filter(kind=subject).exists():
        raise Refused("该评价项目没有这个科目，请重新选择", field="subject")
    if score is not None and not LIMITS[0] <= score <= LIMITS[1]:
        raise Refused("可认可的是合格成绩：60 至 100 分；成绩单上没有分数的请留空", field="score")
    until = resits.credit_valid_until(offering.level, published_on)
    if until is None:
        raise Refused("专项职业能力考核没有补考，不认可单科成绩", field="subject")
    if published_on > on:
        raise Refused("成绩公布日期不能晚于今天，请核对成绩单", field="published_on")
    if until < on:
        raise Refused(f"该成绩有效期至{cn_date(until)}，已过期，不能认可", field="published_on")
    same = Credit.objects.standing().filter(
        candidate=candidate,
        provider=offering.provider_id,
        work_type=offering.work_type_id,
        level=offering.level,
        subject=subject,
        origin=CreditOrigin.EXTERNAL,
        published_on=published_on,
    )
    if same.exists():
        raise Refused("这项成绩已登记，不需重复登记", field="subject")
    return until


def _locked(rows: Any) -> list[Credit]:
    """In a fixed order, so that two decisions don't wait for each other."""
    return list(rows.order_by("pk").select_for_update(of=("self",)))


def _settle(credit: Credit, *, by: Actor | None, at: datetime) -> None:
    """Whether it stands after a cause came or went; the day it was away is kept."""
    stands = not credit.unearned_by and not credit.withdrawn_for
    if stands and credit.withdrawn_on:
        credit.away_from, credit.restored_at, credit.withdrawn_on = credit.withdrawn_on, at, None
        credit.reminded_on = None
        audit.record("credit.restored", by=by, obj=credit)
    elif not stands and credit.withdrawn_on is None:
        credit.withdrawn_on = at.astimezone(SHANGHAI).date()
        audit.record("credit.withdrawn", by=by, obj=credit, sources=_causes(credit))
    credit.save()


def _causes(credit: Credit) -> list[str]:
    return [cause for cause in (credit.unearned_by, *credit.withdrawn_for) if cause]


def _add(application: Application, subject: str, facts: dict[str, Any], by: Actor | None, at: datetime) -> None:
    credit = Credit.objects.create(
        candidate_id=application.candidate_id,
        provider_id=application.offering.provider_id,
        work_type_id=application.work_type_id,
        level=application.level,
        subject=subject,
        application=application,
        **facts,
        **_recorded(by, at),
    )
    audit.record("credit.earned", by=by, obj=credit, subject=subject, published_on=credit.published_on.isoformat())


def _recorded(by: Actor | None, at: datetime) -> dict[str, Any]:
    return {
        "recorded_at": at,
        "recorded_by_id": by.id if by else None,
        "recorded_by_label": by.label if by else audit.SYSTEM,
    }
