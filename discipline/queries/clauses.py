"""The clauses of misconduct as the pages show and the services read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet

from discipline.models import Clause
from skilleval.core.errors import Refused


def clauses_on(on: date) -> QuerySet[Clause]:
    """The clauses of the edition in force on a day, in the rules' order, with the notice they are from."""
    return Clause.objects.in_force(on).select_related("notice").order_by("code")


def edition_on(on: date) -> str:
    """The edition in force on a day; raises Refused where none is loaded."""
    clause = Clause.objects.in_force(on).first()
    if clause is None:
        raise Refused("尚未载入违纪违规条款，请联系平台管理员")
    return clause.edition


def read_clauses(codes: Sequence[str], edition: str) -> list[str]:
    """Codes as a case keeps them, sorted and each once; raises Refused for none, and for one the edition lacks."""
    wanted = sorted(set(codes))
    if not wanted:
        raise Refused("请至少选择一条条款", field="clauses")
    known = set(Clause.objects.filter(edition=edition, code__in=wanted).values_list("code", flat=True))
    if unknown := [code for code in wanted if code not in known]:
        raise Refused(f"没有第 {unknown[0]} 条，请从参评人员须知的条款中选择", field="clauses")
    return wanted
