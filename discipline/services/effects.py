"""What a decision does and its lifting undoes, everywhere, in the caller's one transaction (SPEC 10).

Locks in one order: the person, then providers, batches, sessions, seats, groups, receipts, orders and applications. The
person comes first, as in handing in: of a decision and a submission one waits for the other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from certificates.services import cancelling, holds, publishing, regrading
from discipline.models import Case, Decision
from discipline.queries.consequences import Consequences
from fees import services as fees
from fees.enums import OrderState
from fees.models import Order
from registration.enums import OPEN_STATES, ApplicationState
from registration.models import Application, Group
from registration.services import bans, credits as ledger, offers, progress
from scheduling import services as scheduling
from scheduling.models import Batch, ExamSession, Seat
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from skilleval.core.db import assert_in_transaction

RESUMED = "（恢复）"


def lock(case: Case) -> None:
    """Lock everything a decision may touch, before its consequences are looked at: nothing changes from here on."""
    assert_in_transaction()
    bans.lock_person(case.candidate)
    going_on = (*OPEN_STATES, ApplicationState.DRAFT)
    own = Application.objects.filter(candidate=case.candidate_id, state__in=going_on)
    lock_applications({case.application_id, *own.values_list("pk", flat=True)})


def lock_applications(keys: set[int]) -> None:
    """Lock applications by their ids, and before them all that ending them touches; their person is locked already.

    With an order the receipts that are for it, which come before it.
    """
    assert_in_transaction()
    rows = Application.objects.filter(pk__in=keys)
    _lock(Provider.objects.filter(pk__in=rows.values("offering__provider")))
    seats = Seat.objects.filter(application__in=keys)
    _lock(Batch.objects.filter(pk__in=seats.values("sitting__session__batch")))
    _lock(ExamSession.objects.filter(pk__in=seats.values("sitting__session")))
    _lock(seats)  # before the applications, as whoever notes attendance does
    _lock(Group.objects.filter(members__in=keys))
    orders = Order.objects.filter(lines__application__in=keys, lines__live=True, state=OrderState.OPEN)
    fees.locked_with_money(orders.order_by("pk").distinct())
    _lock(rows)


def apply(decision: Decision, found: Consequences, *, by: User, at: datetime) -> None:
    """Do what was found, and write down on the decision which rows it touched."""
    case, reason = found.case, f"处理决定 {decision.number}"
    if found.cancels_marks:
        cancelling.cancel_marks(
            case.application, subject=found.subject, source=decision.number, by=by, at=at, reason=reason
        )
    holds.release(case.number, by=by, at=at)
    if found.sanction.qualification_cancelled:
        ledger.withdraw_older(case.application, source=decision.number, by=by, at=at)
        regrading.regrade_dependents(case.application, by=by, at=at, reason=reason)
    for ended in found.ended:
        end(ended.application, ended.to, by=by, at=at, reason=f"{reason}：{ended.reason}")
    fees.keep_fee(case.application, source=decision.number, by=by, at=at)
    ban(decision, by=by, at=at)
    decision.effects = _record(found)
    decision.save(update_fields=["effects"])


def ban(decision: Decision, *, by: User, at: datetime) -> None:
    """Impose a decision's ban, or resume it where it was suspended; none if it is over."""
    today = timezone.localdate(at)
    if decision.ban_from is None or decision.ban_until is None or decision.ban_until < today:
        return
    resumed = decision.ban_suspended_on is not None
    bans.impose(
        decision.case.candidate,
        source=f"{decision.number}{RESUMED}" if resumed else decision.number,
        starts_on=today if resumed else decision.ban_from,
        ends_on=decision.ban_until,
        by=by,
        at=at,
    )


def undo(decision: Decision, *, by: User, at: datetime, offering: bool = True) -> None:
    """Give back what a decision took, and offer anew what can't come back; what was done stands on the decision."""
    today, reason = timezone.localdate(at), f"撤销处理决定 {decision.number}（{decision.lift_number}）"
    lifted = sum(bans.lift(source, on=today, by=by, at=at) for source in _sources(decision))
    fees.give_back_claim(decision.number, by=by, at=at)
    restored = ledger.restore_withdrawn(decision.number, by=by, at=at)
    for application in _restore_sat(decision, by=by, at=at, reason=reason):
        # its session may be out meanwhile: first as the decision had it, since only a published result is corrected
        publishing.publish_released(application, by=by, at=at)
    marks = cancelling.restore_marks(decision.number, by=by, at=at, reason=reason)
    if restored:
        regrading.regrade_dependents(decision.case.application, by=by, at=at, reason=reason)
    decision.returned = {
        "ban": bool(lifted or decision.ban_suspended_on),
        "credits": restored,
        "marks": marks,
        "offered": [],
    }
    if offering:
        offer(decision, at=at)
    decision.save(update_fields=["returned"])


def offer(decision: Decision, *, at: datetime, but: frozenset[int] = frozenset()) -> None:
    """Offer the applications that a lifted decision ended anew; `but` those that another decision ends, too."""
    keys = [entry["id"] for entry in decision.effects.get("ended", ()) if entry["id"] not in but]
    rows = Application.objects.filter(pk__in=keys).order_by("pk")
    made = [one.pk for one in rows if offers.offer_again(one, source=decision.lift_number or "", at=at)]
    decision.returned = {**decision.returned, "offered": made}


def settle_between(first: Decision, lighter: Decision, *, at: datetime) -> None:
    """After a change: what the lighter decision doesn't end is offered anew; what it would end it takes over.

    A ban ends all that wasn't sat; without one only the case's own application may end.
    """
    entries = first.effects.get("ended", ())
    own = {entry["id"] for entry in lighter.effects["ended"]}
    if lighter.ban_until is not None:
        kept = [entry for entry in entries if entry["id"] not in own and entry["id"] != first.case.application_id]
        lighter.effects = {
            **lighter.effects,
            "ended": [*lighter.effects["ended"], *kept],
            "providers": sorted({*lighter.effects["providers"], *first.effects["providers"]}),
        }
        lighter.save(update_fields=["effects"])
    offer(first, at=at, but=frozenset(entry["id"] for entry in lighter.effects["ended"]))
    first.save(update_fields=["returned"])


def end(application: Application, to: str, *, by: User, at: datetime, reason: str) -> None:
    """One application becomes void or cancelled: first its seats and ticket go, then its unpaid order."""
    scheduling.free_seats(application, by=by, at=at, reason=reason)
    fees.cancel_unpaid(application, by=by, at=at, reason=reason)
    verb = progress.void if to == ApplicationState.VOID else progress.cancel
    verb(application, by=by, at=at, reason=reason)


def _restore_sat(decision: Decision, *, by: User, at: datetime, reason: str) -> list[Application]:
    """Applications that were sat go on where they were, since their marks come back; others are offered anew."""
    keys = [entry["id"] for entry in decision.effects.get("ended", ())]
    void = Application.objects.filter(pk__in=keys, state=ApplicationState.VOID).order_by("pk")
    sat = [one for one in void if offers.state_before(one) in progress.SAT_STATES]
    return [progress.restore_sat(one, by=by, at=at, reason=reason) for one in sat]


def _sources(decision: Decision) -> tuple[str, str]:
    return decision.number, f"{decision.number}{RESUMED}"


def _record(found: Consequences) -> dict[str, Any]:
    """The rows a decision touched, by their ids: for lifting it, and for whoever is told of it."""
    return {
        "marks": found.cancels_marks,
        "result": found.result.pk if found.result else None,
        "certificates": [certificate.pk for certificate in found.certificates],
        "credits": [credit.pk for credit in found.credits],
        "ended": [
            {
                "id": ended.application.pk,
                "from": ended.application.state,
                "to": str(ended.to),
                "fee": ended.fee,
                "amount": str(ended.amount) if ended.amount is not None else None,
                "seated": ended.seated,
                "reason": ended.reason,
            }
            for ended in found.ended
        ],
        "fee_kept": str(found.fee_kept) if found.fee_kept is not None else None,
        "providers": sorted({ended.application.offering.provider_id for ended in found.ended}),
    }


def _lock(rows: Any) -> None:
    """Lock rows in the order of their ids."""
    keys = sorted(set(rows.order_by().values_list("pk", flat=True)))
    list(rows.model.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True).values_list("pk"))
