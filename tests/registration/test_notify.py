"""A candidate is told in the portal and by one other way, once for each cause, without personal data."""

import pytest

from registration.services import notify
from skilleval.core.models import OutboxMessage
from tests.factories import ApplicationFactory, CandidateFactory, UserFactory, at

pytestmark = pytest.mark.django_db

NOW = at(2026, 3, 3)


def told(**kwargs: str) -> dict[str, OutboxMessage]:
    return {message.channel: message for message in OutboxMessage.objects.filter(**kwargs)}


def tell(candidate, cause="seen:1"):
    notify.tell(candidate, cause=cause, subject="已收到", body="请查看进度。", link="/somewhere/", at=NOW)


def test_by_portal_and_sms_where_the_account_has_a_phone() -> None:
    candidate = CandidateFactory(user=UserFactory(phone="+8613900000001"))
    tell(candidate)
    messages = told()
    assert set(messages) == {"portal", "sms"}
    assert messages["sms"].address == "+8613900000001"
    assert messages["portal"].link == "/somewhere/"
    assert messages["sms"].body.endswith("/somewhere/")
    assert messages["portal"].recipient_id == candidate.user.pk


def test_by_portal_and_email_where_it_has_none() -> None:
    candidate = CandidateFactory(user=UserFactory(phone="", email="a@example.test"))
    tell(candidate)
    messages = told()
    assert set(messages) == {"portal", "email"}
    assert messages["email"].address == "a@example.test"


def test_people_without_an_account_get_an_sms_at_their_record_s_phone() -> None:
    candidate = CandidateFactory(user=None, phone_cipher="+8613900000002")
    tell(candidate)
    messages = told()
    assert set(messages) == {"sms"}
    assert messages["sms"].address == "+8613900000002"


def test_once_for_each_cause() -> None:
    candidate = CandidateFactory()
    tell(candidate)
    tell(candidate)
    assert OutboxMessage.objects.filter(channel="portal").count() == 1
    tell(candidate, cause="seen:2")
    assert OutboxMessage.objects.filter(channel="portal").count() == 2


def test_many_at_once_take_the_same_statements_as_one(django_assert_num_queries) -> None:
    candidates = [CandidateFactory() for _ in range(30)]
    for some in (candidates[:1], candidates):
        with django_assert_num_queries(1):
            notify.tell_all(
                notify.Notice(candidate=one, cause=f"batch:{one.pk}:{len(some)}", subject="通知", body="通知")
                for one in some
            )
    assert OutboxMessage.objects.filter(channel="portal").count() == 31


def test_the_application_s_page_is_the_root_s_to_say() -> None:
    application = ApplicationFactory()
    assert str(application.uuid) in notify.page_of(application)
