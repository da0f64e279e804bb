"""The ledger's negative control: whatever a fault could leave behind, it finds, though the constraints were gone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from skilleval.core import files, orphans, outbox
from skilleval.core.models import StoredFile
from tests import factories
from tests.faults import books
from tests.fees.makers import order_for, png
from tests.registration.ledger import earn
from tests.scheduling.people import planned

pytestmark = pytest.mark.django_db

DROP = "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE scheduling_seat DROP CONSTRAINT {}"
COPY_SEAT = (
    "INSERT INTO scheduling_seat (sitting_id, application_id, candidate_id, subject, number, during, live)"
    " SELECT sitting_id, application_id, candidate_id, subject, number + {}, during, live FROM scheduling_seat LIMIT 1"
)
EVENT = (
    "INSERT INTO core_event (kind, object_id, key, at, handled_at) VALUES ('registration.confirmed', 1, 'k', now(), {})"
)

#: What a fault does, in statements, and what the ledger says of it.
FAULTS = {
    "a seat is lost": (["DELETE FROM scheduling_seat WHERE number = 1 AND subject = 'theory'"], "without a seat"),
    "a person is lost": (["DELETE FROM scheduling_seat WHERE number = 1"], "size isn't the number"),
    "a seat is doubled": ([DROP.format("seat_once"), COPY_SEAT.format(50)], "twice: seat of a person"),
    "a place is doubled": (
        [
            DROP.format("seat_number_once"),
            "UPDATE scheduling_seat SET number = 1 WHERE subject = 'theory' AND number = 2",
        ],
        "twice: place",
    ),
    "a batch is half judged": (["UPDATE scheduling_batch SET state = 'going_ahead'"], "batch that isn't planned"),
    "somebody is left behind": (["UPDATE scheduling_batch SET state = 'rolled_over'"], "left behind"),
    "an application is doubled": (
        [
            "DROP INDEX application_open_once",
            ("INSERT INTO registration_application (uuid, number, candidate_id, offering_id, work_type_id, level,"
            " window_id, first_window_id, channel, state, kind, subjects, clause, declared, background, rule_set_id,"
            " rules_id, rules_accepted_at, submitted_on, confirmed_on, created_at, competition, conditions,"
            " entered_by_label, accessible_seat)"
            " SELECT gen_random_uuid(), 'X1', candidate_id, offering_id, work_type_id, level, window_id,"
            " first_window_id, channel, state, kind,"
            " subjects, clause, declared, background, rule_set_id, rules_id, rules_accepted_at, submitted_on,"
            " confirmed_on, created_at, competition, conditions, entered_by_label, accessible_seat"
            " FROM registration_application LIMIT 1"),
        ],
        "twice: open application",
    ),
    "money is lost": (
        ["UPDATE fees_order SET state = 'paid'"],
        "money doesn't add up",
    ),
    "an event is overlooked": ([EVENT.format("NULL")], "event that wasn't handled"),
    "an event's job is lost": ([EVENT.format("now()")], "confirmation without its one job"),
    "a counter lags behind": (
        [("UPDATE registration_application SET number = 'SQ20260000002' WHERE number = (SELECT min(number) FROM"
         " registration_application)"), "INSERT INTO core_counter (name, value) VALUES ('application:2026', 1)"],
        "counter",
    ),
    "a file's content changes": (["UPDATE core_storedfile SET sha256 = 'other'"], "isn't what was stored"),
    "a file's row is lost": (["DELETE FROM core_storedfile"], "file without a row"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _judged(tmp_path: Path, settings: Any) -> None:
    """Thirty people seated and told, an order, a file: nothing to complain of."""
    settings.MEDIA_ROOT = str(tmp_path)
    offering = factories.OfferingFactory()
    planned(offering, 30)
    order_for(factories.ApplicationFactory(offering=offering, state="approved"))
    stored = files.store(png(), kind="document", by=None, owner_label="test")
    files.settle(stored)
    do("UPDATE core_job SET state = 'done', finished_at = now()", "UPDATE scheduling_batch SET went_ahead_at = NULL")
    do("UPDATE core_outboxmessage SET state = 'sent', sent_at = now()")


def do(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_sound_books_say_nothing() -> None:
    assert list(books.problems()) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_fault_leaves_behind_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    statements, says = FAULTS[fault]
    if fault == "a file's row is lost":
        monkeypatch.setattr(orphans, "collect_orphans", lambda **_: None)
    do(*statements)
    assert [problem for problem in books.problems() if says in problem]


def test_a_message_that_lacks_a_value_is_found() -> None:
    words = {"key": "a:portal:1", "channel": "portal", "kind": "fees.to_pay", "subject": "请缴费", "recipient_id": 1}
    outbox.send_all([outbox.Message(body="请于{缴费截止}缴费。", **words)])  # type: ignore[arg-type]
    assert [problem for problem in books.problems() if "placeholder" in problem]


#: What may go wrong between the ledger of credits and a resit that was handed in on it.
OF_CREDITS = {
    "a credit stands although it was withdrawn": (
        [
            "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE registration_credit DROP CONSTRAINT credit_withdrawn_facts",
            "UPDATE registration_credit SET withdrawn_for = '{D1}'",
        ],
        "standing isn't what its causes say",
    ),
    "a resit loses its credit": (["DELETE FROM registration_application_credits"], "nothing passed"),
    "a resit sits all": (
        ["UPDATE registration_application SET subjects = '{theory,practical}' WHERE kind = 'resit'"],
        "sits what it has passed",
    ),
    "a choice is half written": (
        ["UPDATE registration_application SET kind = 'new' WHERE kind = 'resit'"],
        "new application that relies on credits",
    ),
    "a credit is doubled": (
        [
            "SET CONSTRAINTS ALL IMMEDIATE; DROP INDEX credit_once",
            ("INSERT INTO registration_credit (candidate_id, provider_id, work_type_id, level, subject, published_on,"
            " valid_until, origin, application_id, note, recorded_at, recorded_by_label, unearned_by, withdrawn_for)"
            " SELECT candidate_id, provider_id, work_type_id, level, subject, published_on, valid_until, origin,"
            " application_id, note, recorded_at, recorded_by_label, unearned_by, withdrawn_for FROM registration_credit"
            " LIMIT 1"),
        ],
        "twice: credit of a sitting",
    ),
    "somebody banned hands in": (
        [("INSERT INTO registration_ban (candidate_id, source, starts_on, ends_on) SELECT candidate_id, 'D1',"
        " submitted_on - 1, submitted_on FROM registration_application WHERE kind = 'resit'")],
        "handed in under a ban",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", OF_CREDITS)
def test_what_goes_wrong_between_credits_and_resits_is_found(fault: str) -> None:
    offering, person = factories.OfferingFactory(), factories.CandidateFactory()
    (credit,) = earn(person, offering, published_on=date(2026, 2, 1), submitted_on=date(2026, 1, 20))
    resit = factories.ApplicationFactory(candidate=person, offering=offering, kind="resit", subjects=["practical"])
    resit.credits.add(credit)
    do("UPDATE core_outboxmessage SET state = 'sent', sent_at = now()")
    assert list(books.problems()) == []
    statements, says = OF_CREDITS[fault]
    do(*statements)
    assert [problem for problem in books.problems() if says in problem]


def test_what_was_acknowledged_and_isn_t_there_is_found() -> None:
    draft = factories.ApplicationFactory(state="draft")
    assert list(books.problems([str(draft.uuid)])) == [f"submitted and lost: {draft.uuid}"]


def test_a_file_whose_content_is_gone_is_found() -> None:
    files.path_of(StoredFile.objects.get()).unlink()
    assert [problem for problem in books.problems() if "has no content" in problem]
