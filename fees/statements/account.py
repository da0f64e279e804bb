"""Whose account a bank's file is of: what its title lines say against the provider's own account (SPEC 6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fees.statements.cells import account_of, same_account

if TYPE_CHECKING:
    from skilleval.core.spreadsheets import Row

NAMED = re.compile(r"(?<!对方)(?:账号|账户号码?|卡号|账户)\s*[:\]】)]?\s*([0-9*][0-9*Xx\s-]{5,})")
SHORTEST = 8
#: A number in a cell that isn't text is right only so far.
KEPT_DIGITS = 15


@dataclass(frozen=True)
class Account:
    """An account number as a file has it; `lossy`: its last digits can't be believed."""

    number: str
    lossy: bool = False

    def is_own(self, own: str) -> bool:
        """Whether it can be the provider's account."""
        if self.lossy:
            return self.number[:KEPT_DIGITS] == account_of(own)[:KEPT_DIGITS]
        return same_account(self.number, account_of(own))

    @property
    def tail(self) -> str:
        """The last four digits, as pages show an account."""
        return self.number[-4:]


def accounts_named(titles: Iterable[Row]) -> list[Account]:
    """The accounts that the lines above the columns name, each once."""
    found = []
    for row in titles:
        text = unicodedata.normalize("NFKC", " ".join(row.cells)).replace("帐", "账")
        found += [Account(account_of(number), bool(row.lossy)) for number in NAMED.findall(text)]
    return [account for account in dict.fromkeys(found) if len(account.number) >= SHORTEST]


def foreign(accounts: Iterable[Account], own: str) -> Account | None:
    """The first account named where none of those named is the provider's; None where one is, or nothing is known."""
    found = list(accounts)
    if not found or not account_of(own) or any(account.is_own(own) for account in found):
        return None
    return found[0]
