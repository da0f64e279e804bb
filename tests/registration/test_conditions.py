"""What a provider asks beyond the level's rules: confirmed, shown, frozen; for a group by its institution (SPEC 13)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from registration.models import Application, Candidate, Group
from registration.queries import groups as queries
from registration.queries.applications import bars
from registration.queries.conditions import asked_of
from registration.services import applications, conditions, passing
from skilleval.catalogue.models import CandidateRules, Offering
from skilleval.core.errors import Conflict, Refused
from tests.factories import ApplicationFactory, CandidateFactory, OfferingFactory, at
from tests.registration.conditions import PAPER, asks
from tests.registration.handing import submit as submit_group
from tests.registration.passing import fresh, pass_rows
from tests.registration.rosters import row_of
from tests.registration.steps import NOW, filled, picture, submit

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


def reread(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


@pytest.fixture
def draft(candidate: Candidate, offering: Offering, rules: CandidateRules) -> Application:
    return filled(candidate, offering, rules)


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({}, True),
        ({"valid_from": TODAY}, True),
        ({"valid_from": TODAY + timedelta(days=1)}, False),
        ({"valid_until": TODAY}, True),
        ({"valid_until": TODAY - timedelta(days=1)}, False),
    ],
)
def test_what_is_asked_on_a_day(offering: Offering, fields: dict[str, Any], asked: bool) -> None:
    asks(offering, **fields)
    assert bool(asked_of(offering, TODAY)) is asked


def test_one_offering_s_condition_is_asked_of_no_other(offering: Offering) -> None:
    other = OfferingFactory(provider=offering.provider)
    asks(offering, offering=offering)
    asks(OfferingFactory())
    assert len(asked_of(offering, TODAY)) == 1
    assert asked_of(other, TODAY) == []


def test_nothing_is_handed_in_before_everything_is_confirmed_and_shown(draft: Application) -> None:
    asked = asks(draft.offering, paper=PAPER)
    with pytest.raises(Refused, match=r"还有 1 条.*还缺附加条件的材料：会员证书复印件"):
        submit(draft)
    by: Any = draft.candidate.user
    conditions.confirm(draft, keys=[str(asked.pk)], by=by, at=NOW)
    with pytest.raises(Refused, match="还缺附加条件的材料"):
        submit(draft)
    applications.attach(draft, title=PAPER, upload=picture(), by=by, at=NOW)
    kept = submit(draft).conditions[str(asked.pk)]
    assert (kept["text"], kept["paper"], kept["at"]) == ("所在单位为会员单位", PAPER, NOW.isoformat())


def test_a_tick_taken_back_is_open_again(draft: Application) -> None:
    asked, by = asks(draft.offering), draft.candidate.user
    conditions.confirm(draft, keys=[str(asked.pk)], by=by, at=NOW)
    conditions.confirm(draft, keys=[], by=by, at=NOW)
    assert reread(draft).conditions == {}


def test_the_moment_stays_that_of_the_first_tick(draft: Application) -> None:
    asked, by = asks(draft.offering), draft.candidate.user
    for hour in (4, 6):
        conditions.confirm(draft, keys=[str(asked.pk)], by=by, at=at(2026, 3, 10, hour))
    assert reread(draft).conditions[str(asked.pk)]["at"] == at(2026, 3, 10).isoformat()


def test_what_isn_t_asked_can_t_be_confirmed(draft: Application) -> None:
    elsewhere = asks(OfferingFactory())
    with pytest.raises(Refused, match="刚有变化"):
        conditions.confirm(draft, keys=[str(elsewhere.pk)], by=draft.candidate.user, at=NOW)


def test_what_is_handed_in_changes_no_more(draft: Application) -> None:
    submitted = submit(draft)
    asked = asks(draft.offering)
    with pytest.raises(Conflict):
        conditions.confirm(submitted, keys=[str(asked.pk)], by=draft.candidate.user, at=NOW)


def test_a_correction_is_held_against_what_was_asked_at_first(draft: Application) -> None:
    submitted = submit(draft)
    Application.objects.filter(pk=submitted.pk).update(state="returned", returned_until=date(2026, 3, 20))
    asks(draft.offering, valid_from=date(2026, 3, 12))
    assert submit(reread(submitted), at(2026, 3, 13)).state == "review"


def test_what_a_resit_goes_on_with_is_asked_no_more(draft: Application) -> None:
    asks(draft.offering)
    draft.earlier = ApplicationFactory(offering=draft.offering, conditions={"7": {"text": "x"}}, state="completed")
    assert conditions.missing(draft, TODAY) == []
    assert conditions.frozen(draft, TODAY) == {"7": {"text": "x"}}


# --- upper age --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("limit", "barred"), [(35, False), (34, True)])  # born in May 1990, 35 years old
def test_an_upper_age_bars_from_the_day_after_the_last(
    candidate: Candidate, offering: Offering, limit: int, barred: bool
) -> None:
    asks(offering, "upper_age", text="年龄上限", limit=limit)
    found = bars(candidate, offering, None, TODAY)
    assert ("upper_age" in [bar.code for bar in found]) is barred


def test_an_upper_age_is_kept_with_its_last_day(draft: Application) -> None:
    asked = asks(draft.offering, "upper_age", text="年龄上限", limit=35)
    assert submit(draft).conditions[str(asked.pk)]["last_day"] == "2026-05-19"


def test_nobody_confirms_their_age(draft: Application) -> None:
    asked = asks(draft.offering, "upper_age", text="年龄上限", limit=60)
    with pytest.raises(Refused):
        conditions.confirm(draft, keys=[str(asked.pk)], by=draft.candidate.user, at=NOW)


# --- groups -----------------------------------------------------------------------------------------------------------


def test_an_institution_s_statement_holds_for_all_its_people(group: Group) -> None:
    asked = asks(group.offering, paper=PAPER)
    row = row_of(group)
    with pytest.raises(Refused, match="声明已更新"):
        pass_rows(group)
    statement = passing.statement_for(group, TODAY)
    assert "（1）所在单位为会员单位" in statement
    pass_rows(group, statement=statement)
    found = fresh(row)
    assert found.passed
    assert found.passed.statement == statement
    assert found.application
    assert found.application.conditions[str(asked.pk)]["institution"] is True


def test_what_came_to_be_asked_after_the_review_is_stated_first(group: Group) -> None:
    row_of(group)
    pass_rows(group)
    asks(group.offering)
    with pytest.raises(Refused, match="附加申报条件有变化，有 1 人须确认"):
        submit_group(group)
    group = Group.objects.get(pk=group.pk)
    assert queries.passable(group, TODAY).count() == 1
    pass_rows(group, statement=passing.statement_for(group, TODAY))
    assert submit_group(group).people == 1


@pytest.mark.parametrize(("limit", "kinds"), [(35, []), (34, ["age"])])
def test_a_row_above_the_upper_age_is_faulty(group: Group, limit: int, kinds: list[str]) -> None:
    asks(group.offering, "upper_age", text="年龄上限", limit=limit)
    row, other = row_of(group), row_of(group, person=Candidate(**_young()))
    pass_rows(group)
    assert fresh(row).kinds == kinds
    assert fresh(other).state == "passed"


def _young() -> dict[str, Any]:
    made = CandidateFactory.build(user=None, born=date(2005, 5, 20))
    return {"name": made.name, "id_cipher": made.id_cipher, "phone_cipher": made.phone_cipher, "born": made.born}
