"""Somebody in person at the desk, keyed in by staff: the same rules, nothing lost, never oneself (SPEC 13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from registration.models import Application, Candidate, WorkPeriod
from registration.queries.windows import window_open_on
from registration.services import applications, candidates, walk_ins
from registration.services.walk_ins import Stated
from skilleval.accounts.enums import Role
from skilleval.catalogue.models import CandidateRules, Offering
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent, OutboxMessage
from tests.factories import ApplicationFactory, BanFactory, CandidateFactory, WorkPeriodFactory, resident_number, staff
from tests.races import run_together
from tests.registration.appointing import desk_of
from tests.registration.steps import NOW, PAPER, picture, start

pytestmark = pytest.mark.django_db

OF_88 = date(1988, 8, 8)  # the factories' people were born in 1990: no number is anybody else's
SOMEBODY = Stated(
    name="样本甲",
    id_type="resident",
    id_number=resident_number(7, OF_88),
    phone="13900001234",
    schooling="senior_middle",
)
WORK = {"employer": "测试单位", "position": "", "started_on": date(2015, 7, 1), "ended_on": None}


@pytest.fixture
def clerk(offering: Offering) -> Any:
    return staff(offering.provider)


def begin(offering: Offering, clerk: Any, stated: Stated = SOMEBODY, **options: Any) -> Application:
    window = window_open_on(offering.provider, NOW.date())
    facts = {"window": window, "fee_published": True, "by": clerk, "at": NOW} | options
    return walk_ins.begin(offering=offering, stated=stated, **facts)


def keyed_in(offering: Offering, clerk: Any, rules: CandidateRules, stated: Stated = SOMEBODY) -> Application:
    """Everything that handing in asks for, step by step."""
    draft = begin(offering, clerk, stated)
    by: Any = {"by": clerk, "at": NOW}
    if draft.candidate.photo_id is None:
        walk_ins.set_photo(draft, upload=picture(), **by)
    code = offering.work_type.occupation.code
    walk_ins.save_row(draft, kind="work", row=None, values=WORK | {"code": code}, **by)
    applications.choose_clause(walk_ins.at_work(draft, by=clerk), clause="4.1", declared={}, **by)
    applications.attach(draft, title=PAPER, upload=picture(), **by)
    walk_ins.sign_rules(draft, rules=rules, **by)
    return draft


def hand_in(draft: Application, clerk: Any, **options: Any) -> Application:
    facts = {"original": False, "fee_published": True, "by": clerk, "at": NOW} | options
    return walk_ins.submit(draft, **facts)


def of_account(stated: Stated = SOMEBODY, **fields: Any) -> Candidate:
    """The same person with an account."""
    facts = {"name": stated.name, "id_cipher": stated.id_number, "born": OF_88, "sex": "男"}
    made: Candidate = CandidateFactory(**facts | fields)
    return made


# --- who it is --------------------------------------------------------------------------------------------------------


def test_a_stranger_to_the_portal_gets_a_record_without_account(offering: Offering, clerk: Any) -> None:
    draft = begin(offering, clerk)
    person = draft.candidate
    assert (person.name, person.user, person.phone, person.born) == (
        "样本甲",
        None,
        "+8613900001234",
        OF_88,
    )
    assert (draft.state, draft.entered_by_id, draft.entered_by_label) == ("draft", clerk.pk, clerk.label)


def test_begun_twice_it_is_one_draft(offering: Offering, clerk: Any) -> None:
    assert begin(offering, clerk).pk == begin(offering, staff(offering.provider)).pk
    assert Candidate.objects.count() == 1


def test_who_has_an_account_keeps_what_they_keep(offering: Offering, clerk: Any) -> None:
    person = of_account()
    draft = begin(offering, clerk)
    known = Candidate.objects.get()
    assert (draft.candidate, known.phone, known.user) == (person, person.phone, person.user)


def test_the_person_s_own_draft_stays_theirs(offering: Offering, clerk: Any) -> None:
    own = start(of_account(), offering)
    keyed = begin(offering, clerk)
    assert keyed.pk != own.pk
    with pytest.raises(NotAllowed, match="不是窗口录入的"):
        walk_ins.at_work(own, by=clerk)


@pytest.mark.parametrize(
    ("fields", "field"), [({"name": "样本乙"}, "name"), ({"sex": "女"}, "sex"), ({"born": date(1991, 1, 1)}, "born")]
)
def test_a_record_that_says_otherwise_stops_it_with_the_field(
    offering: Offering, clerk: Any, fields: dict[str, Any], field: str
) -> None:
    of_account(**fields)
    with pytest.raises(Refused, match="与录入的不一致") as refused:
        begin(offering, clerk)
    assert refused.value.field == field
    assert AuditEvent.objects.filter(action=walk_ins.DIFFERS, actor_id=clerk.pk).count() == 1


def test_who_guesses_is_stopped_for_the_day(offering: Offering, clerk: Any) -> None:
    of_account(name="样本乙")
    for _ in range(walk_ins.MISMATCHES_A_DAY):
        with pytest.raises(Refused, match="不一致；"):
            begin(offering, clerk)
    with pytest.raises(Refused, match="已达 20 次"):
        begin(offering, clerk)


def test_a_record_nobody_relies_on_follows_the_document(offering: Offering, clerk: Any) -> None:
    of_account(user=None, name="样本乙")
    assert begin(offering, clerk).candidate.name == "样本甲"
    locked = replace(SOMEBODY, id_number=resident_number(9, OF_88))
    relied_on = of_account(locked, user=None, name="样本乙")
    ApplicationFactory(candidate=relied_on)
    with pytest.raises(Refused, match="与录入的不一致"):
        begin(offering, clerk, locked)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "样本1"}, "name"),
        ({"id_number": "310101198808080019"}, "id_number"),
        ({"phone": "12345"}, "phone"),
        ({"sex": "女"}, "sex"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(offering: Offering, clerk: Any, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        begin(offering, clerk, replace(SOMEBODY, **fields))
    assert refused.value.field == field
    assert not Candidate.objects.exists()


# --- who may ----------------------------------------------------------------------------------------------------------


def test_nobody_keys_in_themselves(offering: Offering, clerk: Any) -> None:
    of_account(user=clerk)
    with pytest.raises(NotAllowed, match="不能为本人录入"):
        begin(offering, clerk)


def test_nobody_gives_their_own_telephone(offering: Offering) -> None:
    clerk = staff(offering.provider, phone="+8613900001234")
    with pytest.raises(NotAllowed, match="您本人的手机号码"):
        begin(offering, clerk)


def test_who_came_to_own_it_meanwhile_takes_no_step(offering: Offering, clerk: Any) -> None:
    draft = begin(offering, clerk)
    Candidate.objects.update(user=clerk)
    with pytest.raises(NotAllowed, match="不能为本人录入"):
        walk_ins.at_work(draft, by=clerk)


def test_strangers_to_the_role_key_in_nobody(offering: Offering, clerk: Any) -> None:
    draft = begin(offering, clerk)
    for other in (staff(offering.provider, Role.FINANCE), staff(ApplicationFactory().offering.provider)):
        with pytest.raises(NotAllowed):
            begin(offering, other)
        with pytest.raises(NotAllowed):
            walk_ins.at_work(draft, by=other)


# --- the same rules ---------------------------------------------------------------------------------------------------


def test_it_ends_in_review_with_the_original(offering: Offering, clerk: Any, rules: CandidateRules) -> None:
    sent = hand_in(keyed_in(offering, clerk, rules), clerk, original=True)
    kept = Application.objects.get()
    assert (sent.state, kept.state, kept.original_received_on) == ("review", "review", NOW.date())
    assert kept.background["work"][0]["employer"] == "测试单位"
    assert [message.address for message in OutboxMessage.objects.all()] == ["+8613900001234"]
    assert AuditEvent.objects.filter(action="walk_in.rules_signed").exists()


def test_handed_in_twice_it_is_handed_in_once(offering: Offering, clerk: Any, rules: CandidateRules) -> None:
    draft = keyed_in(offering, clerk, rules)
    hand_in(draft, clerk)
    with pytest.raises(Conflict, match="待审核"):
        hand_in(draft, clerk)


@pytest.mark.parametrize("lacking", ["photo", "clause", "paper", "rules"])
def test_what_is_missing_stops_it_and_nothing_is_lost(
    offering: Offering, clerk: Any, rules: CandidateRules, lacking: str
) -> None:
    draft = keyed_in(offering, clerk, rules)
    take = {
        "photo": lambda: Candidate.objects.update(photo=None),
        "clause": lambda: WorkPeriod.objects.update(started_on=date(2025, 7, 1)),
        "paper": lambda: draft.evidence.all().delete(),
        "rules": lambda: Application.objects.update(rules=None, rules_accepted_at=None),
    }
    take[lacking]()
    with pytest.raises(Refused):
        hand_in(draft, clerk)
    assert Application.objects.get().state == "draft"
    assert Candidate.objects.get().workperiod_rows.count() == 1


@pytest.mark.parametrize("bar", ["ban", "window", "fee", "group_only", "open"])
def test_the_bars_are_those_of_applying_online(offering: Offering, clerk: Any, bar: str) -> None:
    if bar == "ban":
        BanFactory(candidate=of_account())
    if bar == "open":
        ApplicationFactory(candidate=of_account(), offering=offering)
    if bar == "group_only":
        offering.provider.accepts_individual = False
    with pytest.raises(Refused) as refused:
        begin(offering, clerk, **{"window": {"window": None}, "fee": {"fee_published": False}}.get(bar, {}))
    assert refused.value.field == {"open": "open_application"}.get(bar, bar)


def test_a_provider_that_takes_people_at_its_desk_takes_them_there_alone(
    offering: Offering, clerk: Any, candidate: Candidate, rules: CandidateRules
) -> None:
    offering.provider.desk_only = True
    offering.provider.save()
    desk_of(offering.provider)
    with pytest.raises(Refused, match="请到窗口办理：测试路 1 号（工作日 09:30–11:00、13:30–16:30）"):
        start(candidate, offering)
    assert hand_in(keyed_in(offering, clerk, rules), clerk).state == "review"


def test_a_draft_begun_before_the_provider_took_people_at_its_desk_alone_waits(
    candidate: Candidate, offering: Offering
) -> None:
    own = start(candidate, offering)
    offering.provider.desk_only = True
    offering.provider.save()
    with pytest.raises(Refused, match="只在窗口办理"):
        applications.submit(own, fee_published=True, by=candidate.user, at=NOW)


def test_a_correction_is_keyed_in_too(offering: Offering, clerk: Any, rules: CandidateRules) -> None:
    sent = hand_in(keyed_in(offering, clerk, rules), clerk)
    Application.objects.update(state="returned", returned_until=date(2026, 3, 20))
    walk_ins.sign_rules(sent, rules=rules, by=clerk, at=NOW)
    assert hand_in(sent, clerk).state == "review"


def test_a_draft_is_given_up(offering: Offering, clerk: Any) -> None:
    draft = begin(offering, clerk)
    walk_ins.discard(draft, by=clerk, at=NOW)
    assert Application.objects.get().state == "cancelled"


# --- what belongs to an account ---------------------------------------------------------------------------------------


def test_of_an_account_s_background_only_what_staff_added_is_changed(offering: Offering, clerk: Any) -> None:
    person = of_account()
    theirs = WorkPeriodFactory(candidate=person)
    draft = begin(offering, clerk)
    by: Any = {"by": clerk, "at": NOW}
    with pytest.raises(Refused, match="须由本人修改"):
        walk_ins.remove_row(draft, kind="work", row=theirs, **by)
    added = walk_ins.save_row(draft, kind="work", row=None, values=WORK | {"code": "4-04-05-05"}, **by)
    walk_ins.remove_row(draft, kind="work", row=added, **by)
    assert list(person.workperiod_rows.all()) == [theirs]
    with pytest.raises(Refused, match="不属于该人员"):
        walk_ins.remove_row(draft, kind="work", row=WorkPeriodFactory(), **by)


def test_an_account_s_photo_stays(offering: Offering, clerk: Any) -> None:
    person = of_account()
    draft = begin(offering, clerk)
    walk_ins.set_photo(draft, upload=picture(), by=clerk, at=NOW)
    person.refresh_from_db()
    assert person.photo
    with pytest.raises(Refused, match="由本人登录后办理"):
        walk_ins.set_photo(draft, upload=picture(), by=clerk, at=NOW)
    candidates.set_photo(person, upload=picture(), by=person.user, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_clerks_key_in_one_person_once(offering: Offering) -> None:
    clerks = [staff(offering.provider) for _ in range(2)]
    outcomes = run_together(*[lambda one=one: begin(offering, one) for one in clerks])
    assert Candidate.objects.count() == 1
    drafts = [outcome for outcome in outcomes if isinstance(outcome, Application)]
    assert len({draft.pk for draft in drafts}) == 1
    assert all(isinstance(outcome, (Application, Conflict)) for outcome in outcomes)
