"""A statement of provider A's bank that its finance staff have to look at (SPEC 6)."""

from __future__ import annotations

from django.core.files.base import ContentFile

from fees.models import Statement
from fees.services import statement_reading, statements
from fees.statements.columns import Columns
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from tests.factories import at
from tests.fees.statements.bank_files import HEADER, line, text

APRIL = at(2026, 4, 7)
COLUMNS = Columns({"value_on": 0, "incoming": 2, "payer": 4, "payer_account": 5, "serial": 7}, (6,))


def statement(provider: Provider, clerk: User, number: int = 0) -> Statement:
    """One with a line that nobody knows whom it is from, read and waiting to be booked."""
    file = ContentFile(text(HEADER, line(交易流水号=f"S2026040700{number}")), name=f"{number}.csv")
    made = statements.upload_statement(provider, upload=file, by=clerk, at=APRIL)
    statement_reading.read(made)
    made.refresh_from_db()
    if made.state == "columns":
        statements.set_columns(made, columns=COLUMNS, by=clerk, at=APRIL)
        statement_reading.read(made)
        made.refresh_from_db()
    assert made.state == "ready"
    return made
