"""附加申报条件: confirmed by the candidate, or by an institution for its people, and kept as they read (SPEC 13)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from registration.bars import Bar
from registration.conditions import Condition, last_day, open_ones
from registration.models import Application
from registration.queries.conditions import asked_in, asked_of
from registration.services.editing import day_of, editable
from skilleval.catalogue.models import Offering
from skilleval.core import audit
from skilleval.core.errors import Refused
from skilleval.core.policy import Actor

Kept = dict[str, dict[str, Any]]


@transaction.atomic
def confirm(application: Application, *, keys: Collection[str], by: Actor | None, at: datetime) -> Application:
    """Record which extra conditions the person says they meet, in the words they read; what isn't named is open.

    Raises Refused where they have changed since the page was shown, Conflict where it can't be changed any more.
    """
    application = editable(application)
    asked = {one.key: one for one in asked_in(application, day_of(at)) if not one.computed}
    if unknown := set(keys) - asked.keys():
        raise Refused(f"附加条件刚有变化（{len(unknown)} 条），请重新阅读后确认", field="conditions")
    said = {key: kept.get("at", at.isoformat()) for key, kept in application.conditions.items()}
    application.conditions = {
        key: one.kept(at=said.get(key, at.isoformat())) for key, one in asked.items() if key in keys
    }
    application.save(update_fields=["conditions"])
    audit.record("application.conditions_confirmed", by=by, obj=application, conditions=sorted(application.conditions))
    return application


def missing(application: Application, on: date) -> list[Bar]:
    """What is still to be confirmed or shown, as one bar; empty where nothing is."""
    asked = asked_in(application, on)
    if not asked:
        return []
    titles = {evidence.title for evidence in application.evidence.all()}
    unsaid, lacking = open_ones(asked, application.conditions.keys(), titles)
    told = [f"请逐条确认附加条件（还有 {len(unsaid)} 条）"] if unsaid else []
    told += [f"还缺附加条件的材料：{'、'.join(dict.fromkeys(one.paper for one in lacking))}"] if lacking else []
    return [Bar("conditions", "；".join(told))] if told else []


def papers(application: Application, on: date) -> list[str]:
    """The papers that prove extra conditions."""
    return list(dict.fromkeys(one.paper for one in asked_in(application, on) if one.paper))


def frozen(application: Application, on: date) -> Kept:
    """What the application keeps at submission: what was asked that day, with the answers, and the computed ages."""
    if application.earlier:
        return dict(application.earlier.conditions)
    born = application.candidate.born
    kept = {}
    for one in asked_in(application, on):
        if one.computed:
            kept[one.key] = _of_age(one, born)
        elif said := application.conditions.get(one.key):
            kept[one.key] = one.kept(at=said["at"])
    return kept


def of_institution(asked: Sequence[Condition], born: date, at: datetime) -> Kept:
    """What a member's application keeps: the institution's statement holds for everybody it passes."""
    said = {"at": at.isoformat(), "institution": True}
    return {one.key: _of_age(one, born) if one.computed else one.kept(**said) for one in asked}


def statement_of(offering: Offering, on: date) -> str:
    """What an institution's statement adds for the conditions of an offering; empty where there are none."""
    asked = [one for one in asked_of(offering, on) if not one.computed]
    if not asked:
        return ""
    listed = "；".join(f"（{number}）{one.text.rstrip('。；')}" for number, one in enumerate(asked, start=1))
    return f"每位参评人员还符合本项目的附加条件：{listed}，证明材料由本单位核对并保存。"


def _of_age(condition: Condition, born: date) -> dict[str, Any]:
    return condition.kept(last_day=last_day(born, condition.limit or 0).isoformat())
