"""What is to become of each movement of a statement, before any of it is booked (SPEC 6).

Known is what was booked or decided before, by its key or by money noted by hand; what the file itself makes doubtful
is never matched, whatever its words say.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from fees.enums import LineState
from fees.statements.balance import at_odds
from fees.statements.bills import Bills, Suggestion, Verdict
from fees.statements.matching import match
from fees.statements.movements import Movement, doubled
from fees.statements.names import names_in, payer_key, reference_key
from skilleval.core.wording import cn_date

INTEREST = re.compile(r"结息|利息|存款息|手续费|账户管理费|理财")
REVERSED = re.compile(r"冲正|冲销|退汇|退票|撤销|退回")
#: Three working days and a weekend.
DAYS_NEAR = timedelta(days=5)
NEAR = "前后几日已登记同样的款项，可能是同一笔，请核对"
BALANCE = "金额与前后余额对不上，可能读错或缺行，请核对原文件"


@dataclass(frozen=True, slots=True)
class Noted:
    """Money on the account already: noted by hand, taken over, or read from a file with other columns."""

    pk: int
    value_on: date
    amount: Decimal
    payer: str
    words: tuple[str, ...] = ()  # numbers, references and payers of the orders it is for
    serial: str = ""
    source: str = ""
    by_hand: bool = False  # by the day on a voucher: the bank's may be another


def settled(found: Sequence[Movement]) -> dict[int, Verdict]:
    """The verdict on movements that need no looking up, by their rows' numbers."""
    verdicts = {one.number: plain for one in found if (plain := _plain(one))}
    for number, first in doubled(found).items():
        verdicts.setdefault(number, Verdict(LineState.KNOWN, f"与第 {first} 行完全相同，视为同一笔"))
    return verdicts


def judge(
    left: Sequence[Movement],
    *,
    keys: Mapping[int, str],
    known: Mapping[str, Verdict],
    noted: Iterable[Noted],
    bills: Bills,
    doubts: Mapping[int, str],
    taken: Mapping[int, int],
) -> dict[int, Verdict]:
    """The verdict on the other movements. `known` are those on keys met before, `taken` orders given to other lines."""
    verdicts = {one.number: known[keys[one.number]] for one in left if keys[one.number] in known}
    left = [one for one in left if one.number not in verdicts]
    noted = list(noted)
    same, perhaps = _noted_before(left, noted, bills)
    left = [one for one in left if one.number not in same]
    near = _noted_near(left, [one for one in noted if one.pk not in _receipts(same)], bills)
    doubts = {**dict.fromkeys(near, NEAR), **doubts}
    perhaps = {line.number: [*near.get(line.number, ()), *perhaps.get(line.number, ())] for line in left}
    matched = match(left, bills, doubts=doubts, taken=taken)
    return verdicts | same | {number: _with(verdict, perhaps.get(number, ())) for number, verdict in matched.items()}


def _plain(one: Movement) -> Verdict | None:
    """What needs no looking up."""
    if one.fault:
        return Verdict(LineState.FAULTY, one.fault)
    if not one.incoming:
        back = "银行冲正，请核对对应的到账" if one.taken_back else "支出，不入账"
        return Verdict(LineState.OUTGOING, back)
    if INTEREST.search(one.text) and not one.payer:
        return Verdict(LineState.UNRELATED, "没有付款人，摘要为利息或费用")
    return None


def doubts_of(found: Sequence[Movement]) -> dict[int, str]:
    """What in the file itself makes lines doubtful, by their numbers."""
    doubts = dict.fromkeys(at_odds(found), BALANCE)
    for one in found:
        if one.incoming and (one.taken_back or REVERSED.search(one.text)):
            doubts[one.number] = "摘要为冲正、退汇一类，不是通常的缴费"
        elif one.taken_back and one.amount:
            there = (other.number for other in found if (other.amount, other.payer) == (-one.amount, one.payer))
            doubts |= dict.fromkeys(there, f"银行已在第 {one.number} 行冲正同样的金额")
    return doubts


def _with(verdict: Verdict, suggestions: Sequence[Suggestion]) -> Verdict:
    """What it may be the same as is offered first where nothing sound was found."""
    if verdict.state == LineState.MATCHED:
        return verdict
    return replace(verdict, suggestions=(*suggestions, *verdict.suggestions))


def _noted_before(
    left: Sequence[Movement], noted: Iterable[Noted], bills: Bills
) -> tuple[dict[int, Verdict], dict[int, list[Suggestion]]]:
    """Lines that are money noted before, one line to one of them, and what others may be."""
    waiting: defaultdict[tuple[date | None, Decimal | None], list[Noted]] = defaultdict(list)
    for one in noted:
        waiting[one.value_on, one.amount].append(one)
    same: dict[int, Verdict] = {}
    for alike in (_by_words, _by_payer):
        for line in left:
            there = waiting.get((line.value_on, line.amount), [])
            hit = next((one for one in there if line.number not in same and alike(line, one, bills)), None)
            if hit:
                there.remove(hit)
                told = Suggestion((), f"已登记（{hit.source}），视为同一笔", hit.pk)
                same[line.number] = Verdict(LineState.KNOWN, told.why, suggestions=(told,))
    perhaps = {
        line.number: [
            Suggestion((), f"同日同额的款项已登记（{one.source}），是同一笔", one.pk)
            for one in waiting.get((line.value_on, line.amount), [])
            if not _differ(line, one)
        ]
        for line in left
        if line.number not in same
    }
    return same, perhaps


def _noted_near(left: Sequence[Movement], noted: Iterable[Noted], bills: Bills) -> dict[int, list[Suggestion]]:
    """Lines that may be money noted by hand some days before or after, for the same orders or of the same payer."""
    waiting: defaultdict[Decimal | None, list[Noted]] = defaultdict(list)
    for one in noted:
        if one.by_hand:
            waiting[one.amount].append(one)
    near: defaultdict[int, list[Suggestion]] = defaultdict(list)
    for line in left:
        for one in waiting.get(line.amount, []):
            if _is_near(line, one) and (_by_words(line, one, bills) or _by_payer(line, one, bills)):
                why = f"{cn_date(one.value_on)}同额的款项已登记（{one.source}），可能是同一笔"
                near[line.number].append(Suggestion((), why, one.pk))
    return near


def _is_near(line: Movement, one: Noted) -> bool:
    on = line.value_on
    return on is not None and on != one.value_on and abs(on - one.value_on) <= DAYS_NEAR


def _receipts(verdicts: Mapping[int, Verdict]) -> set[int | None]:
    return {told.receipt for verdict in verdicts.values() for told in verdict.suggestions}


def _by_words(line: Movement, one: Noted, bills: Bills) -> bool:
    """The line names an order that the money is for."""
    if _differ(line, one):
        return False
    told = {bill.number for bill in bills.numbered(line.text)} | set(names_in(line.text))
    told |= set(bills.referred(line.text))
    return any(word in told or reference_key(word) in told or payer_key(word) in told for word in one.words)


def _by_payer(line: Movement, one: Noted, bills: Bills) -> bool:
    """The same payer."""
    return bool(line.payer) and payer_key(line.payer) == payer_key(one.payer) and not _differ(line, one)


def _differ(line: Movement, one: Noted) -> bool:
    """Two movements to which the bank gave two serials."""
    return bool(line.serial and one.serial and line.serial != one.serial)
