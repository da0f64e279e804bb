"""A candidate is told in the portal and by one other way, once for each cause, without personal data."""

import pytest

from registration.services import notify
from skilleval.accounts.models import MessageTemplate
from skilleval.core.models import OutboxMessage
from skilleval.core.templates import Template
from tests.factories import ApplicationFactory, CandidateFactory, GroupFactory, UserFactory, at
from tests.registration.rosters import member

pytestmark = pytest.mark.django_db

NOW = at(2026, 3, 3)
SEEN = Template(
    kind="example.seen", title="例", subject="已看 {编号}", body="{编号} 已看。", values={"编号": "SB2603000017"}
)


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


def test_of_an_institution_s_application_at_the_phone_that_its_row_states() -> None:
    person = CandidateFactory(user=None, phone_cipher="+8613900000002")
    entered, unread = member(GroupFactory(), candidate=person), member(GroupFactory(), candidate=person)
    for application, stated in ((entered, "139 0000 0003"), (unread, "不详")):
        application.roster_row.phone_cipher = stated
        application.roster_row.save()
    for application in (entered, unread):
        notify.tell(
            person, about=application, cause=f"seen:{application.pk}", subject="已收到", body="请查看。", at=NOW
        )
    assert [message.address for message in OutboxMessage.objects.order_by("pk")] == ["+8613900000003", "+8613900000002"]


def test_an_account_s_phone_comes_before_a_row_s() -> None:
    person = CandidateFactory(user=UserFactory(phone="+8613900000001"))
    notify.tell(person, about=member(GroupFactory(), candidate=person), cause="a", subject="通知", body="通知", at=NOW)
    assert told()["sms"].address == "+8613900000001"


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


def test_many_members_without_account_take_one_question_more(django_assert_num_queries) -> None:
    group = GroupFactory()
    members = [member(group) for _ in range(30)]
    for some in (members[:1], members):
        with django_assert_num_queries(2):
            notify.tell_all(
                notify.Notice(
                    candidate=one.candidate, about=one, cause=f"b:{one.pk}:{len(some)}", subject="通知", body="通知"
                )
                for one in some
            )
    assert OutboxMessage.objects.filter(channel="sms").count() == 31


def test_the_application_s_page_is_the_root_s_to_say() -> None:
    application = ApplicationFactory()
    assert str(application.uuid) in notify.page_of(application)


def seen(application, provider=None, cause="a") -> notify.Notice:
    return notify.Notice(
        candidate=application.candidate,
        about=application,
        cause=f"{cause}:{application.pk}",
        template=SEEN,
        values={"编号": "1"},
        provider=provider,
    )


def test_each_provider_s_own_words_take_one_question_more(django_assert_num_queries) -> None:
    first, second = ApplicationFactory(), ApplicationFactory()
    assert first.offering.provider_id != second.offering.provider_id
    MessageTemplate.objects.create(
        provider=first.offering.provider, kind="example.seen", subject="自己的", body="{编号}。", saved_at=NOW
    )
    with django_assert_num_queries(2):
        notify.tell_all([seen(first), seen(second), seen(second, first.offering.provider, "b")])
    read = OutboxMessage.objects.filter(channel="portal").order_by("pk")
    assert [(row.subject, row.body, row.owner_id) for row in read] == [
        ("自己的", "1。", first.offering.provider_id),
        ("已看 1", "1 已看。", second.offering.provider_id),
        ("自己的", "1。", first.offering.provider_id),
    ]
