"""资格初审 once more: mended and returned rows, corrected numbers, resits and credits given up (SPEC 5.2, 9.3)."""

from __future__ import annotations

from datetime import date

import pytest

from registration.enums import ApplicationState
from registration.models import Application, ApplicationLog, Candidate, Group, PreliminaryReview, RosterRow
from registration.services import passing
from skilleval.core.crypto import blind_index
from skilleval.core.errors import Refused
from skilleval.core.models import OutboxMessage
from tests.factories import CandidateFactory, CandidateRulesFactory, at
from tests.registration.ledger import earn
from tests.registration.passing import APRIL, NOW, application_of, fresh, messages, pass_rows
from tests.registration.rosters import member, row_of, somebody

pytestmark = pytest.mark.django_db


# --- again ------------------------------------------------------------------------------------------------------------


def test_a_mended_row_goes_on_with_its_application(group: Group) -> None:
    row = row_of(group)
    first = pass_rows(group)
    before = application_of(row)
    RosterRow.objects.filter(pk=row.pk).update(
        state="clear", passed=None, cells=row.cells | {"work_from": "2016-01-01"}
    )
    second = pass_rows(group, moment=at(2026, 3, 11))
    after = application_of(row)
    assert after.pk == before.pk
    assert after.background["work"][0]["from"] == "2016-01-01"
    assert (after.submitted_on, after.rules_accepted_at) == (date(2026, 3, 10), at(2026, 3, 11))
    assert fresh(row).passed == second != first
    assert Application.objects.count() == ApplicationLog.objects.count() == 1


def test_passing_twice_changes_nothing(group: Group) -> None:
    row_of(group)
    pass_rows(group)
    with pytest.raises(Refused, match="没有可以初审的人员"):
        pass_rows(group)
    assert (Application.objects.count(), Candidate.objects.count(), PreliminaryReview.objects.count()) == (1, 1, 1)


def test_what_was_returned_is_passed_again_after_the_window(group: Group) -> None:
    application = member(group, state="returned", row_state="clear", returned_until=date(2026, 4, 3))
    pass_rows(group, moment=APRIL)
    now = Application.objects.get(pk=application.pk)
    assert (now.state, now.returned_until, now.submitted_on) == ("returned", date(2026, 4, 3), date(2026, 3, 2))
    assert fresh(application.roster_row).state == "passed"


@pytest.mark.parametrize("row_state", ["passed", "clear"])  # withdrawn from the review, or after a return
def test_who_withdrew_is_entered_anew_only_when_asked_for(group: Group, row_state: str) -> None:
    gone = member(group, state="withdrawn", row_state=row_state, submitted_on=date(2026, 3, 2))
    row = gone.roster_row
    with pytest.raises(Refused, match="没有可以初审的人员"):
        pass_rows(group)
    pass_rows(group, row)
    again = application_of(row)
    assert (again.state, again.candidate) == ("prelim", gone.candidate)
    assert Application.objects.get(pk=gone.pk).state == ApplicationState.WITHDRAWN


def test_new_candidate_rules_are_accepted_by_passing_again(group: Group) -> None:
    row = row_of(group)
    pass_rows(group)
    newer = CandidateRulesFactory(edition="newer", in_force_from=date(2026, 3, 11))
    assert pass_rows(group, moment=at(2026, 3, 12)).people == 1
    assert application_of(row).rules == newer


# --- a corrected document number --------------------------------------------------------------------------------------


def test_a_number_corrected_before_it_was_handed_in_is_another_person(group: Group) -> None:
    wrong = member(group)
    row = wrong.roster_row
    right = somebody()
    _renumber(row, right)
    pass_rows(group)
    now = application_of(row)
    assert (now.candidate, now.state) == (right, "prelim")
    assert Application.objects.get(pk=wrong.pk).state == "cancelled"
    assert not OutboxMessage.objects.exists()


def test_a_number_corrected_after_a_return_goes_on_where_it_was(group: Group) -> None:
    wrong = member(group, state="returned", row_state="clear", returned_until=date(2026, 4, 3))
    row = wrong.roster_row
    _renumber(row, CandidateFactory.build(user=None), name=wrong.candidate.name)
    pass_rows(group, moment=APRIL)
    now = application_of(row)
    assert (now.state, now.returned_until, now.submitted_on) == ("returned", date(2026, 4, 3), date(2026, 3, 2))
    assert now.candidate != wrong.candidate
    assert "更正了证件号码" in ApplicationLog.objects.get(subject=now).reason
    assert Application.objects.get(pk=wrong.pk).state == "cancelled"
    assert "更正了证件号码" in OutboxMessage.objects.get().body  # whom it was about before was told of it


def test_after_the_window_people_arent_exchanged(group: Group) -> None:
    wrong = member(group, state="returned", row_state="clear", returned_until=date(2026, 4, 3))
    row = wrong.roster_row
    _renumber(row, CandidateFactory.build(user=None), name="另一个人")
    with pytest.raises(Refused):
        pass_rows(group, moment=APRIL)
    assert fresh(row).state == "faulty"
    assert messages(row) == [passing.SOMEBODY_ELSE.message]
    assert Application.objects.get(pk=wrong.pk).state == "returned"
    assert Candidate.objects.get() == wrong.candidate  # no record is made of who cannot apply


def _renumber(row: RosterRow, person: Candidate, name: str = "") -> None:
    row.id_cipher, row.id_key = person.id_number, blind_index(person.id_number)
    row.cells = row.cells | {"name": name or person.name}
    row.state, row.passed = "clear", None
    row.save()


# --- resits -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def passed(group: Group) -> Candidate:
    """Somebody who passed theory at the provider in 2025."""
    person = somebody()
    earn(person, group.offering, published_on=date(2025, 5, 1), submitted_on=date(2025, 2, 1), clause="4.3")
    return person


def test_a_resit_goes_on_with_the_earlier_application(group: Group, passed: Candidate) -> None:
    (earned,) = passed.credits.all()
    row = row_of(group, person=passed, kind="补考", resit_subjects="操作技能")
    pass_rows(group)
    application = application_of(row)
    assert (application.kind, application.subjects) == ("resit", ["practical"])
    assert (application.earlier, application.clause) == (earned.application, "4.3")
    assert list(application.credits.all()) == [earned]
    assert application.forfeits_accepted_at is None


def test_credits_arent_given_up_without_a_word(group: Group, passed: Candidate) -> None:
    row, other = row_of(group, person=passed), row_of(group)
    with pytest.raises(Refused, match="第 2 行") as refused:
        pass_rows(group)
    assert refused.value.field == "forfeits"
    assert [fresh(one).state for one in (row, other)] == ["clear", "clear"]
    pass_rows(group, forfeits=True)
    application = application_of(row)
    assert (application.kind, application.forfeits_accepted_at) == ("new", NOW)
    assert list(application.credits.all()) == []
    assert application_of(other).forfeits_accepted_at is None


def test_what_was_given_up_once_isnt_asked_about_again(group: Group, passed: Candidate) -> None:
    row = row_of(group, person=passed)
    pass_rows(group, forfeits=True)
    RosterRow.objects.filter(pk=row.pk).update(state="clear", passed=None)
    pass_rows(group, moment=at(2026, 3, 11))
    assert application_of(row).forfeits_accepted_at == NOW


def test_a_resit_without_credits_is_left_out(group: Group) -> None:
    row, other = row_of(group, kind="补考", resit_subjects="操作技能"), row_of(group)
    assert pass_rows(group).left_out == 1
    assert (fresh(row).kinds, fresh(other).state) == (["credits"], "passed")


def test_a_returned_resit_keeps_what_it_was_handed_in_with(group: Group) -> None:
    person = somebody()
    earn(person, group.offering, published_on=date(2024, 3, 5), submitted_on=date(2023, 12, 1))  # to 5 March 2026
    returned = member(
        group, state="returned", row_state="clear", candidate=person, kind="resit", subjects=["practical"]
    )
    row = returned.roster_row
    row.cells |= {"kind": "补考", "resit_subjects": "操作技能"}
    row.save()
    pass_rows(group)
    assert (application_of(row).kind, fresh(row).state) == ("resit", "passed")
