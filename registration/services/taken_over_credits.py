"""合格科目成绩 of before the portal are held against what is recorded, and loaded (SPEC 9.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from registration.enums import CreditOrigin
from registration.models import Credit, TakeOver
from registration.takeovers.lines import Line
from skilleval.catalogue.models import Offering
from skilleval.core import audit
from skilleval.core.db import assert_in_transaction
from skilleval.core.policy import Actor


def judge(lines: Iterable[Line], take_over: TakeOver) -> None:
    """Note at each line whether its credit is recorded already, whether or not it still stands."""
    found = [line for line in lines if line.sound and line.record]
    rows = Credit.objects.filter(candidate__in=[line.record.pk for line in found], provider=take_over.provider_id)
    named = rows.select_related("work_type__occupation")
    known = {
        (row.candidate_id, row.work_type.occupation.code, row.work_type.name, row.level, row.subject, row.published_on)
        for row in named
    }
    for line in found:
        facts, offering = line.facts, line.facts.offering
        target = (offering.code, offering.work_type, offering.level)
        if (line.record.pk, *target, facts.subject, facts.published_on) in known:
            line.known = "该成绩已登记"


def load(lines: Sequence[Line], take_over: TakeOver, *, by: Actor, at: datetime) -> None:
    """Record the credits of new lines, whose people are there. In the caller's transaction."""
    assert_in_transaction()
    work_types = dict(Offering.objects.filter(provider=take_over.provider).values_list("pk", "work_type"))
    rows = Credit.objects.bulk_create(
        Credit(
            candidate=line.record,
            provider=take_over.provider,
            work_type_id=work_types[line.facts.offering.pk],
            level=line.facts.offering.level,
            subject=line.facts.subject,
            score=line.facts.score,
            published_on=line.facts.published_on,
            valid_until=line.facts.valid_until,
            origin=CreditOrigin.EARLIER,
            taken_over=take_over,
            recorded_at=at,
            recorded_by_id=by.id,
            recorded_by_label=by.label,
        )
        for line in lines
    )
    audit.record("credit.taken_over", by=by, obj=take_over, credits=[row.pk for row in rows])
