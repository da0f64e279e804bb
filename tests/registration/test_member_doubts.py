"""Who of a group is clear, and what is said of those who aren't; the questions don't grow with the members."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registration.models import Application, Credit, Group, RosterRow
from registration.queries import member_doubts as doubts
from registration.rosters.faults import Fault
from skilleval.catalogue.enums import PaperGate
from tests.factories import ApplicationFactory, CandidateFactory, HeldCertificateFactory, window_of
from tests.registration.handed_in import group_with, handed_in
from tests.registration.ledger import earn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def group() -> Group:
    return group_with()


def said_of(member: Application) -> tuple[str, ...]:
    """What is said of one member, read with the others of the group."""
    rows = doubts.members_of(Application.objects.filter(group=member.group_id))
    return doubts.doubts_of(rows).get(member.pk, ())


def hint(member: Application) -> str:
    RosterRow.objects.filter(application=member).update(
        faults=[Fault("schooling", "schooling", "未填文化程度", "请补填", stops=False).kept()]
    )
    return "未填文化程度"


def renamed(member: Application) -> str:
    RosterRow.objects.filter(application=member).update(cells={"name": "另一名"})
    return f"与档案姓名不一致：名册“另一名”，档案“{member.candidate.name}”"


def held(member: Application) -> str:
    code = member.offering.work_type.occupation.code
    HeldCertificateFactory(candidate=member.candidate, code=code, level=member.level, issued_on=date(2024, 3, 1))
    return "已于2024年3月1日（周五）取得同一职业、同一等级的证书"


def clashing(member: Application) -> str:
    ApplicationFactory(candidate=member.candidate, state="confirmed")  # another provider's month of March
    return doubts.SAME_DAYS


def without_photo(member: Application) -> str:
    member.candidate.photo = None
    member.candidate.save()
    return doubts.NO_PHOTO


def wants_original(member: Application) -> str:
    provider = member.offering.provider
    provider.paper_gate = PaperGate.APPROVAL
    provider.save()
    return doubts.NO_ORIGINAL


def without_row(member: Application) -> str:
    RosterRow.objects.filter(application=member).delete()
    return doubts.NO_ROW


def without_background(member: Application) -> str:
    Application.objects.filter(pk=member.pk).update(background={})
    return doubts.NO_BACKGROUND


def unknown_clause(member: Application) -> str:
    Application.objects.filter(pk=member.pk).update(clause="9.9")
    return doubts.NO_BACKGROUND


def child_labour(member: Application) -> str:
    kept = member.background
    kept["work"][0]["from"] = "2004-01-01"
    Application.objects.filter(pk=member.pk).update(background=kept)
    return "2004年1月1日（周四）起的工作早于 16 周岁，请核实"


def credits_gone(member: Application) -> str:
    Application.objects.filter(pk=member.pk).update(kind="resit")
    (credit,) = earn(member.candidate, member.offering)
    Credit.objects.filter(pk=credit.pk).update(withdrawn_on=date(2026, 6, 1), unearned_by="成绩更正")
    member.credits.add(credit)
    return doubts.CREDITS_GONE


CASES: tuple[Callable[[Application], str], ...] = (
    hint,
    renamed,
    held,
    clashing,
    without_photo,
    wants_original,
    without_row,
    without_background,
    unknown_clause,
    child_labour,
    credits_gone,
)


def test_who_has_nothing_against_them_is_clear(group: Group) -> None:
    assert said_of(handed_in(group)) == ()


@pytest.mark.parametrize("spoil", CASES, ids=lambda spoil: spoil.__name__)
def test_each_doubt_is_said_and_is_its_member_s_alone(group: Group, spoil: Callable[[Application], str]) -> None:
    member, other = handed_in(group), handed_in(group)
    assert spoil(member) in said_of(member)
    assert said_of(other) == ((doubts.NO_ORIGINAL,) if spoil is wants_original else ())


def test_a_clause_that_the_background_doesn_t_bear_out_says_what_is_missing(group: Group) -> None:
    member = handed_in(group, clause="4.2")
    (said,) = said_of(member)
    assert said.startswith("按名册计算不符合申报条件 4.2：")


@pytest.mark.parametrize(
    ("minimum", "schooling", "doubtful"),
    [("", "", False), ("junior_middle", "", True), ("junior_middle", "senior_middle", False), ("", "primary", False)],
)
def test_schooling_nobody_stated_is_a_doubt_only_where_the_standard_s_is_known(
    group: Group, minimum: str, schooling: str, doubtful: bool
) -> None:
    occupation = group.offering.work_type.occupation
    occupation.minimum_schooling = minimum
    occupation.save()
    member = handed_in(group, candidate=CandidateFactory(user=None, schooling=schooling))
    assert bool(said_of(member)) is doubtful


@pytest.mark.parametrize("void", [False, True])
def test_a_certificate_warns_while_it_holds(group: Group, void: bool) -> None:
    member = handed_in(group)
    held(member)
    if void:
        member.candidate.heldcertificate_rows.update(recorded=True, ended_on=date(2026, 1, 1))
    assert bool(said_of(member)) is not void


@pytest.mark.parametrize(
    ("month", "state", "clashes"), [(3, "review", True), (4, "review", False), (3, "lapsed", False)]
)
def test_days_clash_with_an_open_application_assessed_in_the_same_period(
    group: Group, month: int, state: str, clashes: bool
) -> None:
    member = handed_in(group)
    made = ApplicationFactory(candidate=member.candidate, state=state)
    made.window = window_of(made.offering.provider, month)
    made.save()
    assert (doubts.SAME_DAYS in said_of(member)) is clashes


def test_thirty_members_take_the_questions_of_one(group: Group) -> None:
    counts = []
    for more in (1, 1, 28):  # the first fills the caches of the process
        for _ in range(more):
            member = handed_in(group)
        for spoil in (hint, held, credits_gone, clashing):
            spoil(member)
        rows = Application.objects.filter(group=group)
        with CaptureQueriesContext(connection) as asked:
            assert len(doubts.doubts_of(doubts.members_of(rows))) >= 1
        counts.append(len(asked))
    assert counts[1] == counts[2]
