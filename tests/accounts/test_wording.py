"""Whose words a message has, and whether it waits for a person."""

import pytest

from skilleval.accounts.enums import Role
from skilleval.accounts.models import MessageTemplate
from skilleval.accounts.telling import tell, tell_officers
from skilleval.core import outbox
from skilleval.core.models import OutboxMessage
from skilleval.core.templates import Template
from tests.factories import InstitutionFactory, MembershipFactory, ProviderFactory, UserFactory, at

pytestmark = pytest.mark.django_db

WORDS = {"title": "例", "subject": "缴费 {金额}", "body": "请缴 {金额}。", "values": {"金额": "¥480.00"}}
TO_PAY = Template(kind="example.to_pay", **WORDS)
SERVED = Template(kind="example.served", holdable=False, **WORDS)


def own(provider, kind="example.to_pay", *, subject="", body="", hold=False) -> MessageTemplate:
    return MessageTemplate.objects.create(
        provider=provider,
        kind=kind,
        subject=subject,
        body=body,
        hold=hold,
        saved_by_label="甲",
        saved_at=at(2026, 3, 1),
    )


def told(template=TO_PAY, provider=None, user=None) -> list[tuple[str, str, str]]:
    values = {"金额": "¥95.00"}
    tell([user or UserFactory(phone="+8613900000001")], cause="a", template=template, values=values, provider=provider)
    return list(OutboxMessage.objects.order_by("channel").values_list("subject", "body", "state"))


def test_the_portal_s_words_where_the_provider_has_none() -> None:
    provider = ProviderFactory()
    own(ProviderFactory(), subject="别家", body="别家")
    own(provider, kind="example.other", subject="别的", body="别的")
    assert told(provider=provider) == [("缴费 ¥95.00", "请缴 ¥95.00。", state) for state in ("sent", "queued")]
    assert set(OutboxMessage.objects.values_list("kind", "owner_id")) == {("example.to_pay", provider.pk)}


def test_the_provider_s_own_words() -> None:
    provider = ProviderFactory()
    own(provider, subject="到账 {金额}", body="{金额} 请尽快。")
    assert told(provider=provider)[0] == ("到账 ¥95.00", "¥95.00 请尽快。", "sent")


def test_nobody_s_words_are_the_portal_s(django_assert_num_queries) -> None:
    user = UserFactory(phone="+8613900000001")
    with django_assert_num_queries(1):
        tell([user], cause="a", template=TO_PAY, values={"金额": "¥1.00"})
    assert set(OutboxMessage.objects.values_list("kind", "owner_id")) == {("example.to_pay", None)}


def test_what_a_provider_keeps_back_waits_in_the_portal_too() -> None:
    provider = ProviderFactory()
    own(provider, hold=True)
    assert told(provider=provider) == [("缴费 ¥95.00", "请缴 ¥95.00。", "held")] * 2
    assert outbox.release(OutboxMessage.objects.values_list("key", flat=True)) == 2
    assert dict(OutboxMessage.objects.values_list("channel", "state")) == {"portal": "sent", "sms": "queued"}


def test_a_kind_from_which_a_period_runs_is_never_kept_back() -> None:
    provider = ProviderFactory()
    own(provider, kind="example.served", hold=True)
    assert {state for _, _, state in told(SERVED, provider)} == {"sent", "queued"}


def test_officers_read_the_provider_s_words(django_assert_num_queries) -> None:
    provider, institution = ProviderFactory(), InstitutionFactory()
    for number in range(3):
        user = UserFactory(email=f"o{number}@example.test")
        MembershipFactory(user=user, role=Role.OFFICER, provider=None, institution=institution)
    own(provider, subject="团体缴费", body="{金额}")
    with django_assert_num_queries(3):  # who they are, the words, the messages
        tell_officers(institution, cause="b", template=TO_PAY, values={"金额": "¥9.00"}, provider=provider)
    assert set(OutboxMessage.objects.values_list("subject", flat=True)) == {"团体缴费"}
