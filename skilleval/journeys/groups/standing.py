"""What decides where groups stand, gathered for a whole list at once, and how far each is on its way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q

from fees.enums import OrderState
from fees.models import Order
from fees.queries import has_voucher, members_due, undrawn
from registration.enums import ApplicationState, HandingIn, IntakeState, RowState
from registration.models import Application, Group, Roster, Submission
from scheduling.models import AdmissionTicket
from scheduling.queries import went_ahead
from skilleval.journeys.groups.counts import Counts, counts_for

_A, _R = ApplicationState, RowState


@dataclass(frozen=True)
class Unpaid:
    """An order of the group that waits for its money; `vouched`: the officer has shown the payment."""

    uuid: UUID
    amount: Decimal
    due_on: date
    vouched: bool


@dataclass(frozen=True)
class GroupStanding:
    """What decides where a group stands, gathered once."""

    counts: Counts
    reading: int = 0  # rosters that are being checked
    handing_in: Submission | None = None  # the submission that is under way
    undrawn: tuple[date, ...] = ()  # the last day to pay of each approved member that no order asks for yet
    unpaid: tuple[Unpaid, ...] = ()
    tickets: int = 0  # in force
    unfetched: int = 0  # of these, for assessments to come, nobody took
    put_off: int = 0  # confirmed in a batch that goes ahead: they wait for a seat, perhaps another one


@dataclass(frozen=True)
class Step:
    """One stage of the way: done, current or todo, with how many wait in it."""

    label: str
    state: str
    note: str = ""


def standings_of(groups: Sequence[Group], on: date) -> dict[int, GroupStanding]:
    """The standing of some groups on a day by primary key, in a fixed number of queries whatever their number."""
    counts = counts_for(groups)
    reading = list(
        Roster.objects.filter(group__in=groups, state=IntakeState.WAITING).values_list("group_id", flat=True)
    )
    running = {sent.group_id: sent for sent in Submission.objects.filter(group__in=groups, state=HandingIn.RUNNING)}
    to_draw, unpaid, tickets, placed = _undrawn(groups), _unpaid(groups), _tickets(groups, on), _to_be_seated(groups)
    return {
        pk: GroupStanding(
            counts[pk],
            reading.count(pk),
            running.get(pk),
            tuple(to_draw[pk]),
            tuple(unpaid[pk]),
            *tickets.get(pk, (0, 0)),
            placed.get(pk, 0),
        )
        for pk in counts
    }


def _undrawn(groups: Sequence[Group]) -> dict[int, list[date]]:
    members = undrawn().filter(group__in=groups)
    due, found = members_due(members), defaultdict[int, list[date]](list)
    for pk, group in members.values_list("pk", "group_id"):
        if group and pk in due:
            found[group].append(due[pk])
    return found


def _unpaid(groups: Sequence[Group]) -> dict[int, list[Unpaid]]:
    orders = Order.objects.filter(group__in=groups, state=OrderState.OPEN).annotate(vouched=has_voucher())
    found = defaultdict[int, list[Unpaid]](list)
    for group, *facts in orders.order_by("due_on", "pk").values_list("group_id", "uuid", "amount", "due_on", "vouched"):
        found[group].append(Unpaid(*facts))
    return found


def _tickets(groups: Sequence[Group], on: date) -> dict[int, tuple[int, int]]:
    """How many tickets of scheduled members are out, and how many of them nobody took in time."""
    held = AdmissionTicket.objects.in_force().filter(
        application__group__in=groups, application__state=ApplicationState.SCHEDULED
    )
    figures = {"out": Count("pk"), "waiting": Count("pk", filter=Q(first_fetched_at=None, session__held_on__gte=on))}
    found = held.order_by().values_list("application__group").annotate(**figures)
    return {pk: (out, waiting) for pk, out, waiting in found}


def _to_be_seated(groups: Sequence[Group]) -> dict[int, int]:
    waiting = Application.objects.filter(went_ahead(), group__in=groups, state=ApplicationState.CONFIRMED)
    return dict(waiting.order_by().values_list("group").annotate(people=Count("pk")))


def steps_of(counts: Counts) -> list[Step]:
    """名册, 修改, 初审, 提交, 审核, 缴费: a group waits in several of them, since it grows until the window closes."""
    sent, faulty = counts.handed_in, counts[_R.FAULTY] + counts[_A.RETURNED] - counts.returned_clear
    paid = counts.handed_in - counts[_A.REVIEW] - counts[_A.APPROVED]
    return [
        _step("名册", 0 if counts.people else 1, counts.people, f"{counts.people} 人"),
        _step("修改", faulty, counts.people, f"{faulty} 人待修改"),
        _step("初审", counts.to_pass, counts[_R.PASSED] + sent, f"{counts.to_pass} 人待初审"),
        _step("提交", counts[_R.PASSED], sent, f"{counts[_R.PASSED]} 人待提交"),
        _step("审核", counts[_A.REVIEW], sent, f"{counts[_A.REVIEW]} 人待审核"),
        _step("缴费", counts[_A.APPROVED], paid, f"{counts[_A.APPROVED]} 人待缴费"),
    ]


def _step(label: str, waiting: int, through: int, note: str) -> Step:
    """Current while somebody waits in it, done once somebody is through and nobody waits."""
    if waiting:
        return Step(label, "current", note if through or label != "名册" else "")
    return Step(label, "done" if through else "todo", note if label == "名册" and through else "")
