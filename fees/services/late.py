"""Money in time, booked late: which lines of a lapsed order come back with it (SPEC 6, 7.1)."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from fees.models import Order, OrderLine
from registration.enums import OPEN_STATES, ApplicationState
from registration.models import Application, Ban
from skilleval.core.db import assert_in_transaction

OTHERWISE = "参评人员已另行申报同一职业（工种）、等级，或目前不能申报，原申报不能恢复；款项请退回付款人"


def returning(order: Order, at: datetime) -> tuple[list[OrderLine], str]:
    """The lines of a lapsed order whose applications can be confirmed after all, and why the others can't.

    Not where the person has another open application for the same, stands in a later order, or is banned: that money
    stays free, to be refunded. The order is locked, and the persons before it.
    """
    assert_in_transaction()
    lines = list(order.lines.select_related("application").order_by("application_id"))
    good = set(_returnable(timezone.localdate(at), order).values_list("pk", flat=True))
    back = [line for line in lines if line.pk in good]
    return back, "" if len(back) == len(lines) else OTHERWISE


def _returnable(today: date, order: Order) -> QuerySet[OrderLine]:
    same = Application.objects.filter(
        candidate=OuterRef("application__candidate"),
        work_type=OuterRef("application__work_type"),
        level=OuterRef("application__level"),
        state__in=OPEN_STATES,
    )
    later = OrderLine.objects.filter(application=OuterRef("application"), pk__gt=OuterRef("pk"))
    banned = Ban.objects.filter(candidate=OuterRef("application__candidate")).active_on(today)
    lines = OrderLine.objects.filter(order=order, application__state=ApplicationState.LAPSED)
    return lines.filter(~Exists(same), ~Exists(later), ~Exists(banned))
