"""Review: who may, what each verb leaves behind, and two reviewers at once."""

from datetime import date

import pytest
from django.db import connection, transaction

from registration.enums import ApplicationState
from registration.models import Application, ApplicationLog
from registration.services import reviews
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.catalogue.enums import PaperGate
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent, OutboxMessage
from tests.factories import ApplicationFactory, MembershipFactory, ProviderFactory, at, staff
from tests.races import run_together

NOW = at(2026, 3, 5)
VERBS = {
    "approve": lambda app, by: reviews.approve(app, by=by, at=NOW),
    "return": lambda app, by: reviews.return_for_correction(app, by=by, at=NOW, reason="证明未盖章"),
    "reject": lambda app, by: reviews.reject(app, by=by, at=NOW, reason="年限不足"),
}


def reviewer_of(application: Application):
    return staff(application.offering.provider, Role.REVIEWING)


def stored(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


@pytest.mark.django_db
def test_approval_sets_the_day_and_writes_who() -> None:
    application = ApplicationFactory()
    reviewer = reviewer_of(application)
    reviews.approve(application, by=reviewer, at=NOW)
    now = stored(application)
    assert (now.state, now.approved_on) == (ApplicationState.APPROVED, date(2026, 3, 5))
    log = ApplicationLog.objects.get(subject=now)
    assert (log.from_state, log.to_state, log.by_id, log.at) == ("review", "approved", reviewer.pk, NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "until"), [(7, date(2026, 3, 12)), (0, date(2026, 3, 5)), (30, date(2026, 4, 4))])
def test_a_return_gives_the_provider_s_days_even_past_the_window(days: int, until: date) -> None:
    application = ApplicationFactory(offering__provider__correction_days=days)
    reviews.return_for_correction(application, by=reviewer_of(application), at=NOW, reason="工作证明未盖公章。")
    now = stored(application)
    assert (now.state, now.returned_until) == (ApplicationState.RETURNED, until)
    assert ApplicationLog.objects.get(subject=now).reason == "工作证明未盖公章"
    message = OutboxMessage.objects.get(channel="portal")
    assert "工作证明未盖公章" in message.body
    assert f"{until.month}月{until.day}日 24:00 前" in message.body


@pytest.mark.django_db
def test_returned_twice_on_one_day_is_told_twice() -> None:
    application = ApplicationFactory()
    reviewer = reviewer_of(application)
    reviews.return_for_correction(application, by=reviewer, at=NOW, reason="一")
    Application.objects.filter(pk=application.pk).update(state=ApplicationState.REVIEW)
    reviews.return_for_correction(stored(application), by=reviewer, at=at(2026, 3, 5, 6), reason="二")
    assert OutboxMessage.objects.filter(channel="portal").count() == 2


@pytest.mark.django_db
def test_a_rejection_ends_it_and_says_why() -> None:
    application = ApplicationFactory()
    reviews.reject(application, by=reviewer_of(application), at=NOW, reason="工作年限未达到")
    assert stored(application).state == ApplicationState.REJECTED
    assert "工作年限未达到" in OutboxMessage.objects.get(channel="portal").body


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["return", "reject"])
@pytest.mark.parametrize("reason", ["", "   ", "。", "长" * 1001])
def test_a_reason_is_needed_and_has_an_end(verb: str, reason: str) -> None:
    application = ApplicationFactory()
    run = reviews.return_for_correction if verb == "return" else reviews.reject
    with pytest.raises(Refused) as refused:
        run(application, by=reviewer_of(application), at=NOW, reason=reason)
    assert refused.value.field == "words"
    assert stored(application).state == ApplicationState.REVIEW


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
def test_nobody_reviews_their_own(verb: str) -> None:
    application = ApplicationFactory()
    own = application.candidate.user
    MembershipFactory(user=own, role=Role.REVIEWING, provider=application.offering.provider)
    with pytest.raises(NotAllowed, match="本人"):
        VERBS[verb](application, own)
    assert stored(application).state == ApplicationState.REVIEW


@pytest.mark.django_db
def test_nobody_receives_their_own_original() -> None:
    application = ApplicationFactory()
    own = application.candidate.user
    MembershipFactory(user=own, role=Role.REVIEWING, provider=application.offering.provider)
    with pytest.raises(NotAllowed, match="本人"):
        reviews.receive_original(application, by=own, on=date(2026, 3, 4))
    assert stored(application).original_received_on is None


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", [role for role in PROVIDER_ROLES if role != Role.REVIEWING])
def test_other_roles_of_the_provider_may_not(verb: str, role: str) -> None:
    application = ApplicationFactory()
    with pytest.raises(NotAllowed):
        VERBS[verb](application, staff(application.offering.provider, role))


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
def test_reviewers_of_another_provider_may_not(verb: str) -> None:
    application = ApplicationFactory()
    with pytest.raises(NotAllowed):
        VERBS[verb](application, staff(ProviderFactory(), Role.REVIEWING))


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", [state for state in ApplicationState.values if state not in ("review", "draft")])
def test_only_what_awaits_review_is_reviewed(verb: str, state: str) -> None:
    application = ApplicationFactory(state=state)
    with pytest.raises(Conflict):
        VERBS[verb](application, reviewer_of(application))
    assert stored(application).state == state


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("gate", "received", "passes"),
    [
        (PaperGate.APPROVAL, None, False),
        (PaperGate.APPROVAL, date(2026, 3, 4), True),
        (PaperGate.TICKET, None, True),
        (PaperGate.NOTHING, None, True),
    ],
)
def test_the_signed_original_may_be_wanted_first(gate: str, received: date | None, passes: bool) -> None:
    application = ApplicationFactory(offering__provider__paper_gate=gate, original_received_on=received)
    reviewer = reviewer_of(application)
    if passes:
        reviews.approve(application, by=reviewer, at=NOW)
    else:
        with pytest.raises(Refused, match="原件"):
            reviews.approve(application, by=reviewer, at=NOW)
    assert (stored(application).state == ApplicationState.APPROVED) is passes


@pytest.mark.django_db
def test_the_receipt_of_the_original_is_recorded_once() -> None:
    application = ApplicationFactory()
    reviewer = reviewer_of(application)
    reviews.receive_original(application, by=reviewer, on=date(2026, 3, 4))
    assert stored(application).original_received_on == date(2026, 3, 4)
    with pytest.raises(Conflict):
        reviews.receive_original(application, by=reviewer, on=date(2026, 3, 5))
    assert AuditEvent.objects.filter(action="application.original_received").count() == 1


@pytest.mark.django_db
def test_no_original_before_the_submission_nor_for_what_has_ended() -> None:
    application = ApplicationFactory()
    with pytest.raises(Refused) as refused:
        reviews.receive_original(application, by=reviewer_of(application), on=date(2026, 3, 1))
    assert refused.value.field == "on"
    ended = ApplicationFactory(state="rejected")
    with pytest.raises(Refused):
        reviews.receive_original(ended, by=reviewer_of(ended), on=date(2026, 3, 4))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", ["approve", "reject"])
def test_of_two_reviewers_one_wins_and_the_other_is_told(second: str) -> None:
    application = ApplicationFactory()
    one, two = reviewer_of(application), reviewer_of(application)
    outcomes = run_together(lambda: VERBS["approve"](application, one), lambda: VERBS[second](application, two))
    assert sorted(type(outcome) for outcome in outcomes if isinstance(outcome, Exception)) == [Conflict]
    assert ApplicationLog.objects.filter(subject=application).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_and_the_condition_both_would_win() -> None:
    """The negative control: read, wait, write by primary key alone, as a careless verb would."""
    from threading import Barrier

    application = ApplicationFactory()
    read = Barrier(2, timeout=20)

    def careless(to: str) -> None:
        with transaction.atomic():
            assert Application.objects.get(pk=application.pk).state == ApplicationState.REVIEW
            read.wait()
            Application.objects.filter(pk=application.pk).update(state=to, approved_on=date(2026, 3, 5))
            ApplicationLog(
                subject=application, from_state="review", to_state=to, at=NOW, by_label=str(connection.alias)
            ).save()

    run_together(lambda: careless("approved"), lambda: careless("rejected"))
    assert ApplicationLog.objects.filter(subject=application).count() == 2
