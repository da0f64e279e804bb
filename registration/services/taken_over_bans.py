"""禁考 of before the portal are held against what is recorded, and imposed (SPEC 10)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from registration.models import Ban, TakeOver
from registration.services import bans
from registration.takeovers.lines import Line
from skilleval.core.db import assert_in_transaction
from skilleval.core.policy import Actor
from skilleval.core.wording import cn_period


def judge(lines: Iterable[Line]) -> None:
    """Note at each line whether the decision's ban is recorded already; other days or a lifting are a fault."""
    found = [line for line in lines if line.sound and line.record]
    rows = Ban.objects.filter(candidate__in=[line.record.pk for line in found])
    known = {(row.candidate_id, row.source): row for row in rows}
    for line in found:
        row = known.get((line.record.pk, line.facts.source))
        if row is None:
            continue
        if row.lifted_on:
            line.stop("source", "ban", "该决定的禁考已撤销", "请移除该行；如仍须禁考，请另作处理决定")
        elif (row.starts_on, row.ends_on) != (line.facts.starts_on, line.facts.ends_on):
            days = cn_period(row.starts_on, row.ends_on)
            line.stop("ends_on", "ban", f"平台已有该文号的禁考，期间为{days}，与此行不同", "请核对决定书")
        else:
            line.known = "该禁考已登记"


def load(lines: Iterable[Line], take_over: TakeOver, *, by: Actor, at: datetime) -> None:
    """Impose the bans of new lines, whose people are there. In the caller's transaction."""
    assert_in_transaction()
    for line in lines:
        facts = line.facts
        bans.impose(
            line.record,
            source=facts.source,
            starts_on=facts.starts_on,
            ends_on=facts.ends_on,
            by=by,
            at=at,
            taken_over=take_over,
        )
