"""What wasn't handed in goes on in the provider's next window: the rows move, nothing is entered twice (SPEC 5.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from registration import policy
from registration.enums import IntakeState, RowState
from registration.models import Application, Group, Roster, RosterRow, Window
from registration.models.groups import RosterRowQuerySet
from registration.queries import groups as queries
from registration.queries.windows import window_from
from registration.services import group_members, judging
from registration.services.editing import day_of
from registration.services.rosters import open_group
from registration.services.row_editing import locked
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.bulk import save_many
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import require
from skilleval.core.wording import cn_date

MOVED = "转入下一批次"


@transaction.atomic
def move_to_window(
    group: Group, *, rows: Sequence[int] | None, fee_published: bool, by: User, at: datetime
) -> tuple[Group, int]:
    """Move rows that weren't handed in, all or those chosen, to the institution's group in the window open now.

    Of those chosen also such whose application is over. What was 待初审 is cancelled, and each row is checked anew for
    its new group, where it has to be passed again. Returns that group, found or made, and how many rows moved. Raises
    NotAllowed for a stranger to the institution, and Refused while no other window is open, naming the day the next
    one opens, where nothing can be moved, and what `rosters.open_group` refuses.
    """
    require(by, policy.ENTER, group.institution)
    on = day_of(at)
    window = _next_open(group, on)
    to = open_group(
        group.institution, offering=group.offering, window=window, fee_published=fee_published, by=by, at=at
    )
    group, to = _both_locked(group, to)
    if queries.running(group):
        raise Conflict("该团体正在提交，请等它完成后再转入下一批次")
    found = list(movable(group, chosen=rows).order_by("roster_id", "number").select_for_update(of=("self",)))
    if not found:
        raise Refused("没有可以转入下一批次的人员：已经提交的人员按原批次办理")
    ended = Application.objects.filter(roster_row__in=found)
    group_members.cancel_prelim(ended, by=by, at=at, reason=MOVED)
    _move(found, _carrier(group, to, by, at))
    judging.write(judging.judge(found, on=on), on=on)
    judging.free_doubles(group, {bytes(row.id_key) for row in found if row.id_key}, on=on)
    audit.record("group.rows_moved", by=by, obj=group, to=to.pk, rows=[row.pk for row in found])
    return to, len(found)


def movable(group: Group, *, chosen: Sequence[int] | None = None) -> RosterRowQuerySet:
    """The rows that never left the institution; of those chosen also such whose application is over."""
    rows = queries.unsent(group)
    return rows if chosen is None else (rows | queries.over(group)).filter(pk__in=chosen)


def _next_open(group: Group, on: date) -> Window:
    """The window open on a day, which isn't the group's own."""
    window = window_from(group.offering.provider, on)
    if window is None:
        raise Refused(f"{group.offering.provider}还没有公布下一批次，公布并开放后可以转入")
    if window.pk == group.window_id:
        raise Refused(f"{window}仍在申报时间内，请直接初审、提交，不需转入下一批次")
    if not window.is_open(on):
        raise Refused(f"下一批次（{window}）于{cn_date(window.opens_on)}开放，届时可以转入", from_on=window.opens_on)
    return window


def _both_locked(group: Group, to: Group) -> tuple[Group, Group]:
    """Both groups, locked in the order of their ids."""
    both = {one.pk: locked(one) for one in sorted((group, to), key=lambda one: one.pk)}
    return both[group.pk], both[to.pk]


def _carrier(group: Group, to: Group, by: User, at: datetime) -> Roster:
    """The roster of the new group that holds what came from the old one."""
    made = {
        "state": IntakeState.READ,
        "uploaded_by_id": by.pk,
        "uploaded_by_label": by.label,
        "uploaded_at": at,
        "checked_at": at,
    }
    return Roster.objects.get_or_create(group=to, name=f"转自 {group.number}", sha256="", defaults=made)[0]


def _move(rows: Sequence[RosterRow], roster: Roster) -> None:
    """Into the other roster, behind what is there, as rows that nothing was made of yet."""
    last = roster.rows.aggregate(last=Max("number"))["last"] or 1
    for number, row in enumerate(rows, start=last + 1):
        row.roster, row.group, row.number = roster, roster.group, number
        row.state, row.passed, row.application = RowState.FAULTY, None, None
    save_many(rows, ["roster", "group", "number", "state", "passed", "application"])
