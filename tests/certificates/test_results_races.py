"""Two at once, and cut short: one publication, one confirmation, and no decision lost between the two.

Each race has its negative control: with the locks taken away the same meeting goes wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from threading import Barrier
from typing import Any

import pytest

from certificates.models import MarkSheet, Publication, Result
from certificates.models.marks import SECOND
from certificates.queries.results import current_result
from certificates.services import announcing, cancelling, correcting, locking, marking, publishing
from scheduling.models import ExamSession
from skilleval.accounts.models import User
from skilleval.core.errors import Conflict
from skilleval.core.models import OutboxMessage
from tests import factories
from tests.certificates.marking import AFTER, PUBLISHED, all_marked, entered, marker, needing, people, read, sat
from tests.certificates.test_correcting import marks
from tests.races import run_together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def session() -> ExamSession:
    return sat(factories.OfferingFactory())


@pytest.fixture
def readers(session: ExamSession) -> tuple[User, User]:
    provider = session.batch.offering.provider
    first, second = marker(provider), marker(provider)
    return first, second


@pytest.fixture
def marked(session: ExamSession, readers: tuple[User, User]) -> ExamSession:
    all_marked(session, first=readers[0], second=readers[1])
    return session


def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the guard away: sessions are read, not locked."""

    def lock_session(session_id: int) -> ExamSession:
        return ExamSession.objects.select_related("batch__offering__provider", "batch__window").get(pk=session_id)

    for module in (locking, publishing):
        monkeypatch.setattr(module, "lock_session", lock_session)
    monkeypatch.setattr(cancelling, "lock_sitting", lambda application: nullcontext())


def test_two_publications(marked: ExamSession, readers: tuple[User, User], meet: Callable[[Any, str], None]) -> None:
    meet(publishing, "lines_of")
    third = marker(marked.batch.offering.provider)
    outcomes = run_together(
        lambda: publishing.publish(marked, by=readers[1], at=PUBLISHED),
        lambda: publishing.publish(marked, by=third, at=PUBLISHED),
    )
    assert {type(outcome) for outcome in outcomes} == {Conflict, Publication}
    assert Result.objects.count() == 2
    assert OutboxMessage.objects.filter(key__startswith="result-published:", channel="portal").count() == 2


def test_a_decision_while_marks_are_published(
    marked: ExamSession, readers: tuple[User, User], meet: Callable[[Any, str], None]
) -> None:
    """Whoever is first: in the end the mark is cancelled, at once or by a second version."""
    offender = people(marked)[0]
    meet(publishing, "drafts_of")
    outcomes = run_together(
        lambda: publishing.publish(marked, by=readers[1], at=PUBLISHED),
        lambda: cancelling.cancel_marks(offender, source="决定1", by=None, at=PUBLISHED, reason="处理决定1号"),
    )
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    result = current_result(offender)
    assert result is not None
    assert {mark.status for mark in result.marks.all()} == {"cancelled"}


def test_without_the_lock_the_decision_is_lost(
    marked: ExamSession, readers: tuple[User, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the publication has read the cancellations, then the decision comes and finds nothing published."""
    offender = people(marked)[0]
    unlocked(monkeypatch)
    original, read_it, decided = publishing.drafts_of, Barrier(2), Barrier(2)

    def drafting(*args: Any) -> Any:
        drafts = original(*args)
        read_it.wait(10)
        decided.wait(10)
        return drafts

    def decide() -> None:
        read_it.wait(10)
        try:
            cancelling.cancel_marks(offender, source="决定1", by=None, at=PUBLISHED, reason="处理决定1号")
        finally:
            decided.wait(10)

    monkeypatch.setattr(publishing, "drafts_of", drafting)
    monkeypatch.setattr("certificates.services.regrading.lock_sitting", lambda application: None)
    run_together(lambda: publishing.publish(marked, by=readers[1], at=PUBLISHED), decide)
    result = current_result(offender)
    assert result is not None
    assert {mark.status for mark in result.marks.all()} == {"marked"}


def test_two_confirmations(session: ExamSession, readers: tuple[User, User], meet: Callable[[Any, str], None]) -> None:
    first, second = readers
    typed = dict.fromkeys(needing(session, "theory"), "80")
    sheet = entered(session, "theory", typed, by=first)
    read(sheet, SECOND, typed, by=second)
    meet(marking, "_check_state")
    outcomes = run_together(*[lambda: marking.confirm(sheet, by=second, at=AFTER)] * 2)
    assert {type(outcome) for outcome in outcomes} == {MarkSheet, Conflict}
    assert sheet.log.filter(to_state="confirmed").count() == 1


def test_one_correction_decided_twice(
    marked: ExamSession, readers: tuple[User, User], meet: Callable[[Any, str], None]
) -> None:
    first, second = readers
    publishing.publish(marked, by=second, at=PUBLISHED)
    one = people(marked)[0]
    correction = correcting.propose(one, marks=marks(theory="90"), reason="合分有误", by=first, at=PUBLISHED)
    meet(correcting, "lock_sitting")
    outcomes = run_together(*[lambda: correcting.accept(correction, by=second, at=PUBLISHED)] * 2)
    assert {type(outcome) for outcome in outcomes} == {Result, Conflict}
    assert Result.objects.filter(application=one).count() == 2


@pytest.mark.parametrize("step", ["write", "of_first", "published"])
def test_a_publication_cut_short_publishes_nothing(
    marked: ExamSession, readers: tuple[User, User], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Wherever it dies, nothing is out; run again everything is, once."""
    module: Any = {"write": publishing.versions, "of_first": publishing.consequences, "published": announcing}[step]
    original = getattr(module, step)

    def dying(*args: Any, **kwargs: Any) -> Any:
        original(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, step, dying)
        with pytest.raises(KeyboardInterrupt):
            publishing.publish(marked, by=readers[1], at=PUBLISHED)
    assert not Publication.objects.exists()
    assert not Result.objects.exists()
    assert {one.state for one in people(marked)} == {"scheduled"}
    assert not OutboxMessage.objects.filter(key__startswith="result-published:").exists()
    publishing.publish(marked, by=readers[1], at=PUBLISHED)
    assert {one.state for one in people(marked)} == {"completed"}
    assert Result.objects.count() == 2
