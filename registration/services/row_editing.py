"""What every change of a group begins with: the group locked, and its rows while they can be changed (SPEC 5.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from registration.enums import ApplicationState, RowState
from registration.models import Application, Group, RosterRow
from registration.models.groups import RosterRowQuerySet
from registration.queries.groups import OVER
from skilleval.core.db import assert_in_transaction
from skilleval.core.errors import Conflict, Refused
from skilleval.core.wording import cn_date, cn_deadline

#: States of a row's application in which the row is the institution's working paper: not handed in yet, or over.
UNSENT = (ApplicationState.PRELIM, *OVER)


def lock(group: Group) -> None:
    """Hold a group to the transaction's end: uploads, checks and changes of one group come one after the other."""
    assert_in_transaction()
    Group.objects.select_for_update(no_key=True).values_list("pk").get(pk=group.pk)


def locked(group: Group) -> Group:
    """The group, locked and fresh, with what its rows are judged by."""
    assert_in_transaction()
    rows = Group.objects.select_for_update(of=("self",), no_key=True).select_related("institution")
    return rows.with_names().select_related("offering__rule_set").get(pk=group.pk)


def closed_to_new(group: Group, on: date) -> str:
    """Why nobody can be entered or taken out on a day, in Chinese; empty while the window is open."""
    window = group.window
    if on < window.opens_on:
        return f"{window.label}于{cn_date(window.opens_on)}开始申报，请届时再提交名册"
    if on > window.closes_on:
        return f"{window.label}的申报时间至{cn_date(window.closes_on)}，已经截止，不能再增减人员；请在下一批次申报"
    return ""


def check_open(group: Group, on: date) -> None:
    """Refused when nobody can be entered or taken out."""
    if closed := closed_to_new(group, on):
        raise Refused(closed)


def check_uploadable(group: Group, on: date) -> None:
    """The same, but that a returned workbook may still mend members who were returned and are in time."""
    if not Application.objects.filter(group=group, state=ApplicationState.RETURNED, returned_until__gte=on).exists():
        check_open(group, on)


def locked_rows(group: Group, pks: Sequence[int]) -> list[RosterRow]:
    """Rows of the group, locked in their order, behind their applications; others are left out."""
    return list(_locked(group.rows.filter(pk__in=pks)))


def locked_by_id(group: Group, uuids: Sequence[UUID]) -> dict[UUID, RosterRow]:
    """The same by their public ids."""
    return {row.uuid: row for row in _locked(group.rows.filter(uuid__in=uuids))}


def _locked(rows: RosterRowQuerySet) -> RosterRowQuerySet:
    applications = Application.objects.filter(roster_row__in=rows).order_by("pk")
    list(applications.select_for_update(of=("self",)).values_list("pk"))
    return rows.select_for_update(of=("self",)).select_related("application", "roster").order_by("pk")


def bar(row: RosterRow, group: Group, on: date) -> str:
    """Why a row can't be changed on a day, in Chinese with the cure; empty if it can.

    A returned member's row can be changed until the correction's deadline, the others while the window is open.
    """
    if row.state == RowState.REMOVED:
        return "该行已移除，不能再修改；请重新添加"
    application = row.application
    if application and application.state == ApplicationState.RETURNED:
        until = application.returned_until
        return f"补正期限（{cn_deadline(until)}）已过，不能再修改" if until and on > until else ""
    if application and application.state not in UNSENT:
        return f"该行已提交，目前为“{application.get_state_display()}”，不能再修改；请刷新页面查看最新进度"
    return closed_to_new(group, on)


def check_editable(row: RosterRow, group: Group, on: date) -> None:
    """Conflict when the row can't be changed any more; see `bar`."""
    if barred := bar(row, group, on):
        raise Conflict(barred)
