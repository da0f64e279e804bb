"""What the columns of a bank's file can mean, by which words, and which meanings a file has to have (SPEC 6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fees.statements.cells import Unreadable, amount_of, day_of, direction_of

#: Meaning → what the page calls it. The first ones are needed, the others help.
MEANINGS = {
    "value_on": "到账（交易）日期",
    "incoming": "收入（贷方）金额",
    "outgoing": "支出（借方）金额",
    "amount": "金额（收支同列）",
    "flag": "借贷（收支）标志",
    "payer": "对方户名（付款人）",
    "payer_account": "对方账号",
    "reference": "摘要、附言、用途",
    "serial": "银行流水号",
    "balance": "余额",
    "own_account": "本方账号",
    "currency": "币种",
    "status": "交易状态",
}
#: Several columns can hold words of the payer's.
SEVERAL = "reference"
ALL_IN = "all_in"

#: How banks call them, the better name first; 帐 is read as 账, remarks in brackets are left out.
NAMES: dict[str, tuple[str, ...]] = {
    "value_on": (
        "(入账|到账)(日期|时间|日)",
        "记账(日期|时间|日)",
        "交易(日期|日)",
        "交易日?期?和?时间",
        "(发生|业务)?日期",
    ),
    "incoming": ("(贷方|收入|转入|存入|收款|入账|到账|来账)(发生额|发生金额|交易额|金额|数)?元?",),
    "outgoing": ("(借方|支出|转出|支取|付款|往账)(发生额|发生金额|交易额|金额|数)?元?",),
    "amount": ("(交易|收支|变动|本次)?(金额|发生额|发生金额|交易额)元?",),
    "flag": (
        "(借贷|收支|收付|来往账?|往来账?|交易)?(标志|标识|方向|别)",
        "(借贷|收支|收付)(类型)?",
        "交易类型",
        "类型",
    ),
    "payer": (
        "(交易)?(对方|对手)(账户名?|单位|客户)?(户名|名称|名)",
        "(付款|汇款|来款|缴费)(人|方|单位|账户)?(户名|名称|名)?",
        "(交易)?(对方|对手)(单位)?",
        "户名",
    ),
    "payer_account": ("(交易)?(对方|对手)(账户)?(账号|账户|卡号|号码)", "(付款|汇款)(人|方|单位)?(账号|账户|卡号)"),
    "reference": (
        "(交易|转账|汇款|客户|银行|付款)?(附言|摘要|用途|备注|留言|说明)(信息)?",
        "资金用途",
        "业务(摘要|说明|类型)",
        "个性化信息",
        "附加信息",
        "注释",
    ),
    "serial": (".*(交易|银行|核心|主机|全局|唯一)流水号?", ".*流水(编?号)?", "(交易|业务)(参考号|编号)", "日志号"),
    "balance": ("(账户|账面|当前|本次|交易后|交易)?余额元?",),
    "own_account": ("(本方|我方|本|查询|收款人?|收款方)(账号|账户|卡号)", "账号", "卡号"),
    "currency": ("(交易)?(币种|币别|货币)(类型|名称)?",),
    "status": ("(交易|处理)?(状态|结果)",),
}
PATTERNS = {meaning: [re.compile(name) for name in names] for meaning, names in NAMES.items()}
#: Columns that name a flag only where their cells do.
SAMPLE = 50
MOSTLY = 0.9


@dataclass(frozen=True)
class Columns:
    """The place of each meaning; None where the file has no such column. `all_in`: its one amount is always income."""

    places: Mapping[str, int] = field(default_factory=dict)
    references: tuple[int, ...] = ()
    all_in: bool = False

    def cell(self, meaning: str, cells: Sequence[str]) -> str:
        """A row's cell of a meaning; empty where there is none."""
        place = self.places.get(meaning)
        return cells[place] if place is not None and place < len(cells) else ""

    def kept(self) -> dict[str, Any]:
        """As a row of the database keeps it."""
        return {**self.places, SEVERAL: list(self.references), ALL_IN: self.all_in}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Columns:
        """What `kept` gave."""
        places = {meaning: kept[meaning] for meaning in MEANINGS if meaning != SEVERAL and meaning in kept}
        return cls(places, tuple(kept.get(SEVERAL, ())), bool(kept.get(ALL_IN)))


def bare_name(name: str) -> str:
    """A column's name without remarks in brackets, marks and spaces."""
    text = unicodedata.normalize("NFKC", name).replace("帐", "账")
    without = re.sub(r"[(\[【〔][^)\]】〕]*[)\]】〕]?", "", text)
    return re.sub(r"[\W_]+", "", without) or re.sub(r"[\W_]+", "", text)


def rank_of(meaning: str, name: str) -> int | None:
    """How well a bare name fits a meaning: 0 is best, None not at all."""
    fits = (rank for rank, pattern in enumerate(PATTERNS[meaning]) if pattern.fullmatch(name))
    return next(fits, None)


def guess(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns:
    """The meaning of columns by their names, checked against the first rows where a name could mislead."""
    bare, sample = [bare_name(name) for name in names], rows[:SAMPLE]
    places: dict[str, int] = {}
    for meaning in MEANINGS:
        if meaning == SEVERAL:
            continue
        ranked = [(rank_of(meaning, name), place) for place, name in enumerate(bare)]
        fitting = sorted((rank, place) for rank, place in ranked if rank is not None and place not in places.values())
        found = next((place for _, place in fitting if _holds(meaning, [_at(row, place) for row in sample])), None)
        if found is not None:
            places[meaning] = found
    references = [place for place, name in enumerate(bare) if rank_of(SEVERAL, name) is not None]
    return Columns(_settled(places, bare), tuple(place for place in references if place not in places.values()))


def _settled(places: dict[str, int], bare: Sequence[str]) -> dict[str, int]:
    """Debit and credit apart leave no room for one signed column; a lone 账号 beside no other is the payer's."""
    if "incoming" in places:
        places = {meaning: place for meaning, place in places.items() if meaning not in ("amount", "flag")}
    own = places.get("own_account")
    if own is not None and bare[own] in ("账号", "卡号") and "payer_account" not in places:
        places["payer_account"] = places.pop("own_account")
    return places


def _at(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _holds(meaning: str, cells: Sequence[str]) -> bool:
    """Whether cells look like the meaning: a time alone is no day, and a kind of transfer no direction."""
    readers = {
        "value_on": day_of,
        "flag": direction_of,
        "incoming": amount_of,
        "outgoing": amount_of,
        "amount": amount_of,
    }
    filled = [cell for cell in cells if cell]
    if meaning not in readers or not filled:
        return True
    return sum(_readable(readers[meaning], cell) for cell in filled) >= MOSTLY * len(filled) - 2


def _readable(reader: Any, cell: str) -> bool:
    try:
        return reader(cell) not in (0, None) or reader is amount_of
    except Unreadable:
        return False


def missing(columns: Columns, rows: Sequence[Sequence[str]]) -> list[str]:
    """What a person still has to say of a file's columns, in words; empty when it can be read."""
    told = []
    if "value_on" not in columns.places:
        told.append("请指定日期所在的列")
    if not {"incoming", "amount"} & set(columns.places):
        told.append("请指定收入金额所在的列")
    if _one_sided(columns, rows):
        told.append("金额只有一列，没有负数，也没有借贷标志，看不出收支；请指定标志列，或确认文件中全部是收入")
    return told


def _one_sided(columns: Columns, rows: Sequence[Sequence[str]]) -> bool:
    """One column of amounts, all positive, and nothing that says which way they went."""
    if "amount" not in columns.places or {"incoming", "flag"} & set(columns.places) or columns.all_in:
        return False
    return not any(columns.cell("amount", row).strip().startswith(("-", "−", "－", "(", "（")) for row in rows)
