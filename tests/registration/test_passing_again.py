"""资格初审 once more: mended and returned rows, corrected numbers, resits and credits given up (SPEC 5.2, 9.3)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from registration.models import Application, ApplicationLog, Candidate, Group, PreliminaryReview, RosterRow
from registration.services import judging, mending, passing, reviews
from skilleval.core.crypto import blind_index
from skilleval.core.errors import Refused
from skilleval.core.models import OutboxMessage
from tests.factories import ApplicationFactory, CandidateFactory, CandidateRulesFactory, at, staff
from tests.registration.handing import submit
from tests.registration.ledger import earn
from tests.registration.passing import APRIL, NOW, application_of, fresh, messages, pass_rows
from tests.registration.rosters import member, officer_of, row_of, somebody

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


@pytest.mark.parametrize(
    ("state", "row_state"),
    [("withdrawn", "passed"), ("withdrawn", "clear"), ("lapsed", "clear"), ("void", "passed")],
)
def test_what_is_over_is_entered_anew_only_when_asked_for(group: Group, state: str, row_state: str) -> None:
    gone = member(group, state=state, row_state=row_state, submitted_on=date(2026, 3, 2))
    row = gone.roster_row
    with pytest.raises(Refused, match="没有可以初审的人员"):
        pass_rows(group)
    pass_rows(group, row)
    again = application_of(row)
    assert (again.state, again.candidate) == ("prelim", gone.candidate)
    assert Application.objects.get(pk=gone.pk).state == state


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


def test_nor_in_two_steps_by_the_name_first(group: Group) -> None:
    wrong = member(group, state="returned", row_state="clear", returned_until=date(2026, 4, 3))
    row = wrong.roster_row
    _renumber(row, wrong.candidate, name="另一个人")
    pass_rows(group, moment=APRIL)
    assert Candidate.objects.get(pk=wrong.candidate_id).name == "另一个人"
    _renumber(row, CandidateFactory.build(user=None), name="另一个人")
    with pytest.raises(Refused):
        pass_rows(group, moment=APRIL)
    assert messages(row) == [passing.SOMEBODY_ELSE.message]


def test_a_wrong_digit_is_corrected_even_where_it_was_a_real_person_s_number(group: Group) -> None:
    row = row_of(group, person=CandidateFactory(name="样本乙"), name="样本甲")
    pass_rows(group)
    submit(group)
    reviews.return_for_correction(
        application_of(row), by=staff(group.offering.provider), at=at(2026, 3, 30), reason="号码有误"
    )
    _renumber(fresh(row), CandidateFactory.build(user=None), name="样本甲")
    pass_rows(group, moment=APRIL)
    assert (application_of(row).state, application_of(row).candidate.name) == ("returned", "样本甲")


# --- exchanged document numbers ---------------------------------------------------------------------------------------


@pytest.fixture(params=["prelim", "returned"])
def exchanged(request: pytest.FixtureRequest, group: Group) -> tuple[RosterRow, RosterRow]:
    """Two members whose rows bear each other's number, until the officer has mended one after the other."""
    facts = {"returned_until": date(2026, 4, 3)} if request.param == "returned" else {}
    one, other = (member(group, state=request.param, row_state="clear", **facts) for _ in range(2))
    numbers = [one.candidate.id_number, other.candidate.id_number]
    for application, number in zip((one, other), reversed(numbers), strict=True):
        mending.mend(application.roster_row, cells={"id_number": number}, by=officer_of(group.institution), at=NOW)
    return fresh(one.roster_row), fresh(other.roster_row)


def test_numbers_of_two_rows_are_exchanged(group: Group, exchanged: tuple[RosterRow, RosterRow]) -> None:
    before = [application_of(row) for row in exchanged]
    assert pass_rows(group).people == 2
    after = [application_of(row) for row in exchanged]
    assert [one.candidate for one in after] == [one.candidate for one in reversed(before)]
    assert [one.state for one in after] == [one.state for one in before]
    assert {Application.objects.get(pk=one.pk).state for one in before} == {"cancelled"}


def test_one_of_them_alone_waits_for_the_other(group: Group, exchanged: tuple[RosterRow, RosterRow]) -> None:
    one, _ = exchanged
    before = application_of(one)
    with pytest.raises(Refused):
        pass_rows(group, one)
    assert (fresh(one).state, messages(one)) == ("clear", [passing.OF_ANOTHER_ROW.message])
    assert application_of(one) == before
    assert pass_rows(group).people == 2
    assert messages(one) == []


def test_who_is_in_the_way_of_one_leaves_the_others(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    """A corrected number turns out to be taken, and the savepoint gives back what was ended for it."""
    wrong, fine = member(group, row_state="clear"), member(group, row_state="clear")
    unknown, taken = row_of(group), somebody()
    for application, person in ((wrong, taken), (fine, somebody())):
        _renumber(application.roster_row, person)
    judged = judging.judge

    def then_taken(*args: Any, **kwargs: Any) -> list[judging.Judged]:
        found = judged(*args, **kwargs)
        if not taken.applications.exists():
            ApplicationFactory(candidate=taken, offering=group.offering)
        return found

    monkeypatch.setattr(judging, "judge", then_taken)
    review = pass_rows(group)
    assert (review.people, review.left_out) == (2, 1)
    assert (application_of(wrong.roster_row), application_of(wrong.roster_row).state) == (wrong, "prelim")
    assert messages(wrong.roster_row) == [passing.OPEN_ELSEWHERE.message]
    assert [application_of(row).state for row in (fine.roster_row, unknown)] == ["prelim", "prelim"]
    assert Application.objects.get(pk=fine.pk).state == "cancelled"


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


def test_a_returned_resit_forfeits_credits_as_a_new_one_only_by_the_officer_s_word(
    group: Group, passed: Candidate
) -> None:
    returned = member(
        group, state="returned", row_state="clear", candidate=passed, kind="resit", subjects=["practical"]
    )
    with pytest.raises(Refused) as refused:
        pass_rows(group)
    assert refused.value.field == "forfeits"
    pass_rows(group, forfeits=True)
    now = application_of(returned.roster_row)
    assert (now.kind, now.subjects, now.forfeits_accepted_at) == ("new", ["theory", "practical"], NOW)
    assert submit(group).people == 1


def test_a_returned_new_one_stays_what_it_was_without_a_further_word(group: Group, passed: Candidate) -> None:
    agreed = at(2026, 3, 2)
    member(group, state="returned", row_state="clear", candidate=passed, forfeits_accepted_at=agreed)
    assert pass_rows(group).people == 1
    assert Application.objects.get(group=group).forfeits_accepted_at == agreed
