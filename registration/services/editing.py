"""What every step that changes an application begins with: the row, locked and fresh, while it can be changed."""

from __future__ import annotations

from datetime import date, datetime

from registration.enums import ApplicationState
from registration.models import Application
from skilleval.core.clock import SHANGHAI
from skilleval.core.errors import Conflict, NotAllowed

EDITABLE = (ApplicationState.DRAFT, ApplicationState.RETURNED)


def editable(application: Application) -> Application:
    """The row, locked and fresh; Conflict when it can't be changed any more.

    NotAllowed for a group's: the institution changes it, row by row (SPEC 5.2).
    """
    rows = Application.objects.select_for_update(of=("self",)).with_names().select_related("institution")
    rows = rows.select_related("offering__rule_set", "offering__announcement", "offering__notice")
    return _checked(rows.defer("offering__rule_set__rules").get(pk=application.pk))


def editable_row(application: Application) -> Application:
    """The same with its offering alone; whoever calls it reads the rest when everything is locked."""
    rows = Application.objects.select_for_update(of=("self",)).select_related("offering")
    return _checked(rows.get(pk=application.pk))


def day_of(at: datetime) -> date:
    """The day of a moment, in Shanghai."""
    return at.astimezone(SHANGHAI).date()


def _checked(row: Application) -> Application:
    if row.institution:
        raise NotAllowed(f"这项申报由{row.institution}提交，内容由院校修改；有误的，请联系院校经办人")
    if row.state not in EDITABLE:
        raise Conflict(f"该申报目前为“{ApplicationState(row.state).label}”，不能再修改；请刷新页面查看最新进度")
    return row
