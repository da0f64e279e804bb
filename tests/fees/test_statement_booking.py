"""A statement on its way to the ledger whose work broke down, or whose money was taken back before."""

from __future__ import annotations

from typing import Any

import pytest

from fees import services
from fees.enums import LineState
from fees.models import Receipt, Statement
from fees.queries.statements import may_be_discarded
from fees.services import statements
from skilleval.accounts.enums import Role
from skilleval.core.errors import Conflict
from skilleval.core.jobs import drain
from skilleval.core.models import Job
from tests.factories import ProviderFactory, staff
from tests.fees.test_statements import NOW, commit, orders_of, provider_of, ready, row, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> Any:
    return staff(ProviderFactory(), Role.FINANCE)


def test_a_movement_whose_receipt_was_reversed_is_booked_again_by_a_person_s_word(clerk: Any) -> None:
    (order,) = orders_of(clerk)
    first = ready(clerk, row(1, "400", "某人"))
    commit(first, clerk)
    drain()
    services.reverse_receipt(Receipt.objects.get(), by=clerk, at=NOW, reason="付款人录错")
    again = ready(clerk, row(1, "400", "某人"), row(2, "1", "某人"))
    line = again.lines.get(number=2)
    assert (line.state, "已冲销" in line.reason) == ("doubtful", True)
    statements.decide(again, lines=[line.pk], to=LineState.MATCHED, orders=[order], by=clerk, at=NOW)
    commit(again, clerk)
    drain()
    assert states(again) == ["booked", "doubtful"]
    assert states(ready(clerk, row(1, "400", "某人"), row(3, "1"))) == ["known", "doubtful"]


def test_a_colleague_goes_on_where_whoever_committed_lost_the_role(clerk: Any) -> None:
    (order,) = orders_of(clerk)
    statement = ready(clerk, row(1, "400", order.payer))
    commit(statement, clerk)
    with pytest.raises(Conflict, match="已在继续处理"):
        statements.resume_statement(statement, by=clerk, at=NOW)
    clerk.memberships.all().delete()
    for _ in range(3):
        Job.objects.update(run_after=NOW)
        drain()
    colleague = staff(provider_of(clerk), Role.FINANCE)
    statement.refresh_from_db()
    assert may_be_discarded(statement)
    statements.resume_statement(statement, by=colleague, at=NOW)
    drain()
    statement.refresh_from_db()
    assert (states(statement), statement.committed_by_id) == (["booked"], colleague.pk)
    with pytest.raises(Conflict, match="已入账"):
        statements.discard_statement(statement, by=colleague, at=NOW)


@pytest.mark.parametrize("state", ["reading", "committing"])
def test_work_that_broke_down_before_anything_was_booked_can_be_given_up(clerk: Any, state: str) -> None:
    (order,) = orders_of(clerk)
    statement = ready(clerk, row(1, "400", order.payer))
    commit(statement, clerk)
    Job.objects.update(state="quarantined", finished_at=None)
    Statement.objects.update(state=state)
    statements.discard_statement(statement, by=clerk, at=NOW)
    Job.objects.update(state="queued")  # by an administrator, too late
    drain()
    statement.refresh_from_db()
    assert (statement.state, Receipt.objects.count()) == ("discarded", 0)
