"""Fees that a decision keeps: they leave 待退费, and come back when it is lifted (SPEC 10)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from fees.models import OrderLine
from registration.models import Application
from skilleval.accounts.models import User
from skilleval.core import audit


@transaction.atomic
def keep_fee(application: Application, *, source: str, by: User | None, at: datetime) -> int:
    """The fee of an offending application isn't refunded (SPEC 10): its lines leave 待退费. Returns how many now do."""
    lines = [line for line in _lines_of(application) if source not in line.kept_for]
    for line in lines:
        line.kept_for = [*line.kept_for, source]
        line.save(update_fields=["kept_for"])
        audit.record("order.fee_kept", by=by, obj=line.order, line=line.pk)
    return len(lines)


@transaction.atomic
def give_back_claim(source: str, *, by: User | None, at: datetime) -> int:
    """The decision is lifted: its lines can be refunded again, unless another decision keeps them. How many lines."""
    lines = list(OrderLine.objects.select_for_update().filter(kept_for__contains=[source]).order_by("pk"))
    for line in lines:
        line.kept_for = [other for other in line.kept_for if other != source]
        line.save(update_fields=["kept_for"])
        audit.record("order.claim_restored", by=by, obj=line.order, line=line.pk)
    return len(lines)


def _lines_of(application: Application) -> list[OrderLine]:
    return list(OrderLine.objects.select_for_update().filter(application=application).order_by("pk"))
