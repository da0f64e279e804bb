"""An uploaded roster becomes rows with all their faults: each row once, however the work is interrupted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registration.models import Group, Roster, RosterRow
from registration.rosters.columns import COLUMNS, SEALED
from registration.services import roster_check, rosters
from skilleval.core import leases
from skilleval.core.crypto import blind_index
from skilleval.core.jobs import drain
from skilleval.core.models import Job
from tests.core.hostile_sheets import workbook
from tests.factories import (
    ApplicationFactory,
    BanFactory,
    CandidateFactory,
    GroupFactory,
    HeldCertificateFactory,
    OfferingFactory,
    resident_number,
)
from tests.registration.ledger import earn
from tests.registration.rosters import EARLIER, officer_of, read, roster_file, rows_in, stated

pytestmark = pytest.mark.django_db


def person(serial: int) -> Any:
    """Somebody the portal knows, whom `stated` states too."""
    return CandidateFactory(id_cipher=resident_number(serial))


def told(row: RosterRow, kind: str) -> list[str]:
    return [fault["message"] for fault in row.faults if fault["kind"] == kind]


def test_every_row_is_kept_with_all_its_faults(group: Group) -> None:
    roster = read(group, stated(1), stated(2, phone="123", clause="9.9"))
    assert (roster.state, roster.refusal, roster.ignored) == ("read", "", [])
    first, second = rows_in(group)
    assert (first.number, first.state, first.kinds, first.checked_on) == (2, "faulty", ["photo"], EARLIER.date())
    assert first.cells == {"name": "样本乙", "clause": "4.1", "work_from": "2015-07-01"}
    assert second.kinds == ["phone", "word", "photo"]
    assert [set(fault) for fault in second.faults] == [{"column", "kind", "message", "cure", "stops"}] * 3


def test_numbers_and_telephones_are_sealed_to_their_row(group: Group) -> None:
    number = stated(1)["id_number"]
    read(group, stated(1, photo_name=f"样本乙_{number}.jpg"), stated(2, photo_name=number))
    first, second = rows_in(group)
    assert (first.id_cipher, first.phone_cipher) == (number, "13900000001")
    assert [row.photo_cipher for row in (first, second)] == [f"样本乙_{number}.jpg", number]
    assert bytes(first.id_key) == blind_index(number)
    with connection.cursor() as cursor:
        cursor.execute("SELECT registration_rosterrow::text FROM registration_rosterrow")
        kept = str(cursor.fetchall())
    assert number not in kept
    assert number.encode().hex() not in kept
    assert "13900000001" not in kept
    RosterRow.objects.filter(pk=second.pk).update(uuid="00000000-0000-0000-0000-000000000001")
    with pytest.raises(Exception, match="altered or belongs elsewhere"):
        _ = RosterRow.objects.get(pk=second.pk).id_cipher


def test_all_columns_in_any_order_and_others_named(group: Group) -> None:
    keys = [column.key for column in reversed(COLUMNS)]
    titles = [column.title for column in reversed(COLUMNS)]
    cells = stated(
        1, schooling="大专", photo_name="甲.jpg", held_number="S000031300040255000001", title_on="2020-01-31"
    )
    content = workbook([*titles, "备注", "班主任"], [*(cells.get(key, "") for key in keys), "x", "y"])
    upload = SimpleUploadedFile("名册.xlsx", content)
    roster = rosters.upload_roster(group, upload=upload, by=officer_of(group.institution), at=EARLIER)
    drain()
    roster.refresh_from_db()
    assert (roster.state, roster.ignored) == ("read", ["备注", "班主任"])
    (row,) = rows_in(group)
    assert row.cells == {key: text for key, text in cells.items() if key not in SEALED}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("姓名,证件号码\n甲,1\n".encode(), "缺少必填的列：手机号码、申报条件"),
        ("姓名,证件号码,手机号码,申报条件\n".encode(), "没有人员"),
        (b"%PDF-1.7", "不是表格"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "另存为"),
        (roster_file(*(stated(n) for n in range(2001))).read(), "最多 2000 行"),
    ],
    ids=["columns missing", "nobody", "pdf", "xls", "2,001 rows"],
)
def test_a_file_that_cant_be_read_is_refused_whole_with_the_cure(group: Group, content: bytes, words: str) -> None:
    upload = SimpleUploadedFile("名册.xlsx", content)
    roster = rosters.upload_roster(group, upload=upload, by=officer_of(group.institution), at=EARLIER)
    drain()
    roster.refresh_from_db()
    assert (roster.state, words in roster.refusal, rows_in(group)) == ("refused", True, [])
    assert Job.objects.get().state == "done"


def test_a_number_kept_as_a_number_has_lost_its_digits(group: Group) -> None:
    content = workbook(
        ("姓名", "证件号码", "手机号码", "申报条件"), ("样本甲", 310101199005200016, "13900000001", "4.1")
    )
    upload = SimpleUploadedFile("名册.xlsx", content)
    rosters.upload_roster(group, upload=upload, by=officer_of(group.institution), at=EARLIER)
    drain()
    (row,) = rows_in(group)
    assert (row.lossy, row.id_key, "identity" in row.kinds) == (["id_number"], None, True)


# --- doubles --------------------------------------------------------------------------------------------------------


def test_of_doubles_the_first_stands_in_a_file_across_files_and_against_the_hand(group: Group) -> None:
    by_hand = rosters.add_person(group, cells=stated(3), by=officer_of(group.institution), at=EARLIER)
    read(group, stated(1), stated(2), stated(1), stated(3), name="第一份.csv")
    read(group, stated(2), stated(4, id_number=stated(2)["id_number"].replace("x", "X")), name="第二份.csv")
    doubled = [told(row, "duplicate") for row in rows_in(group)]
    assert by_hand.number == 1
    assert doubled == [
        [],  # by hand
        *([], [], ["与第 2 行重复"], ["与逐人添加第 1 行重复"]),
        *(["与“第一份.csv”第 3 行重复"], ["与“第一份.csv”第 3 行重复"]),
    ]


def test_another_groups_rows_double_nobody(group: Group) -> None:
    read(GroupFactory(), stated(1))
    read(group, stated(1))
    assert [told(row, "duplicate") for row in rows_in(group)] == [[]]


# --- what the database knows ----------------------------------------------------------------------------------------


def test_a_ban_says_from_when_and_where_to_read_more_and_nothing_else(group: Group) -> None:
    BanFactory(candidate=person(1), starts_on=date(2026, 2, 1), ends_on=date(2028, 1, 31))
    BanFactory(candidate=person(2), ends_on=EARLIER.date() - timedelta(days=1))
    BanFactory(candidate=person(3), lifted_on=date(2026, 2, 20))
    read(group, stated(1), stated(2), stated(3))
    banned, over, lifted = rows_in(group)
    assert told(banned, "ban") == ["该人员目前不能申报，最早可于 2028年2月1日（周二） 申报，详情请本人登录查询"]
    assert (told(over, "ban"), told(lifted, "ban")) == ([], [])


def test_an_open_application_anywhere_for_the_same_is_told_without_whose(group: Group) -> None:
    elsewhere = OfferingFactory(work_type=group.offering.work_type)
    other_group: Group = GroupFactory(offering=elsewhere)
    ApplicationFactory(candidate=person(1), offering=elsewhere, channel="group", group=other_group)
    ApplicationFactory(candidate=person(2), offering=group.offering, state="draft")
    ApplicationFactory(candidate=person(3), offering=group.offering, state="withdrawn")
    ApplicationFactory(candidate=person(4), offering=OfferingFactory())
    read(group, *(stated(serial) for serial in (1, 2, 3, 4)))
    first, *others = rows_in(group)
    assert told(first, "open") == ["该人员已有同一职业（工种）、同一等级的申报正在办理"]
    assert other_group.institution.name not in str(first.faults)
    assert [told(row, "open") for row in others] == [[], [], []]


def test_resit_subjects_are_held_against_the_persons_credits(group: Group) -> None:
    passed, never = person(1), person(2)
    earn(passed, group.offering, published_on=date(2025, 4, 1), submitted_on=date(2025, 2, 2), clause="4.1")
    assert never
    resit = {"kind": "补考", "resit_subjects": "操作技能"}
    read(group, stated(1, **resit), stated(2, **resit), stated(3, **resit))
    assert ["credits" in row.kinds for row in rows_in(group)] == [False, True, True]


def test_a_void_certificate_proves_nothing(group: Group) -> None:
    number = "S000031300040255000001"
    held = {"held_level": "五级/初级工", "held_on": "2024-03-01"}
    HeldCertificateFactory(number=number, recorded=True, ended_on=date(2025, 1, 1))
    read(group, stated(1, held_number=number, **held), stated(2, held_number=number[:-1] + "2", **held))
    assert [told(row, "certificate") for row in rows_in(group)] == [["持有证书已作废"], []]


def test_thirty_rows_ask_as_many_questions_as_one(group: Group) -> None:
    def questions(*serials: int) -> int:
        upload = roster_file(*(stated(serial, held_number=f"S00003130004025500{serial:04d}") for serial in serials))
        rosters.upload_roster(group, upload=upload, by=officer_of(group.institution), at=EARLIER)
        with CaptureQueriesContext(connection) as asked:
            drain()
        return len(asked)

    for serial in range(40):
        BanFactory(candidate=person(serial), starts_on=date(2025, 1, 1), ends_on=date(2025, 6, 1))
    questions(39)  # the rule set is parsed once
    assert questions(31) == questions(*range(30))


# --- interrupted ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_check_killed_half_way_goes_on_where_it_was(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker dies in its third chunk, after the rows were written and before they were committed."""
    monkeypatch.setattr(roster_check, "ROWS_AT_ONCE", 2)
    renew, calls = leases.Lease.renew, []

    def die(self: leases.Lease, **progress: Any) -> None:
        calls.append(progress)
        if len(calls) == 3:
            raise KeyboardInterrupt
        renew(self, **progress)

    monkeypatch.setattr(leases.Lease, "renew", die)
    rosters.upload_roster(
        group, upload=roster_file(*map(stated, range(9))), by=officer_of(group.institution), at=EARLIER
    )
    with pytest.raises(KeyboardInterrupt):
        drain()
    assert (len(rows_in(group)), Job.objects.get().progress_done) == (4, 4)
    Job.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    drain()
    assert [row.number for row in rows_in(group)] == list(range(2, 11))
    assert (Roster.objects.get().state, Job.objects.get().state) == ("read", "done")
    assert calls[-1] == {"done": 9, "total": 9}


@pytest.mark.django_db(transaction=True)
def test_run_again_after_its_end_it_changes_nothing(group: Group) -> None:
    read(group, stated(1), stated(2))
    before = [(row.pk, row.uuid) for row in rows_in(group)]
    Job.objects.update(state="queued", finished_at=None)
    drain()
    assert [(row.pk, row.uuid) for row in rows_in(group)] == before
    assert Job.objects.get().state == "done"
