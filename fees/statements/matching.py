"""Which orders the lines of a statement are for: by number, by reference, by payer and amount (SPEC 6).

A match is sound where the amount is exactly what the orders ask and nothing else fits; whatever isn't goes to a person
with what it may be for. Clearer words go first: a line that names an order isn't left without it by one that doesn't.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations, islice

from fees.enums import LineState, OrderState
from fees.statements.bills import Bill, Bills, Suggestion, Verdict, doubtful
from fees.statements.movements import Movement
from fees.statements.names import is_for_fees, names_in, payer_key
from skilleval.core.wording import cn_date, yuan

MOST_SUGGESTIONS = 5
#: Of more open orders than these of one payer sums aren't tried: nearly any amount would be one.
MOST_TO_SUM = 10
MOST_NAMES = 20
MOST_LOOKED_AT = 1000
#: Of more orders of one amount than these none is worth suggesting for it alone.
MOST_ALIKE = 100
ENDED: dict[str, str] = {OrderState.REPLACED: "已更换", OrderState.CANCELLED: "已取消，款项应退回付款人"}


def match(
    lines: Sequence[Movement], bills: Bills, *, doubts: Mapping[int, str], taken: Mapping[int, int]
) -> dict[int, Verdict]:
    """The verdict on every line of money that came in, by its row's number.

    A line with `doubts` of its own is never matched: what it would be for is only suggested. `taken` are orders that
    a person gave to other lines, with the numbers of those.
    """
    matching = _Matching(bills, taken)
    found: dict[int, Verdict] = {}
    ordered = sorted(lines, key=lambda line: (_day(line), line.number))
    for judge in (matching.by_number, matching.by_reference, matching.by_people, matching.by_amount):
        for line in ordered:
            if line.number not in found and (verdict := judge(line)):
                doubt = doubts.get(line.number)
                found[line.number] = _doubted(verdict, doubt) if doubt else verdict
                matching.take(line, found[line.number])
    return found


def _doubted(verdict: Verdict, doubt: str) -> Verdict:
    sound = [Suggestion(verdict.orders, verdict.reason)] if verdict.orders else []
    return doubtful(doubt, *sound, *verdict.suggestions)


class _Matching:
    """The orders, and which of them earlier lines have taken."""

    def __init__(self, bills: Bills, taken: Mapping[int, int]) -> None:
        self.bills, self.taken = bills, dict(taken)

    def take(self, line: Movement, verdict: Verdict) -> None:
        self.taken |= dict.fromkeys(verdict.orders, line.number)

    # --- what a line says -----------------------------------------------------------------------------------------

    def by_number(self, line: Movement) -> Verdict | None:
        """The text names orders by their numbers."""
        named = self.bills.numbered(line.text)
        return self._said(line, named, f"附言写明订单 {_numbers(named)}") if named else None

    def by_reference(self, line: Movement) -> Verdict | None:
        """The text has the reference that payers were asked to use."""
        keys = self.bills.referred("".join(line.texts))
        if not keys:
            return None
        named = [self.bills.by_reference[key] for key in keys]
        if replaced := [bill for alike in named for bill in alike if bill.state == OrderState.REPLACED]:
            return self._replaced(line, replaced, *(self._open(line, alike) for alike in named))
        each = [self._fitting(line, alike, alone=len(named) == 1) for alike in named]
        if all(len(fitting) == 1 for fitting in each):
            return self._theirs(line, [fitting[0] for fitting in each], named, "附言与订单一致")
        if len(named) > 1 or not any(each):
            return self._unclear(line, [bill for alike in named for bill in alike], "附言与订单一致")
        return _several(each[0], "附言相同的订单不止一个，分不清是哪一个的")

    def by_people(self, line: Movement) -> Verdict | None:
        """The text names whom it is for; else whoever paid has open orders.

        A name alone is too little where somebody else paid: 餐费 李明.
        """
        named = [name for name in names_in(line.text)[:MOST_NAMES] if name in self.bills.by_payer]
        payer = payer_key(line.payer)
        if not set(named) - {payer}:
            return self._of_payer(line, payer, "付款人有待缴订单") if payer else None
        found = self._named(line, named)
        if found and found.orders and not is_for_fees(line.text):
            return _doubted(found, "附言只有姓名，没有写明是考核费，付款人也不是本人")
        return found

    def _named(self, line: Movement, named: Sequence[str]) -> Verdict | None:
        if len(named) > 1:
            return self._together(line, named)
        return self._of_payer(line, named[0], f"附言写明缴费人{self._name(named[0])}")

    def by_amount(self, line: Movement) -> Verdict:
        """Nothing is known but the amount: that alone is never enough."""
        there = self.bills.by_amount.get(_amount(line), ())
        alike = self._open(line, there) if len(there) <= MOST_ALIKE else []
        few = alike if len(alike) <= MOST_SUGGESTIONS else []
        suggested = [Suggestion((bill.pk,), f"{_called(bill)}金额相同，付款人和附言不同") for bill in few]
        return doubtful("附言和付款人都没有对应的订单", *suggested)

    # --- what follows from it -------------------------------------------------------------------------------------

    def _said(self, line: Movement, named: Sequence[Bill], how: str) -> Verdict:
        """Orders that a line names without doubt: sound where they ask exactly the amount, in time, once."""
        ended = [bill for bill in named if not bill.asks()]
        if any(bill.state == OrderState.REPLACED for bill in ended):
            return self._replaced(line, ended)
        if ended:
            return self._ended(line, ended[0])
        if taken := next((bill for bill in named if bill.pk in self.taken), None):
            return doubtful(f"疑似重复缴费：第 {self.taken[taken.pk]} 行已用于{_called(taken)}")
        offer = tuple(bill.pk for bill in named)
        if late := next((bill for bill in named if not bill.in_time(_day(line))), None):
            return doubtful(_out_of_time(line, late), Suggestion(offer, how))
        owed = sum((bill.owed for bill in named), Decimal(0))
        if owed != line.amount:
            others = [Suggestion((bill.pk,), f"{_called(bill)}金额相符") for bill in named if bill.owed == line.amount]
            others += self._sums(line, self.bills.by_payer[payer_key(named[0].payer)])
            differs = _difference(_amount(line), owed)
            told = [Suggestion(offer, f"{how}；{differs}"), *others][:MOST_SUGGESTIONS]
            return doubtful(f"{how}，但金额不符：{differs}", *told)
        return Verdict(LineState.MATCHED, f"{how}，金额相符", offer)

    def _theirs(self, line: Movement, found: Sequence[Bill], alike: Sequence[Sequence[Bill]], how: str) -> Verdict:
        """Orders found by words that others' may share: a namesake who paid, or paid too late, may pay once more."""
        verdict = self._said(line, found, how)
        if not verdict.orders:
            return verdict
        pairs = ((bill, other) for bill, others in zip(found, alike, strict=True) for other in others)
        other = next((other for bill, other in pairs if other.person != bill.person and other.owed == bill.owed), None)
        return _doubted(verdict, f"{how}，但{_called(other)}同名同额，分不清是谁缴的") if other else verdict

    def _of_payer(self, line: Movement, name: str, how: str) -> Verdict | None:
        """One payer's orders: the only one of the amount, or the only ones that add up to it."""
        alike = self.bills.by_payer_and_amount.get((name, _amount(line)), [])
        exact = self._open(line, alike)
        if len(exact) == 1:
            return self._theirs(line, exact, [alike], how)
        if exact:
            return _several(exact, f"{how}，金额相同的不止一个")
        theirs = self.bills.by_payer.get(name, [])
        sums = self._sums(line, theirs)
        if sums and len({bill.person for bill in theirs}) > 1:
            return doubtful(f"{how}，但同名的人不止一个", *sums)
        if len(sums) == 1:
            return Verdict(LineState.MATCHED, f"{how}，{len(sums[0].orders)} 个订单合计相符", sums[0].orders)
        if sums:
            return doubtful(f"{how}，合计相符的组合不止一个", *sums)
        return self._unclear(line, theirs, how) if theirs else None

    def _sums(self, line: Movement, bills: Iterable[Bill]) -> list[Suggestion]:
        """The ways in which a payer's open orders add up to the amount."""
        live = self._open(line, islice(bills, MOST_LOOKED_AT))
        found = islice(_adding_up(live, _amount(line)), MOST_SUGGESTIONS)
        return [Suggestion(_keys(some), f"订单 {_numbers(some)} 合计 {yuan(line.amount)}") for some in found]

    def _together(self, line: Movement, names: Sequence[str]) -> Verdict:
        """Several people named in one transfer, each with one open order; which of them it is for, isn't guessed."""
        how = f"附言写明 {len(names)} 位缴费人"
        each = [self._open(line, islice(self.bills.by_payer[name], MOST_LOOKED_AT)) for name in names]
        if all(len(live) == 1 for live in each):
            return self._theirs(line, [live[0] for live in each], [self.bills.by_payer[name] for name in names], how)
        return self._unclear(line, [bill for name in names for bill in self.bills.by_payer[name]], how)

    def _unclear(self, line: Movement, bills: Sequence[Bill], how: str) -> Verdict:
        """Somebody's orders of which none fits: why, by the one that comes nearest."""
        live = self._open(line, islice(bills, MOST_LOOKED_AT))
        if live:
            told = [Suggestion((bill.pk,), _difference(_amount(line), bill.owed)) for bill in live[:MOST_SUGGESTIONS]]
            return doubtful(f"{how}，但金额不符：{_difference(_amount(line), live[0].owed)}", *told)
        taken = [bill for bill in bills if bill.pk in self.taken and bill.owed == line.amount]
        if taken:
            return doubtful(f"疑似重复缴费：第 {self.taken[taken[0].pk]} 行已用于{_called(taken[0])}")
        if late := [bill for bill in bills if bill.asks() and bill.pk not in self.taken]:
            return doubtful(_out_of_time(line, late[-1]), Suggestion((late[-1].pk,), how))
        return self._ended(line, max(bills, key=lambda bill: (bill.owed == line.amount, bill.pk)))

    def _replaced(self, line: Movement, old: Sequence[Bill], *also: Sequence[Bill]) -> Verdict:
        """Somebody left before it was paid: what took its place is offered, and a person decides (SPEC 6)."""
        found = [self.bills.by_pk[bill.successor] for bill in old if bill.successor in self.bills.by_pk]
        offered = list(dict.fromkeys(bill for bill in found if bill.asks()))
        told = [
            Suggestion((bill.pk,), f"替代它的{_called(bill)}：{_difference(_amount(line), bill.owed)}")
            for bill in offered
        ]
        told += [Suggestion((bill.pk,), "附言相同的待缴订单") for live in also for bill in live]
        by = f"，由订单 {_numbers(found)} 替代" if found else ""
        return doubtful(f"订单 {old[0].number} 已更换{by}", *told[:MOST_SUGGESTIONS])

    def _ended(self, line: Movement, bill: Bill) -> Verdict:
        """The order takes no more money."""
        if bill.state == OrderState.PAID:
            twice = "疑似重复缴费：" if bill.owed == line.amount else ""
            return doubtful(f"{twice}{_called(bill)}已到账，没有其他待缴订单")
        return doubtful(f"{_called(bill)}{ENDED.get(bill.state, '已结束')}，没有其他待缴订单")

    def _name(self, key: str) -> str:
        """A payer as an order has it."""
        return f"“{self.bills.by_payer[key][0].payer}”"

    def _open(self, line: Movement, bills: Iterable[Bill]) -> list[Bill]:
        """Those that the line's money can still be booked for."""
        return [bill for bill in bills if bill.asks() and bill.pk not in self.taken and bill.in_time(_day(line))]

    def _fitting(self, line: Movement, alike: Sequence[Bill], *, alone: bool) -> list[Bill]:
        """Of orders with the same reference those of the amount; else those open at all."""
        live = self._open(line, alike)
        return [bill for bill in live if bill.owed == line.amount] or live if alone else live


def _adding_up(live: Sequence[Bill], amount: Decimal) -> Iterable[tuple[Bill, ...]]:
    """The ways in which two or more orders add up to an amount; of many orders only all together."""
    sizes = range(2, len(live) + 1) if len(live) <= MOST_TO_SUM else [len(live)]
    return (some for size in sizes for some in combinations(live, size) if sum(bill.owed for bill in some) == amount)


def _several(bills: Sequence[Bill], reason: str) -> Verdict:
    told = [Suggestion((bill.pk,), f"{_called(bill)}应缴 {yuan(bill.owed)}") for bill in bills[:MOST_SUGGESTIONS]]
    return doubtful(reason, *told)


def _difference(amount: Decimal, owed: Decimal) -> str:
    """What somebody has to know of two amounts that aren't the same."""
    if amount == owed:
        return f"金额相符 {yuan(owed)}"
    told = f"应缴 {yuan(owed)}，到账 {yuan(amount)}，"
    told += f"少 {yuan(owed - amount)}" if amount < owed else f"多 {yuan(amount - owed)}"
    zeros = owed in (amount * 10, amount * 100) or amount in (owed * 10, owed * 100)
    return told + ("，像是差了零，请核对原文件" if zeros else "")


def _out_of_time(line: Movement, bill: Bill) -> str:
    if _day(line) > bill.due_on:
        return f"{_called(bill)}缴费截止 {cn_date(bill.due_on)}，到账晚于截止日，不能确认"
    return f"到账早于{_called(bill)}的开具日期 {cn_date(bill.payable_from)}，可能是另一笔"


def _called(bill: Bill) -> str:
    return f"订单 {bill.number} "


def _numbers(bills: Iterable[Bill]) -> str:
    return "、".join(bill.number for bill in bills)


def _keys(bills: Iterable[Bill]) -> tuple[int, ...]:
    return tuple(bill.pk for bill in bills)


def _amount(line: Movement) -> Decimal:
    return line.amount or Decimal(0)


def _day(line: Movement) -> date:
    return line.value_on or date.max
