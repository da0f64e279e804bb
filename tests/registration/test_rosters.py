"""Groups are opened, rosters taken in, people added and taken out: by the right officer, in time, and once."""

from __future__ import annotations

from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError

from registration.models import Application, Group, Roster, RosterRow
from registration.services import rosters
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.jobs import drain
from skilleval.core.models import AuditEvent, Job, StoredFile
from tests.factories import BanFactory, GroupFactory, InstitutionFactory, OfferingFactory, WindowFactory, at, window_of
from tests.races import run_together
from tests.registration.rosters import EARLIER, member, officer_of, read, roster_file, rows_in, stated

pytestmark = pytest.mark.django_db
LAST_DAY, TOO_LATE = at(2026, 3, 31, 15), at(2026, 3, 31, 16)  # 23:00 in Shanghai, and the midnight after


def opened(offering: Any, **changed: Any) -> Group:
    institution = changed.pop("institution", None) or InstitutionFactory()
    told = {"window": window_of(offering.provider), "fee_published": True, "at": EARLIER} | changed
    by = told.pop("by", None) or officer_of(institution)
    return rosters.open_group(institution, offering=offering, by=by, **told)


def upload(group: Group, *lines: dict[str, str], **options: Any) -> Roster:
    moment = options.pop("at", EARLIER)
    file = options.pop("file", None) or roster_file(*(lines or (stated(),)))
    return rosters.upload_roster(group, upload=file, by=officer_of(group.institution), at=moment)


# --- opening --------------------------------------------------------------------------------------------------------


def test_a_group_is_opened_once_for_an_offering_and_a_window() -> None:
    offering, institution = OfferingFactory(), InstitutionFactory()
    group = opened(offering, institution=institution)
    assert (group.number[:6], group.created_by_label) == ("TT2026", "经办人")
    assert opened(offering, institution=institution) == group
    assert opened(offering) != group
    assert AuditEvent.objects.filter(action="group.opened").count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_colleagues_at_once_both_have_the_same_group() -> None:
    offering, institution = OfferingFactory(), InstitutionFactory()
    window, officers = window_of(offering.provider), [officer_of(institution) for _ in range(2)]
    calls = [lambda by=by: opened(offering, institution=institution, window=window, by=by) for by in officers]
    first, second = run_together(*calls)
    assert first == second
    assert Group.objects.count() == 1


@pytest.mark.parametrize(
    ("offering", "changed", "words"),
    [
        ({}, {"fee_published": False}, "费用待公布"),
        ({"provider__accepts_group": False}, {}, "个人"),
        ({"listed": True}, {}, "尚未发布"),
        ({"suspended_on": date(2026, 3, 1)}, {}, "暂停"),
        ({}, {"at": TOO_LATE}, "已经截止"),
        ({}, {"at": at(2026, 2, 27)}, "开放"),
    ],
)
def test_what_stops_every_group_stops_its_opening(
    offering: dict[str, Any], changed: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        opened(OfferingFactory(**offering), **changed)


def test_individuals_only_being_refused_doesnt_stop_a_group() -> None:
    assert opened(OfferingFactory(provider__accepts_individual=False), at=LAST_DAY)


def test_only_officers_of_an_approved_institution_open_one() -> None:
    offering = OfferingFactory()
    with pytest.raises(NotAllowed):
        opened(offering, by=officer_of(InstitutionFactory()))
    with pytest.raises(NotAllowed):
        opened(offering, institution=InstitutionFactory(state="suspended", state_reason="核查中"))
    with pytest.raises(Refused, match="评价机构"):
        opened(offering, window=WindowFactory())


# --- uploading ------------------------------------------------------------------------------------------------------


def test_an_upload_keeps_the_file_and_leaves_the_rest_to_a_job(group: Group) -> None:
    roster = upload(group, stated(1), stated(2))
    assert (roster.state, roster.name, roster.rows.count()) == ("waiting", "名册.csv", 0)
    assert roster.file is not None
    assert (roster.file.kind, roster.file.sha256) == ("spreadsheet", roster.sha256)
    job = Job.objects.get(key=f"roster:{roster.pk}")
    assert (job.kind, job.payload) == ("registration.check_roster", {"id": roster.pk})
    event = AuditEvent.objects.get(action="roster.uploaded")
    assert event.details == {"group": group.pk, "file": roster.file.pk}


def test_a_file_seen_before_is_recognised_in_its_group_alone(group: Group) -> None:
    first = upload(group)
    drain()
    assert upload(group, file=roster_file(stated(), name="改了名.csv")) == first
    assert (Roster.objects.count(), StoredFile.objects.count(), len(rows_in(group))) == (1, 1, 1)
    assert upload(GroupFactory()) != first


def test_a_file_that_couldnt_be_read_may_be_uploaded_again(group: Group) -> None:
    first = upload(group, file=SimpleUploadedFile("名册.csv", b"%PDF-1.7"))
    drain()
    again = upload(group, file=SimpleUploadedFile("名册.csv", b"%PDF-1.7"))
    assert again != first
    first.refresh_from_db()
    assert (first.state, "不是表格" in first.refusal) == ("refused", True)


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "空的"), (b"x" * (rosters.MAX_BYTES + 1), "10 MB")], ids=["empty", "too large"]
)
def test_nothing_is_kept_of_what_is_empty_or_too_large(group: Group, content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words) as refused:
        upload(group, file=SimpleUploadedFile("名册.csv", content))
    assert refused.value.field == "upload"
    assert not StoredFile.objects.exists()


def test_only_the_institutions_own_officers_upload(group: Group) -> None:
    with pytest.raises(NotAllowed):
        rosters.upload_roster(group, upload=roster_file(stated()), by=officer_of(InstitutionFactory()), at=EARLIER)


def test_the_last_day_counts_to_its_end(group: Group) -> None:
    assert upload(group, at=LAST_DAY)
    with pytest.raises(Refused, match="已经截止"):
        upload(group, stated(2), at=TOO_LATE)


def test_after_the_close_a_file_may_only_mend_who_was_returned(group: Group) -> None:
    member(group, state="returned", returned_until=date(2026, 4, 5))
    roster = upload(group, stated(2), at=TOO_LATE)
    drain()
    roster.refresh_from_db()
    assert [(line["row"], "已经截止" in line["message"]) for line in roster.report] == [(2, True)]
    assert len(rows_in(group)) == 1
    with pytest.raises(Refused, match="已经截止"):
        upload(group, stated(3), at=at(2026, 4, 6))


@pytest.mark.django_db(transaction=True)
def test_the_same_file_twice_at_once_is_one_roster(group: Group) -> None:
    officers = [officer_of(group.institution) for _ in range(2)]
    calls = [
        lambda by=by: rosters.upload_roster(group, upload=roster_file(stated()), by=by, at=EARLIER) for by in officers
    ]
    first, second = run_together(*calls)
    assert first == second
    drain()
    assert (Roster.objects.count(), Job.objects.count(), len(rows_in(group))) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_without_the_groups_lock_the_second_would_run_into_the_first(group: Group) -> None:
    """The negative control: both ask before either has written; the database alone stops the second, with an error."""
    asked = Barrier(2, timeout=20)

    def careless() -> Roster:
        assert rosters.already_there(group, "1" * 64) is None
        asked.wait()
        return Roster.objects.create(group=group, sha256="1" * 64, uploaded_by_label="经办人", uploaded_at=EARLIER)

    outcomes = run_together(careless, careless)
    assert sorted(type(outcome) for outcome in outcomes if isinstance(outcome, Exception)) == [IntegrityError]


# --- one by one -----------------------------------------------------------------------------------------------------


def test_people_are_added_by_hand_on_one_sheet_and_checked_at_once(group: Group) -> None:
    by = officer_of(group.institution)
    first = rosters.add_person(group, cells=stated(1), by=by, at=EARLIER)
    second = rosters.add_person(group, cells=stated(2, phone="123"), by=by, at=EARLIER)
    assert (first.number, second.number, first.roster) == (1, 2, second.roster)
    assert (first.roster.origin, first.roster.state) == ("hand", "read")
    assert (first.kinds, second.kinds) == (["photo"], ["phone", "photo"])
    assert AuditEvent.objects.filter(action="roster.person_added").count() == 2


def test_an_empty_person_is_none(group: Group) -> None:
    with pytest.raises(Refused, match="填写"):
        rosters.add_person(group, cells={"name": " "}, by=officer_of(group.institution), at=EARLIER)
    assert not RosterRow.objects.exists()


def test_nobody_is_added_after_the_close_or_by_a_stranger(group: Group) -> None:
    with pytest.raises(Refused, match="已经截止"):
        rosters.add_person(group, cells=stated(), by=officer_of(group.institution), at=TOO_LATE)
    with pytest.raises(NotAllowed):
        rosters.add_person(group, cells=stated(), by=officer_of(InstitutionFactory()), at=EARLIER)


# --- removing -------------------------------------------------------------------------------------------------------


def remove(group: Group, *rows: RosterRow, moment: Any = EARLIER) -> int:
    return rosters.remove_rows(group, rows=[row.pk for row in rows], by=officer_of(group.institution), at=moment)


def test_a_removed_row_frees_the_one_that_doubled_it(group: Group) -> None:
    read(group, stated(1, phone="123"), stated(1))
    first, second = rows_in(group)
    assert second.kinds == ["duplicate", "photo"]
    assert remove(group, first) == 1
    first, second = rows_in(group)
    assert (first.state, second.kinds) == ("removed", ["photo"])
    assert remove(group, first) == 0


def test_an_application_that_wasnt_handed_in_is_cancelled(group: Group) -> None:
    application = member(group)
    assert remove(group, application.roster_row) == 1
    assert Application.objects.get().state == "cancelled"
    assert [(row.state, row.passed) for row in rows_in(group)] == [("removed", None)]


@pytest.mark.parametrize("state", ["review", "returned", "approved", "confirmed"])
def test_who_was_handed_in_is_withdrawn_instead_and_nobody_goes(group: Group, state: str) -> None:
    waiting, sent = member(group), member(group, state=state)
    with pytest.raises(Conflict, match="退考"):
        remove(group, waiting.roster_row, sent.roster_row)
    assert sorted(row.state for row in rows_in(group)) == ["passed", "passed"]


@pytest.mark.parametrize("banned", [False, True])
def test_where_a_decision_made_it_void_the_row_goes_and_the_number_comes_anew(group: Group, banned: bool) -> None:
    void = member(group, state="void")
    if banned:
        BanFactory(candidate=void.candidate)
    cells = stated(1, id_number=void.candidate.id_number, name=void.candidate.name)
    again = rosters.add_person(group, cells=cells, by=officer_of(group.institution), at=EARLIER)
    assert "duplicate" in again.kinds
    assert remove(group, void.roster_row) == 1
    again.refresh_from_db()
    assert again.kinds == (["ban", "photo"] if banned else ["photo"])
    assert Application.objects.get(pk=void.pk).state == "void"


def test_nobody_is_taken_out_after_the_close(group: Group) -> None:
    with pytest.raises(Refused, match="已经截止"):
        remove(group, member(group).roster_row, moment=TOO_LATE)


def test_another_groups_rows_are_passed_over(group: Group) -> None:
    other: Group = GroupFactory()
    assert remove(group, member(other).roster_row) == 0
    assert [row.state for row in rows_in(other)] == ["passed"]
